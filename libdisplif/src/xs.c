/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* XenStore text: strict parsing of values, composing of values and paths. */
#include "text.h"

#define N_STATES 9u

static const char state_text[N_STATES + 1u][16] = {
	"Unknown", "Initialising", "InitWait",	    "Initialised",  "Connected",
	"Closing", "Closed",	   "Reconfiguring", "Reconfigured", "?",
};

const char *displif_xs_state_name(uint32_t state)
{
	return state_text[state < N_STATES ? state : N_STATES];
}

/*
 * text[from .. to) is a decimal number of 1 to 10 digits, at most @max, within a
 * text that is not too long. *@out is 0 if not.
 */
static bool number(const char *text, uint32_t from, uint32_t to, uint32_t max, uint32_t *out)
{
	uint64_t value = 0;
	uint32_t digits = 0;
	uint32_t i;

	*out = 0;
	if (to > DISPLIF_XS_TEXT)
		return false;
	for (i = from; i < to; i++) {
		char c = text[i];

		/* The limit on value holds it within 64 bits before it is multiplied. */
		if (c < '0' || c > '9' || digits >= 10u || value > UINT32_MAX)
			return false;
		value = value * 10u + (uint32_t)(c - '0');
		digits++;
	}
	if (!digits || value > max)
		return false;
	*out = (uint32_t)value;
	return true;
}

int displif_xs_u32(const char *text, uint32_t len, uint32_t max, uint32_t *out,
		   struct displif_diag *diag)
{
	if (number(text, 0, len, max, out))
		return 0;
	return displif__fail_text(diag, DISPLIF_E_RANGE, DISPLIF__OF(XS_READ, DISPLIF__NOTHING),
				  text, len, max);
}

int displif_xs_resolution(const char *text, uint32_t len, uint32_t *width, uint32_t *height,
			  struct displif_diag *diag)
{
	uint32_t i, x = len;

	/* Without an "x" the second number is empty. */
	for (i = 0; i < DISPLIF_XS_TEXT && i < len; i++) {
		if (text[i] == 'x') {
			x = i;
			break;
		}
	}
	number(text, 0, x, DISPLIF_MAX_SIDE, width);
	number(text, displif__inc32(x), len, DISPLIF_MAX_SIDE, height);
	if (*width && *height)
		return 0;
	*width = 0;
	*height = 0;
	return displif__fail_text(diag, DISPLIF_E_RANGE, DISPLIF__OF(XS_READ, DISPLIF__RESOLUTION),
				  text, len, DISPLIF_MAX_SIDE);
}

int displif_xs_versions(const char *text, uint32_t len, uint32_t ours, uint32_t *version,
			struct displif_diag *diag)
{
	uint32_t best = 0, from = 0, limit = DISPLIF_XS_TEXT;
	uint32_t i, v;
	int err = DISPLIF_E_RANGE;

	if (len <= DISPLIF_XS_TEXT) {
		err = DISPLIF_E_VERSION;
		limit = ours;
		for (i = 0; i <= DISPLIF_XS_TEXT && i <= len; i++) {
			if (i < len && text[i] != ',')
				continue;
			number(text, from, i, ours, &v);
			if (v > best)
				best = v;
			from = i + 1u;
		}
	}
	*version = best;
	if (best)
		return 0;
	return displif__fail_text(diag, err, DISPLIF__OF(XS_READ, DISPLIF__VERSIONS), text, len,
				  limit);
}

bool displif_xs_be_alloc(const char *text, uint32_t len)
{
	return len == 1u && text[0] == '1';
}

uint8_t displif_xs_state(const char *text, uint32_t len)
{
	uint32_t v = 0;

	number(text, 0, len, N_STATES - 1u, &v);
	return (uint8_t)v; /* 0 is Unknown */
}

/* The text's length, or NOSPC with an empty text, since half a path names another node. */
static int finish(const struct displif__text *t)
{
	if (!t->cut)
		return (int)t->len;
	if (t->len)
		t->buf[0] = 0;
	return DISPLIF_E_NOSPC;
}

int displif_xs_put_u32(char *buf, uint32_t cap, uint32_t value)
{
	struct displif__text t;

	displif__text_begin(&t, buf, cap);
	displif__text_number(&t, value);
	return finish(&t);
}

/* A name of @cap bytes or more is cut, so reading stops there. */
int displif_xs_join(char *buf, uint32_t cap, const char *dir, const char *leaf)
{
	struct displif__text t;

	displif__text_begin(&t, buf, cap);
	displif__text_put(&t, dir, cap);
	displif__text_lit(&t, "/");
	displif__text_put(&t, leaf, cap);
	return finish(&t);
}

int displif_xs_connector(char *buf, uint32_t cap, const char *dir, uint32_t index, const char *leaf)
{
	struct displif__text t;

	displif__text_begin(&t, buf, cap);
	displif__text_put(&t, dir, cap);
	displif__text_lit(&t, "/");
	displif__text_number(&t, index);
	displif__text_lit(&t, "/");
	displif__text_put(&t, leaf, cap);
	return finish(&t);
}

int displif_xs_backend_path(char *buf, uint32_t cap, uint32_t backend, uint32_t frontend,
			    uint32_t dev)
{
	struct displif__text t;

	displif__text_begin(&t, buf, cap);
	displif__text_lit(&t, "/local/domain/");
	displif__text_number(&t, backend);
	displif__text_lit(&t, "/backend/vdispl/");
	displif__text_number(&t, frontend);
	displif__text_lit(&t, "/");
	displif__text_number(&t, dev);
	return finish(&t);
}

int displif_xs_frontend_path(char *buf, uint32_t cap, uint32_t frontend, uint32_t dev)
{
	struct displif__text t;

	displif__text_begin(&t, buf, cap);
	displif__text_lit(&t, "/local/domain/");
	displif__text_number(&t, frontend);
	displif__text_lit(&t, "/device/vdispl/");
	displif__text_number(&t, dev);
	return finish(&t);
}
