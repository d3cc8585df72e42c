/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The frontend: what a display driver in a guest does with the library.
 *
 * guest.c is the device: state machine, rings, channels, deadlines. It would
 * look the same for any driver. guest_show.c is what this driver wants of it:
 * two buffers for each connector, and a card that moves.
 */
#ifndef LB_GUEST_H
#define LB_GUEST_H

#include <displif/libdisplif.h>

#include "fake_xen.h"
#include "options.h"

struct lb_guest;

/* What a channel is opened with, so that its handler knows whom it is for. */
struct lb_guest_tag {
	struct lb_guest *guest;
	uint32_t conn;
	enum displif_chan chan;
};

/* Odd states wait for the backend's answer. */
enum lb_buf_state {
	LB_BUF_NONE = 0,
	LB_BUF_CREATING,
	LB_BUF_CREATED,
	LB_BUF_ATTACHING,
	LB_BUF_READY,
	LB_BUF_DETACHING,
	LB_BUF_DETACHED,
	LB_BUF_DESTROYING,
};

/* A display buffer and the one framebuffer in it. */
struct lb_buf {
	enum lb_buf_state state;
	struct displif_share share;
	uint32_t *gref;	   /* memory for share */
	uint64_t dbuf, fb; /* cookies, 0 before there are any */
	bool drawn;
	uint32_t frame; /* which one it holds, if drawn */
};

enum lb_head_state {
	LB_HEAD_NEW = 0, /* the mode is not known yet */
	LB_HEAD_EDID,	 /* the backend is asked for it */
	LB_HEAD_UP,	 /* buffers are created and attached */
	LB_HEAD_CONFIG,	 /* SET_CONFIG is sent */
	LB_HEAD_SHOWN,	 /* a frame is on the screen, nothing is under way */
	LB_HEAD_FLIP,	 /* a page flip is sent */
	LB_HEAD_RESET,	 /* SET_CONFIG without a framebuffer is sent */
	LB_HEAD_DOWN,	 /* buffers are detached and destroyed */
	LB_HEAD_OFF,	 /* nothing is left */
};

/* One connector's picture. */
struct lb_head {
	enum lb_head_state state;
	uint32_t width, height; /* of the mode: the EDID's, or else XenStore's */
	bool edid_used;
	char monitor[14]; /* the EDID's name of it */
	struct displif_share edid;
	uint32_t edid_gref[16];
	struct lb_buf buf[LB_BUFFERS];
	uint32_t shown; /* the buffer on the screen */
	uint32_t frame; /* and the frame in it */
	uint32_t flips; /* flip events received */
};

struct lb_guest {
	struct fake_world *world;
	struct fake_dom *dom;
	struct displif_port port;
	const struct lb_options *opt;
	uint16_t backend;
	char dir[DISPLIF_XS_PATH], backend_dir[DISPLIF_XS_PATH];

	/* The device. On a real system a lock that may sleep guards it. */
	struct displif_fdev fdev;
	struct displif_cfg cfg;
	struct displif_connector_cfg connector[LB_MAX_CONNECTORS];
	struct fake_watch *watch;
	struct fake_task *task; /* what is to be done outside of interrupts, and deadlines */

	/* The connectors. A leaf lock for each, taken with interrupts off, guards its session. */
	struct displif_link link[LB_MAX_CONNECTORS];
	struct displif_front front[LB_MAX_CONNECTORS];
	struct lb_guest_tag tag[2 * LB_MAX_CONNECTORS];
	uint32_t n;   /* connectors that are published */
	bool started; /* between ACT_START and ACT_STOP */
	bool again;   /* DISPLIF_DO_POLL */
	bool broken;  /* DISPLIF_DO_CLOSE */

	/* The pictures. */
	struct lb_head head[LB_MAX_CONNECTORS];
	bool go;       /* flip */
	bool stop;     /* no more frames */
	bool leave;    /* give everything back, then go */
	bool removing; /* it was given back */
	bool gone;     /* the device has ended */
	bool failed;   /* told on stderr */
};

/* Begins on @dom; NULL: no memory. Nothing happens before fake_run(). */
struct lb_guest *lb_guest_new(struct fake_world *world, struct fake_dom *dom, uint16_t backend,
			      const struct lb_options *opt);
/* After gone, or never mind what the backend thinks. NULL is allowed. */
void lb_guest_free(struct lb_guest *g);

/* After go, stop or leave was set: takes notice. */
void lb_guest_kick(struct lb_guest *g);
/* Whether all heads show a frame, with nothing under way. */
bool lb_guest_shown(const struct lb_guest *g);
/* Whether they have shown as many frames as they are to, or stopped. */
bool lb_guest_done(const struct lb_guest *g);

/* The surface of @buf as this guest sees it. */
struct draw_surface;
void lb_guest_surface(const struct lb_guest *g, const struct lb_head *head,
		      const struct lb_buf *buf, struct draw_surface *surface);

/* Tells what went wrong, once, and stops. */
void lb_guest_fail(struct lb_guest *g, uint32_t conn, const char *what, int err,
		   const struct displif_diag *diag);

/* --- guest_show.c, called by guest.c --- */

/* An answer, a flip or a loss came on connector @conn. */
void lb_show_event(struct lb_guest *g, uint32_t conn, const struct displif_front_event *ev);
/* Sends whatever can be sent now. */
void lb_show_advance(struct lb_guest *g);
/* The connection is over: gives back the buffers, which no request will do any more. */
void lb_show_release(struct lb_guest *g);

/* Stages a request; false: the ring is full, try again after the next event. */
bool lb_guest_send(struct lb_guest *g, uint32_t conn, const struct displif_msg *msg,
		   uint64_t token);

#endif
