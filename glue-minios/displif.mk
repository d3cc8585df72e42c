# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A display for Mini-OS, as part of its kernel. In minios.cfg: include /path/to/glue-minios/displif.mk
#
# CONFIG_DISPLFRONT=n           leaves it out; as with Mini-OS's own options there is -DCONFIG_DISPLFRONT otherwise
# DISPLIF_XEN_PUBLIC=FOLDER     that has io/displif.h of Xen 4.15 or later: by default $(XEN_ROOT)/xen/include/public,
#                               or /usr/include/xen if there is no XEN_ROOT
#
# Mini-OS reads this in several of its makefiles, before their own variables are set and before their first target. So
# there are pattern rules only, which never become the default target.

include $(dir $(lastword $(MAKEFILE_LIST)))common.mk

CONFIG_DISPLFRONT ?= y

ifeq ($(CONFIG_DISPLFRONT),y)
DEFINES-y += -DCONFIG_DISPLFRONT
# For programs: displfront.h, alone in its folder.
DEF_CPPFLAGS += -isystem $(displif_minios)/include

# Names of objects that Mini-OS does not have; there are no sources of these names.
src-y += $(addprefix displif-,$(displif_core_srcs)) $(DISPLIF_MINIOS_SRCS)
src-y += $(if $(filter y,$(libc)),$(DISPLIF_MINIOS_LIBC_SRCS))

$(OBJ_DIR)/displif-%.o: $(displif_lib)/src/%.c $(displif_headers) $(MINIOS_CONFIG)
	$(displif_need_xen)$(CC) $(CFLAGS) $(displif_core_flags) -c $< -o $@

# "links": headers and symbolic links that Mini-OS makes first. A pattern wants one letter at least: displfront.o, too, is meant.
$(OBJ_DIR)/displfron%.o: $(displif_minios)/src/displfron%.c $(displif_headers) $(MINIOS_CONFIG) | links
	$(displif_need_xen)$(CC) $(CFLAGS) $(displif_glue_flags) $(CPPFLAGS) -c $< -o $@
endif
