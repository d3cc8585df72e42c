# SPDX-License-Identifier: MIT OR GPL-2.0-only
# What displif.mk and Makefile share: lists of sources, flags of the compiler. Everything that depends on variables of
# Mini-OS's is expanded where it is used, since this is read before they are set.

displif_minios := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
displif_lib := $(abspath $(displif_minios)/../libdisplif)

DISPLIF_CORE_SRCS :=
DISPLIF_PORT_SRCS :=
DISPLIF_MINIOS_SRCS :=
DISPLIF_MINIOS_LIBC_SRCS :=
include $(displif_lib)/sources.mk $(displif_minios)/sources.mk

# A frontend does not need the other end.
displif_core_srcs := $(filter-out back% state_back% port_back% port_bufs%,$(DISPLIF_CORE_SRCS) $(DISPLIF_PORT_SRCS))

# The folder that has Xen's io/displif.h of version 2, which Mini-OS has not.
DISPLIF_XEN_PUBLIC ?= $(if $(XEN_ROOT),$(XEN_ROOT)/xen/include/public,/usr/include/xen)
displif_xen = $(abspath $(DISPLIF_XEN_PUBLIC))/io/displif.h

# For a recipe: ends make if that header is not what it has to be.
displif_need_xen = $(if $(wildcard $(displif_xen)),,$(error no $(displif_xen): set DISPLIF_XEN_PUBLIC \
	to the folder of Xen's public headers))$(if $(shell grep XENDISPL_OP_GET_EDID $(displif_xen)),,$(error \
	$(displif_xen) is of version 1: set DISPLIF_XEN_PUBLIC to the public headers of Xen 4.15 or later))

# Event handlers interrupt threads without saving vector registers. Asked once.
displif_regs = $(eval displif_regs := $(shell $(CC) -mgeneral-regs-only -S -x c /dev/null -o /dev/null 2>/dev/null && \
	echo -mgeneral-regs-only))$(displif_regs)

displif_flags = $(displif_regs) -I$(displif_lib)/include -I$(displif_minios)/src -DDISPLIF_ENV_HEADER=displif_env_minios.h \
	-DDISPLIF_XEN_DISPLIF_H='"$(displif_xen)"'
# The core sees no header of Mini-OS's, nor of a C library.
displif_core_flags = -ffreestanding $(displif_flags)
displif_glue_flags = $(displif_flags) -I$(displif_minios)/include

# Whoever changes one of these rebuilds all.
displif_headers := $(wildcard $(displif_lib)/include/displif/*.h $(displif_lib)/src/*.h $(displif_minios)/include/*.h \
	$(displif_minios)/src/*.h $(displif_minios)/*.mk)
