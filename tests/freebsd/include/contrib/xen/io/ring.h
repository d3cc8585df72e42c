/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* FreeBSD's copy of ring.h is older than Xen 4.16's: without this. */
#include <xen/io/ring.h>

#undef XEN_FRONT_RING_INIT
