/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A unikernel whose messages are on its display: what it found, then a line a second. */
#include "con.h"

#include <mini-os/os.h>
#include <mini-os/errno.h>
#include <mini-os/hypervisor.h>
#include <mini-os/kernel.h>
#include <mini-os/lib.h>
#include <mini-os/mm.h>
#include <mini-os/sched.h>
#include <mini-os/time.h>
#include <xen/sched.h>
#ifdef HAVE_LIBC
#include <stdlib.h>
#endif

/* Set by another thread. */
static volatile bool stop;
static bool running;

/* "name=number" of the kernel command line. */
static uint32_t option(const char *name, uint32_t otherwise)
{
	const char *at = strstr(cmdline, name);

	return at ? (uint32_t)strtoul(at + strlen(name), NULL, 10) : otherwise;
}

static void describe(struct con *con, struct displfront_dev *dev)
{
	struct displfront_connector info;
	char letters[127 - ' ' + 1];

	con_printf(con, "Mini-OS on a display: %u x %u letters of %u x %u pixels\n", con->columns,
		   con->rows, CON_CELL_WIDTH * con->scale, CON_CELL_HEIGHT * con->scale);
	for (uint32_t i = 0; i < displfront_connectors(dev); i++) {
		if (displfront_connector(dev, i, &info))
			continue;
		con_printf(con, "connector %u \"%s\": %ux%u, monitor \"%s\", %u modes\n", i,
			   info.unique_id, info.width, info.height, info.monitor, info.n_modes);
	}
	for (size_t i = 0; i < sizeof(letters) - 1; i++)
		letters[i] = (char)(' ' + i);
	letters[sizeof(letters) - 1] = 0;
	con_printf(con, "%s\n", letters);
}

static void status(struct con *con, struct displfront_dev *dev, uint32_t n, uint64_t begin)
{
	struct displfront_stats stats;

	displfront_stats(dev, &stats);
	con_printf(con, "%4u: %lu ms, %lu KiB free, %u flips, %u interrupts, %u grants\n", n,
		   (unsigned long)(displfront_clock(dev) - begin), nr_free_pages * 4u, stats.events,
		   stats.interrupts, stats.grants);
}

/* A line at a time, then nothing new but what a backend that comes back wants. */
static void loop(struct con *con, struct displfront_dev *dev)
{
	uint32_t lines = option("lines=", UINT32_MAX), pause = option("pause=", 1000);
	uint64_t begin = displfront_clock(dev), next = begin;
	uint32_t n = 0;

	while (!stop && displfront_status(dev) != DISPLFRONT_GONE) {
		if (n < lines && displfront_clock(dev) >= next) {
			status(con, dev, ++n, begin);
			con_show(con);
			next += pause;
			if (n == lines)
				printk("console: all lines are shown\n");
		} else if (con_stale(con)) {
			con_show(con);
		}
		msleep(pause < 50 ? 1 : 50);
	}
}

static int run(void)
{
	char error[DISPLFRONT_ERROR];
	struct displfront_config config = { .error = error, .error_size = sizeof(error) };
	struct displfront_dev *dev;
	struct con con;

	running = true;
	dev = init_displfront(NULL, &config);
	if (!dev) {
		printk("console: %s\n", error);
		return 1;
	}
	if (con_open(&con, dev, 0)) {
		printk("console: %s\n", displfront_error(dev));
		shutdown_displfront(dev);
		return 1;
	}
	describe(&con, dev);
	con_show(&con);
	loop(&con, dev);
	con_close(&con);
	printk("console: end, the backend holds %u pages\n", shutdown_displfront(dev));
	return 0;
}

#ifdef HAVE_LIBC
int main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return run();
}
#else
/* For "xl shutdown", in a thread of Mini-OS's. */
void app_shutdown(unsigned int reason);
void app_shutdown(unsigned int reason)
{
	if (reason == SHUTDOWN_suspend)
		return; /* a display cannot be suspended */
	stop = true;
	if (!running)
		HYPERVISOR_shutdown(reason);
}

static void thread(void *arg)
{
	(void)arg;
	HYPERVISOR_shutdown(run() ? SHUTDOWN_crash : SHUTDOWN_poweroff);
}

/* Called before threads run: XenStore is not there yet. */
int app_main(void *arg)
{
	(void)arg;
	create_thread("console", thread, NULL);
	return 0;
}
#endif
