# SPDX-License-Identifier: MIT OR GPL-2.0-only
# front_io.c response: a flip whose loss was told is told of its event, too
/^static int settle(/,/^}/s/heard = !displif__front_in(f, DISPLIF_SET_MUTE, i);/heard = !displif__front_in(f, DISPLIF_SET_MUTE, i) || type == DISPLIF_EV_FLIP;/
