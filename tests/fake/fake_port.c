/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* struct displif_port_ops of a domain, each call counted and, where the plan says so, refused. */
#include "fake_priv.h"

static uint32_t bit(uint32_t kind)
{
	uint32_t n = 0;

	while (kind >>= 1)
		n++;
	return n;
}

int fake__fault(struct fake_dom *d, uint32_t kind)
{
	struct fake_fault *f = &d->fault;

	d->stats.op[bit(kind)]++;
	if (!d->alive)
		return DISPLIF_E_OS;
	if (!(f->mask & kind))
		return 0;
	f->calls++;
	if (!f->nth || (f->repeat ? f->calls < f->nth : f->calls != f->nth))
		return 0;
	f->fired++;
	return f->err;
}

void fake_fault(struct fake_dom *d, uint32_t mask, uint32_t nth, int err, bool repeat)
{
	d->fault = (struct fake_fault){ .mask = mask, .nth = nth, .err = err, .repeat = repeat };
}

uint32_t fake_fault_fired(const struct fake_dom *d)
{
	return d->fault.fired;
}

uint32_t fake_fault_calls(const struct fake_dom *d)
{
	return d->fault.calls;
}

/* Ends @n grants; how many are still mapped. */
static uint32_t end_all(struct fake_dom *d, const uint32_t *gref, uint32_t n)
{
	uint32_t i, left = 0;

	for (i = 0; i < n; i++)
		left += !fake_grant_end(d, gref[i]);
	return left;
}

static int grant_all(struct fake_dom *d, uint16_t dom, uint8_t *mem, uint32_t n, uint32_t flags,
		     uint32_t *gref)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		gref[i] = fake_grant(d, dom, mem + (size_t)i * FAKE_PAGE,
				     !(flags & DISPLIF_PORT_WRITE));
		if (!gref[i]) {
			end_all(d, gref, i);
			memset(gref, 0, n * sizeof(*gref));
			return DISPLIF_E_OS;
		}
	}
	return 0;
}

static int op_share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va, uint32_t *gref)
{
	struct fake_dom *d = ctx;
	int err = fake__fault(d, FAKE_OP_SHARE);

	*va = NULL;
	if (err)
		return err;
	*va = fake_mem_alloc(d, n, true);
	if (!*va)
		return DISPLIF_E_OS;
	err = grant_all(d, dom, *va, n, flags, gref);
	if (err) {
		fake__mem_drop(d, *va);
		*va = NULL;
		return err;
	}
	d->stats.shared_pages += n;
	return 0;
}

static void op_unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n)
{
	struct fake_dom *d = ctx;

	d->stats.unshares++;
	if (!d->alive)
		return;
	end_all(d, gref, n);
	fake__mem_drop(d, va);
}

static int op_grant(void *ctx, uint16_t dom, void *mem, uint32_t n, uint32_t flags, uint32_t *gref)
{
	struct fake_dom *d = ctx;
	int err = fake__fault(d, FAKE_OP_GRANT);

	if (!err)
		err = grant_all(d, dom, mem, n, flags, gref);
	if (!err)
		d->stats.granted_pages += n;
	return err;
}

static uint32_t op_ungrant(void *ctx, void *mem, const uint32_t *gref, uint32_t n)
{
	struct fake_dom *d = ctx;

	(void)mem;
	d->stats.ungrants++;
	return d->alive ? end_all(d, gref, n) : 0;
}

static int op_map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags,
		  void **va, void **map)
{
	struct fake_dom *d = ctx;
	struct fake_map *m;
	int err = fake__fault(d, FAKE_OP_MAP);

	*va = NULL;
	*map = NULL;
	if (!err)
		err = fake__map(d, dom, gref, n, flags & DISPLIF_PORT_WRITE, &m);
	if (err)
		return err;
	*va = m->va;
	*map = m;
	d->stats.mapped_pages += n;
	return 0;
}

static int op_unmap(void *ctx, void *map)
{
	struct fake_dom *d = ctx;
	int err = fake__fault(d, FAKE_OP_UNMAP);
	uint32_t before = d->mapped;

	if (err)
		return err;
	err = fake__unmap(d, map);
	if (!err) {
		d->stats.unmaps++;
		d->stats.unmapped_pages += before - d->mapped;
	}
	return err;
}

static int op_copy(void *ctx, uint16_t dom, uint32_t gref, uint32_t ofs, void *buf, uint32_t len,
		   bool to_peer)
{
	struct fake_dom *d = ctx;
	int err = fake__fault(d, FAKE_OP_COPY);

	if (!err)
		err = fake__copy(d, dom, gref, ofs, buf, len, to_peer);
	if (!err)
		d->stats.copied_bytes += len;
	return err;
}

static int op_chan_open(void *ctx, uint16_t dom, uint32_t remote, void *tag, uint32_t *port,
			void **chan)
{
	struct fake_dom *d = ctx;
	struct fake_chan *c;
	int err = fake__fault(d, FAKE_OP_CHAN_OPEN);
	uint32_t mine;

	*port = 0;
	*chan = NULL;
	if (err)
		return err;
	mine = remote ? fake__port_bind(d, dom, remote) : fake__port_alloc(d, dom);
	if (!mine)
		return DISPLIF_E_OS;
	c = fake__alloc(1, sizeof(*c));
	c->d = d;
	c->tag = tag;
	c->port = mine;
	c->next = d->chan;
	d->chan = c;
	d->port[mine].chan = c;
	*port = mine;
	*chan = c;
	return 0;
}

static void op_chan_enable(void *ctx, void *chan)
{
	struct fake_dom *d = ctx;
	struct fake_chan *c = d->alive ? fake__chan(d, chan, "enable") : NULL;

	if (c && c->port)
		d->port[c->port].masked = false;
}

static void op_chan_close(void *ctx, void *chan)
{
	struct fake_dom *d = ctx;
	struct fake_chan *c = d->alive ? fake__chan(d, chan, "close") : NULL;

	if (c)
		fake__chan_free(c);
}

static void op_chan_notify(void *ctx, void *chan)
{
	struct fake_dom *d = ctx;
	struct fake_chan *c = d->alive ? fake__chan(d, chan, "notify") : NULL;

	d->stats.notifies++;
	if (c && c->port)
		fake__port_notify(d, c->port);
}

static int op_chan_alive(void *ctx, void *chan)
{
	struct fake_dom *d = ctx;
	int err = fake__fault(d, FAKE_OP_CHAN_ALIVE);
	struct fake_chan *c = err ? NULL : fake__chan(d, chan, "status");

	if (err)
		return err;
	return c && c->port && d->port[c->port].state == FAKE_PORT_BOUND;
}

static int op_xs_begin(void *ctx, uint32_t *tx)
{
	int err = fake__fault(ctx, FAKE_OP_XS_BEGIN);

	*tx = 0;
	return err ? err : fake_xs_begin(ctx, tx);
}

static int op_xs_end(void *ctx, uint32_t tx, bool commit)
{
	int err = fake__fault(ctx, FAKE_OP_XS_END);

	if (!err)
		return fake_xs_end(ctx, tx, commit);
	fake_xs_end(ctx, tx, false);
	return err;
}

static int op_xs_read(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap,
		      uint32_t *len)
{
	int err = fake__fault(ctx, FAKE_OP_XS_READ);

	*len = 0;
	return err ? err : fake_xs_read(ctx, tx, path, buf, cap, len);
}

static int op_xs_write(void *ctx, uint32_t tx, const char *path, const char *text)
{
	int err = fake__fault(ctx, FAKE_OP_XS_WRITE);

	return err ? err : fake_xs_puts(ctx, tx, path, text);
}

const struct displif_port_ops fake__port_ops = {
	.size = sizeof(struct displif_port_ops),
	.share = op_share,
	.unshare = op_unshare,
	.grant = op_grant,
	.ungrant = op_ungrant,
	.map = op_map,
	.unmap = op_unmap,
	.copy = op_copy,
	.chan_open = op_chan_open,
	.chan_enable = op_chan_enable,
	.chan_close = op_chan_close,
	.chan_notify = op_chan_notify,
	.chan_alive = op_chan_alive,
	.xs_begin = op_xs_begin,
	.xs_end = op_xs_end,
	.xs_read = op_xs_read,
	.xs_write = op_xs_write,
};
