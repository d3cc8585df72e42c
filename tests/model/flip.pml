/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Which responses ask for an interrupt: displif_front_irq() and settle() of
 * front.c with its sets RSP, EVT and QUIET, against a backend that answers and
 * shows flips in any order, late, or with an error.
 *
 * The indices, the events of hold-off and the event page's producer live in
 * memory.pml; what messages say is taken from ordinary variables, since ring.pml
 * and evt.pml show that they arrive as they were sent. N requests may be open.
 */
#ifndef N
#define N 2
#endif
#define I (2 * N)
#define L 5
#define NO_MESSAGES
#include "memory.pml"

#define REQ_PROD 0
#define REQ_EVENT 1
#define RSP_PROD 2
#define RSP_EVENT 3
#define IN_PROD 4
#define SLOT(i) 0

#define own_prod(p) (p == FRONT -> REQ_PROD : RSP_PROD)
#define own_event(p) (p == FRONT -> RSP_EVENT : REQ_EVENT)
#define peer_prod(p) (p == FRONT -> RSP_PROD : REQ_PROD)
#define peer_event(p) (p == FRONT -> REQ_EVENT : RSP_EVENT)

#define sub(a, b) ((I + (a) - (b)) % I)
#define inc(a) (((a) + 1) % I)

/* The channel of the ring: to each end. That of the event page: to the frontend. */
bool pending[2], duty[2];
bool pending_evt, duty_evt;

#include "ring_end.pml"

/* Messages: a request is its slot, and whether it is a flip; a response its slot, and whether it is an error. */
byte request[N], response[N], event[N];
#define FLIP 8
#define ERROR 16

/* Sets of slots. */
byte in_rsp, in_evt, in_quiet;
#define busy (in_rsp | in_evt)

#ifdef QUIET_WITHOUT_EVENT
#define loud (in_rsp & ~in_quiet)
#else
#define loud (in_rsp & ~(in_quiet & in_evt))
#endif

proctype front()
{
	byte prod, pub, cons, seen, armed_at = 1, x, i;
	byte evt_cons, evt_seen;
	bool again, wants = true, both;

	do
	:: atomic {
		if
		:: pending[FRONT] -> acknowledge(FRONT); goto look_ring
		:: pending_evt -> pending_evt = false; mb(FRONT)
		:: again -> again = false; both = true
#ifdef EARLY_LOOK
		:: (in_quiet & in_rsp) && mem[RSP_PROD] != cons -> both = true
#endif
		:: wants && busy != (1 << N) - 1 -> goto submit
		:: !wants && busy == 0 -> wants = true; goto submit
		fi;
		load(FRONT, IN_PROD, x);
		evt_seen = x;
		rmb(FRONT);
		x = 0;
		if
		:: both || (in_evt & in_rsp) -> both = false
		:: else -> goto poll
		fi
	   };
look_ring:
	   atomic { snapshot(FRONT, sub(pub, cons)) };
poll:	   atomic {
		do
		:: cons != seen ->
			i = response[cons % N];
			cons = inc(cons);
			assert(in_rsp & bit_of(i & 7));
			in_rsp = in_rsp & ~bit_of(i & 7);
			if
			:: i & ERROR -> in_evt = in_evt & ~bit_of(i & 7)
			:: else
			fi
		:: cons == seen && evt_cons != evt_seen ->
			i = event[evt_cons % N];
			evt_cons = inc(evt_cons);
			assert(in_evt & bit_of(i));
			in_evt = in_evt & ~bit_of(i)
		:: else -> break
		od;
		i = 0
	   };
submit:	   atomic {
		do
		:: wants && busy != (1 << N) - 1 ->
			do
			:: busy & bit_of(i) -> i++
			:: else -> break
			od;
			in_rsp = in_rsp | bit_of(i);
			in_quiet = in_quiet & ~bit_of(i);
			request[prod % N] = i;
			if
			:: true ->
				request[prod % N] = i | FLIP;
				in_evt = in_evt | bit_of(i);
				in_quiet = in_quiet | bit_of(i)
			:: true
			fi;
			i = 0;
			put(FRONT)
		:: wants -> wants = false
		:: true -> break
		od;
		if
		:: prod != pub -> publish(FRONT)
		:: else -> goto settle
		fi
	   };
	   atomic { decide(FRONT) };
settle:	   atomic {
		if
		:: seen == cons && armed_at != inc(cons) && loud ->
			rearm(FRONT);
			look_again(FRONT)
		:: else
		fi
	   }
	od
}

proctype back()
{
	byte prod, pub, cons, seen, armed_at = 1, x, i;
	byte evt_prod, evt_pub, to_answer, to_show, flips;
	bool again, failed;

	do
	:: atomic {
		if
		:: pending[BACK] -> acknowledge(BACK)
		:: again -> again = false
		:: to_answer || to_show -> goto answer
		fi;
		snapshot(BACK, sub(N, sub(cons, pub)));
		do
		:: cons != seen ->
			i = request[cons % N];
			cons = inc(cons);
			to_answer = to_answer | bit_of(i & 7);
			if
			:: i & FLIP -> flips = flips | bit_of(i & 7); to_show = to_show | bit_of(i & 7)
			:: else -> flips = flips & ~bit_of(i & 7)
			fi
		:: else -> break
		od;
		i = 0
	   };
answer:	   atomic {
		i = 0;
		do
		:: i < N && (to_answer & bit_of(i)) ->
			to_answer = to_answer & ~bit_of(i);
			response[prod % N] = i;
			if
			:: true
			:: !(flips & bit_of(i)) || (to_show & bit_of(i)) ->
				/* An error; a flip that failed is not shown. */
				response[prod % N] = i | ERROR;
				to_show = to_show & ~bit_of(i);
				failed = true
			fi;
			put(BACK)
		:: i < N && (to_show & bit_of(i)) ->
			to_show = to_show & ~bit_of(i);
			event[evt_prod % N] = i;
			evt_prod = inc(evt_prod)
		:: i < N -> i++
		:: else -> break
		od;
		i = 0;
		if
		:: prod != pub -> publish(BACK)
		:: else -> goto events
		fi
	   };
	   atomic {
		decide(BACK);
#ifndef SILENT_ERRORS
		if
		:: failed -> notify(BACK)
		:: else
		fi;
#endif
		failed = false
	   };
events:	   atomic {
		if
		:: evt_prod != evt_pub ->
			wmb(BACK);
			store(BACK, IN_PROD, evt_prod);
			evt_pub = evt_prod;
			duty_evt = true
		:: else
		fi;
		if
		:: armed_at != inc(cons) ->
			rearm(BACK);
			look_again(BACK)
		:: else
		fi
	   }
	od
}

proctype machine()
{
	do
	drains(FRONT, REQ_PROD) drains(FRONT, RSP_EVENT)
	sees(FRONT, RSP_PROD) sees(FRONT, REQ_EVENT) sees(FRONT, IN_PROD)
	drains(BACK, RSP_PROD) drains(BACK, REQ_EVENT) drains(BACK, IN_PROD)
	sees(BACK, REQ_PROD) sees(BACK, RSP_EVENT)
	notifies(FRONT) notifies(BACK)
	:: d_step { duty_evt && settled(BACK); duty_evt = false; pending_evt = true }
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
