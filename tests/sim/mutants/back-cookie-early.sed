# SPDX-License-Identifier: MIT OR GPL-2.0-only
# back_bufs.c both: a buffer that is being destroyed is free already
/^static int32_t judge_destroy/,/^}/s/guest->dbuf\[d\].state = DISPLIF_ENTRY_GOING;/&\n\tguest->dbuf[d].cookie = 0;/
