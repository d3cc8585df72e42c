/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The request ring with its hold-off and event channel: two ends, each of them
 * producer and consumer.
 *
 * N slots, indices modulo I (a multiple of N, at least 2 * N). No end state is
 * valid: the application stops only until all its requests are answered, so
 * whatever stands still has lost a wake-up.
 */
#ifndef N
#define N 2
#endif
#ifndef I
#define I (2 * N)
#endif
#define L (4 + N)
#include "memory.pml"

#define REQ_PROD 0
#define REQ_EVENT 1
#define RSP_PROD 2
#define RSP_EVENT 3
#define SLOT(i) (4 + (i) % N)

#define own_prod(p) (p == FRONT -> REQ_PROD : RSP_PROD)
#define own_event(p) (p == FRONT -> RSP_EVENT : REQ_EVENT)
#define peer_prod(p) (p == FRONT -> RSP_PROD : REQ_PROD)
#define peer_event(p) (p == FRONT -> REQ_EVENT : RSP_EVENT)

#define sub(a, b) ((I + (a) - (b)) % I)
#define inc(a) (((a) + 1) % I)

/* The event channel's state at each end, and the duty to notify the other. */
bool pending[2], duty[2];

#include "ring_end.pml"

proctype front()
{
	byte prod, pub, cons, seen, armed_at = 1, x;
	bool again, wants = true;

	do
	:: atomic {
		if
#ifdef NO_SLEEP
		:: true -> goto look
#else
		:: pending[FRONT] -> acknowledge(FRONT); goto look
		:: again -> again = false; goto look
#endif
		:: wants && sub(prod, cons) < N
		:: !wants && prod == cons -> wants = true
		fi;
		goto submit
	   };
look:	   atomic {
		snapshot(FRONT, sub(pub, cons));
		do
		:: cons != seen -> get(FRONT)
		:: else -> break
		od
	   };
submit:	   atomic {
		do
		:: wants && sub(prod, cons) < N -> put(FRONT)
		:: wants -> wants = false
		:: true -> break
		od;
		if
		:: prod != pub -> publish(FRONT)
		:: else -> goto settle
		fi
	   };
	   atomic { decide(FRONT) };
settle:
#ifdef NO_SLEEP
	   skip
#else
	   atomic {
		if
		:: seen != cons -> again = true
		:: seen == cons && armed_at != inc(cons) && prod != cons ->
			rearm(FRONT);
			look_again(FRONT)
		:: else
		fi
	   }
#endif
	od
}

proctype back()
{
	byte prod, pub, cons, seen, armed_at = 1, x;
	bool again;

	do
	:: atomic {
		if
#ifdef NO_SLEEP
		:: true
#else
		:: pending[BACK] -> acknowledge(BACK)
		:: again -> again = false
#endif
		:: prod != cons -> goto answer
		fi
	   };
	   atomic {
		snapshot(BACK, sub(N, sub(cons, pub)));
		do
		:: cons != seen -> get(BACK)
#ifdef BUDGET
		:: true -> break	/* the rest has to wait */
#else
		:: cons == seen -> break
#endif
		od
	   };
answer:	   atomic {
		do
		:: prod != cons -> put(BACK)
		:: true -> break
		od;
		if
		:: prod != pub -> publish(BACK)
		:: else -> goto settle
		fi
	   };
	   atomic { decide(BACK) };
settle:
#ifdef NO_SLEEP
	   skip
#else
	   atomic {
		if
		:: seen != cons -> again = true
		:: seen == cons && armed_at != inc(cons) ->
			rearm(BACK);
			look_again(BACK)
		:: else
		fi
	   }
#endif
	od
}

#define slot_steps(l) \
	drains(FRONT, l) drains(BACK, l) sees(FRONT, l) sees(BACK, l) happens(FRONT, l) happens(BACK, l)

proctype machine()
{
	do
	drains(FRONT, REQ_PROD) drains(FRONT, RSP_EVENT) sees(FRONT, RSP_PROD) sees(FRONT, REQ_EVENT)
	drains(BACK, RSP_PROD) drains(BACK, REQ_EVENT) sees(BACK, REQ_PROD) sees(BACK, RSP_EVENT)
	slot_steps(4)
#if N > 1
	slot_steps(5)
#endif
#if N > 2
	slot_steps(6)
#endif
	notifies(FRONT)
	notifies(BACK)
	od
}

init
{
	atomic {
		mem[REQ_EVENT] = 1;
		mem[RSP_EVENT] = 1;
		memory_init();
		run front();
		run back();
		run machine()
	}
}
