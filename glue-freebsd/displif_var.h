/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the files of the driver share. docs/design-freebsd.md has the locks. */
#ifndef DISPLIF_VAR_H
#define DISPLIF_VAR_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/callout.h>
#include <sys/fbio.h>
#include <sys/kernel.h>
#include <sys/lock.h>
#include <sys/malloc.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/selinfo.h>
#include <sys/sx.h>
#include <sys/sysctl.h>
#include <sys/taskqueue.h>

#include <vm/vm.h>
#include <vm/vm_extern.h>
#include <vm/pmap.h>

#include <machine/atomic.h>
#include <machine/bus.h>

#include <xen/xen-os.h>
#include <xen/hypervisor.h>
#include <xen/features.h>
#include <xen/xen_intr.h>
#include <xen/gnttab.h>
#include <xen/xenstore/xenstorevar.h>
#include <xen/xenbus/xenbusvar.h>

#include <displif/libdisplif.h>

MALLOC_DECLARE(M_DISPLIF);

/* For an answer of the backend's, ms. */
#define DFB_ANSWER_MS 3000u
/* Boot waits for us so long, ms. */
#define DFB_BOOT_MS 10000u
/* 8 pages and their directory. */
#define DFB_EDID_WORDS 9u
#define DFB_MODES 16u
/* The console's flips a second while there is something to show, and looks a second while there is not. */
#define DFB_CONS_HZ 60
#define DFB_CONS_IDLE_HZ 4

struct dfb_dev;

/* Pages at one address that a backend may be let into. */
struct dfb_block {
	struct dfb_block *next;
	void *va;
	vm_object_t obj;   /* NULL: the kernel's own; else programs may map it, too */
	grant_ref_t *held; /* grants that were to end and are mapped still; room for n */
	uint32_t n, n_held;
	bool given_up; /* to be freed when n_held is 0 */
	bool for_ever; /* vt(4) may draw there at any time */
};

struct dfb_buf {
	struct displif_plan_buf plan;
	struct dfb_block *block; /* NULL: the backend's memory, share.map */
	struct displif_share share;
	uint32_t *gref;
	uint32_t words;
	uint32_t handle;      /* of a program; 0: not one's */
	bool counted;	      /* in the device's grants and pages */
	struct dfb_buf *next; /* of the same program */
};

/* Flips of one connector that may be under way; slot 0 is the console's. */
#define DFB_FLIPS 5u
#define DFB_FLIP_CONS 0u
/* A flip's token is its slot; those of the task's requests begin here. */
#define DFB_TOKENS 64u

/* With the connector's mutex. */
struct dfb_flip {
	struct dfb_buf *buf; /* NULL: a slot that is free */
	uint8_t owed;	     /* an answer, an event */
	bool over;	     /* its end was told */
	uint32_t serial;     /* of the open file that asked for it */
	uint64_t user;
};

struct dfb_tag {
	struct dfb_conn *cn;
	enum displif_chan chan;
};

/* One connector; lives as long as the device once it was seen. */
struct dfb_conn {
	struct dfb_dev *dd;
	uint32_t index;
	struct mtx
		mtx; /* front, the fields down to live, the request of the task that goes by this connector */
	struct displif_front *front; /* in dd->front; NULL: no rings */
	struct displif_link *link;
	bool live;	 /* between START and STOP */
	bool cons_shown; /* the console may flip */
	uint32_t calm;	 /* looks in a row that found no damage */
	struct dfb_flip flip[DFB_FLIPS];
	struct dfb_tag tag[2];
	/* dd->sx */
	uint32_t width, height;
	char unique_id[DISPLIF_UNIQUE_ID];
	uint8_t *edid;
	uint32_t edid_size, n_modes;
	char monitor[14];
	struct displif_mode mode[DFB_MODES];
	/* for sysctl */
	uint64_t flips, shown, failed, interrupts;
};

/* The one request of the task that is under way. */
struct dfb_req {
	uint64_t token;
	uint32_t connector, edid_sz;
	int32_t status; /* of the backend; if it is lost or unsent: enum displif_err */
	uint8_t op;	/* 0: none is */
	bool over, lost, unsent;
};

/* The vt(4) console. It is never freed once vt(4) knows it. */
struct dfb_cons {
	struct fb_info info;   /* first: vt(4)'s softc */
	struct dfb_buf *buf;   /* NULL: no device has it now */
	struct dfb_dev *dd;    /* with buf */
	volatile u_int damage; /* something was drawn; atomic */
	bool attached;	       /* vt(4) knows it */
};

struct dfb_dev {
	device_t dev;
	struct sysctl_ctx_list
		sysctls; /* not the device's own, which goes after what they tell of */
	struct sx sx;
	struct displif_port port;
	struct displif_fdev fdev;
	struct displif_plan plan;
	struct displif_plan_conn *mode; /* of the plan, n_conn of them */
	struct dfb_conn *conn[DISPLIF_MAX_CONNECTORS];
	uint32_t n_conn, n; /* seen so far; of this connection */
	struct displif_link *link;
	struct displif_front *front;
	void **tag_ptr;
	struct dfb_block *blocks;
	struct dfb_req req; /* written under the mtx of its connector until it is over */
	uint64_t token;
	uint16_t backend;
	bool be_alloc; /* the backend allocates what programs draw in */
	char dir[DISPLIF_XS_PATH], backend_dir[DISPLIF_XS_PATH];
	/* the task */
	struct taskqueue *tq;
	struct task task;
	struct timeout_task timer;
	uint64_t write_at; /* "unwritten" is tried again then, or DISPLIF_NEVER */
	enum xenbus_state unwritten;
	uint32_t write_ms;
	volatile uint64_t armed; /* when it is due, ms; atomic */
	uint64_t retry_at, sweep_at, leave_until;
	uint64_t
		config_at; /* XenStore failed as the device was attached: the sizes are read again then */
	uint32_t config_ms;
	bool cons_late; /* a console is wanted as soon as its size is known */
	uint64_t
		boot_until; /* when boot is let go on without a backend; DISPLIF_NEVER: it was, or there is one */
	uint32_t sweep_ms;
	bool unread; /* the backend's state is to be read then */
	bool started;
	volatile u_int broken, again; /* of the interrupt; atomic */
	volatile u_int changed;	      /* the backend's state, perhaps; atomic */
	volatile u_int resumed;	      /* rings and grants are void; atomic */
	bool leaving, removed, final;
	bool dying; /* detach: the task does nothing any more */
	/* EDIDs */
	uint32_t edid_next;
	struct displif_share edid_share;
	uint32_t edid_gref[DFB_EDID_WORDS];
	bool edid_shared;
	struct dfb_cons *cons;
	struct callout cons_callout;
	/* programs */
	struct cdev *cdev;
	struct dfb_file *file;	/* the one that has it open, with sx and ev_mtx; NULL */
	uint32_t serial;	/* of the last one */
	uint32_t grants, pages; /* of buffers of programs */
	bool closed;		/* with sx: nobody opens it any more */
	struct mtx ev_mtx;	/* below a connector's: file and its events */
	uint32_t generation, held, breaks;
	char error[160];
	uint64_t said_at; /* when the second of "said" began */
	uint32_t said;	  /* lines */
};

/* displif_dev.c */
uint64_t dfb_now(void);
/* With sx: whether a line may be printed. */
bool dfb_may_say(struct dfb_dev *dd);
void dfb_fail(struct dfb_dev *dd, const char *what, int err, const struct displif_diag *diag);
/* The one map from enum displif_err to errno, and 0 to 0. */
int dfb_errno(int err);

/* From the task, without sx: the console that attach could not make. */
void dfb_late_console(struct dfb_dev *dd);

/* displif_conn.c; with sx */
/* Reads the configuration, *@cfg without its connectors; they are in dd->conn. */
int dfb_configure(struct dfb_dev *dd, struct displif_cfg *cfg);
/* ACT_PUBLISH: rings and nodes. An enum displif_err. */
int dfb_publish(struct dfb_dev *dd);
void dfb_rings_drop(struct dfb_dev *dd);

/* displif_task.c. Any context that may take a mutex. */
void dfb_kick(struct dfb_dev *dd);
int dfb_task_init(struct dfb_dev *dd);
/* Ends it: nothing of it runs afterwards. */
void dfb_task_fini(struct dfb_dev *dd);
/* With sx: one input of the state machine, and what it asks for. */
void dfb_feed(struct dfb_dev *dd, enum displif_in in, uint32_t arg);
/* With sx: the device leaves; at most 7 s. */
void dfb_leave(struct dfb_dev *dd);

/* displif_port.c */
extern const struct displif_port_ops dfb_port_ops;

/* displif_share.c; with sx */
/* @user: programs may map it. @kept: NULL, or memory of a block that was for ever. */
struct dfb_block *dfb_block_new(struct dfb_dev *dd, uint32_t n, bool user, void *kept);
void dfb_block_drop(struct dfb_dev *dd, struct dfb_block *b);
uint32_t dfb_held(const struct dfb_dev *dd);
/* Grant references that this domain may ever have, those of other drivers included. */
uint32_t dfb_grant_limit(void);
/* Tries to end what is held; sets sweep_at. */
void dfb_sweep(struct dfb_dev *dd);
/* The device goes; what is held goes to a list that the next sweep of any device looks at. */
void dfb_share_fini(struct dfb_dev *dd);
/* Without sx: whether there is something on it still. */
bool dfb_share_kept(void);
int dfb_share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va, uint32_t *gref);
void dfb_unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n);
int dfb_grant(void *ctx, uint16_t dom, void *mem, uint32_t n, uint32_t flags, uint32_t *gref);
uint32_t dfb_ungrant(void *ctx, void *mem, const uint32_t *gref, uint32_t n);

/* What is mapped still is asked about again, in a while. */
void dfb_sweep_later(struct dfb_dev *dd);

/* displif_view.c; may sleep */
/* An object for the pages from @start on; NULL: no memory. */
vm_object_t dfb_view_new(vm_paddr_t start, uint32_t n);
/* No program sees one of these pages any more; those that map the object keep it. */
void dfb_view_end(vm_object_t obj);
/* Whether somebody does. */
bool dfb_views(void);

/* displif_map.c; with sx, but the last four */
int dfb_map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags, void **va,
	    void **map);
int dfb_unmap(void *ctx, void *map);
/* What programs map of @map, of dfb_map(); no reference is taken. */
vm_object_t dfb_map_object(void *map);
/* Tries to free ranges of addresses that could not be freed; how many are left. */
uint32_t dfb_map_sweep(void);
/* Whether there is one, or a program has a map. */
bool dfb_map_kept(void);
void dfb_map_suspend(void);
void dfb_map_resume(bool cancelled);

/* displif_work.c; with sx */
/* Answers, the plan, EDIDs. Returns whether something is under way. */
bool dfb_work(struct dfb_dev *dd);
bool dfb_settled(struct dfb_dev *dd);
void dfb_work_stop(struct dfb_dev *dd);
void dfb_work_release(struct dfb_dev *dd);
void dfb_work_end(struct dfb_dev *dd);
void dfb_send(struct dfb_dev *dd, uint32_t connector, const struct displif_msg *msg);
/* Grants that a buffer of @size bytes needs of this domain. */
uint32_t dfb_grants(uint32_t size, bool theirs);
/* Whether a program's buffer of @size bytes is too much, with what programs have. */
bool dfb_full(const struct dfb_dev *dd, uint32_t size);
/* A buffer, wanted; @user and @kept as above. One of a program's is of the backend's memory if the toolstack says so. NULL: printed. */
struct dfb_buf *dfb_buf_new(struct dfb_dev *dd, uint32_t width, uint32_t height, uint32_t fourcc,
			    bool user, void *kept);
/* One that could not be had in an earlier connection is wanted anew: the same memory, another buffer. @old is dropped. */
struct dfb_buf *dfb_buf_again(struct dfb_dev *dd, struct dfb_buf *old);

/* displif_edid.c; with sx */
bool dfb_edid_ask(struct dfb_dev *dd);
void dfb_edid_answer(struct dfb_dev *dd, const struct dfb_req *req);
void dfb_edid_release(struct dfb_dev *dd);

/* displif_ring.c */
driver_intr_t dfb_intr;
/* With cn->mtx: takes out what is there, publishes what was staged. */
void dfb_pump(struct dfb_conn *cn);
/* With cn->mtx: a flip by a slot that is free; 0 or enum displif_err. */
int dfb_flip(struct dfb_conn *cn, uint32_t slot, struct dfb_buf *buf);

/* displif_cons.c */
/* With sx: a console on connector 0, if it has none yet. */
void dfb_cons_begin(struct dfb_dev *dd);
/* With sx, before a connection is used: an earlier one ended, or refused something, before the console was there. */
void dfb_cons_again(struct dfb_dev *dd);
/* With sx and the topology lock: vt(4) may draw from now on; or it refuses, and there is no console. */
void dfb_cons_attach(struct dfb_dev *dd);
/* Without sx: flips no more, and no console comes any more. */
void dfb_cons_stop(struct dfb_dev *dd);
/* With sx and the topology lock. */
void dfb_cons_end(struct dfb_dev *dd);
/* Whether vt(4) knows one, so that the module must stay. */
bool dfb_cons_kept(void);
/* With sx: shows what was drawn. */
void dfb_cons_work(struct dfb_dev *dd);

/* displif_panic.c: text was drawn in a panic; @line: to its end. */
void dfb_panic_show(struct dfb_dev *dd, bool line);

/* displif_cdev.c */
int dfb_cdev_begin(struct dfb_dev *dd);
/* Without sx: programs are thrown out, and what they had goes. */
void dfb_cdev_end(struct dfb_dev *dd);
/* With sx: nothing of a program's; on connector 0 that is the console. */
void dfb_show_none(struct dfb_dev *dd, uint32_t connector);
/* With a connector's mutex: a program's flip has ended, @error: 0 or errno. */
void dfb_cdev_flipped(struct dfb_conn *cn, const struct dfb_flip *flip, int error);

#endif
