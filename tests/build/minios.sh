#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The Mini-OS glue and the core compile as Mini-OS would compile them, without its tree, and need nothing of it but what it
# exports: gcc and clang, 64 and 32 bits, PV and PVH, with newlib and without, both interface versions.
. "$(dirname -- "$0")/lib.sh"
need gcc clang ld nm sort comm

glue=$top/glue-minios
stubs=$top/tests/minios

# Mini-OS's own flags, and -Wextra. Nothing that runs in a handler may use vector registers.
flags="-O2 -fno-builtin -fno-stack-protector -fgnu89-inline -mgeneral-regs-only -fno-pie -D__MINIOS__
	-Wall -Werror -Wextra -Wformat -Wstrict-prototypes -Wnested-externs -Wpointer-arith -Winline"
env="-DDISPLIF_ENV_HEADER=displif_env_minios.h -DDISPLIF_XEN_DISPLIF_H=<xen/io/displif.h> -isystem $work/xen
	-I$top/libdisplif/include -I$glue/src"

core=
for file in $(sources); do
	core="$core $src/$file"
done
sort -u "$stubs/exported.txt" | grep -v '^#' >"$work/exported"

# compile NAME COMPILER...: glue and core, linked to one object in $work/NAME.
compile()
{
	name=$1
	shift
	mkdir "$work/$name"
	# shellcheck disable=SC2086
	(cd "$work/$name" && "$@" $flags $env -I"$glue/include" -I"$stubs/include" -c "$glue"/src/*.c) ||
		fail "$name: the glue"
	# One compilation for each compiler and size: the core does not know Mini-OS.
	case $name in
	*-pvh-plain-30205)
		mkdir "$work/$name/core"
		# shellcheck disable=SC2086
		(cd "$work/$name/core" && "$@" -ffreestanding $flags $env -c $core) || fail "$name: the core"
		set -- "$work/$name"/*.o "$work/$name"/core/*.o
		format=elf_x86_64
		[ "${name#*-m32}" = "$name" ] || format=elf_i386
		ld -m "$format" -r -o "$work/$name.o" "$@"
		nm -u "$work/$name.o" | sed 's/^ *[Uw] //' | sort -u >"$work/$name.needs"
		extra=$(comm -23 "$work/$name.needs" "$work/exported" | tr '\n' ' ')
		[ -z "$extra" ] || fail "$name needs what Mini-OS does not export: $extra"
		[ "$(wc -l <"$work/$name.needs")" -gt 20 ] || fail "$name: needs next to nothing?"
		;;
	esac
}

n=0
for cc in gcc clang; do
	for bits in m64 m32; do
		for kind in pvh pv; do
			for libc in plain newlib; do
				for xen in 30205 40900; do
					# The later version makes no difference but to names: once for each compiler.
					[ "$xen" = 30205 ] || [ "$bits-$kind-$libc" = m64-pv-newlib ] || continue
					set -- "$cc" "-$bits" "-D__XEN_INTERFACE_VERSION__=0x000$xen"
					[ $kind = pvh ] || set -- "$@" -DCONFIG_PARAVIRT
					[ $libc = plain ] || set -- "$@" -DHAVE_LIBC
					[ $bits = m64 ] || set -- "$@" -march=i686 -idirafter /usr/include/x86_64-linux-gnu
					[ $bits = m32 ] || set -- "$@" -mno-red-zone
					compile "$cc-$bits-$kind-$libc-$xen" "$@"
					n=$((n + 1))
				done
			done
		done
	done
done

# Mini-OS's own displif.h is of version 1 and has the same guard: when it comes first, that is told.
printf '%s\n' '#define __XEN_PUBLIC_IO_DISPLIF_H__' '#define XENDISPL_PROTOCOL_VERSION "1"' >"$work/old.h"
# shellcheck disable=SC2086
if gcc $flags $env -I"$glue/include" -I"$stubs/include" -include "$work/old.h" \
	-c "$glue/src/displfront.c" -o "$work/old.o" 2>"$work/log"; then
	fail "a displif.h of version 1 compiles"
fi
grep -q 'version 1' "$work/log" || { cat "$work/log"; fail "an old displif.h: another error than that"; }

# The interface stands alone.
printf '%s\n' '#include <displfront.h>' 'int main(void) { return DISPLFRONT_GRANTS != 2040; }' >"$work/alone.c"
gcc -Wall -Wextra -Werror -pedantic -std=c99 -I"$glue/include" -c "$work/alone.c" -o "$work/alone.o" || fail "displfront.h alone"
figure "Mini-OS glue: compiled in $n ways"
