# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_kms.c drm-dpms: a display that is off is told to show a picture
# ^colour \(0, 0, 0\) on the screen with blank 4
s/DRM_PLANE_COMMIT_ACTIVE_ONLY/0/
