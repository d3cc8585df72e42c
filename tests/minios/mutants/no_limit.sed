# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_mem.c fb pvh: gntmap keeps its usual limit
s/sized = !gntmap_set_max_grants(&m->map, (int)n);/sized = true;/
