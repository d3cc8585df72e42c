/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* newbus: a leaf below xenbusb_front. And what the driver tells of itself. */
#include "displif_var.h"

MALLOC_DEFINE(M_DISPLIF, "displif", "Xen para-virtual display");

static device_probe_t dfb_probe;
static device_attach_t dfb_attach;
static device_detach_t dfb_detach;
static device_quiesce_t dfb_quiesce;
static device_suspend_t dfb_suspend;
static device_resume_t dfb_resume;
static xenbus_otherend_changed_t dfb_otherend_changed;

/* Lines a second of what programs can cause as often as they like. */
#define LINES 8u

/* --- errors --- */

bool dfb_may_say(struct dfb_dev *dd)
{
	uint64_t now = dfb_now();

	if (now - dd->said_at >= 1000) {
		dd->said_at = now;
		dd->said = 0;
	}
	return dd->said++ < LINES;
}

void dfb_fail(struct dfb_dev *dd, const char *what, int err, const struct displif_diag *diag)
{
	if (diag && diag->err)
		displif_diag_text(diag, dd->error, sizeof(dd->error));
	else
		strlcpy(dd->error, displif_strerror(err), sizeof(dd->error));
	if (dfb_may_say(dd))
		device_printf(dd->dev, "%s: %s\n", what, dd->error);
}

int dfb_errno(int err)
{
	switch (err) {
	case 0:
		return 0;
	case DISPLIF_E_INVAL:
	case DISPLIF_E_RANGE:
		return EINVAL;
	case DISPLIF_E_NOSPC:
		return ENOSPC;
	case DISPLIF_E_AGAIN:
	case DISPLIF_E_FULL:
		return EAGAIN;
	case DISPLIF_E_STATE:
	case DISPLIF_E_GONE:
	case DISPLIF_E_ABSENT:
		return ENXIO;
	case DISPLIF_E_OS:
		return ENOMEM;
	case DISPLIF_E_TIMEOUT:
		return ETIMEDOUT;
	case DISPLIF_E_UNSUPPORTED:
		return EOPNOTSUPP;
	default:
		return EIO;
	}
}

/* --- sysctl: dev.displif.N --- */

static int sysctl_state(SYSCTL_HANDLER_ARGS)
{
	struct dfb_dev *dd = arg1;
	const char *name;

	(void)arg2;
	sx_slock(&dd->sx);
	name = displif_fdev_name(dd->fdev.state);
	sx_sunlock(&dd->sx);
	return SYSCTL_OUT(req, name, strlen(name) + 1);
}

static void add_sysctls(struct dfb_dev *dd)
{
	struct sysctl_ctx_list *ctx = &dd->sysctls;
	struct sysctl_oid_list *list = SYSCTL_CHILDREN(device_get_sysctl_tree(dd->dev));

	SYSCTL_ADD_PROC(ctx, list, OID_AUTO, "state", CTLTYPE_STRING | CTLFLAG_RD | CTLFLAG_MPSAFE,
			dd, 0, sysctl_state, "A", "state of the frontend");
	SYSCTL_ADD_U32(ctx, list, OID_AUTO, "generation", CTLFLAG_RD, &dd->generation, 0,
		       "how often a backend connected");
	SYSCTL_ADD_U32(ctx, list, OID_AUTO, "breaks", CTLFLAG_RD, &dd->breaks, 0,
		       "connections that ended by a fault of the backend's");
	SYSCTL_ADD_U32(ctx, list, OID_AUTO, "connectors", CTLFLAG_RD, &dd->n_conn, 0, "connectors");
	SYSCTL_ADD_U32(ctx, list, OID_AUTO, "held", CTLFLAG_RD, &dd->held, 0,
		       "pages given up that a backend still maps");
}

static void add_conn_sysctls(struct dfb_dev *dd)
{
	struct sysctl_ctx_list *ctx = &dd->sysctls;
	struct sysctl_oid_list *list = SYSCTL_CHILDREN(device_get_sysctl_tree(dd->dev));
	struct dfb_conn *cn = dd->conn[0];

	SYSCTL_ADD_U64(ctx, list, OID_AUTO, "flips", CTLFLAG_RD, &cn->flips, 0,
		       "flips of connector 0");
	SYSCTL_ADD_U64(ctx, list, OID_AUTO, "shown", CTLFLAG_RD, &cn->shown, 0,
		       "of these, seen on the screen");
	SYSCTL_ADD_U64(ctx, list, OID_AUTO, "failed", CTLFLAG_RD, &cn->failed, 0,
		       "of these, refused or lost");
	SYSCTL_ADD_U64(ctx, list, OID_AUTO, "interrupts", CTLFLAG_RD, &cn->interrupts, 0,
		       "event channel interrupts of connector 0");
}

/* --- newbus --- */

static int dfb_probe(device_t dev)
{
	if (strcmp(xenbus_get_type(dev), XENDISPL_DRIVER_NAME) != 0)
		return ENXIO;
	device_set_desc(dev, "Xen para-virtual display");
	return BUS_PROBE_DEFAULT;
}

static void init(struct dfb_dev *dd, device_t dev)
{
	dd->dev = dev;
	sysctl_ctx_init(&dd->sysctls);
	sx_init(&dd->sx, "displif device");
	mtx_init(&dd->ev_mtx, "displif events", NULL, MTX_DEF);
	dd->port = (struct displif_port){ &dfb_port_ops, dd };
	displif_fdev_init(&dd->fdev);
	dd->fdev.connect_ms = DFB_BOOT_MS;
	dd->boot_until = dfb_now() + DFB_BOOT_MS;
	dd->fdev.max_zombies = 4096;
	displif_plan_init(&dd->plan, &dd->fdev);
	dd->retry_at = dd->write_at = dd->config_at = DISPLIF_NEVER;
	/* Devices that are gone may have left something, and nobody else looks. */
	dd->sweep_at = dfb_now();
	dd->backend = (uint16_t)xenbus_get_otherend_id(dev);
	strlcpy(dd->dir, xenbus_get_node(dev), sizeof(dd->dir));
	strlcpy(dd->backend_dir, xenbus_get_otherend_path(dev), sizeof(dd->backend_dir));
}

/* With sx and the topology lock: what wants to know the connectors. */
static void begin_console(struct dfb_dev *dd)
{
	add_conn_sysctls(dd);
	dfb_cons_begin(dd);
	dfb_cons_attach(dd);
}

void dfb_late_console(struct dfb_dev *dd)
{
	bus_topo_lock();
	sx_xlock(&dd->sx);
	if (dd->cons_late)
		begin_console(dd);
	dd->cons_late = false;
	sx_xunlock(&dd->sx);
	bus_topo_unlock();
	dfb_kick(dd);
}

static int dfb_attach(device_t dev)
{
	struct dfb_dev *dd = device_get_softc(dev);
	struct displif_cfg cfg;
	int err;

	/* Grants name pages as vtophys() does. */
	if (!xen_feature(XENFEAT_auto_translated_physmap)) {
		device_printf(
			dev,
			"this guest has no XENFEAT_auto_translated_physmap: no page can be granted\n");
		return ENXIO;
	}
	init(dd, dev);
	err = dfb_task_init(dd);
	if (err) {
		device_printf(dev, "no thread: error %d\n", err);
		taskqueue_free(dd->tq);
		mtx_destroy(&dd->ev_mtx);
		sx_destroy(&dd->sx);
		return err;
	}
	sx_xlock(&dd->sx);
	add_sysctls(dd);
	/* The toolstack has written the sizes: the console is there before a backend is. Else the task tries it. */
	err = dfb_configure(dd, &cfg);
	if (!err)
		begin_console(dd);
	else
		dd->cons_late = true;
	if (err == DISPLIF_E_OS)
		dd->config_at = dfb_now();
	/* Whatever an earlier frontend left: we begin at Initialising. */
	dfb_feed(dd, DISPLIF_IN_RESUMED, 0);
	sx_xunlock(&dd->sx);
	dfb_kick(dd);
	/* A console without it is worth having. */
	err = dfb_cdev_begin(dd);
	if (err)
		device_printf(dev, "no device for programs: error %d\n", err);
	return 0;
}

/* The parent frees what we use, whatever this returns: so it must succeed. */
static int dfb_detach(device_t dev)
{
	struct dfb_dev *dd = device_get_softc(dev);
	uint32_t i;

	dfb_cdev_end(dd);
	dfb_cons_stop(dd);
	/* Without sx: waits for who is asking. */
	sysctl_ctx_free(&dd->sysctls);
	sx_xlock(&dd->sx);
	dfb_leave(dd);
	/* Last: flips that end look at it. */
	dfb_cons_end(dd);
	sx_xunlock(&dd->sx);
	dfb_task_fini(dd);
	dfb_share_fini(dd);
	for (i = 0; i < dd->n_conn; i++) {
		mtx_destroy(&dd->conn[i]->mtx);
		free(dd->conn[i]->edid, M_DISPLIF);
		free(dd->conn[i], M_DISPLIF);
	}
	free(dd->mode, M_DISPLIF);
	mtx_destroy(&dd->ev_mtx);
	sx_destroy(&dd->sx);
	return 0;
}

/* vt(4) may call into this module as long as the system runs. */
static int dfb_quiesce(device_t dev)
{
	(void)dev;
	return dfb_cons_kept() ? EBUSY : 0;
}

static int dfb_suspend(device_t dev)
{
	(void)dev;
	dfb_map_suspend();
	return 0;
}

/*
 * The backend is another one, unless the suspend was called off. On xenwatch, with all of the system stopped: the
 * task does it.
 */
static int dfb_resume(device_t dev)
{
	struct dfb_dev *dd = device_get_softc(dev);

	dfb_map_resume(xen_suspend_cancelled);
	if (xen_suspend_cancelled)
		return 0;
	atomic_store_rel_int(&dd->resumed, 1);
	dfb_kick(dd);
	return 0;
}

/* On xenwatch, which serves all watches: the task does it. */
static void dfb_otherend_changed(device_t dev, enum xenbus_state state)
{
	struct dfb_dev *dd = device_get_softc(dev);

	(void)state;
	atomic_store_rel_int(&dd->changed, 1);
	dfb_kick(dd);
}

/* --- a module that is loaded after boot --- */

/*
 * Devices without a driver are forgotten at boot, until their XenStore node is written to: the directory itself,
 * what is below it does not count.
 */
static void dfb_late(void *arg)
{
	unsigned int i, n;
	const char **id;

	(void)arg;
	if (cold || !xen_domain() || xs_directory(XST_NIL, "device", XENDISPL_DRIVER_NAME, &n, &id))
		return;
	for (i = 0; i < n; i++)
		xs_write(XST_NIL, "device/" XENDISPL_DRIVER_NAME, id[i], "");
	free(id, M_XENSTORE);
}
SYSINIT(displif_late, SI_SUB_DRIVERS, SI_ORDER_ANY, dfb_late, NULL);

static device_method_t dfb_methods[] = { DEVMETHOD(device_probe, dfb_probe),
					 DEVMETHOD(device_attach, dfb_attach),
					 DEVMETHOD(device_detach, dfb_detach),
					 DEVMETHOD(device_quiesce, dfb_quiesce),
					 DEVMETHOD(device_suspend, dfb_suspend),
					 DEVMETHOD(device_resume, dfb_resume),
					 DEVMETHOD(xenbus_otherend_changed, dfb_otherend_changed),
					 DEVMETHOD_END };

/* Also without a device: vt(4) keeps the console that one had, a backend the pages, a program its maps. */
static int dfb_event(module_t mod, int what, void *arg)
{
	(void)mod;
	(void)arg;
	if (what != MOD_QUIESCE && what != MOD_UNLOAD)
		return 0;
	return dfb_cons_kept() || dfb_share_kept() || dfb_map_kept() ? EBUSY : 0;
}

static driver_t dfb_driver = { "displif", dfb_methods, sizeof(struct dfb_dev) };

DRIVER_MODULE(displif, xenbusb_front, dfb_driver, dfb_event, NULL);
MODULE_VERSION(displif, 1);
