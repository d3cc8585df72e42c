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

static bool allowed(void)
{
	static uint64_t since;
	static uint32_t count;
	uint64_t now = displif_loop_clock();

	if (!since || now - since >= BURST_MS) {
		if (count > BURST)
			cli_error("left out %u messages about guests",
				  (unsigned int)(count - BURST));
		since = now;
		count = 0;
	}
	return ++count <= BURST;
}

void be_limited_error(const char *fmt, ...)
{
	char text[512];
	va_list args;

	if (!allowed())
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	cli_error("%s", text);
}

void be_guest_error(unsigned int domid, unsigned int dev, const char *fmt, ...)
{
	char text[512];
	va_list args;

	if (!allowed())
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	cli_error("domain %u device %u: %s", domid, dev, text);
}

void be_guest_diag(unsigned int domid, unsigned int dev, const char *what, int err,
		   const struct displif_diag *diag)
{
	char text[256] = "";

	if (diag->err)
		displif_diag_text(diag, text, sizeof(text));
	be_guest_error(domid, dev, "%s: %s", what, text[0] ? text : displif_strerror(err));
}
