/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * XenStore transactions: each works on a copy of the tree; at its end the nodes
 * that it looked at or changed must be as they were, then its changes are done
 * again on the real tree, which fires the watches.
 */
#include "fake_priv.h"

#define FAKE_TX_LATE UINT64_MAX

static void tx_free(struct fake_tx *tx)
{
	struct fake_tx **p;
	struct fake_tx_op *op;
	struct fake_seen *seen;

	for (p = &tx->d->w->tx; *p != tx; p = &(*p)->next)
		;
	*p = tx->next;
	while ((op = tx->op)) {
		tx->op = op->next;
		free(op->path);
		free(op->data);
		free(op);
	}
	while ((seen = tx->seen)) {
		tx->seen = seen->next;
		free(seen);
	}
	fake__node_free(tx->root);
	free(tx);
}

struct fake_tx *fake__tx(struct fake_dom *d, uint32_t id)
{
	struct fake_tx *tx;

	for (tx = d->w->tx; tx && (tx->d != d || tx->id != id); tx = tx->next)
		;
	return tx;
}

/*
 * When a node changed last before the transaction began; 0 if it was not there. One that was changed since, or
 * may have been removed, is a conflict in any case.
 */
static uint64_t gen_at_begin(struct fake_tx *tx, const char *path)
{
	struct fake_node *root = tx->d->w->root, *node = fake__node_find(root, path);

	if (node)
		return node->gen <= tx->base ? node->gen : FAKE_TX_LATE;
	return fake__node_nearest(root, path)->gen <= tx->base ? 0 : FAKE_TX_LATE;
}

int fake__tx_touch(struct fake_tx *tx, const char *path)
{
	struct fake_seen *seen;
	size_t len = strlen(path) + 1u;

	for (seen = tx->seen; seen; seen = seen->next) {
		if (!strcmp(seen->path, path))
			return 0;
	}
	if (tx->d->id && tx->n_seen >= tx->d->w->limits.xs_tx_nodes)
		return DISPLIF_E_FULL;
	seen = fake__alloc(1, sizeof(*seen) + len);
	memcpy(seen->path, path, len);
	seen->gen = gen_at_begin(tx, path);
	seen->next = tx->seen;
	tx->seen = seen;
	tx->n_seen++;
	return 0;
}

void fake__tx_log(struct fake_tx *tx, enum fake_tx_kind kind, const char *path, const void *data,
		  uint32_t len, const struct fake_acl *acl)
{
	struct fake_tx_op *op = fake__alloc(1, sizeof(*op));

	op->kind = (uint8_t)kind;
	op->path = fake__alloc(strlen(path) + 1u, 1);
	memcpy(op->path, path, strlen(path));
	op->data = fake__alloc((size_t)len + 1u, 1);
	if (len)
		memcpy(op->data, data, len);
	op->len = len;
	if (acl)
		op->acl = *acl;
	*tx->op_end = op;
	tx->op_end = &op->next;
}

int fake_xs_begin(struct fake_dom *d, uint32_t *id)
{
	struct fake_tx *tx;
	uint32_t n = 0;

	*id = 0;
	if (!d->alive)
		return DISPLIF_E_OS;
	for (tx = d->w->tx; tx; tx = tx->next)
		n += tx->d == d && !tx->lost;
	if (d->id && n >= d->w->limits.xs_tx)
		return DISPLIF_E_OS;
	tx = fake__alloc(1, sizeof(*tx));
	tx->d = d;
	tx->root = fake__node_clone(d->w->root, NULL);
	tx->base = d->w->gen;
	tx->op_end = &tx->op;
	tx->id = ++d->w->tx_id;
	tx->next = d->w->tx;
	d->w->tx = tx;
	*id = tx->id;
	return 0;
}

static bool conflict(struct fake_tx *tx)
{
	struct fake_world *w = tx->d->w;
	struct fake_seen *seen;
	struct fake_node *node;

	if (w->conflicts) {
		w->conflicts--;
		return true;
	}
	for (seen = tx->seen; seen; seen = seen->next) {
		node = fake__node_find(w->root, seen->path);
		if ((node ? node->gen : 0) != seen->gen)
			return true;
	}
	return false;
}

static void apply(struct fake_tx *tx)
{
	struct fake_node *root = tx->d->w->root;
	struct fake_tx_op *op;

	for (op = tx->op; op; op = op->next) {
		switch ((enum fake_tx_kind)op->kind) {
		case FAKE_TX_WRITE:
			fake__xs_do_write(tx->d, root, true, op->path, op->data, op->len);
			break;
		case FAKE_TX_RM:
			fake__xs_do_rm(tx->d, root, true, op->path);
			break;
		case FAKE_TX_PERMS:
			fake__xs_do_perms(tx->d, root, true, op->path, &op->acl);
			break;
		}
	}
}

int fake_xs_end(struct fake_dom *d, uint32_t id, bool commit)
{
	struct fake_tx *tx = fake__tx(d, id);
	int err = 0;

	if (!tx) {
		if (d->alive)
			fake__violation(d->w, "domain %u ended transaction %u, which is not open",
					d->id, id);
		return DISPLIF_E_INVAL;
	}
	if (tx->lost)
		err = DISPLIF_E_ABSENT;
	else if (commit && conflict(tx))
		err = DISPLIF_E_AGAIN;
	else if (commit)
		apply(tx);
	tx_free(tx);
	return err;
}

void fake_xs_conflict(struct fake_world *w, uint32_t n)
{
	w->conflicts = n;
}

void fake__tx_end(struct fake_dom *d)
{
	struct fake_tx *tx, *next;

	for (tx = d->w->tx; tx; tx = next) {
		next = tx->next;
		if (tx->d == d)
			tx_free(tx);
	}
}

void fake__tx_migrate(struct fake_dom *d)
{
	struct fake_tx *tx;

	for (tx = d->w->tx; tx; tx = tx->next) {
		if (tx->d == d)
			tx->lost = true;
	}
}
