/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The event loop: descriptors, deadlines, signals, and things that remove themselves and others. */
#include <displif-loop.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

static struct displif_loop *loop;

static int setup(void **state)
{
	(void)state;
	return displif_loop_new(&loop);
}

static int teardown(void **state)
{
	(void)state;
	displif_loop_free(loop);
	return 0;
}

/* --- descriptors --- */

struct source {
	struct displif_loop_fd fd; /* first */
	int pipe[2];
	unsigned int calls;
	struct source *remove; /* from the callback */
	bool stop;
};

static void on_ready(void *arg, uint32_t events)
{
	struct source *s = arg;
	char c;

	assert_true(events & EPOLLIN);
	assert_int_equal(read(s->pipe[0], &c, 1), 1);
	s->calls++;
	if (s->remove) {
		displif_loop_remove_fd(loop, &s->remove->fd);
		memset(&s->remove->fd, 0x5a, sizeof(s->remove->fd)); /* as if it were freed */
	}
	if (s->stop)
		displif_loop_stop(loop);
}

static void source_make(struct source *s)
{
	memset(s, 0, sizeof(*s));
	assert_int_equal(pipe(s->pipe), 0);
	s->fd.fd = s->pipe[0];
	s->fd.ready = on_ready;
	s->fd.arg = s;
	assert_int_equal(displif_loop_add_fd(loop, &s->fd, EPOLLIN), 0);
}

static void source_put(struct source *s)
{
	assert_int_equal(write(s->pipe[1], "x", 1), 1);
}

static void source_close(struct source *s)
{
	close(s->pipe[0]);
	close(s->pipe[1]);
}

/* Stops the loop after @ms. */
struct alarm {
	struct displif_loop_timer timer;
	uint64_t due;
	unsigned int asked, fired;
	struct alarm *remove;
	bool stop;
};

static uint64_t alarm_deadline(void *arg)
{
	struct alarm *a = arg;

	a->asked++;
	return a->due;
}

static void alarm_fire(void *arg, uint64_t now)
{
	struct alarm *a = arg;

	assert_true(now >= a->due);
	a->fired++;
	a->due = DISPLIF_NEVER;
	if (a->remove) {
		displif_loop_remove_timer(loop, &a->remove->timer);
		memset(&a->remove->timer, 0x5a, sizeof(a->remove->timer));
	}
	if (a->stop)
		displif_loop_stop(loop);
}

static void alarm_make(struct alarm *a, uint64_t due)
{
	memset(a, 0, sizeof(*a));
	a->timer.deadline = alarm_deadline;
	a->timer.fire = alarm_fire;
	a->timer.arg = a;
	a->due = due;
	displif_loop_add_timer(loop, &a->timer);
}

static void test_fds(void **state)
{
	struct source a, b;

	(void)state;
	source_make(&a);
	source_make(&b);
	source_put(&a);
	source_put(&a);
	source_put(&b);
	a.remove = NULL;
	b.stop = true;
	assert_int_equal(displif_loop_run(loop), 0);
	assert_int_equal(b.calls, 1);
	assert_true(a.calls >= 1);
	/* Again, with a's left over byte and a masked b. */
	source_put(&b);
	assert_int_equal(displif_loop_mod_fd(loop, &b.fd, 0), 0);
	source_put(&a);
	a.stop = true;
	assert_int_equal(displif_loop_run(loop), 0);
	assert_int_equal(b.calls, 1);
	displif_loop_remove_fd(loop, &a.fd);
	displif_loop_remove_fd(loop, &b.fd);
	source_close(&a);
	source_close(&b);
}

static void test_remove_other_of_same_round(void **state)
{
	struct source a, b;
	struct alarm end;

	(void)state;
	source_make(&a);
	source_make(&b);
	alarm_make(&end, displif_loop_clock() + 20);
	end.stop = true;
	source_put(&a);
	source_put(&b);
	a.remove = &b; /* whichever comes first must be the only one */
	b.remove = &a;
	assert_int_equal(displif_loop_run(loop), 0);
	assert_int_equal(a.calls + b.calls, 1);
	displif_loop_remove_timer(loop, &end.timer);
	source_close(&a);
	source_close(&b);
}

static void test_remove_itself(void **state)
{
	struct source a;
	struct alarm end;

	(void)state;
	source_make(&a);
	alarm_make(&end, displif_loop_clock() + 20);
	end.stop = true;
	source_put(&a);
	source_put(&a);
	a.remove = &a;
	assert_int_equal(displif_loop_run(loop), 0);
	assert_int_equal(a.calls, 1);
	displif_loop_remove_timer(loop, &end.timer);
	source_close(&a);
}

static void test_timers(void **state)
{
	uint64_t begin = displif_loop_clock();
	struct alarm a, b, never;

	(void)state;
	alarm_make(&a, begin + 30);
	alarm_make(&b, begin + 60);
	alarm_make(&never, DISPLIF_NEVER);
	b.stop = true;
	assert_int_equal(displif_loop_run(loop), 0);
	assert_true(displif_loop_clock() - begin >= 60);
	assert_int_equal(a.fired, 1);
	assert_int_equal(b.fired, 1);
	assert_int_equal(never.fired, 0);
	assert_true(a.asked < 20); /* it slept, it did not spin */
	displif_loop_remove_timer(loop, &a.timer);
	displif_loop_remove_timer(loop, &a.timer); /* not added: nothing */
	displif_loop_remove_timer(loop, &never.timer);
	displif_loop_remove_timer(loop, &b.timer);
}

static void test_timers_remove_each_other(void **state)
{
	struct alarm a, b, end;

	(void)state;
	alarm_make(&end, displif_loop_clock() + 30);
	end.stop = true;
	alarm_make(&a, 0);
	alarm_make(&b, 0);
	a.remove = &b;
	b.remove = &a;
	assert_int_equal(displif_loop_run(loop), 0);
	assert_int_equal(a.fired + b.fired, 1);
	displif_loop_remove_timer(loop, &end.timer);
	displif_loop_remove_timer(loop, a.fired ? &a.timer : &b.timer);
}

static void test_stop_before_run(void **state)
{
	(void)state;
	displif_loop_stop(loop);
	assert_int_equal(displif_loop_run(loop), 0);
}

static void run_again(void *arg, uint64_t now)
{
	struct alarm *a = arg;

	(void)now;
	a->due = DISPLIF_NEVER;
	assert_int_equal(displif_loop_run(loop), DISPLIF_E_STATE);
	displif_loop_stop(loop);
}

static void test_run_in_run(void **state)
{
	struct alarm a;

	(void)state;
	alarm_make(&a, 0);
	a.timer.fire = run_again;
	assert_int_equal(displif_loop_run(loop), 0);
	displif_loop_remove_timer(loop, &a.timer);
}

/* --- signals --- */

static int last_signal;

static void on_signal(void *arg, int signal)
{
	assert_ptr_equal(arg, &last_signal);
	last_signal = signal;
	displif_loop_stop(loop);
}

static void test_signals(void **state)
{
	static const int signals[] = { SIGUSR1, SIGTERM };
	sigset_t mask;

	(void)state;
	assert_int_equal(displif_loop_signals(loop, signals, 2, on_signal, &last_signal), 0);
	assert_int_equal(displif_loop_signals(loop, signals, 2, NULL, NULL), DISPLIF_E_STATE);
	kill(getpid(), SIGTERM);
	assert_int_equal(displif_loop_run(loop), 0);
	assert_int_equal(last_signal, SIGTERM);
	kill(getpid(), SIGUSR1);
	assert_int_equal(displif_loop_run(loop), 0);
	assert_int_equal(last_signal, SIGUSR1);
	displif_loop_free(loop);
	loop = NULL;
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	assert_false(sigismember(&mask, SIGTERM) || sigismember(&mask, SIGUSR1));
}

static void test_signals_default(void **state)
{
	static const int signals[] = { SIGTERM };
	static const int bad[] = { 9999 };

	(void)state;
	assert_int_equal(displif_loop_signals(loop, bad, 1, NULL, NULL), DISPLIF_E_OS);
	assert_int_equal(displif_loop_signals(loop, signals, 1, NULL, NULL), 0);
	kill(getpid(), SIGTERM);
	assert_int_equal(displif_loop_run(loop), 0);
}

static void test_bad_fd(void **state)
{
	struct displif_loop_fd bad = { .fd = -1 };

	(void)state;
	assert_int_equal(displif_loop_add_fd(loop, &bad, EPOLLIN), DISPLIF_E_OS);
	assert_int_equal(errno, EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_remove_other_of_same_round, setup, teardown),
		cmocka_unit_test_setup_teardown(test_remove_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(test_timers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_timers_remove_each_other, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop_before_run, setup, teardown),
		cmocka_unit_test_setup_teardown(test_run_in_run, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signals_default, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_fd, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
