# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_show.c drm-backend-killed: the replay keeps a reference to the framebuffer that it shows
# ^pages of the guest's buffers
/^static int ddrm_show_view(/,/^}/{
/drm_framebuffer_put(/d
}
