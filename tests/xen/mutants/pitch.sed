# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_gem.c drm-formats: lines are rounded up to 64 bytes, which the protocol cannot tell
# addfb2
s/pitch = round_up(tight, 8)/pitch = round_up(tight, 64)/
