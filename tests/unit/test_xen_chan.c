/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-xen's event channels: masking, batching, pauses, late and stale events, threads. */
#include "xen_mock.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <xen/event_channel.h>

/* What the callback saw and what it shall do. */
static struct {
	struct displif_xen *xen;
	struct displif_port port;
	unsigned int calls[8]; /* by tag, a number */
	bool spurious;
	void *close; /* channel to close from the callback */
	bool reopen; /* and open another one */
	void *chan;
	uint32_t number;
} seen;

static bool on_event(void *arg, void *tag)
{
	assert_ptr_equal(arg, &seen);
	seen.calls[(uintptr_t)tag]++;
	if (seen.close) {
		seen.port.ops->chan_close(seen.port.ctx, seen.close);
		seen.close = NULL;
		if (seen.reopen)
			assert_int_equal(seen.port.ops->chan_open(seen.port.ctx, 3, 0, (void *)7,
								  &seen.number, &seen.chan),
					 0);
	}
	return !seen.spurious;
}

static int setup(void **state)
{
	const struct displif_xen_config config = { .log = mock_log,
						   .event = on_event,
						   .arg = &seen };

	(void)state;
	mock_setup();
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(displif_xen_open(&config, &seen.xen), 0);
	seen.port = displif_xen_port(seen.xen);
	assert_int_equal(displif_port_check(&seen.port, NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	displif_xen_close(seen.xen);
	mock_teardown();
	return 0;
}

static void *chan_open(uint32_t remote, uintptr_t tag, uint32_t *number)
{
	void *chan;

	assert_int_equal(
		seen.port.ops->chan_open(seen.port.ctx, 3, remote, (void *)tag, number, &chan), 0);
	assert_non_null(mock_port(*number));
	return chan;
}

static void chan_enable(void *chan)
{
	seen.port.ops->chan_enable(seen.port.ctx, chan);
}

static void chan_close(void *chan)
{
	seen.port.ops->chan_close(seen.port.ctx, chan);
}

static void test_binds(void **state)
{
	uint32_t a, b;
	void *x, *y;

	(void)state;
	x = chan_open(0, 1, &a);
	y = chan_open(17, 2, &b);
	assert_int_equal(mock_port(a)->dom, 3);
	assert_int_equal(mock_port(a)->remote, 0);
	assert_int_equal(mock_port(b)->remote, 17);
	seen.port.ops->chan_notify(seen.port.ctx, y);
	assert_int_equal(mock_port(b)->notified, 1);
	assert_int_equal(mock_port(a)->notified, 0);
	chan_close(x);
	chan_close(y);
	assert_string_equal(mock.log, "");
}

static void test_nothing_before_enable(void **state)
{
	uint32_t n;
	void *c = chan_open(17, 1, &n); /* pending at once */

	(void)state;
	assert_int_equal(displif_xen_ready_evtchn(seen.xen), 0);
	assert_int_equal(seen.calls[1], 0);
	assert_int_equal(mock.writes, 0); /* stays masked */
	assert_true(displif_xen_deadline(seen.xen) == DISPLIF_NEVER);
	chan_enable(c);
	assert_int_equal(seen.calls[1], 0); /* not from within */
	assert_true(displif_xen_deadline(seen.xen) == 0);
	displif_xen_fire(seen.xen, displif_loop_clock());
	assert_int_equal(seen.calls[1], 1);
	assert_true(mock_port(n)->enabled);
	assert_true(displif_xen_deadline(seen.xen) == DISPLIF_NEVER);
	chan_close(c);
}

static void test_enabled_without_event(void **state)
{
	uint32_t n;
	void *c = chan_open(0, 1, &n);

	(void)state;
	chan_enable(c);
	assert_true(displif_xen_deadline(seen.xen) == DISPLIF_NEVER);
	mock_fire(n);
	mock_fire(n); /* masked by now: pending in Xen */
	displif_xen_ready_evtchn(seen.xen);
	assert_int_equal(seen.calls[1], 1);
	displif_xen_ready_evtchn(seen.xen); /* delivered by the unmask */
	assert_int_equal(seen.calls[1], 2);
	displif_xen_ready_evtchn(seen.xen); /* nothing there: must not block */
	assert_int_equal(seen.calls[1], 2);
	chan_close(c);
}

static void test_many_ports_one_call_each(void **state)
{
	struct displif_xen_stats st;
	uint32_t n[40], i;
	void *c[40];

	(void)state;
	for (i = 0; i < 40; i++) {
		c[i] = chan_open(0, 1, &n[i]);
		chan_enable(c[i]);
	}
	for (i = 0; i < 40; i++)
		mock_fire(n[i]);
	displif_xen_ready_evtchn(seen.xen);
	assert_int_equal(seen.calls[1], 40);
	assert_int_equal(mock.reads, 1);
	assert_int_equal(mock.writes, 1);
	assert_int_equal(mock.written_ports, 40);
	displif_xen_get_stats(seen.xen, &st);
	assert_int_equal(st.chans, 40);
	assert_int_equal(st.events, 40);
	assert_int_equal(st.reads, 1);
	assert_int_equal(st.unmasks, 1);
	for (i = 0; i < 40; i++)
		chan_close(c[i]);
}

static void test_stale_event(void **state)
{
	struct displif_xen_stats st;
	uint32_t n, m;
	void *c = chan_open(0, 1, &n), *d;

	(void)state;
	chan_enable(c);
	mock_fire(n);
	chan_close(c);
	displif_xen_ready_evtchn(seen.xen);
	displif_xen_get_stats(seen.xen, &st);
	assert_int_equal(st.stale, 1);
	assert_int_equal(seen.calls[1], 0);

	/* The number is given out again while an event of its former life waits. */
	c = chan_open(0, 1, &n);
	chan_enable(c);
	mock_fire(n);
	chan_close(c);
	d = chan_open(0, 2, &m);
	assert_int_equal(n, m);
	displif_xen_ready_evtchn(seen.xen);
	assert_int_equal(seen.calls[1] + seen.calls[2], 0);
	chan_enable(d); /* one empty event is allowed, a lost one is not */
	mock_fire(m);
	displif_xen_ready_evtchn(seen.xen);
	assert_true(seen.calls[2] >= 1);
	assert_true(mock_port(m)->enabled);
	chan_close(d);
}

static void test_close_in_callback(void **state)
{
	uint32_t n, m;
	void *c = chan_open(0, 1, &n), *d = chan_open(0, 2, &m);

	(void)state;
	chan_enable(c);
	chan_enable(d);
	/* Itself, and the number is taken again at once. */
	mock_fire(n);
	seen.close = c;
	seen.reopen = true;
	displif_xen_ready_evtchn(seen.xen);
	assert_int_equal(seen.calls[1], 1);
	assert_int_equal(seen.number, n);
	assert_int_equal(mock.writes, 0); /* the new channel was not unmasked by mistake */
	/* The other one, whose event was read already. */
	mock_fire(m);
	seen.close = seen.chan;
	seen.reopen = false;
	chan_enable(seen.chan);
	mock_fire(n);
	displif_xen_ready_evtchn(seen.xen);
	assert_int_equal(seen.calls[2], 1);
	assert_int_equal(seen.calls[7], 0);
	chan_close(d);
}

static void test_spurious_pause(void **state)
{
	uint64_t now, due, pause = 0;
	unsigned int i;
	uint32_t n;
	void *c = chan_open(0, 1, &n);

	(void)state;
	chan_enable(c);
	seen.spurious = true;
	for (i = 0; i < 4; i++) {
		mock_fire(n);
		displif_xen_ready_evtchn(seen.xen);
		assert_true(mock_port(n)->enabled);
	}
	for (i = 0; i < 12; i++) {
		mock_fire(n);
		now = displif_loop_clock();
		displif_xen_ready_evtchn(seen.xen);
		assert_false(mock_port(n)->enabled);
		due = displif_xen_deadline(seen.xen);
		assert_true(due > now && due != DISPLIF_NEVER);
		assert_true(due - now >= pause); /* it grows */
		pause = i < 7 ? 1u << i : 128;
		assert_true(due - now >= pause && due - now < pause + 100);
		displif_xen_fire(seen.xen, due - 1);
		assert_false(mock_port(n)->enabled);
		displif_xen_fire(seen.xen, due);
		assert_true(mock_port(n)->enabled);
		assert_true(displif_xen_deadline(seen.xen) == DISPLIF_NEVER);
	}
	assert_int_equal(seen.calls[1], 16);
	/* What fires during the pause comes after it; something real ends the suspicion. */
	mock_fire(n);
	displif_xen_ready_evtchn(seen.xen);
	mock_fire(n);
	seen.spurious = false;
	displif_xen_fire(seen.xen, displif_xen_deadline(seen.xen));
	displif_xen_ready_evtchn(seen.xen);
	assert_int_equal(seen.calls[1], 18);
	assert_true(mock_port(n)->enabled);
	/* Closed during its pause. */
	seen.spurious = true;
	for (i = 0; i < 5; i++) {
		mock_fire(n);
		displif_xen_ready_evtchn(seen.xen);
	}
	assert_true(displif_xen_deadline(seen.xen) != DISPLIF_NEVER);
	chan_close(c);
	assert_true(displif_xen_deadline(seen.xen) == DISPLIF_NEVER);
}

static void test_unmask_fails(void **state)
{
	uint32_t n;
	void *c = chan_open(0, 1, &n);

	(void)state;
	chan_enable(c);
	mock_fire(n);
	mock.fail_name = "write";
	displif_xen_ready_evtchn(seen.xen);
	mock.fail_name = NULL;
	assert_non_null(strstr(mock.log, "write(/dev/xen/evtchn"));
	assert_false(mock_port(n)->enabled);
	displif_xen_fire(seen.xen, displif_xen_deadline(seen.xen));
	assert_true(mock_port(n)->enabled);
	assert_int_equal(seen.calls[1], 1);
	chan_close(c);
}

static void test_overflow(void **state)
{
	uint32_t n[3], i;
	void *c[3];

	(void)state;
	for (i = 0; i < 3; i++)
		c[i] = chan_open(0, i + 1, &n[i]);
	chan_enable(c[0]);
	chan_enable(c[1]);
	mock_fire(n[0]);
	mock_fire(n[2]);
	mock.overflow = true;
	assert_int_equal(displif_xen_ready_evtchn(seen.xen), 0);
	assert_int_equal(mock.resets, 1);
	displif_xen_fire(seen.xen, displif_loop_clock());
	assert_int_equal(seen.calls[1], 1);
	assert_int_equal(seen.calls[2], 1);
	assert_int_equal(seen.calls[3], 0);
	assert_true(mock_port(n[0])->enabled);
	chan_enable(c[2]);
	displif_xen_fire(seen.xen, displif_loop_clock());
	assert_int_equal(seen.calls[3], 1);
	assert_non_null(strstr(mock.log, "File too large"));
	for (i = 0; i < 3; i++)
		chan_close(c[i]);
}

static void test_alive(void **state)
{
	uint32_t n;
	void *c = chan_open(0, 1, &n);

	(void)state;
	assert_int_equal(seen.port.ops->chan_alive(seen.port.ctx, c), 1);
	mock.alive = EVTCHNSTAT_unbound;
	assert_int_equal(seen.port.ops->chan_alive(seen.port.ctx, c), 0);
	assert_int_equal(mock.call, 1);
	chan_close(c);
}

static void test_alive_unsupported(void **state)
{
	unsigned int calls;
	uint32_t n;
	void *c = chan_open(0, 1, &n);

	(void)state;
	mock.fail_name = "xencall_open";
	assert_int_equal(seen.port.ops->chan_alive(seen.port.ctx, c), DISPLIF_E_UNSUPPORTED);
	mock.fail_name = NULL;
	assert_non_null(strstr(mock.log, "W xencall_open()"));
	calls = mock.calls;
	assert_int_equal(seen.port.ops->chan_alive(seen.port.ctx, c), DISPLIF_E_UNSUPPORTED);
	assert_int_equal(mock.calls, calls); /* not tried again */
	chan_close(c);
}

/* The device opens, but the kernel lets no such hypercall through: said once. */
static void test_alive_forbidden(void **state)
{
	uint32_t n;
	void *c = chan_open(0, 1, &n);

	(void)state;
	mock.fail_name = "xencall2";
	mock.fail_errno = EPERM;
	assert_int_equal(seen.port.ops->chan_alive(seen.port.ctx, c), DISPLIF_E_UNSUPPORTED);
	assert_non_null(strstr(mock.log, "W xencall2(EVTCHNOP_status, port "));
	assert_int_equal(mock.call + mock.call_bufs, 0);
	mock.log[0] = '\0';
	assert_int_equal(seen.port.ops->chan_alive(seen.port.ctx, c), DISPLIF_E_UNSUPPORTED);
	assert_string_equal(mock.log, "");
	mock.fail_name = NULL;
	chan_close(c);
}

static void test_limits_named(void **state)
{
	uint32_t n, m;
	void *c = chan_open(0, 1, &n), *d;

	(void)state;
	mock.fail_errno = ENOSPC;
	mock.fail_name = "xenevtchn_bind_unbound_port";
	assert_int_equal(seen.port.ops->chan_open(seen.port.ctx, 3, 0, NULL, &m, &d), DISPLIF_E_OS);
	assert_null(d);
	assert_int_equal(m, 0);
	assert_non_null(strstr(mock.log, "E xenevtchn_bind_unbound_port(domain 3): No space left"));
	assert_non_null(strstr(mock.log, "has 1 event channels"));
	assert_non_null(strstr(mock.log, "event_channels="));
	mock.log[0] = '\0';
	mock.fail_errno = EINVAL;
	mock.fail_name = "xenevtchn_bind_interdomain";
	assert_int_equal(seen.port.ops->chan_open(seen.port.ctx, 3, 99, NULL, &m, &d),
			 DISPLIF_E_OS);
	assert_non_null(strstr(mock.log, "xenevtchn_bind_interdomain(domain 3, remote port 99)"));
	mock.fail_name = NULL;
	chan_close(c);
}

static void test_leak_is_told(void **state)
{
	uint32_t n;
	char text[64];

	(void)state;
	chan_open(0, 1, &n);
	displif_xen_close(seen.xen);
	snprintf(text, sizeof(text), "W leaked: event channel %u of domain 3\n", n);
	assert_string_equal(mock.log, text);
	seen.xen = NULL;
}

static void *notify_thread(void *chan)
{
	unsigned int i;

	for (i = 0; i < 2000; i++)
		seen.port.ops->chan_notify(seen.port.ctx, chan);
	return NULL;
}

/* Any thread may notify while the loop's thread dispatches. */
static void test_notify_from_thread(void **state)
{
	struct displif_xen_stats st;
	pthread_t thread;
	unsigned int i;
	uint32_t n;
	void *c = chan_open(0, 1, &n);

	(void)state;
	chan_enable(c);
	assert_int_equal(pthread_create(&thread, NULL, notify_thread, c), 0);
	for (i = 0; i < 2000; i++) {
		mock_fire(n);
		displif_xen_ready_evtchn(seen.xen);
		displif_xen_get_stats(seen.xen, &st);
	}
	pthread_join(thread, NULL);
	displif_xen_get_stats(seen.xen, &st);
	assert_int_equal(st.notifies, 2000);
	assert_int_equal(mock_port(n)->notified, 2000);
	chan_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_binds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_before_enable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_enabled_without_event, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_ports_one_call_each, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stale_event, setup, teardown),
		cmocka_unit_test_setup_teardown(test_close_in_callback, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spurious_pause, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unmask_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overflow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alive, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alive_unsupported, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alive_forbidden, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits_named, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leak_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_notify_from_thread, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
