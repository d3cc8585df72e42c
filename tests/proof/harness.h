/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the harness files share: values that may be anything, and one entry for
 * each file. A file h_<module>.c exports void proof_<module>(void), declared
 * here and called in harness.c; run.sh takes every h_*.c.
 *
 * In each, `while (any_int) switch (any_int) { ... }` stands for every sequence
 * of calls: Frama-C finds the state that holds after any number of rounds.
 */
#ifndef PROOF_HARNESS_H
#define PROOF_HARNESS_H

#include <displif/libdisplif.h>

#include "__fc_builtin.h"

/* Each reading gives any value. */
extern volatile int any_int;
extern volatile uint8_t any_u8;
extern volatile uint32_t any_u32;
extern volatile uint64_t any_u64;

/* @p[0 .. n) holds anything from here on. */
#define make_any(p, n) Frama_C_make_unknown((char *)(p), (n))
/* Any number from @lo to @hi. */
#define any_in(lo, hi) Frama_C_unsigned_int_interval((lo), (hi))

/* Uses a result, so that one that was never written is noticed. */
static inline void use(uint64_t value)
{
	any_u64 = value;
}

/* Uses every field of a diagnosis. */
static inline void use_diag(const struct displif_diag *diag)
{
	uint32_t i;

	use((uint64_t)diag->op + diag->connector + (uint64_t)(diag->node != NULL));
	use((uint64_t)(diag->err < 0) ^ diag->value ^ diag->limit);
	for (i = 0; i < DISPLIF_DIAG_TEXT; i++)
		use((uint64_t)(diag->text[i] != 0));
}

void proof_text(void);
void proof_cfg(void);
void proof_geometry(void);
void proof_edid(void);
void proof_pgdir(void);
void proof_state(void);
void proof_proto(void);
void proof_front(void);
void proof_back(void);
void proof_plan(void);
void proof_port(void);

#endif
