/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The toolstack: a device's directories with the nodes and permissions that
 * xl gives them. The guest owns its directory and may change or replace nearly
 * everything in it; connectors' leaves belong to the backend, but the
 * directory around them is the guest's.
 */
#include "fake_priv.h"

#define FAKE_DIR 80u

static void back_dir(char *buf, uint16_t backend, uint16_t frontend, uint32_t devid)
{
	snprintf(buf, FAKE_DIR, "/local/domain/%u/backend/vdispl/%u/%u", backend, frontend, devid);
}

static void front_dir(char *buf, uint16_t frontend, uint32_t devid)
{
	snprintf(buf, FAKE_DIR, "/local/domain/%u/device/vdispl/%u", frontend, devid);
}

/* An attach being written, and whose nodes they are. */
struct attach {
	struct fake_dom *dom0;
	uint32_t tx;
	const char *dir;
	uint16_t owner, reader;
	int err;
};

/* One node: its owner may do everything, one other domain may read it. */
static void put(struct attach *a, const char *leaf, const char *text)
{
	char path[2 * FAKE_DIR];

	snprintf(path, sizeof(path), "%s%s%s", a->dir, *leaf ? "/" : "", leaf);
	if (!a->err)
		a->err = fake_xs_puts(a->dom0, a->tx, path, text);
	if (!a->err)
		a->err = fake_xs_perms(a->dom0, a->tx, path, a->owner, FAKE_PERM_NONE, a->reader,
				       FAKE_PERM_READ);
}

static void put_num(struct attach *a, const char *leaf, uint32_t value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	put(a, leaf, text);
}

/* "id0:1920x1080;id1:800x600" */
static void put_connectors(struct attach *a, const char *text)
{
	char leaf[32], item[256], *colon;
	uint32_t i;
	size_t len;

	for (i = 0; *text && !a->err; i++) {
		len = strcspn(text, ";");
		if (len >= sizeof(item)) {
			a->err = DISPLIF_E_INVAL;
			return;
		}
		memcpy(item, text, len);
		item[len] = '\0';
		text += len + (text[len] == ';');
		colon = strrchr(item, ':');
		if (!colon) {
			a->err = DISPLIF_E_INVAL;
			return;
		}
		*colon = '\0';
		snprintf(leaf, sizeof(leaf), "%u/unique-id", i);
		put(a, leaf, item);
		snprintf(leaf, sizeof(leaf), "%u/resolution", i);
		put(a, leaf, colon + 1);
	}
}

int fake_toolstack_attach(struct fake_world *w, uint16_t backend, uint16_t frontend, uint32_t devid,
			  bool be_alloc, const char *connectors)
{
	struct fake_dom *dom0 = fake_dom_get(w, 0);
	char back[FAKE_DIR], front[FAKE_DIR];
	struct attach a = { .dom0 = dom0 };

	back_dir(back, backend, frontend, devid);
	front_dir(front, frontend, devid);
	a.err = fake_xs_begin(dom0, &a.tx);
	if (a.err)
		return a.err;
	fake_xs_rm(dom0, a.tx, front);
	fake_xs_rm(dom0, a.tx, back);

	a.dir = front;
	a.owner = frontend;
	a.reader = backend;
	put(&a, "", "");
	put(&a, "backend", back);
	put_num(&a, "backend-id", backend);
	put(&a, "state", "1");
	a.owner = backend;
	a.reader = frontend;
	put(&a, "be-alloc", be_alloc ? "1" : "0");
	put_connectors(&a, connectors);

	a.dir = back;
	put(&a, "", "");
	put(&a, "frontend", front);
	put_num(&a, "frontend-id", frontend);
	put(&a, "online", "1");
	put(&a, "state", "1");
	if (a.err) {
		fake_xs_end(dom0, a.tx, false);
		return a.err;
	}
	return fake_xs_end(dom0, a.tx, true);
}

int fake_toolstack_detach(struct fake_world *w, uint16_t backend, uint16_t frontend, uint32_t devid)
{
	struct fake_dom *dom0 = fake_dom_get(w, 0);
	char back[FAKE_DIR], path[2 * FAKE_DIR];
	uint32_t tx;
	int err;

	back_dir(back, backend, frontend, devid);
	if (fake_toolstack_back_state(w, backend, frontend, devid) < 0)
		return DISPLIF_E_ABSENT;
	err = fake_xs_begin(dom0, &tx);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/online", back);
	fake_xs_puts(dom0, tx, path, "0");
	snprintf(path, sizeof(path), "%s/state", back);
	fake_xs_puts(dom0, tx, path, "5");
	return fake_xs_end(dom0, tx, true);
}

void fake_toolstack_remove(struct fake_world *w, uint16_t backend, uint16_t frontend,
			   uint32_t devid)
{
	struct fake_dom *dom0 = fake_dom_get(w, 0);
	char path[FAKE_DIR];

	front_dir(path, frontend, devid);
	fake_xs_rm(dom0, 0, path);
	back_dir(path, backend, frontend, devid);
	fake_xs_rm(dom0, 0, path);
}

void fake_toolstack_destroy(struct fake_world *w, uint16_t backend, uint16_t frontend,
			    uint32_t devid)
{
	struct fake_dom *d = fake_dom_get(w, frontend);
	char path[FAKE_DIR];

	front_dir(path, frontend, devid);
	fake_xs_rm(fake_dom_get(w, 0), 0, path);
	fake_toolstack_detach(w, backend, frontend, devid);
	if (d)
		fake_dom_kill(d);
}

static int state_of(struct fake_world *w, const char *dir)
{
	char path[2 * FAKE_DIR];

	snprintf(path, sizeof(path), "%s/state", dir);
	return (int)fake_xs_num(fake_dom_get(w, 0), path);
}

int fake_toolstack_back_state(struct fake_world *w, uint16_t backend, uint16_t frontend,
			      uint32_t devid)
{
	char dir[FAKE_DIR];

	back_dir(dir, backend, frontend, devid);
	return state_of(w, dir);
}

int fake_toolstack_front_state(struct fake_world *w, uint16_t frontend, uint32_t devid)
{
	char dir[FAKE_DIR];

	front_dir(dir, frontend, devid);
	return state_of(w, dir);
}
