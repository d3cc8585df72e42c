#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# glue-minios/displif.mk in a makefile that reads it as Mini-OS's does, and glue-minios/Makefile; both against the stub headers of
# tests/minios. There is no Mini-OS here: that the stubs are like it is for whoever has one to see.
# shellcheck disable=SC2016	# what looks like shell variables are make's
. "$(dirname -- "$0")/lib.sh"
need make gcc nm ar
glue=$top/glue-minios
stubs=$top/tests/minios

tree=$work/mini-os
mkdir -p "$tree/arch" "$work/v1/io"
# As Mini-OS does it: the configuration before all else, in the makefile of arch/, too; sources, then the first target.
cat >"$tree/Makefile" <<'X'
OBJ_DIR=$(CURDIR)
include Config.mk
CFLAGS := -O2 -fno-builtin -fno-stack-protector -fgnu89-inline -Wall -Werror -Winline $(DEFINES-y)
CPPFLAGS := $(DEF_CPPFLAGS) -isystem $(CURDIR)/include $(if $(filter y,$(libc)),-DHAVE_LIBC)
src-y += kernel.c
OBJS := $(patsubst %.c,$(OBJ_DIR)/%.o,$(src-y))
default: $(OBJS)
	$(MAKE) -C arch OBJ_DIR=$(OBJ_DIR)/arch
	@echo linked $(notdir $(OBJS))
links:
	ln -sfn $(STUBS)/include include
config:
	@echo $(DEFINES-y)
clean:
	rm -f $(OBJ_DIR)/*.o include
$(OBJ_DIR)/%.o: %.c
	$(CC) $(CFLAGS) $(CPPFLAGS) -c $< -o $@
X
cat >"$tree/Config.mk" <<'X'
include $(MINIOS_CONFIG)
stubdom ?= n
libc = $(stubdom)
CC = gcc
DEFINES-y += -D__XEN_INTERFACE_VERSION__=0x00030205
X
printf 'OBJ_DIR ?= .\ninclude ../Config.mk\nall:\n\t@echo arch is made\n' >"$tree/arch/Makefile"
echo 'int displfront_here(void); int displfront_here(void) { return DISPLFRONT_IN; }' >"$tree/kernel.c"
# Of the program's own: it finds displfront.h, and the option.
cat >"$work/minios.cfg" <<X
include $glue/displif.mk
DEF_CPPFLAGS += -DDISPLFRONT_IN=\$(if \$(filter y,\$(CONFIG_DISPLFRONT)),1,0)
X

run()
{
	make -j2 -C "$tree" STUBS="$stubs" MINIOS_CONFIG="$work/minios.cfg" DISPLIF_XEN_PUBLIC="$work/xen/xen" "$@" \
		>"$work/log" 2>&1
}

linked()
{
	sed -n 's/^linked //p' "$work/log" | tr ' ' '\n'
}

run || { cat "$work/log"; fail "displif.mk"; }
grep -q '^arch is made' "$work/log" || fail "the first target is not Mini-OS's"
linked | sort | uniq -d | grep . && fail "objects of one name"
for object in kernel.o displif-front.o displif-port.o displfront.o displfront_mem.o; do
	linked | grep -qx "$object" || fail "$object is not linked"
done
linked | grep -E '^displif-(back|port_back|state_back)|_fd\.o' && fail "what a frontend does not need is linked"
# What is defined in the kernel of such a program is what it needs, but Mini-OS's own; no name of the core is missing.
nm -u "$tree"/displf*.o "$tree"/displif-*.o | sed -n 's/^ *U //p' | sort -u >"$work/undefined"
nm -g --defined-only "$tree"/disp*.o | sed -n 's/^[0-9a-f]* [A-Z] //p' | sort -u >"$work/defined"
comm -23 "$work/undefined" "$work/defined" | grep -E '^(displif|displfront)_' && fail "not linked, but used"
if objdump -d "$tree"/disp*.o | grep -qE '%[xyz]mm'; then
	fail "vector registers in code that runs in handlers"
fi
run || fail "displif.mk, again"
! grep -q 'gcc' "$work/log" || fail "it compiles again though nothing has changed"
run config || fail "config"
grep -q -- '-DCONFIG_DISPLFRONT' "$work/log" || fail "no -DCONFIG_DISPLFRONT"
run clean || fail "clean"
run CONFIG_DISPLFRONT=n || fail "CONFIG_DISPLFRONT=n"
! linked | grep -q '^displ' || fail "CONFIG_DISPLFRONT=n is not heard"
run clean DISPLIF_XEN_PUBLIC=/nowhere || fail "clean wants Xen's headers"
run stubdom=y || { cat "$work/log"; fail "with a C library"; }
linked | grep -qx displfront_fd.o || fail "no displfront_fd.o with a C library"
run clean || fail "clean"

# What is wrong is said.
echo '#define XENDISPL_OP_GET_EDID' | sed s/GET_EDID/PG_FLIP/ >"$work/v1/io/displif.h"
! run DISPLIF_XEN_PUBLIC="$work/v1" || fail "version 1 of displif.h passes"
grep -q 'is of version 1: set DISPLIF_XEN_PUBLIC' "$work/log" || fail "version 1 of displif.h: said is $(tail -n 3 "$work/log")"
! run DISPLIF_XEN_PUBLIC=/nowhere || fail "no displif.h passes"
grep -q 'no /nowhere/io/displif.h' "$work/log" || fail "no displif.h: said is $(tail -n 3 "$work/log")"

archive()
{
	make -j2 -C "$glue" MINIOS="$stubs" DISPLIF_XEN_PUBLIC="$work/xen/xen" ARCH="$(uname -m)" "$@" >"$work/log" 2>&1
}

archive O="$work/pv" || { cat "$work/log"; fail "the archive for PV"; }
archive O="$work/pvh" PARAVIRT=n || { cat "$work/log"; fail "the archive for PVH"; }
archive O="$work/libc" LIBC=y || { cat "$work/log"; fail "the archive with a C library"; }
[ "$(ar t "$work/libc/libdisplif.a" | grep -vxF "$(ar t "$work/pv/libdisplif.a")")" = displfront_fd.o ] ||
	fail "a C library adds $(ar t "$work/libc/libdisplif.a" | grep -vxF "$(ar t "$work/pv/libdisplif.a")")"
cmp -s "$work/pv/displif-front.o" "$work/pvh/displif-front.o" || fail "the core depends on the configuration"
! cmp -s "$work/pv/displfront_mem.o" "$work/pvh/displfront_mem.o" || fail "PV and PVH are the same"
! archive O="$work/none" MINIOS="$work" || fail "a folder without Mini-OS passes"
grep -q 'make links' "$work/log" || fail "without Mini-OS: said is $(tail -n 3 "$work/log")"
[ -z "$(cd "$top" && git status --short --ignored glue-minios 2>/dev/null | grep '\.[oa]$')" ] || fail "files are left in glue-minios"
echo "$(ar t "$work/pv/libdisplif.a" | wc -l) objects of core and glue, by two makefiles"
