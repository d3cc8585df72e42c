/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What programs ask of /dev/displifN: each ioctl, with the device's lock. */
#include "displif_file.h"

#include <sys/conf.h>
#include <sys/filio.h>

/* For modes and buffers: three answers of the backend's, ms. */
#define PATIENCE_MS (3 * DFB_ANSWER_MS)

struct dfb_buf *dfb_find(struct dfb_file *f, uint32_t handle)
{
	struct dfb_buf *b = f->bufs;

	while (b && b->handle != handle)
		b = b->next;
	return b;
}

/* Sleeps until the task has run again. Returns false when @until has come, or the device goes. */
static bool wait(struct dfb_file *f, uint64_t until)
{
	struct dfb_dev *dd = f->dd;

	if (f->dead || dd->leaving || dfb_now() >= until)
		return false;
	sx_sleep(dd, &dd->sx, 0, "displif", hz / 10);
	return true;
}

static int get_info(struct dfb_dev *dd, struct displif_info *info)
{
	info->version = DISPLIF_IOC_VERSION;
	info->connectors = dd->n_conn;
	info->connected = dd->started;
	info->generation = dd->generation;
	info->flags = dd->be_alloc ? DISPLIF_INFO_BE_ALLOC : 0;
	return 0;
}

static int get_connector(struct dfb_dev *dd, struct displif_connector_info *info)
{
	const struct dfb_conn *cn;
	uint32_t i, index = info->index;

	if (index >= dd->n_conn)
		return EINVAL;
	cn = dd->conn[index];
	memset(info, 0, sizeof(*info));
	info->index = index;
	strlcpy(info->unique_id, cn->unique_id, sizeof(info->unique_id));
	strlcpy(info->monitor, cn->monitor, sizeof(info->monitor));
	for (i = 0; i < cn->n_modes; i++) {
		const struct displif_mode *m = &cn->mode[i];
		struct displif_mode_info *to = &info->mode[i];

		to->width = m->width;
		to->height = m->height;
		to->refresh_mhz = m->refresh_mhz;
		if (m->flags & DISPLIF_MODE_PREFERRED)
			to->flags |= DISPLIF_MODE_INFO_PREFERRED;
		if (m->flags & DISPLIF_MODE_INTERLACED)
			to->flags |= DISPLIF_MODE_INFO_INTERLACED;
	}
	info->n_modes = cn->n_modes;
	if (!cn->n_modes) {
		info->n_modes = 1;
		info->mode[0].width = cn->width;
		info->mode[0].height = cn->height;
	}
	return 0;
}

/* It is taken down; the task frees it. */
static void give_up(struct dfb_file *f, struct dfb_buf *b)
{
	displif_plan_remove(&b->plan);
	dfb_kick(f->dd);
}

static int destroy(struct dfb_file *f, uint32_t handle)
{
	struct dfb_buf **at = &f->bufs, *b = dfb_find(f, handle);

	if (!b)
		return EINVAL;
	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
	give_up(f, b);
	return 0;
}

static int create(struct dfb_file *f, struct displif_create *c)
{
	uint64_t size, until = dfb_now() + PATIENCE_MS;
	uint32_t bpp = displif_format_bpp(c->fourcc);
	struct dfb_dev *dd = f->dd;
	struct dfb_buf *b;
	int err;

	size = (uint64_t)c->width * (bpp / 8) * c->height;
	if (!bpp || !c->width || c->width > DISPLIF_MAX_SIDE || !c->height ||
	    c->height > DISPLIF_MAX_SIDE || size > DISPLIF_MAX_BUFFER)
		return EINVAL;
	if (!dd->started)
		return ENXIO;
	b = dfb_buf_new(dd, c->width, c->height, c->fourcc, true, NULL);
	if (!b)
		return dfb_full(dd, (uint32_t)size) ? ENOSPC : ENOMEM;
	dfb_kick(dd);
	while (!b->plan.made && !b->plan.err && wait(f, until))
		;
	if (!b->plan.made) {
		err = f->dead ? ENXIO : b->plan.err ? b->plan.err : ETIMEDOUT;
		give_up(f, b);
		return err;
	}
	/*
	 * Only now another thread finds it, and may destroy it. Handles are not used again: a late flip of another
	 * buffer would hit it.
	 */
	b->handle = ++f->handles;
	b->next = f->bufs;
	f->bufs = b;
	c->handle = b->handle;
	c->stride = c->width * (bpp / 8);
	c->size = (uint32_t)size;
	c->offset = (uint64_t)b->handle << 32;
	return 0;
}

static int show(struct dfb_file *f, const struct displif_show *s)
{
	uint64_t until = dfb_now() + PATIENCE_MS;
	struct dfb_dev *dd = f->dd;
	struct dfb_buf *b = dfb_find(f, s->handle);

	if (s->connector >= dd->n || (s->handle && !b))
		return EINVAL;
	if (!dd->started || (b && b->plan.lost))
		return ENXIO;
	if (b)
		displif_plan_show(&dd->plan, s->connector, &b->plan);
	else
		dfb_show_none(dd, s->connector);
	dfb_cons_work(dd);
	dfb_kick(dd);
	while (dd->mode[s->connector].dirty && dd->started && wait(f, until))
		;
	if (!dd->started || f->dead)
		return ENXIO;
	return dd->mode[s->connector].dirty ? ETIMEDOUT : dd->mode[s->connector].err;
}

/* With the connector's mutex, too. */
static int send_flip(struct dfb_file *f, struct dfb_conn *cn, struct dfb_buf *b, uint64_t user)
{
	struct dfb_dev *dd = f->dd;
	bool full;
	uint32_t slot;
	int err;

	for (slot = DFB_FLIP_CONS + 1; slot < DFB_FLIPS && cn->flip[slot].buf; slot++)
		;
	if (slot == DFB_FLIPS || b->plan.flips)
		return EBUSY;
	mtx_lock(&dd->ev_mtx);
	full = f->prod - f->cons + f->due >= DFB_EVENTS;
	if (!full)
		f->due++;
	mtx_unlock(&dd->ev_mtx);
	if (full)
		return EBUSY;
	cn->flip[slot].serial = f->serial;
	cn->flip[slot].user = user;
	err = dfb_flip(cn, slot, b);
	if (!err)
		return 0;
	mtx_lock(&dd->ev_mtx);
	f->due--;
	mtx_unlock(&dd->ev_mtx);
	return err == DISPLIF_E_FULL ? EBUSY : dfb_errno(err);
}

static int flip(struct dfb_file *f, const struct displif_flip *p)
{
	struct dfb_buf *b = dfb_find(f, p->handle);
	struct dfb_dev *dd = f->dd;
	const struct displif_plan_conn *m;
	struct dfb_conn *cn;
	int err;

	if (p->connector >= dd->n || !b)
		return EINVAL;
	if (!dd->started || b->plan.lost)
		return ENXIO;
	m = &dd->mode[p->connector];
	if (m->dirty || b->plan.step != DISPLIF_PLAN_ATTACHED)
		return EBUSY;
	/* Only where this program shows something. */
	if (m->mode_width != b->plan.width || m->mode_height != b->plan.height || !m->front ||
	    (dd->cons && m->front == &dd->cons->buf->plan))
		return EINVAL;
	cn = dd->conn[p->connector];
	mtx_lock(&cn->mtx);
	err = cn->live ? send_flip(f, cn, b, p->user) : ENXIO;
	mtx_unlock(&cn->mtx);
	if (!err)
		dd->mode[p->connector].front = &b->plan;
	return err;
}

int dfb_ioctl(struct cdev *cdev, u_long cmd, caddr_t data, int fflag, struct thread *td)
{
	struct dfb_file *f;
	int err = devfs_get_cdevpriv((void **)&f);

	(void)cdev;
	(void)fflag;
	(void)td;
	if (err)
		return err;
	sx_xlock(&f->dd->sx);
	switch (cmd) {
	case DISPLIF_IOC_INFO:
		err = get_info(f->dd, (struct displif_info *)data);
		break;
	case DISPLIF_IOC_CONNECTOR:
		err = get_connector(f->dd, (struct displif_connector_info *)data);
		break;
	case DISPLIF_IOC_CREATE:
		err = create(f, (struct displif_create *)data);
		break;
	case DISPLIF_IOC_DESTROY:
		err = destroy(f, *(uint32_t *)data);
		break;
	case DISPLIF_IOC_SHOW:
		err = show(f, (struct displif_show *)data);
		break;
	case DISPLIF_IOC_FLIP:
		err = flip(f, (struct displif_flip *)data);
		break;
	/* What fcntl(2) asks for O_NONBLOCK, which read(2) is told of by itself. */
	case FIONBIO:
		break;
	case FIOASYNC:
		err = *(int *)data ? EINVAL : 0;
		break;
	default:
		err = ENOTTY;
		break;
	}
	sx_xunlock(&f->dd->sx);
	return err;
}
