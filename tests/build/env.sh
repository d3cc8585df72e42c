#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The library needs no more than env.h promises: it compiles without any system header, on an environment
# that gives just that, in the dialects and with the warnings of the kernels that are to take it.
. "$(dirname -- "$0")/lib.sh"
need gcc clang

# build NAME COMPILER...: all sources, nothing printed.
build()
{
	name=$1
	shift
	mkdir "$work/$name"
	for f in $(sources); do
		"$@" -nostdinc -ffreestanding -fno-builtin -fno-common -Wall -Werror -Wstrict-prototypes \
			-Wmissing-prototypes -Wpointer-arith -Wundef -isystem "$work/xen" \
			-I"$top/tests/build/env" -I"$top/libdisplif/include" \
			-DDISPLIF_ENV_HEADER=displif_env_least.h \
			-c "$src/$f" -o "$work/$name/${f%.c}.o" || fail "$name: $f"
	done
	echo "$name: $(sources | wc -l) files"
}

# As FreeBSD 14 and 15 build modules.
for std in gnu99 gnu17; do
	build freebsd-$std clang --target=x86_64-unknown-freebsd14.0 -std=$std -O2 -Wcast-qual -fwrapv \
		-fno-strict-aliasing -mcmodel=kernel -mno-red-zone -mno-mmx -mno-sse -msoft-float -fstack-protector
done
# As Mini-OS builds; handlers must not use vector registers.
build minios gcc -std=gnu11 -O2 -fgnu89-inline -Winline -fno-pie -fno-stack-protector -mno-red-zone \
	-fno-asynchronous-unwind-tables -mgeneral-regs-only
build minios-32 gcc -m32 -march=i686 -std=gnu11 -O2 -fgnu89-inline -fno-pie -fno-stack-protector -mgeneral-regs-only
