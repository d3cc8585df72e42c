/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Connectors, as the toolstack configured them, and their rings. With the device's lock. */
#include "displif_var.h"

void dfb_rings_drop(struct dfb_dev *dd)
{
	uint32_t i;

	for (i = 0; i < dd->n_conn; i++) {
		mtx_lock(&dd->conn[i]->mtx);
		dd->conn[i]->front = NULL;
		dd->conn[i]->link = NULL;
		mtx_unlock(&dd->conn[i]->mtx);
	}
	free(dd->link, M_DISPLIF);
	free(dd->front, M_DISPLIF);
	free(dd->tag_ptr, M_DISPLIF);
	dd->link = NULL;
	dd->front = NULL;
	dd->tag_ptr = NULL;
}

static void make_rings(struct dfb_dev *dd, uint32_t n)
{
	uint32_t i;

	dd->link = mallocarray(n, sizeof(*dd->link), M_DISPLIF, M_WAITOK | M_ZERO);
	dd->front = mallocarray(n, sizeof(*dd->front), M_DISPLIF, M_WAITOK | M_ZERO);
	dd->tag_ptr = mallocarray(2 * n, sizeof(*dd->tag_ptr), M_DISPLIF, M_WAITOK | M_ZERO);
	for (i = 0; i < n; i++) {
		struct dfb_conn *cn = dd->conn[i];

		mtx_lock(&cn->mtx);
		cn->front = &dd->front[i];
		cn->link = &dd->link[i];
		mtx_unlock(&cn->mtx);
		dd->tag_ptr[2 * i] = &cn->tag[0];
		dd->tag_ptr[2 * i + 1] = &cn->tag[1];
	}
}

static struct dfb_conn *new_conn(struct dfb_dev *dd, uint32_t index)
{
	struct dfb_conn *cn = malloc(sizeof(*cn), M_DISPLIF, M_WAITOK | M_ZERO);

	cn->dd = dd;
	cn->index = index;
	mtx_init(&cn->mtx, "displif connector", NULL, MTX_DEF);
	cn->tag[0] = (struct dfb_tag){ cn, DISPLIF_CHAN_REQ };
	cn->tag[1] = (struct dfb_tag){ cn, DISPLIF_CHAN_EVT };
	return cn;
}

/* Connectors keep what is wanted of them over connections. */
static void make_connectors(struct dfb_dev *dd, const struct displif_cfg *cfg)
{
	struct displif_plan_conn *mode, *old = dd->mode;
	uint32_t i;

	if (cfg->n > dd->n_conn) {
		mode = mallocarray(cfg->n, sizeof(*mode), M_DISPLIF, M_WAITOK | M_ZERO);
		if (dd->n_conn)
			memcpy(mode, old, dd->n_conn * sizeof(*mode));
		dd->mode = mode;
		free(old, M_DISPLIF);
		for (i = dd->n_conn; i < cfg->n; i++)
			dd->conn[i] = new_conn(dd, i);
		dd->n_conn = cfg->n;
		displif_plan_connectors(&dd->plan, mode, cfg->n);
	}
	for (i = 0; i < cfg->n; i++) {
		dd->conn[i]->width = cfg->connector[i].width;
		dd->conn[i]->height = cfg->connector[i].height;
		memcpy(dd->conn[i]->unique_id, cfg->connector[i].unique_id,
		       sizeof(dd->conn[i]->unique_id));
	}
}

int dfb_configure(struct dfb_dev *dd, struct displif_cfg *cfg)
{
	struct displif_connector_cfg *connector =
		mallocarray(DISPLIF_MAX_CONNECTORS, sizeof(*connector), M_DISPLIF, M_WAITOK);
	struct displif_diag diag = { 0 };
	int err;

	displif_cfg_init(cfg, connector, DISPLIF_MAX_CONNECTORS);
	err = displif_port_front_config(&dd->port, dd->dir, dd->backend_dir, cfg, &diag);
	if (err)
		dfb_fail(dd, "reading the configuration", err, &diag);
	else {
		make_connectors(dd, cfg);
		dd->be_alloc = cfg->be_alloc;
	}
	cfg->connector = NULL;
	free(connector, M_DISPLIF);
	return err;
}

int dfb_publish(struct dfb_dev *dd)
{
	static const struct displif_front_cfg front_cfg = {
		.timeout_ms = DFB_ANSWER_MS, .look_ms = 100, .max_lost = 8, .reserve = 4
	};
	struct displif_diag diag = { 0 };
	struct displif_cfg cfg;
	int err = dfb_configure(dd, &cfg);

	if (err)
		return err;
	make_rings(dd, cfg.n);
	err = displif_port_front_publish(&dd->port, dd->dir, dd->backend, &cfg, &front_cfg,
					 dd->link, dd->front, dd->tag_ptr, &diag);
	if (err) {
		dfb_fail(dd, "publishing the rings", err, &diag);
		dfb_rings_drop(dd);
		return err;
	}
	dd->n = cfg.n;
	return 0;
}
