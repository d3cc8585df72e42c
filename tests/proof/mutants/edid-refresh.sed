# SPDX-License-Identifier: MIT OR GPL-2.0-only
# edid_modes.c proof_edid: the rate of a timing without pixels is computed
s/ || hstart >= hend || hend > htotal || vstart >= vend ||/ ||/
s/if (!clock || !width || !height ||/if (!clock ||/
