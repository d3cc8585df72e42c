/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * hostile-backend: serves one device as a backend does, and answers as none may. It maps the rings
 * through the port layer and writes raw bytes. Buffers it never looks at, unless an attack wants them.
 */
#ifndef HOSTILE_BACKEND_H
#define HOSTILE_BACKEND_H

#include <displif-xen.h>
#include <xenstore.h>

#include "cli.h"
#include "raw.h"

#define HB_CONNECTORS 8u
#define HB_PEND 64u
#define HB_DBUFS 16u
#define HB_PAGES 16384u /* of the largest buffer that is mapped */

struct hb;

struct hb_attack {
	const char *name;
	/* A request came; NULL: hb_honest(). */
	void (*request)(struct hb *h, uint32_t conn, uint16_t id, const struct displif_msg *msg);
	/* Again and again, connected. */
	void (*idle)(struct hb *h);
	/* After state 2 was written, instead of waiting for a connection. */
	void (*offer)(struct hb *h);
	const char *what;
};

struct hb {
	struct displif_xen *xen;
	struct displif_port port;
	struct xs_handle *xs;
	uint16_t own, domid;
	uint32_t dev;
	char dir[DISPLIF_XS_PATH], fe_dir[DISPLIF_XS_PATH];
	uint32_t n; /* connectors */

	bool up;
	struct displif_link link[HB_CONNECTORS];
	struct displif_back back[HB_CONNECTORS]; /* what binding wants; never used */
	struct displif_guest guest;
	struct displif_dbuf dbuf[HB_DBUFS];
	struct displif_fb fb[HB_DBUFS];
	uint64_t pend[HB_CONNECTORS * HB_PEND];
	struct {
		uint32_t req, rsp, evt; /* our indices */
		uint16_t id;		/* of the next event */
		uint64_t fb;		/* flipped last */
	} at[HB_CONNECTORS];
	struct displif_scratch scratch;

	const struct hb_attack *attack;
	uint64_t random;
	uint32_t seconds, step;
	uint64_t requests, answers, events, notifies, writes, connects;
};

/* --- backend_link.c --- */

uint32_t hb_random(struct hb *h, uint32_t below);
bool hb_open(struct hb *h, uint32_t domid, uint32_t dev);
void hb_close(struct hb *h);
/* Offers the device and waits at most @ms for a frontend; then state 4. */
bool hb_connect(struct hb *h, uint32_t ms);
/* Unmaps all, without a word. */
void hb_drop(struct hb *h);
uint8_t hb_peer(struct hb *h);
/* Raw, whatever it is, even if the node is not there. */
void hb_write(struct hb *h, const char *leaf, const char *value);
void hb_remove(struct hb *h, const char *leaf);
void hb_state(struct hb *h, uint32_t state);

/* Puts an answer into the ring and moves the index. */
void hb_answer(struct hb *h, uint32_t conn, uint16_t id, uint8_t op, int32_t status, uint32_t edid);
/* The same for an event; false: no room. */
bool hb_event(struct hb *h, uint32_t conn, uint16_t id, uint8_t type, uint64_t fb);
void hb_notify(struct hb *h, uint32_t conn, enum displif_chan chan);
/* What a sane backend answers: success, and the event of a flip. */
void hb_honest(struct hb *h, uint32_t conn, uint16_t id, const struct displif_msg *msg);
/* Serves what lies in the rings. False: nothing did. */
bool hb_serve(struct hb *h);

/* --- backend_attack.c --- */

extern const struct hb_attack hb_attacks[];
extern const uint32_t hb_n_attacks;

#endif
