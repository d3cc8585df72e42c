/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* XenStore's tree: nodes with names, values and permissions, without rules about who may do what. */
#include "fake_priv.h"

struct fake_node *fake__node_new(struct fake_node *parent, const char *name, size_t len)
{
	struct fake_node *node = fake__alloc(1, sizeof(*node));
	struct fake_node **p;

	node->name = fake__alloc(len + 1u, 1);
	memcpy(node->name, name, len);
	node->parent = parent;
	if (parent) {
		for (p = &parent->child; *p; p = &(*p)->next)
			;
		*p = node;
	}
	return node;
}

void fake__node_free(struct fake_node *node)
{
	struct fake_node **p;

	if (!node)
		return;
	while (node->child)
		fake__node_free(node->child);
	if (node->parent) {
		for (p = &node->parent->child; *p != node; p = &(*p)->next)
			;
		*p = node->next;
	}
	free(node->name);
	free(node->data);
	free(node);
}

struct fake_node *fake__node_clone(const struct fake_node *node, struct fake_node *parent)
{
	struct fake_node *copy = fake__node_new(parent, node->name, strlen(node->name));
	const struct fake_node *child;

	fake__node_set(copy, node->data, node->len);
	copy->gen = node->gen;
	copy->acl = node->acl;
	for (child = node->child; child; child = child->next)
		fake__node_clone(child, copy);
	return copy;
}

/* Follows @path as far as it exists; *@rest is what is left of it. */
static struct fake_node *walk(struct fake_node *root, const char *path, const char **rest)
{
	struct fake_node *node = root, *child;
	size_t len;

	while (*path == '/')
		path++;
	while (*path) {
		len = strcspn(path, "/");
		for (child = node->child; child; child = child->next) {
			if (!strncmp(child->name, path, len) && !child->name[len])
				break;
		}
		if (!child)
			break;
		node = child;
		path += len;
		while (*path == '/')
			path++;
	}
	*rest = path;
	return node;
}

struct fake_node *fake__node_find(struct fake_node *root, const char *path)
{
	const char *rest;
	struct fake_node *node = walk(root, path, &rest);

	return *rest ? NULL : node;
}

struct fake_node *fake__node_nearest(struct fake_node *root, const char *path)
{
	const char *rest;

	return walk(root, path, &rest);
}

void fake__node_set(struct fake_node *node, const void *data, uint32_t len)
{
	char *copy = fake__alloc((size_t)len + 1u, 1);

	if (len)
		memcpy(copy, data, len);
	free(node->data);
	node->data = copy;
	node->len = len;
}

bool fake__node_may(const struct fake_node *node, uint16_t domid, enum fake_perm perm)
{
	uint32_t i;

	if (!domid || node->acl.owner == domid)
		return true;
	for (i = 0; i < node->acl.n; i++) {
		if (node->acl.peer[i].dom == domid)
			return node->acl.peer[i].perm & perm;
	}
	return node->acl.others & perm;
}

uint32_t fake__node_owned(const struct fake_node *node, uint16_t domid)
{
	const struct fake_node *child;
	uint32_t n = node->acl.owner == domid;

	for (child = node->child; child; child = child->next)
		n += fake__node_owned(child, domid);
	return n;
}

void fake__node_path(const struct fake_node *node, char *buf)
{
	char tail[FAKE_XS_PATH];
	size_t at = sizeof(tail) - 1u, len;

	tail[at] = '\0';
	for (; node->parent; node = node->parent) {
		len = strlen(node->name);
		if (at < len + 1u)
			abort(); /* fake__xs_path() lets no such path in */
		at -= len;
		memcpy(&tail[at], node->name, len);
		tail[--at] = '/';
	}
	memcpy(buf, &tail[at], sizeof(tail) - at);
}
