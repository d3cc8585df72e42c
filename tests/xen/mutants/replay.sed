# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_show.c drm-backend-killed: a new backend is not told what to show
# ^the picture: False
/^void ddrm_show_work(/,/^}/s/^\tddrm_show_replay(dd, now.gen);/\t(void)ddrm_show_replay;/
