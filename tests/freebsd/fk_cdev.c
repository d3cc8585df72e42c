/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Character devices, descriptors of programs, their maps. A program's thread is the test's. */
#include "fk_cdev.h"

#include <sys/conf.h>
#include <sys/fcntl.h>
#include <sys/proc.h>
#include <sys/uio.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>

#define DEVS 8

struct map {
	vm_object_t obj;
	uint64_t offset;
	uint32_t n;
};

static struct cdev *devs[DEVS];
struct fk_file fk_files[FK_FDS];
static uint32_t maps;

/* --- devices --- */

void make_dev_args_init_impl(struct make_dev_args *args, size_t size)
{
	memset(args, 0, size);
	args->mda_size = size;
}

int make_dev_s(struct make_dev_args *args, struct cdev **cdev, const char *fmt, ...)
{
	struct cdev *dev = fk_new(sizeof(*dev));
	va_list ap;
	int i, free_slot = -1;

	fk_may_sleep("make_dev_s()");
	if (args->mda_devsw->d_version != D_VERSION)
		host_fail("a cdevsw of another version");
	va_start(ap, fmt);
	vsnprintf(dev->si_name, sizeof(dev->si_name), fmt, ap);
	va_end(ap);
	for (i = DEVS - 1; i >= 0; i--) {
		if (!devs[i])
			free_slot = i;
		else if (!strcmp(devs[i]->si_name, dev->si_name))
			panic("device \"%s\" is there twice", dev->si_name);
	}
	if (free_slot < 0)
		panic("the mock kernel has no room for devices");
	dev->si_drv1 = args->mda_si_drv1;
	dev->si_drv2 = args->mda_si_drv2;
	dev->si_devsw = args->mda_devsw;
	devs[free_slot] = dev;
	*cdev = dev;
	return 0;
}

static void end_priv(struct fk_file *f)
{
	d_priv_dtor_t *dtor = f->dtor;

	f->dtor = NULL;
	if (dtor) {
		f->ending = true;
		dtor(f->priv);
		f->ending = false;
		host_wake(&f->ending);
	}
	f->priv = NULL;
}

/* Waits for threads that are inside; then what is open loses its private part, which a close(2) may be about already. */
void destroy_dev(struct cdev *dev)
{
	int i;

	fk_may_sleep("destroy_dev()");
	for (i = 0; i < DEVS && devs[i] != dev; i++)
		;
	if (i == DEVS)
		panic("destroy_dev() of what is no device");
	devs[i] = NULL;
	while (dev->si_threadcount)
		fk_wait(&dev->si_threadcount, HOST_NEVER);
	for (i = 0; i < FK_FDS; i++) {
		if (fk_files[i].used && fk_files[i].dev == dev) {
			end_priv(&fk_files[i]);
			while (fk_files[i].ending)
				fk_wait(&fk_files[i].ending, HOST_NEVER);
			fk_files[i].dev = NULL;
		}
	}
	fk_delete(dev);
}

int devfs_set_cdevpriv(void *priv, d_priv_dtor_t *dtor)
{
	if (!fk_self()->inside)
		return ENOENT;
	if (fk_self()->inside->dtor)
		return EBUSY;
	fk_self()->inside->priv = priv;
	fk_self()->inside->dtor = dtor;
	return 0;
}

int devfs_get_cdevpriv(void **priv)
{
	if (!fk_self()->inside || !fk_self()->inside->dtor)
		return EBADF;
	*priv = fk_self()->inside->priv;
	return 0;
}

/* --- what programs call --- */

struct fk_file *fk_enter(int fd)
{
	struct fk_file *f = &fk_files[fd];

	if (fd < 0 || fd >= FK_FDS || !f->used)
		panic("no descriptor %d", fd);
	if (!f->dev)
		return NULL;
	f->dev->si_threadcount++;
	fk_self()->inside = f;
	return f;
}

void fk_leave(struct cdev *dev)
{
	fk_self()->inside = NULL;
	dev->si_threadcount--;
	host_wake(&dev->si_threadcount);
}

int kern_open(const char *name, int flags)
{
	int i, fd, err;
	struct cdev *dev = NULL;

	for (i = 0; i < DEVS; i++) {
		if (devs[i] && !strcmp(devs[i]->si_name, name))
			dev = devs[i];
	}
	if (!dev)
		return -ENOENT;
	for (fd = 0; fd < FK_FDS && fk_files[fd].used; fd++)
		;
	if (fd == FK_FDS)
		return -EMFILE;
	fk_files[fd] = (struct fk_file){ .dev = dev, .flags = flags, .used = true };
	fk_enter(fd);
	err = dev->si_devsw->d_open ?
		      dev->si_devsw->d_open(dev, flags & (FREAD | FWRITE), 0, curthread) :
		      0;
	fk_leave(dev);
	if (!err)
		return fd;
	end_priv(&fk_files[fd]);
	fk_files[fd].used = false;
	return -err;
}

int kern_close(int fd)
{
	struct fk_file *f = &fk_files[fd];

	if (f->noted && !(f->kn.kn_status & KN_DETACHED)) {
		f->kn.kn_status |= KN_DETACHED;
		f->kn.kn_fop->f_detach(&f->kn);
	}
	f->noted = false;
	if (f->dev) {
		fk_enter(fd);
		if (f->dev->si_devsw->d_close)
			f->dev->si_devsw->d_close(f->dev, f->flags & (FREAD | FWRITE), 0,
						  curthread);
		fk_leave(f->dev);
	}
	end_priv(f);
	f->used = false;
	return 0;
}

int kern_ioctl(int fd, unsigned long cmd, void *arg)
{
	struct fk_file *f = fk_enter(fd);
	struct cdev *dev = f ? f->dev : NULL;
	int err;

	if (!f)
		return -ENXIO;
	err = dev->si_devsw->d_ioctl(dev, cmd, arg, f->flags, curthread);
	fk_leave(dev);
	return -err;
}

int kern_read(int fd, void *buf, size_t n)
{
	struct fk_file *f = fk_enter(fd);
	struct cdev *dev = f ? f->dev : NULL;
	struct iovec iov = { buf, n };
	struct uio uio = { .uio_iov = &iov, .uio_iovcnt = 1, .uio_resid = (ssize_t)n };
	int err;

	if (!f)
		return -ENXIO;
	uio.uio_rw = UIO_READ;
	uio.uio_segflg = UIO_USERSPACE;
	uio.uio_td = curthread;
	err = dev->si_devsw->d_read(dev, &uio, f->flags & 4 ? O_NONBLOCK : 0);
	fk_leave(dev);
	if (err && uio.uio_resid != (ssize_t)n && (err == EWOULDBLOCK || err == EINTR))
		err = 0;
	return err ? -err : (int)(n - (size_t)uio.uio_resid);
}

int uiomove(void *cp, int n, struct uio *uio)
{
	fk_may_sleep("uiomove()");
	if (n > uio->uio_resid)
		n = (int)uio->uio_resid;
	host_copy(uio->uio_iov->iov_base, cp, (size_t)n);
	uio->uio_iov->iov_base = (char *)uio->uio_iov->iov_base + n;
	uio->uio_iov->iov_len -= (size_t)n;
	uio->uio_resid -= n;
	uio->uio_offset += n;
	return 0;
}

/* --- maps --- */

void *kern_mmap(int fd, uint64_t offset, size_t size, bool write, int *err)
{
	struct fk_file *f = fk_enter(fd);
	struct cdev *dev = f ? f->dev : NULL;
	vm_ooffset_t at = (vm_ooffset_t)offset;
	struct map *m = fk_new(sizeof(*m));

	*err = ENXIO;
	if (f) {
		*err = dev->si_devsw->d_mmap_single(dev, &at, size, &m->obj,
						    VM_PROT_READ | (write ? VM_PROT_WRITE : 0));
		fk_leave(dev);
	}
	if (*err) {
		fk_delete(m);
		return NULL;
	}
	m->offset = (uint64_t)at;
	m->n = (uint32_t)(size / PAGE_SIZE);
	maps++;
	return m;
}

void *kern_mmap_page(void *map, uint32_t page)
{
	struct map *m = map;
	uint32_t first = (uint32_t)(m->offset / PAGE_SIZE);

	return fk_object_fault(m->obj, first + page, first, first + m->n - 1);
}

void *kern_hold(void *map, uint32_t page)
{
	struct map *m = map;
	struct vm_page *held;

	if (!kern_mmap_page(map, page))
		return NULL;
	held = fk_object_page(m->obj, page + (uint32_t)(m->offset / PAGE_SIZE));
	held->ref_count++;
	return held;
}

void kern_let_go(void *held)
{
	vm_page_unwire(held, PQ_INACTIVE);
}

void kern_munmap(void *map)
{
	struct map *m = map;

	vm_object_deallocate(m->obj);
	fk_delete(m);
	maps--;
}

uint32_t fk_cdev_left(bool print)
{
	uint32_t i, n = 0, k = 0;

	for (i = 0; i < DEVS; i++)
		n += devs[i] != NULL;
	for (i = 0; i < FK_FDS; i++)
		k += fk_files[i].used;
	return fk_tell(print, n, "character devices") + fk_tell(print, k, "open descriptors") +
	       fk_tell(print, maps, "maps of programs");
}

void fk_cdev_init(void)
{
	memset(devs, 0, sizeof(devs));
	memset(fk_files, 0, sizeof(fk_files));
	maps = 0;
}
