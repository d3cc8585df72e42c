/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the port layer's files share: calls of the port with a diagnosis, nodes, transactions, links. */
#ifndef DISPLIF_PORT_PRIV_H
#define DISPLIF_PORT_PRIV_H

#include "priv.h"

/* What most calls have in common; lives on the stack of the public function. */
struct displif__call {
	const struct displif_port *port;
	struct displif_diag *diag;
	const char *dir; /* of the nodes that are read or written */
	uint32_t index;	 /* connector, or DISPLIF_NO_CONNECTOR for the device's own nodes */
	uint32_t tx;	 /* transaction, or 0 */
	uint16_t dom;	 /* the peer */
};

/* A mapping. */
struct displif__mapped {
	void *va, *map;
};

/* Fills the diagnosis and returns @err, which any glue may have invented: an error of the list comes out. */
int displif__port_fail(const struct displif__call *c, int err, uint32_t of, uint64_t value,
		       uint64_t limit);

/* The same if @err is not 0. AGAIN of a transaction leaves the diagnosis alone: it is repeated. */
int displif__port_done(const struct displif__call *c, int err, uint32_t of, uint64_t value);

/* The operations of the port; @node (enum displif__node) says for what. Out parameters are written always, and mean nothing on failure. */
int displif__port_share(const struct displif__call *c, uint32_t n, void **va, uint32_t *gref,
			uint32_t node);
int displif__port_map(const struct displif__call *c, const uint32_t *gref, uint32_t n,
		      uint32_t flags, struct displif__mapped *m, uint32_t node);
int displif__port_unmap(const struct displif__call *c, const struct displif__mapped *m);
/* Both channels of a link: bound to link->evtchn[], or unbound where that is 0. */
int displif__port_open(const struct displif__call *c, struct displif_link *link, void *const *tag);

/* What is no error for displif__port_read(). */
#define DISPLIF__MAY_BE_ABSENT 1u
#define DISPLIF__MAY_BE_LONG 2u

/* Reads a node to buf[DISPLIF_XS_TEXT]; *len is at most that. 1, and an empty text, for what is no error. */
int displif__port_read(const struct displif__call *c, enum displif__node node, uint32_t may,
		       char *buf, uint32_t *len);

/* What one transaction writes: a node of the device, and the transport nodes of @n links. */
struct displif__nodes {
	enum displif__node node;
	const char *text;
	const struct displif_link *link;
	uint32_t n;
};

/* Writes them in one transaction, repeated while it conflicts. ABSENT if the directory was removed. */
int displif__port_commit(struct displif__call *c, const struct displif__nodes *nodes);

/* be-alloc and the connectors, as the toolstack wrote them. */
int displif__port_config(struct displif__call *c, struct displif_cfg *cfg);

/* Closes the channels of @n links, unmaps their pages or unshares those that no mapping has. */
void displif__port_close(const struct displif_port *port, struct displif_link *link, uint32_t n);

#endif
