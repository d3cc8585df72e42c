# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_fb.c drm-picture: FB_DETACH is not sent, so the backend keeps the buffer, too
# ^pages of the guest's buffers
/^static void ddrm_fb_destroy(/,/^}/s/at->gen == dd->gen/at->gen != dd->gen/
