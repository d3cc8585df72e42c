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

/* text[from .. to) is a decimal number of 1 to 10 digits, at most @max. *@out is 0 if not. */
static bool number(const char *text, uint32_t from, uint32_t to, uint32_t max, uint32_t *out)
{
	uint64_t value = 0;
	uint32_t digits = 0;
	uint32_t i;

	*out = 0;
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
	*out = 0;
	if (len <= DISPLIF_XS_TEXT && number(text, 0, len, max, out))
		return 0;
	return displif__fail_text(diag, DISPLIF_E_RANGE, DISPLIF_OP_XS_READ, NULL, text, len, max);
}

int displif_xs_resolution(const char *text, uint32_t len, uint32_t *width, uint32_t *height,
			  struct displif_diag *diag)
{
	uint32_t w = 0, h = 0;
	uint32_t i;

	*width = 0;
	*height = 0;
	if (len <= DISPLIF_XS_TEXT) {
		/* Without an "x" the second number is empty. */
		uint32_t x = len;

		for (i = 0; i < DISPLIF_XS_TEXT && i < len; i++) {
			if (text[i] == 'x') {
				x = i;
				break;
			}
		}
		if (number(text, 0, x, DISPLIF_MAX_SIDE, &w) &&
		    number(text, x + 1u, len, DISPLIF_MAX_SIDE, &h) && w && h) {
			*width = w;
			*height = h;
			return 0;
		}
	}
	return displif__fail_text(diag, DISPLIF_E_RANGE, DISPLIF_OP_XS_READ, "resolution", text,
				  len, DISPLIF_MAX_SIDE);
}

int displif_xs_versions(const char *text, uint32_t len, uint32_t ours, uint32_t *version,
			struct displif_diag *diag)
{
	uint32_t best = 0, from = 0;
	uint32_t i, v;

	*version = 0;
	if (len > DISPLIF_XS_TEXT)
		return displif__fail_text(diag, DISPLIF_E_RANGE, DISPLIF_OP_XS_READ, "versions",
					  text, len, DISPLIF_XS_TEXT);
	for (i = 0; i <= DISPLIF_XS_TEXT && i <= len; i++) {
		if (i < len && text[i] != ',')
			continue;
		if (number(text, from, i, ours, &v) && v > best)
			best = v;
		from = i + 1u;
	}
	if (!best)
		return displif__fail_text(diag, DISPLIF_E_VERSION, DISPLIF_OP_XS_READ, "versions",
					  text, len, ours);
	*version = best;
	return 0;
}

bool displif_xs_be_alloc(const char *text, uint32_t len)
{
	return len == 1u && text[0] == '1';
}

uint8_t displif_xs_state(const char *text, uint32_t len)
{
	uint32_t v = 0;

	if (len > DISPLIF_XS_TEXT || !number(text, 0, len, N_STATES - 1u, &v))
		return DISPLIF_XB_UNKNOWN;
	return (uint8_t)v;
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
