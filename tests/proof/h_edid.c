/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Proof harness: EDIDs of any content. Buffers have exactly the size that is
 * told, so that one byte too far is seen; the mode arrays likewise.
 */
#include "harness.h"

static uint8_t base[DISPLIF_EDID_BLOCK], three[3u * DISPLIF_EDID_BLOCK], most[DISPLIF_EDID_MAX];
static struct displif_mode few[1], some[8], many[64];

static void parse(const uint8_t *data, uint32_t size, struct displif_mode *mode, uint32_t cap)
{
	struct displif_edid edid;
	struct displif_diag diag = { 0 };
	uint32_t i;

	use((uint64_t)(displif_edid_parse(data, size, &edid, mode, cap, any_int ? &diag : NULL) ==
		       0));
	use_diag(&diag);
	use((uint64_t)edid.product + edid.serial + edid.version + edid.revision);
	use((uint64_t)edid.blocks + edid.n_modes + edid.dropped);
	use((uint64_t)(edid.vendor[3] == 0) + (uint64_t)(edid.name[13] == 0));
	for (i = 0; i < cap; i++) {
		if (i >= edid.n_modes)
			break;
		use((uint64_t)mode[i].width + mode[i].height + mode[i].refresh_mhz +
		    mode[i].clock_khz);
		use((uint64_t)mode[i].flags + mode[i].htotal + mode[i].vtotal);
	}
}

void proof_edid(void)
{
	make_any(base, sizeof(base));
	make_any(three, sizeof(three));
	make_any(most, sizeof(most));
	parse(base, sizeof(base), NULL, 0);
	parse(base, sizeof(base), few, 1);
	parse(three, sizeof(three), some, 8);
	parse(most, sizeof(most), many, 64);
	/* Sizes that are no EDID's; a whole one cannot be told apart from these by an interval. */
	parse(base, any_in(0, DISPLIF_EDID_BLOCK - 1u), few, 1);
	parse(most, any_in(DISPLIF_EDID_MAX + 1u, UINT32_MAX), few, 1);
	parse(most, any_in(0, DISPLIF_EDID_MAX), many, 64);
}
