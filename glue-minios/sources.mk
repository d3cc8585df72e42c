# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The one list of the Mini-OS glue's sources, names relative to src/.
# Plain "VARIABLE += name" lines only, as in libdisplif/sources.mk.

DISPLIF_MINIOS_SRCS += displfront.c
DISPLIF_MINIOS_SRCS += displfront_thread.c
DISPLIF_MINIOS_SRCS += displfront_state.c
DISPLIF_MINIOS_SRCS += displfront_work.c
DISPLIF_MINIOS_SRCS += displfront_fb.c
DISPLIF_MINIOS_SRCS += displfront_flip.c
DISPLIF_MINIOS_SRCS += displfront_edid.c
DISPLIF_MINIOS_SRCS += displfront_port.c
DISPLIF_MINIOS_SRCS += displfront_mem.c

# With a C library only.
DISPLIF_MINIOS_LIBC_SRCS += displfront_fd.c
