# SPDX-License-Identifier: MIT OR GPL-2.0-only
# pgdir.c proof_pgdir: more grants than the caller has room for
s/if (cap < walk->want)/if (!cap)/
s/ \&\& have < cap;/;/
