/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A guest's account of our time, XenStore's reports about it, and who was served lately. */
#include "share.h"

#define NS_PER_MS UINT64_C(1000000)
#define LOW_NS    (BE_SHARE_BURST_NS - BE_SHARE_RESUME_NS)
#define MOST_NS   (LOW_NS + BE_SHARE_WAIT_MS * NS_PER_MS / BE_SHARE_PARTS)

void be_share_charge(struct be_share *share, uint64_t now, uint64_t ns)
{
	uint64_t paid = now > share->at ? now - share->at : 0;

	/* No more than what pays everything: the product must not overflow. */
	if (paid > MOST_NS / NS_PER_MS * BE_SHARE_PARTS + BE_SHARE_PARTS)
		paid = MOST_NS / NS_PER_MS * BE_SHARE_PARTS + BE_SHARE_PARTS;
	paid = paid * NS_PER_MS / BE_SHARE_PARTS;
	share->used -= paid < share->used ? paid : share->used;
	share->at = now;
	if (share->used <= LOW_NS)
		share->waits = false;
	share->used = ns < MOST_NS - share->used ? share->used + ns : MOST_NS;
	if (share->used > BE_SHARE_BURST_NS)
		share->waits = true;
}

uint64_t be_share_until(const struct be_share *share)
{
	if (!share->waits || share->used <= LOW_NS)
		return 0;
	return share->at + ((share->used - LOW_NS) * BE_SHARE_PARTS + NS_PER_MS - 1) / NS_PER_MS;
}

bool be_storm_report(struct be_storm *storm, uint64_t now)
{
	if (now - storm->since >= BE_STORM_MS) {
		storm->since = now;
		storm->reports = 0;
	}
	return ++storm->reports >= BE_STORM_REPORTS;
}

void be_recent_served(struct be_recent *recent, const void *who, uint64_t now)
{
	if (recent->who[0] != who) {
		recent->who[1] = recent->who[0];
		recent->at[1] = recent->at[0];
		recent->who[0] = who;
	}
	recent->at[0] = now;
}

uint64_t be_recent_others(const struct be_recent *recent, const void *who)
{
	uint32_t i = recent->who[0] == who;

	return recent->who[i] ? recent->at[i] + BE_SHARE_RECENT_MS : 0;
}

void be_recent_forget(struct be_recent *recent, const void *who)
{
	if (recent->who[0] == who) {
		recent->who[0] = recent->who[1];
		recent->at[0] = recent->at[1];
		recent->who[1] = who;
	}
	if (recent->who[1] == who)
		recent->who[1] = (void *)0;
}
