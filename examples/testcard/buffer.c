/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Buffers with the test card: shared by us or allocated by the backend. */
#include "show.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

bool tc_backend_allocates(const struct tc_show *s)
{
	return s->opt->be_alloc || s->dev->cfg.be_alloc;
}

uint32_t tc_buffer_size(const struct tc_show *s)
{
	return s->width * draw_format_find(s->opt->fourcc)->bytes * s->height;
}

bool tc_buffer_room(const struct tc_show *s, uint32_t buffers, uint32_t more)
{
	uint32_t size = tc_buffer_size(s), words = displif_port_share_words(size);
	uint32_t limit, used;

	if (tc_backend_allocates(s)) /* the directory is ours all the same */
		words -= displif_pgdir_pages(size);
	displif_xen_share_limit(s->dev->xen, &limit, &used);
	return limit == UINT32_MAX || used + (uint64_t)buffers * words + more <= limit;
}

static uint32_t count(const struct tc_show *s)
{
	uint32_t limit, used;

	if (s->opt->buffers < 2 || tc_backend_allocates(s) || tc_buffer_room(s, 2, 0))
		return s->opt->buffers;
	displif_xen_share_limit(s->dev->xen, &limit, &used);
	cli_error(
		"two buffers of %u pages do not fit into gntalloc's limit of %u pages: showing one; "
		"raise it in /sys/module/xen_gntalloc/parameters/limit",
		displif_port_share_words(tc_buffer_size(s)), limit);
	return 1;
}

bool tc_buffer_plan(struct tc_show *s)
{
	if (tc_edid_wait(s))
		return false;
	tc_edid_pick(s);
	s->n_bufs = count(s);
	s->sized = true;
	return true;
}

void tc_buffer_draw(struct tc_show *s, struct tc_buffer *b)
{
	if (b->drawn)
		draw_move(&b->surface, s->opt->seed, b->frame, s->frame);
	else
		draw_card(&b->surface, s->opt->seed, s->frame);
	b->drawn = true;
	b->frame = s->frame;
}

void tc_buffer_free(struct tc_show *s, struct tc_buffer *b)
{
	if (b->shared)
		displif_port_unshare(&s->dev->port, &b->share);
	free(b->gref);
	memset(b, 0, sizeof(*b));
}

bool tc_buffer_share(struct tc_show *s, struct tc_buffer *b)
{
	bool theirs = tc_backend_allocates(s);
	uint32_t size = tc_buffer_size(s), words = displif_port_share_words(size);
	struct displif_diag diag;
	char text[256];
	int err;

	memset(&diag, 0, sizeof(diag));
	b->gref = calloc(words, sizeof(*b->gref));
	if (!b->gref) {
		cli_error("out of memory for %u grant references", words);
		return false;
	}
	err = displif_port_share(&s->dev->port, s->dev->backend, &b->share,
				 theirs ? DISPLIF_SHARE_BACKEND : DISPLIF_SHARE_OWN, NULL, size,
				 b->gref, words, &diag);
	if (err) {
		displif_diag_text(&diag, text, sizeof(text));
		cli_error("a buffer of %u bytes cannot be shared: %s: %s", size,
			  displif_strerror(err), text);
		free(b->gref);
		b->gref = NULL;
		return false;
	}
	b->shared = true;
	b->dbuf = displif_fdev_cookie(&s->dev->fdev);
	b->fb = displif_fdev_cookie(&s->dev->fdev);
	b->surface.width = s->width;
	b->surface.height = s->height;
	b->surface.fourcc = s->opt->fourcc;
	b->surface.stride = size / s->height;
	b->surface.pixels = b->share.mem; /* NULL if it is theirs, until they have made it */
	return true;
}

bool tc_buffer_created(struct tc_show *s, struct tc_buffer *b)
{
	struct displif_diag diag;
	char text[256];
	int err;

	b->created = true;
	if (b->surface.pixels)
		return true;
	memset(&diag, 0, sizeof(diag));
	err = displif_port_share_alloced(&s->dev->port, s->dev->backend, &b->share, &diag);
	if (err) {
		displif_diag_text(&diag, text, sizeof(text));
		cli_error("the backend's buffer cannot be mapped: %s: %s", displif_strerror(err),
			  text);
		return false;
	}
	b->surface.pixels = b->share.mem;
	return true;
}
