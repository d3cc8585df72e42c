/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A small event loop for programs on displif-xen: descriptors (epoll), deadlines
 * (the timeout of the wait, no timer descriptors) and signals (signalfd).
 *
 * Context: one thread for a loop and all that hangs on it. Callbacks run in
 * displif_loop_run(); they may add and remove anything, themselves included.
 * All structs are the caller's memory and must not move while they are added.
 */
#ifndef DISPLIF_LOOP_H
#define DISPLIF_LOOP_H

#include <displif/err.h>

DISPLIF_BEGIN_DECLS

#define DISPLIF_LOOP_BATCH 16

struct displif_loop;

/* A descriptor. Set fd, ready and arg, then displif_loop_add_fd(). */
struct displif_loop_fd {
	int fd;
	void (*ready)(void *arg, uint32_t events); /* EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP */
	void *arg;
};

/*
 * A source of deadlines. Before each wait deadline() is asked for the next
 * time in ms of displif_loop_clock(), DISPLIF_NEVER for none; when it has come, fire() is
 * called, which must move it on. Set both and arg, then displif_loop_add_timer().
 */
struct displif_loop_timer {
	uint64_t (*deadline)(void *arg);
	void (*fire)(void *arg, uint64_t now);
	void *arg;
	struct displif_loop_timer *next; /* private */
};

/* Milliseconds of CLOCK_MONOTONIC. Any context. */
DISPLIF_API uint64_t displif_loop_clock(void);

/* Returns 0 and *@loop; OS (errno is set, *@loop is NULL). */
DISPLIF_API int displif_loop_new(struct displif_loop **loop);
/* Frees it and restores the signal mask; does not close the descriptors that were added. NULL is allowed. */
DISPLIF_API void displif_loop_free(struct displif_loop *loop);

/* @events: EPOLLIN and so on, level-triggered. Returns 0; OS (errno is set). */
DISPLIF_API int displif_loop_add_fd(struct displif_loop *loop, struct displif_loop_fd *fd,
				    uint32_t events);
/* Changes what is waited for; 0: errors only. Returns 0; OS (errno is set). */
DISPLIF_API int displif_loop_mod_fd(struct displif_loop *loop, struct displif_loop_fd *fd,
				    uint32_t events);
/* To be called before the descriptor is closed. Its callback is not called any more. */
DISPLIF_API void displif_loop_remove_fd(struct displif_loop *loop, struct displif_loop_fd *fd);

DISPLIF_API void displif_loop_add_timer(struct displif_loop *loop,
					struct displif_loop_timer *timer);
/* Of one that was not added: nothing happens. */
DISPLIF_API void displif_loop_remove_timer(struct displif_loop *loop,
					   struct displif_loop_timer *timer);

/*
 * Takes @n signals out of normal delivery and hands them to @handler in the loop; NULL: each of
 * them stops the loop. Once for each loop, before any thread is started (displif_xen_watch()
 * starts one). Returns 0; STATE if it was called before; OS (errno is set).
 */
DISPLIF_API int displif_loop_signals(struct displif_loop *loop, const int *signals, uint32_t n,
				     void (*handler)(void *arg, int signal), void *arg);

/*
 * Runs until displif_loop_stop(). Returns 0; OS (errno is set); STATE from a callback. May be called again
 * after that, to wait for more (as at the end, for a peer's last word).
 */
DISPLIF_API int displif_loop_run(struct displif_loop *loop);
/* The running (else the next) displif_loop_run() returns after the present callback. */
DISPLIF_API void displif_loop_stop(struct displif_loop *loop);

DISPLIF_END_DECLS

#endif
