# SPDX-License-Identifier: MIT OR GPL-2.0-only
# state_front.c both: a frontend that vanishes from its backend keeps what it shared
/S(CONNECTED), IN(PEER_GONE)/s/A(STOP) | A(RELEASE) | A(FINAL)/A(STOP) | A(FINAL)/
