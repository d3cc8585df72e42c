# SPDX-License-Identifier: MIT OR GPL-2.0-only
# port_xs.c both: a transaction that met a conflict counts as done
/^int displif__port_commit/,/^}/s/return displif__port_done/if (err == DISPLIF_E_AGAIN \&\& i == 0)\n\t\terr = 0;\n\t&/
/^int displif__port_commit/,/^}/s/++i < DISPLIF_PORT_TX_TRIES/i \&\& ++i < DISPLIF_PORT_TX_TRIES/
