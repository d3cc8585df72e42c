/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Waiting, and XenStore's nodes as text and as states. */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Pauses between two looks: short at first, since most things come at once. */
#define QUICK_MS 1u
#define QUICK_FOR_MS 40u
#define SLOW_MS 10u

uint64_t cc_now(const struct cc_world *w)
{
	return w->ops->now(w->ctx);
}

bool cc_until(struct cc_world *w, bool (*done)(void *arg), void *arg, uint32_t ms)
{
	uint64_t begin = cc_now(w), gone = 0;

	for (;;) {
		w->ops->step(w->ctx, 0);
		if (w->tick)
			w->tick(w->arg);
		if (done(arg))
			return true;
		/* What done() did may have consequences. */
		w->ops->step(w->ctx, 0);
		if (gone >= ms)
			return done(arg);
		w->ops->step(w->ctx, gone < QUICK_FOR_MS ? QUICK_MS : SLOW_MS);
		gone = cc_now(w) - begin;
	}
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

void cc_pause(struct cc_world *w, uint32_t ms)
{
	cc_until(w, never, NULL, ms);
}

static bool read_path(struct cc_world *w, const char *path, char *text, uint32_t cap)
{
	uint32_t len;

	text[0] = '\0';
	if (w->port.ops->xs_read(w->port.ctx, 0, path, text, cap - 1, &len)) {
		text[0] = '\0';
		return false;
	}
	text[len] = '\0';
	return true;
}

bool cc_read(struct cc_world *w, const char *dir, const char *leaf, char *text, uint32_t cap)
{
	char path[DISPLIF_XS_PATH];

	return displif_xs_join(path, sizeof(path), dir, leaf) > 0 && read_path(w, path, text, cap);
}

bool cc_write(struct cc_world *w, const char *leaf, const char *text)
{
	char path[DISPLIF_XS_PATH];

	return displif_xs_join(path, sizeof(path), w->dir, leaf) > 0 &&
	       w->port.ops->xs_write(w->port.ctx, 0, path, text) == 0;
}

bool cc_read_conn(struct cc_world *w, const char *dir, uint32_t index, const char *leaf, char *text,
		  uint32_t cap)
{
	char path[DISPLIF_XS_PATH];

	return displif_xs_connector(path, sizeof(path), dir, index, leaf) > 0 &&
	       read_path(w, path, text, cap);
}

bool cc_write_conn(struct cc_world *w, uint32_t index, const char *leaf, const char *text)
{
	char path[DISPLIF_XS_PATH];

	return displif_xs_connector(path, sizeof(path), w->dir, index, leaf) > 0 &&
	       w->port.ops->xs_write(w->port.ctx, 0, path, text) == 0;
}

bool cc_set_state(struct cc_world *w, uint32_t state)
{
	return displif_port_write_state(&w->port, w->dir, state, NULL) == 0;
}

uint8_t cc_own_state(struct cc_world *w)
{
	uint8_t state = DISPLIF_XB_UNKNOWN;

	displif_port_read_state(&w->port, w->dir, &state, NULL);
	return state;
}

uint8_t cc_peer_state(struct cc_world *w)
{
	uint8_t state = DISPLIF_XB_UNKNOWN;

	displif_port_read_state(&w->port, w->peer_dir, &state, NULL);
	return state;
}

struct wanted {
	struct cc_world *w;
	uint32_t states;
};

static bool in_one_of(void *arg)
{
	struct wanted *wanted = arg;

	return wanted->states & CC_IN(cc_peer_state(wanted->w));
}

bool cc_await_peer(struct cc_world *w, uint32_t states, uint32_t ms)
{
	struct wanted wanted = { w, states };

	return cc_until(w, in_one_of, &wanted, ms);
}
