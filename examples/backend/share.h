/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a guest may cost the others: all that we do for it but show its flips. A guest that asks for more
 * has to wait while another one is being served; alone it is served as fast as we can.
 * Pure. Times in ms of the loop's clock, work in ns.
 */
#ifndef BE_SHARE_H
#define BE_SHARE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * One part in so many of the time, after a burst: a guest that comes up, or makes a few new buffers, is not slowed. A
 * single request that takes longer than its part of the longest wait, as a buffer of tens of thousands of pages may,
 * gets more: a limit to that is quota.pages.
 */
#define BE_SHARE_PARTS 25u
#define BE_SHARE_BURST_NS 100000000
/* Who has to wait, waits until he has so much to spend: not a little, again and again, each time for a look of ours. */
#define BE_SHARE_RESUME_NS 4000000
/* However much it has cost: frontends give up what is not answered in 3 s. Of requests in a row each may wait so long. */
#define BE_SHARE_WAIT_MS 1000u
/* A guest counts as being served for so long after its last request. */
#define BE_SHARE_RECENT_MS 100u
/* Served without a break: then others have their turn. */
#define BE_SHARE_SLICE_NS 1000000u

/* Of one guest. All zero to begin with. */
struct be_share {
	uint64_t at;   /* up to when @used has been paid off */
	uint64_t used; /* ns, above BE_SHARE_BURST_NS: has to wait */
	bool waits;    /* until BE_SHARE_RESUME_NS below that */
};

/* It has cost @ns, up to @now. */
void be_share_charge(struct be_share *share, uint64_t now, uint64_t ns);
/* Until when it has to wait while others are served; not after @now: it has not to. */
uint64_t be_share_until(const struct be_share *share);

/*
 * Of XenStore's reports about one guest, each of which costs us something before we can look at it. After
 * so many in so long a time we had better not hear of it for a while, and look then. All zero to begin with.
 */
#define BE_STORM_REPORTS 20u
#define BE_STORM_MS 200u
#define BE_STORM_PAUSE_MS 500u

struct be_storm {
	uint64_t since;
	uint32_t reports;
};

/* One more. True if that is a storm. */
bool be_storm_report(struct be_storm *storm, uint64_t now);

/* Of all guests: who was served last, and who before. All zero to begin with. */
struct be_recent {
	const void *who[2];
	uint64_t at[2];
};

void be_recent_served(struct be_recent *recent, const void *who, uint64_t now);
/* Until when others than @who count as being served; not after @now: they do not. */
uint64_t be_recent_others(const struct be_recent *recent, const void *who);
/* It goes. */
void be_recent_forget(struct be_recent *recent, const void *who);

#endif
