/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The one variable behind fake_hook.h. */
#include "fake_hook.h"

void (*fake_access_hook)(const volatile void *addr, enum fake_access kind);
