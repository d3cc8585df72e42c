/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* An open /dev/displifN, for the two files that serve it. */
#ifndef DISPLIF_FILE_H
#define DISPLIF_FILE_H

#include "displif_var.h"
#include "displif_ioctl.h"

/* Events that wait to be read; flips are refused rather than that one is lost. */
#define DFB_EVENTS 64u

struct dfb_file {
	struct dfb_dev *dd;
	struct dfb_buf *bufs; /* with sx */
	uint32_t handles, serial;
	/* with ev_mtx */
	struct displif_event event[DFB_EVENTS];
	uint32_t prod, cons, due; /* due: flips that will make one */
	bool dead;		  /* the device goes */
	struct selinfo sel;
};

/* Both with sx. */
struct dfb_buf *dfb_find(struct dfb_file *f, uint32_t handle);
void dfb_show_console(struct dfb_dev *dd);
/* d_ioctl */
int dfb_ioctl(struct cdev *cdev, u_long cmd, caddr_t data, int fflag, struct thread *td);

#endif
