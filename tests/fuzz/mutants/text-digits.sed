# SPDX-License-Identifier: MIT OR GPL-2.0-only
# xs.c text: a number may have eleven digits
s/digits >= 10u/digits >= 11u/
