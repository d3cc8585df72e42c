/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The connector's EDID: asked for beside the buffers, or before them if its preferred mode
 * gives their size. Nothing that goes wrong here ends the show: without an EDID the node
 * "resolution" counts (GET_EDID, io/displif.h), and old backends have none.
 */
#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* A busy host takes its time; a backend that does not know the request may be silent. Less than the session waits. */
#define WAIT_MS 2500u
/* Its own, as there is one GET_EDID for each connection. */
#define TOKEN UINT64_MAX

static void give_back(struct tc_show *s)
{
	if (s->edid.shared)
		displif_port_unshare(&s->dev->port, &s->edid.share);
	s->edid.shared = false;
}

/* Nobody waits any longer. */
static void failed(struct tc_show *s, const char *why)
{
	struct tc_edid *e = &s->edid;

	e->until = DISPLIF_NEVER;
	snprintf(e->error, sizeof(e->error), "%s", why);
	if (s->opt->edid == TC_EDID_USE)
		cli_error("connector %u: no size from an EDID: %s", s->opt->connector, why);
	else if (s->opt->verbose)
		fprintf(stderr, "connector %u: EDID: %s\n", s->opt->connector, why);
}

/* The same for what the library said. */
static void failed_by(struct tc_show *s, const char *what, int err, const struct displif_diag *diag)
{
	char text[TC_EDID_ERROR], detail[160] = "";

	if (diag && diag->err)
		displif_diag_text(diag, detail, sizeof(detail));
	snprintf(text, sizeof(text), "%s: %s%s%s", what, displif_strerror(err), *detail ? ": " : "",
		 detail);
	failed(s, text);
}

static bool share(struct tc_show *s)
{
	struct tc_edid *e = &s->edid;
	struct displif_diag diag;
	int err;

	if (!tc_buffer_room(s, tc_buffer_room(s, s->opt->buffers, 0) ? s->opt->buffers : 1,
			    TC_EDID_WORDS)) {
		cli_error("connector %u: the EDID is not asked for: the buffers and %u pages more "
			  "do not fit into gntalloc's limit; raise it in "
			  "/sys/module/xen_gntalloc/parameters/limit",
			  s->opt->connector, TC_EDID_WORDS);
		failed(s, "its pages do not fit into gntalloc's limit");
		return false;
	}
	memset(&diag, 0, sizeof(diag));
	err = displif_port_share(&s->dev->port, s->dev->backend, &e->share, DISPLIF_SHARE_OWN, NULL,
				 DISPLIF_EDID_MAX, e->gref, TC_EDID_WORDS, &diag);
	if (err) {
		failed_by(s, "its pages cannot be shared", err, &diag);
		return false;
	}
	e->shared = true;
	return true;
}

void tc_edid_ask(struct tc_show *s)
{
	struct tc_edid *e = &s->edid;
	struct displif_msg msg;

	e->known = false;
	if (s->opt->edid == TC_EDID_NO || !share(s))
		return;
	memset(&msg, 0, sizeof(msg));
	msg.op = XENDISPL_OP_GET_EDID;
	msg.size = DISPLIF_EDID_MAX;
	msg.gref_dir = e->share.gref_dir;
	if (!tc_device_submit(s->dev, s->opt->connector, &msg, TOKEN)) {
		give_back(s);
		failed(s, "the request cannot be sent");
		return;
	}
	e->until = displif_loop_clock() + WAIT_MS;
}

void tc_edid_mode_text(const struct displif_mode *m, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu32 "x%" PRIu32 "%s@%" PRIu32 ".%03" PRIu32, m->width,
		 m->height, m->flags & DISPLIF_MODE_INTERLACED ? "i" : "", m->refresh_mhz / 1000u,
		 m->refresh_mhz % 1000u);
}

static void tell(const struct tc_show *s)
{
	const struct tc_edid *e = &s->edid;
	char text[TC_MODE_TEXT];
	uint32_t i;

	fprintf(stderr,
		"connector %u: EDID: %" PRIu32 " bytes, monitor '%s', modes:", s->opt->connector,
		e->size, e->edid.name);
	for (i = 0; i < e->edid.n_modes; i++) {
		tc_edid_mode_text(&e->mode[i], text, sizeof(text));
		fprintf(stderr, " %s%s", text,
			e->mode[i].flags & DISPLIF_MODE_PREFERRED ? " (preferred)" : "");
	}
	if (e->edid.dropped)
		fprintf(stderr, " and %" PRIu32 " more", e->edid.dropped);
	fputc('\n', stderr);
}

/* The backend may still write to what it was given: only the copy is looked at. */
static void parse(struct tc_show *s, uint32_t size)
{
	struct tc_edid *e = &s->edid;
	struct displif_diag diag;
	char text[40];
	int err;

	memset(&diag, 0, sizeof(diag));
	err = displif_edid_parse(e->data, size, &e->edid, e->mode, TC_MODES, &diag);
	if (err) {
		snprintf(text, sizeof(text), "%" PRIu32 " bytes make no sense", size);
		failed_by(s, text, err, &diag);
		return;
	}
	e->until = DISPLIF_NEVER;
	e->size = size;
	e->known = true;
	if (s->opt->verbose)
		tell(s);
}

void tc_edid_event(struct tc_show *s, const struct displif_front_event *ev)
{
	struct tc_edid *e = &s->edid;
	bool awaited = e->until != DISPLIF_NEVER;
	char text[80];

	if (ev->type == DISPLIF_EV_LOST) {
		/* Perhaps it comes later: its pages stay as they are until the connection ends. */
		if (awaited)
			failed_by(s, "the request is lost", ev->status, NULL);
		return;
	}
	if (awaited && !ev->status)
		memcpy(e->data, e->share.mem, ev->edid_sz);
	give_back(s);
	if (!awaited)
		return;
	if (!ev->status) {
		parse(s, ev->edid_sz);
		return;
	}
	/* EIO is also what the session makes of an answer that cannot be. */
	snprintf(text, sizeof(text), "the backend answered %" PRId32 "%s", ev->status,
		 ev->status == -DISPLIF_XEN_EIO ? ", or a size that cannot be" : "");
	failed(s, text);
}

void tc_edid_fire(struct tc_show *s, uint64_t now)
{
	char text[40];

	if (s->edid.until > now)
		return;
	/*
	 * Its pages stay: they could become a buffer's, and a late answer would be written there.
	 * They go with the answer or with the connection.
	 */
	snprintf(text, sizeof(text), "no answer within %u ms", WAIT_MS);
	failed(s, text);
}

bool tc_edid_wait(const struct tc_show *s)
{
	return s->opt->edid == TC_EDID_USE && s->edid.until != DISPLIF_NEVER;
}

void tc_edid_pick(struct tc_show *s)
{
	uint32_t i, width = s->width, height = s->height;
	const struct tc_edid *e = &s->edid;

	if (s->opt->edid != TC_EDID_USE || !e->known)
		return;
	for (i = 0; i < e->edid.n_modes; i++) {
		if (!(e->mode[i].flags & DISPLIF_MODE_PREFERRED))
			continue;
		s->width = e->mode[i].width;
		s->height = e->mode[i].height;
		if (tc_buffer_room(s, 1, 0))
			return;
		cli_error("connector %u: a buffer of the preferred mode, %ux%u, does not fit into "
			  "gntalloc's limit: using %ux%u; raise it in "
			  "/sys/module/xen_gntalloc/parameters/limit",
			  s->opt->connector, s->width, s->height, width, height);
		s->width = width;
		s->height = height;
		return;
	}
	cli_error("connector %u: the EDID prefers no mode: using %ux%u", s->opt->connector, width,
		  height);
}

void tc_edid_stop(struct tc_show *s)
{
	if (s->edid.until != DISPLIF_NEVER)
		failed(s, "the connection ended before the answer");
}

void tc_edid_init(struct tc_show *s)
{
	s->edid.until = DISPLIF_NEVER;
	snprintf(s->edid.error, sizeof(s->edid.error), "%s",
		 s->opt->edid == TC_EDID_NO ? "not asked for" : "never connected");
}

void tc_edid_free(struct tc_show *s)
{
	give_back(s);
}
