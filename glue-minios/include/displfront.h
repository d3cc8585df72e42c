/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A para-virtual display for Mini-OS: the frontend of io/displif.h, in the manner of fbfront.h.
 *
 * Context: threads only, never an event handler; every function says whether it may block. A
 * program may use one device from several threads. Functions return 0 or a negative E* of
 * <mini-os/errno.h>; displfront_error() then has a sentence. Sizes are pixels or, where
 * said, bytes; times are milliseconds.
 *
 * A backend may go and come back. Framebuffers in the guest's memory stay, pixels and all: when the backend
 * is back they are shared with it again and each connector shows what it showed. Those that the backend
 * allocated end with its connection (displfront_fb.lost). docs/guide-minios.md tells more.
 */
#ifndef DISPLFRONT_H
#define DISPLFRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wait_queue_head;
struct displfront_dev;

/* All grant references of a Mini-OS: 4 frames of 512, without the 8 that Xen's tools use (gnttab.c). */
#define DISPLFRONT_GRANTS 2040u
#define DISPLFRONT_FOREVER UINT32_MAX
/* Room for a sentence, terminator included. */
#define DISPLFRONT_ERROR 256u
/* Flips of one connector that may be under way. */
#define DISPLFRONT_FLIPS 4u
/* Modes kept of an EDID. */
#define DISPLFRONT_MODES 16u

/* 0 everywhere is the default. */
struct displfront_config {
	uint32_t timeout_ms; /* for the backend to connect; 0: 10 s; DISPLFRONT_FOREVER */
	/*
	 * Most grant references that this device may have at once; 0: DISPLFRONT_GRANTS. Mini-OS blocks a thread for
	 * ever when none is left and cannot be asked how many there are: leave out what other frontends have
	 * (netfront 512, blkfront 1 and 11 for each request under way).
	 */
	uint32_t grants;
	bool no_edid;	   /* do not ask for EDIDs: "resolution" alone tells the size */
	char *error;	   /* why init_displfront() failed; may be NULL */
	size_t error_size; /* its bytes, DISPLFRONT_ERROR is enough */
};

/*
 * Connects to the backend of a device; @nodename NULL: "device/vdispl/0". @config may be NULL. Blocks until connected and until each
 * connector's EDID is there or was refused, at most config.timeout_ms and 3 s for each connector.
 * NULL on failure, with everything undone: the reason is printed and in config.error, with the XenStore
 * node that it is about. Starts one thread.
 */
struct displfront_dev *init_displfront(char *nodename, const struct displfront_config *config);

/*
 * Ends the device: framebuffers, grants, event channels, watch and thread. Blocks: 3 s for an orderly end, and as
 * long again if the backend still maps pages. All displfront_fb of the device are invalid afterwards; no other thread
 * may be in a call of the device. Returns how many pages the backend still maps: those and their grants stay unused,
 * and a later init_displfront() takes them back once they are free. NULL is allowed: 0.
 */
uint32_t shutdown_displfront(struct displfront_dev *dev);

enum displfront_status {
	DISPLFRONT_WAITING, /* no backend now: it may come (back) at any time */
	DISPLFRONT_CONNECTED,
	DISPLFRONT_GONE, /* the toolstack removed the device: only shutdown_displfront() is left to do */
};

/* Never blocks. */
enum displfront_status displfront_status(const struct displfront_dev *dev);
/* How often the backend connected; another number than before: it was away meanwhile. Never blocks. */
uint32_t displfront_generation(const struct displfront_dev *dev);
/* Why the last call that failed did so, or "". Valid until the next call that fails. Never NULL, never blocks. */
const char *displfront_error(const struct displfront_dev *dev);

/* --- connectors --- */

struct displfront_mode {
	uint32_t width, height; /* 1 .. 4095, interlaced ones to 8190 lines */
	uint32_t refresh_mhz;	/* frames a second * 1000 */
	bool preferred, interlaced;
};

struct displfront_connector {
	uint32_t width,
		height; /* the preferred mode of its EDID, else "resolution" (io/displif.h, "Connectors") */
	const char *unique_id; /* or "" */
	const char *monitor;   /* name in its EDID, or "" */
	const uint8_t
		*edid; /* all of its blocks, whose checksums are right; NULL if there is none */
	uint32_t edid_size; /* bytes, a multiple of 128; 0: none */
	uint32_t n_modes;   /* 0 without an EDID */
	const struct displfront_mode
		*mode; /* n_modes of them, the preferred one first if there is one */
};

/* 1 .. 256; the number of the present or the last connection. Never blocks. */
uint32_t displfront_connectors(const struct displfront_dev *dev);
/* 0 or -EINVAL. The pointers are valid until the backend connects again (displfront_generation()). Never blocks. */
int displfront_connector(const struct displfront_dev *dev, uint32_t index,
			 struct displfront_connector *info);

/* --- framebuffers --- */

#define DISPLFRONT_FOURCC(a, b, c, d) \
	((uint32_t)(a) | ((uint32_t)(b) << 8) | ((uint32_t)(c) << 16) | ((uint32_t)(d) << 24))
/* 32 bits a pixel: blue, green, red, unused. Every backend has it. */
#define DISPLFRONT_XRGB8888 DISPLFRONT_FOURCC('X', 'R', '2', '4')

/* Read-only for the program, but the pixels. */
struct displfront_fb {
	void *pixels;		/* contiguous, page-aligned, zeroed if it is the guest's memory */
	uint32_t width, height; /* pixels */
	uint32_t
		stride; /* bytes from line to line: width * bytes a pixel, the protocol has no other */
	uint32_t size; /* bytes: stride * height */
	uint32_t fourcc;
	bool backend_allocated;
	bool lost; /* of no use any more: refused at a reconnection, or it was the backend's. To be destroyed; pixels may be touched until then. */
};

#define DISPLFRONT_BACKEND \
	1u /* the backend allocates the memory (be-alloc, XENDISPL_DBUF_FLG_REQ_ALLOC): few grants, many mappings */
#define DISPLFRONT_OWN 2u /* the guest's memory, whatever the node "be-alloc" says */

/*
 * Makes a framebuffer that the backend knows: *@fb. @flags: 0 (as the node "be-alloc" says), BACKEND or OWN.
 * Takes ceil(size / 4096) grants and one for each 1023 of them (BACKEND: the latter only), computed before.
 * Blocks for the backend's answers, each at most 3 s.
 * -EINVAL (size, format, flags), -ENOSPC (grants: displfront_error() names need and limit), -ENOMEM, -ENOTCONN (no
 * backend now), -EIO (the backend refused: its status is in displfront_error()), -ETIMEDOUT. On failure *@fb is NULL.
 */
int displfront_fb_create(struct displfront_dev *dev, uint32_t width, uint32_t height,
			 uint32_t fourcc, uint32_t flags, struct displfront_fb **fb);
/*
 * Ends it, on all connectors: one that shows it goes dark. Blocks until flips of it are over and the backend let go. NULL is
 * allowed. Pages that the backend still maps are kept until it does not.
 */
void displfront_fb_destroy(struct displfront_dev *dev, struct displfront_fb *fb);

/* --- showing --- */

/*
 * Sets the connector's mode to the size of @fb and shows it; NULL: off. Blocks until the backend answered (9 s at most: three answers).
 * -EINVAL, -ENOTCONN, -EIO, -ETIMEDOUT (also if a backend of before still maps @fb: it is shown later), -ESTALE (fb.lost).
 */
int displfront_show(struct displfront_dev *dev, uint32_t connector, struct displfront_fb *fb);

#define DISPLFRONT_NOWAIT 1u /* do not block: a DISPLFRONT_EV_FLIP tells when it is on the screen */

/*
 * Page flip: shows another framebuffer of the size of the one that displfront_show() showed. Without NOWAIT it
 * blocks until the framebuffer is on the screen, and there is no event. Up to DISPLFRONT_FLIPS are under way, each
 * of another framebuffer. A framebuffer may be drawn to when a flip to another one is on the screen.
 * -EINVAL (no such connector, another size, nothing is shown there), -EBUSY (it is under way already), -EAGAIN (NOWAIT: too
 * many are, or what was shown is not back yet after a reconnection: a DISPLFRONT_EV_STATUS tells), -ENOTCONN, -ESTALE
 * (fb.lost), -EIO (refused), -ETIMEDOUT (it is lost, or had no turn for 9 s).
 */
int displfront_flip(struct displfront_dev *dev, uint32_t connector, struct displfront_fb *fb,
		    uint32_t flags);

/* --- events --- */

enum displfront_event_type {
	DISPLFRONT_EV_FLIP, /* a flip with NOWAIT ended */
	DISPLFRONT_EV_STATUS, /* displfront_status() or displfront_generation() has changed, or all is back after that */
};

struct displfront_event {
	uint32_t type;		  /* enum displfront_event_type */
	uint32_t connector;	  /* FLIP */
	struct displfront_fb *fb; /* FLIP; not one that was destroyed meanwhile */
	int32_t status; /* FLIP: 0 it is on the screen, -ENOTCONN the backend went, -EIO, -ETIMEDOUT */
	uint64_t time_ms; /* FLIP: when it came, in the clock of displfront_clock() */
};

/* Takes at most @n events to @event. Returns how many, 0 if there are none. Never blocks. None is lost. */
int displfront_receive(struct displfront_dev *dev, struct displfront_event *event, int n);
/*
 * Woken at each event and change of status. Use: wait_event(*displfront_queue(dev), displfront_pending(dev)).
 * Valid as long as the device.
 */
struct wait_queue_head *displfront_queue(struct displfront_dev *dev);
/* Whether displfront_receive() would return something. Never blocks. */
bool displfront_pending(const struct displfront_dev *dev);
/* Milliseconds; never goes back. */
uint64_t displfront_clock(struct displfront_dev *dev);

/* Counters, free running. */
struct displfront_stats {
	uint32_t flips, events, failed; /* sent; on the screen; refused or lost */
	uint32_t requests;		/* other requests */
	uint32_t interrupts, notifications;
	uint32_t grants; /* held now, those that the backend still maps included */
	uint32_t held;	 /* pages that the backend still maps though they were given up */
	uint32_t broken; /* connections that ended by a fault of the backend's */
};

void displfront_stats(const struct displfront_dev *dev, struct displfront_stats *stats);

#ifdef HAVE_LIBC
/*
 * A file descriptor that select() finds readable when displfront_pending(); read() takes whole struct displfront_event, -1 with
 * EAGAIN if there is none; close() does not end the device. -1 with errno ENOSYS in Mini-OS before 4.17,
 * which cannot have new types of files. One for each device; Mini-OS ends if it has no descriptor left.
 */
int displfront_open(struct displfront_dev *dev);
#endif

#endif
