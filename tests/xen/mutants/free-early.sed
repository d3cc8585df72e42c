# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_gem.c drm-picture: a buffer's memory is freed while the backend maps it
# status 12[45]|WARNING|Oops
s/now = !bo->shares;/now = true;/
