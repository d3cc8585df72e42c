/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A frontend's and a backend's session on the same two pages, with framebuffers to show. */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include <displif/libdisplif.h>

/* As many as a compositor that flips between three buffers has. */
#define RIG_BUFFERS 3u
#define RIG_FB(i) ((uint64_t)0x100 + (i))

struct rig {
	struct displif_front front;
	struct displif_guest guest;
	struct displif_back back;
	struct displif_dbuf dbuf[16];
	struct displif_fb fb[16];
	uint64_t pend[64];
	uint32_t notify_req, notify_evt; /* by either end */
};

/* The pages are the rig's own; both sessions are new and RIG_BUFFERS framebuffers attached. */
void rig_setup(struct rig *rig, uint32_t look_ms);
/* One request to its answer, which must be success. */
void rig_request(struct rig *rig, const struct displif_msg *msg);

#endif
