/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The frontend: its beginnings and ends, its requests, and the account of what comes for each. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static struct sim_tok *find(uint64_t token)
{
	struct sim_tok *tok = &sim->front.tok[token % SIM_TOKENS];

	return tok->token == token ? tok : NULL;
}

/* Nothing more comes for it. */
static void close_tok(struct sim_tok *tok)
{
	struct sim_tok closed = *tok;

	tok->token = 0;
	sim_client_told(&closed);
}

static void heard(struct end_front *f, const struct displif_front_event *ev)
{
	static const char once[] = "each request is answered once";
	struct sim_tok *tok = find(ev->token);

	(void)f;
	sim_trace_event(ev, tok);
	if (!tok && !sim_honest(SIM_FE))
		return;
	if (!tok)
		sim_fail(once, "event %u for token %u, which is closed", ev->type,
			 (unsigned int)ev->token);
	if (ev->op != tok->op)
		sim_fail(once, "operation 0x%x answered as 0x%x", tok->op, ev->op);
	if (tok->op == XENDISPL_OP_PG_FLIP && ev->fb != tok->fb)
		sim_fail(once, "a flip of another framebuffer");
	switch (ev->type) {
	case DISPLIF_EV_RSP:
		if (tok->rsp++)
			sim_fail(once, "two answers");
		tok->status = ev->status;
		sim->n->answers++;
		sim->n->errors += ev->status != 0;
		break;
	case DISPLIF_EV_FLIP:
		if (tok->flip++ || tok->op != XENDISPL_OP_PG_FLIP)
			sim_fail("a flip is shown once", "an event too many");
		sim->n->shown++;
		break;
	case DISPLIF_EV_LOST:
		tok->lost = 1;
		tok->status = ev->status;
		sim->n->lost++;
		break;
	default:
		sim_fail(once, "event of type %u", ev->type);
	}
	if (tok->lost || (tok->rsp && (tok->op != XENDISPL_OP_PG_FLIP || tok->status || tok->flip)))
		close_tok(tok);
}

struct sim_tok *sim_front_send(uint32_t c, const struct displif_msg *msg, int buf)
{
	struct sim_front *f = &sim->front;
	uint64_t token = f->serial + 1;
	struct sim_tok *tok = &f->tok[token % SIM_TOKENS];
	int err;

	if (tok->token) /* one that old is still open: some other time */
		return NULL;
	err = displif_front_submit(&f->end->front[c], msg, token, fake_now(sim->w));
	if (err)
		return NULL;
	f->serial = token;
	*tok = (struct sim_tok){ .token = token,
				 .fb = msg->fb,
				 .op = msg->op,
				 .buf = (int8_t)buf,
				 .connector = (uint8_t)c };
	f->dirty[c] = true;
	sim->n->requests++;
	sim->n->flips += msg->op == XENDISPL_OP_PG_FLIP;
	sim_say("client: %s, token %u, connector %u, buffer %d", displif_req_name(msg->op),
		(unsigned int)token, c, buf);
	return tok;
}

void sim_front_flush(uint32_t c)
{
	sim->front.dirty[c] = false;
	end_front_flush(sim->front.end, c);
}

static void dropped(struct end_front *f)
{
	uint32_t i;

	for (i = 0; i < SIM_TOKENS; i++) {
		if (sim->front.tok[i].token && sim_honest(SIM_FE))
			sim_fail("each request is answered or reported lost",
				 "token %u was forgotten by the session",
				 (unsigned int)sim->front.tok[i].token);
	}
	for (i = 0; i < f->n; i++)
		sim_check_err(f->front[i].err);
	sim->n->sessions_dead += f->n;
	sim_client_drop();
}

/* An interrupt, unless the frontend has the event channel's masked. */
static void on_chan(void *arg, void *tag)
{
	struct end_tag *t = tag;

	(void)arg;
	sim_say("interrupt: %s channel of connector %u",
		t->chan == DISPLIF_CHAN_EVT ? "event" : "request", t->connector);
	if (sim->front.mute && t->chan == DISPLIF_CHAN_EVT)
		sim->front.evt_missed[t->connector] = true;
	else
		t->fn(t);
}

static void on_client(void *arg)
{
	(void)arg;
	sim_client_step();
}

bool sim_front_start(void)
{
	struct sim_front *f = &sim->front;
	struct fake_dom *d = sim->dom[SIM_FE];
	struct end_front *end = end_front_new(d, 0);
	void *zombie[SIM_ZOMBIES];
	uint32_t n = f->n_zombies;

	if (!end)
		return false;
	sim_say("a frontend starts in domain %u", fake_dom_id(d));
	memcpy(zombie, f->zombie, sizeof(zombie));
	memset(f, 0, sizeof(*f));
	memcpy(f->zombie, zombie, sizeof(zombie));
	f->n_zombies = n;
	f->end = end;
	f->last_write = -1;
	f->resuming = true;
	end->front_cfg = sim->k.front;
	end->heard = heard;
	end->dropped = dropped;
	sim->hurt[SIM_FE] = sim->fate.fault_end[SIM_FE] || sim->fate.conflicts;
	sim_ops_install(d);
	fake_dom_on_chan(d, on_chan, NULL);
	f->client = fake_task_new(d, on_client, NULL);
	fake_task_kick(f->client);
	return true;
}

void sim_front_free(bool orderly)
{
	struct sim_front *f = &sim->front;
	uint32_t i;

	for (i = 0; i < SIM_BUFS; i++)
		free(f->buf[i].gref);
	if (orderly)
		fake_task_free(f->client);
	end_front_free(f->end, orderly);
	f->end = NULL;
	f->client = NULL;
	f->resuming = false;
	f->removing = false;
	memset(f->buf, 0, sizeof(f->buf));
	memset(f->tok, 0, sizeof(f->tok));
}

bool sim_front_drained(void)
{
	const struct sim_front *f = &sim->front;
	uint32_t i;

	if (f->n_zombies)
		return false;
	for (i = 0; i < SIM_BUFS; i++) {
		if (f->buf[i].stage != SIM_BUF_FREE)
			return false;
	}
	for (i = 0; i < SIM_TOKENS; i++) {
		if (f->tok[i].token)
			return false;
	}
	return true;
}
