/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Panics: text reaches the console's memory whatever was under way, and the screen if that can be; and nothing waits for ever. */
#include <stdio.h>

#include "bed.h"

static const char usual[] = "panic: page fault\ncpuid = 0\ntime = 1\nKDB: stack backtrace:\n"
			    "db_trace_self_wrapper() at 0xffffffff804a1b2c\nUptime: 1s\n";

static uint64_t took_ms;

static void panics(void *arg)
{
	uint64_t begin = machine_ms();

	(void)arg;
	kern_panic(usual);
	took_ms = machine_ms() - begin;
}

/* Without any time for the system after it: each line is seen when it ends. */
static void test_shown(void **state)
{
	struct bed_opts opts = { .connectors = "a:640x480" };
	struct bed bed;
	uint32_t flips;

	(void)state;
	bed_up(&bed, &opts);
	kern_vt_puts("the system works\n");
	assert_true(bed_cons_shown(&bed, 1000));
	flips = bed.asked[XENDISPL_OP_PG_FLIP];
	panics(NULL);
	assert_false(kern_panic_held());
	assert_true(kern_vt_drawn());
	assert_true(bed_cons_shown(&bed, 0));
	assert_in_range(took_ms, 0, 500);
	assert_in_range(bed.asked[XENDISPL_OP_PG_FLIP] - flips, 6, sizeof(usual) + 10);
	bed_crash(&bed);
}

/* A panic of a screenful and more: it scrolls. */
static void test_long(void **state)
{
	struct bed_opts opts = { .connectors = "a:640x480" };
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_up(&bed, &opts);
	kern_panic("panic: here\n");
	for (i = 0; i < 40; i++)
		kern_panic("a line of a backtrace\n");
	assert_true(kern_vt_drawn());
	assert_true(bed_cons_shown(&bed, 0));
	bed_crash(&bed);
}

static void find(void *arg)
{
	bed_find(arg);
}

/* At any point of a life; where nobody was at the session, and the console was up, it is seen. */
static void test_anywhere(void **state)
{
	uint32_t held = 0, seen = 0, at, flips;
	struct bed_opts opts = { 0 };
	struct bed bed;
	bool up;

	(void)state;
	for (at = 1; at < 1500; at += at < 400 ? 3 : 17) {
		opts.seed = at % 2 ? at : 0;
		bed_make(&bed, &opts);
		machine_at(at, panics, NULL);
		/* Not on this thread's stack, which outlives the panic. */
		machine_after(0, find, &bed);
		kern_vt_puts("busy");
		machine_sleep(300);
		up = bed.b->shown[0];
		kern_vt_puts("busier");
		machine_sleep(300);
		/* It may come where the console is not there yet. */
		if (!kern_vt_kept()) {
			bed_crash(&bed);
			continue;
		}
		machine_at(0, NULL, NULL);
		flips = bed.asked[XENDISPL_OP_PG_FLIP];
		panics(NULL);
		assert_true(kern_vt_drawn());
		/* What somebody was at is left alone. */
		if (kern_panic_held())
			assert_int_equal(bed.asked[XENDISPL_OP_PG_FLIP], flips);
		held += kern_panic_held();
		if (!kern_panic_held() && up) {
			assert_true(bed_cons_shown(&bed, 0));
			seen++;
		}
		bed_crash(&bed);
	}
	print_message("%u seen, %u with a session's lock held\n", seen, held);
	assert_true(seen > 20 && held > 0);
}

static struct fake_task *slow_task;

static void answer(void *arg)
{
	struct bed *bed = arg;

	end_back_answer(bed->b);
	fake_task_at(slow_task, fake_now(bed->w) + 90);
}

static void spoil(struct bed *bed, uint32_t kind)
{
	switch (kind) {
	case 0:
		bed_kill(bed);
		break;
	case 1:
		bed->b->no_events = true;
		break;
	case 2:
		bed->b->hold = true;
		break;
	default:
		bed->b->hold = true;
		slow_task = fake_task_new(bed->be, answer, bed);
		fake_task_at(slow_task, fake_now(bed->w));
	}
}

/*
 * The backend is gone, takes all and answers nothing, half of it, or late: the memory has the text, and the reboot is held up by
 * seconds only.
 */
static void test_dead(void **state)
{
	struct bed bed;
	uint64_t begin;
	uint32_t i, kind;

	(void)state;
	for (kind = 0; kind < 4; kind++) {
		bed_up(&bed, NULL);
		spoil(&bed, kind);
		begin = machine_ms();
		for (i = 0; i < 300; i++)
			kern_panic("panic: one more line\n");
		assert_in_range(machine_ms() - begin, kind ? 2000 : 0, 3500);
		assert_true(kern_vt_drawn());
		if (kind == 3)
			fake_task_free(slow_task);
		if (kind >= 2) {
			end_back_answer(bed.b);
			bed.b->hold = false;
		}
		bed_crash(&bed);
	}
}

/* A program has the screen, in the console's mode or another: the console takes it. */
static void test_program(void **state)
{
	uint32_t i, width, modes;
	struct bed_fb fb[2];
	struct bed bed;
	int fd;

	(void)state;
	for (i = 0; i < 20; i++) {
		bed_up(&bed, NULL);
		fd = kern_open("displif0", 7);
		width = i % 2 ? 64 : 32;
		bed_fb(fd, &fb[0], width, 48, 0);
		bed_fb(fd, &fb[1], width, 48, 1);
		assert_int_equal(bed_show(fd, 0, fb[0].c.handle), 0);
		assert_true(bed_shows(&bed, 0, fb[0].c.size, 0));
		bed_flip(fd, 0, fb[1].c.handle, 1);
		machine_sleep(i % 3);
		modes = bed.asked[XENDISPL_OP_SET_CONFIG];
		panics(NULL);
		assert_true(kern_vt_drawn());
		assert_true(bed_cons_shown(&bed, 0));
		/* In its mode: off, and on again. */
		assert_int_equal(bed.asked[XENDISPL_OP_SET_CONFIG] - modes, i % 2 ? 0 : 2);
		bed_crash(&bed);
	}
}

/* No console of ours: nothing of the driver runs. */
static void test_other(void **state)
{
	struct bed_opts opts = { .vt = KERN_VT_SC };
	struct bed bed;

	(void)state;
	bed_up(&bed, &opts);
	panics(NULL);
	bed_crash(&bed);
	opts.vt = KERN_VT_FREE;
	bed_up(&bed, &opts);
	bed_unplug(&bed);
	panics(NULL);
	assert_true(kern_vt_drawn());
	bed_crash(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shown),	 cmocka_unit_test(test_long),
		cmocka_unit_test(test_anywhere), cmocka_unit_test(test_dead),
		cmocka_unit_test(test_program),	 cmocka_unit_test(test_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
