/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Vblanks: a timer with the mode's period, whose phase follows the backend's flip events.
 *
 * Enabling, disabling and reading the time are called under vblank locks, which nest inside the
 * connector's: they touch the timer and atomics only. The time of a vblank is all the state
 * there is; DRM's counts follow from it, so a tick that comes twice counts nothing.
 */
#include <linux/ktime.h>
#include <linux/math64.h>

#include <drm/drm_managed.h>
#include <drm/drm_vblank.h>

#include "displif_drv.h"
#include "displif_phase.h"

static u32 ddrm_slack(const struct ddrm_vblank *v)
{
	/* While flips flow the backend's event is to come first. */
	return atomic_read(&v->late) ? ddrm_phase_slack(v->period) : 0;
}

static void ddrm_vblank_start(struct ddrm_vblank *v, s64 stamp)
{
	hrtimer_start(&v->timer, ns_to_ktime(stamp + v->period + ddrm_slack(v)), HRTIMER_MODE_ABS);
}

static void ddrm_vblank_handle(struct ddrm_conn *c)
{
	drm_crtc_handle_vblank(&c->crtc);
	if (READ_ONCE(c->crc_on))
		queue_work(system_unbound_wq, &c->crc_work);
}

static enum hrtimer_restart ddrm_tick(struct hrtimer *timer)
{
	struct ddrm_vblank *v = container_of(timer, struct ddrm_vblank, timer);
	struct ddrm_conn *c = container_of(v, struct ddrm_conn, vblank);
	s64 stamp = atomic64_read(&v->stamp), now = ktime_get_ns(), next;

	if (!atomic_read(&v->on))
		return HRTIMER_NORESTART;
	next = stamp + div_s64(now - stamp, (s32)v->period) * v->period;
	/* A flip event may move the phase at this very time: then it has counted this vblank. */
	if (next > stamp && atomic64_cmpxchg(&v->stamp, stamp, next) == stamp) {
		atomic_set(&v->late, atomic64_read(&v->done) == stamp);
		if (atomic_xchg(&v->armed, 0))
			atomic64_set(&v->done, next);
		ddrm_vblank_handle(c);
	}
	/*
	 * Started here and not by the return value: enable_vblank() may do the same on another
	 * CPU.
	 */
	if (atomic_read(&v->on))
		ddrm_vblank_start(v, atomic64_read(&v->stamp));
	return HRTIMER_NORESTART;
}

int ddrm_vblank_enable(struct drm_crtc *crtc)
{
	struct ddrm_vblank *v = &crtc_to_conn(crtc)->vblank;
	s64 stamp = atomic64_read(&v->stamp);

	/* The phase is kept over the time without ticks. */
	stamp += div_s64(ktime_get_ns() - stamp, (s32)v->period) * v->period;
	atomic64_set(&v->stamp, stamp);
	atomic_set(&v->on, 1);
	ddrm_vblank_start(v, stamp);
	return 0;
}

void ddrm_vblank_disable(struct drm_crtc *crtc)
{
	struct ddrm_vblank *v = &crtc_to_conn(crtc)->vblank;

	/* Not hrtimer_cancel(): the handler may wait for the lock under which this is called. */
	atomic_set(&v->on, 0);
	hrtimer_try_to_cancel(&v->timer);
}

bool ddrm_vblank_stamp(struct drm_crtc *crtc, int *max_error, ktime_t *time, bool in_irq)
{
	struct ddrm_vblank *v = &crtc_to_conn(crtc)->vblank;
	s64 stamp = atomic64_read(&v->stamp), age;

	if (!in_irq) {
		age = (s64)ktime_get_ns() - stamp;
		/* A tick that is late on purpose has not come before it comes. */
		if (atomic_read(&v->on))
			age -= ddrm_slack(v);
		if (age > 0)
			stamp += div_s64(age, (s32)v->period) * v->period;
	}
	*time = ns_to_ktime(stamp);
	return true;
}

/* The event goes out now, and its reference to vblanks with it. */
void ddrm_vblank_send(struct ddrm_conn *c, struct drm_pending_vblank_event *event)
{
	struct drm_device *drm = &c->dd->drm;

	spin_lock(&drm->event_lock);
	drm_crtc_send_vblank_event(&c->crtc, event);
	spin_unlock(&drm->event_lock);
	drm_crtc_vblank_put(&c->crtc);
}

/* The same, with the next tick. */
void ddrm_vblank_arm(struct ddrm_conn *c, struct drm_pending_vblank_event *event)
{
	struct drm_device *drm = &c->dd->drm;

	spin_lock(&drm->event_lock);
	atomic_set(&c->vblank.armed, 1);
	drm_crtc_arm_vblank_event(&c->crtc, event);
	spin_unlock(&drm->event_lock);
}

/* The backend has shown now what was sent at @sent. */
void ddrm_vblank_flip(struct ddrm_conn *c, struct drm_pending_vblank_event *event, s64 sent)
{
	struct ddrm_vblank *v = &c->vblank;
	s64 stamp = atomic64_read(&v->stamp);
	struct ddrm_phase p;

	p = ddrm_phase_flip(stamp, atomic64_read(&v->done) == stamp, sent, ktime_get_ns(),
			    v->period);
	if (p.what == DDRM_PHASE_WAIT) {
		if (p.stamp != stamp && atomic64_cmpxchg(&v->stamp, stamp, p.stamp) == stamp)
			ddrm_vblank_start(v, p.stamp);
		ddrm_vblank_arm(c, event);
		return;
	}
	atomic_set(&v->late, 1);
	/* A tick may come at this very time: then it has counted this vblank. */
	if (atomic64_cmpxchg(&v->stamp, stamp, p.stamp) == stamp) {
		ddrm_vblank_start(v, p.stamp);
		if (p.what == DDRM_PHASE_NEXT)
			ddrm_vblank_handle(c);
	}
	atomic64_set(&v->done, atomic64_read(&v->stamp));
	ddrm_vblank_send(c, event);
}

/* From the CRTC's enabling, before vblanks go on. */
void ddrm_vblank_mode(struct ddrm_conn *c)
{
	struct ddrm_vblank *v = &c->vblank;
	int period = c->dd->drm.vblank[drm_crtc_index(&c->crtc)].framedur_ns;

	v->period = period > 0 ? (u32)period : NSEC_PER_SEC / 60;
	atomic64_set(&v->stamp, ktime_get_ns());
	atomic64_set(&v->done, 0);
	atomic_set(&v->armed, 0);
	atomic_set(&v->late, 0);
}

static void ddrm_vblank_fini(struct drm_device *drm, void *arg)
{
	struct ddrm_vblank *v = arg;

	hrtimer_cancel(&v->timer);
}

/*
 * A commit that was under way while the device went may start the timer again; its file keeps
 * us.
 */
int ddrm_vblank_init(struct ddrm_conn *c)
{
	struct ddrm_vblank *v = &c->vblank;

	v->period = NSEC_PER_SEC / 60;
	ddrm_hrtimer_setup(&v->timer, ddrm_tick);
	return drmm_add_action_or_reset(&c->dd->drm, ddrm_vblank_fini, v);
}
