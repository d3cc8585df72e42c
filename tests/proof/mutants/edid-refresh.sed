# SPDX-License-Identifier: MIT OR GPL-2.0-only
# edid_modes.c proof_edid: the rate of a timing without pixels is computed
/^static uint32_t refresh(/,/^}/s/if (!total)/if (!hz)/
