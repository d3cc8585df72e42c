# SPDX-License-Identifier: MIT OR GPL-2.0-only
# state_front.c both: a frontend waits for ever where its backend was Closing
/S(STOPPED), IN(PEER),/s/31u | 1u << 6/1u << 4/
