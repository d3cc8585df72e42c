/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A host with one guest, its display device and both ends: made, brought up and taken down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

#define PATIENCE_MS 15000u

void rig_make(struct rig *r, const struct rig_opts *opts)
{
	memset(r, 0, sizeof(*r));
	r->back_id = opts->backend;
	r->w = fake_world_new(opts->limits, opts->seed);
	assert_non_null(r->w);
	fake_xs_coalesce(r->w, opts->coalesce);
	r->be = r->back_id ? fake_dom_new(r->w, r->back_id) : fake_dom_get(r->w, 0);
	r->fe = fake_dom_new(r->w, RIG_FRONT);
	assert_int_equal(fake_toolstack_attach(r->w, r->back_id, RIG_FRONT, 0, opts->be_alloc,
					       opts->connectors ? opts->connectors : "id0:64x48"),
			 0);
	r->b = end_back_new(r->be, RIG_FRONT, 0);
	r->f = end_front_new(r->fe, 0);
	assert_non_null(r->f);
}

int rig_front_state(struct rig *r)
{
	return fake_toolstack_front_state(r->w, RIG_FRONT, 0);
}

int rig_back_state(struct rig *r)
{
	return fake_toolstack_back_state(r->w, r->back_id, RIG_FRONT, 0);
}

bool rig_is_connected(struct rig *r)
{
	return r->f && r->b && r->f->dev.state == DISPLIF_FDEV_CONNECTED &&
	       r->b->dev.state == DISPLIF_BDEV_CONNECTED &&
	       rig_front_state(r) == DISPLIF_XB_CONNECTED &&
	       rig_back_state(r) == DISPLIF_XB_CONNECTED;
}

static bool connected(void *arg)
{
	return rig_is_connected(arg);
}

bool rig_connected_in(struct rig *r, uint64_t ms)
{
	return fake_until(r->w, connected, r, ms);
}

bool rig_connected(struct rig *r)
{
	return rig_connected_in(r, PATIENCE_MS);
}

void rig_works(struct rig *r)
{
	int buf = end_front_buf(r->f, DISPLIF_SHARE_OWN, 64, 48);

	assert_true(buf >= 0);
	assert_int_equal(end_front_config(r->f, 0, buf), 0);
	assert_int_equal(end_front_flip(r->f, 0, buf), 0);
	assert_int_equal(r->b->flipped[0], r->f->buf[buf].fb);
	assert_int_equal(end_front_buf_free(r->f, buf), 0);
}

void rig_up(struct rig *r, const struct rig_opts *opts)
{
	rig_make(r, opts);
	assert_true(rig_connected(r));
}

static bool front_done(void *arg)
{
	struct rig *r = arg;

	return r->f->final;
}

static bool back_done(void *arg)
{
	struct rig *r = arg;

	return r->b->final && rig_back_state(r) == DISPLIF_XB_CLOSED;
}

void rig_down(struct rig *r)
{
	if (r->b && !r->b->final) {
		assert_int_equal(fake_toolstack_detach(r->w, r->back_id, RIG_FRONT, 0), 0);
		assert_true(fake_until(r->w, back_done, r, PATIENCE_MS));
	}
	fake_toolstack_remove(r->w, r->back_id, RIG_FRONT, 0);
	if (r->f)
		assert_true(fake_until(r->w, front_done, r, PATIENCE_MS));
	if (r->f)
		end_front_free(r->f, true);
	if (r->b)
		end_back_free(r->b, true);
	r->f = NULL;
	r->b = NULL;
	assert_int_equal(fake_check_clean(r->w, stderr), 0);
	rig_free(r);
}

void rig_free(struct rig *r)
{
	if (r->f)
		end_front_free(r->f, false);
	if (r->b)
		end_back_free(r->b, false);
	fake_world_free(r->w);
	memset(r, 0, sizeof(*r));
}

const char *rig_connectors(uint32_t n)
{
	static char text[END_CONNECTORS * 16];
	size_t at = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		at += (size_t)snprintf(&text[at], sizeof(text) - at, "%sid%u:64x48", i ? ";" : "",
				       i);
	return text;
}
