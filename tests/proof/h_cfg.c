/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Proof harness: configurations from any text, in arrays of any size. */
#include "harness.h"

static struct displif_connector_cfg one[1], all[DISPLIF_MAX_CONNECTORS];
static char resolution[80], unique_id[80];

static void configure(struct displif_connector_cfg *array, uint32_t cap)
{
	struct displif_diag diag = { 0 };
	struct displif_cfg cfg;
	uint32_t i;

	use((uint64_t)(displif_cfg_init(&cfg, array, cap) == 0));
	while (any_int) {
		make_any(resolution, sizeof(resolution));
		make_any(unique_id, sizeof(unique_id));
		use((uint64_t)(displif_cfg_add(
				       &cfg, any_int ? cfg.n : any_u32, resolution,
				       any_in(0, sizeof(resolution)), any_int ? unique_id : NULL,
				       any_in(0, sizeof(unique_id)), any_int ? &diag : NULL) == 0));
	}
	use((uint64_t)(displif_cfg_check(&cfg, any_int ? &diag : NULL) == 0));
	use_diag(&diag);
	use((uint64_t)cfg.n + cfg.version);
	for (i = 0; i < cap; i++)
		use((uint64_t)array[i].width + array[i].height +
		    (uint64_t)(array[i].unique_id[DISPLIF_UNIQUE_ID - 1u] == 0));
}

void proof_cfg(void)
{
	struct displif_cfg cfg;

	configure(one, 1);
	configure(all, DISPLIF_MAX_CONNECTORS);
	use((uint64_t)(displif_cfg_init(&cfg, NULL, any_u32) == 0));
	use((uint64_t)(displif_cfg_init(&cfg, all, 0) == 0));
	use((uint64_t)(displif_cfg_init(&cfg, all, DISPLIF_MAX_CONNECTORS + 1u) == 0));
}
