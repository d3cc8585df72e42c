# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_flip.c flip pvh: events of what was destroyed are told
s/^\tdev->ev_prod = to;//
