# SPDX-License-Identifier: MIT OR GPL-2.0-only
# ring.c both: the index is visible before the message
/^void displif__ring_put/,/^}/s/displif__copy_out(/displif_store32(\&r->page[own_prod(r)], displif__inc32(r->prod));\n\t&/
