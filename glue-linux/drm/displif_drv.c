/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The module: parameters, both drivers, and a device's beginning and end. docs/design-drm.md
 * tells why.
 */
#include <linux/dma-mapping.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/stringify.h>
#include <xen/platform_pci.h>
#include <xen/xen.h>

#include <drm/drm_atomic_helper.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_managed.h>

#include "displif_drv.h"

bool ddrm_contiguous;
module_param_named(contiguous, ddrm_contiguous, bool, 0644);
MODULE_PARM_DESC(contiguous,
		 "Dumb buffers in one block of memory where there is one (default: no)");

bool ddrm_bgr;
module_param_named(bgr, ddrm_bgr, bool, 0444);
MODULE_PARM_DESC(bgr,
		 "Offer XBGR8888 and ABGR8888, which not every backend shows right (default: no)");

uint ddrm_grace_ms = 5000;
module_param_named(grace_ms, ddrm_grace_ms, uint, 0644);
MODULE_PARM_DESC(grace_ms, "How long connectors stay connected without a backend (default: 5000)");

static bool ddrm_allow = true;
module_param_named(allow, ddrm_allow, bool, 0444);
MODULE_PARM_DESC(allow, "Bind to devices (default: yes)");

u64 ddrm_now(void)
{
	return (u64)ktime_to_ms(ktime_get());
}

DEFINE_DRM_GEM_FOPS(ddrm_fops);

/* clang-format off */
static const struct drm_driver ddrm_driver = {
	.driver_features = DRIVER_MODESET | DRIVER_GEM | DRIVER_ATOMIC,
	.name = "displif",
	.desc = "Xen para-virtual display",
	DDRM_DRIVER_DATE
	.major = 1,
	.minor = 0,
	.fops = &ddrm_fops,
	.gem_create_object = ddrm_gem_create_object,
	.gem_prime_import_sg_table = ddrm_gem_import,
	DDRM_DRIVER_PRIME
	.dumb_create = ddrm_dumb_create,
	DDRM_DRIVER_CONSOLE
	.debugfs_init = ddrm_debugfs_init,
};
/* clang-format on */

static int ddrm_conns_init(struct ddrm_dev *dd)
{
	u32 i;

	dd->conn = drmm_kcalloc(&dd->drm, dd->n_conn, sizeof(*dd->conn), GFP_KERNEL);
	if (!dd->conn)
		return -ENOMEM;
	for (i = 0; i < dd->n_conn; i++)
		ddrm_conn_init(dd, &dd->conn[i], i);
	return 0;
}

static int ddrm_probe(struct xenbus_device *xen, const struct xenbus_device_id *id)
{
	struct ddrm_dev *dd;
	int err;

	err = dma_coerce_mask_and_coherent(&xen->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	dd = devm_drm_dev_alloc(&xen->dev, &ddrm_driver, struct ddrm_dev, drm);
	if (IS_ERR(dd))
		return (int)PTR_ERR(dd);
	dd->xen = xen;
	mutex_init(&dd->objs);
	INIT_LIST_HEAD(&dd->shares);
	INIT_LIST_HEAD(&dd->held);
	INIT_LIST_HEAD(&dd->fbs);
	/* Not of the device's managed memory: that goes while open files still need the rest. */
	dd->cfg_conn =
		drmm_kcalloc(&dd->drm, DDRM_MAX_CONNECTORS, sizeof(*dd->cfg_conn), GFP_KERNEL);
	if (!dd->cfg_conn)
		return -ENOMEM;
	err = ddrm_link_init(dd);
	if (!err)
		err = ddrm_link_configure(dd);
	if (!err)
		err = ddrm_conns_init(dd);
	if (!err)
		err = ddrm_kms_init(dd);
	if (err) {
		ddrm_link_fini(dd);
		return err;
	}
	dev_set_drvdata(&xen->dev, dd);
	/* The watch on the backend comes after this, and fires once at first. */
	ddrm_link_input(dd, DDRM_IN_RESUMED);
	return 0;
}

static void ddrm_remove(struct xenbus_device *xen)
{
	struct ddrm_dev *dd = dev_get_drvdata(&xen->dev);

	/*
	 * Ends every wait for the backend, so that nothing below has to. Clients see a device
	 * without one.
	 */
	ddrm_link_stop(dd);
	mutex_lock(&dd->objs);
	dd->gone = true;
	mutex_unlock(&dd->objs);
	cancel_delayed_work_sync(&dd->show_work);
	cancel_delayed_work_sync(&dd->life_work);
	if (dd->registered) {
		drm_dev_unplug(&dd->drm);
		drm_atomic_helper_shutdown(&dd->drm);
	}
	/* Those who were in the middle of sharing a buffer have left by now. */
	ddrm_share_fini(dd);
	ddrm_show_fini(dd);
	ddrm_link_fini(dd);
	dd->xen = NULL;
}

static int ddrm_resume(struct xenbus_device *xen)
{
	ddrm_link_input(dev_get_drvdata(&xen->dev), DDRM_IN_RESUMED);
	return 0;
}

/* The state that comes with the watch may be older than the one that is there. */
static void ddrm_otherend_changed(struct xenbus_device *xen, enum xenbus_state state)
{
	ddrm_link_input(dev_get_drvdata(&xen->dev), DDRM_IN_PEER);
}

static const struct xenbus_device_id ddrm_ids[] = { { XENDISPL_DRIVER_NAME }, { "" } };

static struct xenbus_driver ddrm_xenbus_driver = {
	.name = "displif_drm",
	.ids = ddrm_ids,
	.probe = ddrm_probe,
	.remove = ddrm_remove,
	.resume = ddrm_resume,
	.otherend_changed = ddrm_otherend_changed,
	/*
	 * The state machine writes the last state itself; and a missing display must not hold
	 * up the boot.
	 */
	.allow_rebind = true,
	.not_essential = true,
};

static int __init ddrm_module_init(void)
{
	/* Not in probe, where a refusal reads like a fault of the device. */
	if (!ddrm_allow || !xen_domain() || !xen_has_pv_devices())
		return -ENODEV;
	return xenbus_register_frontend(&ddrm_xenbus_driver);
}

static void __exit ddrm_module_exit(void)
{
	xenbus_unregister_driver(&ddrm_xenbus_driver);
}

module_init(ddrm_module_init);
module_exit(ddrm_module_exit);
MODULE_VERSION(__stringify(DISPLIF_VERSION_MAJOR) "." __stringify(DISPLIF_VERSION_MINOR) "."
	       __stringify(DISPLIF_VERSION_PATCH));
MODULE_DESCRIPTION("Xen para-virtual display frontend, on libdisplif");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_ALIAS("xen:" XENDISPL_DRIVER_NAME);
