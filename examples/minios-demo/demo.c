/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A unikernel that draws a test card and a moving object on every connector: begin, loop and end. */
#include "demo.h"

#include <mini-os/os.h>
#include <mini-os/errno.h>
#include <mini-os/hypervisor.h>
#include <mini-os/kernel.h>
#include <mini-os/lib.h>
#include <mini-os/sched.h>
#include <mini-os/time.h>
#include <mini-os/wait.h>
#include <xen/sched.h>

struct demo {
	struct displfront_dev *dev;
	struct demo_options options;
	struct demo_head head[DEMO_HEADS];
	uint32_t n;
	uint32_t generation;
	uint64_t line_at; /* when the next line is printed, and when the last one was */
	uint64_t line_begin;
	uint64_t end_at; /* 0: not yet known */
};

static struct demo demo = { .options = { .seed = 1 } };
/* Another thread's, so volatile: whether the domain is to end. */
static volatile bool stop;

/* Brings back what a backend that went has taken along, on all connectors. */
static void bring(struct demo *d)
{
	for (uint32_t i = 0; i < d->n; i++) {
		struct demo_head *head = &d->head[i];
		int err;

		if (head->refused || displfront_status(d->dev) != DISPLFRONT_CONNECTED)
			continue;
		err = demo_head_bring(head);
		if (!err)
			continue;
		printk("demo: connector %u: %s\n", i, displfront_error(d->dev));
		head->refused = err != -ENOTCONN && err != -ETIMEDOUT;
	}
}

static void take_events(struct demo *d)
{
	struct displfront_event event;

	while (displfront_receive(d->dev, &event, 1) == 1) {
		if (event.type == DISPLFRONT_EV_FLIP && event.connector < d->n)
			demo_head_flipped(&d->head[event.connector], &event);
	}
	/* What it was told of is looked at, not believed: more may have happened since. */
	if (displfront_status(d->dev) == DISPLFRONT_GONE) {
		stop = true;
	} else if (displfront_status(d->dev) == DISPLFRONT_CONNECTED) {
		bool missing = d->generation != displfront_generation(d->dev);

		for (uint32_t i = 0; i < d->n; i++)
			missing |= !d->head[i].ready && !d->head[i].refused;
		d->generation = displfront_generation(d->dev);
		if (missing)
			bring(d);
	}
}

static void print_line(struct demo *d)
{
	uint64_t now = displfront_clock(d->dev), time = now - d->line_begin;

	if (now < d->line_at)
		return;
	for (uint32_t i = 0; i < d->n && time; i++) {
		struct demo_head *head = &d->head[i];

		if (head->flips)
			printk("demo: connector %u: %lu flips/s, frame %u\n", i,
			       (unsigned long)((uint64_t)head->flips * 1000u / time), head->frame);
		head->flips = 0;
	}
	d->line_begin = now;
	d->line_at = now + 1000;
}

/* All frames are shown: the time of the last picture runs. */
static void hold(struct demo *d)
{
	uint64_t now = displfront_clock(d->dev);
	const struct demo_head *head;

	if (!d->end_at) {
		d->end_at = d->options.hold_s ? now + d->options.hold_s * 1000ull : UINT64_MAX;
		for (head = d->head; head < d->head + d->n; head++)
			printk("demo: connector %u: shown_frame=%u, %lu ms of flips\n", head->index,
			       head->frame, (unsigned long)(head->last_ms - head->first_ms));
	}
	if (now >= d->end_at)
		stop = true;
	else
		msleep(50);
}

static void loop(struct demo *d)
{
	d->line_begin = displfront_clock(d->dev);
	d->line_at = d->line_begin + 1000;
	while (!stop) {
		bool done = true, soon = false;

		take_events(d);
		for (uint32_t i = 0; i < d->n; i++) {
			soon |= demo_head_next(&d->head[i]);
			done &= demo_head_done(&d->head[i]);
		}
		print_line(d);
		if (done)
			hold(d);
		else if (soon)
			msleep(10);
		else
			wait_event(*displfront_queue(d->dev), displfront_pending(d->dev) || stop);
	}
}

static int run(struct demo *d)
{
	char error[DISPLFRONT_ERROR];
	struct displfront_config config = { .no_edid = d->options.no_edid,
					    .error = error,
					    .error_size = sizeof(error) };
	struct displfront_connector info;
	struct displfront_dev *dev;
	uint32_t held;

	d->dev = init_displfront(NULL, &config);
	if (!d->dev) {
		printk("demo: %s\n", error);
		return 1;
	}
	d->generation = displfront_generation(d->dev);
	d->n = displfront_connectors(d->dev);
	if (d->n > DEMO_HEADS)
		d->n = DEMO_HEADS;
	for (uint32_t i = 0; i < d->n; i++) {
		if (displfront_connector(d->dev, i, &info))
			info.width = info.height = 0;
		printk("demo: connector %u: %s%s%ux%u, %u modes\n", i, info.monitor,
		       info.monitor[0] ? ", " : "", info.width, info.height, info.n_modes);
		d->head[i] = (struct demo_head){ .dev = d->dev,
						 .options = &d->options,
						 .index = i,
						 .width = info.width,
						 .height = info.height };
	}
	bring(d);
	loop(d);
	for (uint32_t i = 0; i < d->n; i++)
		demo_head_end(&d->head[i]);
	/* Nobody is to wake a device that goes. */
	stop = true;
	dev = d->dev;
	d->dev = NULL;
	held = shutdown_displfront(dev);
	printk("demo: end, the backend holds %u pages\n", held);
	return 0;
}

#ifdef HAVE_LIBC
int main(int argc, char **argv)
{
	/* Mini-OS has taken the command line apart. */
	for (int i = 1; i < argc; i++)
		demo_options_word(&demo.options, argv[i]);
	return run(&demo);
}
#else
/* For "xl shutdown", in a thread of Mini-OS's. */
void app_shutdown(unsigned int reason);
void app_shutdown(unsigned int reason)
{
	printk("demo: told to end: %u\n", reason);
	if (reason == SHUTDOWN_suspend)
		return; /* a display cannot be suspended */
	if (demo.dev) {
		stop = true;
		wake_up(displfront_queue(demo.dev));
	} else if (!stop) {
		HYPERVISOR_shutdown(reason);
	}
}

static void thread(void *arg)
{
	(void)arg;
	HYPERVISOR_shutdown(run(&demo) ? SHUTDOWN_crash : SHUTDOWN_poweroff);
}

/* Called before threads run: XenStore is not there yet. */
int app_main(void *arg)
{
	(void)arg;
	demo_options_read(&demo.options, cmdline);
	create_thread("demo", thread, NULL);
	return 0;
}
#endif
