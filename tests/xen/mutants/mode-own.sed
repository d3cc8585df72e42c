# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_kms.c drm-picture: a client's own mode is shown at any rate
# a mode of \d+ kHz
/\.mode_valid = ddrm_mode_valid,/d
