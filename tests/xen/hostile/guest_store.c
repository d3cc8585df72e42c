/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a guest can do to its nodes in XenStore. */
#include "guest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
#define NODES_MOST 1200u

static const char *const states[] = { "0", "1",	 "2",	"3",  "4",	    "5",  "6", "7", "8",
				      "9", "15", "255", "-1", "4294967297", "3x", "x", "" };
static const char *const values[] = { "",
				      "0",
				      "-1",
				      "4294967295",
				      "99999999999",
				      "x",
				      "1 ",
				      "640x480",
				      "99999x1",
				      "0x0",
				      "/local/domain/0/backend/vdispl/999/0",
				      "/local/domain/0/device/vdispl/0" };
static const char *const transport[] = { "req-ring-ref", "evt-ring-ref", "req-event-channel",
					 "evt-event-channel" };

/* Whether it is allowed is XenStore's business. */
static void put(struct hg *h, const char *leaf, const char *value)
{
	char path[2 * DISPLIF_XS_PATH];

	snprintf(path, sizeof(path), "%s/%s", h->dir, leaf);
	h->writes += xs_write(h->xs, XBT_NULL, path, value, (unsigned int)strlen(value));
}

static void take_away(struct hg *h, const char *leaf)
{
	char path[2 * DISPLIF_XS_PATH];

	snprintf(path, sizeof(path), "%s/%s", h->dir, leaf);
	h->writes += xs_rm(h->xs, XBT_NULL, path);
}

static char *get(struct hg *h, const char *leaf)
{
	char path[2 * DISPLIF_XS_PATH];
	unsigned int len;

	snprintf(path, sizeof(path), "%s/%s", h->dir, leaf);
	return xs_read(h->xs, XBT_NULL, path, &len);
}

/* --- states --- */

/* All values, then as fast as they can be written, with whatever rings there are. */
static void toggle(struct hg *h)
{
	for (size_t i = 0; i < ELEMENTS(states); i++) {
		put(h, "state", states[i]);
		usleep(20000);
	}
	h->began = hg_now();
	for (uint64_t i = 0; hg_more(h, i); i++)
		put(h, "state", states[hg_random(h, ELEMENTS(states))]);
}

bool hg_states(struct hg *h)
{
	hg_leave(h);
	toggle(h);
	return hg_connect(h) && hg_sane(h);
}

bool hg_states_connected(struct hg *h)
{
	if (!hg_connect(h))
		return false;
	toggle(h);
	return hg_again(h) && hg_sane(h);
}

/* As many writes, of a node that nobody watches: what XenStore alone costs everybody. */
bool hg_hammer(struct hg *h)
{
	h->began = hg_now();
	for (uint64_t i = 0; hg_more(h, i); i++)
		put(h, "nothing", states[hg_random(h, ELEMENTS(states))]);
	take_away(h, "nothing");
	return true;
}

/* --- nodes --- */

static const char *const nodes[] = { "backend",
				     "backend-id",
				     "be-alloc",
				     "version",
				     "0/resolution",
				     "0/unique-id",
				     "0/req-ring-ref",
				     "0/evt-ring-ref",
				     "0/req-event-channel",
				     "0/evt-event-channel",
				     "1/resolution",
				     "1/unique-id",
				     "1/req-ring-ref" };

/* Each node rewritten, removed and made again, while all is connected. */
bool hg_nodes(struct hg *h)
{
	char *old[ELEMENTS(nodes)];
	bool ok = hg_connect(h);

	if (!ok)
		return false;
	for (size_t i = 0; i < ELEMENTS(nodes); i++)
		old[i] = get(h, nodes[i]);
	for (size_t i = 0; i < ELEMENTS(nodes); i++) {
		for (size_t v = 0; v < ELEMENTS(values); v++)
			if (hg_next(h))
				put(h, nodes[i], values[v]);
		take_away(h, nodes[i]);
		put(h, nodes[i], values[i % ELEMENTS(values)]);
		if (hg_backend_state(h) != DISPLIF_XB_CONNECTED)
			ok = hg_again(h) && ok;
	}
	take_away(h, "0");
	take_away(h, "1");
	ok = hg_sane(h) && ok;
	for (size_t i = 0; i < ELEMENTS(nodes); i++) {
		if (old[i])
			put(h, nodes[i], old[i]);
		else
			take_away(h, nodes[i]);
		free(old[i]);
	}
	return ok && hg_again(h) && hg_sane(h);
}

/* --- connecting --- */

/* State 3 over a transport that is wrong in one node. True if the backend did not connect. */
static bool refuses(struct hg *h, uint32_t conn, const char *leaf, const char *value)
{
	char name[64];
	bool refused;

	if (!hg_next(h))
		return true;
	hg_leave(h);
	hg_set_state(h, DISPLIF_XB_INITIALISING);
	if (!hg_await(h, 1u << DISPLIF_XB_INIT_WAIT, HG_PATIENCE_MS)) {
		cli_error("before %s = %s: the backend is in state %u", leaf, value,
			  hg_backend_state(h));
		return false;
	}
	if (!hg_publish(h))
		return false;
	snprintf(name, sizeof(name), "%u/%s", conn, leaf);
	if (value)
		put(h, name, value);
	else
		take_away(h, name);
	hg_set_state(h, DISPLIF_XB_INITIALISED);
	refused = !hg_await(h, 1u << DISPLIF_XB_CONNECTED, 100);
	if (!refused)
		cli_error("%s = \"%s\": the backend connected", name, value ? value : "(removed)");
	h->refused += refused;
	return refused;
}

static bool refuses_number(struct hg *h, uint32_t conn, const char *leaf, uint32_t value)
{
	char text[DISPLIF_XS_NUMBER];

	displif_xs_put_u32(text, sizeof(text), value);
	return refuses(h, conn, leaf, text);
}

bool hg_connecting(struct hg *h)
{
	static const char *const bad[] = { "",	  "-1", "x", "4294967295", "99999999999",
					   "0x8", "8 ", NULL };
	uint32_t gref = 0, conn = 0, bound, local;
	bool ok = true;
	void *va, *chan;

	for (size_t i = 0; i < ELEMENTS(transport); i++) {
		for (size_t v = 0; v < ELEMENTS(bad); v++)
			ok &= refuses(h, (uint32_t)(i + v) % 2, transport[i], bad[v]);
		if (i >= 2) /* a reference 0 is one, if an odd one; no port is 0 */
			ok &= refuses_number(h, conn, transport[i], 0);
	}
	/* A ring that is read-only, one that is shared with another domain, one that is used up. */
	if (!h->port.ops->share(h->port.ctx, h->backend, 1, 0, &va, &gref)) {
		ok &= refuses_number(h, conn, "req-ring-ref", gref);
		ok &= refuses_number(h, conn, "evt-ring-ref", gref);
		h->port.ops->unshare(h->port.ctx, va, &gref, 1);
	}
	if (!h->port.ops->share(h->port.ctx, 0x7000, 1, DISPLIF_PORT_WRITE, &va, &gref)) {
		ok &= refuses_number(h, conn, "req-ring-ref", gref);
		h->port.ops->unshare(h->port.ctx, va, &gref, 1);
	}
	if (!h->port.ops->share(h->port.ctx, h->backend, 1, DISPLIF_PORT_WRITE, &va, &gref)) {
		memset(va, 0xff, DISPLIF_PAGE_SIZE);
		ok &= refuses_number(h, conn, "req-ring-ref", gref);
		((uint32_t *)va)[0] = 5;
		ok &= refuses_number(h, conn, "evt-ring-ref", gref);
		h->port.ops->unshare(h->port.ctx, va, &gref, 1);
	}
	/* A port of ours that is for another domain, and our own console's. */
	if (!h->port.ops->chan_open(h->port.ctx, 0x7000, 0, NULL, &local, &chan)) {
		bound = local;
		ok &= refuses_number(h, conn, "req-event-channel", bound);
		h->port.ops->chan_close(h->port.ctx, chan);
	}
	ok &= refuses_number(h, conn, "evt-event-channel", 1);
	ok &= refuses_number(h, conn, "req-event-channel", 131071);
	return hg_again(h) && hg_sane(h) && ok;
}

/* --- more than there should be --- */

/* Connectors until XenStore refuses; a backend that starts now finds them all. */
bool hg_quota_of_nodes(struct hg *h)
{
	char name[32];
	uint32_t i;

	hg_leave(h);
	for (i = 2; i < NODES_MOST; i++) {
		uint64_t before = h->writes;

		snprintf(name, sizeof(name), "%u/resolution", i);
		put(h, name, "64x64");
		if (h->writes == before)
			break;
	}
	printf("  connectors made: %u\n", i - 2);
	return i > 100 && i < NODES_MOST;
}

/* The device's directory, piece by piece and at once. There is no display afterwards. */
bool hg_remove(struct hg *h)
{
	hg_connect(h);
	take_away(h, "state");
	usleep(200000);
	put(h, "state", "3");
	usleep(200000);
	put(h, "state", "1");
	usleep(200000);
	take_away(h, "backend");
	if (xs_rm(h->xs, XBT_NULL, h->dir))
		h->writes++;
	usleep(200000);
	put(h, "state", "1");
	put(h, "0/resolution", "640x480");
	put(h, "backend", h->backend_dir);
	usleep(200000);
	put(h, "state", "3");
	usleep(500000);
	if (hg_backend_state(h) == DISPLIF_XB_CONNECTED) {
		cli_error("the backend connected to nodes without rings");
		return false;
	}
	hg_drop(h);
	return true;
}
