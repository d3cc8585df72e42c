/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The guest's tables of display buffers and framebuffers, and its quota. */
#include "back_priv.h"

int displif_guest_init(struct displif_guest *guest, const struct displif_quota *quota,
		       struct displif_dbuf *dbuf, uint32_t n_dbuf, struct displif_fb *fb,
		       uint32_t n_fb)
{
	*guest = (struct displif_guest){ 0 };
	guest->quota = *quota;
	guest->dbuf = dbuf;
	guest->fb = fb;
	if (n_dbuf < 1 || n_dbuf > DISPLIF_GUEST_MAX_DBUFS || n_fb < 1 ||
	    n_fb > DISPLIF_GUEST_MAX_FBS || quota->requests_per_irq < 1 ||
	    quota->requests_per_irq > 1024 || quota->stride_rule > DISPLIF_PAGE_SIZE ||
	    (quota->stride_rule && quota->stride_rule & (quota->stride_rule - 1u)))
		return DISPLIF_E_INVAL;
	guest->n_dbuf = n_dbuf;
	guest->n_fb = n_fb;
	displif_guest_reset(guest);
	return 0;
}

void displif_guest_reset(struct displif_guest *guest)
{
	memset(guest->dbuf, 0, guest->n_dbuf * sizeof(guest->dbuf[0]));
	memset(guest->fb, 0, guest->n_fb * sizeof(guest->fb[0]));
	guest->pages = 0;
}

struct displif_dbuf *displif_guest_dbuf(struct displif_guest *guest, uint32_t nth)
{
	uint32_t i, n = 0;

	for (i = 0; i < guest->n_dbuf; i++) {
		if (guest->dbuf[i].state == DISPLIF_ENTRY_FREE)
			continue;
		if (n == nth)
			return &guest->dbuf[i];
		n = displif__inc32(n);
	}
	return NULL;
}

struct displif_fb *displif_guest_fb(struct displif_guest *guest, const struct displif_dbuf *dbuf,
				    uint32_t nth)
{
	uint32_t i, n = 0;

	for (i = 0; i < guest->n_fb; i++) {
		if (guest->fb[i].state == DISPLIF_ENTRY_FREE || (dbuf && guest->fb[i].dbuf != dbuf))
			continue;
		if (n == nth)
			return &guest->fb[i];
		n = displif__inc32(n);
	}
	return NULL;
}

/* The entry that bears the cookie, or a free one for cookie 0; its index, or n_dbuf. */
static uint32_t find_dbuf(const struct displif_guest *guest, uint64_t cookie)
{
	uint32_t i;

	for (i = 0; i < guest->n_dbuf; i++) {
		if (guest->dbuf[i].cookie == cookie)
			break;
	}
	return i;
}

static uint32_t find_fb(const struct displif_guest *guest, uint64_t cookie)
{
	uint32_t i;

	for (i = 0; i < guest->n_fb; i++) {
		if (guest->fb[i].cookie == cookie)
			break;
	}
	return i;
}

/* Whether a buffer's own geometry makes sense; an import has none yet. */
static int32_t judge_geometry(const struct displif_guest *guest, const struct displif_msg *msg)
{
	struct displif_geometry g = { msg->width, msg->height,	 msg->bpp,
				      msg->size,  msg->data_ofs, guest->quota.stride_rule };
	uint32_t stride;

	if (msg->width == 0 && msg->height == 0 && msg->bpp == 0) {
		if (msg->flags & XENDISPL_DBUF_FLG_REQ_ALLOC || msg->data_ofs >= msg->size)
			return -DISPLIF_XEN_EINVAL;
		return 0;
	}
	return displif_stride(&g, &stride, NULL) ? -DISPLIF_XEN_EINVAL : 0;
}

static int32_t judge_create(struct displif_guest *guest, struct displif_back_req *req,
			    struct displif_back_pick *pick)
{
	const struct displif_msg *msg = &req->msg;
	struct displif_dbuf *dbuf;
	uint32_t i, pages = displif_pgdir_pages(msg->size);
	uint64_t total;
	int32_t status;

	if (msg->gref_dir == 0 || msg->size == 0 || msg->size > DISPLIF_MAX_BUFFER)
		return -DISPLIF_XEN_EINVAL;
	if (find_dbuf(guest, msg->dbuf) < guest->n_dbuf)
		return -DISPLIF_XEN_EEXIST;
	status = judge_geometry(guest, msg);
	if (status)
		return status;
	if (msg->flags & XENDISPL_DBUF_FLG_REQ_ALLOC && !guest->quota.be_alloc)
		return -DISPLIF_XEN_EACCES;
	total = (uint64_t)guest->pages + pages;
	if (total > guest->quota.pages)
		return -DISPLIF_XEN_ENOMEM;
	i = find_dbuf(guest, 0);
	if (i >= guest->n_dbuf)
		return -DISPLIF_XEN_ENOMEM;
	dbuf = &guest->dbuf[i];
	*dbuf = (struct displif_dbuf){ 0 };
	dbuf->cookie = msg->dbuf;
	dbuf->size = msg->size;
	dbuf->pages = pages;
	dbuf->data_ofs = msg->data_ofs;
	dbuf->width = msg->width;
	dbuf->height = msg->height;
	dbuf->bpp = msg->bpp;
	dbuf->gref_dir = msg->gref_dir;
	dbuf->flags = msg->flags;
	dbuf->state = DISPLIF_ENTRY_COMING;
	guest->pages = (uint32_t)total;
	req->dbuf = dbuf;
	pick->dbuf = i;
	return 0;
}

static int32_t judge_destroy(struct displif_guest *guest, struct displif_back_req *req,
			     struct displif_back_pick *pick)
{
	uint32_t i, d = find_dbuf(guest, req->msg.dbuf);

	if (d >= guest->n_dbuf || guest->dbuf[d].state != DISPLIF_ENTRY_LIVE)
		return -DISPLIF_XEN_ENOENT;
	/* Somebody is still at work on a framebuffer of it. */
	for (i = 0; i < guest->n_fb; i++) {
		if (guest->fb[i].dbuf == &guest->dbuf[d] &&
		    guest->fb[i].state != DISPLIF_ENTRY_LIVE)
			return -DISPLIF_XEN_EBUSY;
	}
	guest->dbuf[d].state = DISPLIF_ENTRY_GOING;
	req->dbuf = &guest->dbuf[d];
	pick->dbuf = d;
	return 0;
}

/*
 * The stride of a framebuffer: its buffer's, or its own where the buffer is an
 * import without geometry. 0 if the picture does not fit.
 */
static uint32_t fb_stride(const struct displif_guest *guest, const struct displif_dbuf *dbuf,
			  const struct displif_msg *msg, uint32_t bpp)
{
	struct displif_geometry g = { dbuf->width, dbuf->height,   dbuf->bpp,
				      dbuf->size,  dbuf->data_ofs, guest->quota.stride_rule };
	uint64_t line = (uint64_t)msg->width * (bpp >> 3);
	uint32_t stride;

	if (msg->width == 0 || msg->height == 0 || msg->width > DISPLIF_MAX_SIDE ||
	    msg->height > DISPLIF_MAX_SIDE)
		return 0;
	if (dbuf->width == 0) {
		g.width = msg->width;
		g.height = msg->height;
		g.bpp = bpp;
	}
	if (displif_stride(&g, &stride, NULL))
		return 0;
	if (line > stride ||
	    dbuf->data_ofs + (uint64_t)stride * (msg->height - 1u) + line > dbuf->size)
		return 0;
	return stride;
}

static int32_t judge_attach(struct displif_guest *guest, struct displif_back_req *req,
			    struct displif_back_pick *pick)
{
	const struct displif_msg *msg = &req->msg;
	struct displif_fb *fb;
	uint32_t i, d, stride, bpp = displif_format_bpp(msg->format);

	/* Entries that are coming or going do not exist for the guest. */
	d = find_dbuf(guest, msg->dbuf);
	if (d >= guest->n_dbuf || guest->dbuf[d].state != DISPLIF_ENTRY_LIVE)
		return -DISPLIF_XEN_ENOENT;
	if (find_fb(guest, msg->fb) < guest->n_fb)
		return -DISPLIF_XEN_EEXIST;
	stride = bpp ? fb_stride(guest, &guest->dbuf[d], msg, bpp) : 0;
	if (!stride)
		return -DISPLIF_XEN_EINVAL;
	i = find_fb(guest, 0);
	if (i >= guest->n_fb)
		return -DISPLIF_XEN_ENOMEM;
	fb = &guest->fb[i];
	*fb = (struct displif_fb){ 0 };
	fb->cookie = msg->fb;
	fb->dbuf = &guest->dbuf[d];
	fb->width = msg->width;
	fb->height = msg->height;
	fb->format = msg->format;
	fb->stride = stride;
	fb->state = DISPLIF_ENTRY_COMING;
	req->fb = fb;
	req->dbuf = fb->dbuf;
	pick->fb = i;
	return 0;
}

/* FB_DETACH, PG_FLIP and SET_CONFIG that shows something. */
static int32_t judge_fb(struct displif_guest *guest, struct displif_back_req *req,
			struct displif_back_pick *pick)
{
	uint32_t i = find_fb(guest, req->msg.fb);
	struct displif_dbuf *dbuf;

	if (i >= guest->n_fb || guest->fb[i].state != DISPLIF_ENTRY_LIVE)
		return -DISPLIF_XEN_ENOENT;
	/* Its buffer is being destroyed. */
	dbuf = guest->fb[i].dbuf;
	if (!dbuf || dbuf->state != DISPLIF_ENTRY_LIVE)
		return -DISPLIF_XEN_ENOENT;
	if (req->msg.op == XENDISPL_OP_FB_DETACH)
		guest->fb[i].state = DISPLIF_ENTRY_GOING;
	req->fb = &guest->fb[i];
	req->dbuf = dbuf;
	pick->fb = i;
	return 0;
}

static int32_t judge_config(struct displif_guest *guest, struct displif_back_req *req,
			    struct displif_back_pick *pick)
{
	const struct displif_msg *msg = &req->msg;

	if (msg->fb == 0)
		return 0;
	if (msg->width == 0 || msg->height == 0 || msg->width > DISPLIF_MAX_SIDE ||
	    msg->height > DISPLIF_MAX_SIDE || msg->x > DISPLIF_MAX_SIDE ||
	    msg->y > DISPLIF_MAX_SIDE)
		return -DISPLIF_XEN_EINVAL;
	return judge_fb(guest, req, pick);
}

int32_t displif__back_judge(struct displif_guest *guest, struct displif_back_req *req,
			    struct displif_back_pick *pick)
{
	pick->dbuf = DISPLIF_BACK_NONE;
	pick->fb = DISPLIF_BACK_NONE;
	switch (req->msg.op) {
	case XENDISPL_OP_DBUF_CREATE:
		return judge_create(guest, req, pick);
	case XENDISPL_OP_DBUF_DESTROY:
		return judge_destroy(guest, req, pick);
	case XENDISPL_OP_FB_ATTACH:
		return judge_attach(guest, req, pick);
	case XENDISPL_OP_FB_DETACH:
	case XENDISPL_OP_PG_FLIP:
		return judge_fb(guest, req, pick);
	case XENDISPL_OP_SET_CONFIG:
		return judge_config(guest, req, pick);
	case XENDISPL_OP_GET_EDID:
		if (req->msg.gref_dir == 0 || req->msg.size < DISPLIF_EDID_MAX ||
		    req->msg.size > DISPLIF_MAX_BUFFER)
			return -DISPLIF_XEN_EINVAL;
		return 0;
	default:
		return -DISPLIF_XEN_EOPNOTSUPP;
	}
}

/* Frees buffer @d and every framebuffer of it. */
static void free_dbuf(struct displif_guest *guest, uint32_t d)
{
	uint32_t i;

	if (d >= guest->n_dbuf)
		return;
	for (i = 0; i < guest->n_fb; i++) {
		if (guest->fb[i].dbuf == &guest->dbuf[d])
			guest->fb[i] = (struct displif_fb){ 0 };
	}
	guest->pages = guest->pages > guest->dbuf[d].pages ?
			       displif__sub32(guest->pages, guest->dbuf[d].pages) :
			       0;
	guest->dbuf[d] = (struct displif_dbuf){ 0 };
}

/* The tables may have been reset since: then the entry is free, or another's, and its state differs. */
static void settle_dbuf(struct displif_guest *guest, uint32_t d, enum displif_entry_state was,
			bool keep)
{
	if (d >= guest->n_dbuf || guest->dbuf[d].state != was)
		return;
	if (keep)
		guest->dbuf[d].state = DISPLIF_ENTRY_LIVE;
	else
		free_dbuf(guest, d);
}

static void settle_fb(struct displif_guest *guest, uint32_t f, enum displif_entry_state was,
		      bool keep)
{
	if (f >= guest->n_fb || guest->fb[f].state != was)
		return;
	if (keep)
		guest->fb[f].state = DISPLIF_ENTRY_LIVE;
	else
		guest->fb[f] = (struct displif_fb){ 0 };
}

void displif__back_settle(struct displif_guest *guest, uint8_t op,
			  const struct displif_back_pick *pick, int32_t status)
{
	switch (op) {
	case XENDISPL_OP_DBUF_CREATE:
		settle_dbuf(guest, pick->dbuf, DISPLIF_ENTRY_COMING, status == 0);
		break;
	case XENDISPL_OP_DBUF_DESTROY:
		settle_dbuf(guest, pick->dbuf, DISPLIF_ENTRY_GOING, false);
		break;
	case XENDISPL_OP_FB_ATTACH:
		settle_fb(guest, pick->fb, DISPLIF_ENTRY_COMING, status == 0);
		break;
	case XENDISPL_OP_FB_DETACH:
		settle_fb(guest, pick->fb, DISPLIF_ENTRY_GOING, false);
		break;
	default:
		break;
	}
}

bool displif__back_pace(struct displif_guest *guest, uint32_t size, uint64_t now, uint64_t *due)
{
	/* How far ahead of its rate a guest may be: a burst of one second. */
	const uint32_t burst = 1000;
	uint64_t ahead;
	uint32_t cost;

	*due = DISPLIF_NEVER;
	/* Oversized buffers are refused anyway; the largest costs 2^18 pages * 1000 < 2^32. */
	if (guest->quota.pages_per_s == 0 || size > DISPLIF_MAX_BUFFER)
		return true;
	cost = displif_pgdir_pages(size) * 1000u / guest->quota.pages_per_s;
	ahead = displif__ahead(guest->pace_at, now);
	/* Further ahead than the largest buffer puts a guest: the clock jumped back, and must not lock it out. */
	if (ahead >
	    burst + DISPLIF_MAX_BUFFER / DISPLIF_PAGE_SIZE * 1000u / guest->quota.pages_per_s)
		ahead = 0;
	if (ahead > burst) {
		*due = displif__after(now, (uint32_t)(ahead - burst));
		return false;
	}
	guest->pace_at = displif__after(now, (uint32_t)ahead);
	guest->pace_at = displif__after(guest->pace_at, cost);
	return true;
}
