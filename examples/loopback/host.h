/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The backend: what a program in domain 0 does with the library.
 *
 * host.c is the device: state machine, rings, channels, deadlines. host_io.c
 * serves requests. Its screens have no hardware: what is shown is where a
 * framebuffer's pixels are mapped, and 62 times a second each screen takes the
 * frame that waits, as a real one does at its vertical blank.
 */
#ifndef LB_HOST_H
#define LB_HOST_H

#include <displif/libdisplif.h>

#include "fake_xen.h"
#include "options.h"

#define LB_REFRESH_MS 16u

#define LB_MAX_DBUFS (LB_BUFFERS * LB_MAX_CONNECTORS)
/* Flips that a connector accepts before the guest has seen the event of an earlier one. */
#define LB_MAX_FLIPS 1u

struct lb_host;

struct lb_host_tag {
	struct lb_host *host;
	uint32_t conn;
	enum displif_chan chan;
};

/* What the host holds for a display buffer: displif_dbuf.user. */
struct lb_memory {
	uint8_t *va;	/* NULL: nothing */
	void *map;	/* mapped from the guest, or */
	uint32_t *gref; /* our own, granted to the guest */
	uint32_t pages;
};

/* One connector's screen. */
struct lb_screen {
	const struct displif_fb *shown; /* NULL: blank */
	const struct displif_fb *next;	/* from the next refresh on */
	uint64_t flip;			/* cookie of a flip under way, 0: none */
	uint32_t refreshes;		/* that brought another frame */
};

struct lb_host {
	struct fake_world *world;
	struct fake_dom *dom;
	struct displif_port port;
	const struct lb_options *opt;
	uint16_t frontend;
	char dir[DISPLIF_XS_PATH], frontend_dir[DISPLIF_XS_PATH];

	struct displif_bdev bdev;
	struct displif_cfg cfg; /* read before the guest ran */
	struct displif_connector_cfg connector[LB_MAX_CONNECTORS];
	struct fake_watch *watch[2];
	struct fake_task *task;	   /* what is to be done outside of interrupts, and deadlines */
	struct fake_task *refresh; /* the screens' clock */

	/* One lock, or one thread, for a guest and all its connectors. */
	struct displif_guest guest;
	struct displif_dbuf dbuf[LB_MAX_DBUFS];
	struct displif_fb fb[LB_MAX_DBUFS];
	struct lb_memory memory[LB_MAX_DBUFS];
	struct displif_link link[LB_MAX_CONNECTORS];
	struct displif_back back[LB_MAX_CONNECTORS];
	uint64_t pend[LB_MAX_CONNECTORS * LB_MAX_FLIPS];
	struct lb_host_tag tag[2 * LB_MAX_CONNECTORS];
	struct lb_screen screen[LB_MAX_CONNECTORS];
	uint32_t page[DISPLIF_PGDIR_WORDS]; /* scratch */
	struct displif_scratch scratch;
	bool bound;  /* between ACT_START and ACT_STOP */
	bool again;  /* DISPLIF_DO_POLL */
	bool broken; /* DISPLIF_DO_CLOSE */
	bool gone;   /* the device has ended */
	bool failed; /* told on stderr */
};

/* Begins on @dom for a device of @frontend that the toolstack has made; NULL: told. */
struct lb_host *lb_host_new(struct fake_world *world, struct fake_dom *dom, uint16_t frontend,
			    const struct lb_options *opt);
/* After gone, or never mind the guest. NULL is allowed. */
void lb_host_free(struct lb_host *h);

/*
 * What connector @conn shows. The pixels are the guest's own memory, or ours if
 * it was allocated here; they may change under the reader. False: nothing.
 */
struct draw_surface;
bool lb_host_surface(const struct lb_host *h, uint32_t conn, struct draw_surface *surface);

void lb_host_fail(struct lb_host *h, const char *what, int err, const struct displif_diag *diag);

/* --- host_io.c, called by host.c --- */

/* Serves all requests of connector @conn that irq() found. */
void lb_host_serve(struct lb_host *h, uint32_t conn);
/* The vertical blank: what waits is shown, and the guest is told. */
void lb_host_refresh(struct lb_host *h);
/* Lets go of all buffers of a connection that is over. */
void lb_host_release(struct lb_host *h);

#endif
