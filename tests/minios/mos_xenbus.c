/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * XenStore. A request's answer and a watch's events come through one ring, in order, and Mini-OS's own thread takes
 * them out when it is its turn. A request waits by one schedule(): who wakes its thread before the answer breaks it.
 */
#include <stdio.h>

#include "mos_priv.h"

#include <mini-os/lib.h>
#include <mini-os/wait.h>

struct request {
	struct thread *thread;
	void (*fn)(struct request *r);
	xenbus_transaction_t xbt;
	const char *path, *value;
	char *out;
	uint32_t len;
	bool commit;
	int err;
	bool done, came;
};

struct mos_watch {
	struct mos_watch *next;
	char *path, *token;
	xenbus_event_queue *queue;
	struct fake_watch *fake; /* NULL: xenstored does not know it, as after an error */
};

/* An answer, or an event of a watch. */
struct mos_message {
	struct mos_message *next;
	struct request *req;
	char *path, *token;
};

struct wait_queue_head xenbus_watch_queue;

static char *dup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *p = malloc(size);

	if (!p)
		abort();
	return memcpy(p, text, size);
}

static void send(struct mos_message m)
{
	struct mos_message *copy = malloc(sizeof(*copy));

	if (!copy)
		abort();
	*copy = m;
	copy->next = NULL;
	*mos.ring_end = copy;
	mos.ring_end = &copy->next;
}

/* --- Mini-OS's thread --- */

static void give_event(struct mos_message *m)
{
	size_t path = strlen(m->path) + 1, token = strlen(m->token) + 1;
	struct xenbus_event *ev;
	struct mos_watch *w;

	for (w = mos.watch; w && strcmp(w->token, m->token); w = w->next)
		;
	if (!w)
		return;
	ev = mos_block(sizeof(*ev) + path + token);
	ev->path = (char *)(ev + 1);
	ev->token = ev->path + path;
	memcpy(ev->path, m->path, path);
	memcpy(ev->token, m->token, token);
	ev->next = *w->queue;
	*w->queue = ev;
	wake_up(&xenbus_watch_queue);
}

static void do_request(struct request *r)
{
	if (!r->done)
		r->fn(r);
	r->done = true;
}

bool mos_xenbus_step(void)
{
	struct mos_message *m = mos.ring;

	if (!m)
		return false;
	mos.ring = m->next;
	if (!mos.ring)
		mos.ring_end = &mos.ring;
	if (m->req) {
		do_request(m->req);
		m->req->came = true;
		wake(m->req->thread);
	} else {
		give_event(m);
	}
	free(m->path);
	free(m->token);
	free(m);
	return true;
}

/* --- requests --- */

static char *roundtrip(struct request *r)
{
	mos_may_sleep("a XenStore call");
	mos_point();
	r->thread = get_current();
	block(r->thread);
	if (!mos.seed || mos_chance(2))
		do_request(r);
	send((struct mos_message){ .req = r });
	schedule();
	if (!r->came) {
		mos_fail("a thread was woken in the middle of a XenStore call");
		while (!r->came) {
			block(r->thread);
			schedule();
		}
	}
	mos_point();
	switch (r->err) {
	case 0:
		return NULL;
	case DISPLIF_E_ABSENT:
		return mos_text("ENOENT", 6);
	case DISPLIF_E_INVAL:
		return mos_text("EINVAL", 6);
	case DISPLIF_E_AGAIN:
		return mos_text("EAGAIN", 6);
	case DISPLIF_E_BUG: /* refused by plan */
		return mos_text("ENOMEM", 6);
	default:
		return mos_text("EACCES", 6);
	}
}

static void do_read(struct request *r)
{
	static char buf[4096];

	r->err = mos_refused(MOS_READ) ? DISPLIF_E_BUG :
					 fake_xs_read(mos.dom, (uint32_t)r->xbt, r->path, buf,
						      sizeof(buf), &r->len);
	if (!r->err)
		r->out = mos_text(buf, r->len);
}

char *xenbus_read(xenbus_transaction_t xbt, const char *path, char **value)
{
	struct request r = { .fn = do_read, .xbt = xbt, .path = path };
	char *err = roundtrip(&r);

	*value = err ? NULL : r.out;
	return err;
}

static void do_write(struct request *r)
{
	r->err = mos_refused(MOS_WRITE) ?
			 DISPLIF_E_BUG :
			 fake_xs_puts(mos.dom, (uint32_t)r->xbt, r->path, r->value);
}

char *xenbus_write(xenbus_transaction_t xbt, const char *path, const char *value)
{
	struct request r = { .fn = do_write, .xbt = xbt, .path = path, .value = value };

	return roundtrip(&r);
}

static void do_rm(struct request *r)
{
	r->err = mos_refused(MOS_WRITE) ? DISPLIF_E_BUG :
					  fake_xs_rm(mos.dom, (uint32_t)r->xbt, r->path);
}

char *xenbus_rm(xenbus_transaction_t xbt, const char *path)
{
	struct request r = { .fn = do_rm, .xbt = xbt, .path = path };

	return roundtrip(&r);
}

static void do_begin(struct request *r)
{
	r->err = mos_refused(MOS_BEGIN) ? DISPLIF_E_BUG : fake_xs_begin(mos.dom, &r->len);
}

char *xenbus_transaction_start(xenbus_transaction_t *xbt)
{
	struct request r = { .fn = do_begin };
	char *err = roundtrip(&r);

	if (!err)
		*xbt = r.len;
	return err;
}

static void do_end(struct request *r)
{
	bool refused = r->commit && mos_refused(MOS_COMMIT);

	r->err = fake_xs_end(mos.dom, (uint32_t)r->xbt, r->commit && !refused);
	if (refused)
		r->err = DISPLIF_E_BUG;
}

char *xenbus_transaction_end(xenbus_transaction_t xbt, int abort, int *retry)
{
	struct request r = { .fn = do_end, .xbt = xbt, .commit = !abort };
	char *err = roundtrip(&r);

	*retry = err && !strcmp(err, "EAGAIN");
	if (!*retry)
		return err;
	mos.mallocs--;
	free(err);
	return NULL;
}

/* --- watches --- */

static void on_change(void *arg, const char *path)
{
	struct mos_watch *w = arg;

	send((struct mos_message){ .path = dup(path), .token = dup(w->token) });
}

static void do_watch(struct request *r)
{
	struct mos_watch *w = (void *)(uintptr_t)r->value;

	if (!mos_refused(MOS_WATCH))
		w->fake = fake_xs_watch(mos.dom, w->path, on_change, w);
	r->err = w->fake ? 0 : DISPLIF_E_BUG;
}

/* After an error the entry stays, as Mini-OS's does. */
char *xenbus_watch_path_token(xenbus_transaction_t xbt, const char *path, const char *token,
			      xenbus_event_queue *events)
{
	struct mos_watch *w = calloc(1, sizeof(*w));
	struct request r = { .fn = do_watch, .xbt = xbt, .value = (const char *)w };

	if (!w)
		abort();
	w->path = dup(path);
	w->token = dup(token);
	w->queue = events;
	w->next = mos.watch;
	mos.watch = w;
	return roundtrip(&r);
}

static void do_unwatch(struct request *r)
{
	struct mos_watch *w;

	for (w = mos.watch; w; w = w->next) {
		if (w->fake && !strcmp(w->token, r->value) && !strcmp(w->path, r->path))
			break;
	}
	r->err = !w ? DISPLIF_E_ABSENT : mos_refused(MOS_UNWATCH) ? DISPLIF_E_BUG : 0;
	if (r->err)
		return;
	fake_xs_unwatch(w->fake);
	w->fake = NULL;
}

static void watch_free(struct mos_watch *w)
{
	free(w->path);
	free(w->token);
	free(w);
}

char *xenbus_unwatch_path_token(xenbus_transaction_t xbt, const char *path, const char *token)
{
	struct request r = { .fn = do_unwatch, .xbt = xbt, .path = path, .value = token };
	struct mos_watch **at, *w;
	char *err = roundtrip(&r);

	if (err)
		return err;
	for (at = &mos.watch; (w = *at) && strcmp(w->token, token); at = &w->next)
		;
	if (w) {
		*at = w->next;
		watch_free(w);
	}
	return NULL;
}

char **xenbus_wait_for_watch_return(xenbus_event_queue *queue)
{
	struct xenbus_event *ev;
	DEFINE_WAIT(w);

	mos_may_sleep("xenbus_wait_for_watch_return()");
	while (!(ev = *queue)) {
		add_waiter(w, xenbus_watch_queue);
		schedule();
	}
	remove_waiter(w, xenbus_watch_queue);
	*queue = ev->next;
	return &ev->path;
}

uint32_t mos_watches(void)
{
	struct mos_watch *w;
	uint32_t n = 0;

	for (w = mos.watch; w; w = w->next)
		n += w->fake != NULL;
	return n;
}

void mos_xenbus_end(void)
{
	struct mos_message *m;
	struct mos_watch *w;

	while ((m = mos.ring)) {
		mos.ring = m->next;
		free(m->path);
		free(m->token);
		free(m);
	}
	mos.ring_end = &mos.ring;
	while ((w = mos.watch)) {
		mos.watch = w->next;
		watch_free(w);
	}
	xenbus_watch_queue.first = NULL;
}

domid_t get_domid(void)
{
	return fake_dom_id(mos.dom);
}
