/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A guest's requests: takes them from the session, does them, answers. */
#include "guest.h"
#include "log.h"

static struct displif_back *back_of(const struct be_conn *c)
{
	return &c->guest->back[c->index];
}

/* Publishes, and does the duties. Nothing is sent to the guest after its connection has ended. */
static void flush(struct be_conn *c)
{
	const struct displif_port *port = &c->guest->host->port;
	struct displif_link *link = &c->guest->link[c->index];
	uint32_t duty;

	be_record_send(c);
	duty = displif_back_flush(back_of(c));
	be_record_sent(c, duty);
	if (duty & DISPLIF_DO_NOTIFY_REQ)
		port->ops->chan_notify(port->ctx, link->chan[DISPLIF_CHAN_REQ]);
	if (duty & DISPLIF_DO_NOTIFY_EVT)
		port->ops->chan_notify(port->ctx, link->chan[DISPLIF_CHAN_EVT]);
	if (duty & DISPLIF_DO_POLL)
		c->again = true;
	if (duty & DISPLIF_DO_CLOSE) {
		c->guest->broken = true;
		c->guest->host->again = true;
	}
}

static int32_t put_edid(struct be_conn *c, const struct displif_msg *msg, uint32_t *written)
{
	struct be_guest *g = c->guest;
	const uint8_t *data = g->host->edid;
	uint32_t len = g->host->edid_len;
	struct displif_diag diag = { 0 };
	int err;

	if (!data)
		len = c->head->output->ops->edid(c->head, &data);
	if (!len)
		return -DISPLIF_XEN_EOPNOTSUPP;
	err = displif_port_back_put(&g->host->port, g->domid, msg->gref_dir, msg->size, data, len,
				    &g->host->scratch, &diag);
	if (err) {
		be_guest_diag(&g->told, "writing the EDID", err, &diag);
		return displif_status_of(err);
	}
	*written = len;
	c->has_edid = true;
	return 0;
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void set_config(struct be_conn *c, const struct displif_back_req *req)
{
	const struct be_output_ops *ops = c->head->output->ops;

	const struct be_head_info *info = &c->head->info;
	struct be_place place = { req->msg.x, req->msg.y, info->width, info->height };

	if (!req->fb) {
		ops->blank(c->head);
		return;
	}
	/* displif.h, "resolution": what an EDID says goes first. The peer chose; the frame's memory is a bound. */
	if (c->has_edid && req->msg.width && req->msg.height) {
		const struct be_frame *frame = req->fb->user;

		place.width = min_u32(req->msg.width, frame->width);
		place.height = min_u32(req->msg.height, frame->height);
	}
	ops->show(c->head, req->fb->user, &place);
}

static void do_request(struct be_conn *c, const struct displif_back_req *req, uint64_t now)
{
	struct be_guest *g = c->guest;
	uint32_t edid_sz = 0;
	int32_t status = 0;
	uint64_t flip = 0;
	struct be_frame *frame = NULL;

	switch (req->msg.op) {
	case XENDISPL_OP_DBUF_CREATE:
		status = be_buf_create(g, req->dbuf);
		break;
	case XENDISPL_OP_DBUF_DESTROY:
		be_buf_destroy(g, req->dbuf);
		break;
	case XENDISPL_OP_FB_ATTACH:
		status = be_fb_attach(g, req->fb);
		break;
	case XENDISPL_OP_FB_DETACH:
		be_fb_detach(g, req->fb);
		break;
	case XENDISPL_OP_SET_CONFIG:
		set_config(c, req);
		break;
	case XENDISPL_OP_PG_FLIP:
		frame = req->fb->user;
		flip = req->msg.fb;
		break;
	case XENDISPL_OP_GET_EDID:
		status = put_edid(c, &req->msg, &edid_sz);
		break;
	default:
		status = -DISPLIF_XEN_EOPNOTSUPP;
	}
	displif_back_complete(back_of(c), req->handle, status, edid_sz);
	/* After the answer: the output may call be_conn_flipped() at once. */
	if (flip)
		c->head->output->ops->flip(c->head, frame, flip, now);
}

/* @why: in one word, for a recording. */
static void service(struct be_conn *c, const char *why, uint64_t now)
{
	const struct displif_guest_stats *stats = &c->guest->tables.stats;
	uint64_t start = be_spent_begin(), began = start, took = 0, flips = 0;
	uint32_t before = stats->requests, shown = 0;
	struct displif_back_req req;

	be_record_look(c, why);
	c->busy = true;
	/* What is left when the slice is over, the flush finds again. */
	while (began + took - start < BE_SHARE_SLICE_NS &&
	       displif_back_poll(back_of(c), &req, now) == 1) {
		began = be_spent_begin();
		do_request(c, &req, now);
		took = be_spent_end(&c->guest->spent[be_spent_kind(req.msg.op)], began);
		if (req.msg.op == XENDISPL_OP_PG_FLIP) {
			flips += took;
			shown++;
		}
	}
	c->busy = false;
	be_record_took(c, stats->requests - before);
	flush(c);
	/* Beside a flip there is little to be charged: not worth another look at the clock. */
	if (stats->requests - before != shown)
		be_guest_charge(c->guest, now, be_spent_begin() - start, flips);
	else if (took)
		be_guest_charge(c->guest, now, began + took - start, flips);
}

static bool event(struct be_conn *c, enum displif_chan chan, uint64_t now)
{
	if (!c->guest->bound)
		return true;
	if (be_guest_waits(c->guest, now)) {
		/* What comes again before its turn is as good as nothing: the port stays masked for a while. */
		bool first = !c->again;

		c->again = true;
		return first;
	}
	displif_back_irq(back_of(c), chan);
	service(c, chan == DISPLIF_CHAN_REQ ? "req" : "evt", now);
	return !displif_back_idle(back_of(c), chan);
}

bool be_conn_event(struct be_tag *tag, uint64_t now)
{
	struct be_limit *before = be_log_about(&tag->conn->guest->told);
	bool news = event(tag->conn, tag->chan, now);

	be_log_about(before);
	return news;
}

void be_conn_poll(struct be_conn *c, uint64_t now)
{
	c->again = false;
	displif_back_irq(back_of(c), DISPLIF_CHAN_REQ);
	displif_back_irq(back_of(c), DISPLIF_CHAN_EVT);
	service(c, "poll", now);
}

void be_conn_tick(struct be_conn *c, uint64_t now)
{
	displif_back_tick(back_of(c), now);
	service(c, "tick", now);
}

void be_conn_flipped(void *conn, uint64_t fb)
{
	struct be_conn *c = conn;

	if (!c->guest->bound)
		return;
	be_record_done(c, fb);
	displif_back_flip_done(back_of(c), fb);
	if (!c->busy)
		flush(c);
}
