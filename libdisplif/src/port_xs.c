/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The port layer's XenStore side: nodes, transactions that never re-create what was removed, configuration. */
#include "port_priv.h"
#include "text.h"

/* The full path of a node, in path[DISPLIF_XS_PATH]. */
static int compose(const struct displif__call *c, enum displif__node node, char *path)
{
	struct displif__text t;

	memset(path, 0, DISPLIF_XS_PATH);
	displif__text_begin(&t, path, DISPLIF_XS_PATH);
	displif__text_put(&t, c->dir, DISPLIF_XS_PATH);
	displif__text_lit(&t, "/");
	if (c->index != DISPLIF_NO_CONNECTOR) {
		displif__text_number(&t, c->index);
		displif__text_lit(&t, "/");
	}
	displif__text_put(&t, displif__node[node], DISPLIF__NODE_MAX);
	return t.cut ? DISPLIF_E_INVAL : 0;
}

int displif__port_read(const struct displif__call *c, enum displif__node node, uint32_t may,
		       char *buf, uint32_t *len)
{
	char path[DISPLIF_XS_PATH];
	uint32_t got = 0;
	int err;

	*len = 0;
	memset(buf, 0, DISPLIF_XS_TEXT);
	err = compose(c, node, path);
	if (!err)
		err = c->port->ops->xs_read(c->port->ctx, c->tx, path, buf, DISPLIF_XS_TEXT, &got);
	if (!err && got > DISPLIF_XS_TEXT)
		err = DISPLIF_E_RANGE;
	if (err == DISPLIF_E_AGAIN && !c->tx)
		err = DISPLIF_E_OS; /* only a transaction can be repeated */
	if (!err)
		*len = got;
	if ((err == DISPLIF_E_ABSENT && (may & DISPLIF__MAY_BE_ABSENT)) ||
	    (err == DISPLIF_E_RANGE && (may & DISPLIF__MAY_BE_LONG)))
		return 1;
	return displif__port_done(c, err, DISPLIF__OF(XS_READ, node), 0);
}

static int write_text(const struct displif__call *c, enum displif__node node, const char *text)
{
	char path[DISPLIF_XS_PATH];
	int err = compose(c, node, path);

	if (!err)
		err = c->port->ops->xs_write(c->port->ctx, c->tx, path, text);
	return displif__port_done(c, err, DISPLIF__OF(XS_WRITE, node), 0);
}

static DISPLIF__NOINLINE int write_number(const struct displif__call *c, uint32_t node,
					  uint32_t value)
{
	char text[DISPLIF_XS_NUMBER] = { 0 };

	displif_xs_put_u32(text, sizeof(text), value);
	return write_text(c, (enum displif__node)node, text);
}

/* The four transport nodes of connector c->index. */
static int write_link(const struct displif__call *c, const struct displif_link *link)
{
	uint32_t k;
	int err = 0;

	for (k = 0; k < 2 && !err; k++) {
		err = write_number(c, DISPLIF__RING + k, link->gref[k]);
		if (!err)
			err = write_number(c, DISPLIF__CHAN + k, link->evtchn[k]);
	}
	return err;
}

/* The body of the transaction. */
static int write_nodes(struct displif__call *c, const struct displif__nodes *nodes)
{
	char state[DISPLIF_XS_TEXT];
	uint32_t len, i;
	int err;

	/* Writing below a directory that the toolstack removed would bring it back as a ghost. */
	c->index = DISPLIF_NO_CONNECTOR;
	err = displif__port_read(c, DISPLIF__STATE, DISPLIF__MAY_BE_LONG, state, &len);
	if (err >= 0)
		err = write_text(c, nodes->node, nodes->text);
	for (i = 0; i < DISPLIF_MAX_CONNECTORS && i < nodes->n && !err; i++) {
		c->index = i;
		err = write_link(c, &nodes->link[i]);
	}
	return err;
}

int displif__port_commit(struct displif__call *c, const struct displif__nodes *nodes)
{
	const struct displif_port *port = c->port;
	uint32_t i = 0;
	int err, end;

	do {
		err = port->ops->xs_begin(port->ctx, &c->tx);
		if (!err) {
			err = write_nodes(c, nodes);
			end = port->ops->xs_end(port->ctx, c->tx, !err);
			if (!err)
				err = end;
			else if (err != DISPLIF_E_AGAIN)
				return err; /* and told already */
		}
		c->tx = 0;
	} while (err == DISPLIF_E_AGAIN && ++i < DISPLIF_PORT_TX_TRIES);
	return displif__port_done(c, err, DISPLIF__OF(XS_TX, nodes->node), i);
}

static int commit_one(const struct displif_port *port, const char *dir, enum displif__node node,
		      const char *text, struct displif_diag *diag)
{
	struct displif__call c = { port, diag, dir, DISPLIF_NO_CONNECTOR, 0, 0 };
	const struct displif__nodes nodes = { node, text, NULL, 0 };

	return displif__port_commit(&c, &nodes);
}

int displif_port_write_state(const struct displif_port *port, const char *dir, uint32_t state,
			     struct displif_diag *diag)
{
	char text[DISPLIF_XS_NUMBER];

	displif_xs_put_u32(text, sizeof(text), state);
	return commit_one(port, dir, DISPLIF__STATE, text, diag);
}

int displif_port_back_publish(const struct displif_port *port, const char *dir,
			      struct displif_diag *diag)
{
	return commit_one(port, dir, DISPLIF__VERSIONS, "1," XENDISPL_PROTOCOL_VERSION, diag);
}

int displif_port_read_state(const struct displif_port *port, const char *dir, uint8_t *state,
			    struct displif_diag *diag)
{
	struct displif__call c = { port, diag, dir, DISPLIF_NO_CONNECTOR, 0, 0 };
	char text[DISPLIF_XS_TEXT];
	uint32_t len;
	int err;

	err = displif__port_read(&c, DISPLIF__STATE, DISPLIF__MAY_BE_LONG, text, &len);
	*state = displif_xs_state(text, len); /* Unknown if there is nothing */
	return err < 0 ? err : 0;
}

/* Connector c->index: 0 if it was added, 1 if there is none. */
static int add_connector(const struct displif__call *c, struct displif_cfg *cfg)
{
	char resolution[DISPLIF_XS_TEXT], id[DISPLIF_XS_TEXT];
	uint32_t len, id_len;
	int err;

	err = displif__port_read(c, DISPLIF__RESOLUTION, DISPLIF__MAY_BE_ABSENT, resolution, &len);
	if (err)
		return err;
	err = displif__port_read(c, DISPLIF__UNIQUE_ID, DISPLIF__MAY_BE_ABSENT, id, &id_len);
	if (err < 0)
		return err;
	return displif_cfg_add(cfg, c->index, resolution, len, id, id_len, c->diag);
}

int displif__port_config(struct displif__call *c, struct displif_cfg *cfg)
{
	char text[DISPLIF_XS_TEXT];
	uint32_t len;
	int err;

	err = displif__port_read(c, DISPLIF__BE_ALLOC,
				 DISPLIF__MAY_BE_ABSENT | DISPLIF__MAY_BE_LONG, text, &len);
	/* Only "1" is true; what is absent or too long is not "1". */
	cfg->be_alloc = displif_xs_be_alloc(text, len);
	if (err > 0)
		err = 0;
	for (c->index = 0; c->index <= DISPLIF_MAX_CONNECTORS && !err; c->index++)
		err = add_connector(c, cfg);
	return err < 0 ? err : displif_cfg_check(cfg, c->diag);
}
