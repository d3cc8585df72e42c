/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* An open device, for the files that serve it. */
#ifndef FK_CDEV_H
#define FK_CDEV_H

#include "fk.h"

#include <sys/conf.h>
#include <sys/event.h>

#define FK_FDS 16

struct fk_file {
	struct cdev *dev; /* NULL: the device is gone */
	void *priv;
	d_priv_dtor_t *dtor;
	struct knote kn;
	struct selinfo *selected;
	int flags;
	bool used, noted, woken, ending;
};

extern struct fk_file fk_files[FK_FDS];

/* A thread goes into a method of the descriptor's device; NULL: that is gone. */
struct fk_file *fk_enter(int fd);
void fk_leave(struct cdev *dev);

#endif
