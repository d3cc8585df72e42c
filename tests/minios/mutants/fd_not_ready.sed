# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_fd.c fd pv: select() does not wake
s/^\tfile->read = ready;/\t(void)ready;/
