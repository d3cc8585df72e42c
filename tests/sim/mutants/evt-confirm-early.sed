# SPDX-License-Identifier: MIT OR GPL-2.0-only
# evt.c both: an event is confirmed before it was read
/^int displif__evt_snapshot/,/^}/s/displif_rmb();/displif_store32(\&e->page[IN_CONS], prod);/
