/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Xen in one process: domains, grants, event channels, XenStore, a toolstack
 * and a loop that decides by a seed what happens next, for tests and demos.
 *
 * Pages are frames of one memory file. A mapping in another domain is a second
 * virtual mapping of the same frame, so a touch after unmap is a SIGSEGV and
 * a write through a read-only mapping too. Limits and refusals are Xen's: what
 * this fake allows and the hypervisor forbids is a bug of the fake.
 *
 * All in one thread. Functions return 0 or enum displif_err unless said
 * otherwise. Misuse that a real system would answer by silent damage (closing
 * a channel in its own handler, an unknown handle) is a *violation*: counted,
 * kept as text, and reported by fake_check_clean().
 */
#ifndef FAKE_XEN_H
#define FAKE_XEN_H

#include <stdio.h>

#include <displif/port.h>

#include "fake_hook.h"

DISPLIF_BEGIN_DECLS

struct fake_world;
struct fake_dom;
struct fake_watch;
struct fake_task;

/* --- world --- */

/* 0 means Xen's (or xenstored's) default. Domain 0 is exempt from the xs_* quotas, as in reality. */
struct fake_limits {
	uint32_t frames;      /* 4 KiB pages of the whole host; default 262144 */
	uint32_t grants;      /* entries of a domain's grant table; default 32768 */
	uint32_t maptrack;    /* mappings that a domain may hold; default 262144 */
	uint32_t ports;	      /* event channels of a domain; default 1023 */
	uint32_t xs_nodes;    /* nodes that a domain may own; default 1000 */
	uint32_t xs_value;    /* bytes of a node's value; default 2048 */
	uint32_t xs_watches;  /* of a domain; default 128 */
	uint32_t xs_tx;	      /* open transactions of a domain; default 10 */
	uint32_t xs_tx_nodes; /* nodes touched by one transaction; default 1024 */
};

/*
 * A host with domain 0 and nothing else. @limits may be NULL. @seed decides
 * the order in which fake_run() delivers; 0: first come, first served.
 * NULL, with a message on stderr, if the machine cannot do it (memfd, page size).
 */
struct fake_world *fake_world_new(const struct fake_limits *limits, uint64_t seed);
/* Frees all, domains and what they hold included. NULL is allowed. */
void fake_world_free(struct fake_world *w);
/* Restarts the random sequence of fake_run(). */
void fake_seed(struct fake_world *w, uint64_t seed);

/* --- domains --- */

/* A new domain, running; NULL if @domid lives already. Its directory is made in XenStore. */
struct fake_dom *fake_dom_new(struct fake_world *w, uint16_t domid);
/* The living domain @domid, or NULL. */
struct fake_dom *fake_dom_get(struct fake_world *w, uint16_t domid);
uint16_t fake_dom_id(const struct fake_dom *d);
struct fake_world *fake_dom_world(struct fake_dom *d);
bool fake_dom_alive(const struct fake_dom *d);
/*
 * The domain dies at once: ports close (the peers' turn unbound), its mappings
 * go, its grants end; frames that a peer still maps live on until unmapped.
 * "@releaseDomain" fires. Its nodes stay until the toolstack removes them. Its
 * memory must not be touched any more; calls of its port fail, or do nothing.
 */
void fake_dom_kill(struct fake_dom *d);
/*
 * The program in the domain dies, not the domain: the OS releases what it held
 * (mappings, channels, shared memory, watches, transactions, tasks).
 */
void fake_dom_exit(struct fake_dom *d);
/*
 * The domain wakes on another host: its memory is copied to new frames, its
 * ports are closed and its grants void, without a call of its own. Handles stay
 * valid for close and unshare. XenStore is left to fake_toolstack_*(); it knows nothing of a transaction that was
 * open: each call in it is ABSENT, its end too.
 */
void fake_dom_migrate(struct fake_dom *d);

/*
 * The port of this domain. Its table is the domain's own and may be changed, for example
 * fake_dom_ops(d)->copy = NULL.
 */
struct displif_port fake_dom_port(struct fake_dom *d);
struct displif_port_ops *fake_dom_ops(struct fake_dom *d);

/* Who is called when a channel of this domain that is enabled becomes pending; @tag is chan_open()'s. */
void fake_dom_on_chan(struct fake_dom *d, void (*fn)(void *arg, void *tag), void *arg);

/* --- memory of a domain --- */

/*
 * @n pages, contiguous in virtual memory, of scattered frames, filled with a
 * poison byte or zero. NULL if the host has no frames left.
 */
void *fake_mem_alloc(struct fake_dom *d, uint32_t n, bool zero);
/*
 * Frees memory of fake_mem_alloc(). It cannot be touched afterwards. A violation if a peer can still
 * reach it: what is in it next would be the peer's, too. (The fake does not use such frames again.)
 */
void fake_mem_free(struct fake_dom *d, void *va);
/* How many pages of the allocation at @va are mapped by other domains now. */
uint32_t fake_mem_mapped(struct fake_dom *d, const void *va);
/* The number of the frame behind @va, memory of fake_mem_alloc(); UINT32_MAX if it is none. */
uint32_t fake_mem_frame(struct fake_dom *d, const void *va);
/* Where the domain has a frame that fake_mem_alloc() gave it, or NULL. */
void *fake_mem_at(struct fake_dom *d, uint32_t frame);
/*
 * Maps frames of the domain's own once more, one behind the other; the same one may come several times. NULL, and a violation, if
 * one is not its own. It is a violation to free memory that is mapped so.
 */
void *fake_mem_alias(struct fake_dom *d, const uint32_t *frame, uint32_t n, bool write);
void fake_mem_unalias(struct fake_dom *d, void *va);
/* True if one byte at @va can be read, or written: a test of what would be a SIGSEGV. */
bool fake_mem_readable(const void *va);
bool fake_mem_writable(void *va);

/* --- grants --- */

/* Lowest reference that is ever given; those below belong to the console, XenStore and the like. */
#define FAKE_GREF_FIRST 8u

/* Grants the page at @va (of fake_mem_alloc()) to @to: the lowest free reference, or 0 if there is none. */
uint32_t fake_grant(struct fake_dom *d, uint16_t to, void *va, bool readonly);
/* The same with a reference that the domain chose, as kernels do that keep their own list. False: it is not free, or there is no such. */
bool fake_grant_at(struct fake_dom *d, uint32_t gref, uint16_t to, void *va, bool readonly);
/*
 * Ends a grant. True: gone. False: still mapped; then the reference and the
 * frame are kept until it is unmapped and freed by themselves.
 */
bool fake_grant_end(struct fake_dom *d, uint32_t gref);
/* How often a peer maps this grant now; 0 also if it does not exist. */
uint32_t fake_grant_maps(const struct fake_dom *d, uint32_t gref);

/* --- event channels --- */

enum fake_port_state {
	FAKE_PORT_CLOSED = 0,
	FAKE_PORT_UNBOUND,
	FAKE_PORT_BOUND,
};

enum fake_port_state fake_port_state(const struct fake_dom *d, uint32_t port);
bool fake_port_pending(const struct fake_dom *d, uint32_t port);
/* As an interrupt that nobody sent. */
void fake_port_raise(struct fake_dom *d, uint32_t port);

/* --- XenStore, as seen by a domain. @tx 0: no transaction. Relative paths are the domain's own. --- */

enum fake_perm {
	FAKE_PERM_NONE = 0,
	FAKE_PERM_READ = 1,
	FAKE_PERM_WRITE = 2,
};

/* Of any bytes; also NUL. Creates missing parents, even those that someone removed. */
int fake_xs_write(struct fake_dom *d, uint32_t tx, const char *path, const void *data,
		  uint32_t len);
int fake_xs_puts(struct fake_dom *d, uint32_t tx, const char *path, const char *text);
/* ABSENT, also if it may not be read, as a removed node may not; RANGE if longer than @cap. */
int fake_xs_read(struct fake_dom *d, uint32_t tx, const char *path, char *buf, uint32_t cap,
		 uint32_t *len);
/* As a terminated text in static storage that the fourth call after overwrites; NULL if absent or forbidden. */
const char *fake_xs_gets(struct fake_dom *d, const char *path);
/* As a number of decimal digits; -1 if absent or something else. */
int64_t fake_xs_num(struct fake_dom *d, const char *path);
/* The names in a directory, oldest first, as displif_xen_list(): one free() for all. ABSENT, also if it may not be read. */
int fake_xs_list(struct fake_dom *d, const char *path, char ***names, uint32_t *n);
/* Removes a node and all below it. ABSENT. */
int fake_xs_rm(struct fake_dom *d, uint32_t tx, const char *path);
/* Owner (who may do everything), what the others may, and what one more domain may. */
int fake_xs_perms(struct fake_dom *d, uint32_t tx, const char *path, uint16_t owner,
		  enum fake_perm others, uint16_t peer, enum fake_perm peer_perm);
int fake_xs_begin(struct fake_dom *d, uint32_t *tx);
/* AGAIN if a node that the transaction touched was changed meanwhile; it is gone in any case. */
int fake_xs_end(struct fake_dom *d, uint32_t tx, bool commit);
/* The next @n commits of any domain meet a conflict. */
void fake_xs_conflict(struct fake_world *w, uint32_t n);

/*
 * A watch on a node and all below it, or "@releaseDomain": fires once by itself,
 * then at each change. NULL beyond the quota. @fn is called by fake_run() only.
 */
struct fake_watch *fake_xs_watch(struct fake_dom *d, const char *path,
				 void (*fn)(void *arg, const char *path), void *arg);
void fake_xs_unwatch(struct fake_watch *watch);
/* On: several changes of a node that a watch has not delivered yet become one. Off (default): one each. */
void fake_xs_coalesce(struct fake_world *w, bool on);

/* --- toolstack, as libxl --- */

/*
 * Writes a device's directories. @connectors: "id0:1920x1080;id1:800x600", what
 * stands behind the colon is written as it is; "" for none. INVAL if it cannot be parsed.
 */
int fake_toolstack_attach(struct fake_world *w, uint16_t backend, uint16_t frontend, uint32_t devid,
			  bool be_alloc, const char *connectors);
/* "online" 0 and state Closing into the backend's directory: what `xl vdispl-detach` begins with. ABSENT. */
int fake_toolstack_detach(struct fake_world *w, uint16_t backend, uint16_t frontend,
			  uint32_t devid);
/* Removes both directories; xl does so when the backend is Closed, or has not become so for 10 s. */
void fake_toolstack_remove(struct fake_world *w, uint16_t backend, uint16_t frontend,
			   uint32_t devid);
/* `xl destroy`: removes the frontend's directory, begins the detach, kills the domain. */
void fake_toolstack_destroy(struct fake_world *w, uint16_t backend, uint16_t frontend,
			    uint32_t devid);
/* The state in one end's directory, -1 if there is none. */
int fake_toolstack_back_state(struct fake_world *w, uint16_t backend, uint16_t frontend,
			      uint32_t devid);
int fake_toolstack_front_state(struct fake_world *w, uint16_t frontend, uint32_t devid);

/* --- time and order --- */

/* Virtual ms; begins at 1000. */
uint64_t fake_now(const struct fake_world *w);

/* Something that @d does when it is kicked or when its time comes. Lives until freed or the domain ends. */
struct fake_task *fake_task_new(struct fake_dom *d, void (*fn)(void *arg), void *arg);
void fake_task_kick(struct fake_task *t);
/* Runs it at @due once (DISPLIF_NEVER: not at all); replaces the time set before. */
void fake_task_at(struct fake_task *t, uint64_t due);
void fake_task_free(struct fake_task *t);

/*
 * Delivers pending channels, watches, kicked and due tasks, one at a time in
 * the seed's order, until nothing is left. Time stands still. Returns how many
 * were delivered, or -1 after @max of them (0: a million): a storm.
 */
int32_t fake_run(struct fake_world *w, uint32_t max);
/* Lets @ms pass: from one due task to the next, with fake_run() at each. Returns as fake_run(), summed. */
int32_t fake_advance(struct fake_world *w, uint64_t ms);
/* fake_run() and time as needed until @done says so. False if not within @ms, or at a storm. */
bool fake_until(struct fake_world *w, bool (*done)(void *arg), void *arg, uint64_t ms);
/*
 * For schedulers of their own, in place of the three above. They let domains run
 * in coroutines, so that one is switched away from in the middle of a
 * delivery while another one is served.
 */
/* True if there is something that fake_deliver() would deliver. */
bool fake_ready(const struct fake_dom *d);
/*
 * Delivers one ready thing of @d, in the seed's order; false if there is none. May be called while a delivery of *another*
 * domain has not returned. One of @d that never returns is forgotten by fake_dom_exit() and fake_dom_kill().
 */
bool fake_deliver(struct fake_dom *d);
/* The earliest time for which a task of @d is set, not before now; DISPLIF_NEVER: none. */
uint64_t fake_due(const struct fake_dom *d);
/* Lets time pass to @now, no further back than it is, without delivering anything. */
void fake_pass(struct fake_world *w, uint64_t now);
/* A number from the world's sequence, below @n (n > 0). */
uint32_t fake_rand(struct fake_world *w, uint32_t n);

/* --- faults --- */

/* One bit for each operation of struct displif_port_ops that can fail. */
#define FAKE_OP_SHARE 0x001u
#define FAKE_OP_GRANT 0x002u
#define FAKE_OP_MAP 0x004u
#define FAKE_OP_UNMAP 0x008u /* the mapping stays and may be unmapped again */
#define FAKE_OP_COPY 0x010u
#define FAKE_OP_CHAN_OPEN 0x020u
#define FAKE_OP_CHAN_ALIVE 0x040u
#define FAKE_OP_XS_BEGIN 0x080u
#define FAKE_OP_XS_END 0x100u /* the transaction is gone */
#define FAKE_OP_XS_READ 0x200u
#define FAKE_OP_XS_WRITE 0x400u
#define FAKE_OP_ALL 0x7ffu
/* All but unmap, which no caller can do much about. */
#define FAKE_OP_USUAL (FAKE_OP_ALL & ~FAKE_OP_UNMAP)
#define FAKE_OP_KINDS 11u

/*
 * The @nth call from now (1: the next) of the kinds in @mask made through this domain's port fails
 * with @err, and does nothing. @repeat: and all that follow. nth 0: none fails. Resets the counters.
 */
void fake_fault(struct fake_dom *d, uint32_t mask, uint32_t nth, int err, bool repeat);
/* How many calls failed so since fake_fault(); how many of its kinds were made. */
uint32_t fake_fault_fired(const struct fake_dom *d);
uint32_t fake_fault_calls(const struct fake_dom *d);

/* --- figures --- */

/* What a domain did through its port since it began, in calls and in pages. */
struct fake_stats {
	uint32_t op[FAKE_OP_KINDS]; /* by bit number of FAKE_OP_* */
	uint32_t shared_pages, granted_pages, mapped_pages, unmapped_pages;
	uint32_t unmaps, unshares, ungrants;
	uint32_t copied_bytes;
	uint32_t notifies;     /* sent */
	uint32_t interrupts;   /* delivered to the handler */
	uint32_t watch_events; /* delivered */
};

const struct fake_stats *fake_stats(const struct fake_dom *d);

/* What a domain holds now. */
struct fake_held {
	uint32_t pages;		/* of memory, shared or not */
	uint32_t aliased_pages; /* mapped a second time by fake_mem_alias() */
	uint32_t grants;	/* valid or still mapped */
	uint32_t zombies;	/* of them: ended by the domain, but still mapped by a peer */
	uint32_t mappings, mapped_pages;
	uint32_t ports, chans;
	uint32_t watches, txs, tasks;
	uint32_t xs_nodes; /* owned; not a leak */
};

/* @d NULL: of all domains of @w together, dead ones included. */
void fake_held(const struct fake_world *w, const struct fake_dom *d, struct fake_held *held);

/*
 * Lists everything that any domain still holds, and all violations, one line
 * each, on @out (NULL: nowhere). Returns their number: 0 is clean. XenStore nodes are no leak.
 */
uint32_t fake_check_clean(const struct fake_world *w, FILE *out);
/* Violations so far. */
uint32_t fake_violations(const struct fake_world *w);

DISPLIF_END_DECLS

#endif
