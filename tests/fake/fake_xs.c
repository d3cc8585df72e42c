/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * XenStore as a domain sees it: paths, permissions, quotas, and the changes
 * that watches tell of. A write creates what is missing on the way, also what
 * somebody removed a moment ago.
 */
#include "fake_priv.h"

int fake__xs_path(const struct fake_dom *d, const char *path, char *buf)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/_@";
	size_t len = strlen(path);
	int n;

	if (!len || path[strspn(path, allowed)] || strstr(path, "//") ||
	    (len > 1 && path[len - 1u] == '/'))
		return DISPLIF_E_INVAL;
	if (path[0] == '/')
		n = snprintf(buf, FAKE_XS_PATH, "%s", path);
	else
		n = snprintf(buf, FAKE_XS_PATH, "/local/domain/%u/%s", d->id, path);
	return n < (int)FAKE_XS_PATH ? 0 : DISPLIF_E_INVAL;
}

static void changed(struct fake_dom *d, struct fake_node *node)
{
	node->gen = ++d->w->gen;
}

/* Makes the nodes below @node that @path still lacks; new ones belong to their maker, as its parent's do else. */
static struct fake_node *make(struct fake_dom *d, struct fake_node *root, struct fake_node *node,
			      const char *path)
{
	char at[FAKE_XS_PATH];
	const char *rest;
	size_t len;

	fake__node_path(node, at);
	rest = path + strlen(at);
	while (*rest == '/')
		rest++;
	while (*rest) {
		if (d->id && fake__node_owned(root, d->id) >= d->w->limits.xs_nodes)
			return NULL;
		len = strcspn(rest, "/");
		changed(d, node);
		node = fake__node_new(node, rest, len);
		changed(d, node);
		fake__node_set(node, "", 0);
		node->acl = node->parent->acl;
		if (d->id)
			node->acl.owner = d->id;
		rest += len;
		while (*rest == '/')
			rest++;
	}
	return node;
}

int fake__xs_do_write(struct fake_dom *d, struct fake_node *root, bool live, const char *path,
		      const void *data, uint32_t len)
{
	struct fake_node *node = fake__node_nearest(root, path), *made;

	if (!fake__node_may(node, d->id, FAKE_PERM_WRITE) || (d->id && len > d->w->limits.xs_value))
		return DISPLIF_E_OS;
	made = make(d, root, node, path);
	if (!made)
		return DISPLIF_E_OS;
	fake__node_set(made, data, len);
	changed(d, made);
	if (live)
		fake__watch_fire(d->w, path, made, false);
	return 0;
}

/* What goes with a node's removal is told to those who watch exactly that. */
static void fire_below(struct fake_dom *d, const struct fake_node *node)
{
	const struct fake_node *child;
	char path[FAKE_XS_PATH];

	for (child = node->child; child; child = child->next) {
		fire_below(d, child);
		fake__node_path(child, path);
		fake__watch_fire(d->w, path, child, true);
	}
}

int fake__xs_do_rm(struct fake_dom *d, struct fake_node *root, bool live, const char *path)
{
	struct fake_node *node = fake__node_find(root, path);

	if (!node)
		return DISPLIF_E_ABSENT;
	if (!node->parent || !fake__node_may(node, d->id, FAKE_PERM_WRITE))
		return DISPLIF_E_OS;
	if (live) {
		fire_below(d, node);
		fake__watch_fire(d->w, path, node, false);
	}
	changed(d, node->parent);
	fake__node_free(node);
	return 0;
}

int fake__xs_do_perms(struct fake_dom *d, struct fake_node *root, bool live, const char *path,
		      const struct fake_acl *acl)
{
	struct fake_node *node = fake__node_find(root, path);

	if (!node)
		return DISPLIF_E_ABSENT;
	if (d->id && node->acl.owner != d->id)
		return DISPLIF_E_OS;
	node->acl = *acl;
	if (d->id)
		node->acl.owner = d->id;
	changed(d, node);
	if (live)
		fake__watch_fire(d->w, path, node, false);
	return 0;
}

/* What every call does first: an absolute path, and the tree it is about. */
static int begin(struct fake_dom *d, uint32_t tx, const char *path, char *abs, struct fake_tx **t,
		 struct fake_node **root)
{
	int err;

	if (!d->alive)
		return DISPLIF_E_OS;
	err = fake__xs_path(d, path, abs);
	if (err)
		return err;
	*t = NULL;
	*root = d->w->root;
	if (!tx)
		return 0;
	*t = fake__tx(d, tx);
	if (!*t)
		return DISPLIF_E_INVAL;
	if ((*t)->lost)
		return DISPLIF_E_ABSENT;
	*root = (*t)->root;
	return fake__tx_touch(*t, abs) ? DISPLIF_E_OS : 0;
}

int fake_xs_write(struct fake_dom *d, uint32_t tx, const char *path, const void *data, uint32_t len)
{
	char abs[FAKE_XS_PATH], near[FAKE_XS_PATH];
	struct fake_tx *t;
	struct fake_node *root;
	int err = begin(d, tx, path, abs, &t, &root);

	if (err)
		return err;
	if (t) { /* a new node changes its parent's list */
		fake__node_path(fake__node_nearest(root, abs), near);
		if (fake__tx_touch(t, near))
			return DISPLIF_E_OS;
	}
	err = fake__xs_do_write(d, root, !t, abs, data, len);
	if (!err && t)
		fake__tx_log(t, FAKE_TX_WRITE, abs, data, len, NULL);
	return err;
}

int fake_xs_puts(struct fake_dom *d, uint32_t tx, const char *path, const char *text)
{
	return fake_xs_write(d, tx, path, text, (uint32_t)strlen(text));
}

int fake_xs_read(struct fake_dom *d, uint32_t tx, const char *path, char *buf, uint32_t cap,
		 uint32_t *len)
{
	char abs[FAKE_XS_PATH];
	struct fake_tx *t;
	struct fake_node *root, *node;
	int err = begin(d, tx, path, abs, &t, &root);

	*len = 0;
	if (err)
		return err;
	node = fake__node_find(root, abs);
	if (!node || !fake__node_may(node, d->id, FAKE_PERM_READ))
		return DISPLIF_E_ABSENT;
	if (node->len > cap)
		return DISPLIF_E_RANGE;
	memcpy(buf, node->data, node->len);
	*len = node->len;
	return 0;
}

const char *fake_xs_gets(struct fake_dom *d, const char *path)
{
	static char text[4][4097];
	static unsigned int next;
	uint32_t len;
	char *buf = text[next++ % 4u];

	if (fake_xs_read(d, 0, path, buf, 4096, &len))
		return NULL;
	buf[len] = '\0';
	return buf;
}

int64_t fake_xs_num(struct fake_dom *d, const char *path)
{
	const char *text = fake_xs_gets(d, path);

	if (!text || !*text || text[strspn(text, "0123456789")] || strlen(text) > 10)
		return -1;
	return strtoll(text, NULL, 10);
}

int fake_xs_list(struct fake_dom *d, const char *path, char ***names, uint32_t *n)
{
	char abs[FAKE_XS_PATH], *text;
	const struct fake_node *node, *child;
	struct fake_node *root;
	struct fake_tx *t;
	size_t len = 0;
	int err = begin(d, 0, path, abs, &t, &root);

	*names = NULL;
	*n = 0;
	if (err)
		return err;
	node = fake__node_find(root, abs);
	if (!node || !fake__node_may(node, d->id, FAKE_PERM_READ))
		return DISPLIF_E_ABSENT;
	for (child = node->child; child; child = child->next) {
		len += strlen(child->name) + 1u;
		++*n;
	}
	*names = fake__alloc(1, *n * sizeof(**names) + len + 1u);
	text = (char *)(*names + *n);
	*n = 0;
	for (child = node->child; child; child = child->next) {
		(*names)[(*n)++] = text;
		text = stpcpy(text, child->name) + 1;
	}
	return 0;
}

int fake_xs_rm(struct fake_dom *d, uint32_t tx, const char *path)
{
	char abs[FAKE_XS_PATH], parent[FAKE_XS_PATH];
	struct fake_tx *t;
	struct fake_node *root, *node;
	int err = begin(d, tx, path, abs, &t, &root);

	if (err)
		return err;
	node = fake__node_find(root, abs);
	if (t && node && node->parent) {
		fake__node_path(node->parent, parent);
		if (fake__tx_touch(t, parent))
			return DISPLIF_E_OS;
	}
	err = fake__xs_do_rm(d, root, !t, abs);
	if (!err && t)
		fake__tx_log(t, FAKE_TX_RM, abs, NULL, 0, NULL);
	return err;
}

int fake_xs_perms(struct fake_dom *d, uint32_t tx, const char *path, uint16_t owner,
		  enum fake_perm others, uint16_t peer, enum fake_perm peer_perm)
{
	struct fake_acl acl = { .owner = owner, .others = (uint8_t)others, .n = 1 };
	char abs[FAKE_XS_PATH];
	struct fake_tx *t;
	struct fake_node *root;
	int err = begin(d, tx, path, abs, &t, &root);

	if (err)
		return err;
	acl.peer[0].dom = peer;
	acl.peer[0].perm = (uint8_t)peer_perm;
	err = fake__xs_do_perms(d, root, !t, abs, &acl);
	if (!err && t)
		fake__tx_log(t, FAKE_TX_PERMS, abs, NULL, 0, &acl);
	return err;
}
