/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * libdisplif: Xen's para-virtual display protocol (io/displif.h v2), both ends.
 *
 * The contract, for all of it:
 *
 *  1. Freestanding C11. The core never blocks, allocates, locks, logs, sleeps,
 *     reads a clock or calls the OS; it has no writable globals. The port
 *     layer (port.h) reaches the OS through one table of functions.
 *  2. It touches only structs the caller owns and pages the caller mapped.
 *  3. You feed it and ask it; it calls nothing back. irq() takes a snapshot,
 *     poll() gives one event at a time, submit(), complete() and flip_done()
 *     stage, flush() publishes and returns duties that the caller now owns.
 *  4. The peer is hostile. Indices are private and checked, each message is
 *     copied once and then validated, no pointer into a shared page leaves a
 *     function, loops are bounded by constants. A broken peer is an error
 *     that stays, and ends in a clean close.
 *  5. One object, one caller at a time; the caller owns the locks.
 *  6. Times are ms in uint64_t, an argument of any origin; they may stand
 *     still or jump back.
 *
 * What a function leaves in its out parameters when it fails is said at each;
 * where nothing is said they are zero.
 */
#ifndef DISPLIF_LIBDISPLIF_H
#define DISPLIF_LIBDISPLIF_H

#include "back.h"
#include "cfg.h"
#include "edid.h"
#include "env.h"
#include "err.h"
#include "front.h"
#include "geometry.h"
#include "pgdir.h"
#include "plan.h"
#include "port.h"
#include "proto.h"
#include "state.h"
#include "version.h"
#include "xs.h"

#endif
