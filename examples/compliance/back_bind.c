/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The judging backend: what the frontend publishes, and its pages at that moment. */
#include "back.h"

#include <string.h>

static const char *const leaf[4] = { "req-ring-ref", "evt-ring-ref", "req-event-channel",
				     "evt-event-channel" };

/* How many of a connector's nodes are numbers; *@missing: the first that is none. */
static uint32_t count_nodes(struct cc_back *b, uint32_t i, const char **missing)
{
	char text[DISPLIF_XS_TEXT + 1];
	uint32_t k, n = 0, value;

	for (k = 0; k < 4; k++) {
		if (cc_read_conn(b->w, b->w->peer_dir, i, leaf[k], text, sizeof(text)) &&
		    displif_xs_u32(text, (uint32_t)strlen(text), UINT32_MAX, &value, NULL) == 0 &&
		    value)
			n++;
		else
			*missing = leaf[k];
	}
	return n;
}

/* While nobody has connected yet: are there some, and not all? */
void cc_back_look_at_nodes(struct cc_back *b)
{
	uint32_t i, n = 0;
	const char *missing = "";

	if (b->mon[CC_BMON_ONCE].seen > 100 || b->connects)
		return;
	b->mon[CC_BMON_ONCE].seen++;
	for (i = 0; i < b->cfg.n; i++)
		n += count_nodes(b, i, &missing);
	if (n && n < 4 * b->cfg.n)
		cc_back_broken(b, CC_BMON_ONCE, "%u of %u nodes are there, '%s' is not", n,
			       4 * b->cfg.n, missing);
}

static void judge_nodes(struct cc_back *b)
{
	char text[DISPLIF_XS_TEXT + 1];
	const char *missing = "";
	uint32_t i, version;

	b->mon[CC_BMON_NODES].seen++;
	for (i = 0; i < b->cfg.n; i++) {
		if (count_nodes(b, i, &missing) != 4)
			cc_back_broken(b, CC_BMON_NODES, "'%s' of connector %u is no number",
				       missing, i);
	}
	b->mon[CC_BMON_VERSION].seen++;
	if (!cc_read(b->w, b->w->peer_dir, "version", text, sizeof(text)))
		cc_back_broken(b, CC_BMON_VERSION, "no such node");
	else if (displif_xs_u32(text, (uint32_t)strlen(text), XENDISPL_PROTOCOL_VERSION_INT,
				&version, NULL) ||
		 !version)
		cc_back_broken(b, CC_BMON_VERSION, "'%.60s'", text);
}

/* Whether all words of a page but the first @from are 0; the place of the first that is not. */
static bool zeroed(const void *page, uint32_t from, uint32_t *at)
{
	uint32_t i;

	for (i = from; i < DISPLIF_PAGE_SIZE / 4; i++) {
		*at = i * 4;
		if (raw_load(page, i))
			return false;
	}
	return true;
}

static void judge_pages(struct cc_back *b)
{
	uint32_t i, at;

	for (i = 0; i < b->n; i++) {
		b->mon[CC_BMON_ZEROED].seen++;
		if (!zeroed(b->link[i].page[DISPLIF_CHAN_REQ], 4, &at))
			cc_back_broken(b, CC_BMON_ZEROED, "ring %u, byte %u is not 0", i, at);
		if (!zeroed(b->link[i].page[DISPLIF_CHAN_EVT], 2, &at))
			cc_back_broken(b, CC_BMON_ZEROED, "event page %u, byte %u is not 0", i, at);
	}
}

int cc_back_bind(struct cc_back *b)
{
	const struct displif_quota quota = { .pages = UINT32_MAX, .requests_per_irq = 64 };
	struct displif_diag diag = { 0 };
	void *tag[2 * CC_BACK_CONNECTORS];
	uint32_t i, n = b->cfg.n;
	int err;

	judge_nodes(b);
	for (i = 0; i < 2 * n; i++)
		tag[i] = &b->tag[i];
	displif_guest_init(&b->guest, &quota, &b->one_dbuf, 1, &b->one_fb, 1);
	b->mon[CC_BMON_BIND].seen++;
	b->mon[CC_BMON_PRISTINE].seen++;
	err = displif_port_back_bind(&b->w->port, b->w->peer_dir, b->w->peer, &b->guest, n, b->link,
				     b->session, b->pend, 1, tag, &diag);
	if (err) {
		displif_diag_text(&diag, b->unbound, sizeof(b->unbound));
		b->unbound_mon = err == DISPLIF_E_PROTO ? CC_BMON_PRISTINE : CC_BMON_BIND;
		b->unbound_at = cc_now(b->w);
		return err;
	}
	memset(b->conn, 0, sizeof(b->conn));
	b->n = n;
	b->bound_at = cc_now(b->w);
	judge_pages(b);
	for (i = 0; i < n; i++)
		raw_store(b->link[i].page[DISPLIF_CHAN_REQ], RAW_REQ_EVENT, 1);
	displif_port_enable(&b->w->port, b->link, n);
	return 0;
}
