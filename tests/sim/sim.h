/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * One schedule: a host, both ends of a display device as coroutines that are switched at accesses to shared
 * pages and at port operations, and a fate that lets programs, domains and devices come and go. A number, the
 * seed, decides everything.
 */
#ifndef SIM_H
#define SIM_H

#include "co.h"
#include "end.h"

#define SIM_MAX_CONNECTORS 3u
#define SIM_BUFS 8u
#define SIM_TOKENS 256u
#define SIM_HELD 128u
#define SIM_ZOMBIES 64u
#define SIM_WHY 200u

enum sim_mode {
	SIM_BOTH,	   /* two honest ends, and all that may happen to them */
	SIM_HOSTILE_FRONT, /* the frontend's side of everything shared is scribbled over */
	SIM_HOSTILE_BACK,
	SIM_MODES
};

/* What happened in all schedules of a mode: shows that the simulation met what it is for. */
struct sim_counts {
	uint64_t schedules, switches, accesses, ops, deliveries;
	uint64_t connects, requests, answers, errors, flips, shown, lost, forgotten, created,
		imports;
	uint64_t faults, conflicts, frozen, jumps, raises;
	uint64_t back_deaths, back_stops, front_deaths, front_removals, guest_deaths, driver_deaths;
	uint64_t detaches, vanishings, migrations, sessions_dead, stale, full_pages, wraps, zombies;
	uint64_t scribbles, xs_scribbles;
};

/* What a seed chooses before it begins. "Per mille" is said of numbers that are chances. */
struct sim_knobs {
	uint32_t quantum;	 /* accesses between two switches at most; 0: no switch there */
	uint32_t op_switch;	 /* per mille: switch at a port operation */
	uint32_t weight[2];	 /* of front and back, where both could run */
	uint32_t connectors;	 /* 1 .. SIM_MAX_CONNECTORS */
	uint16_t back_dom;	 /* 0, or that of a driver domain */
	bool be_alloc, coalesce; /* the device's; watches */
	bool no_copy;		 /* the backend's port has no grant copy */
	struct displif_front_cfg front;
	struct displif_quota quota;
	uint32_t pend_cap;
	uint32_t steps;	     /* of the frontend's client until fate lets go */
	uint32_t client_ms;  /* longest pause of the client */
	uint32_t fate;	     /* turns of the scheduler between two blows, about; 0: none */
	uint32_t fate_mask;  /* which blows, by enum sim_blow */
	uint32_t late_ms;    /* the backend's answers and events come up to so late */
	uint32_t late;	     /* per mille: that one is late */
	uint32_t refuse;     /* per mille: the backend refuses something */
	uint32_t drop_event; /* per mille: a flip is never shown */
	uint32_t evt_start, ring_start; /* first indices */
	bool mute_evt;	      /* the frontend sometimes ignores the event channel's interrupts */
	uint32_t scribble;    /* hostile: per mille at each access of the honest end */
	uint32_t scribble_xs; /* hostile: turns between two, about; 0: none */
};

enum sim_blow {
	SIM_FAULT,
	SIM_CONFLICT,
	SIM_FREEZE,
	SIM_JUMP,
	SIM_RAISE,
	SIM_BACK_DIES,
	SIM_BACK_STOPS,
	SIM_FRONT_DIES,
	SIM_FRONT_REMOVED,
	SIM_GUEST_DIES,
	SIM_DRIVER_DIES,
	SIM_DETACH,
	SIM_VANISH,
	SIM_MIGRATE,
	SIM_BLOWS
};

/* One request of the client; 0: the entry is free. */
struct sim_tok {
	uint64_t token;
	uint64_t fb;
	int32_t status;
	int8_t buf; /* which it is about, or -1 */
	uint8_t op, connector, rsp, flip, lost;
	bool forgotten;
	bool fair; /* in order: nothing but a fault or its own whim lets a backend refuse it */
	bool calm; /* sent after the storm */
};

enum sim_stage {
	SIM_BUF_FREE,
	SIM_BUF_CREATING,
	SIM_BUF_CREATED, /* the backend has it */
	SIM_BUF_ATTACHING,
	SIM_BUF_READY,
	SIM_BUF_DETACHING,
	SIM_BUF_DETACHED,
	SIM_BUF_DESTROYING,
	SIM_BUF_DESTROYED,
	SIM_BUF_EDID,  /* not a display buffer: memory for an EDID that is under way */
	SIM_BUF_STUCK, /* an answer was lost: kept until the connection ends */
};

struct sim_buf {
	struct displif_share share;
	void *own;
	uint32_t *gref;
	uint64_t dbuf, fb;
	uint32_t size, users; /* requests that are outstanding and name its framebuffer */
	enum displif_share_kind kind;
	enum sim_stage stage;
};

/* What the frontend's client does at all. */
enum sim_client {
	SIM_CLIENT_WILD,
	SIM_CLIENT_DRAIN, /* lets go of all its buffers */
	SIM_CLIENT_PROOF, /* shows that everything works: a buffer, flipped once on each connector */
};

struct sim_front {
	struct end_front *end;
	struct fake_task *client;
	struct sim_tok tok[SIM_TOKENS];
	struct sim_buf buf[SIM_BUFS];
	void *zombie[SIM_ZOMBIES]; /* memory that the peer still mapped when its grants ended */
	uint32_t n_zombies;
	uint64_t serial; /* of tokens */
	bool dirty[SIM_MAX_CONNECTORS], evt_missed[SIM_MAX_CONNECTORS], mute;
	bool shown[SIM_MAX_CONNECTORS]; /* something was configured */
	uint32_t proved;		/* connectors */
	uint64_t proof_tok;
	int last_write;		 /* the last state that it tried to write, -1: none */
	bool resuming, removing; /* what it is to do next */
};

/* Something that the backend owes: an answer, or a flip event. */
struct sim_owed {
	struct displif_back_req req;
	uint64_t due, fb;
	uint32_t connector;
	bool used, event;
};

struct sim_back {
	struct end_back *end;
	struct fake_task *later;
	struct sim_owed owed[SIM_HELD];
	uint64_t stamp
		[END_BUFS]; /* cookie that was at the beginning of a buffer; 0: not looked yet */
	uint32_t done[SIM_MAX_CONNECTORS]; /* events given to the session */
	uint32_t bound;			   /* sessions that were doctored */
	int last_write;
	bool stop; /* it is to end in order */
};

enum sim_device {
	SIM_DEV_ABSENT,
	SIM_DEV_PRESENT,
	SIM_DEV_DETACHING,
};

struct sim_fate {
	enum sim_device dev;
	uint64_t dev_due, front_due, back_due, thaw[2];
	bool guest_gone; /* a new one is to be made */
	bool conflicts;	 /* transactions met some */
	uint64_t fault_end[2];
};

struct sim {
	uint64_t seed, rng;
	enum sim_mode mode;
	bool trace, calm, ending, tend,
		hurt[2]; /* hurt: a fault was injected into this domain since its end began */
	struct sim_knobs k;
	struct sim_counts *n;
	struct fake_world *w;
	struct fake_dom *dom[2]; /* front's, back's */
	uint16_t front_id;
	struct co *co[2];
	bool at_top[2];		   /* between two deliveries */
	uint32_t quantum, busy[2]; /* accesses left; made in this delivery */
	struct sim_front front;
	struct sim_back back;
	struct sim_fate fate;
	enum sim_client client;
	uint32_t steps, dull;
	uintptr_t directory; /* the last page accessed that was no ring */
	bool failed;
	char why[SIM_WHY];
};

/* Which of the two: index of sim.dom and sim.co. */
enum { SIM_FE, SIM_BE };

/* The schedule that runs. Callbacks of the library's users have no room for a pointer to it. */
extern struct sim *sim;

/* --- sim.c --- */

/* Runs one schedule. False: a property failed, sim->why tells. */
bool sim_run(struct sim *s, enum sim_mode mode, uint64_t seed, bool trace, struct sim_counts *n);
/* A number below @n; a chance of @mille in a thousand; one of two. */
uint32_t sim_rand(uint32_t n);
bool sim_chance(uint32_t mille);
/* A property does not hold. The schedule ends; does not return inside of a coroutine. */
void sim_fail(const char *property, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Index of a domain, -1 for none of ours. */
int sim_side(const struct fake_dom *d);
bool sim_connected(void);
void sim_switch(void);

/* --- knobs.c --- */

void sim_choose(struct sim *s);

/* --- trace.c --- */

void sim_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void sim_trace_access(const volatile void *addr, enum fake_access kind);
void sim_trace_event(const struct displif_front_event *ev, const struct sim_tok *tok);
void sim_trace_knobs(void);

/* --- ops.c: port operations with switches, and states under watch --- */

void sim_ops_install(struct fake_dom *d);

/* --- front.c: the frontend's life and requests --- */

bool sim_front_start(void);
void sim_front_free(bool orderly);
/* Stages a request, if there is room. */
struct sim_tok *sim_front_send(uint32_t connector, const struct displif_msg *msg, int buf);
void sim_front_flush(uint32_t connector);
/* No request is open, and no buffer left. */
bool sim_front_drained(void);

/* --- client.c: what the frontend's client does --- */

void sim_client_step(void);
/* Nothing more comes for a request. */
void sim_client_told(struct sim_tok *tok);
/* The connection ended: all buffers go. */
void sim_client_drop(void);

/* --- back.c --- */

void sim_back_start(void);
void sim_back_free(bool orderly);
/* The next time when something that is owed is due. */
void sim_back_rearm(void);

/* --- fate.c --- */

void sim_fate_begin(void);
/* Something may happen. */
void sim_fate_strike(void);
/* What was begun goes on; true if anything was done. */
bool sim_fate_tend(void);
/* When it wants to go on. */
uint64_t sim_fate_due(void);
/* The storm is over: a hostile end goes. */
void sim_fate_calm(void);
/* Everything ends. */
void sim_fate_end(void);

/* --- hostile.c --- */

void sim_scribble(const volatile void *addr);
void sim_scribble_xs(void);

/* --- check.c --- */

/* Nobody has anything to do before time passes. */
void sim_check_idle(void);
void sim_check_end(void);
/* Whether its misdeeds count. */
bool sim_honest(int side);
/* What a session died of. */
void sim_check_err(int err);
/* A state that an end writes. */
void sim_check_write(int side, const char *path, const char *text);

#endif
