# SPDX-License-Identifier: MIT OR GPL-2.0-only
# pgdir.c proof_pgdir: one grant more than the buffer has
s/at < n)/at <= n)/
