/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The event page with its channel, and the backend's queue of events that wait
 * for room: libdisplif/src/evt.c, displif_back_flip_done(), displif__back_deliver()
 * and displif_back_tick().
 *
 * N slots, indices modulo I, and N does not divide I: as 63 slots and 2^32. The
 * message is the index + 1. Each NO_x leaves out one barrier or rule.
 */
#ifndef N
#define N 3
#endif
#ifndef I
#define I 8
#endif
/* Events that may be outstanding where the index wraps. */
#ifndef ROOM
#define ROOM (I % N)
#endif
#ifndef CAP
#define CAP 1
#endif
#define L (2 + N)
#include "memory.pml"

#define IN_CONS 0
#define IN_PROD 1
#define SLOT(i) (2 + (i) % N)

#define sub(a, b) ((I + (a) - (b)) % I)
#define inc(a) (((a) + 1) % I)

bool pending, duty;

/* As in ring_end.pml. */
#ifdef EARLY_ACK
#define acknowledge pending = false
#else
#define acknowledge pending = false; mb(FRONT)
#endif

byte queue[CAP];

/* displif__evt_put(): ok tells whether there was room */
inline put(m)
{
	load(BACK, IN_CONS, x);
	ok = sub(prod, x) < N;
#ifndef NO_WRAP_RULE
	ok = ok && !(prod < x && sub(prod, x) >= ROOM);
#endif
	x = 0;
	if
	:: ok ->
#ifdef PUT_RMB
		rmb(BACK);
#else
#ifndef NO_PUT_MB
		mb(BACK);
#endif
#endif
		store(BACK, SLOT(prod), m);
		prod = inc(prod)
	:: else
	fi
}

proctype back()
{
	byte prod, pub, x, made, head, n_pend;
	bool ok;

	do
	:: atomic {
		/* A flip is done; no more are accepted than the queue can bear. */
		n_pend < CAP;
		if
		:: n_pend == 0 -> put(made + 1)
		:: else -> ok = false
		fi;
		if
		:: ok
		:: else -> queue[(head + n_pend) % CAP] = made + 1; n_pend++
		fi;
		made = inc(made);
		ok = false
	   }
	:: atomic {
		/* A tick, whenever it would not be in vain. */
		n_pend > 0 && sub(prod, mem[IN_CONS]) < N && !(prod < mem[IN_CONS] && sub(prod, mem[IN_CONS]) >= ROOM);
		do
		:: n_pend > 0 ->
			put(queue[head]);
			if
			:: ok -> queue[head] = 0; head = (head + 1) % CAP; n_pend--
			:: else -> break
			fi
		:: else -> break
		od;
		ok = false
	   }
	:: atomic {
		prod != pub;
#ifndef NO_PUBLISH_WMB
		wmb(BACK);
#endif
		store(BACK, IN_PROD, prod);
		pub = prod;
		duty = true
	   }
	od
}

proctype front()
{
	byte cons, seen, x, confirmed;
	bool again;

	do
	:: atomic {
		if
		:: pending -> acknowledge
		:: again -> again = false
		fi;
		load(FRONT, IN_PROD, x);
		assert(sub(x, cons) <= N && sub(x, cons) >= sub(seen, cons));
		seen = x;
		x = 0;
#ifndef NO_SNAPSHOT_RMB
		rmb(FRONT);
#endif
		do
		:: cons != seen -> load_late(FRONT, SLOT(cons), cons + 1); cons = inc(cons)
		:: cons == seen || seen != inc(confirmed) -> break
		od
	   };
	   atomic {
		if
		:: confirmed != cons ->
#ifdef CONFIRM_WMB
			wmb(FRONT);
#else
#ifndef NO_CONFIRM_MB
			mb(FRONT);
#endif
#endif
			store(FRONT, IN_CONS, cons);
			confirmed = cons
		:: else
		fi;
		again = seen != cons
	   }
	od
}

#define slot_steps(l) drains(BACK, l) sees(FRONT, l) happens(FRONT, l)

proctype machine()
{
	do
	drains(FRONT, IN_CONS) sees(FRONT, IN_PROD)
	drains(BACK, IN_PROD) sees(BACK, IN_CONS)
	slot_steps(2)
	slot_steps(3)
#if N > 2
	slot_steps(4)
#endif
#if N > 3
	slot_steps(5)
#endif
#if N > 4
	slot_steps(6)
#endif
#if N > 5
	slot_steps(7)
#endif
#if N > 6
	slot_steps(8)
#endif
#ifdef EARLY_NOTIFY
	:: d_step { duty; duty = false; pending = true }
#else
	:: d_step { duty && settled(BACK); duty = false; pending = true }
#endif
	od
}

init
{
	atomic {
		memory_init();
		run back();
		run front();
		run machine()
	}
}
