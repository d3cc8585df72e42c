/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The event loop: epoll, deadlines as its timeout, signals by signalfd. */
#include <displif-loop.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

struct displif_loop {
	int epoll;
	struct displif_loop_timer *timers;
	struct displif_loop_timer *next_timer; /* the one after that whose fire() runs */
	struct epoll_event batch[DISPLIF_LOOP_BATCH];
	int n_batch, at; /* at: the one whose ready() runs */
	bool running, stop;
	struct displif_loop_fd signal_fd;
	void (*signal)(void *arg, int signal);
	void *signal_arg;
	sigset_t old_mask;
};

uint64_t displif_loop_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

int displif_loop_new(struct displif_loop **loop)
{
	struct displif_loop *l = calloc(1, sizeof(*l));

	*loop = NULL;
	if (!l)
		return DISPLIF_E_OS;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0) {
		free(l);
		return DISPLIF_E_OS;
	}
	l->signal_fd.fd = -1;
	*loop = l;
	return 0;
}

void displif_loop_free(struct displif_loop *loop)
{
	if (!loop)
		return;
	if (loop->signal_fd.fd >= 0) {
		close(loop->signal_fd.fd);
		pthread_sigmask(SIG_SETMASK, &loop->old_mask, NULL);
	}
	close(loop->epoll);
	free(loop);
}

static int fd_ctl(struct displif_loop *loop, int op, struct displif_loop_fd *fd, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = fd };

	return epoll_ctl(loop->epoll, op, fd->fd, &ev) ? DISPLIF_E_OS : 0;
}

int displif_loop_add_fd(struct displif_loop *loop, struct displif_loop_fd *fd, uint32_t events)
{
	return fd_ctl(loop, EPOLL_CTL_ADD, fd, events);
}

int displif_loop_mod_fd(struct displif_loop *loop, struct displif_loop_fd *fd, uint32_t events)
{
	return fd_ctl(loop, EPOLL_CTL_MOD, fd, events);
}

void displif_loop_remove_fd(struct displif_loop *loop, struct displif_loop_fd *fd)
{
	int i;

	fd_ctl(loop, EPOLL_CTL_DEL, fd, 0);
	/* What this round already holds must not be called: @fd may be freed after this. */
	for (i = loop->at; i < loop->n_batch; i++)
		if (loop->batch[i].data.ptr == fd)
			loop->batch[i].data.ptr = NULL;
}

void displif_loop_add_timer(struct displif_loop *loop, struct displif_loop_timer *timer)
{
	timer->next = loop->timers;
	loop->timers = timer;
}

void displif_loop_remove_timer(struct displif_loop *loop, struct displif_loop_timer *timer)
{
	struct displif_loop_timer **p;

	if (loop->next_timer == timer)
		loop->next_timer = timer->next;
	for (p = &loop->timers; *p; p = &(*p)->next) {
		if (*p == timer) {
			*p = timer->next;
			return;
		}
	}
}

static void on_signal(void *arg, uint32_t events)
{
	struct displif_loop *loop = arg;
	struct signalfd_siginfo info;

	(void)events;
	if (read(loop->signal_fd.fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (loop->signal)
		loop->signal(loop->signal_arg, (int)info.ssi_signo);
	else
		loop->stop = true;
}

int displif_loop_signals(struct displif_loop *loop, const int *signals, uint32_t n,
			 void (*handler)(void *arg, int signal), void *arg)
{
	sigset_t set;
	uint32_t i;
	int err;

	if (loop->signal_fd.fd >= 0)
		return DISPLIF_E_STATE;
	sigemptyset(&set);
	for (i = 0; i < n; i++)
		if (sigaddset(&set, signals[i]))
			return DISPLIF_E_OS;
	err = pthread_sigmask(SIG_BLOCK, &set, &loop->old_mask);
	if (err) {
		errno = err;
		return DISPLIF_E_OS;
	}
	loop->signal = handler;
	loop->signal_arg = arg;
	loop->signal_fd.ready = on_signal;
	loop->signal_fd.arg = loop;
	loop->signal_fd.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (loop->signal_fd.fd >= 0) {
		if (displif_loop_add_fd(loop, &loop->signal_fd, EPOLLIN) == 0)
			return 0;
		err = errno;
		close(loop->signal_fd.fd);
		loop->signal_fd.fd = -1;
		errno = err;
	}
	err = errno;
	pthread_sigmask(SIG_SETMASK, &loop->old_mask, NULL);
	errno = err;
	return DISPLIF_E_OS;
}

/* What epoll_wait() wants: ms until the next deadline, rounded to its int. */
static int loop_timeout(struct displif_loop *loop)
{
	uint64_t due = DISPLIF_NEVER, now;
	struct displif_loop_timer *t;

	for (t = loop->timers; t; t = t->next) {
		uint64_t d = t->deadline(t->arg);

		if (d < due)
			due = d;
	}
	if (due == DISPLIF_NEVER)
		return -1;
	if (due == 0)
		return 0;
	now = displif_loop_clock();
	if (due <= now)
		return 0;
	return due - now > INT_MAX ? INT_MAX : (int)(due - now);
}

static void loop_fds(struct displif_loop *loop)
{
	for (loop->at = 0; loop->at < loop->n_batch && !loop->stop; loop->at++) {
		struct displif_loop_fd *fd = loop->batch[loop->at].data.ptr;

		if (fd)
			fd->ready(fd->arg, loop->batch[loop->at].events);
	}
	loop->at = loop->n_batch = 0;
}

static void loop_timers(struct displif_loop *loop)
{
	struct displif_loop_timer *t;
	uint64_t now;

	if (!loop->timers)
		return;
	now = displif_loop_clock();
	for (t = loop->timers; t && !loop->stop; t = loop->next_timer) {
		loop->next_timer = t->next;
		if (t->deadline(t->arg) <= now)
			t->fire(t->arg, now);
	}
	loop->next_timer = NULL;
}

int displif_loop_run(struct displif_loop *loop)
{
	int err = 0;

	if (loop->running)
		return DISPLIF_E_STATE;
	loop->running = true;
	while (!loop->stop) {
		int n = epoll_wait(loop->epoll, loop->batch, DISPLIF_LOOP_BATCH,
				   loop_timeout(loop));

		if (n < 0) {
			if (errno == EINTR)
				continue;
			err = DISPLIF_E_OS;
			break;
		}
		loop->n_batch = n;
		loop_fds(loop);
		loop_timers(loop);
	}
	loop->running = false;
	loop->stop = false;
	return err;
}

void displif_loop_stop(struct displif_loop *loop)
{
	loop->stop = true;
}
