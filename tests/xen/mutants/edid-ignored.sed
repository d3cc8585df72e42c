# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_show.c drm-connect: GET_EDID is never sent
# ^first modes of the connectors
s/now->version < 2/now->version < 3/
