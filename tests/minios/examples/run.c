/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A unikernel of examples/ on the fake Xen. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <mini-os/hypervisor.h>
#include <mini-os/kernel.h>
#include <mini-os/sched.h>

#include "run.h"

#define STEP_MS 20u
#define PATIENCE_MS 60000u

int app_main(void *arg);
void app_shutdown(unsigned int reason);

char cmdline[MAX_CMDLINE_SIZE];
unsigned long nr_free_pages = 1000;

static bool ended;
static unsigned int end_reason;

int HYPERVISOR_shutdown(unsigned int reason)
{
	ended = true;
	end_reason = reason;
	exit_thread();
}

void run_begin(struct bed *bed, const struct bed_opts *opts, const char *line)
{
	assert_in_range(strlen(line), 0, sizeof(cmdline) - 1);
	memcpy(cmdline, line, strlen(line) + 1);
	bed_make(bed, opts);
	assert_int_equal(app_main(NULL), 0);
}

static unsigned int count(const char *text)
{
	unsigned int n = 0;

	for (const char *at = mos_printed(); (at = strstr(at, text)); at++)
		n++;
	return n;
}

void run_await(const char *text, unsigned int wanted)
{
	for (uint32_t at = 0; count(text) < wanted; at += STEP_MS) {
		if (at >= PATIENCE_MS || ended)
			fail_msg("'%s' was printed %u times of %u: %s", text, count(text), wanted,
				 mos_printed());
		mos_sleep(STEP_MS);
	}
}

void run_tell(void)
{
	app_shutdown(0);
}

void run_end(struct bed *bed)
{
	for (uint32_t at = 0; !ended; at += STEP_MS) {
		if (at >= PATIENCE_MS)
			fail_msg("it does not end: %s", mos_printed());
		mos_sleep(STEP_MS);
	}
	assert_int_equal(end_reason, 0);
	bed_down(bed);
}
