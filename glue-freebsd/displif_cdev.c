/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* /dev/displifN, for one program at a time: events, maps, its life. displif_ioctl.h is its manual. */
#include "displif_file.h"

#include <sys/conf.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/poll.h>
#include <sys/uio.h>

#include <vm/vm_object.h>

/* --- events --- */

static bool pending(const struct dfb_file *f)
{
	return f->prod != f->cons;
}

void dfb_cdev_flipped(struct dfb_conn *cn, const struct dfb_flip *flip, int error)
{
	struct dfb_dev *dd = cn->dd;
	struct dfb_file *f;

	mtx_lock(&dd->ev_mtx);
	f = dd->file;
	if (f && f->serial == flip->serial) {
		f->event[f->prod++ % DFB_EVENTS] =
			(struct displif_event){ .connector = cn->index,
						.error = error,
						.user = flip->user,
						.time_ns = sbttons(sbinuptime()) };
		f->due--;
		wakeup(f);
		selwakeup(&f->sel);
		KNOTE_LOCKED(&f->sel.si_note, 0);
	}
	mtx_unlock(&dd->ev_mtx);
}

static int cdev_read(struct cdev *cdev, struct uio *uio, int ioflag)
{
	struct displif_event event;
	struct dfb_file *f;
	struct dfb_dev *dd;
	int err, n;

	(void)cdev;
	err = devfs_get_cdevpriv((void **)&f);
	if (err)
		return err;
	dd = f->dd;
	/* Nothing would be the end of a file. */
	if (uio->uio_resid && uio->uio_resid < (ssize_t)sizeof(event))
		return EINVAL;
	for (n = 0; !err && uio->uio_resid >= (ssize_t)sizeof(event); n++) {
		mtx_lock(&dd->ev_mtx);
		while (!err && !n && !pending(f)) {
			if (f->dead)
				err = ENXIO;
			else if (ioflag & O_NONBLOCK)
				err = EWOULDBLOCK;
			else
				err = mtx_sleep(f, &dd->ev_mtx, PCATCH, "displif", 0);
		}
		if (err || !pending(f)) {
			mtx_unlock(&dd->ev_mtx);
			break;
		}
		event = f->event[f->cons++ % DFB_EVENTS];
		mtx_unlock(&dd->ev_mtx);
		err = uiomove(&event, sizeof(event), uio);
	}
	return err;
}

static int cdev_poll(struct cdev *cdev, int events, struct thread *td)
{
	struct dfb_file *f;
	int ready = 0;

	(void)cdev;
	if (devfs_get_cdevpriv((void **)&f))
		return POLLHUP;
	mtx_lock(&f->dd->ev_mtx);
	if (pending(f))
		ready |= events & (POLLIN | POLLRDNORM);
	if (f->dead)
		ready |= POLLHUP;
	if (!ready)
		selrecord(td, &f->sel);
	mtx_unlock(&f->dd->ev_mtx);
	return ready;
}

static void filter_detach(struct knote *kn)
{
	struct dfb_file *f = kn->kn_hook;

	knlist_remove(&f->sel.si_note, kn, 0);
}

/*
 * With ev_mtx, which is the list's. A note that file_free() took off the list stays with its kqueue, without file and mutex:
 * a program may still change it.
 */
static int filter_event(struct knote *kn, long hint)
{
	struct dfb_file *f = kn->kn_hook;

	(void)hint;
	if (!kn->kn_knlist) {
		kn->kn_flags |= EV_EOF;
		return 1;
	}
	kn->kn_data = (int64_t)(f->prod - f->cons) * (int64_t)sizeof(struct displif_event);
	if (f->dead)
		kn->kn_flags |= EV_EOF;
	return kn->kn_data || f->dead;
}

static const struct filterops filter_ops = {
	.f_isfd = 1,
	.f_detach = filter_detach,
	.f_event = filter_event,
};

static int cdev_kqfilter(struct cdev *cdev, struct knote *kn)
{
	struct dfb_file *f;
	int err = devfs_get_cdevpriv((void **)&f);

	(void)cdev;
	if (err)
		return err;
	if (kn->kn_filter != EVFILT_READ)
		return EINVAL;
	kn->kn_fop = &filter_ops;
	kn->kn_hook = f;
	knlist_add(&f->sel.si_note, kn, 0);
	return 0;
}

/* --- open and close --- */

/* The console is shown again where a program was. */
void dfb_show_console(struct dfb_dev *dd)
{
	if (dd->cons && dd->n_conn && dd->mode[0].front != &dd->cons->buf->plan)
		displif_plan_show(&dd->plan, 0, &dd->cons->buf->plan);
}

void dfb_show_none(struct dfb_dev *dd, uint32_t connector)
{
	if (!connector && dd->cons)
		dfb_show_console(dd);
	else
		displif_plan_show(&dd->plan, connector, NULL);
}

static void file_free(void *arg)
{
	struct dfb_file *f = arg;
	struct dfb_dev *dd = f->dd;
	struct dfb_buf *b;

	sx_xlock(&dd->sx);
	mtx_lock(&dd->ev_mtx);
	dd->file = NULL;
	mtx_unlock(&dd->ev_mtx);
	for (b = f->bufs; b; b = b->next)
		displif_plan_remove(&b->plan);
	dfb_show_console(dd);
	sx_xunlock(&dd->sx);
	dfb_kick(dd);
	/* After an unplug, programs' notes are there still. */
	knlist_clear(&f->sel.si_note, 0);
	seldrain(&f->sel);
	knlist_destroy(&f->sel.si_note);
	free(f, M_DISPLIF);
}

static int cdev_open(struct cdev *cdev, int flags, int mode, struct thread *td)
{
	struct dfb_dev *dd = cdev->si_drv1;
	struct dfb_file *f = malloc(sizeof(*f), M_DISPLIF, M_WAITOK | M_ZERO);
	int err = 0;

	(void)flags;
	(void)mode;
	(void)td;
	f->dd = dd;
	knlist_init_mtx(&f->sel.si_note, &dd->ev_mtx);
	sx_xlock(&dd->sx);
	if (dd->file)
		err = EBUSY;
	else if (dd->closed)
		err = ENXIO;
	else
		f->serial = ++dd->serial;
	if (!err) {
		mtx_lock(&dd->ev_mtx);
		dd->file = f;
		mtx_unlock(&dd->ev_mtx);
	}
	sx_xunlock(&dd->sx);
	if (err) {
		knlist_destroy(&f->sel.si_note);
		free(f, M_DISPLIF);
		return err;
	}
	err = devfs_set_cdevpriv(f, file_free);
	if (err)
		file_free(f);
	return err;
}

/* --- maps --- */

/*
 * The map holds the object, so it may outlive buffer, file and device. The backend's memory does not: its pages are taken out
 * of the object then.
 */
static int cdev_mmap_single(struct cdev *cdev, vm_ooffset_t *offset, vm_size_t size,
			    vm_object_t *object, int prot)
{
	uint64_t end, at = (uint64_t)*offset & 0xffffffffu;
	uint32_t handle = (uint32_t)((uint64_t)*offset >> 32);
	struct dfb_file *f;
	struct dfb_buf *b;
	int err = devfs_get_cdevpriv((void **)&f);

	(void)cdev;
	(void)prot;
	if (err)
		return err;
	sx_xlock(&f->dd->sx);
	b = dfb_find(f, handle);
	end = b ? ptoa((uint64_t)displif_pgdir_pages(b->plan.size)) : 0;
	if (at > end || size > end - at || !b) {
		err = EINVAL;
	} else if (!b->block && !b->share.map) {
		err = ENXIO;
	} else {
		*object = b->block ? b->block->obj : dfb_map_object(b->share.map);
		*offset = (vm_ooffset_t)at;
		vm_object_reference(*object);
	}
	sx_xunlock(&f->dd->sx);
	return err;
}

static struct cdevsw dfb_cdevsw = {
	.d_version = D_VERSION,
	.d_name = "displif",
	.d_open = cdev_open,
	.d_read = cdev_read,
	.d_ioctl = dfb_ioctl,
	.d_poll = cdev_poll,
	.d_kqfilter = cdev_kqfilter,
	.d_mmap_single = cdev_mmap_single,
};

int dfb_cdev_begin(struct dfb_dev *dd)
{
	struct make_dev_args args;

	make_dev_args_init(&args);
	args.mda_devsw = &dfb_cdevsw;
	args.mda_uid = UID_ROOT;
	args.mda_gid = GID_VIDEO;
	args.mda_mode = 0660;
	args.mda_si_drv1 = dd;
	return make_dev_s(&args, &dd->cdev, "displif%d", device_get_unit(dd->dev));
}

void dfb_cdev_end(struct dfb_dev *dd)
{
	/* Who opened it now would not be told, and could wait inside for ever. */
	sx_xlock(&dd->sx);
	dd->closed = true;
	sx_xunlock(&dd->sx);
	mtx_lock(&dd->ev_mtx);
	if (dd->file) {
		dd->file->dead = true;
		wakeup(dd->file);
		selwakeup(&dd->file->sel);
		KNOTE_LOCKED(&dd->file->sel.si_note, 0);
	}
	mtx_unlock(&dd->ev_mtx);
	wakeup(dd);
	/* Waits for who is inside, and closes what is open. */
	if (dd->cdev)
		destroy_dev(dd->cdev);
	dd->cdev = NULL;
}
