# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_drv.c drm-unbind: the DRM device stays when the driver leaves
# pixels differ
/drm_dev_unplug(/d
