# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_req.c drm-picture: an answer's token is ignored
# ^pages of the guest's buffers|^picture: |pixels differ|status 124
s/ev\.token % DISPLIF_RING_LEN/0/
