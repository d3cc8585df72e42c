# SPDX-License-Identifier: MIT OR GPL-2.0-only
# edid.c proof_edid: a name of one character too many
s/i < sizeof(edid->name) - 1u/i < sizeof(edid->name) + 1u/
