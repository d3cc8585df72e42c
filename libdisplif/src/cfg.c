/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A device's configuration: connectors added one by one, judged as a whole. */
#include "priv.h"

int displif_cfg_init(struct displif_cfg *cfg, struct displif_connector_cfg *connector, uint32_t cap)
{
	*cfg = (struct displif_cfg){ 0 };
	cfg->connector = connector;
	cfg->version = 1;
	if (!connector || !cap || cap > DISPLIF_MAX_CONNECTORS)
		return DISPLIF_E_INVAL;
	cfg->cap = cap;
	memset(connector, 0, cap * sizeof(*connector));
	return 0;
}

/* Copies a unique-id, which ends up in logs and titles, so only printable ASCII. */
static int read_unique_id(struct displif_connector_cfg *c, const char *text, uint32_t len,
			  struct displif_diag *diag)
{
	uint32_t i;

	for (i = 0; i < DISPLIF_UNIQUE_ID - 1u && i < len; i++) {
		char ch = text[i];

		if (ch < ' ' || ch > '~')
			break;
		c->unique_id[i] = ch;
	}
	c->unique_id[i] = 0;
	if (i == len)
		return 0;
	c->unique_id[0] = 0;
	return displif__fail_text(diag, DISPLIF_E_RANGE, DISPLIF__OF(XS_READ, DISPLIF__UNIQUE_ID),
				  text, len, DISPLIF_UNIQUE_ID - 1u);
}

int displif_cfg_add(struct displif_cfg *cfg, uint32_t index, const char *resolution,
		    uint32_t resolution_len, const char *unique_id, uint32_t unique_id_len,
		    struct displif_diag *diag)
{
	const uint32_t of = DISPLIF__OF(CONFIG, DISPLIF__RESOLUTION);
	struct displif_connector_cfg *c;
	uint32_t width, height, cap = cfg->cap;
	int err;

	if (index != cfg->n) {
		err = displif__fail(diag, DISPLIF_E_INVAL, of, index, cfg->n);
	} else if (index >= cap) {
		err = displif__fail(diag, DISPLIF_E_NOSPC, of, displif__inc32(index), cap);
	} else {
		c = &cfg->connector[index];
		err = displif_xs_resolution(resolution, resolution_len, &width, &height, diag);
		if (!err && unique_id)
			err = read_unique_id(c, unique_id, unique_id_len, diag);
		if (!err) {
			c->width = width;
			c->height = height;
			cfg->n = index + 1u;
			return 0;
		}
	}
	if (diag)
		diag->connector = index; /* parsers do not know which one they work for */
	return err;
}

int displif_cfg_check(const struct displif_cfg *cfg, struct displif_diag *diag)
{
	if (cfg->n)
		return 0;
	return displif__fail(diag, DISPLIF_E_RANGE, DISPLIF__OF(CONFIG, DISPLIF__FIRST_RESOLUTION),
			     0, 1);
}
