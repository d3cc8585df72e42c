/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What programs use of displif-xen and its loop, on a domain of the fake Xen and its virtual time. */
#ifndef FAKE_DISPLIF_XEN_H
#define FAKE_DISPLIF_XEN_H

#include <displif-xen.h>

#include "fake_xen.h"

/* The program's handle for @dom. @config as for displif_xen_open(); one at a time. */
struct displif_xen *fake_displif_xen_new(struct fake_dom *dom,
					 const struct displif_xen_config *config);
/* @alive: the domain and its program live. */
void fake_displif_xen_free(struct displif_xen *xen, bool alive);
struct displif_loop *fake_displif_loop(struct displif_xen *xen);
/* Whether displif_loop_stop() was called since the last call. */
bool fake_displif_stopped(struct displif_xen *xen);
/* What displif_xen_share_limit() says. */
void fake_displif_limit(struct displif_xen *xen, uint32_t limit);
/* The @nth call from now (1: the next; 0: none) of displif_xen_watch() or displif_xen_list() fails. */
void fake_displif_fail(struct displif_xen *xen, uint32_t nth);
/* After the test called into the program: its deadlines may have changed. */
void fake_displif_rearm(struct displif_xen *xen);

#endif
