# SPDX-License-Identifier: MIT OR GPL-2.0-only
# front.c both: a forgotten token is heard of again
/^uint32_t displif_front_forget/,/^}/s/f->set\[DISPLIF_SET_MUTE\] |= SLOT_BIT(i);/;/
