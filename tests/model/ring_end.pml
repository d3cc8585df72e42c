/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * One end of the ring, step by step as in libdisplif/src/ring.c, and settle() of
 * front.c and back.c. Each NO_x leaves out one barrier or one step.
 */

/*
 * The event channel. Sending sets the peer's bit, at some time after the duty
 * arose, once what was stored before is visible; a bit that is set already
 * stays. Delivery clears it before the handler looks at memory. PROMPT: at once;
 * NO_SLEEP: not at all, each end looks whenever it likes.
 */
#ifdef NO_SLEEP
#define notify(p) skip
#define notifies(p)
#else
#ifdef PROMPT
#define notify(p) pending[1 - p] = true
#define notifies(p)
#else
#define notify(p) duty[p] = true
#define notifies(p) \
	:: d_step { duty[p] && settled(p); duty[p] = false; pending[1 - p] = true }
#endif
#endif

/*
 * The bit's end must be visible before the handler's loads. It is an atomic
 * location of its own: EARLY_ACK lets the loads be older.
 */
#ifdef EARLY_ACK
#define acknowledge(p) pending[p] = false
#else
#define acknowledge(p) pending[p] = false; mb(p)
#endif

/* The message with index i: requests are odd, responses even. */
#define message(p, i) (2 * ((i) / N) + 1 + (p))

/* displif__ring_put() */
inline put(p)
{
#ifndef NO_MESSAGES
	store(p, SLOT(prod), message(p, prod));
#endif
	prod = inc(prod)
}

/* displif__ring_publish(), up to its full barrier */
inline publish(p)
{
#ifndef NO_PUBLISH_WMB
	wmb(p);
#endif
	store(p, own_prod(p), prod)
}

/* ... and behind it */
inline decide(p)
{
#ifndef NO_PUBLISH_MB
	mb(p);
#endif
	load(p, peer_event(p), x);
	if
	:: sub(prod, x) < sub(prod, pub) -> notify(p)
	:: else
	fi;
	pub = prod;
	x = 0
}

/* displif__ring_snapshot() */
inline snapshot(p, limit)
{
	load(p, peer_prod(p), x);
	assert(sub(x, cons) <= (limit));
	assert(sub(x, cons) <= N);
	assert(sub(x, cons) >= sub(seen, cons));
	seen = x;
#ifndef NO_SNAPSHOT_RMB
	rmb(p);
#endif
	x = 0
}

/* displif__ring_get() */
inline get(p)
{
#ifndef NO_MESSAGES
	load_late(p, SLOT(cons), message(1 - p, cons));
#endif
	cons = inc(cons)
}

/* settle() and displif__ring_rearm(), up to its full barrier */
inline rearm(p)
{
	armed_at = inc(cons);
	store(p, own_event(p), armed_at)
}

/* ... and behind it */
inline look_again(p)
{
#ifndef NO_REARM_MB
	mb(p);
#endif
#ifndef NO_SECOND_LOOK
	load(p, peer_prod(p), x);
	if
	:: sub(x, cons) >= 1 -> again = true
	:: else
	fi;
	x = 0
#endif
}
