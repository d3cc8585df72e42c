# SPDX-License-Identifier: MIT OR GPL-2.0-only
# state_front.c proof_state: the back-off after a break grows without end
/uint32_t ms = dev->backoff_ms;/,/^}/s/ms < BACKOFF_MAX_MS \/ 2 ? ms \* 2 : BACKOFF_MAX_MS/ms * 2/
