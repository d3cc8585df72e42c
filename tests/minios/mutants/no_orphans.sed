# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_thread.c held pvh: what a former device left is not taken back
/before this one left to the backend/,+1{/displfront_held_sweep/d}
