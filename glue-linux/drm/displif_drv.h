/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * displif_drm: structures, locks, and what the files call of each other.
 *
 * Lock             Guards                                  Context
 * ddrm_dev.life    state machine, transport, configuration  process; work "life" only; waits for
 *   (mutex)        of the device                            XenStore, never for answers
 * ddrm_bo.lock     that one buffer becomes known to the     process; held over killable waits;
 *   (mutex)        backend only once                        never taken by the work "life"
 * ddrm_dev.objs    shares, attached framebuffers, their     process; never held over a wait
 *   (mutex)        generation
 * ddrm_conn.lock   one session, its slots, open flip, what  any
 *   (irqsave)      is shown
 * dev->event_lock  DRM's events, then its vblank locks      any
 * GEM's resv       pages, pins; inside it bo.vmap_lock      process
 *
 * Order: life > objs > conn.lock > event_lock > vblank locks; bo.lock > objs; life and bo.lock >
 * resv. objs and resv are never held together. The fault handler takes resv under mmap_lock, and
 * a buffer may be freed under it, so whoever holds objs allocates nothing.
 *
 * Whoever waits for the backend holds no lock but bo.lock. The work "life" ends such waits by
 * killing the session, so it must never need what they hold.
 */
#ifndef DISPLIF_DRV_H
#define DISPLIF_DRV_H

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <xen/grant_table.h>
#include <xen/xenbus.h>

#include <drm/drm_connector.h>
#include <drm/drm_crtc.h>
#include <drm/drm_device.h>
#include <drm/drm_encoder.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_gem_shmem_helper.h>
#include <drm/drm_plane.h>

#include <displif/libdisplif.h>

#include "displif_compat.h"

struct drm_pending_vblank_event;
struct ddrm_dev;
struct ddrm_share;

/* DRM names CRTCs in masks of 32 bits. */
#define DDRM_MAX_CONNECTORS 32
/* How long a request may take, and a flip: that must end well before the helpers give up, 10 s. */
#define DDRM_TIMEOUT_MS 3000
#define DDRM_FLIP_MS 1000
/* How many flips in a row may be lost: to start over is more work for a backend that is slow. */
#define DDRM_FLIPS_LOST 3

/* One event channel; it lives from chan_open() to chan_close(). */
struct ddrm_chan {
	struct ddrm_conn *conn; /* NULL: a connector that nobody uses */
	enum displif_chan which;
	atomic_t gate;
	int irq;
};

/* What chan_open() is told of a channel. */
struct ddrm_tag {
	struct ddrm_conn *conn;
	enum displif_chan which;
};

enum ddrm_slot_state {
	DDRM_SLOT_FREE = 0,
	DDRM_SLOT_WAIT, /* somebody sleeps in ddrm_req_wait() */
	DDRM_SLOT_FLIP,
	DDRM_SLOT_QUIET, /* nobody waits */
};

/* A request that is out. Its index is the token. */
struct ddrm_slot {
	struct completion done;
	struct ddrm_share *share; /* DBUF_DESTROY: what it is about */
	u64 fb;			  /* framebuffer that the request names, or 0 */
	int err;
	u32 edid_sz;
	u8 state, op;
	bool answered, shown; /* of a flip: response, event */
};

/* What a CRTC shows, in the protocol's terms. */
struct ddrm_view {
	u64 fb; /* cookie, 0: off */
	u32 x, y, width, height, bpp;
};

struct ddrm_vblank {
	struct hrtimer timer;
	atomic64_t stamp; /* ns: the vblank of now */
	atomic64_t done;  /* the stamp whose flip is completed */
	atomic_t armed;	  /* an event waits for the next tick */
	atomic_t on;	  /* somebody wants vblanks */
	atomic_t late;	  /* the next tick leaves room for the backend's event */
	u32 period;	  /* ns; written while vblanks are off */
};

struct ddrm_stats {
	u64 flips, flip_events, flip_skipped, flip_lost, flip_refused, flip_local, config_refused;
};

struct ddrm_conn {
	struct ddrm_dev *dd;
	u32 index;

	spinlock_t lock;
	u32 gen; /* the connection whose session this is, 0: none */
	struct displif_front *front;
	struct ddrm_chan *chan[2];
	struct ddrm_slot slot[DISPLIF_RING_LEN];
	struct ddrm_view view;	   /* the newest that was committed */
	u32 view_gen;		   /* the connection that was told of it */
	u32 lit_gen; /* the connection in which the display was turned on, 0: it is off */
	u64 lit_fb; /* what it was told to show */
	u32 cfg_width, cfg_height; /* "resolution" in this connection */
	bool starved;		   /* tell the work "life" when a slot is free */
	int flip;		   /* slot of the open flip, which was not shown yet, or -1 */
	bool behind;		   /* the newest is to be sent when that is over */
	s64 flip_sent;		   /* ns: when that was */
	u32 flips_lost;		   /* in a row */
	u64 flip_due;
	struct drm_pending_vblank_event *event; /* of the open flip, or of the newest if behind, or NULL */
	u64 late_due; /* when the work "late" runs, or DISPLIF_NEVER */
	struct ddrm_stats stats;

	wait_queue_head_t room;
	struct delayed_work late;
	struct ddrm_tag tag[2];

	/* Written by the work "show" under mode_config.mutex. */
	u32 width, height;
	u8 *edid;
	u32 edid_sz;
	bool present;
	/* The work's own: GET_EDID's pages, kept while the backend may write to them. */
	struct displif_share edid_share;
	u32 edid_gref[16];
	u32 edid_gen, seen_gen;

	/* The commit tail's own: this commit changes what the plane shows. */
	bool damaged;

	struct ddrm_vblank vblank;
	bool crc_on;
	struct work_struct crc_work;
	struct drm_plane plane;
	struct drm_crtc crtc;
	struct drm_encoder encoder;
	struct drm_connector connector;
};

/* Bits of ddrm_dev.input. */
enum ddrm_input {
	DDRM_IN_PEER,
	DDRM_IN_RESUMED,
	DDRM_IN_REMOVE,
};

struct ddrm_dev {
	struct drm_device drm;
	/* Used by the works and by remove(), which ends them: never afterwards. */
	struct xenbus_device *xen;

	struct mutex life;
	struct workqueue_struct *life_wq;
	struct delayed_work life_work;
	unsigned long input;
	atomic_t broken; /* the connection that broke, or 0 */
	struct completion final;
	struct displif_fdev fdev;
	struct displif_port port;
	struct displif_cfg cfg;
	struct displif_connector_cfg *cfg_conn;
	struct displif_link *link;
	struct displif_front *front;
	void **tag;
	u32 n_link; /* transports that are published */
	u32 serial;
	bool peer_failed; /* its state could not be read: again soon */

	struct workqueue_struct *show_wq;
	struct delayed_work show_work;
	bool registered;
	u64 lost_at; /* written by "life" before it queues "show" */

	struct mutex objs;
	u32 gen; /* the connection of now, or 0 */
	u32 closed; /* the last one whose transport is gone: until then the backend may map buffers */
	u16 dom;
	u32 version, n_there; /* connectors that have a transport */
	u32 epoch; /* counts resumes: what was mapped before one is void */
	bool be_alloc, gone;  /* gone: nothing may be queued any more */
	struct list_head shares, held, fbs;
	u32 pages_shared, pages_held;

	atomic64_t cookie;
	struct ddrm_conn *conn;
	u32 n_conn;
};

static inline struct ddrm_dev *to_ddrm(struct drm_device *drm)
{
	return container_of(drm, struct ddrm_dev, drm);
}

#include "displif_bo.h"

/* displif_drv.c */
extern bool ddrm_contiguous, ddrm_bgr;
extern uint ddrm_grace_ms;
u64 ddrm_now(void);

/* displif_port.c */
extern const struct displif_port_ops ddrm_port_ops;
int ddrm_grant_refs(u16 dom, grant_ref_t *gref, u32 n);
void ddrm_chan_notify(struct ddrm_chan *chan);

/* displif_link.c */
int ddrm_link_init(struct ddrm_dev *dd);
int ddrm_link_configure(struct ddrm_dev *dd);
void ddrm_link_input(struct ddrm_dev *dd, enum ddrm_input in);
void ddrm_link_kick(struct ddrm_dev *dd);
void ddrm_link_stop(struct ddrm_dev *dd);
void ddrm_link_fini(struct ddrm_dev *dd);

/* displif_req.c */
void ddrm_conn_init(struct ddrm_dev *dd, struct ddrm_conn *c, u32 index);
void ddrm_conn_start(struct ddrm_conn *c, u32 gen, struct displif_front *front,
		     struct displif_link *link, const struct displif_connector_cfg *cfg);
void ddrm_conn_stop(struct ddrm_conn *c, int why);
void ddrm_conn_irq(struct ddrm_conn *c, enum displif_chan which, int irq);
int ddrm_errno(s32 status);
int ddrm_req_wait(struct ddrm_conn *c, u32 gen, const struct displif_msg *msg, u32 *edid_sz);
int ddrm_req_quiet(struct ddrm_conn *c, u32 gen, const struct displif_msg *msg,
		   struct ddrm_share *share);
int ddrm_req_submit(struct ddrm_conn *c, const struct displif_msg *msg, u8 state,
		    struct ddrm_share *share);
void ddrm_req_flush(struct ddrm_conn *c);
bool ddrm_req_names(struct ddrm_dev *dd, u64 fb);

/* displif_flip.c; with the connector's lock, except the first two. @view NULL: as it is */
void ddrm_flip(struct ddrm_conn *c, const struct ddrm_view *view, u32 fb_gen, bool damaged,
	       struct drm_pending_vblank_event *event, bool async);
bool ddrm_flip_replay(struct ddrm_conn *c, u32 gen, u64 fb);
void ddrm_flip_next(struct ddrm_conn *c);
void ddrm_flip_event(struct ddrm_conn *c, struct ddrm_slot *slot,
		     const struct displif_front_event *ev);
void ddrm_flip_expire(struct ddrm_conn *c, u64 now);
void ddrm_flip_abort(struct ddrm_conn *c);

/* displif_show.c */
void ddrm_show_work(struct work_struct *work);
void ddrm_show_kick(struct ddrm_dev *dd, unsigned int ms);
void ddrm_show_fini(struct ddrm_dev *dd);

/* displif_kms.c, displif_mode.c */
int ddrm_kms_init(struct ddrm_dev *dd);
int ddrm_connector_init(struct ddrm_conn *c);
enum drm_mode_status ddrm_mode_valid(struct drm_crtc *crtc, const struct drm_display_mode *mode);

/* displif_vblank.c; the last three with the connector's lock */
int ddrm_vblank_init(struct ddrm_conn *c);
void ddrm_vblank_mode(struct ddrm_conn *c);
int ddrm_vblank_enable(struct drm_crtc *crtc);
void ddrm_vblank_disable(struct drm_crtc *crtc);
bool ddrm_vblank_stamp(struct drm_crtc *crtc, int *max_error, ktime_t *time, bool in_irq);
void ddrm_vblank_flip(struct ddrm_conn *c, struct drm_pending_vblank_event *event, s64 sent);
void ddrm_vblank_send(struct ddrm_conn *c, struct drm_pending_vblank_event *event);
void ddrm_vblank_arm(struct ddrm_conn *c, struct drm_pending_vblank_event *event);

/* displif_crc.c */
int ddrm_crc_init(struct ddrm_conn *c);
int ddrm_crc_set(struct drm_crtc *crtc, const char *source);
int ddrm_crc_verify(struct drm_crtc *crtc, const char *source, size_t *values);
const char *const *ddrm_crc_sources(struct drm_crtc *crtc, size_t *count);

/* displif_debug.c */
void ddrm_debugfs_init(struct drm_minor *minor);

static inline struct ddrm_conn *crtc_to_conn(struct drm_crtc *crtc)
{
	return container_of(crtc, struct ddrm_conn, crtc);
}

#endif
