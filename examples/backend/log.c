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

static struct be_limit of_all, *about;

struct be_limit *be_log_about(struct be_limit *limit)
{
	struct be_limit *before = about;

	about = limit;
	return before;
}

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

__attribute__((format(printf, 2, 0))) static void tell(struct be_limit *limit, const char *fmt,
						       va_list args)
{
	char text[512], whom[48] = "guests";

	if (limit != &of_all)
		snprintf(whom, sizeof(whom), "domain %u device %u", limit->domid, limit->dev);
	if (!allowed(limit, whom))
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	if (limit == &of_all)
		cli_error("%s", text);
	else
		cli_error("%s: %s", whom, text);
}

void be_limited_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(about ? about : &of_all, fmt, args);
	va_end(args);
}

void be_guest_error(struct be_limit *limit, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(limit, fmt, args);
	va_end(args);
}

void be_guest_diag(struct be_limit *limit, const char *what, int err,
		   const struct displif_diag *diag)
{
	char text[256] = "";

	if (diag->err)
		displif_diag_text(diag, text, sizeof(text));
	be_guest_error(limit, "%s: %s", what, text[0] ? text : displif_strerror(err));
}
