/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Proof harness: the codec over any 64 bytes. */
#include "harness.h"

void proof_proto(void)
{
	union displif_wire wire;
	struct displif_msg msg;
	struct displif_rsp rsp;
	uint64_t fb;
	uint16_t id;
	uint32_t i;

	make_any(&wire, sizeof(wire));
	use((uint64_t)(displif_req_decode(&wire, &id, &msg) == 0));
	use(msg.dbuf ^ msg.fb ^ id);
	use((uint64_t)msg.x ^ msg.y ^ msg.width ^ msg.height ^ msg.bpp ^ msg.size ^ msg.flags);
	use((uint64_t)msg.gref_dir ^ msg.data_ofs ^ msg.format ^ msg.op);
	displif_rsp_decode(&wire, &rsp);
	use((uint64_t)(rsp.status < 0) ^ rsp.edid_sz ^ rsp.id ^ rsp.op);
	use((uint64_t)(displif_evt_decode(&wire, &id, &fb) == 0));
	use(fb ^ id);
	make_any(&msg, sizeof(msg));
	use((uint64_t)(displif_req_encode(&wire, id, &msg) == 0));
	for (i = 0; i < 8; i++)
		use(wire.q[i]);
	make_any(&rsp, sizeof(rsp));
	displif_rsp_encode(&wire, &rsp);
	for (i = 0; i < 8; i++)
		use(wire.q[i]);
	displif_evt_encode(&wire, id, fb);
	for (i = 0; i < 8; i++)
		use(wire.q[i]);
	use((uint64_t)displif_req_name(any_u8)[0]);
	use((uint64_t)(displif_status_of(any_int) < 0));
}
