#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One list of sources: what CMake, GNU make, a Kbuild file and BSD make read from sources.mk is the same,
# and is what lies in src/. And no test lies around that nobody runs.
# shellcheck disable=SC2016	# what looks like shell variables are make's
. "$(dirname -- "$0")/lib.sh"
need cmake make bmake
list=$top/libdisplif/sources.mk

lines() { tr -s ' ' '\n' | sed '/^$/d' | sort; }

(cd "$src" && ls ./*.c) | sed 's,^\./,,' | lines >"$work/files"

cmake -S "$top/libdisplif" -B "$work/cmake" >"$work/log" 2>&1 || fail "cmake: $(cat "$work/log")"
sed -n 's/^DISPLIF_SOURCES:INTERNAL=//p' "$work/cmake/CMakeCache.txt" | tr ';' '\n' | sed 's,.*/,,' | lines >"$work/cmake.list"

printf 'include %s\nall:\n\t@echo $(DISPLIF_CORE_SRCS) $(DISPLIF_PORT_SRCS)\n' "$list" >"$work/gnu.mk"
make -s -f "$work/gnu.mk" | lines >"$work/gnu.list"

# As a Kbuild file would: relative objects of one module.
printf 'include %s\ndisplif-y += $(addprefix src/,$(DISPLIF_CORE_SRCS:.c=.o) $(DISPLIF_PORT_SRCS:.c=.o))\nall:\n\t@echo $(displif-y)\n' \
	"$list" >"$work/Kbuild"
make -s -f "$work/Kbuild" | lines | sed 's,^src/\(.*\)\.o$,\1.c,' >"$work/kbuild.list"

# As bsd.kmod.mk wants it: SRCS.
printf '.include "%s"\nSRCS+= ${DISPLIF_CORE_SRCS} ${DISPLIF_PORT_SRCS}\nall:\n\t@echo ${SRCS:O}\n' "$list" >"$work/bsd.mk"
bmake -f "$work/bsd.mk" | lines >"$work/bsd.list"

for reader in cmake gnu kbuild bsd; do
	diff -u "$work/files" "$work/$reader.list" || fail "src/ (-) and what $reader reads (+) differ"
done
[ -z "$(uniq -d "$work/gnu.list")" ] || fail "named twice: $(uniq -d "$work/gnu.list")"

cmake -S "$top" -B "$work/tree" -DDISPLIF_BUILD_TESTS=ON >"$work/log" 2>&1 || fail "cmake: $(cat "$work/log")"
for f in "$top"/tests/*/test_*.c; do
	grep -qF "\"file\": \"$f\"" "$work/tree/compile_commands.json" || fail "${f#"$top"/} is not built"
done
echo "$(wc -l <"$work/files") files, four readers agree"
