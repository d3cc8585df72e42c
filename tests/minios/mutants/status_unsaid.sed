# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_flip.c life pvh: a change of status is no event
/^void displfront_status_changed/,/^}/{/ev_status = true/d}
