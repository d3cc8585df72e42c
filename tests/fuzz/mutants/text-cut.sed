# SPDX-License-Identifier: MIT OR GPL-2.0-only
# text.c text: the terminator lands behind the buffer
s/at >= t->room/at > t->room/
