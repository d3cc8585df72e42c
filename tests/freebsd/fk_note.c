/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* select(2) and kqueue(2) on devices. */
#include "fk_cdev.h"

#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/selinfo.h>

/* --- select --- */

void selrecord(struct thread *td, struct selinfo *sip)
{
	(void)td;
	fk_self()->inside->selected = sip;
	fk_self()->inside->woken = false;
}

void selwakeup(struct selinfo *sip)
{
	int i;

	fk_may_lock("selwakeup()");
	for (i = 0; i < FK_FDS; i++) {
		if (fk_files[i].used && fk_files[i].selected == sip) {
			fk_files[i].woken = true;
			fk_files[i].selected = NULL;
		}
	}
}

void seldrain(struct selinfo *sip)
{
	selwakeup(sip);
}

/* Asks again only when it was woken, as a program that sleeps in poll(2) does. */
bool kern_poll(int fd)
{
	struct fk_file *f = &fk_files[fd];
	struct cdev *dev = f->dev;
	int events;

	if (f->selected)
		return false;
	if (!dev)
		return true;
	fk_enter(fd);
	events = dev->si_devsw->d_poll(dev, POLLIN | POLLRDNORM, curthread);
	fk_leave(dev);
	return events;
}

/* --- kqueue --- */

void knlist_init_mtx(struct knlist *knl, struct mtx *lock)
{
	memset(knl, 0, sizeof(*knl));
	SLIST_INIT(&knl->kl_list);
	knl->kl_lockarg = lock;
}

void knlist_destroy(struct knlist *knl)
{
	if (!SLIST_EMPTY(&knl->kl_list))
		panic("knlist_destroy() of a list with notes");
	knl->kl_lockarg = NULL;
}

static void lock(struct knlist *knl, int islocked)
{
	if (!knl->kl_lockarg)
		panic("a list of notes that is destroyed is used");
	if (islocked)
		mtx_assert((struct mtx *)knl->kl_lockarg, MA_OWNED);
	else
		mtx_lock((struct mtx *)knl->kl_lockarg);
}

static void unlock(struct knlist *knl, int islocked)
{
	if (!islocked)
		mtx_unlock((struct mtx *)knl->kl_lockarg);
}

void knlist_add(struct knlist *knl, struct knote *kn, int islocked)
{
	lock(knl, islocked);
	SLIST_INSERT_HEAD(&knl->kl_list, kn, kn_selnext);
	kn->kn_knlist = knl;
	unlock(knl, islocked);
}

void knlist_remove(struct knlist *knl, struct knote *kn, int islocked)
{
	lock(knl, islocked);
	SLIST_REMOVE(&knl->kl_list, kn, knote, kn_selnext);
	kn->kn_knlist = NULL;
	unlock(knl, islocked);
}

void knlist_cleardel(struct knlist *knl, struct thread *td, int islocked, int killkn)
{
	struct knote *kn;

	(void)td;
	(void)killkn;
	lock(knl, islocked);
	while ((kn = SLIST_FIRST(&knl->kl_list))) {
		SLIST_REMOVE_HEAD(&knl->kl_list, kn_selnext);
		kn->kn_knlist = NULL;
		kn->kn_status |= KN_DETACHED;
		kn->kn_flags |= EV_EOF | EV_ONESHOT;
	}
	unlock(knl, islocked);
}

void knote(struct knlist *knl, long hint, int lockflags)
{
	struct knote *kn;

	lock(knl, lockflags & KNF_LISTLOCKED);
	SLIST_FOREACH(kn, &knl->kl_list, kn_selnext)
	{
		if (kn->kn_fop->f_event(kn, hint))
			kn->kn_status |= KN_ACTIVE;
	}
	unlock(knl, lockflags & KNF_LISTLOCKED);
}

/* A program changes the note that is there: kqueue_register() asks also one that is on no list any more. */
bool kern_kevent_change(int fd)
{
	struct fk_file *f = &fk_files[fd];
	struct knlist *knl = f->kn.kn_knlist;
	bool fired;

	if (!f->noted)
		panic("kern_kevent_change() without a note");
	if (knl)
		lock(knl, 0);
	fired = f->kn.kn_fop->f_event(&f->kn, 0);
	if (fired)
		f->kn.kn_status |= KN_ACTIVE;
	if (knl)
		unlock(knl, 0);
	return fired;
}

bool kern_kevent(int fd)
{
	struct fk_file *f = &fk_files[fd];
	struct knlist *knl;
	struct cdev *dev;
	bool fired;

	if (!f->noted) {
		f->kn = (struct knote){ .kn_kevent = { .ident = (uintptr_t)fd,
						       .filter = EVFILT_READ } };
		if (!fk_enter(fd))
			return true;
		dev = f->dev;
		if (dev->si_devsw->d_kqfilter(dev, &f->kn))
			panic("kqueue(2) is refused");
		fk_leave(dev);
		f->noted = true;
		/* As at registration: is it ready already? */
		f->kn.kn_status |= KN_ACTIVE;
	}
	if (!(f->kn.kn_status & KN_ACTIVE))
		return false;
	knl = f->kn.kn_knlist;
	if (!knl)
		return true;
	lock(knl, 0);
	fired = f->kn.kn_fop->f_event(&f->kn, 0);
	unlock(knl, 0);
	if (!fired)
		f->kn.kn_status &= ~KN_ACTIVE;
	return fired;
}
