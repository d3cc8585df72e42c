/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The n-th call of the kernel's fails, for each n: nothing is left, boot goes on, and a new connection works. */
#include <stdio.h>

#include "bed.h"

/* Coming up with the @n-th call of @mask refused. Returns whether there was one. */
static bool once(uint32_t mask, uint32_t n, bool repeat)
{
	struct bed_opts opts = { .vt = n % 2 ? KERN_VT_FREE : KERN_VT_SC };
	struct bed bed;
	uint32_t fired, i;
	uint64_t begin;

	bed_make(&bed, &opts);
	kern_vt_puts("text");
	machine_fault(mask, n, repeat);
	begin = machine_ms();
	bed_find(&bed);
	for (i = 0; i < 150 && kern_attached() && kern_boot_held(); i++)
		machine_sleep(100);
	/* If nothing can be written nothing can be told. */
	if (!repeat || mask & ~(HOST_F_BEGIN | HOST_F_COMMIT))
		assert_in_range(machine_ms() - begin, 0, 12000);
	fired = machine_fault_fired();
	machine_fault(0, 0, false);
	if (kern_attached()) {
		/* At the latest a backend that begins anew brings it. */
		machine_sleep(1000);
		/* The console waits for no backend, and for memory in vain. */
		if (!opts.vt && !(mask & (HOST_F_KMEM | HOST_F_MALLOC)) && !kern_vt_ours())
			fail_msg("kind 0x%x, call %u: no console; printed: %s", mask, n,
				 machine_printed());
		if (fake_toolstack_front_state(bed.w, BED_FRONT, 0) != DISPLIF_XB_CONNECTED ||
		    (kern_vt_ours() && !bed_cons_shown(&bed, 2000))) {
			bed_stop(&bed);
			bed_revive(&bed);
		}
		if (!bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 20000))
			fail_msg("kind 0x%x, call %u: not connected; printed: %s", mask, n,
				 machine_printed());
		if (kern_vt_ours() && !bed_cons_shown(&bed, 5000))
			fail_msg("kind 0x%x, call %u: no console; printed: %s", mask, n,
				 machine_printed());
	}
	bed_down(&bed);
	return fired;
}

static void each(uint32_t mask)
{
	uint32_t n;

	for (n = 1; once(mask, n, false); n++)
		;
	assert_true(n > 1);
	print_message("%u calls of kind 0x%x\n", n - 1, mask);
}

static void test_memory(void **state)
{
	(void)state;
	each(HOST_F_KMEM);
	each(HOST_F_MALLOC);
}

static void test_grants(void **state)
{
	(void)state;
	each(HOST_F_GRANT);
}

static void test_channels(void **state)
{
	(void)state;
	each(HOST_F_INTR);
}

static void test_store(void **state)
{
	(void)state;
	each(HOST_F_READ);
	each(HOST_F_WRITE);
	each(HOST_F_BEGIN);
	each(HOST_F_COMMIT);
}

/* Nothing of the kind works until it does. */
static void test_for_ever(void **state)
{
	static const uint32_t kind[] = { HOST_F_KMEM, HOST_F_GRANT, HOST_F_INTR, HOST_F_BEGIN,
					 HOST_F_COMMIT };
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(kind) / sizeof(kind[0]); i++)
		once(kind[i], 1 + i % 2, true);
}

/* While it goes. */
static void test_unplug(void **state)
{
	static const uint32_t kind[] = { HOST_F_READ, HOST_F_WRITE, HOST_F_BEGIN, HOST_F_COMMIT };
	struct bed bed;
	uint32_t i, n, fired;

	(void)state;
	for (i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
		for (n = 1; n < 60; n++) {
			bed_up(&bed, NULL);
			fake_toolstack_detach(bed.w, 0, BED_FRONT, 0);
			machine_fault(kind[i], n, false);
			machine_sleep(3000);
			fired = machine_fault_fired();
			machine_fault(0, 0, false);
			bed_down(&bed);
			if (!fired)
				break;
		}
		assert_true(n < 60);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),	 cmocka_unit_test(test_grants),
		cmocka_unit_test(test_channels), cmocka_unit_test(test_store),
		cmocka_unit_test(test_for_ever), cmocka_unit_test(test_unplug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
