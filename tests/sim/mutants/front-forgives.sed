# SPDX-License-Identifier: MIT OR GPL-2.0-only
# front_io.c both: an event forgives older flips that nobody gave up
/^static void forgive_older/,/^}/s/f->set\[DISPLIF_SET_LATE\] & f->set/f->set/
