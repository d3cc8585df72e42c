/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The device's task: state machine, deadlines, and all that may sleep. Everything here has the device's lock. */
#include "displif_var.h"

/* After a XenStore call that failed, ms. */
#define RETRY_MS 100u

uint64_t dfb_now(void)
{
	return sbinuptime() / SBT_1MS;
}

void dfb_kick(struct dfb_dev *dd)
{
	taskqueue_enqueue(dd->tq, &dd->task);
}

/* --- connections --- */

static void set_live(struct dfb_dev *dd, bool live)
{
	uint32_t i;

	for (i = 0; i < dd->n; i++) {
		mtx_lock(&dd->conn[i]->mtx);
		dd->conn[i]->live = live;
		mtx_unlock(&dd->conn[i]->mtx);
	}
}

/* devd(8) is told when a display comes and goes. */
static void notify(struct dfb_dev *dd, const char *what)
{
	char unit[24];

	snprintf(unit, sizeof(unit), "unit=%d", device_get_unit(dd->dev));
	devctl_notify("XEN", "DISPLAY", what, unit);
}

static int do_start(void *user)
{
	struct dfb_dev *dd = user;

	dd->started = true;
	dd->boot_until = DISPLIF_NEVER;
	dd->generation++;
	dd->edid_next = 0;
	set_live(dd, true);
	displif_port_enable(&dd->port, dd->link, dd->n);
	dfb_cons_again(dd);
	displif_plan_start(&dd->plan, dd->n);
	notify(dd, "CONNECTED");
	return 0;
}

/* All tokens come back as LOST. */
static void kill_sessions(struct dfb_dev *dd)
{
	struct dfb_conn *cn;
	uint32_t i;

	for (i = 0; dd->front && i < dd->n; i++) {
		cn = dd->conn[i];
		mtx_lock(&cn->mtx);
		cn->live = false;
		displif_front_kill(cn->front, DISPLIF_E_GONE);
		dfb_pump(cn);
		mtx_unlock(&cn->mtx);
	}
	atomic_store_rel_int(&dd->broken, 0);
	atomic_store_rel_int(&dd->again, 0);
}

static void do_stop(void *user)
{
	struct dfb_dev *dd = user;

	kill_sessions(dd);
	dd->started = false;
	dfb_work_stop(dd);
	dfb_cons_work(dd);
	notify(dd, "DISCONNECTED");
}

static void do_release(void *user)
{
	struct dfb_dev *dd = user;

	kill_sessions(dd);
	dfb_work_release(dd);
	displif_port_front_close(&dd->port, dd->link, dd->n);
	dfb_rings_drop(dd);
}

/* --- the state machine --- */

/*
 * Not by the port layer: boot waits for what xenbus knows of it. xenbus tells nobody of an error, but does not
 * know the state then; also if the node is gone, so it is tried less and less often.
 */
static void write_state(struct dfb_dev *dd, enum xenbus_state state, uint32_t pause_ms)
{
	xenbus_set_state(dd->dev, state);
	dd->write_at = DISPLIF_NEVER;
	if (xenbus_get_state(dd->dev) == state)
		return;
	dd->unwritten = state;
	dd->write_ms = MIN(pause_ms, 60000);
	dd->write_at = dfb_now() + dd->write_ms;
}

/* What is to be fed next; false: not now. */
static bool read_peer(void *user, enum displif_in *in, uint32_t *arg)
{
	struct dfb_dev *dd = user;
	struct displif_diag diag = { 0 };
	uint8_t state;
	int err = displif_port_read_state(&dd->port, dd->backend_dir, &state, &diag);

	dd->unread = false;
	if (err && err != DISPLIF_E_ABSENT) {
		dfb_fail(dd, "reading the backend's state", err, &diag);
		dd->unread = true;
		dd->retry_at = dfb_now() + RETRY_MS;
		return false;
	}
	*in = err ? DISPLIF_IN_PEER_GONE : DISPLIF_IN_PEER;
	*arg = state;
	return true;
}

static uint64_t clock_of(void *user)
{
	(void)user;
	return dfb_now();
}

static int publish(void *user)
{
	return dfb_publish(user);
}

static void own_state(void *user, uint32_t state)
{
	write_state(user, (enum xenbus_state)state, RETRY_MS);
}

static void final(void *user)
{
	struct dfb_dev *dd = user;

	dd->final = true;
}

void dfb_feed(struct dfb_dev *dd, enum displif_in in, uint32_t arg)
{
	/* What is wanted outlives a connection. */
	static const struct displif_fdev_ops ops = {
		.now = clock_of,
		.publish = publish,
		.start = do_start,
		.stop = do_stop,
		.release = do_release,
		.write = own_state,
		.peer = read_peer,
		.final = final,
		.survives = true,
	};

	displif_fdev_feed(&dd->fdev, &ops, dd, in, arg);
}

static void look(struct dfb_dev *dd)
{
	enum displif_in in;
	uint32_t state;

	if (!dd->final && read_peer(dd, &in, &state))
		dfb_feed(dd, in, state);
}

/* What attach could not read. */
static void configure(struct dfb_dev *dd)
{
	struct displif_cfg cfg;

	dd->config_at = DISPLIF_NEVER;
	if (!dd->cons_late || dd->n_conn || dfb_configure(dd, &cfg) != DISPLIF_E_OS)
		return;
	dd->config_ms = MIN(dd->config_ms ? 2 * dd->config_ms : RETRY_MS, 60000);
	dd->config_at = dfb_now() + dd->config_ms;
}

/* --- one round --- */

/* With the mutex: what is overdue. */
static void expire(struct dfb_conn *cn, uint64_t now)
{
	uint32_t i;

	/* What lay in the pages was not overdue; then look again. */
	for (i = 0; i < 2 && displif_front_deadline(cn->front) <= now; i++) {
		displif_front_expire(cn->front, now);
		dfb_pump(cn);
	}
}

static void serve(struct dfb_dev *dd, uint64_t now)
{
	bool again = atomic_readandclear_int(&dd->again);
	struct dfb_conn *cn;
	uint32_t i;

	for (i = 0; dd->started && i < dd->n; i++) {
		cn = dd->conn[i];
		mtx_lock(&cn->mtx);
		if (again) {
			displif_front_irq(cn->front, DISPLIF_CHAN_REQ);
			displif_front_irq(cn->front, DISPLIF_CHAN_EVT);
			dfb_pump(cn);
		}
		expire(cn, now);
		mtx_unlock(&cn->mtx);
	}
}

static void broke(struct dfb_dev *dd)
{
	struct displif_front_stats st;
	struct dfb_conn *cn;
	uint32_t i;
	int err;

	dd->breaks++;
	for (i = 0; dd->front && i < dd->n; i++) {
		cn = dd->conn[i];
		mtx_lock(&cn->mtx);
		err = cn->front->err;
		st = cn->front->stats;
		mtx_unlock(&cn->mtx);
		if (err)
			device_printf(
				dd->dev,
				"connector %u: domain %u: %s (%u messages that match nothing, %u requests lost); the connection ends\n",
				i, dd->backend, displif_strerror(err), st.stray, st.lost);
	}
	dfb_feed(dd, DISPLIF_IN_BROKEN, 0);
}

/* Pages that were given up and are mapped still. */
static void count_held(struct dfb_dev *dd)
{
	uint32_t held = dfb_held(dd);

	if (held == dd->held)
		return;
	if (held > dd->held)
		device_printf(dd->dev, "domain %u still maps %u pages that were given up\n",
			      dd->backend, held);
	dd->held = held;
	dfb_feed(dd, DISPLIF_IN_ZOMBIES, held);
}

static void inputs(struct dfb_dev *dd, uint64_t now)
{
	if (atomic_readandclear_int(&dd->resumed)) {
		strlcpy(dd->backend_dir, xenbus_get_otherend_path(dd->dev),
			sizeof(dd->backend_dir));
		dd->backend = (uint16_t)xenbus_get_otherend_id(dd->dev);
		dfb_feed(dd, DISPLIF_IN_RESUMED, 0);
	}
	if (atomic_readandclear_int(&dd->changed))
		look(dd);
	if (atomic_readandclear_int(&dd->broken))
		broke(dd);
	/*
	 * Boot waits until we are Connected or Closed. For the state machine nothing has changed: a backend
	 * that comes is answered as ever.
	 */
	if (dd->boot_until <= now) {
		dd->boot_until = DISPLIF_NEVER;
		if (dd->fdev.state == DISPLIF_FDEV_INIT)
			write_state(dd, XenbusStateClosed, RETRY_MS);
	}
	if (dd->write_at <= now)
		write_state(dd, dd->unwritten, 2 * dd->write_ms);
	if (dd->retry_at <= now) {
		dd->retry_at = DISPLIF_NEVER;
		look(dd);
	}
	if (dd->config_at <= now)
		configure(dd);
	/* In order if that is quick, else as if the backend were gone. */
	if (dd->leaving && !dd->removed &&
	    (!dd->started || dfb_settled(dd) || now >= dd->leave_until)) {
		dd->removed = true;
		dfb_feed(dd, DISPLIF_IN_REMOVE, 0);
	}
	if (dd->fdev.due <= now)
		dfb_feed(dd, DISPLIF_IN_TICK, 0);
	if (dd->sweep_at <= now)
		dfb_sweep(dd);
	count_held(dd);
}

static uint64_t next_due(struct dfb_dev *dd)
{
	uint64_t d, due = MIN(MIN(dd->fdev.due, dd->retry_at), MIN(dd->sweep_at, dd->boot_until));
	uint32_t i;

	due = MIN(due, MIN(dd->write_at, dd->config_at));
	if (dd->leaving && !dd->removed)
		due = MIN(due, dd->leave_until);
	for (i = 0; dd->started && i < dd->n; i++) {
		mtx_lock(&dd->conn[i]->mtx);
		d = displif_front_deadline(dd->conn[i]->front);
		mtx_unlock(&dd->conn[i]->mtx);
		due = MIN(due, d);
	}
	return due;
}

static void arm(struct dfb_dev *dd)
{
	uint64_t now = dfb_now(), due, ms;

	/* A flip that is sent while we look asks for another round. */
	atomic_store_rel_64(&dd->armed, DISPLIF_NEVER);
	due = next_due(dd);
	if (due == DISPLIF_NEVER)
		return;
	atomic_store_rel_64(&dd->armed, due);
	ms = due > now ? MIN(due - now, 60000) : 1;
	taskqueue_enqueue_timeout(dd->tq, &dd->timer, (int)((ms * hz + 999) / 1000));
}

static void run(void *arg, int pending)
{
	struct dfb_dev *dd = arg;
	bool late;

	(void)pending;
	sx_xlock(&dd->sx);
	if (!dd->dying) {
		inputs(dd, dfb_now());
		serve(dd, dfb_now());
		dfb_work(dd);
		dfb_cons_work(dd);
		/* Whoever waits looks for himself. */
		wakeup(dd);
		arm(dd);
	}
	late = dd->cons_late && dd->n_conn && !dd->leaving;
	sx_xunlock(&dd->sx);
	/* The topology lock goes first. */
	if (late)
		dfb_late_console(dd);
}

int dfb_task_init(struct dfb_dev *dd)
{
	TASK_INIT(&dd->task, 0, run, dd);
	dd->tq = taskqueue_create("displif task", M_WAITOK, taskqueue_thread_enqueue, &dd->tq);
	TIMEOUT_TASK_INIT(dd->tq, &dd->timer, 0, run, dd);
	return taskqueue_start_threads(&dd->tq, 1, PI_TTY, "%s", device_get_nameunit(dd->dev));
}

void dfb_task_fini(struct dfb_dev *dd)
{
	sx_xlock(&dd->sx);
	dd->dying = true;
	sx_xunlock(&dd->sx);
	while (taskqueue_cancel_timeout(dd->tq, &dd->timer, NULL))
		taskqueue_drain_timeout(dd->tq, &dd->timer);
	taskqueue_drain(dd->tq, &dd->task);
	taskqueue_free(dd->tq);
}

void dfb_leave(struct dfb_dev *dd)
{
	uint64_t end = dfb_now() + 2 * DFB_ANSWER_MS + 1000;

	dd->leaving = true;
	dd->leave_until = dfb_now() + DFB_ANSWER_MS;
	dfb_kick(dd);
	while (!dd->final && dfb_now() < end)
		sx_sleep(dd, &dd->sx, 0, "displif", hz / 20);
	/* The state machine closes what is left. */
	if (!dd->final)
		dfb_feed(dd, DISPLIF_IN_PEER_GONE, 0);
	dfb_work_end(dd);
	end = dfb_now() + DFB_ANSWER_MS;
	for (dfb_sweep(dd); dfb_held(dd) && dfb_now() < end; dfb_sweep(dd))
		sx_sleep(dd, &dd->sx, 0, "displif", hz / 5);
}
