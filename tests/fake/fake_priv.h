/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the fake's own files share: the structs behind the opaque names, and who may touch them. */
#ifndef FAKE_PRIV_H
#define FAKE_PRIV_H

#include <stdlib.h>
#include <string.h>

#include "fake_xen.h"

#define FAKE_PAGE 4096u
#define FAKE_NO_FRAME UINT32_MAX
#define FAKE_TEXTS 16 /* violations kept as text */
#define FAKE_TEXT 160

/* --- memory (fake_mem.c) --- */

struct fake_frame {
	uint32_t maps;	  /* mappings by other domains */
	uint32_t grants;  /* valid ones */
	uint32_t aliases; /* second mappings by its owner */
	bool owned;	  /* part of its owner's memory */
};

/* Contiguous memory of a domain. */
struct fake_region {
	struct fake_region *next;
	void *va;
	uint32_t n;
	uint32_t *frame;
};

/* Addresses of a world that are used once; beyond them the OS gives what it likes. */
#define FAKE_ARENA ((size_t)32 << 20)

/* Other addresses that were unmapped stay inaccessible for a while, so that a late touch is seen. */
#define FAKE_QUARANTINE 512u
#define FAKE_QUARANTINE_PAGES 16384u

struct fake_gone {
	void *va;
	uint32_t n;
};

struct fake_mem {
	int fd;
	uint32_t n_frames, n_free; /* n_free: those never used included */
	uint32_t n_back;	   /* on the stack */
	uint32_t fresh;		   /* the first that was never used */
	struct fake_frame *frame;
	uint32_t *free; /* a stack of those that came back */
	char *arena;	/* addresses, each used once; NULL if there are none */
	size_t arena_used;
	struct fake_gone gone[FAKE_QUARANTINE];
	uint32_t gone_head, gone_n, gone_pages;
};

bool fake__mem_init(struct fake_world *w);
void fake__mem_free(struct fake_world *w);
/* Maps frames one behind the other. NULL on failure. */
void *fake__frames_map(struct fake_world *w, const uint32_t *frame, uint32_t n, bool write);
/* Makes @n pages at @va inaccessible; their addresses are not used again soon. */
void fake__va_end(struct fake_world *w, void *va, uint32_t n);
/* A frame lost its owner or a mapping: frees it if that was the last one. */
void fake__frame_put(struct fake_world *w, uint32_t frame);
/* The region that holds @va and the page's index in it, or NULL. */
struct fake_region *fake__region_at(struct fake_dom *d, const void *va, uint32_t *page);
/* As fake_mem_free(), of memory that its owner will not use again while a peer maps it. */
void fake__mem_drop(struct fake_dom *d, void *va);
/* Exit and death: gives all memory of a domain back. */
void fake__mem_end(struct fake_dom *d);
/* fake_alias.c: exit and death, before the memory itself. */
void fake__alias_end(struct fake_dom *d);
/* New frames with the same content at the same addresses. */
void fake__mem_migrate(struct fake_dom *d);

/* --- grants (fake_grant.c) --- */

enum fake_gref_state {
	FAKE_GREF_FREE = 0,
	FAKE_GREF_VALID,
	FAKE_GREF_ZOMBIE, /* ended by the domain, still mapped */
	FAKE_GREF_VOID,	  /* of a former host: nobody can map it, the domain has not ended it yet */
};

struct fake_gref {
	uint32_t frame, maps;
	uint16_t to;
	uint8_t state;
	bool readonly;
};

struct fake_map {
	struct fake_map *next;
	struct fake_dom *by;
	struct fake_dom *of; /* NULL: it migrated, its grants know no more of this */
	void *va;
	uint32_t n;
	uint32_t *gref, *frame;
	bool dead; /* the OS released it already */
};

struct fake_gref *fake__gref(struct fake_dom *d, uint32_t gref);
/* Copies through a grant. 0 or OS. */
int fake__copy(struct fake_dom *by, uint16_t dom, uint32_t gref, uint32_t ofs, void *buf,
	       uint32_t len, bool to_peer);
/* All or nothing. 0, OS. */
int fake__map(struct fake_dom *by, uint16_t dom, const uint32_t *gref, uint32_t n, bool write,
	      struct fake_map **map);
int fake__unmap(struct fake_dom *by, struct fake_map *map);
/* Exit and death: ends all grants, or releases all mappings. */
void fake__grants_end(struct fake_dom *d);
void fake__maps_end(struct fake_dom *d);
void fake__grants_migrate(struct fake_dom *d);

/* --- event channels (fake_evtchn.c) --- */

struct fake_port {
	struct fake_dom *peer;	/* BOUND */
	struct fake_chan *chan; /* who opened it */
	uint64_t since;		/* order in which it became pending */
	uint32_t peer_port;
	uint16_t remote; /* UNBOUND: who may bind it */
	uint8_t state;	 /* enum fake_port_state */
	bool pending, masked;
};

struct fake_chan {
	struct fake_chan *next;
	struct fake_dom *d;
	void *tag;
	uint32_t port; /* 0: closed behind its owner's back */
	bool dead;
};

uint32_t fake__port_alloc(struct fake_dom *d, uint16_t remote);
/* Binds to @port of @dom; the new local port, 0 if it may not. */
uint32_t fake__port_bind(struct fake_dom *d, uint16_t dom, uint32_t port);
void fake__port_close(struct fake_dom *d, uint32_t port);
void fake__port_notify(struct fake_dom *d, uint32_t port);
/* The channel behind a handle, or NULL and a violation. */
struct fake_chan *fake__chan(struct fake_dom *d, void *handle, const char *what);
void fake__chan_free(struct fake_chan *chan);
/* Exit, death and migration: closes all ports; @forget: their handles are dead too. */
void fake__ports_end(struct fake_dom *d, bool forget);

/* --- XenStore (fake_xs.c, fake_node.c, fake_tx.c, fake_watch.c) --- */

#define FAKE_XS_PATH 1024u
#define FAKE_XS_PEERS 2u

struct fake_acl {
	uint16_t owner;
	uint8_t others; /* enum fake_perm, or both bits */
	uint8_t n;
	struct {
		uint16_t dom;
		uint8_t perm;
	} peer[FAKE_XS_PEERS];
};

struct fake_node {
	struct fake_node *parent, *child, *next;
	char *name;
	char *data;
	uint32_t len;
	uint64_t gen; /* when it or its list of children changed last */
	struct fake_acl acl;
};

struct fake_event {
	struct fake_event *next;
	uint64_t since;
	struct fake_watch *watch;
	char path[];
};

struct fake_watch {
	struct fake_watch *next;
	struct fake_dom *d;
	void (*fn)(void *arg, const char *path);
	void *arg;
	char *path;    /* absolute, or "@..." */
	uint32_t skip; /* bytes to leave out of what is reported: a relative watch */
	bool dead;
};

struct fake_tx_op {
	struct fake_tx_op *next;
	char *path, *data;
	struct fake_acl acl;
	uint32_t len;
	uint8_t kind; /* enum fake_tx_kind */
};

enum fake_tx_kind {
	FAKE_TX_WRITE,
	FAKE_TX_RM,
	FAKE_TX_PERMS,
};

struct fake_seen {
	struct fake_seen *next;
	uint64_t gen; /* 0: the node did not exist */
	char path[];
};

struct fake_tx {
	struct fake_tx *next;
	struct fake_dom *d;
	struct fake_node *root; /* a copy of the whole tree, to work on */
	uint64_t base;		/* the world's generation at its beginning */
	struct fake_seen *seen;
	struct fake_tx_op *op, **op_end;
	uint32_t id, n_seen;
	bool lost; /* the domain migrated: XenStore does not know it, the domain has not noticed */
};

/* Nodes: the tree without rules. */
struct fake_node *fake__node_new(struct fake_node *parent, const char *name, size_t len);
void fake__node_free(struct fake_node *node);
struct fake_node *fake__node_clone(const struct fake_node *node, struct fake_node *parent);
struct fake_node *fake__node_find(struct fake_node *root, const char *path);
/* The deepest existing node on the way to @path. */
struct fake_node *fake__node_nearest(struct fake_node *root, const char *path);
void fake__node_set(struct fake_node *node, const void *data, uint32_t len);
bool fake__node_may(const struct fake_node *node, uint16_t domid, enum fake_perm perm);
uint32_t fake__node_owned(const struct fake_node *node, uint16_t domid);
/* Writes @node's absolute path to buf[FAKE_XS_PATH]. */
void fake__node_path(const struct fake_node *node, char *buf);

/* Makes @path absolute in buf[FAKE_XS_PATH]. 0, or INVAL for a path that xenstored refuses. */
int fake__xs_path(const struct fake_dom *d, const char *path, char *buf);
/* Changes to a tree by the rules. @live: it is the world's own tree, watches fire. */
int fake__xs_do_write(struct fake_dom *d, struct fake_node *root, bool live, const char *path,
		      const void *data, uint32_t len);
int fake__xs_do_rm(struct fake_dom *d, struct fake_node *root, bool live, const char *path);
int fake__xs_do_perms(struct fake_dom *d, struct fake_node *root, bool live, const char *path,
		      const struct fake_acl *acl);

struct fake_tx *fake__tx(struct fake_dom *d, uint32_t id);
/* Remembers what the transaction saw of @path. FULL beyond the quota. */
int fake__tx_touch(struct fake_tx *tx, const char *path);
void fake__tx_log(struct fake_tx *tx, enum fake_tx_kind kind, const char *path, const void *data,
		  uint32_t len, const struct fake_acl *acl);
void fake__tx_end(struct fake_dom *d);
void fake__tx_migrate(struct fake_dom *d);

/* @exact: only watches on this very node. @node: as it is, or was, for the permissions. */
void fake__watch_fire(struct fake_world *w, const char *path, const struct fake_node *node,
		      bool exact);
void fake__watch_fire_special(struct fake_world *w, const char *name);
void fake__watch_again(struct fake_dom *d);
void fake__watch_end(struct fake_dom *d);
/* Takes a domain's oldest event out and delivers it. */
void fake__watch_deliver(struct fake_dom *d);

/* --- domains, world, order --- */

struct fake_task {
	struct fake_task *next;
	struct fake_dom *d;
	void (*fn)(void *arg);
	void *arg;
	uint64_t due, since; /* since: 0 unless kicked */
	bool dead;
};

struct fake_fault {
	uint32_t mask, nth, calls, fired;
	int err;
	bool repeat;
};

struct fake_dom {
	struct fake_dom *next;
	struct fake_world *w;
	uint16_t id;
	bool alive;
	struct displif_port_ops ops;
	void (*on_chan)(void *arg, void *tag);
	void *on_chan_arg;
	struct fake_fault fault;
	struct fake_stats stats;
	struct fake_region *region;
	struct fake_region *alias; /* of frames that a region has */
	struct fake_gref *gref;
	uint32_t gref_hint, gref_top; /* no free one below; none ever used from here on */
	struct fake_map *map;
	uint32_t mapped;
	struct fake_port *port;
	uint32_t port_top;
	struct fake_chan *chan;
	struct fake_chan *running; /* whose handler runs */
	struct fake_event *event, **event_end;
	struct fake_event *telling; /* being delivered */
};

struct fake_world {
	struct fake_limits limits;
	struct fake_mem mem;
	struct fake_dom *dom;
	struct fake_node *root;
	struct fake_watch *watch;
	struct fake_tx *tx;
	struct fake_task *task;
	uint64_t now, seed, order, gen;
	uint32_t tx_id, conflicts;
	bool coalesce, running, random;
	uint32_t violations;
	char text[FAKE_TEXTS][FAKE_TEXT];
};

extern const struct displif_port_ops fake__port_ops;

/* Never NULL: out of memory ends the program. */
void *fake__alloc(size_t n, size_t size);
void fake__violation(struct fake_world *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Counts a call of @kind (one FAKE_OP_* bit); its planned error, or 0. A dead domain: OS. */
int fake__fault(struct fake_dom *d, uint32_t kind);
void fake__task_end(struct fake_dom *d);

#endif
