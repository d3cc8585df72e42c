# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_mem.c fb pv: PV has no page tables for a mapping
s/if (sized \&\& !make_tables(n))/if (sized)/
