/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The requests that are sent, one at a time. */
#include "show.h"

#include <string.h>
#include <time.h>

uint64_t tc_clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}

static void send(struct tc_show *s, uint32_t index, const struct displif_msg *msg)
{
	s->token++;
	s->sent_us = tc_clock_us();
	s->sent_ms = s->asked_ms = displif_loop_clock();
	if (tc_device_submit(s->dev, index, msg, s->token))
		s->waiting = msg->op;
	else
		tc_device_break(s->dev);
}

void tc_send_create(struct tc_show *s, const struct tc_buffer *b)
{
	struct displif_msg msg;

	memset(&msg, 0, sizeof(msg));
	msg.op = XENDISPL_OP_DBUF_CREATE;
	msg.dbuf = b->dbuf;
	msg.width = s->width;
	msg.height = s->height;
	msg.bpp = displif_format_bpp(s->opt->fourcc);
	msg.size = tc_buffer_size(s);
	msg.flags = tc_backend_allocates(s) ? XENDISPL_DBUF_FLG_REQ_ALLOC : 0;
	msg.gref_dir = b->share.gref_dir;
	send(s, 0, &msg);
}

void tc_send_simple(struct tc_show *s, uint8_t op, const struct tc_buffer *b)
{
	struct displif_msg msg;

	memset(&msg, 0, sizeof(msg));
	msg.op = op;
	if (op == XENDISPL_OP_FB_ATTACH || op == XENDISPL_OP_DBUF_DESTROY)
		msg.dbuf = b->dbuf;
	if (op == XENDISPL_OP_FB_ATTACH || op == XENDISPL_OP_FB_DETACH)
		msg.fb = b->fb;
	if (op == XENDISPL_OP_FB_ATTACH) {
		msg.width = s->width;
		msg.height = s->height;
		msg.format = s->opt->fourcc;
	}
	send(s, 0, &msg);
}

void tc_send_config(struct tc_show *s, const struct tc_buffer *b)
{
	struct displif_msg msg;

	memset(&msg, 0, sizeof(msg));
	msg.op = XENDISPL_OP_SET_CONFIG;
	if (b) {
		msg.fb = b->fb;
		msg.width = s->width;
		msg.height = s->height;
		msg.bpp = displif_format_bpp(s->opt->fourcc);
	}
	send(s, s->opt->connector, &msg);
}

void tc_send_flip(struct tc_show *s)
{
	uint32_t which = s->n_bufs == 2 ? 1 - s->shown : s->shown;
	struct displif_msg msg;

	s->frame++;
	tc_buffer_draw(s, &s->buf[which]);
	s->shown = which;
	memset(&msg, 0, sizeof(msg));
	msg.op = XENDISPL_OP_PG_FLIP;
	msg.fb = s->buf[which].fb;
	send(s, s->opt->connector, &msg);
	s->stats.flips++;
	s->paced++;
	if (!s->stats.first_us)
		s->stats.first_us = s->sent_us;
}
