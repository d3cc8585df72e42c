# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_vblank.c drm-flips: a vblank that a flip makes known is not counted
# ^sequence, times
/^void ddrm_vblank_flip(/,/^}/s/if (p\.what == DDRM_PHASE_NEXT)/if (false)/
