# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The one list of libdisplif's sources, names relative to src/.
# Plain "VARIABLE += name" lines only: read by GNU make, BSD make and Kbuild, and parsed by CMake.

# Core: pure protocol, calls nothing but memcpy, memmove, memset and memcmp.
DISPLIF_CORE_SRCS += err.c
DISPLIF_CORE_SRCS += geometry.c
DISPLIF_CORE_SRCS += text.c
DISPLIF_CORE_SRCS += xs.c
DISPLIF_CORE_SRCS += cfg.c
DISPLIF_CORE_SRCS += edid.c
DISPLIF_CORE_SRCS += edid_modes.c
DISPLIF_CORE_SRCS += proto.c
DISPLIF_CORE_SRCS += ring.c
DISPLIF_CORE_SRCS += evt.c
DISPLIF_CORE_SRCS += pgdir.c
DISPLIF_CORE_SRCS += state_rule.c
DISPLIF_CORE_SRCS += state_front.c
DISPLIF_CORE_SRCS += state_feed.c
DISPLIF_CORE_SRCS += state_back.c
DISPLIF_CORE_SRCS += front.c
DISPLIF_CORE_SRCS += front_io.c
DISPLIF_CORE_SRCS += back.c
DISPLIF_CORE_SRCS += back_io.c
DISPLIF_CORE_SRCS += back_bufs.c
DISPLIF_CORE_SRCS += plan.c

# Port layer: reaches the OS through struct displif_port_ops.
DISPLIF_PORT_SRCS += port.c
DISPLIF_PORT_SRCS += port_back.c
DISPLIF_PORT_SRCS += port_bufs.c
DISPLIF_PORT_SRCS += port_front.c
DISPLIF_PORT_SRCS += port_share.c
DISPLIF_PORT_SRCS += port_xs.c
