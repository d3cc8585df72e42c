/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend: it answers when and as the seed wants, late, in any order, not at all; but never wrongly. */
#include <string.h>

#include "sim.h"

#define CALM_MS 20u /* nothing is later than this after the storm */

static uint8_t edid[DISPLIF_EDID_BLOCK] = { 0x45, [DISPLIF_EDID_BLOCK - 1u] = 0x44 };

void sim_back_rearm(void)
{
	struct sim_back *b = &sim->back;
	uint64_t due = DISPLIF_NEVER;
	uint32_t i;

	for (i = 0; i < SIM_HELD; i++) {
		if (!b->owed[i].used)
			continue;
		if (sim->calm && b->owed[i].due > fake_now(sim->w) + CALM_MS)
			b->owed[i].due = fake_now(sim->w) + sim_rand(CALM_MS);
		if (b->owed[i].due < due)
			due = b->owed[i].due;
	}
	fake_task_at(b->later, due);
}

/* Keeps something for later; false if there is no room. @due NEVER: not before the storm is over. */
static bool owe(uint32_t c, const struct displif_back_req *req, bool event, uint64_t due)
{
	struct sim_back *b = &sim->back;
	uint32_t i;

	for (i = 0; i < SIM_HELD && b->owed[i].used; i++)
		;
	if (i == SIM_HELD)
		return false;
	b->owed[i] = (struct sim_owed){ .req = *req,
					.fb = req->msg.fb,
					.connector = c,
					.due = due,
					.event = event,
					.used = true };
	sim_back_rearm();
	return true;
}

static uint64_t later(void)
{
	return fake_now(sim->w) + sim_rand(sim->calm ? CALM_MS : sim->k.late_ms + 1);
}

static void show(uint32_t c, uint64_t fb)
{
	struct end_back *end = sim->back.end;

	if (!displif_back_flip_done(&end->back[c], fb)) {
		sim->back.done[c]++;
		sim_say("flip %u is shown on connector %u", sim->back.done[c], c);
		sim->n->full_pages += end->back[c].n_pend != 0;
	} else {
		sim->n->stale++;
	}
}

/* The picture is the one of the buffer that the guest meant, wherever its pages lie. */
static void check_stamp(const struct displif_back_req *req)
{
	const struct end_mem *mem = &sim->back.end->mem[req->dbuf - sim->back.end->dbuf];
	uint64_t stamp;

	if (sim->mode != SIM_BOTH)
		return;
	if (!mem->used)
		sim_fail("a live buffer is mapped", "cookie %u", (unsigned int)req->dbuf->cookie);
	memcpy(&stamp, mem->va, sizeof(stamp));
	if (stamp != req->dbuf->cookie)
		sim_fail("no page is used for something else", "buffer %u holds the stamp of %u",
			 (unsigned int)req->dbuf->cookie, (unsigned int)stamp);
}

static int status_for(uint32_t c, const struct displif_back_req *req)
{
	uint8_t op = req->msg.op;

	if (!sim->calm && op != XENDISPL_OP_DBUF_DESTROY && op != XENDISPL_OP_FB_DETACH &&
	    sim_chance(sim->k.refuse))
		return sim_rand(2) ? -DISPLIF_XEN_ENOMEM : -DISPLIF_XEN_EIO;
	return end_back_do(sim->back.end, c, req);
}

static void answer(uint32_t c, const struct displif_back_req *req)
{
	struct end_back *end = sim->back.end;
	bool flip = req->msg.op == XENDISPL_OP_PG_FLIP, shown = false;
	int status, err;

	/* While it was held, the guest may have detached it: only if it gave up waiting for the flip. */
	if (flip && (req->fb->cookie != req->msg.fb || req->fb->state != DISPLIF_ENTRY_LIVE ||
		     req->dbuf->state != DISPLIF_ENTRY_LIVE)) {
		status = -DISPLIF_XEN_ENOENT;
	} else {
		if (flip)
			check_stamp(req);
		status = status_for(c, req);
	}
	sim_say("answers %s of connector %u: %d", displif_req_name(req->msg.op), c, status);
	if (flip && !status && sim_chance(sim->calm ? 0 : sim->k.drop_event)) {
		shown = owe(c, req, true, DISPLIF_NEVER);
	} else if (flip && !status && sim_chance(sim->k.late)) {
		shown = owe(c, req, true, later());
	} else if (flip && !status && sim_rand(2)) {
		show(c, req->msg.fb);
		shown = true;
	}
	err = displif_back_complete(
		&end->back[c], req->handle, status,
		!status && req->msg.op == XENDISPL_OP_GET_EDID ? end->edid_size : 0);
	if (err && !end->back[c].err)
		sim_fail("an answer is taken", "%s: %d", displif_req_name(req->msg.op), err);
	if (flip && !status && !shown)
		show(c, req->msg.fb);
}

static void on_request(struct end_back *end, uint32_t c, const struct displif_back_req *req)
{
	(void)end;
	sim_say("takes %s of connector %u", displif_req_name(req->msg.op), c);
	if (!sim_chance(sim->k.late) || !owe(c, req, false, later()))
		answer(c, req);
}

/* One of the things that are due. */
static void on_later(void *arg)
{
	struct sim_back *b = &sim->back;
	uint32_t i, at = sim_rand(SIM_HELD);
	struct sim_owed *owed, due;

	(void)arg;
	for (i = 0; i < SIM_HELD; i++) {
		owed = &b->owed[(at + i) % SIM_HELD];
		if (owed->used && owed->due <= fake_now(sim->w))
			break;
	}
	if (i < SIM_HELD) {
		due = *owed;
		owed->used = false;
		if (due.event)
			show(due.connector, due.fb);
		else
			answer(due.connector, &due.req);
		end_back_flush(b->end, due.connector);
	}
	sim_back_rearm();
}

/* The connection ended. What is answered now goes nowhere. */
static void dropped(struct end_back *end)
{
	struct sim_back *b = &sim->back;
	uint32_t i;

	for (i = 0; i < SIM_HELD; i++) {
		struct sim_owed *o = &b->owed[i];

		if (o->used && !o->event &&
		    !displif_back_complete(&end->back[o->connector], o->req.handle, 0, 0))
			sim_fail("a dead session takes no answer", "%s",
				 displif_req_name(o->req.msg.op));
		if (o->used && o->event && !displif_back_flip_done(&end->back[o->connector], o->fb))
			sim_fail("a dead session takes no event", "connector %u", o->connector);
		sim->n->stale += o->used;
		o->used = false;
	}
	for (i = 0; i < end->n; i++)
		sim_check_err(end->back[i].err);
	if (displif_guest_dbuf(&end->guest, 0) || displif_guest_fb(&end->guest, NULL, 0))
		sim_fail("no buffer survives its connection", "in the backend's tables");
	sim_back_rearm();
}

static void on_chan(void *arg, void *tag)
{
	struct end_tag *t = tag;

	(void)arg;
	sim_say("interrupt: %s channel of connector %u",
		t->chan == DISPLIF_CHAN_EVT ? "event" : "request", t->connector);
	t->fn(t);
}

void sim_back_start(void)
{
	struct sim_back *b = &sim->back;
	struct fake_dom *d = sim->dom[SIM_BE];

	sim_say("a backend starts in domain %u", fake_dom_id(d));
	memset(b, 0, sizeof(*b));
	b->last_write = -1;
	b->end = end_back_new(d, sim->front_id, 0);
	b->end->quota = sim->k.quota;
	b->end->pend_cap = sim->k.pend_cap;
	b->end->edid = edid;
	b->end->edid_size = sizeof(edid);
	b->end->request = on_request;
	b->end->dropped = dropped;
	sim->hurt[SIM_BE] = sim->fate.fault_end[SIM_BE] || sim->fate.conflicts;
	sim_ops_install(d);
	if (sim->k.no_copy)
		fake_dom_ops(d)->copy = NULL;
	fake_dom_on_chan(d, on_chan, NULL);
	b->later = fake_task_new(d, on_later, NULL);
}

void sim_back_free(bool orderly)
{
	if (orderly)
		fake_task_free(sim->back.later);
	end_back_free(sim->back.end, orderly);
	sim->back.end = NULL;
	sim->back.later = NULL;
	sim->back.stop = false;
}
