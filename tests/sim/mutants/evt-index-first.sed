# SPDX-License-Identifier: MIT OR GPL-2.0-only
# evt.c both: the index is visible before the event
/^int displif__evt_put/,/^}/s/displif__copy_out(/displif_store32(\&e->page[IN_PROD], displif__inc32(e->prod));\n\t&/
