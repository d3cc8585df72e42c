# SPDX-License-Identifier: MIT OR GPL-2.0-only
# front_io.c both: the event that a failed flip was credited with is gone
/^static int take_rsp/,/^}/s/pass_on(f, f->slot\[i\].fb);/;/
