# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_flip.c drm-flips: the event of a flip that is done is kept, and sent once more
# .
/^void ddrm_flip_event(/,/^}/s/^\t\t\tc->event = NULL;/\t\t\t;/
