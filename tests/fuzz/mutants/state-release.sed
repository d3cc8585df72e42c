# SPDX-License-Identifier: MIT OR GPL-2.0-only
# state_back.c state: rings are not released when the session breaks
s/{ S(CONNECTED), IN(BROKEN), ANY, 0, S(CLOSING), A(STOP) | A(RELEASE)/{ S(CONNECTED), IN(BROKEN), ANY, 0, S(CLOSING), A(STOP)/
