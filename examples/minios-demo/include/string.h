/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* For draw_format.c, where there is no C library: Mini-OS declares these functions elsewhere. */
#include <mini-os/lib.h>
