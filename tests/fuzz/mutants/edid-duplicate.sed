# SPDX-License-Identifier: MIT OR GPL-2.0-only
# edid_modes.c edid: the last mode of the list is not compared with
s/i < list->cap \&\& i < n; i++/i < list->cap \&\& i + 1u < n; i++/
