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

static uint64_t now(void *user)
{
	(void)user;
	return any_u64;
}

static int fails(void *user)
{
	(void)user;
	return any_int ? -(int)any_in(1, 15) : 0;
}

static void act(void *user)
{
	(void)user;
}

static void write(void *user, uint32_t state)
{
	(void)user;
	use(state);
}

static bool peer(void *user, enum displif_in *in, uint32_t *arg)
{
	(void)user;
	*in = any_int ? DISPLIF_IN_PEER : DISPLIF_IN_PEER_GONE;
	*arg = any_u32;
	return any_int;
}

static void feed(void)
{
	const struct displif_fdev_ops ops = {
		.now = now,
		.publish = fails,
		.start = fails,
		.stop = act,
		.release = act,
		.write = write,
		.peer = peer,
		.final = act,
		.survives = any_int,
	};
	struct displif_fdev dev;

	displif_fdev_init(&dev);
	while (any_int) {
		displif_fdev_feed(
			&dev, &ops, NULL,
			(enum displif_in)(any_int ? any_in(0, DISPLIF_IN_COUNT - 1) : any_u32),
			any_u32);
		use(dev.due ^ dev.since ^ dev.failures);
	}
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
	feed();
	back();
}
