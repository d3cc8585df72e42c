# SPDX-License-Identifier: MIT OR GPL-2.0-only
# port_xs.c port: a directory that was removed is written again
/^static int write_nodes(/,/^}/s/DISPLIF__MAY_BE_LONG/DISPLIF__MAY_BE_LONG | DISPLIF__MAY_BE_ABSENT/
