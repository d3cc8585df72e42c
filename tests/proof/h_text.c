/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Proof harness: errors, and XenStore text that may be any bytes. */
#include "harness.h"

/* More than any node holds, so that texts that are too long are there too. */
#define TEXT_MAX 100u

static char text[TEXT_MAX];
static char dir[DISPLIF_XS_PATH], leaf[DISPLIF_XS_PATH], node[64];
static char number_buf[DISPLIF_XS_NUMBER], path[DISPLIF_XS_PATH], tiny[1], line[200];
static char exact[DISPLIF_XS_TEXT], few[7];

static void parse(const char *s, uint32_t len)
{
	struct displif_diag diag = { 0 };
	uint32_t a, b;

	use((uint64_t)(displif_xs_u32(s, len, any_u32, &a, any_int ? &diag : NULL) == 0));
	use(a);
	use((uint64_t)(displif_xs_resolution(s, len, &a, &b, any_int ? &diag : NULL) == 0));
	use((uint64_t)a + b);
	use((uint64_t)(displif_xs_versions(s, len, any_u32, &a, any_int ? &diag : NULL) == 0));
	use(a);
	use(displif_xs_be_alloc(s, len));
	use(displif_xs_state(s, len));
	use_diag(&diag);
}

static void compose(char *buf, uint32_t cap)
{
	use((uint64_t)(displif_xs_put_u32(buf, cap, any_u32) > 0));
	use((uint64_t)(displif_xs_join(buf, cap, dir, leaf) > 0));
	use((uint64_t)(displif_xs_connector(buf, cap, dir, any_u32, leaf) > 0));
	use((uint64_t)(displif_xs_backend_path(buf, cap, any_u32, any_u32, any_u32) > 0));
	use((uint64_t)(displif_xs_frontend_path(buf, cap, any_u32, any_u32) > 0));
}

static void tell(char *buf, uint32_t cap)
{
	struct displif_diag diag = { 0 };

	diag.err = any_int;
	diag.op = any_u8;
	diag.connector = any_u32;
	diag.node = any_int ? node : NULL;
	diag.value = any_u64;
	diag.limit = any_u64;
	make_any(diag.text, sizeof(diag.text));
	use(displif_diag_text(&diag, buf, cap));
}

void proof_text(void)
{
	make_any(text, sizeof(text));
	parse(text, any_in(0, TEXT_MAX));
	make_any(exact, sizeof(exact));
	parse(exact, DISPLIF_XS_TEXT);
	make_any(few, sizeof(few));
	parse(few, any_in(0, sizeof(few)));
	parse(NULL, 0);
	use((uint64_t)displif_xs_state_name(any_u32)[0] & 1u);

	/* A caller's own strings end somewhere in their buffers. */
	make_any(dir, sizeof(dir) - 1u);
	make_any(leaf, sizeof(leaf) - 1u);
	make_any(node, sizeof(node) - 1u);
	compose(NULL, 0);
	compose(tiny, sizeof(tiny));
	compose(number_buf, sizeof(number_buf));
	compose(path, sizeof(path));

	tell(NULL, 0);
	tell(tiny, sizeof(tiny));
	tell(line, sizeof(line));
	use((uint64_t)(displif_strerror(any_int)[0] != 0));
	use((uint64_t)(displif_diag_op_name(any_u32)[0] != 0));
}
