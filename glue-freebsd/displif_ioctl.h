/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * /dev/displifN: a Xen para-virtual display for programs. One program at a time may have it open.
 *
 * A buffer is made by DISPLIF_IOC_CREATE and mapped by mmap() at the offset that it gives. DISPLIF_IOC_SHOW sets a connector's
 * mode to the size of a buffer, DISPLIF_IOC_FLIP shows another one of that size; its end comes as a struct
 * displif_event to read(2), which poll(2) and kqueue(2) (EVFILT_READ) wait for. While the device is open the console
 * is not shown on connectors that a program shows something on.
 *
 * The backend may go and come back: buffers stay, and what was shown is shown again. Buffers end with the descriptor.
 * But where the host's configuration lets the backend allocate them (DISPLIF_INFO_BE_ALLOC) they are lost with it: requests
 * say ENXIO, the console is shown, and maps keep their addresses, with zeroed memory that nobody sees. Destroy such a buffer
 * and make another one.
 */
#ifndef DISPLIF_IOCTL_H
#define DISPLIF_IOCTL_H

#include <sys/types.h>
#include <sys/ioccom.h>

#define DISPLIF_IOC_VERSION 1

/* XRGB8888: 32 bits a pixel: blue, green, red, unused. */
#define DISPLIF_XRGB8888 0x34325258u

struct displif_info {
	uint32_t version;       /* DISPLIF_IOC_VERSION */
	uint32_t connectors;    /* 1 .. 256 */
	uint32_t connected;     /* 1 if a backend is there, else 0 */
	uint32_t generation;    /* how often one connected */
	uint32_t flags;         /* DISPLIF_INFO_* */
};

/* Buffers are the backend's memory. */
#define DISPLIF_INFO_BE_ALLOC 1u

struct displif_mode_info {
	uint32_t width, height; /* pixels */
	uint32_t refresh_mhz;   /* frames a second * 1000; 0: not known */
	uint32_t flags;         /* DISPLIF_MODE_INFO_* */
};

#define DISPLIF_MODE_INFO_PREFERRED 1u
#define DISPLIF_MODE_INFO_INTERLACED 2u
#define DISPLIF_MODE_INFO_MAX 16

struct displif_connector_info {
	uint32_t index;         /* in */
	uint32_t n_modes;       /* 1 at least: the node "resolution", without an EDID */
	char unique_id[64];     /* or "" */
	char monitor[16];       /* name in the EDID, or "" */
	struct displif_mode_info mode[DISPLIF_MODE_INFO_MAX];
};

struct displif_create {
	uint32_t width, height; /* in: pixels, 1 .. 32767 */
	uint32_t fourcc;        /* in: DISPLIF_XRGB8888 or another that the backend takes */
	uint32_t handle;        /* out: not 0 */
	uint32_t stride;        /* out: bytes from line to line */
	uint32_t size;          /* out: bytes */
	uint64_t offset;        /* out: for mmap() */
};

struct displif_show {
	uint32_t connector;
	uint32_t handle;        /* 0: off, or the console again */
};

struct displif_flip {
	uint32_t connector;
	uint32_t handle;
	uint64_t user;          /* comes back in the event */
};

struct displif_event {
	uint32_t connector;
	int32_t error;          /* 0: on the screen; ENXIO: the backend went; EIO: refused; ETIMEDOUT */
	uint64_t user;
	uint64_t time_ns;       /* of CLOCK_MONOTONIC */
};

#define DISPLIF_IOC_INFO _IOR('D', 1, struct displif_info)
#define DISPLIF_IOC_CONNECTOR _IOWR('D', 2, struct displif_connector_info)
/* ENXIO: no backend now; ENOSPC: grants, or more than 1 GiB in all; ENOMEM; EINVAL; EIO: refused; ETIMEDOUT. */
#define DISPLIF_IOC_CREATE _IOWR('D', 3, struct displif_create)
#define DISPLIF_IOC_DESTROY _IOW('D', 4, uint32_t)
#define DISPLIF_IOC_SHOW _IOW('D', 5, struct displif_show)
/* EBUSY: it is under way already, or too many are; EINVAL: another size, or nothing is shown. Does not wait. */
#define DISPLIF_IOC_FLIP _IOW('D', 6, struct displif_flip)

#endif
