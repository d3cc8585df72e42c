# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_kms.c drm-console: drawing into the framebuffer that is shown is not told to the backend
# ^the console's colour
s/ps->fb != old->fb || drm_atomic_helper_damage_merged(old, ps, &rect)/ps->fb != old->fb/
