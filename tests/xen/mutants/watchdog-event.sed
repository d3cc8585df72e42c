# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_flip.c drm-backend-stopped: a flip that was given up takes its event with it
# .
/^void ddrm_flip_expire(/,/^}/s/ddrm_flip_local(c);/c->event = NULL;/
