/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The environment of the proof: accesses to shared pages are plain volatile
 * lvalues, each of which Frama-C takes for any value; barriers, which it does
 * not model, are nothing.
 */
#ifndef DISPLIF_ENV_PROOF_H
#define DISPLIF_ENV_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <xen/io/displif.h>

#define DISPLIF_API

#define displif_mb() ((void)0)
#define displif_rmb() ((void)0)
#define displif_wmb() ((void)0)

#define displif_load32(p) (*(const volatile uint32_t *)(p))
#define displif_load64(p) (*(const volatile uint64_t *)(p))
#define displif_store32(p, v) ((void)(*(volatile uint32_t *)(p) = (v)))
#define displif_store64(p, v) ((void)(*(volatile uint64_t *)(p) = (v)))

#endif
