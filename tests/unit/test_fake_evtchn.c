/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The fake Xen's event channels, and the order in which its loop delivers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fake_xen.h"

struct end {
	struct fake_dom *d;
	struct displif_port p;
	void *chan;
	uint32_t port, hits;
	bool close_in_handler;
};

static struct fake_world *w;
static struct end fe, be;

static void on_chan(void *arg, void *tag)
{
	struct end *end = arg;

	assert_ptr_equal(tag, end); /* chan_open()'s */
	end->hits++;
	if (end->close_in_handler)
		end->p.ops->chan_close(end->p.ctx, end->chan);
}

static void end_init(struct end *end, struct fake_dom *d)
{
	*end = (struct end){ .d = d, .p = fake_dom_port(d) };
	fake_dom_on_chan(d, on_chan, end);
}

static int setup(void **state)
{
	(void)state;
	w = fake_world_new(NULL, 0);
	assert_non_null(w);
	end_init(&be, fake_dom_get(w, 0));
	end_init(&fe, fake_dom_new(w, 1));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_world_free(w);
	return 0;
}

static void enable(struct end *end)
{
	end->p.ops->chan_enable(end->p.ctx, end->chan);
}

static void notify(struct end *end)
{
	end->p.ops->chan_notify(end->p.ctx, end->chan);
}

static void shut(struct end *end)
{
	end->p.ops->chan_close(end->p.ctx, end->chan);
}

static int alive(struct end *end)
{
	return end->p.ops->chan_alive(end->p.ctx, end->chan);
}

static int bind_to(struct end *end, uint16_t dom, uint32_t remote)
{
	return end->p.ops->chan_open(end->p.ctx, dom, remote, end, &end->port, &end->chan);
}

static void connect_both(void)
{
	assert_int_equal(bind_to(&fe, 0, 0), 0);
	assert_int_equal(bind_to(&be, 1, fe.port), 0);
}

static void test_bind(void **state)
{
	(void)state;
	assert_int_equal(bind_to(&fe, 0, 0), 0);
	assert_int_equal(fake_port_state(fe.d, fe.port), FAKE_PORT_UNBOUND);
	assert_int_equal(alive(&fe), 0);
	notify(&fe); /* dropped */
	assert_int_equal(bind_to(&be, 1, fe.port + 1), DISPLIF_E_OS);
	assert_int_equal(bind_to(&be, 7, fe.port), DISPLIF_E_OS);
	assert_int_equal(bind_to(&be, 1, fe.port), 0);
	assert_int_equal(fake_port_state(fe.d, fe.port), FAKE_PORT_BOUND);
	assert_int_equal(alive(&fe), 1);
	assert_int_equal(alive(&be), 1);
	assert_true(fake_port_pending(be.d, be.port)); /* a bind is pending at once */
	assert_false(fake_port_pending(fe.d, fe.port));
	assert_int_equal(be.p.ops->chan_open(be.p.ctx, 1, fe.port, NULL, &(uint32_t){ 0 },
					     &(void *){ NULL }),
			 DISPLIF_E_OS); /* only once */
	shut(&fe);
	shut(&be);
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

static void test_foreign_bind(void **state)
{
	struct fake_dom *other = fake_dom_new(w, 2);
	struct displif_port p = fake_dom_port(other);

	(void)state;
	assert_int_equal(bind_to(&fe, 0, 0), 0);
	assert_int_equal(
		p.ops->chan_open(p.ctx, 1, fe.port, NULL, &(uint32_t){ 0 }, &(void *){ NULL }),
		DISPLIF_E_OS);
	shut(&fe);
}

static void test_masked_until_enabled(void **state)
{
	(void)state;
	connect_both();
	notify(&fe);
	assert_int_equal(fake_run(w, 0), 0);
	assert_int_equal(be.hits, 0);
	enable(&be);
	assert_int_equal(be.hits, 0); /* the loop delivers, not enable itself */
	assert_int_equal(fake_run(w, 0), 1);
	assert_int_equal(be.hits, 1);
	notify(&fe);
	notify(&fe);
	notify(&fe);
	assert_int_equal(fake_run(w, 0), 1); /* one bit */
	assert_int_equal(be.hits, 2);
	assert_int_equal(fake_stats(fe.d)->notifies, 4);
	assert_int_equal(fake_stats(be.d)->interrupts, 2);
	fake_port_raise(be.d, be.port);
	assert_int_equal(fake_run(w, 0), 1);
	assert_int_equal(be.hits, 3);
	shut(&be);
	shut(&fe);
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

static void test_peer_closes(void **state)
{
	uint32_t old;

	(void)state;
	connect_both();
	shut(&be);
	assert_int_equal(alive(&fe), 0);
	assert_int_equal(fake_port_state(fe.d, fe.port), FAKE_PORT_UNBOUND);
	notify(&fe);				       /* dropped */
	assert_int_equal(bind_to(&be, 1, fe.port), 0); /* can be bound again */
	assert_int_equal(alive(&fe), 1);
	old = fe.port;
	shut(&fe);
	assert_int_equal(bind_to(&fe, 0, 0), 0);
	assert_int_equal(fe.port, old);	 /* the number comes back */
	assert_int_equal(alive(&be), 0); /* but is another channel */
	shut(&fe);
	shut(&be);
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

static void test_death(void **state)
{
	(void)state;
	connect_both();
	fake_dom_kill(fe.d);
	assert_int_equal(alive(&be), 0);
	notify(&be);
	shut(&fe); /* of a dead domain: nothing */
	assert_int_equal(alive(&fe), DISPLIF_E_OS);
	assert_int_equal(fake_check_clean(w, NULL), 1);
	shut(&be);
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

static void test_migration(void **state)
{
	(void)state;
	connect_both();
	fake_dom_migrate(fe.d);
	assert_int_equal(alive(&fe), 0);
	assert_int_equal(alive(&be), 0);
	notify(&fe);
	assert_int_equal(fake_check_clean(w, NULL), 2); /* the lost handle, the peer's port */
	shut(&fe);
	shut(&be);
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

static void test_misuse(void **state)
{
	(void)state;
	connect_both();
	enable(&be);
	be.close_in_handler = true;
	assert_int_equal(fake_run(w, 0), 1);
	assert_int_equal(fake_violations(w), 1);
	shut(&be); /* a second time */
	assert_int_equal(fake_violations(w), 2);
	notify(&be);
	assert_int_equal(fake_violations(w), 3);
	shut(&fe);
	assert_int_equal(fake_check_clean(w, NULL), 3);
}

static void test_limit(void **state)
{
	struct fake_limits small = { .ports = 3 };
	struct fake_world *s = fake_world_new(&small, 0);
	struct displif_port p = fake_dom_port(fake_dom_new(s, 1));
	uint32_t port, i;
	void *chan;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(p.ops->chan_open(p.ctx, 0, 0, NULL, &port, &chan), 0);
	assert_int_equal(p.ops->chan_open(p.ctx, 0, 0, NULL, &port, &chan), DISPLIF_E_OS);
	assert_null(chan);
	assert_int_equal(port, 0);
	fake_world_free(s);
}

/* --- the loop --- */

static uint32_t trace;
static struct fake_task *task[4];

static void note(void *arg)
{
	trace = trace * 10 + (uint32_t)(uintptr_t)arg;
}

static void again(void *arg)
{
	(void)arg;
	fake_task_kick(task[0]);
}

static uint32_t order_of(uint64_t seed)
{
	uintptr_t i;

	fake_seed(w, seed);
	trace = 0;
	for (i = 0; i < 4; i++)
		fake_task_kick(task[i]);
	assert_int_equal(fake_run(w, 0), 4);
	return trace;
}

static void test_order(void **state)
{
	uint32_t seen[40], n = 0, i, j;
	uintptr_t k;

	(void)state;
	for (k = 0; k < 4; k++)
		task[k] = fake_task_new(fe.d, note, (void *)(k + 1));
	assert_int_equal(order_of(0), 1234);
	assert_int_equal(order_of(0), 1234);
	for (i = 1; i <= 40; i++) {
		uint32_t o = order_of(i);

		assert_int_equal(order_of(i), o); /* a seed replays */
		for (j = 0; j < n && seen[j] != o; j++)
			;
		if (j == n)
			seen[n++] = o;
	}
	assert_in_range(n, 12, 24); /* of 24 orders */
	for (i = 0; i < 4; i++)
		fake_task_free(task[i]);
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

static void test_time(void **state)
{
	uint64_t begin = fake_now(w);
	uintptr_t k;

	(void)state;
	for (k = 0; k < 3; k++)
		task[k] = fake_task_new(fe.d, note, (void *)(k + 1));
	trace = 0;
	fake_task_at(task[0], begin + 20);
	fake_task_at(task[1], begin + 10);
	fake_task_at(task[2], begin + 31);
	assert_int_equal(fake_run(w, 0), 0);
	assert_int_equal(fake_advance(w, 30), 2);
	assert_int_equal(trace, 21);
	assert_int_equal(fake_now(w), begin + 30);
	assert_int_equal(fake_advance(w, 1), 1);
	assert_int_equal(trace, 213);
	fake_task_at(task[0], 0); /* in the past */
	assert_int_equal(fake_advance(w, 0), 1);
	fake_task_at(task[0], fake_now(w) + 5);
	fake_task_at(task[0], DISPLIF_NEVER);
	assert_int_equal(fake_advance(w, 10), 0);
	fake_dom_kill(fe.d);
	fake_task_kick(task[0]);
	assert_int_equal(fake_run(w, 0), 0); /* the dead do nothing */
}

static void test_storm(void **state)
{
	(void)state;
	task[0] = fake_task_new(fe.d, again, NULL);
	fake_task_kick(task[0]);
	assert_int_equal(fake_run(w, 1000), -1);
	fake_task_free(task[0]);
}

/* One thing of one domain at a time, also while another domain is in the middle of one. */
static void deliver_other(void *arg)
{
	struct end *other = arg;

	other->hits += fake_deliver(be.d);
}

static void test_deliver(void **state)
{
	uint32_t i;

	(void)state;
	trace = 0;
	assert_false(fake_ready(fe.d));
	assert_false(fake_deliver(fe.d));
	assert_true(fake_due(fe.d) == DISPLIF_NEVER);
	task[0] = fake_task_new(fe.d, deliver_other, &be);
	task[1] = fake_task_new(be.d, note, (void *)7);
	fake_task_kick(task[1]);
	assert_false(fake_ready(fe.d));
	assert_true(fake_ready(be.d));
	fake_task_at(task[0], fake_now(w) + 5);
	assert_int_equal(fake_due(fe.d), fake_now(w) + 5);
	assert_true(fake_due(be.d) == DISPLIF_NEVER);
	assert_false(fake_deliver(fe.d));
	fake_pass(w, fake_now(w) + 5);
	fake_pass(w, 0); /* not back */
	assert_true(fake_ready(fe.d));
	assert_int_equal(fake_due(fe.d), fake_now(w));
	assert_true(fake_deliver(fe.d)); /* and in it, the other's */
	assert_int_equal(be.hits, 1);
	assert_int_equal(trace, 7);
	assert_false(fake_ready(fe.d));
	assert_false(fake_ready(be.d));
	for (i = 0; i < 2; i++)
		fake_task_free(task[i]);
}

static void test_deliver_interrupts(void **state)
{
	(void)state;
	connect_both();
	enable(&be);
	assert_true(fake_ready(be.d)); /* a bind is pending at once */
	assert_true(fake_deliver(be.d));
	assert_int_equal(be.hits, 1);
	assert_false(fake_deliver(be.d));
	fake_port_raise(be.d, be.port);
	fake_dom_kill(be.d);
	assert_false(fake_ready(be.d));
	assert_false(fake_deliver(be.d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bind, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign_bind, setup, teardown),
		cmocka_unit_test_setup_teardown(test_masked_until_enabled, setup, teardown),
		cmocka_unit_test_setup_teardown(test_peer_closes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_death, setup, teardown),
		cmocka_unit_test_setup_teardown(test_migration, setup, teardown),
		cmocka_unit_test_setup_teardown(test_misuse, setup, teardown),
		cmocka_unit_test(test_limit),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_storm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deliver, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deliver_interrupts, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
