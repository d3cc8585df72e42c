# SPDX-License-Identifier: MIT OR GPL-2.0-only
# edid_modes.c proof_edid: one mode more than the array holds
s/n >= list->cap/n > list->cap/
