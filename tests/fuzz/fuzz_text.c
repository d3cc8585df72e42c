/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fuzzing of texts: all parsers of XenStore values, the configuration, paths,
 * and the diagnosis of whatever was wrong. Input: what to do, then the text;
 * parsers are compared with simple ones written anew.
 */
#include "common.h"

/* A decimal number of 1 to 10 digits up to @max; false if it is something else. */
static bool plain_number(const char *text, size_t len, uint64_t max, uint32_t *value)
{
	uint64_t v = 0;
	size_t i;

	*value = 0;
	if (len < 1 || len > 10)
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(text[i] - '0');
	}
	if (v > max)
		return false;
	*value = (uint32_t)v;
	return true;
}

/* The text of a diagnosis in every room up to the whole: terminated, printable, the beginning of the whole. */
static void check_diag_text(const struct displif_diag *diag, uint32_t cap)
{
	char whole[512], *buf = exactly(cap);
	uint32_t full = displif_diag_text(diag, whole, sizeof(whole));
	uint32_t n = displif_diag_text(diag, buf, cap);

	CHECK(full > 0 && full < sizeof(whole) && whole[full] == 0);
	CHECK(n == (cap == 0 ? 0 : full < cap ? full : cap - 1));
	if (cap)
		CHECK(strlen(buf) == n && !memcmp(buf, whole, n));
	exactly_free(buf, cap);
}

/* What the library filled in about a value of @text. */
static void check_diag(const struct displif_diag *diag, int err, const char *text, uint32_t len)
{
	uint32_t i;

	CHECK(diag->err == err && err < 0);
	CHECK(!diag->node || strlen(diag->node) < 64);
	for (i = 0; i < DISPLIF_DIAG_TEXT && diag->text[i]; i++) {
		CHECK(diag->text[i] >= ' ' && diag->text[i] <= '~');
		CHECK(i < len && (diag->text[i] == text[i] || diag->text[i] == '?'));
	}
	CHECK(i < DISPLIF_DIAG_TEXT &&
	      i == (len < DISPLIF_DIAG_TEXT - 1u ? len : DISPLIF_DIAG_TEXT - 1u));
	check_diag_text(diag, (len * 7u + (uint32_t)-err) % 160u);
}

static void fuzz_u32(struct fuzz_in *in)
{
	static const uint32_t limits[] = { 0, 1, 8, 255, 32767, 65535, UINT32_MAX };
	uint32_t max = IN_PICK(in, limits), out = 77, expected, len = (uint32_t)in->left;
	char *text = copy_of(in->p, len);
	struct displif_diag diag = { 0 };
	int ret = displif_xs_u32(text, len, max, &out, &diag);

	if (plain_number(text, len, max, &expected)) {
		CHECK(ret == 0 && out == expected && diag.err == 0);
	} else {
		CHECK(ret == DISPLIF_E_RANGE && out == 0 && diag.limit == max);
		check_diag(&diag, ret, text, len);
	}
	CHECK(displif_xs_u32(text, len, max, &out, NULL) == ret && out == expected);
	exactly_free(text, len);
}

static void fuzz_resolution(struct fuzz_in *in)
{
	uint32_t len = (uint32_t)in->left, w = 7, h = 7, ew = 0, eh = 0;
	char *text = copy_of(in->p, len);
	const char *x = len ? memchr(text, 'x', len) : NULL;
	struct displif_diag diag = { 0 };
	int ret = displif_xs_resolution(text, len, &w, &h, &diag);
	bool good = false;

	if (x)
		good = plain_number(text, (size_t)(x - text), DISPLIF_MAX_SIDE, &ew) &&
		       plain_number(x + 1, len - (size_t)(x - text) - 1, DISPLIF_MAX_SIDE, &eh) &&
		       ew && eh;
	if (good) {
		CHECK(ret == 0 && w == ew && h == eh && diag.err == 0);
	} else {
		CHECK(ret == DISPLIF_E_RANGE && w == 0 && h == 0);
		check_diag(&diag, ret, text, len);
	}
	exactly_free(text, len);
}

static void fuzz_versions(struct fuzz_in *in)
{
	static const uint32_t ours_of[] = { 1, 2, 3, 9, UINT32_MAX };
	uint32_t ours = IN_PICK(in, ours_of), len = (uint32_t)in->left, version = 7, best = 0, v;
	char *text = copy_of(in->p, len);
	struct displif_diag diag = { 0 };
	int ret = displif_xs_versions(text, len, ours, &version, &diag);
	uint32_t from = 0, i;

	for (i = 0; i <= len; i++) {
		if (i < len && text[i] != ',')
			continue;
		if (plain_number(text + from, i - from, ours, &v) && v > best)
			best = v;
		from = i + 1;
	}
	if (len > DISPLIF_XS_TEXT)
		best = 0;
	CHECK(version == best);
	if (best) {
		CHECK(ret == 0 && diag.err == 0);
	} else {
		CHECK(ret == (len > DISPLIF_XS_TEXT ? DISPLIF_E_RANGE : DISPLIF_E_VERSION));
		check_diag(&diag, ret, text, len);
	}
	exactly_free(text, len);
}

static void fuzz_small(struct fuzz_in *in)
{
	uint32_t len = (uint32_t)in->left, v;
	char *text = copy_of(in->p, len);
	uint8_t state = displif_xs_state(text, len);

	CHECK(displif_xs_be_alloc(text, len) == (len == 1 && text[0] == '1'));
	if (len && plain_number(text, len, 8, &v))
		CHECK(state == v);
	else
		CHECK(state == DISPLIF_XB_UNKNOWN);
	CHECK(strlen(displif_xs_state_name(state)) > 2);
	CHECK(!strcmp(displif_xs_state_name(9 + in_u32(in) % 0xfffffff0u), "?"));
	exactly_free(text, len);
}

/* A terminated text in memory of exactly its size, from the input. */
static char *in_string(struct fuzz_in *in)
{
	size_t n = in_u8(in), i;
	char *s;

	if (n > in->left)
		n = in->left;
	s = exactly(n + 1);
	memset(s, 0, n + 1);
	for (i = 0; i < n; i++)
		s[i] = (char)in_u8(in);
	return s;
}

static void fuzz_paths(struct fuzz_in *in)
{
	uint32_t cap = in_u8(in), index = in_u32(in), other = in_u32(in), third = in_u32(in);
	char *dir = in_string(in), *leaf = in_string(in), *buf = exactly(cap);
	char whole[1200];
	int i, n, len;

	for (i = 0; i < 5; i++) {
		switch (i) {
		case 0:
			n = displif_xs_join(buf, cap, dir, leaf);
			len = snprintf(whole, sizeof(whole), "%s/%s", dir, leaf);
			break;
		case 1:
			n = displif_xs_connector(buf, cap, dir, index, leaf);
			len = snprintf(whole, sizeof(whole), "%s/%u/%s", dir, index, leaf);
			break;
		case 2:
			n = displif_xs_backend_path(buf, cap, index, other, third);
			len = snprintf(whole, sizeof(whole),
				       "/local/domain/%u/backend/vdispl/%u/%u", index, other,
				       third);
			break;
		case 3:
			n = displif_xs_frontend_path(buf, cap, index, other);
			len = snprintf(whole, sizeof(whole), "/local/domain/%u/device/vdispl/%u",
				       index, other);
			break;
		default:
			n = displif_xs_put_u32(buf, cap, index);
			len = snprintf(whole, sizeof(whole), "%u", index);
			CHECK(len < (int)DISPLIF_XS_NUMBER);
			break;
		}
		if ((uint32_t)len < cap)
			CHECK(n == len && !strcmp(buf, whole));
		else
			CHECK(n == DISPLIF_E_NOSPC && (!cap || buf[0] == 0));
		CHECK(i < 2 || len < (int)DISPLIF_XS_PATH);
	}
	exactly_free(buf, cap);
	free(leaf);
	free(dir);
}

static void check_cfg(const struct displif_cfg *cfg)
{
	uint32_t i, k;

	CHECK(cfg->n <= cfg->cap);
	for (i = 0; i < cfg->cap; i++) {
		const struct displif_connector_cfg *c = &cfg->connector[i];

		if (i < cfg->n)
			CHECK(c->width >= 1 && c->width <= DISPLIF_MAX_SIDE && c->height >= 1 &&
			      c->height <= DISPLIF_MAX_SIDE);
		else
			CHECK(c->width == 0 && c->height == 0);
		for (k = 0; k < DISPLIF_UNIQUE_ID && c->unique_id[k]; k++)
			CHECK(c->unique_id[k] >= ' ' && c->unique_id[k] <= '~');
		CHECK(k < DISPLIF_UNIQUE_ID && (i < cfg->n || k == 0));
	}
}

static void fuzz_cfg(struct fuzz_in *in)
{
	static const uint32_t caps[] = { 1, 2, 3, 16, 256, 0, 257 };
	uint32_t cap = IN_PICK(in, caps), n;
	struct displif_connector_cfg *room;
	struct displif_cfg cfg;
	struct displif_diag diag;
	int ret;

	if (cap > 1000)
		cap = 1000;
	room = exactly(cap * sizeof(*room));
	ret = displif_cfg_init(&cfg, room, cap);
	CHECK(ret == (cap && cap <= DISPLIF_MAX_CONNECTORS ? 0 : DISPLIF_E_INVAL));
	for (n = 0; in->left && !ret && n < 300; n++) {
		uint8_t how = in_u8(in);
		uint32_t index = how & 0x40 ? in_u32(in) : cfg.n, before = cfg.n;
		char *res = in_string(in), *id = how & 1 ? in_string(in) : NULL;
		uint32_t res_len = (uint32_t)strlen(res), id_len = id ? (uint32_t)strlen(id) : 0;
		int err;

		memset(&diag, 0, sizeof(diag));
		err = displif_cfg_add(&cfg, index, res, res_len, id, id_len, &diag);
		if (err) {
			CHECK(cfg.n == before && diag.err == err && diag.connector == index);
			check_diag_text(&diag, how);
		} else {
			CHECK(cfg.n == before + 1 && index == before && diag.err == 0);
			CHECK(!strcmp(cfg.connector[index].unique_id, id ? id : ""));
		}
		check_cfg(&cfg);
		free(res);
		free(id);
	}
	if (!ret)
		CHECK(displif_cfg_check(&cfg, &diag) == (cfg.n ? 0 : DISPLIF_E_RANGE));
	exactly_free(room, cap * sizeof(*room));
}

/* A diagnosis of anything, its texts ended where it says. */
static void fuzz_diag(struct fuzz_in *in)
{
	struct displif_diag diag = { 0 };
	uint32_t cap = in_u8(in);
	char *node = NULL, *text;

	diag.err = (int32_t)in_u32(in);
	if (diag.err & 0x100)
		diag.err = -(diag.err & 15);
	diag.op = in_u8(in);
	diag.connector = in_u8(in) & 1 ? DISPLIF_NO_CONNECTOR : in_u32(in);
	diag.value = in_u64(in);
	diag.limit = in_u64(in);
	text = in_string(in);
	snprintf(diag.text, sizeof(diag.text), "%s", text);
	if (in_u8(in) & 1) {
		node = in_string(in);
		if (strlen(node) > 63)
			node[63] = 0;
	}
	diag.node = node;
	check_diag_text(&diag, cap);
	CHECK(displif_diag_op_name(diag.op) && displif_strerror(diag.err));
	free(text);
	free(node);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };

	switch (in_u8(&in) % 7) {
	case 0:
		fuzz_u32(&in);
		break;
	case 1:
		fuzz_resolution(&in);
		break;
	case 2:
		fuzz_versions(&in);
		break;
	case 3:
		fuzz_small(&in);
		break;
	case 4:
		fuzz_paths(&in);
		break;
	case 5:
		fuzz_cfg(&in);
		break;
	default:
		fuzz_diag(&in);
		break;
	}
	return 0;
}
