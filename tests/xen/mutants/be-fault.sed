# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_gem.c drm-be-alloc: a fault maps the page before the one that is asked for
# pixels differ
s/vmf->address, bo->pages\[i\])/vmf->address, bo->pages[i ? i - 1 : 0])/
