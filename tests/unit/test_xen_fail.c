/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * displif-xen from opening to closing, with the n-th library call failing, for every n until a
 * run in which nothing failed: each failure is told with call and cause, nothing is left.
 */
#include "xen_mock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct displif_loop *loop;

static bool on_event(void *arg, void *tag)
{
	(void)arg;
	(void)tag;
	return true;
}

static void on_watch(void *arg, void *tag, const char *path)
{
	(void)arg;
	(void)tag;
	(void)path;
}

struct life {
	struct displif_xen *xen;
	struct displif_port port;
	void *share, *map_va, *map, *chan[2];
	uint32_t gref[3], number[2];
	struct displif_xen_watch *watch;
};

static void memory(struct life *l)
{
	const struct displif_port_ops *ops = l->port.ops;
	char text[16];

	if (ops->share(l->port.ctx, 3, 3, DISPLIF_PORT_WRITE, &l->share, l->gref))
		assert_null(l->share);
	if (ops->map(l->port.ctx, 3, l->gref, 3, 0, &l->map_va, &l->map))
		assert_null(l->map);
	(void)ops->copy(l->port.ctx, 3, 5, 0, text, sizeof(text), false);
}

static void channels(struct life *l)
{
	const struct displif_port_ops *ops = l->port.ops;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (ops->chan_open(l->port.ctx, 3, i ? 9 : 0, NULL, &l->number[i], &l->chan[i])) {
			assert_null(l->chan[i]);
			continue;
		}
		ops->chan_enable(l->port.ctx, l->chan[i]);
		ops->chan_notify(l->port.ctx, l->chan[i]);
		(void)ops->chan_alive(l->port.ctx, l->chan[i]);
		mock_fire(l->number[i]);
	}
	(void)displif_xen_ready_evtchn(l->xen);
	displif_xen_fire(l->xen, displif_loop_clock());
}

static void store(struct life *l)
{
	const struct displif_port_ops *ops = l->port.ops;
	uint32_t tx, len, n;
	char text[16], **names;
	uint16_t dom;

	if (displif_xen_watch(l->xen, "w", NULL, &l->watch))
		assert_null(l->watch);
	(void)displif_xen_ready_watch(l->xen);
	if (ops->xs_begin(l->port.ctx, &tx) == 0) {
		(void)ops->xs_write(l->port.ctx, tx, "a", "1");
		(void)ops->xs_read(l->port.ctx, tx, "a", text, sizeof(text), &len);
		(void)ops->xs_end(l->port.ctx, tx, true);
	}
	if (displif_xen_list(l->xen, "dir", &names, &n) == 0)
		free(names);
	(void)displif_xen_domid(l->xen, &dom);
}

static void give_back(struct life *l)
{
	const struct displif_port_ops *ops = l->port.ops;
	unsigned int i;

	displif_xen_unwatch(l->xen, l->watch);
	for (i = 0; i < 2; i++)
		if (l->chan[i])
			ops->chan_close(l->port.ctx, l->chan[i]);
	if (l->map)
		(void)ops->unmap(l->port.ctx, l->map);
	if (l->share)
		ops->unshare(l->port.ctx, l->share, l->gref, 3);
}

/* @tidy: gives all back, else displif_xen_close() has to. */
static void live(bool tidy)
{
	const struct displif_xen_config config = { .log = mock_log,
						   .event = on_event,
						   .watch = on_watch };
	struct life l;

	memset(&l, 0, sizeof(l));
	if (displif_xen_open(&config, &l.xen)) {
		assert_null(l.xen);
		return;
	}
	l.port = displif_xen_port(l.xen);
	(void)displif_xen_attach(l.xen, loop);
	memory(&l);
	channels(&l);
	store(&l);
	if (tidy)
		give_back(&l);
	displif_xen_close(l.xen);
}

/* The lines of the log that are no mere debugging name the call and the cause. */
static void check_log(bool tidy)
{
	const char *cause = strcmp(mock.failed, "out of memory") ? "Too many links" : mock.failed;
	bool call_named = strstr(mock.log, mock.failed) != NULL;
	static char log[sizeof(mock.log)];
	char *line, *save = NULL;
	bool found = false;

	/* Read and write of the descriptor bear the device's name, the rest their own. */
	assert_true(call_named);
	memcpy(log, mock.log, sizeof(log));
	for (line = strtok_r(log, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		assert_true(line[0] == 'E' || line[0] == 'W');
		if (strstr(line, mock.failed) && strstr(line, cause))
			found = true;
		else if (tidy)
			assert_null(strstr(line, "leaked"));
	}
	if (!found)
		fail_msg("%s failed, but the log says:\n%s", mock.failed, mock.log);
}

static unsigned int every_call(bool tidy)
{
	unsigned int n;

	for (n = 1;; n++) {
		mock_setup();
		assert_int_equal(displif_loop_new(&loop), 0);
		mock_set_node("domid", "3");
		mock.calls = 0;
		mock.fail_at = n;
		live(tidy);
		mock.fail_at = 0;
		displif_loop_free(loop);
		if (!mock.failed[0]) {
			if (tidy)
				assert_string_equal(mock.log, "");
			mock_teardown();
			return n - 1;
		}
		check_log(tidy);
		mock_teardown();
	}
}

static void test_every_call(void **state)
{
	unsigned int n = every_call(true);

	(void)state;
	print_message("%u calls, each failed once\n", n);
	assert_true(n >= 40);
}

static void test_every_call_untidy(void **state)
{
	(void)state;
	assert_true(every_call(false) >= 40);
}

static void test_arguments(void **state)
{
	const struct displif_xen_config config = { .log = mock_log };
	struct displif_xen_watch *watch;
	struct displif_xen *xen;
	struct displif_port port;
	uint32_t number;
	void *chan;

	(void)state;
	mock_setup();
	assert_int_equal(displif_xen_open(NULL, &xen), DISPLIF_E_INVAL);
	assert_null(xen);
	assert_int_equal(displif_xen_open(&config, NULL), DISPLIF_E_INVAL);
	assert_int_equal(displif_xen_open(&config, &xen), 0);
	port = displif_xen_port(xen);
	/* No callback for it. */
	assert_int_equal(port.ops->chan_open(port.ctx, 1, 0, NULL, &number, &chan),
			 DISPLIF_E_INVAL);
	assert_int_equal(displif_xen_watch(xen, "a", NULL, &watch), DISPLIF_E_INVAL);
	displif_xen_close(xen);
	displif_xen_close(NULL);
	mock_teardown();
}

static void test_open_says_what_is_missing(void **state)
{
	const struct displif_xen_config config = { .log = mock_log };
	struct displif_xen *xen;

	(void)state;
	mock_setup();
	mock.fail_name = "xenevtchn_open";
	mock.fail_errno = ENOENT;
	assert_int_equal(displif_xen_open(&config, &xen), DISPLIF_E_OS);
	assert_non_null(strstr(
		mock.log,
		"E xenevtchn_open(): No such file or directory (/dev/xen/evtchn: is this a Xen domain with the module xen-evtchn loaded?)"));
	mock.fail_name = "xs_open";
	assert_int_equal(displif_xen_open(&config, &xen), DISPLIF_E_OS);
	assert_non_null(
		strstr(mock.log, "E xs_open(): No such file or directory (is xenstored running"));
	mock_teardown();
}

static unsigned int loop_events;

static bool count_event(void *arg, void *tag)
{
	(void)tag;
	if (++loop_events == 3)
		displif_loop_stop(arg);
	else
		mock_fire(MOCK_PORT_BASE);
	return true;
}

/* Attached: descriptor, deadline and watch descriptor all work from the loop. */
static void test_attached(void **state)
{
	struct displif_xen_config config = { .log = mock_log, .event = count_event };
	struct displif_xen *xen;
	struct displif_port port;
	uint32_t number;
	void *chan;

	(void)state;
	mock_setup();
	loop_events = 0;
	assert_int_equal(displif_loop_new(&loop), 0);
	config.arg = loop;
	assert_int_equal(displif_xen_open(&config, &xen), 0);
	assert_int_equal(displif_xen_attach(xen, loop), 0);
	assert_int_equal(displif_xen_attach(xen, loop), DISPLIF_E_STATE);
	port = displif_xen_port(xen);
	/* Pending at once, read before it is enabled, then delivered by the deadline. */
	assert_int_equal(port.ops->chan_open(port.ctx, 1, 5, NULL, &number, &chan), 0);
	assert_int_equal(number, MOCK_PORT_BASE);
	displif_xen_ready_evtchn(xen);
	port.ops->chan_enable(port.ctx, chan);
	assert_int_equal(displif_loop_run(loop), 0);
	assert_int_equal(loop_events, 3);
	port.ops->chan_close(port.ctx, chan);
	displif_xen_close(xen);
	/* Nothing of it is left in the loop. */
	displif_loop_stop(loop);
	assert_int_equal(displif_loop_run(loop), 0);
	displif_loop_free(loop);
	assert_string_equal(mock.log, "");
	mock_teardown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_call), cmocka_unit_test(test_every_call_untidy),
		cmocka_unit_test(test_arguments),  cmocka_unit_test(test_open_says_what_is_missing),
		cmocka_unit_test(test_attached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
