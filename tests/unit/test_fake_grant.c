/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The fake Xen's memory and grants: who may map, what a map count holds back, what a late touch meets. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_xen.h"

struct env {
	struct fake_world *w;
	struct fake_dom *be, *fe;
	struct displif_port bp, fp;
};

static int setup(void **state)
{
	static struct env e;

	e.w = fake_world_new(NULL, 0);
	assert_non_null(e.w);
	e.be = fake_dom_get(e.w, 0);
	e.fe = fake_dom_new(e.w, 1);
	e.bp = fake_dom_port(e.be);
	e.fp = fake_dom_port(e.fe);
	*state = &e;
	return 0;
}

static int teardown(void **state)
{
	struct env *e = *state;

	fake_world_free(e->w);
	return 0;
}

static void *map(struct env *e, uint32_t gref, uint32_t flags, void **handle)
{
	void *va;
	int err = e->bp.ops->map(e->bp.ctx, 1, &gref, 1, flags, &va, handle);

	return err ? NULL : va;
}

static void test_references(void **state)
{
	struct env *e = *state;
	uint8_t *mem = fake_mem_alloc(e->fe, 4, false);
	uint32_t i;

	for (i = 0; i < 4; i++)
		assert_int_equal(fake_grant(e->fe, 0, mem + 4096 * i, false), FAKE_GREF_FIRST + i);
	assert_true(fake_grant_end(e->fe, 9));
	assert_int_equal(fake_grant(e->fe, 0, mem, false), 9); /* the lowest free one */
	assert_int_equal(fake_violations(e->w), 0);
	assert_int_equal(fake_check_clean(e->w, NULL), 1 + 4);
	assert_true(fake_grant_end(e->fe, 77)); /* nothing there */
	assert_int_equal(fake_violations(e->w), 1);
	assert_int_equal(fake_grant(e->fe, 0, e, false),
			 0); /* the test's memory, not the domain's */
	assert_int_equal(fake_violations(e->w), 2);
}

static void test_same_page(void **state)
{
	struct env *e = *state;
	uint8_t *mem = fake_mem_alloc(e->fe, 3, false), *theirs;
	uint32_t gref[3];
	void *handle, *va;
	int i;

	assert_int_equal(mem[0], 0x5a); /* not zeroed unless asked */
	assert_int_equal(e->fp.ops->grant(e->fp.ctx, 0, mem, 3, DISPLIF_PORT_WRITE, gref), 0);
	assert_int_equal(e->bp.ops->map(e->bp.ctx, 1, gref, 3, DISPLIF_PORT_WRITE, &va, &handle),
			 0);
	theirs = va;
	for (i = 0; i < 3; i++) {
		mem[4096 * i + 5] = (uint8_t)(100 + i);
		theirs[4096 * i + 6] = (uint8_t)(200 + i);
	}
	for (i = 0; i < 3; i++) {
		assert_int_equal(theirs[4096 * i + 5], 100 + i);
		assert_int_equal(mem[4096 * i + 6], 200 + i);
	}
	assert_int_equal(fake_grant_maps(e->fe, gref[1]), 1);
	assert_int_equal(e->bp.ops->unmap(e->bp.ctx, handle), 0);
	assert_int_equal(fake_grant_maps(e->fe, gref[1]), 0);
	assert_int_equal(e->fp.ops->ungrant(e->fp.ctx, mem, gref, 3), 0);
	fake_mem_free(e->fe, mem);
	assert_int_equal(fake_check_clean(e->w, stderr), 0);
	assert_int_equal(fake_stats(e->be)->mapped_pages, 3);
	assert_int_equal(fake_stats(e->be)->unmapped_pages, 3);
}

static void test_who_may_map(void **state)
{
	struct env *e = *state;
	struct fake_dom *other = fake_dom_new(e->w, 2);
	struct displif_port op = fake_dom_port(other);
	uint32_t gref[2], two[2];
	void *mem, *va, *handle;
	char text[4];

	assert_int_equal(e->fp.ops->share(e->fp.ctx, 0, 2, 0, &mem, gref), 0);
	assert_null(map(e, gref[0], DISPLIF_PORT_WRITE, &handle)); /* granted read-only */
	assert_null(map(e, gref[1] + 1, 0, &handle));		   /* never granted */
	assert_null(map(e, 0, 0, &handle));
	assert_null(map(e, 3, 0, &handle));
	assert_int_equal(op.ops->map(op.ctx, 1, gref, 1, 0, &va, &handle),
			 DISPLIF_E_OS); /* not for it */
	assert_int_equal(op.ops->copy(op.ctx, 1, gref[0], 0, text, 4, false), DISPLIF_E_OS);
	assert_int_equal(e->bp.ops->map(e->bp.ctx, 9, gref, 1, 0, &va, &handle), DISPLIF_E_OS);
	two[0] = gref[0];
	two[1] = 999;
	assert_int_equal(e->bp.ops->map(e->bp.ctx, 1, two, 2, 0, &va, &handle), DISPLIF_E_OS);
	assert_int_equal(fake_grant_maps(e->fe, gref[0]), 0); /* all or nothing */

	va = map(e, gref[0], 0, &handle);
	assert_non_null(va);
	assert_true(fake_mem_readable(va));
	assert_false(fake_mem_writable(va));
	assert_int_equal(e->bp.ops->unmap(e->bp.ctx, handle), 0);
	assert_false(fake_mem_readable(va));
	e->fp.ops->unshare(e->fp.ctx, mem, gref, 2);
	assert_false(fake_mem_readable(mem));
	assert_int_equal(fake_check_clean(e->w, stderr), 0);
	assert_int_equal(e->bp.ops->unmap(e->bp.ctx, handle), DISPLIF_E_INVAL);
	assert_int_equal(fake_violations(e->w), 1);
}

static void test_late_touch_is_a_signal(void **state)
{
	struct env *e = *state;
	uint32_t gref;
	void *mem, *handle;
	volatile uint8_t *va;
	int status;
	pid_t pid;

	assert_int_equal(e->fp.ops->share(e->fp.ctx, 0, 1, DISPLIF_PORT_WRITE, &mem, &gref), 0);
	va = map(e, gref, DISPLIF_PORT_WRITE, &handle);
	va[0] = 1;
	assert_int_equal(e->bp.ops->unmap(e->bp.ctx, handle), 0);
	pid = fork();
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		va[0] = 2;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	e->fp.ops->unshare(e->fp.ctx, mem, &gref, 1);
}

static void test_still_mapped(void **state)
{
	struct env *e = *state;
	uint32_t gref, again;
	void *mem, *handle, *mem2;
	uint8_t *va;
	struct fake_held held;

	assert_int_equal(e->fp.ops->share(e->fp.ctx, 0, 1, DISPLIF_PORT_WRITE, &mem, &gref), 0);
	va = map(e, gref, DISPLIF_PORT_WRITE, &handle);
	va[7] = 42;
	e->fp.ops->unshare(e->fp.ctx, mem, &gref, 1);
	assert_false(fake_mem_readable(mem)); /* the frontend let go */
	fake_held(e->w, e->fe, &held);
	assert_int_equal(held.zombies, 1);
	assert_int_equal(held.pages, 0);
	assert_int_equal(e->fp.ops->share(e->fp.ctx, 0, 1, DISPLIF_PORT_WRITE, &mem2, &again), 0);
	assert_int_not_equal(again, gref); /* neither reference */
	memset(mem2, 9, 4096);
	assert_int_equal(va[7], 42);			 /* nor frame is used again */
	assert_null(map(e, gref, 0, &(void *){ NULL })); /* nor mapped again */
	assert_int_equal(e->bp.ops->unmap(e->bp.ctx, handle), 0);
	e->fp.ops->unshare(e->fp.ctx, mem2, &again, 1);
	assert_int_equal(fake_check_clean(e->w, stderr), 0);
}

static void test_existing_still_mapped(void **state)
{
	struct env *e = *state;
	void *mem = fake_mem_alloc(e->fe, 2, true), *handle;
	uint32_t gref[2];

	assert_int_equal(e->fp.ops->grant(e->fp.ctx, 0, mem, 2, 0, gref), 0);
	assert_non_null(map(e, gref[1], 0, &handle));
	assert_int_equal(fake_mem_mapped(e->fe, mem), 1);
	assert_int_equal(e->fp.ops->ungrant(e->fp.ctx, mem, gref, 2), 1);
	assert_int_equal(fake_mem_mapped(e->fe, mem), 1);
	assert_int_equal(e->bp.ops->unmap(e->bp.ctx, handle), 0);
	assert_int_equal(fake_mem_mapped(e->fe, mem), 0);
	fake_mem_free(e->fe, mem);
	assert_int_equal(fake_mem_mapped(e->fe, mem), 0);
	assert_int_equal(fake_check_clean(e->w, stderr), 0);
}

static void test_free_while_mapped(void **state)
{
	struct env *e = *state;
	void *mem = fake_mem_alloc(e->fe, 2, true), *handle;
	uint32_t gref[2];

	assert_int_equal(e->fp.ops->grant(e->fp.ctx, 0, mem, 2, 0, gref), 0);
	assert_non_null(map(e, gref[0], 0, &handle));
	assert_int_equal(e->fp.ops->ungrant(e->fp.ctx, mem, gref, 2), 1);
	fake_mem_free(e->fe, mem);
	assert_int_equal(fake_violations(e->w), 1);
}

static void test_free_while_granted(void **state)
{
	struct env *e = *state;
	void *mem = fake_mem_alloc(e->fe, 1, true);

	assert_int_not_equal(fake_grant(e->fe, 0, mem, false), 0);
	fake_mem_free(e->fe, mem);
	assert_int_equal(fake_violations(e->w), 1);
}

static void test_copy(void **state)
{
	struct env *e = *state;
	uint8_t text[8] = "abcdefg", back[8];
	uint32_t gref;
	void *mem;

	assert_int_equal(e->fp.ops->share(e->fp.ctx, 0, 1, DISPLIF_PORT_WRITE, &mem, &gref), 0);
	assert_int_equal(e->bp.ops->copy(e->bp.ctx, 1, gref, 4088, text, 8, true), 0);
	assert_memory_equal((uint8_t *)mem + 4088, text, 8);
	assert_int_equal(e->bp.ops->copy(e->bp.ctx, 1, gref, 4088, back, 8, false), 0);
	assert_memory_equal(back, text, 8);
	assert_int_equal(e->bp.ops->copy(e->bp.ctx, 1, gref, 4089, text, 8, true), DISPLIF_E_OS);
	assert_int_equal(e->bp.ops->copy(e->bp.ctx, 1, gref, UINT32_MAX, text, 8, true),
			 DISPLIF_E_OS);
	e->fp.ops->unshare(e->fp.ctx, mem, &gref, 1);
	assert_int_equal(e->bp.ops->copy(e->bp.ctx, 1, gref, 0, text, 8, true), DISPLIF_E_OS);
	assert_int_equal(fake_stats(e->be)->copied_bytes, 16);
}

static void test_limits(void **state)
{
	struct fake_limits small = { .frames = 64, .grants = 8 + 4, .maptrack = 3 };
	struct fake_world *w = fake_world_new(&small, 0);
	struct fake_dom *fe = fake_dom_new(w, 1);
	struct displif_port fp = fake_dom_port(fe), bp = fake_dom_port(fake_dom_get(w, 0));
	uint32_t gref[100];
	void *mem, *va, *handle;

	(void)state;
	assert_int_equal(fp.ops->share(fp.ctx, 0, 65, 0, &mem, gref), DISPLIF_E_OS);
	assert_int_equal(fp.ops->share(fp.ctx, 0, 5, 0, &mem, gref), DISPLIF_E_OS);
	assert_int_equal(fake_check_clean(w, stderr), 0); /* undone */
	assert_int_equal(fp.ops->share(fp.ctx, 0, 4, 0, &mem, gref), 0);
	assert_int_equal(bp.ops->map(bp.ctx, 1, gref, 4, 0, &va, &handle), DISPLIF_E_OS);
	assert_int_equal(bp.ops->map(bp.ctx, 1, gref, 3, 0, &va, &handle), 0);
	assert_int_equal(bp.ops->unmap(bp.ctx, handle), 0);
	assert_int_equal(bp.ops->map(bp.ctx, 1, gref, 3, 0, &va, &handle), 0);
	fake_world_free(w);
}

static void test_large(void **state)
{
	struct env *e = *state;
	enum { N = 8100 };
	uint32_t *gref = test_malloc(N * sizeof(*gref)), i;
	void *mem, *va, *handle;

	for (i = 0; i < 3; i++) {
		assert_int_equal(e->fp.ops->share(e->fp.ctx, 0, N, 0, &mem, gref), 0);
		assert_int_equal(e->bp.ops->map(e->bp.ctx, 1, gref, N, 0, &va, &handle), 0);
		((uint32_t *)mem)[(N - 1) * 1024u] = 77 + i;
		assert_int_equal(((uint32_t *)va)[(N - 1) * 1024u], 77 + i);
		assert_int_equal(((uint32_t *)va)[4000 * 1024u], 0);
		assert_int_equal(e->bp.ops->unmap(e->bp.ctx, handle), 0);
		e->fp.ops->unshare(e->fp.ctx, mem, gref, N);
	}
	test_free(gref);
	assert_int_equal(fake_check_clean(e->w, stderr), 0);
}

static void test_faults(void **state)
{
	struct env *e = *state;
	uint32_t gref, i, failed = 0;
	void *mem;

	fake_fault(e->fe, FAKE_OP_SHARE, 3, DISPLIF_E_OS, false);
	for (i = 1; i <= 5; i++) {
		if (e->fp.ops->share(e->fp.ctx, 0, 1, 0, &mem, &gref))
			failed = failed * 10 + i;
		else
			e->fp.ops->unshare(e->fp.ctx, mem, &gref, 1);
	}
	assert_int_equal(failed, 3);
	assert_int_equal(fake_fault_fired(e->fe), 1);
	assert_int_equal(fake_fault_calls(e->fe), 5);
	fake_fault(e->fe, FAKE_OP_ALL, 2, DISPLIF_E_AGAIN, true);
	assert_int_equal(e->fp.ops->xs_begin(e->fp.ctx, &i), 0);
	assert_int_equal(e->fp.ops->xs_end(e->fp.ctx, i, true), DISPLIF_E_AGAIN);
	assert_int_equal(e->fp.ops->xs_begin(e->fp.ctx, &i), DISPLIF_E_AGAIN);
	assert_int_equal(fake_fault_fired(e->fe), 2);
	fake_fault(e->fe, FAKE_OP_UNMAP, 0, 0, false);
	assert_int_equal(fake_check_clean(e->w, stderr), 0);
}

static void test_death_of_the_owner(void **state)
{
	struct env *e = *state;
	uint32_t gref;
	void *mem, *handle;
	uint8_t *va;

	assert_int_equal(e->fp.ops->share(e->fp.ctx, 0, 1, 0, &mem, &gref), 0);
	va = map(e, gref, 0, &handle);
	((uint8_t *)mem)[1] = 5;
	fake_dom_kill(e->fe);
	assert_false(fake_mem_readable(mem));
	assert_int_equal(va[1], 5); /* lives on */
	assert_null(fake_dom_get(e->w, 1));
	assert_null(map(e, gref, 0, &(void *){ NULL }));
	e->fp.ops->unshare(e->fp.ctx, mem, &gref, 1); /* of a dead domain: nothing */
	assert_int_equal(e->fp.ops->share(e->fp.ctx, 0, 1, 0, &mem, &gref), DISPLIF_E_OS);
	assert_int_equal(fake_check_clean(e->w, NULL), 2); /* the ended grant, and the mapping */
	assert_int_equal(e->bp.ops->unmap(e->bp.ctx, handle), 0);
	assert_int_equal(fake_check_clean(e->w, stderr), 0);
	assert_non_null(fake_dom_new(e->w, 1)); /* its number is free */
}

static void test_migration(void **state)
{
	struct env *e = *state;
	uint32_t gref, mine;
	uint8_t *mem, *va, *theirs;
	void *p, *handle, *handle2, *q;

	assert_int_equal(e->fp.ops->share(e->fp.ctx, 0, 1, DISPLIF_PORT_WRITE, &p, &gref), 0);
	mem = p;
	va = map(e, gref, DISPLIF_PORT_WRITE, &handle);
	assert_int_equal(e->bp.ops->share(e->bp.ctx, 1, 1, 0, &p, &mine), 0);
	assert_int_equal(e->fp.ops->map(e->fp.ctx, 0, &mine, 1, 0, &q, &handle2), 0);
	theirs = q;
	mem[0] = 1;
	fake_dom_migrate(e->fe);
	assert_int_equal(mem[0], 1);
	va[0] = 2;
	assert_int_equal(mem[0], 1); /* another frame by now */
	assert_null(map(e, gref, 0, &q));
	assert_false(fake_mem_readable(theirs));
	assert_int_equal(e->fp.ops->unmap(e->fp.ctx, handle2), 0);
	e->fp.ops->unshare(e->fp.ctx, mem, &gref, 1);
	assert_int_equal(e->bp.ops->unmap(e->bp.ctx, handle), 0);
	e->bp.ops->unshare(e->bp.ctx, p, &mine, 1);
	assert_int_equal(fake_check_clean(e->w, stderr), 0);
}

static void test_exit(void **state)
{
	struct env *e = *state;
	uint32_t gref, mine, port;
	void *mem, *p, *handle, *chan;

	assert_int_equal(e->fp.ops->share(e->fp.ctx, 0, 1, 0, &mem, &gref), 0);
	assert_int_equal(e->bp.ops->share(e->bp.ctx, 1, 1, 0, &p, &mine), 0);
	assert_int_equal(e->bp.ops->map(e->bp.ctx, 1, &gref, 1, 0, &p, &handle), 0);
	assert_int_equal(e->bp.ops->chan_open(e->bp.ctx, 1, 0, NULL, &port, &chan), 0);
	fake_dom_exit(e->be);
	assert_true(fake_dom_alive(e->be));
	assert_false(fake_mem_readable(p));
	e->fp.ops->unshare(e->fp.ctx, mem, &gref, 1);
	assert_int_equal(fake_check_clean(e->w, stderr), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_references, setup, teardown),
		cmocka_unit_test_setup_teardown(test_same_page, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_may_map, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late_touch_is_a_signal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_still_mapped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_existing_still_mapped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_free_while_mapped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_free_while_granted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_copy, setup, teardown),
		cmocka_unit_test(test_limits),
		cmocka_unit_test_setup_teardown(test_large, setup, teardown),
		cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_death_of_the_owner, setup, teardown),
		cmocka_unit_test_setup_teardown(test_migration, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exit, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
