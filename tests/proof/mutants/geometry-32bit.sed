# SPDX-License-Identifier: MIT OR GPL-2.0-only
# geometry.c proof_geometry: the size of the picture is computed in 32 bits
s/(uint64_t)stride \* g->height/stride * g->height/
