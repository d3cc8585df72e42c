/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A host with a FreeBSD in it, its display device and a backend in domain 0, for tests. */
#ifndef BED_H
#define BED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "displif_ioctl.h"
#include "end.h"
#include "machine.h"

#define BED_FRONT 1u
#define BED_SIDE (640u * 480u)

/* FreeBSD's. */
#define BSD_ENOENT 2
#define BSD_EIO 5
#define BSD_ENXIO 6
#define BSD_ENOMEM 12
#define BSD_EBUSY 16
#define BSD_EINVAL 22
#define BSD_ENOTTY 25
#define BSD_ENOSPC 28
#define BSD_EAGAIN 35
#define BSD_ETIMEDOUT 60

/* What a bed is made of; zero is a usual one. */
struct bed_opts {
	const char *connectors; /* NULL: one of 64x48 */
	const struct fake_limits *limits;
	uint64_t seed;
	const uint8_t *edid; /* NULL: refused */
	uint32_t edid_size;
	enum kern_vt_kind vt;
	bool no_backend, no_module;
	bool be_alloc;
};

/* What a connector's monitor shows: what lay in the framebuffer when it was configured or flipped to. */
struct bed_screen {
	uint32_t pixels[BED_SIDE];
	uint64_t fb;
	uint32_t times; /* since the begin */
};

struct bed {
	struct fake_world *w;
	struct fake_dom *fe, *be;
	struct end_back *b;
	struct bed_opts opts;
	struct bed_screen *screen; /* END_CONNECTORS of them */
	uint32_t asked[256];	   /* requests by operation */
	/* told of each request before it is answered; may kill the backend */
	void (*hook)(struct bed *bed, uint32_t connector, const struct displif_back_req *req);
	/* and after that, before the frontend knows */
	void (*after)(struct bed *bed, const struct displif_back_req *req);
};

/* Of all beds from now on: the module is loaded when the system has booted. */
extern bool bed_late;

/* World, domains, nodes, backend and kernel; no device is looked for yet. */
void bed_make(struct bed *bed, const struct bed_opts *opts);
/* bed_make(), and a device that must be connected, its console shown. */
void bed_up(struct bed *bed, const struct bed_opts *opts);
/* Devices are found, late modules loaded. */
void bed_find(struct bed *bed);
/* The toolstack takes the device away; the driver must let go, and nothing be left but what vt(4) keeps. */
void bed_unplug(struct bed *bed);
/* bed_unplug(), if there is a device still, and the rest: nothing must be left of anything. */
void bed_down(struct bed *bed);
/* After a panic: the toolstack destroys the domain. Of the mock's complaints there may be none. */
void bed_crash(struct bed *bed);
/* The backend's program dies, or ends in order; another one begins. */
void bed_kill(struct bed *bed);
void bed_stop(struct bed *bed);
void bed_revive(struct bed *bed);
/* Whether within @ms the frontend's state in XenStore is @state, or it was connected @n times. */
bool bed_wait_state(struct bed *bed, int state, uint32_t ms);
bool bed_wait_generation(struct bed *bed, uint32_t n, uint32_t ms);
/* A sysctl as a number; -1: there is none. */
int64_t bed_number(const char *name);
/* Within @ms the monitor shows the console's text as it is now. */
bool bed_cons_shown(struct bed *bed, uint32_t ms);
struct fake_held bed_held(struct bed *bed);

/* Programs. */
void bed_paint(void *map, uint32_t size, uint32_t what);
bool bed_shows(struct bed *bed, uint32_t connector, uint32_t size, uint32_t what);

struct bed_fb {
	struct displif_create c;
	void *map;
};

/* A buffer that must come about, mapped, with pixels of its own. */
void bed_fb(int fd, struct bed_fb *fb, uint32_t width, uint32_t height, uint32_t what);
int bed_show(int fd, uint32_t connector, uint32_t handle);
int bed_flip(int fd, uint32_t connector, uint32_t handle, uint64_t user);
/* The next event, which must come within @ms. */
struct displif_event bed_event(int fd, uint32_t ms);

#endif
