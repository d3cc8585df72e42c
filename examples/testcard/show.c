/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The sequence of requests. What comes next is derived from what exists, so that it can
 * begin again after a reconnection and stop at any point.
 */
#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* A request of this age is a reason to ask whether the backend is still there, and so often. */
#define ASK_MS 200u

/* The exit status is 1; what was made is taken down. */
static void fail(struct tc_show *s)
{
	s->failed = true;
	s->stopping = true;
}

/* --- what is next --- */

static void next_down(struct tc_show *s)
{
	uint32_t i;

	if (s->configured) {
		tc_send_config(s, NULL);
		return;
	}
	for (i = 0; i < 2; i++) {
		if (s->buf[i].attached) {
			tc_send_simple(s, XENDISPL_OP_FB_DETACH, &s->buf[i]);
			return;
		}
	}
	for (i = 0; i < 2; i++) {
		if (s->buf[i].created) {
			displif_port_share_unmap(&s->dev->port, &s->buf[i].share);
			tc_send_simple(s, XENDISPL_OP_DBUF_DESTROY, &s->buf[i]);
			return;
		}
		tc_buffer_free(s, &s->buf[i]);
	}
	s->leaving = true;
	tc_device_remove(s->dev);
}

/* Returns false if all buffers are there. */
static bool next_buffer(struct tc_show *s)
{
	uint32_t i;

	for (i = 0; i < s->n_bufs; i++) {
		struct tc_buffer *b = &s->buf[i];

		if (!b->shared && !tc_buffer_share(s, b)) {
			if (i == 0) {
				fail(s);
				next_down(s);
				return true;
			}
			cli_error("showing one buffer");
			s->n_bufs = 1;
			return false;
		}
		if (!b->created) {
			if (b->surface.pixels)
				tc_buffer_draw(s, b);
			tc_send_create(s, b);
			return true;
		}
		if (!b->drawn)
			tc_buffer_draw(s, b);
		if (!b->attached) {
			tc_send_simple(s, XENDISPL_OP_FB_ATTACH, b);
			return true;
		}
	}
	return false;
}

/* When the next flip may be sent. */
static uint64_t flip_time(const struct tc_show *s)
{
	return s->opt->fps ? s->begin_ms + (uint64_t)s->paced * 1000u / s->opt->fps : 0;
}

static void next_flip(struct tc_show *s)
{
	uint64_t now = displif_loop_clock();

	if (s->opt->flips && s->stats.events >= s->opt->flips) {
		if (s->hold_until == DISPLIF_NEVER) {
			s->hold_until = now + (uint64_t)s->opt->hold_s * 1000u;
			if (s->opt->verbose)
				fprintf(stderr, "shown_frame=%" PRIu32 "\n", s->frame);
		}
		if (now >= s->hold_until) {
			s->stopping = true;
			next_down(s);
		}
		return;
	}
	if (!s->begin_ms)
		s->begin_ms = now;
	if (now >= flip_time(s))
		tc_send_flip(s);
}

static void next(struct tc_show *s)
{
	if (s->waiting || s->leaving || !s->dev->started)
		return;
	if (s->stopping) {
		next_down(s);
		return;
	}
	if (!s->sized && !tc_buffer_plan(s))
		return;
	if (next_buffer(s))
		return;
	if (!s->configured)
		tc_send_config(s, &s->buf[s->shown]);
	else
		next_flip(s);
}

/* --- what came --- */

static struct tc_buffer *buffer_in(struct tc_show *s, uint8_t op)
{
	uint32_t i;

	for (i = 0; i < 2; i++) {
		struct tc_buffer *b = &s->buf[i];

		if ((op == XENDISPL_OP_DBUF_CREATE && b->shared && !b->created) ||
		    (op == XENDISPL_OP_FB_ATTACH && b->created && !b->attached) ||
		    (op == XENDISPL_OP_FB_DETACH && b->attached) ||
		    (op == XENDISPL_OP_DBUF_DESTROY && b->created))
			return b;
	}
	return NULL;
}

/* The answer to @op was good, or it is one that takes down and cannot be helped. */
static void done(struct tc_show *s, uint8_t op)
{
	struct tc_buffer *b = buffer_in(s, op);

	switch (op) {
	case XENDISPL_OP_DBUF_CREATE:
		if (b && !tc_buffer_created(s, b))
			fail(s);
		break;
	case XENDISPL_OP_FB_ATTACH:
		if (b)
			b->attached = true;
		break;
	case XENDISPL_OP_SET_CONFIG:
		s->configured = !s->configured;
		break;
	case XENDISPL_OP_FB_DETACH:
		if (b)
			b->attached = false;
		break;
	case XENDISPL_OP_DBUF_DESTROY:
		if (b)
			tc_buffer_free(s, b);
		break;
	default:
		break;
	}
}

/* Going up, a refusal is the end; going down, the thing counts as gone. */
static void refused(struct tc_show *s, uint8_t op)
{
	bool down = op == XENDISPL_OP_FB_DETACH || op == XENDISPL_OP_DBUF_DESTROY ||
		    (op == XENDISPL_OP_SET_CONFIG && s->configured);

	fail(s);
	if (down)
		done(s, op);
}

static void on_flip(struct tc_show *s, uint64_t token)
{
	uint64_t now = tc_clock_us();

	s->stats.events++;
	s->stats.last_us = now;
	if (token != s->token || s->waiting != XENDISPL_OP_PG_FLIP)
		return;
	s->waiting = 0;
	if (s->stats.samples < TC_SAMPLES)
		s->stats.sample[s->stats.samples++] = (uint32_t)(now - s->sent_us);
}

/* No answer in time. Going down, the rest would not be answered either. */
static void late(struct tc_show *s, uint8_t op)
{
	if (!s->stopping) {
		refused(s, op);
		return;
	}
	s->failed = true;
	s->leaving = true;
	tc_device_remove(s->dev);
}

static void on_event(void *arg, uint32_t index, const struct displif_front_event *ev)
{
	struct tc_show *s = arg;
	bool mine = ev->token == s->token && s->waiting == ev->op;

	if (ev->op == XENDISPL_OP_GET_EDID) {
		tc_edid_event(s, ev);
		return;
	}
	if (ev->type == DISPLIF_EV_FLIP) {
		on_flip(s, ev->token);
		return;
	}
	if (ev->type == DISPLIF_EV_RSP && ev->status == 0) {
		/* Of a flip the event is what counts. */
		if (mine && ev->op != XENDISPL_OP_PG_FLIP) {
			s->waiting = 0;
			done(s, ev->op);
		}
		return;
	}
	if (ev->type == DISPLIF_EV_LOST && ev->status != DISPLIF_E_TIMEOUT) {
		/* The session died: stop() and perhaps another start() follow. */
		s->stats.lost++;
		cli_error("connector %u: %s: lost: %s", index, displif_req_name(ev->op),
			  displif_strerror(ev->status));
		return;
	}
	if (mine)
		s->waiting = 0;
	if (ev->type == DISPLIF_EV_RSP) {
		s->stats.failed++;
		cli_error("connector %u: %s: the backend answered %" PRId32, index,
			  displif_req_name(ev->op), ev->status);
		if (mine)
			refused(s, ev->op);
	} else {
		s->stats.lost++;
		cli_error("connector %u: %s: %s", index, displif_req_name(ev->op),
			  displif_strerror(ev->status));
		if (mine)
			late(s, ev->op);
	}
}

static void on_settled(void *arg)
{
	next(arg);
}

static void on_start(void *arg)
{
	struct tc_show *s = arg;

	if (s->opt->connector >= s->dev->cfg.n) {
		cli_error("no connector %u: the device has %u", s->opt->connector, s->dev->cfg.n);
		fail(s);
	} else {
		s->width = s->dev->connector[s->opt->connector].width;
		s->height = s->dev->connector[s->opt->connector].height;
	}
	if (!s->stopping) {
		s->sized = false;
		s->shown = 0;
		tc_edid_ask(s);
	}
	next(s);
}

static void on_stop(void *arg)
{
	struct tc_show *s = arg;
	uint32_t i;

	s->waiting = 0;
	s->configured = false;
	for (i = 0; i < 2; i++)
		s->buf[i].created = s->buf[i].attached = false;
	s->begin_ms = 0;
	s->paced = 0;
	tc_edid_stop(s);
	if (s->stopping)
		tc_device_remove(s->dev);
}

static void on_release(void *arg)
{
	struct tc_show *s = arg;

	tc_buffer_free(s, &s->buf[0]);
	tc_buffer_free(s, &s->buf[1]);
	tc_edid_free(s);
}

static uint64_t show_deadline(const struct tc_show *s)
{
	if (s->waiting)
		return s->asked_ms + ASK_MS;
	if (s->leaving || s->stopping || !s->configured)
		return DISPLIF_NEVER;
	if (s->hold_until != DISPLIF_NEVER)
		return s->hold_until;
	return flip_time(s);
}

static uint64_t on_deadline(void *arg)
{
	const struct tc_show *s = arg;
	uint64_t due = show_deadline(s);

	return s->edid.until < due ? s->edid.until : due;
}

static void on_fire(void *arg, uint64_t now)
{
	struct tc_show *s = arg;

	tc_edid_fire(s, now);
	if (!s->waiting)
		next(s);
	if (!s->waiting || now < s->asked_ms + ASK_MS)
		return;
	s->asked_ms = now;
	if (!tc_device_alive(s->dev)) {
		cli_error("%s: not answered for %" PRIu64 " ms, and the backend's port is closed",
			  displif_req_name(s->waiting), now - s->sent_ms);
		tc_device_break(s->dev);
	}
}

static void on_gone(void *arg, const char *why)
{
	struct tc_show *s = arg;

	if (why) {
		cli_error("%s", why);
		s->failed = true;
	}
	displif_loop_stop(s->dev->loop);
}

const struct tc_display_ops tc_show_ops = {
	.start = on_start,
	.stop = on_stop,
	.release = on_release,
	.event = on_event,
	.settled = on_settled,
	.deadline = on_deadline,
	.fire = on_fire,
	.gone = on_gone,
};

bool tc_show_init(struct tc_show *show, const struct tc_options *opt, struct tc_device *dev)
{
	memset(show, 0, sizeof(*show));
	show->opt = opt;
	show->dev = dev;
	show->hold_until = DISPLIF_NEVER;
	tc_edid_init(show);
	show->stats.sample = calloc(TC_SAMPLES, sizeof(*show->stats.sample));
	if (!show->stats.sample)
		cli_error("out of memory");
	return show->stats.sample != NULL;
}

void tc_show_stop(struct tc_show *show)
{
	if (show->stopping) {
		displif_loop_stop(show->dev->loop);
		return;
	}
	show->stopping = true;
	if (show->dev->started)
		next(show);
	else
		tc_device_remove(show->dev);
	tc_device_flush(show->dev);
}

void tc_show_free(struct tc_show *show)
{
	free(show->stats.sample);
}
