/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a run took: figures of both domains before and after the flips, and the table of them. */
#ifndef LB_REPORT_H
#define LB_REPORT_H

#include "guest.h"
#include "host.h"

/* What had been done up to some moment. */
struct lb_mark {
	double seconds;	      /* wall clock */
	uint32_t notifies[2]; /* sent by frontend, backend */
	uint32_t copies[2];   /* grant copies */
	uint32_t flips;
};

struct lb_report {
	const struct lb_options *opt;
	const struct lb_guest *guest;
	const struct lb_host *host;
	struct lb_mark begin, end;     /* of the flips */
	struct fake_held held[2];      /* by frontend and backend while they showed pictures */
	char *path[LB_MAX_CONNECTORS]; /* NULL: not written */
	bool same[LB_MAX_CONNECTORS];  /* the picture is what was drawn */
	bool shared
		[LB_MAX_CONNECTORS]; /* the backend reads the frontend's memory, or it the backend's */
};

void lb_mark_take(struct lb_mark *mark, const struct lb_guest *guest, const struct lb_host *host);
/* While buffers are there. */
void lb_report_held(struct lb_report *report);
/* The table, on stdout. Buffers must be there still. */
void lb_report_print(const struct lb_report *report);

#endif
