/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Entry of the proof: every module's harness, one after the other. */
#include "harness.h"

volatile int any_int;
volatile uint8_t any_u8;
volatile uint32_t any_u32;
volatile uint64_t any_u64;

int main(void)
{
	proof_text();
	proof_cfg();
	proof_geometry();
	proof_edid();
	proof_pgdir();
	proof_state();
	proof_proto();
	proof_front();
	proof_back();
	proof_plan();
	proof_port();
	return 0;
}
