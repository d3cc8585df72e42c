/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A guest's life: does what the library's state machine says, and tells it what
 * happens. No decision about states is made here.
 */
#include "guest.h"

#include "log.h"

/* Requests of one connector that are served before others have their turn, if that takes no longer than a slice. */
#define REQUESTS_PER_IRQ 64u
/*
 * Mapping a page costs the host 5 to 50 us: a guest that creates and destroys without end takes no more than
 * part of it from the others. A 4K buffer has 8100 pages.
 */
#define PAGES_PER_S 65536u
/* After a XenStore call that failed. */
#define RETRY_MS 100u

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* --- the state machine's actions --- */

static void unbind(struct be_guest *g)
{
	if (!g->bound)
		return;
	be_record_end(g);
	g->bound = false;
	displif_port_back_close(&g->host->port, g->link, g->n);
	be_buf_release_all(g);
}

static int bind_rings(struct be_guest *g)
{
	const struct displif_quota quota = {
		.pages = g->host->opt->max_pages,
		.pages_per_s = PAGES_PER_S,
		.requests_per_irq = REQUESTS_PER_IRQ,
		.stride_rule = DISPLIF_STRIDE_AUTO,
		.be_alloc = g->host->opt->be_alloc && g->cfg.be_alloc,
	};
	struct displif_diag diag = { 0 };
	void *tag[2 * DISPLIF_MAX_CONNECTORS];
	int err;

	for (uint32_t i = 0; i < 2 * g->n; i++)
		tag[i] = &g->conn[i / 2].tag[i % 2];
	err = displif_guest_init(&g->tables, &quota, g->dbuf, BE_MAX_DBUFS, g->fb, BE_MAX_FBS);
	if (!err)
		err = displif_port_back_bind(&g->host->port, g->fe_dir, g->domid, &g->tables, g->n,
					     g->link, g->back, g->pend, BE_FLIPS_MAX, tag, &diag);
	if (err) {
		be_guest_diag(&g->told, "connecting", err, &diag);
		return err;
	}
	for (uint32_t i = 0; i < g->n; i++)
		g->conn[i].has_edid = false;
	g->bound = true;
	be_record_bind(g, &quota, BE_FLIPS_MAX);
	displif_port_enable(&g->host->port, g->link, g->n);
	return 0;
}

static void stop(struct be_guest *g)
{
	for (uint32_t i = 0; i < g->n; i++) {
		struct be_head *head = g->conn[i].head;

		if (g->bound)
			displif_back_kill(&g->back[i], DISPLIF_E_GONE);
		g->conn[i].again = false;
		head->output->ops->drop(head);
		head->output->ops->blank(head);
	}
	g->broken = false;
}

void be_guest_cut(struct be_guest *g)
{
	struct be_limit *before;

	if (!g->bound)
		return;
	before = be_log_about(&g->told);
	stop(g);
	unbind(g);
	be_log_about(before);
}

static void retry_later(struct be_guest *g, uint64_t now)
{
	g->retry_at = now + RETRY_MS;
}

static enum displif_bin lose(struct be_guest *g)
{
	g->lost = true;
	g->unwritten = -1;
	g->unpublished = false;
	return DISPLIF_BIN_PEER_GONE;
}

/* Returns the input that follows, or DISPLIF_BIN_COUNT. */
static enum displif_bin write_state(struct be_guest *g, int state, uint64_t now)
{
	struct displif_diag diag = { 0 };
	int err;

	if (g->lost)
		return DISPLIF_BIN_COUNT;
	g->unwritten = state;
	if (g->unpublished && state == DISPLIF_XB_INIT_WAIT)
		return DISPLIF_BIN_COUNT; /* "versions" come first */
	err = displif_port_write_state(&g->host->port, g->dir, (uint32_t)state, &diag);
	if (err == DISPLIF_E_ABSENT)
		return lose(g);
	if (err) {
		be_guest_diag(&g->told, "writing the state", err, &diag);
		retry_later(g, now);
		return DISPLIF_BIN_COUNT;
	}
	be_info("domain %u device %u: state %s (%s)", g->domid, g->dev,
		displif_xs_state_name((uint32_t)state), displif_bdev_name(g->bdev.state));
	be_record_state(g, true, (uint32_t)state);
	g->written = state;
	g->unwritten = -1;
	return DISPLIF_BIN_COUNT;
}

static enum displif_bin publish(struct be_guest *g, uint64_t now)
{
	struct displif_diag diag = { 0 };
	int err;

	if (g->lost)
		return DISPLIF_BIN_COUNT;
	err = displif_port_back_publish(&g->host->port, g->dir, &diag);
	g->unpublished = err;
	if (err == DISPLIF_E_ABSENT)
		return lose(g);
	if (err) {
		be_guest_diag(&g->told, "writing \"versions\"", err, &diag);
		retry_later(g, now);
	}
	return DISPLIF_BIN_COUNT;
}

/* The connection has begun: requests that came before the channels were open. */
static void poll_all(struct be_guest *g, uint64_t now)
{
	for (uint32_t i = 0; i < g->n && g->bound; i++)
		be_conn_poll(&g->conn[i], now);
}

/* The actions of one step, in the order of their bits. Returns the input that follows. */
static enum displif_bin act(struct be_guest *g, const struct displif_step *step, uint64_t now)
{
	enum displif_bin in = DISPLIF_BIN_COUNT;

	if (step->act & DISPLIF_ACT_PUBLISH)
		in = publish(g, now);
	if (step->act & DISPLIF_ACT_START)
		in = bind_rings(g) ? DISPLIF_BIN_BIND_FAILED : DISPLIF_BIN_BOUND;
	if (step->act & DISPLIF_ACT_STOP)
		stop(g);
	if (step->act & DISPLIF_ACT_RELEASE)
		unbind(g);
	if (step->write >= 0 && in == DISPLIF_BIN_COUNT)
		in = write_state(g, step->write, now);
	if (step->act & DISPLIF_ACT_FINAL) {
		g->final = true;
		g->host->finished = true;
		return DISPLIF_BIN_COUNT;
	}
	return in;
}

/*
 * What a state of the frontend means. If we see 3, or the first 4, while we are connected, it may be another frontend,
 * which published new rings before we could see the old one's 1: then the old one's port is closed.
 */
static enum displif_bin peer_input(const struct be_guest *g, uint8_t state)
{
	const struct displif_port *port = &g->host->port;

	bool news = state == DISPLIF_XB_INITIALISED ||
		    (state == DISPLIF_XB_CONNECTED && !g->bdev.seen4);

	if (news && g->bdev.state == DISPLIF_BDEV_CONNECTED && g->bound && port->ops->chan_alive &&
	    port->ops->chan_alive(port->ctx, g->link[0].chan[DISPLIF_CHAN_REQ]) == 0)
		return DISPLIF_BIN_BROKEN;
	return DISPLIF_BIN_PEER;
}

static void feed(struct be_guest *g, enum displif_bin in, uint32_t arg, uint64_t now)
{
	while (in != DISPLIF_BIN_COUNT) {
		struct displif_step step = displif_bdev_step(&g->bdev, in, arg, now);
		bool began = in == DISPLIF_BIN_BOUND;
		uint8_t state;
		int err;

		if (in == DISPLIF_BIN_PEER)
			be_record_state(g, false, arg);
		in = act(g, &step, now);
		if (in != DISPLIF_BIN_COUNT)
			continue;
		if (began)
			poll_all(g, now);
		if (!(step.act & DISPLIF_ACT_REREAD))
			continue;
		err = displif_port_read_state(&g->host->port, g->fe_dir, &state, NULL);
		if (err && err != DISPLIF_E_ABSENT) {
			g->unread = true;
			retry_later(g, now);
			continue;
		}
		in = err ? DISPLIF_BIN_PEER_GONE : peer_input(g, state);
		arg = state;
	}
}

void be_guest_feed(struct be_guest *g, enum displif_bin in, uint32_t arg, uint64_t now)
{
	struct be_limit *before = be_log_about(&g->told);

	feed(g, in, arg, now);
	be_log_about(before);
}

/* Tries again what XenStore refused. */
static void retry(struct be_guest *g, uint64_t now)
{
	enum displif_bin in = DISPLIF_BIN_COUNT;

	if (g->unpublished)
		in = publish(g, now);
	if (in == DISPLIF_BIN_COUNT && g->unwritten >= 0 && !g->unpublished)
		in = write_state(g, g->unwritten, now);
	if (g->unread) {
		g->unread = false;
		g->own_dirty = true;
		g->peer_dirty = true;
	}
	if (in != DISPLIF_BIN_COUNT && !g->final)
		be_guest_feed(g, in, 0, now);
}

static bool wants_retry(const struct be_guest *g)
{
	return g->unpublished || g->unwritten >= 0 || g->unread;
}

/* --- what XenStore says --- */

/* Is "online" 0? Absent counts as 1, as toolstacks without it had it. */
static bool offline(struct be_guest *g)
{
	const struct displif_port *port = &g->host->port;
	char path[DISPLIF_XS_PATH], text[DISPLIF_XS_TEXT];
	uint32_t len, value;

	if (displif_xs_join(path, sizeof(path), g->dir, "online") < 0 ||
	    port->ops->xs_read(port->ctx, 0, path, text, sizeof(text), &len) != 0)
		return false;
	return displif_xs_u32(text, len, UINT32_MAX, &value, NULL) == 0 && value == 0;
}

static enum be_sight look(struct be_guest *g, uint64_t now)
{
	uint8_t own = DISPLIF_XB_UNKNOWN, peer = DISPLIF_XB_UNKNOWN;
	int err = displif_port_read_state(&g->host->port, g->dir, &own, NULL);
	/* Only a write of the frontend's is news from it: our own writes bring us here, too. */
	bool waits = be_guest_waits(g, now);
	bool peer_wrote = g->peer_dirty && !g->refused && !waits;

	g->own_dirty = false;
	g->peer_dirty &= waits;
	if (err == DISPLIF_E_ABSENT || (own == DISPLIF_XB_INITIALISING && g->written >= 0)) {
		/* Removed, or removed and made again before we looked: that one is not ours. */
		lose(g);
		if (!g->final)
			be_guest_feed(g, DISPLIF_BIN_PEER_GONE, 0, now);
		return err ? BE_SIGHT_GONE : BE_SIGHT_NEW;
	}
	if (g->final)
		return BE_SIGHT_KEEP;
	if (!err && (offline(g) || (own == DISPLIF_XB_CLOSING && g->written >= 0 &&
				    g->written != DISPLIF_XB_CLOSING))) {
		be_guest_feed(g, DISPLIF_BIN_OFFLINE, 0, now);
		return BE_SIGHT_KEEP;
	}
	if (!err && peer_wrote)
		err = displif_port_read_state(&g->host->port, g->fe_dir, &peer, NULL);
	if (err == DISPLIF_E_ABSENT) {
		be_guest_feed(g, DISPLIF_BIN_PEER_GONE, 0, now);
	} else if (err) {
		g->unread = true;
		retry_later(g, now);
	} else if (peer_wrote) {
		be_guest_feed(g, peer_input(g, peer), peer, now);
	}
	return BE_SIGHT_KEEP;
}

enum be_sight be_guest_look(struct be_guest *g, uint64_t now)
{
	struct be_limit *before = be_log_about(&g->told);
	uint64_t began = be_spent_begin();
	enum be_sight sight = look(g, now);

	be_log_about(before);
	be_guest_charge(g, now, be_spent_end(&g->spent[BE_SPENT_STATE], began), 0);
	return sight;
}

/* --- its share of our time --- */

uint64_t be_guest_waits(const struct be_guest *g, uint64_t now)
{
	uint64_t until = be_share_until(&g->share);

	if (until > now)
		until = min_u64(until, be_recent_others(&g->host->recent, g));
	return until > now ? until : 0;
}

void be_guest_charge(struct be_guest *g, uint64_t now, uint64_t ns, uint64_t free_ns)
{
	/* The work is done: time that it took has passed. */
	now += ns / 1000000u;
	be_share_charge(&g->share, now, ns - free_ns);
	be_recent_served(&g->host->recent, g, now);
}

/* --- time --- */

/* When to go on with its connectors. */
static uint64_t conn_deadline(const struct be_guest *g, uint64_t now)
{
	uint64_t first = DISPLIF_NEVER, waits;

	for (uint32_t i = 0; i < g->n && g->bound; i++) {
		if (g->conn[i].again)
			first = 0;
		first = min_u64(first, displif_back_deadline(&g->back[i]));
	}
	if (first == DISPLIF_NEVER)
		return first;
	waits = be_guest_waits(g, now);
	return first > waits ? first : waits;
}

uint64_t be_guest_deadline(const struct be_guest *g, uint64_t now)
{
	uint64_t first = g->final ? DISPLIF_NEVER : g->bdev.due;

	if (wants_retry(g))
		first = min_u64(first, g->retry_at);
	return min_u64(first, conn_deadline(g, now));
}

static void fire(struct be_guest *g, uint64_t now)
{
	if (g->broken) {
		g->broken = false;
		be_guest_error(&g->told, "broke the protocol: closing the connection");
		be_guest_feed(g, DISPLIF_BIN_BROKEN, 0, now);
	}
	for (uint32_t i = 0; i < g->n && g->bound && !be_guest_waits(g, now); i++) {
		if (g->conn[i].again)
			be_conn_poll(&g->conn[i], now);
		if (displif_back_deadline(&g->back[i]) <= now)
			be_conn_tick(&g->conn[i], now);
	}
	if (wants_retry(g) && g->retry_at <= now)
		retry(g, now);
	if (!g->final && g->bdev.due <= now)
		be_guest_feed(g, DISPLIF_BIN_TICK, 0, now);
}

void be_guest_fire(struct be_guest *g, uint64_t now)
{
	struct be_limit *before = be_log_about(&g->told);

	fire(g, now);
	be_log_about(before);
}
