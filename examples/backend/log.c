/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Messages on standard error, those that guests can cause limited in number. */
#include "log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <displif-loop.h>

#include "cli.h"

#define BURST 20u
#define BURST_MS 10000u

static bool verbose;

void be_log_verbose(bool on)
{
	verbose = on;
}

bool be_log_is_verbose(void)
{
	return verbose;
}

void be_error(const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	cli_error("%s", text);
}

void be_info(const char *fmt, ...)
{
	char text[512];
	va_list args;

	if (!verbose)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	cli_error("%s", text);
}

/* @whom: whose messages they are, in the line that says how many were left out. */
static bool allowed(struct be_limit *limit, const char *whom)
{
	uint64_t now = displif_loop_clock();

	if (!limit->since || now - limit->since >= BURST_MS) {
		if (limit->count > BURST)
			cli_error("left out %u messages about %s",
				  (unsigned int)(limit->count - BURST), whom);
		limit->since = now;
		limit->count = 0;
	}
	if (limit->count < UINT32_MAX)
		limit->count++;
	return limit->count <= BURST;
}

void be_limited_error(const char *fmt, ...)
{
	static struct be_limit limit;
	char text[512];
	va_list args;

	if (!allowed(&limit, "guests"))
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	cli_error("%s", text);
}

void be_guest_error(struct be_limit *limit, unsigned int domid, unsigned int dev, const char *fmt,
		    ...)
{
	char text[512], whom[48];
	va_list args;

	snprintf(whom, sizeof(whom), "domain %u device %u", domid, dev);
	if (!allowed(limit, whom))
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	cli_error("domain %u device %u: %s", domid, dev, text);
}

void be_guest_diag(struct be_limit *limit, unsigned int domid, unsigned int dev, const char *what,
		   int err, const struct displif_diag *diag)
{
	char text[256] = "";

	if (diag->err)
		displif_diag_text(diag, text, sizeof(text));
	be_guest_error(limit, domid, dev, "%s: %s", what, text[0] ? text : displif_strerror(err));
}
