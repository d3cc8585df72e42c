# SPDX-License-Identifier: MIT OR GPL-2.0-only
# back_bufs.c request: one page more than the quota has
s/total > guest->quota.pages)/total > guest->quota.pages + UINT64_C(1))/
