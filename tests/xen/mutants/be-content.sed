# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_be.c drm-be-alloc: a buffer that moves to another backend's pages leaves its content behind
# ^the picture: False
s/old && old->epoch == be->epoch && i < be->n/false/
