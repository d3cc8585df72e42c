/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* sysctls of devices, and what reads them. */
#include "fk.h"

#include <sys/proc.h>
#include <sys/sysctl.h>

#define OIDS 128
#define DEVICES 8

/* Nodes of devices, and what is below them. */
static struct sysctl_oid trees[DEVICES], oids[OIDS];
static device_t tree_of[DEVICES], owner[OIDS];
static struct sysctl_ctx_list *ctxs[OIDS];
static uint32_t running[OIDS];

struct sysctl_ctx_list *device_get_sysctl_ctx(device_t dev)
{
	return (struct sysctl_ctx_list *)(void *)dev;
}

struct sysctl_oid *device_get_sysctl_tree(device_t dev)
{
	int i;

	for (i = 0; i < DEVICES && tree_of[i] && tree_of[i] != dev; i++)
		;
	if (i == DEVICES)
		panic("the mock kernel has no room for sysctls of devices");
	tree_of[i] = dev;
	return &trees[i];
}

int sysctl_ctx_init(struct sysctl_ctx_list *clist)
{
	TAILQ_INIT(clist);
	return 0;
}

/* Waits for who is in a handler. */
int sysctl_ctx_free(struct sysctl_ctx_list *clist)
{
	int i;

	fk_may_sleep("sysctl_ctx_free()");
	for (i = 0; i < OIDS; i++) {
		if (!owner[i] || ctxs[i] != clist)
			continue;
		owner[i] = NULL;
		while (running[i])
			fk_wait(&running[i], HOST_NEVER);
	}
	return 0;
}

static device_t device_of(const struct sysctl_oid_list *parent)
{
	int i;

	for (i = 0; i < DEVICES && &trees[i].oid_children != parent; i++)
		;
	if (i == DEVICES)
		panic("a sysctl that is not below a device");
	return tree_of[i];
}

struct sysctl_oid *sysctl_add_oid(struct sysctl_ctx_list *clist, struct sysctl_oid_list *parent,
				  int nbr, const char *name, int kind, void *arg1, intmax_t arg2,
				  int (*handler)(SYSCTL_HANDLER_ARGS), const char *fmt,
				  const char *descr, const char *label)
{
	device_t dev = device_of(parent);
	int i;

	(void)label;
	fk_may_sleep("sysctl_add_oid()");
	for (i = 0; i < OIDS; i++) {
		if (owner[i] == dev && !strcmp(oids[i].oid_name, name))
			host_fail("sysctl \"%s\" is there twice", name);
	}
	for (i = 0; i < OIDS && (owner[i] || running[i]); i++)
		;
	if (i == OIDS)
		panic("the mock kernel has no room for sysctls");
	owner[i] = dev;
	ctxs[i] = clist;
	oids[i] =
		(struct sysctl_oid){ .oid_number = nbr, .oid_kind = (u_int)kind, .oid_arg1 = arg1 };
	oids[i].oid_arg2 = arg2;
	oids[i].oid_name = name;
	oids[i].oid_handler = handler;
	oids[i].oid_fmt = fmt;
	oids[i].oid_descr = descr;
	return &oids[i];
}

void fk_sysctl_drop(device_t dev)
{
	int i;

	for (i = 0; i < OIDS; i++) {
		if (owner[i] == dev)
			owner[i] = NULL;
	}
	for (i = 0; i < DEVICES; i++) {
		if (tree_of[i] == dev)
			tree_of[i] = NULL;
	}
}

static int out(struct sysctl_req *req, const void *data, size_t n)
{
	char *to = req->oldptr;

	if (req->oldidx + n > req->oldlen)
		return ENOMEM;
	memcpy(to + req->oldidx, data, n);
	req->oldidx += n;
	return 0;
}

static int in(struct sysctl_req *req, void *data, size_t n)
{
	if (req->newlen - req->newidx < n)
		return EINVAL;
	memcpy(data, (const char *)req->newptr + req->newidx, n);
	req->newidx += n;
	return 0;
}

static int handle(struct sysctl_req *req, void *arg1, const void *constant, size_t n)
{
	int err = out(req, arg1 ? arg1 : constant, n);

	if (err || !req->newptr)
		return err;
	return arg1 ? in(req, arg1, n) : EPERM;
}

int sysctl_handle_int(SYSCTL_HANDLER_ARGS)
{
	int value = (int)arg2;

	(void)oidp;
	return handle(req, arg1, &value, sizeof(value));
}

int sysctl_handle_32(SYSCTL_HANDLER_ARGS)
{
	return sysctl_handle_int(oidp, arg1, arg2, req);
}

int sysctl_handle_64(SYSCTL_HANDLER_ARGS)
{
	int64_t value = arg2;

	(void)oidp;
	return handle(req, arg1, &value, sizeof(value));
}

int sysctl_handle_bool(SYSCTL_HANDLER_ARGS)
{
	bool value = arg2;

	(void)oidp;
	return handle(req, arg1, &value, sizeof(value));
}

int sysctl_handle_string(SYSCTL_HANDLER_ARGS)
{
	(void)oidp;
	(void)arg2;
	return out(req, arg1, strlen(arg1) + 1);
}

static struct sysctl_oid *find_oid(int unit, const char *name)
{
	int i;

	for (i = 0; i < OIDS; i++) {
		if (owner[i] && owner[i]->unit == unit && !strcmp(oids[i].oid_name, name))
			return &oids[i];
	}
	return NULL;
}

const char *kern_sysctl(int unit, const char *name)
{
	static char texts[4][256];
	static unsigned int turn;
	char *text = texts[turn++ % 4];
	char buf[256] = "";
	struct sysctl_oid *o = find_oid(unit, name);
	struct sysctl_req req = {
		.td = curthread, .oldptr = buf, .oldlen = sizeof(buf), .oldfunc = out
	};

	int err;

	if (!o)
		return NULL;
	running[o - oids]++;
	host_yield();
	err = o->oid_handler(o, o->oid_arg1, o->oid_arg2, &req);
	if (!--running[o - oids])
		host_wake(&running[o - oids]);
	if (err)
		return NULL;
	switch (o->oid_kind & CTLTYPE) {
	case CTLTYPE_STRING:
		strlcpy(text, buf, sizeof(texts[0]));
		break;
	case CTLTYPE_U64:
	case CTLTYPE_S64:
		snprintf(text, sizeof(texts[0]), "%lu", *(uint64_t *)(void *)buf);
		break;
	case CTLTYPE_U8:
		snprintf(text, sizeof(texts[0]), "%u", *(uint8_t *)buf);
		break;
	default:
		snprintf(text, sizeof(texts[0]), "%d", *(int *)(void *)buf);
		break;
	}
	return text;
}

int kern_sysctl_set(int unit, const char *name, int value)
{
	char buf[256];
	struct sysctl_oid *o = find_oid(unit, name);
	struct sysctl_req req = {
		.td = curthread, .oldptr = buf, .oldlen = sizeof(buf), .oldfunc = out
	};

	if (!o)
		return ENOENT;
	if (!(o->oid_kind & CTLFLAG_WR))
		return EPERM;
	req.newptr = &value;
	req.newlen = sizeof(value);
	req.newfunc = in;
	return o->oid_handler(o, o->oid_arg1, o->oid_arg2, &req);
}

uint32_t fk_sysctls(void)
{
	uint32_t n = 0;
	int i;

	for (i = 0; i < OIDS; i++)
		n += owner[i] != NULL;
	return n;
}

void fk_sysctl_init(void)
{
	memset(owner, 0, sizeof(owner));
	memset(tree_of, 0, sizeof(tree_of));
	memset(running, 0, sizeof(running));
}
