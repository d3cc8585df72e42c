/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* XenStore: calls that sleep, and watches, whose events one thread delivers to the whole system. */
#include "fk.h"

#include <sys/sbuf.h>
#include <xen/xen-os.h>
#include <xen/xenstore/xenstorevar.h>

#define PATH 512
#define VALUE 4096

struct event {
	struct event *next;
	struct watch *watch;
	char path[PATH];
};

struct watch {
	struct watch *next;
	struct xs_watch *w;
	void *host;
};

static struct watch *watches, *running;
static struct event *events;
static struct fk_thr *xenwatch;

static int error(enum host_err err)
{
	switch (err) {
	case HOST_OK:
		return 0;
	case HOST_ABSENT:
		return ENOENT;
	case HOST_AGAIN:
		return EAGAIN;
	case HOST_INVAL:
		return EINVAL;
	default:
		return EIO;
	}
}

static const char *join(char *buf, const char *dir, const char *node)
{
	if (*node)
		snprintf(buf, PATH, "%s/%s", dir, node);
	else
		strlcpy(buf, dir, PATH);
	return buf;
}

/* The request goes, others run, the answer comes. */
static void roundtrip(const char *what)
{
	fk_may_sleep(what);
	host_point();
	host_yield();
}

int xs_read(struct xs_transaction t, const char *dir, const char *node, unsigned int *len,
	    void **result)
{
	char path[PATH], *buf = fk_new(VALUE);
	uint32_t n;
	int err;

	roundtrip("xs_read()");
	err = host_refused(HOST_F_READ) ?
		      EIO :
		      error(host_xs_read(t.id, join(path, dir, node), buf, VALUE, &n));
	if (!err) {
		*result = malloc(n + 1, M_XENSTORE, M_WAITOK | M_ZERO);
		memcpy(*result, buf, n);
		if (len)
			*len = n;
	}
	fk_delete(buf);
	return err;
}

int xs_write(struct xs_transaction t, const char *dir, const char *node, const char *text)
{
	char path[PATH];

	roundtrip("xs_write()");
	if (host_refused(HOST_F_WRITE))
		return EIO;
	return error(host_xs_write(t.id, join(path, dir, node), text));
}

int xs_rm(struct xs_transaction t, const char *dir, const char *node)
{
	char path[PATH];

	roundtrip("xs_rm()");
	if (host_refused(HOST_F_WRITE))
		return EIO;
	return error(host_xs_rm(t.id, join(path, dir, node)));
}

int xs_rm_tree(struct xs_transaction t, const char *dir, const char *node)
{
	return xs_rm(t, dir, node);
}

int xs_directory(struct xs_transaction t, const char *dir, const char *node, unsigned int *num,
		 const char ***result)
{
	char path[PATH], *buf, *at;
	const char **list;
	uint32_t i, n;
	int err;

	(void)t;
	roundtrip("xs_directory()");
	buf = fk_new(VALUE);
	err = error(host_xs_list(join(path, dir, node), buf, VALUE, &n));
	if (!err) {
		list = malloc((n + 1) * sizeof(*list) + VALUE, M_XENSTORE, M_WAITOK | M_ZERO);
		at = (char *)(list + n + 1);
		memcpy(at, buf, VALUE);
		for (i = 0; i < n; i++) {
			list[i] = at;
			at += strlen(at) + 1;
		}
		*num = n;
		*result = list;
	}
	fk_delete(buf);
	return err;
}

int xs_exists(struct xs_transaction t, const char *dir, const char *node)
{
	const char **list;
	unsigned int n;

	if (xs_directory(t, dir, node, &n, &list))
		return 0;
	free(list, M_XENSTORE);
	return 1;
}

int xs_transaction_start(struct xs_transaction *t)
{
	roundtrip("xs_transaction_start()");
	if (host_refused(HOST_F_BEGIN))
		return EIO;
	return error(host_xs_begin(&t->id));
}

int xs_transaction_end(struct xs_transaction t, int abort)
{
	roundtrip("xs_transaction_end()");
	if (!abort && host_refused(HOST_F_COMMIT)) {
		host_xs_end(t.id, false);
		return EIO;
	}
	return error(host_xs_end(t.id, !abort));
}

int xs_vprintf(struct xs_transaction t, const char *dir, const char *node, const char *fmt,
	       va_list ap)
{
	char text[256];

	vsnprintf(text, sizeof(text), fmt, ap);
	return xs_write(t, dir, node, text);
}

int xs_printf(struct xs_transaction t, const char *dir, const char *node, const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = xs_vprintf(t, dir, node, fmt, ap);
	va_end(ap);
	return err;
}

/* An empty value is no error: nothing was scanned, that is all. */
int xs_scanf(struct xs_transaction t, const char *dir, const char *node, int *scancountp,
	     const char *fmt, ...)
{
	va_list ap;
	void *text;
	int n, err = xs_read(t, dir, node, NULL, &text);

	if (err)
		return err;
	va_start(ap, fmt);
	n = host_scan(text, fmt, &ap);
	va_end(ap);
	free(text, M_XENSTORE);
	if (!n)
		return ERANGE;
	if (scancountp)
		*scancountp = n;
	return 0;
}

/* --- watches --- */

void kern_watch_fired(void *tag, const char *path)
{
	struct watch *w = tag;
	struct event **at, *e;
	unsigned int n = 0;

	for (at = &events; *at; at = &(*at)->next)
		n += (*at)->watch == w;
	if (w->w->max_pending && n >= w->w->max_pending)
		return;
	e = fk_new(sizeof(*e));
	e->watch = w;
	strlcpy(e->path, path, sizeof(e->path));
	*at = e;
	host_wake(&events);
}

static void deliver(void *arg)
{
	const char *vec[2];
	struct event *e;

	(void)arg;
	for (;;) {
		e = events;
		if (!e) {
			host_block(&events, HOST_NEVER);
			continue;
		}
		events = e->next;
		vec[XS_WATCH_PATH] = e->path;
		vec[XS_WATCH_TOKEN] = "";
		running = e->watch;
		e->watch->w->callback(e->watch->w, vec, 2);
		running = NULL;
		if (fk_self()->n_held || fk_self()->spins)
			panic("a watch's callback returned with a lock held");
		fk_delete(e);
		host_wake(&running);
	}
}

int xs_register_watch(struct xs_watch *watch)
{
	struct watch *w;

	roundtrip("xs_register_watch()");
	for (w = watches; w; w = w->next) {
		if (w->w == watch)
			panic("a watch is registered twice");
	}
	w = fk_new(sizeof(*w));
	w->w = watch;
	w->next = watches;
	watches = w;
	w->host = host_xs_watch(watch->node, w);
	if (w->host)
		return 0;
	watches = w->next;
	fk_delete(w);
	return EIO;
}

void xs_unregister_watch(struct xs_watch *watch)
{
	struct watch **at, *w;
	struct event **ev, *e;

	roundtrip("xs_unregister_watch()");
	for (at = &watches; (w = *at) && w->w != watch; at = &(*at)->next)
		;
	if (!w)
		return;
	*at = w->next;
	host_xs_unwatch(w->host);
	for (ev = &events; (e = *ev);) {
		if (e->watch != w) {
			ev = &e->next;
			continue;
		}
		*ev = e->next;
		fk_delete(e);
	}
	while (running == w && fk_self() != xenwatch)
		fk_wait(&running, HOST_NEVER);
	if (running != w)
		fk_delete(w);
}

/* Those of the driver: the bus's own are for ever. */
uint32_t fk_xs_left(bool print)
{
	struct watch *w;
	uint32_t n = 0;

	for (w = watches; w; w = w->next)
		n++;
	return fk_tell(print, n > 1 ? n - 1 : 0, "watches");
}

void fk_xs_init(void)
{
	watches = NULL;
	events = NULL;
	running = NULL;
	xenwatch = fk_thread("xenwatch", FK_WATCH, deliver, NULL);
}
