/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Backends that mean harm, while text is written and a program draws: the system lives, its work is bounded, it says what
 * broke, nothing is left mapped, and an honest backend that follows is served.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bad_back.h"
#include "bed.h"
#include "hostile.h"

#define ATTACK_MS 3000u
/* What may be left mapped is asked about at least so often. */
#define SWEEP_MS 70000u
/* Calls of the kernel's in a second: a flood may cost, not without bound. */
#define POINTS_S 20000u
/* And lines that it prints. */
#define LINES_S 60u

static uint8_t edid[128];

static void make_edid(void)
{
	uint32_t i, sum = 0;

	memset(edid, 0, sizeof(edid));
	for (i = 1; i < 7; i++)
		edid[i] = 0xff;
	edid[18] = 1;
	edid[19] = 4;
	for (i = 0; i < 127; i++)
		sum += edid[i];
	edid[127] = (uint8_t)(0x100u - (sum & 0xffu));
}

/* --- a program that takes what it gets --- */

struct program {
	struct bed_fb fb[2];
	int fd;
	uint32_t made, flips;
};

static void leave(struct program *p)
{
	while (p->made)
		kern_munmap(p->fb[--p->made].map);
	if (p->fd >= 0)
		kern_close(p->fd);
	p->fd = -1;
}

static bool enter(struct program *p)
{
	struct displif_create *c;
	int err;

	p->fd = kern_open("displif0", 7);
	while (p->fd >= 0 && p->made < 2) {
		c = &p->fb[p->made].c;
		*c = (struct displif_create){ .width = 64,
					      .height = 48,
					      .fourcc = DISPLIF_XRGB8888 };
		if (kern_ioctl(p->fd, DISPLIF_IOC_CREATE, c))
			break;
		p->fb[p->made].map = kern_mmap(p->fd, c->offset, 12288, true, &err);
		assert_int_equal(err, 0);
		bed_paint(p->fb[p->made].map, c->size, p->made);
		p->made++;
	}
	if (p->made == 2 && !bed_show(p->fd, 0, p->fb[0].c.handle))
		return true;
	leave(p);
	return false;
}

static void draw(struct program *p)
{
	struct displif_event ev[8];

	kern_vt_puts("text\n");
	if (p->fd < 0 && !enter(p))
		return;
	/* It comes and goes, too. */
	if (bed_flip(p->fd, 0, p->fb[p->flips++ % 2].c.handle, 1) == -BSD_ENXIO ||
	    p->flips % 50 == 0)
		leave(p);
	else if (kern_poll(p->fd))
		kern_read(p->fd, ev, sizeof(ev));
}

/* --- the end --- */

/* @unit: of the device, which may be another one. */
static void recover(struct bed *bed, const char *name, int unit)
{
	const char *held;

	bed_revive(bed);
	if (!bed_wait_state(bed, DISPLIF_XB_CONNECTED, 90000))
		fail_msg("%s: not connected, %s; printed: %s", name, kern_sysctl(unit, "state"),
			 machine_printed());
	kern_vt_puts("honest again");
	machine_sleep(SWEEP_MS);
	held = kern_sysctl(unit, "held");
	assert_non_null(held);
	if (strcmp(held, "0"))
		fail_msg("%s: %s pages held", name, held);
	if (!bed_cons_shown(bed, 2000))
		fail_msg("%s: no console; printed: %s", name, machine_printed());
	bed_down(bed);
}

/* --- raw bytes --- */

/* Those that no frontend can go on with. */
static bool must_break(const char *name)
{
	static const char *const all[] = { "strays", "duplicates", "unsolicited",
					   "jumps",  "foreign",	   "events" };
	uint32_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]) && strcmp(all[i], name); i++)
		;
	return i < sizeof(all) / sizeof(all[0]);
}

static void judge(const char *name, uint64_t ms, uint32_t points, uint32_t lines, uint32_t flips)
{
	int64_t breaks = bed_number("breaks");

	print_message("%s: %u connections, %d breaks, %u flips, %u calls/s, %u lines\n", name,
		      (uint32_t)hostile_met(), (int)breaks, flips,
		      (uint32_t)(points * 1000ull / ms), lines);
	if (getenv("HOSTILE_VERBOSE"))
		print_message("%s\n", machine_printed());
	assert_true(hostile_met() > 0);
	assert_in_range(points * 1000ull / ms, 0, POINTS_S);
	assert_in_range(lines * 1000ull / ms, 0, LINES_S);
	if (must_break(name) && !breaks)
		fail_msg("%s: the connection does not break", name);
	if (breaks && !strstr(machine_printed(), "the connection ends"))
		fail_msg("%s: nobody is told; printed: %s", name, machine_printed());
	/* The kernel's own complaint, one for each page. */
	if (strstr(machine_printed(), "still in use"))
		fail_msg("%s: printed: %s", name, machine_printed());
}

static void raw(const struct hb_attack *attack, uint64_t seed)
{
	struct bed_opts opts = { .no_backend = true, .seed = seed };
	struct program p = { .fd = -1 };
	struct bed bed;
	uint64_t begin;
	uint32_t points, lines;

	bed_make(&bed, &opts);
	bed_find(&bed);
	points = machine_points();
	lines = machine_print_lines();
	begin = machine_ms();
	hostile_begin(bed.be, attack, ATTACK_MS, seed + 1);
	while (!hostile_over()) {
		draw(&p);
		machine_sleep(10);
	}
	judge(attack->name, machine_ms() - begin, machine_points() - points,
	      machine_print_lines() - lines, p.flips);
	leave(&p);
	recover(&bed, attack->name, 0);
}

static void test_raw(void **state)
{
	uint32_t i, seed;

	(void)state;
	for (i = 0; i < hb_n_attacks; i++) {
		for (seed = 0; seed < 2; seed++)
			raw(&hb_attacks[i], seed);
	}
}

/* A panic meanwhile: text is drawn, and it ends. */
static void test_panic(void **state)
{
	struct bed_opts opts = { .no_backend = true };
	uint64_t begin;
	struct bed bed;
	uint32_t i, k;

	(void)state;
	for (i = 0; i < hb_n_attacks; i++) {
		bed_make(&bed, &opts);
		bed_find(&bed);
		hostile_begin(bed.be, &hb_attacks[i], ATTACK_MS, 1);
		machine_sleep(500);
		begin = machine_ms();
		for (k = 0; k < 60; k++)
			kern_panic("panic: in bad company\n");
		assert_in_range(machine_ms() - begin, 0, 3500);
		assert_true(kern_vt_drawn());
		fake_dom_exit(bed.be);
		bed_crash(&bed);
	}
}

/* Its nodes go, or its state alone: that is the end of the device, until the toolstack makes another one. */
static void test_nodes(void **state)
{
	static const char *const node[] = { "backend/vdispl/1/0/state", "backend/vdispl/1/0" };
	struct program p = { .fd = -1 };
	struct bed bed;
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		bed_up(&bed, NULL);
		draw(&p);
		assert_int_equal(fake_xs_rm(bed.be, 0, node[i]), 0);
		machine_sleep(3000);
		assert_string_equal(kern_sysctl(0, "state"), "DEAD");
		kern_vt_puts("text for nobody");
		draw(&p);
		leave(&p);
		bed_kill(&bed);
		machine_sleep(1000);
		assert_int_equal(bed_held(&bed).grants, 0);
		bed_unplug(&bed);
		assert_int_equal(fake_toolstack_attach(bed.w, 0, BED_FRONT, 0, false, "id0:64x48"),
				 0);
		recover(&bed, node[i], 1);
	}
}

/* --- honest but for one rule --- */

static void bad(const struct bad_back *rule)
{
	struct bed_opts opts = { .edid = edid, .edid_size = sizeof(edid) };
	struct program p = { .fd = -1 };
	struct displif_port_ops ops;
	struct bed bed;
	uint32_t i;

	bed_make(&bed, &opts);
	ops = *fake_dom_ops(bed.be);
	bad_back_begin(bed.b, rule);
	bed_find(&bed);
	for (i = 0; i < 100; i++) {
		draw(&p);
		machine_sleep(20);
	}
	leave(&p);
	machine_sleep(4000);
	bad_back_end();
	*fake_dom_ops(bed.be) = ops;
	bed_kill(&bed);
	recover(&bed, rule->name, 0);
}

static void test_rules(void **state)
{
	const struct bad_back *rule;

	(void)state;
	make_edid();
	for (rule = bad_backs; rule->name; rule++)
		bad(rule);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_panic),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
