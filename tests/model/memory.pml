/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Memory that two processors share, as weak as any machine that runs Xen.
 *
 * The includer defines L, the number of locations (one byte each).
 *  - Stores become visible in any order, at any later time, unless wmb() or mb()
 *    stands between them.
 *  - A load gives what the processor saw last of that location, which may be as
 *    old as its last rmb() or mb().
 *  - A load made by load_late() may also happen as late as the next rmb() or
 *    mb(), behind stores that follow it. It knows what it has to give.
 *  - Accesses of one processor to one location stay in order. A store becomes
 *    visible to everybody else at once.
 * Sequential consistency and x86's store queues are special cases of it.
 *
 * What a processor does is not seen by the other before a machine step (below)
 * makes it so. So a model may put all its steps up to the next mb() in one atomic.
 */
#define FRONT 0
#define BACK 1

#define at(p, l) ((p) * L + (l))
#define bit_of(l) (1 << (l))

byte mem[L];
/* What processor p sees of location l: its own store that waits, or what it knows of memory. */
byte view[2 * L];
/* Locations with a store that waits, by rank: one rank must be empty before the next begins. */
short q0[2], q1[2], q2[2];
byte rank[2];
/* Loads that have not happened yet, and what they have to give. */
short late[2];
byte want[2 * L];
byte each;

#define waits(p, l) ((q0[p] | q1[p] | q2[p]) & bit_of(l))
#define settled(p) (q0[p] == 0)

inline memory_init()
{
	each = 0;
	do
	:: each < L -> view[at(FRONT, each)] = mem[each]; view[at(BACK, each)] = mem[each]; each++
	:: else -> break
	od;
	each = 0
}

inline refresh(p)
{
	each = 0;
	do
	:: each < L ->
		if
		:: !waits(p, each) -> view[at(p, each)] = mem[each]
		:: else
		fi;
		each++
	:: else -> break
	od;
	each = 0
}

inline load(p, l, x)
{
	x = view[at(p, l)]
}

inline load_late(p, l, w)
{
	!(late[p] & bit_of(l));
	late[p] = late[p] | bit_of(l);
	want[at(p, l)] = w
}

/* A store to a location for which one waits already waits for that. */
inline store(p, l, v)
{
	!waits(p, l) && !(late[p] & bit_of(l));
	view[at(p, l)] = v;
	if
	:: rank[p] == 0 -> q0[p] = q0[p] | bit_of(l)
	:: rank[p] == 1 -> q1[p] = q1[p] | bit_of(l)
	:: else -> q2[p] = q2[p] | bit_of(l)
	fi
}

inline wmb(p)
{
	q2[p] == 0;
	if
	:: q1[p] -> rank[p] = 2
	:: !q1[p] && q0[p] -> rank[p] = 1
	:: else -> rank[p] = 0
	fi
}

inline rmb(p)
{
	late[p] == 0;
	refresh(p)
}

inline mb(p)
{
	late[p] == 0 && settled(p);
	refresh(p)
}

/* Machine steps. A store of p becomes visible; p sees another's; a late load happens. */
inline drain(p, l)
{
	q0[p] & bit_of(l);
	mem[l] = view[at(p, l)];
	q0[p] = q0[p] & ~bit_of(l);
	if
	:: q0[p] == 0 && rank[p] ->
		q0[p] = q1[p];
		q1[p] = q2[p];
		q2[p] = 0;
		rank[p]--
	:: else
	fi
}

#define drains(p, l) :: d_step { drain(p, l) }
#define sees(p, l) \
	:: d_step { !waits(p, l) && view[at(p, l)] != mem[l]; view[at(p, l)] = mem[l] }
#define happens(p, l) \
	:: d_step { late[p] & bit_of(l); late[p] = late[p] & ~bit_of(l); \
		    assert(view[at(p, l)] == want[at(p, l)]); want[at(p, l)] = 0 }
