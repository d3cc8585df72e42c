# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_share.c drm-picture: grants end when DBUF_DESTROY is sent, not when it is answered, and nobody looks whether they did
# deferring g.e
/DBUF_DESTROY))$/,/^}/s/return false;/return true;/
s/ddrm_share_end(s, false)/ddrm_share_end(s, true)/
