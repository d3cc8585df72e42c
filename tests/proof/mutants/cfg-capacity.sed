# SPDX-License-Identifier: MIT OR GPL-2.0-only
# cfg.c proof_cfg: one connector more than the array holds
s/index >= cap/index > cap/
