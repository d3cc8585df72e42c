# SPDX-License-Identifier: MIT OR GPL-2.0-only
# text.c proof_text: the terminator lands behind the buffer
s/at >= t->room/at > t->room/
