/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Proof harness: geometry of any request. */
#include "harness.h"

void proof_geometry(void)
{
	struct displif_geometry g = { 0 };
	struct displif_diag diag = { 0 };
	uint32_t stride;

	g.width = any_u32;
	g.height = any_u32;
	g.bpp = any_u32;
	g.size = any_u32;
	g.data_ofs = any_u32;
	g.rule = any_u32;
	use((uint64_t)(displif_stride(&g, &stride, any_int ? &diag : NULL) == 0));
	use(stride);
	use_diag(&diag);
	use(displif_format_bpp(any_u32));
	use(displif_format_at(any_u32));
}
