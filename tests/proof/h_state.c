/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Proof harness: both state machines, any sequence of inputs at any times. */
#include "harness.h"

static void front(void)
{
	struct displif_fdev dev;

	displif_fdev_init(&dev);
	while (any_int) {
		struct displif_step step;

		if (any_int)
			dev.connect_ms = any_u32;
		if (any_int)
			dev.max_zombies = any_u32;
		step = displif_fdev_step(
			&dev,
			(enum displif_in)(any_int ? any_in(0, DISPLIF_IN_COUNT - 1) : any_u32),
			any_u32, any_u64);
		use((uint64_t)step.act + step.state + (uint64_t)(step.write >= 0));
		use(displif_fdev_cookie(&dev) & 1u);
		use((uint64_t)(displif_fdev_name(step.state)[0] != 0));
		use(dev.due ^ dev.since ^ dev.failures);
	}
	use((uint64_t)(displif_fdev_name(any_u8)[0] != 0));
}

static void back(void)
{
	struct displif_bdev dev;

	displif_bdev_init(&dev);
	while (any_int) {
		struct displif_step step =
			displif_bdev_step(&dev, (enum displif_bin)any_u32, any_u32, any_u64);

		use((uint64_t)step.act + step.state + (uint64_t)(step.write >= 0));
		use((uint64_t)(displif_bdev_name(step.state)[0] != 0));
		use(dev.due ^ dev.backoff_ms ^ dev.final);
	}
	use((uint64_t)(displif_bdev_name(any_u8)[0] != 0));
}

void proof_state(void)
{
	front();
	back();
}
