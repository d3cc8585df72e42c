# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_work.c bringup pvh: framebuffers are left at the end
s/^\t\tto_buf(p)->left = true;/\t\t;/
