/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The parts of kmsclient. Every function that returns bool prints one error line on failure
 * (cli_error: what was done to what, and why it failed) unless its comment says otherwise.
 */
#ifndef TESTS_XEN_GUEST_KMS_H
#define TESTS_XEN_GUEST_KMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "draw.h"

#define KMS_MAX_BUFFERS 16u

/* --- series.c: measured times --- */
struct series {
	uint64_t *ns;
	size_t count, room;
};

struct summary {
	uint64_t median, p99, most; /* in ns; all 0 if nothing was measured */
};

/* CLOCK_MONOTONIC in ns, the clock of the kernel's flip events. */
uint64_t now_ns(void);
/* Add a time; without memory the program ends, since its result would be wrong. */
void series_add(struct series *series, uint64_t ns);
/* Sorts the series. */
struct summary series_summary(struct series *series);
void series_free(struct series *series);

/* --- kms_device.c: the card, its connector, CRTC and mode --- */
struct kms_want {
	const char *device;	/* path, or NULL: the first card that has a connected connector */
	const char *connector;	/* name as in sysfs without the card ("Virtual-1") or id; or NULL */
	uint32_t width, height; /* 0: the preferred mode */
	uint32_t fourcc;
	uint32_t wait_s;      /* how long the device and its connector may take to appear */
	const char *exporter; /* card that makes the buffers, imported into the other; NULL: none */
	uint32_t offset;      /* of the picture in its buffer, in bytes */
};

struct kms {
	int fd, exporter; /* exporter: -1 if the buffers are our own */
	char path[64], driver[32], connector_name[32];
	uint32_t connector, crtc, crtc_index;
	drmModeModeInfo mode;
	uint32_t offset;
	uint64_t open_ns; /* the last, good attempt: open to mode found */
};

/* Open and choose. On failure kms->fd is -1 and nothing is held. */
bool kms_open(struct kms *kms, const struct kms_want *want);
void kms_close(struct kms *kms);
/* Switch the connector by its DPMS property. */
bool kms_dpms(struct kms *kms, bool on);
/* Show a framebuffer by a mode set; fb 0 switches the CRTC off. */
bool kms_set_crtc(struct kms *kms, uint32_t fb);
/* Whether the kernel refuses modes with rates that no timer keeps. */
bool kms_modes_refused(struct kms *kms, uint32_t fb);
/* Let others set modes; what is shown stays. */
bool kms_drop_master(struct kms *kms);

/* --- kms_buffer.c: dumb buffers with a framebuffer each --- */
struct kms_buffer {
	uint32_t handle, fb; /* 0: not there */
	uint32_t exported;   /* its handle at the exporter, 0: none */
	struct draw_surface surface;
	void *mem; /* the mapping, and its size */
	size_t size;
	uint32_t frame;
	bool drawn;
};

struct kms_buffer_times {
	struct series create, map, addfb, draw, rmfb, destroy;
};

/* Create, map and add one of the mode's size. On failure nothing of it is left. */
bool kms_buffer_create(struct kms *kms, struct kms_buffer *buffer, uint32_t fourcc,
		       struct kms_buffer_times *times);
/* Whether the kernel refuses what no plane can show, as it has to. */
bool kms_buffer_refused(struct kms *kms, const struct kms_buffer *buffer);
/* Draw the card of this frame, from the buffer's old one if it has one. Cannot fail. */
void kms_buffer_draw(struct kms_buffer *buffer, uint32_t seed, uint32_t frame,
		     struct kms_buffer_times *times);
/* Undo the create, all steps even if one fails. Nothing to do is no failure. */
bool kms_buffer_destroy(struct kms *kms, struct kms_buffer *buffer, struct kms_buffer_times *times);

/* --- kms_flip.c: page flips and their events --- */
struct kms_flips {
	struct series ioctl, event; /* the call; start of the call until the event is read */
	uint64_t number;	    /* of the last flip, from 1; also its event's user_data */
	uint64_t events, surplus;   /* surplus: second, unknown or late events */
	uint64_t pending;	    /* the number that an event is awaited for, 0: none */
	uint64_t last_time_us;
	uint32_t last_sequence;
	uint64_t sequence_still, sequence_back, time_back, time_outside;
	uint64_t busy;	   /* attempts that the kernel refused because of an older flip */
	uint64_t start_us; /* when the pending flip's ioctl began */
	uint64_t first_ns, last_ns;
	bool async;
	bool fenced; /* a fence holds each flip for a while */
};

enum kms_wait {
	KMS_WAIT_DONE,	 /* the flip's event has come, or the time is over with none awaited */
	KMS_WAIT_SIGNAL, /* SIGTERM or SIGINT */
	KMS_WAIT_FAILED, /* said so */
};

/*
 * Flip to the buffer, again while the kernel is busy, and wait at most timeout_ms for the event.
 * signal_fd is a signalfd that ends the wait.
 */
enum kms_wait kms_flip(struct kms *kms, struct kms_flips *flips, const struct kms_buffer *buffer,
		       int signal_fd, uint32_t timeout_ms);
/* Let the time pass, counting events that should not come. */
enum kms_wait kms_flip_idle(struct kms *kms, struct kms_flips *flips, int signal_fd,
			    uint64_t timeout_ms);

/* --- kms_fence.c: of an exporter that is vgem --- */
bool kms_fence_attach(struct kms *kms, const struct kms_buffer *buffer, uint32_t *fence);
/* After a time in which no event may come. */
bool kms_fence_signal(struct kms *kms, uint32_t fence, uint32_t after_ms);

/* --- kms_bind.c --- */
/* Take a device on the xen bus ("vdispl-0") from its driver and give it back; *start_ns: of that.
 */
bool kms_rebind(const char *name, uint64_t *start_ns);

#endif
