# SPDX-License-Identifier: MIT OR GPL-2.0-only
# xs.c proof_text: a number of any length is summed up
s/ || digits >= 10u || value > UINT32_MAX)/)/
