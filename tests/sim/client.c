/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the frontend's client does: buffers of all kinds, modes, flips, EDIDs, and giving up. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define XRGB8888 DISPLIF_FOURCC('X', 'R', '2', '4')
#define SIDE 64u	 /* pixels of a line */
#define LINES 16u	 /* of a page */
#define MANY_PAGES 1030u /* need two pages of directory */

/* Memory that the peer mapped when it was to be freed: freed once it does not. */
static void reap(void)
{
	struct sim_front *f = &sim->front;
	uint32_t i;

	for (i = 0; i < f->n_zombies;) {
		if (fake_mem_mapped(sim->dom[SIM_FE], f->zombie[i])) {
			i++;
			continue;
		}
		fake_mem_free(sim->dom[SIM_FE], f->zombie[i]);
		f->zombie[i] = f->zombie[--f->n_zombies];
	}
}

/* Lets go of a buffer's memory. */
static void release(struct sim_buf *buf)
{
	struct sim_front *f = &sim->front;
	struct end_front *end = f->end;
	uint32_t busy;

	displif_port_share_unmap(&end->port, &buf->share);
	busy = displif_port_unshare(&end->port, &buf->share);
	if (busy && f->n_zombies < SIM_ZOMBIES) {
		sim->n->zombies++;
		f->zombie[f->n_zombies++] = buf->own;
	} else if (buf->own) {
		fake_mem_free(end->dom, buf->own);
	}
	free(buf->gref);
	memset(buf, 0, sizeof(*buf));
}

void sim_client_drop(void)
{
	struct sim_front *f = &sim->front;
	uint32_t i;

	for (i = 0; i < SIM_BUFS; i++) {
		if (f->buf[i].stage != SIM_BUF_FREE)
			release(&f->buf[i]);
	}
	memset(f->shown, 0, sizeof(f->shown));
	memset(f->dirty, 0, sizeof(f->dirty));
	f->proved = 0;
	f->proof_tok = 0;
}

/* The backend said that it has let go of a buffer. */
static void check_unmapped(const struct sim_buf *buf)
{
	uint32_t i, n = buf->share.pages + buf->share.dirs;
	bool theirs = buf->kind == DISPLIF_SHARE_BACKEND;

	for (i = theirs ? buf->share.pages : 0; i < n; i++) {
		if (fake_grant_maps(sim->dom[SIM_FE], buf->gref[i]))
			sim_fail("nothing is mapped after destroy", "grant %u of buffer %u",
				 buf->gref[i], (unsigned int)buf->dbuf);
	}
}

static void check_edid(const struct sim_buf *buf)
{
	const uint8_t *edid = buf->share.mem;

	if (sim->mode == SIM_BOTH && (edid[0] != 0x45 || edid[127] != 0x44))
		sim_fail("an EDID arrives", "0x%x 0x%x", edid[0], edid[127]);
}

/* Where an answer brings a buffer. */
static enum sim_stage after(const struct sim_tok *tok, const struct sim_buf *buf)
{
	bool ok = !tok->status;

	if (tok->lost || tok->forgotten)
		return SIM_BUF_STUCK;
	switch (tok->op) {
	case XENDISPL_OP_DBUF_CREATE:
		return ok ? SIM_BUF_CREATED : SIM_BUF_DESTROYED;
	case XENDISPL_OP_FB_ATTACH:
		return ok ? SIM_BUF_READY : SIM_BUF_DETACHED;
	case XENDISPL_OP_FB_DETACH:
		return SIM_BUF_DETACHED;
	case XENDISPL_OP_DBUF_DESTROY:
		if (ok && sim->mode == SIM_BOTH)
			check_unmapped(buf);
		return ok ? SIM_BUF_DESTROYED : SIM_BUF_STUCK;
	default: /* GET_EDID */
		if (ok)
			check_edid(buf);
		return SIM_BUF_DESTROYED;
	}
}

/* A backend that is in order, and was not hindered, does what it is asked for. */
static void check_fair(const struct sim_tok *tok)
{
	const char *name = displif_req_name(tok->op);

	if (sim->mode != SIM_BOTH)
		return;
	if (tok->status && !tok->lost && !sim->k.refuse && !sim->hurt[SIM_BE] && tok->fair)
		sim_fail("what is in order is granted", "%s: %d", name, tok->status);
	/* Not if the session died of what was lost in the storm. */
	if (tok->lost && tok->status == DISPLIF_E_TIMEOUT && tok->calm &&
	    !sim->front.end->front[tok->connector].err)
		sim_fail("an answer comes in time", "%s", name);
}

void sim_client_told(struct sim_tok *tok)
{
	struct sim_front *f = &sim->front;
	struct sim_buf *buf = tok->buf < 0 ? NULL : &f->buf[tok->buf];

	check_fair(tok);
	if (tok->token == f->proof_tok) {
		f->proof_tok = 0;
		if (tok->status && sim->mode == SIM_BOTH && !tok->lost)
			sim_fail("everything works again", "%s: %d", displif_req_name(tok->op),
				 tok->status);
		if (!tok->status && tok->op == XENDISPL_OP_PG_FLIP)
			f->proved++;
		else if (!tok->status)
			f->shown[tok->connector] = true;
	}
	if (!buf)
		return;
	if (tok->op == XENDISPL_OP_PG_FLIP || tok->op == XENDISPL_OP_SET_CONFIG)
		buf->users--;
	else
		buf->stage = after(tok, buf);
}

static bool send(uint32_t c, const struct displif_msg *msg, int buf, bool fair)
{
	struct sim_tok *tok = sim_front_send(c, msg, buf);

	if (!tok)
		return false;
	tok->fair = fair;
	/* With a time-out of 300 ms, a queue of late answers may be too long. */
	tok->calm = sim->calm && sim_connected() && sim->k.front.timeout_ms == 3000;
	if (sim->calm || sim_rand(3))
		sim_front_flush(c);
	return true;
}

static int find(enum sim_stage stage)
{
	uint32_t i, at = sim_rand(SIM_BUFS);

	for (i = 0; i < SIM_BUFS; i++) {
		if (sim->front.buf[(at + i) % SIM_BUFS].stage == stage)
			return (int)((at + i) % SIM_BUFS);
	}
	return -1;
}

static bool share(struct sim_buf *buf, enum displif_share_kind kind, uint32_t size)
{
	struct end_front *end = sim->front.end;
	uint32_t words = displif_port_share_words(size);

	buf->gref = calloc(words, sizeof(*buf->gref));
	if (!buf->gref)
		abort();
	buf->kind = kind;
	buf->size = size;
	if (kind == DISPLIF_SHARE_EXISTING)
		buf->own = fake_mem_alloc(end->dom, displif_pgdir_pages(size), true);
	if (!displif_port_share(&end->port, end->backend, &buf->share, kind, buf->own, size,
				buf->gref, words, &end->diag))
		return true;
	if (buf->own)
		fake_mem_free(end->dom, buf->own);
	free(buf->gref);
	memset(buf, 0, sizeof(*buf));
	return false;
}

static void new_edid(uint32_t c)
{
	struct displif_msg msg = { .op = XENDISPL_OP_GET_EDID, .size = DISPLIF_EDID_MAX };
	int i = find(SIM_BUF_FREE);
	struct sim_buf *buf = &sim->front.buf[i < 0 ? 0 : i];

	if (i < 0 || !share(buf, DISPLIF_SHARE_OWN, msg.size))
		return;
	buf->stage = SIM_BUF_EDID;
	msg.gref_dir = buf->share.gref_dir;
	if (!send(c, &msg, i, false))
		release(buf);
}

static void new_buf(void)
{
	struct displif_msg msg = { .op = XENDISPL_OP_DBUF_CREATE, .bpp = 32 };
	struct end_front *end = sim->front.end;
	int i = find(SIM_BUF_FREE);
	struct sim_buf *buf = &sim->front.buf[i < 0 ? 0 : i];
	bool many = !sim->calm && !sim->k.quota.pages_per_s && !sim_rand(400);
	uint32_t pages = many ? MANY_PAGES : 1 + sim_rand(3);
	enum displif_share_kind kind = (enum displif_share_kind)(1 + sim_rand(3));

	if (kind == DISPLIF_SHARE_BACKEND && !sim->k.quota.be_alloc && sim->calm)
		kind = DISPLIF_SHARE_OWN;
	if (i < 0 || !share(buf, kind, pages * DISPLIF_PAGE_SIZE))
		return;
	buf->stage = SIM_BUF_CREATING;
	buf->dbuf = displif_fdev_cookie(&end->dev);
	if (buf->share.mem)
		memcpy(buf->share.mem, &buf->dbuf, sizeof(buf->dbuf));
	msg.dbuf = buf->dbuf;
	msg.size = buf->size;
	msg.gref_dir = buf->share.gref_dir;
	msg.width = SIDE;
	msg.height = LINES * pages;
	if (kind == DISPLIF_SHARE_BACKEND) {
		msg.flags = XENDISPL_DBUF_FLG_REQ_ALLOC;
	} else if (!sim_rand(4)) {
		msg.width = msg.height = msg.bpp = 0;
		sim->n->imports++;
	}
	if (!send(0, &msg, i, false))
		release(buf);
}

static void attach(int i)
{
	struct displif_msg msg = { .op = XENDISPL_OP_FB_ATTACH, .format = XRGB8888, .width = SIDE };
	struct end_front *end = sim->front.end;
	struct sim_buf *buf = &sim->front.buf[i];

	if (buf->kind == DISPLIF_SHARE_BACKEND && !buf->share.map) {
		if (displif_port_share_alloced(&end->port, end->backend, &buf->share, &end->diag)) {
			buf->stage = SIM_BUF_DETACHED;
			return;
		}
		memcpy(buf->share.mem, &buf->dbuf, sizeof(buf->dbuf));
	}
	sim->n->created++;
	buf->fb = displif_fdev_cookie(&end->dev);
	msg.dbuf = buf->dbuf;
	msg.fb = buf->fb;
	msg.height = buf->size / (SIDE * 4);
	buf->stage = SIM_BUF_ATTACHING;
	if (!send(0, &msg, i, true))
		buf->stage = SIM_BUF_CREATED;
}

static void detach(int i)
{
	struct displif_msg msg = { .op = XENDISPL_OP_FB_DETACH, .fb = sim->front.buf[i].fb };

	sim->front.buf[i].stage = SIM_BUF_DETACHING;
	if (!send(0, &msg, i, true))
		sim->front.buf[i].stage = SIM_BUF_READY;
}

static void destroy(int i)
{
	struct sim_buf *buf = &sim->front.buf[i];
	struct displif_msg msg = { .op = XENDISPL_OP_DBUF_DESTROY, .dbuf = buf->dbuf };

	if (displif_port_share_unmap(&sim->front.end->port, &buf->share))
		return;
	buf->stage = SIM_BUF_DESTROYING;
	if (!send(0, &msg, i, true))
		buf->stage = SIM_BUF_DETACHED;
}

/* A buffer's next step, if one is due. */
static bool advance(int i)
{
	switch (sim->front.buf[i].stage) {
	case SIM_BUF_CREATED:
		attach(i);
		return true;
	case SIM_BUF_DETACHED:
		destroy(i);
		return true;
	case SIM_BUF_DESTROYED:
		release(&sim->front.buf[i]);
		return true;
	default:
		return false;
	}
}

static void advance_all(void)
{
	int i;

	for (i = 0; i < (int)SIM_BUFS; i++)
		advance(i);
}

static bool config(uint32_t c, int i)
{
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };
	struct sim_front *f = &sim->front;

	if (i >= 0) {
		msg.fb = f->buf[i].fb;
		msg.width = SIDE;
		msg.height = f->buf[i].size / (SIDE * 4);
		msg.bpp = 32;
		f->buf[i].users++;
	}
	if (send(c, &msg, i, true))
		return true;
	if (i >= 0)
		f->buf[i].users--;
	return false;
}

static bool flip(uint32_t c, int i)
{
	struct sim_buf *buf = &sim->front.buf[i];
	struct displif_msg msg = { .op = XENDISPL_OP_PG_FLIP, .fb = buf->fb };

	buf->users++;
	if (send(c, &msg, i, true))
		return true;
	buf->users--;
	return false;
}

static void forget(void)
{
	struct sim_front *f = &sim->front;
	struct sim_tok *tok = &f->tok[sim_rand(SIM_TOKENS)], closed;

	if (!tok->token)
		tok = &f->tok[f->serial % SIM_TOKENS];
	if (!tok->token)
		return;
	sim_say("client: forgets token %u", (unsigned int)tok->token);
	if (displif_front_forget(&f->end->front[tok->connector], tok->token) != 1)
		sim_fail("an open request can be forgotten", "token %u", (unsigned int)tok->token);
	sim->n->forgotten++;
	tok->forgotten = true;
	closed = *tok;
	tok->token = 0;
	f->dirty[closed.connector] = true;
	sim_client_told(&closed);
}

static void unmute(void)
{
	struct sim_front *f = &sim->front;
	uint32_t c;

	f->mute = false;
	for (c = 0; c < f->end->n; c++) {
		if (!f->evt_missed[c])
			continue;
		f->evt_missed[c] = false;
		f->end->poll[c] = true;
		fake_task_kick(f->end->work);
	}
}

static void flush_dirty(void)
{
	uint32_t c;

	for (c = 0; c < sim->front.end->n; c++) {
		if (sim->front.dirty[c])
			sim_front_flush(c);
	}
}

/* One thing, whatever comes to mind. */
static void act(void)
{
	struct sim_front *f = &sim->front;
	uint32_t c = sim_rand(f->end->n), n;
	int ready = find(SIM_BUF_READY);

	switch (sim_rand(16)) {
	case 0:
	case 1:
	case 2:
		advance((int)sim_rand(SIM_BUFS));
		break;
	case 3:
	case 4:
		new_buf();
		break;
	case 5: /* also while it is shown; not while it is flipped to, mostly */
		if (ready >= 0 && !f->buf[ready].users)
			detach(ready);
		break;
	case 6:
	case 7:
		if (sim_rand(4))
			f->shown[c] |= config(c, ready);
		else
			config(c, -1);
		break;
	case 8:
		if (!sim_rand(3))
			new_edid(c);
		break;
	case 9:
		if (!sim_rand(4))
			forget();
		break;
	case 10:
		if (f->mute)
			unmute();
		else
			f->mute = sim->k.mute_evt;
		break;
	default:
		for (n = 1 + sim_rand(4); n && ready >= 0 && f->shown[c]; n--)
			flip(c, sim_rand(2) ? ready : find(SIM_BUF_READY));
		break;
	}
}

static void be_wild(void)
{
	uint32_t n;

	if (sim->front.end->started) {
		for (n = 1 + sim_rand(3); n; n--)
			act();
		if (sim_rand(2)) {
			advance_all();
			flush_dirty();
		}
	}
	fake_task_at(sim->front.client, fake_now(sim->w) + sim_rand(sim->k.client_ms + 1));
}

/* Lets go of everything. What is stuck goes with the connection. */
static void drain(void)
{
	struct sim_front *f = &sim->front;
	int i;

	for (i = 0; i < (int)SIM_BUFS; i++) {
		if (f->buf[i].stage == SIM_BUF_STUCK) {
			sim_say("client: gives the connection up, buffer %d is stuck", i);
			end_front_feed(f->end, DISPLIF_IN_BROKEN, 0);
			return;
		}
		if (f->buf[i].stage == SIM_BUF_READY && !f->buf[i].users)
			detach(i);
		else
			advance(i);
	}
}

static void prove(void)
{
	struct sim_front *f = &sim->front;
	int i = find(SIM_BUF_READY);
	uint32_t c = f->proved;

	if (f->proof_tok || c >= f->end->n)
		return;
	advance_all();
	if (i < 0 && find(SIM_BUF_CREATING) < 0 && find(SIM_BUF_ATTACHING) < 0)
		new_buf();
	if (i < 0)
		return;
	if (f->shown[c] ? flip(c, i) : config(c, i))
		f->proof_tok = f->serial;
}

void sim_client_step(void)
{
	struct sim_front *f = &sim->front;

	reap();
	if (sim->client == SIM_CLIENT_WILD) {
		sim->steps++;
		be_wild();
		return;
	}
	if (f->end->started) {
		unmute();
		if (sim->client == SIM_CLIENT_DRAIN)
			drain();
		else
			prove();
		flush_dirty();
	}
	if (sim->client == SIM_CLIENT_DRAIN ? !sim_front_drained() : f->proved < sim->k.connectors)
		fake_task_at(f->client, fake_now(sim->w) + (sim->k.quota.pages_per_s ? 100 : 5));
}
