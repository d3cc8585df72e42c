/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* XenStore: reading, writing, transactions, listing, what is known of domains. */
#include "xen_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In messages. */
static const char *tx_text(uint32_t tx)
{
	return tx ? ", in a transaction" : "";
}

int displif__xen_xs_begin(void *ctx, uint32_t *tx)
{
	struct displif_xen *xen = ctx;

	*tx = xs_transaction_start(xen->xs);
	if (*tx != XBT_NULL)
		return 0;
	displif__xen_log(xen, DISPLIF_XEN_ERROR, "xs_transaction_start(): %s%s", strerror(errno),
			 displif__xen_hint_tx(errno));
	return DISPLIF_E_OS;
}

int displif__xen_xs_end(void *ctx, uint32_t tx, bool commit)
{
	struct displif_xen *xen = ctx;

	if (xs_transaction_end(xen->xs, tx, !commit))
		return 0;
	if (errno == EAGAIN)
		return DISPLIF_E_AGAIN;
	displif__xen_log(xen, DISPLIF_XEN_ERROR, "xs_transaction_end(%s): %s%s",
			 commit ? "commit" : "abandon", strerror(errno),
			 displif__xen_hint_tx(errno));
	return DISPLIF_E_OS;
}

int displif__xen_xs_read(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap,
			 uint32_t *len)
{
	struct displif_xen *xen = ctx;
	unsigned int n = 0;
	char *text;

	*len = 0;
	text = xs_read(xen->xs, tx, path, &n);
	if (!text) {
		if (errno == ENOENT)
			return DISPLIF_E_ABSENT;
		/* A guest that asks for a node that was removed below a folder it may not read. */
		if (errno == EACCES) {
			displif__xen_log(xen, DISPLIF_XEN_DEBUG, "xs_read(%s%s): %s: as if it were absent",
					 path, tx_text(tx), strerror(errno));
			return DISPLIF_E_ABSENT;
		}
		displif__xen_log(xen, DISPLIF_XEN_ERROR, "xs_read(%s%s): %s", path, tx_text(tx),
				 strerror(errno));
		return DISPLIF_E_OS;
	}
	if (n > cap) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR,
				 "xs_read(%s%s): %u bytes, more than the %u that are allowed", path,
				 tx_text(tx), n, cap);
		free(text);
		return DISPLIF_E_RANGE;
	}
	memcpy(buf, text, n);
	*len = n;
	free(text);
	return 0;
}

int displif__xen_xs_write(void *ctx, uint32_t tx, const char *path, const char *text)
{
	struct displif_xen *xen = ctx;

	if (xs_write(xen->xs, tx, path, text, (unsigned int)strlen(text)))
		return 0;
	displif__xen_log(xen, DISPLIF_XEN_ERROR, "xs_write(%s%s): %s%s", path, tx_text(tx),
			 strerror(errno), displif__xen_hint_write(errno));
	return DISPLIF_E_OS;
}

int displif_xen_list(struct displif_xen *xen, const char *path, char ***names, uint32_t *n)
{
	unsigned int count = 0;

	*n = 0;
	*names = xs_directory(xen->xs, XBT_NULL, path, &count);
	if (*names) {
		*n = count;
		return 0;
	}
	if (errno == ENOENT)
		return DISPLIF_E_ABSENT;
	displif__xen_log(xen, DISPLIF_XEN_ERROR, "xs_directory(%s): %s", path, strerror(errno));
	return DISPLIF_E_OS;
}

int displif_xen_domid(struct displif_xen *xen, uint16_t *domid)
{
	char text[16], *end;
	unsigned long value;
	uint32_t len;
	int err;

	*domid = 0;
	err = displif__xen_xs_read(xen, 0, "domid", text, sizeof(text) - 1, &len);
	if (err)
		return err;
	text[len] = '\0';
	value = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || end != text + len || value >= DOMID_FIRST_RESERVED) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR, "xs_read(domid): not a domain's number");
		return DISPLIF_E_RANGE;
	}
	*domid = (uint16_t)value;
	return 0;
}

bool displif_xen_domain_exists(struct displif_xen *xen, uint16_t domid)
{
	return xs_is_domain_introduced(xen->xs, domid);
}
