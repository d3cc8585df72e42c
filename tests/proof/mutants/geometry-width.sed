# SPDX-License-Identifier: MIT OR GPL-2.0-only
# geometry.c proof_geometry: no limit on the width
s/!width || width > DISPLIF_MAX_SIDE/!width/
