/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A device's configuration: connectors added one by one, judged as a whole. */
#include "priv.h"

int displif_cfg_init(struct displif_cfg *cfg, struct displif_connector_cfg *connector, uint32_t cap)
{
	memset(cfg, 0, sizeof(*cfg));
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
	bool good = len < DISPLIF_UNIQUE_ID;
	uint32_t i;

	for (i = 0; i < DISPLIF_UNIQUE_ID - 1u && i < len; i++) {
		char ch = text[i];

		if (ch < ' ' || ch > '~')
			good = false;
		c->unique_id[i] = ch;
	}
	if (good)
		return 0;
	return displif__fail_text(diag, DISPLIF_E_RANGE, DISPLIF_OP_XS_READ, "unique-id", text, len,
				  DISPLIF_UNIQUE_ID - 1u);
}

/* Parsers do not know which connector they work for. */
static int tell(struct displif_diag *diag, uint32_t index, int err)
{
	if (diag)
		diag->connector = index;
	return err;
}

int displif_cfg_add(struct displif_cfg *cfg, uint32_t index, const char *resolution,
		    uint32_t resolution_len, const char *unique_id, uint32_t unique_id_len,
		    struct displif_diag *diag)
{
	struct displif_connector_cfg c = { 0 };
	uint32_t cap = cfg->cap;
	int err;

	if (index != cfg->n)
		return tell(diag, index,
			    displif__fail(diag, DISPLIF_E_INVAL, DISPLIF_OP_CONFIG, "resolution",
					  index, cfg->n));
	if (index >= cap)
		return tell(diag, index,
			    displif__fail(diag, DISPLIF_E_NOSPC, DISPLIF_OP_CONFIG, "resolution",
					  displif__inc32(index), cap));
	err = displif_xs_resolution(resolution, resolution_len, &c.width, &c.height, diag);
	if (!err && unique_id)
		err = read_unique_id(&c, unique_id, unique_id_len, diag);
	if (err)
		return tell(diag, index, err);
	cfg->connector[index] = c;
	cfg->n = index + 1u;
	return 0;
}

int displif_cfg_check(const struct displif_cfg *cfg, struct displif_diag *diag)
{
	if (cfg->n)
		return 0;
	return displif__fail(diag, DISPLIF_E_RANGE, DISPLIF_OP_CONFIG, "0/resolution", 0, 1);
}
