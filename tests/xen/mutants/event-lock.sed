# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_vblank.c drm-picture: an event is sent without the lock of DRM's events
# '-', '-'|status 125
/void ddrm_vblank_send(/,/^}/{
/spin_\(un\)\{0,1\}lock(/d
}
