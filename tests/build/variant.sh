#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Builds the tree once more in another way and runs its tests there.
#
# usage: variant.sh FOLDER asan|tsan|m32|arm64
#
# Optimised and with debugging information as far as the variant needs it: more is time only.
#
#   asan    by clang, with address and undefined behaviour sanitizers, everything
#   tsan    with the thread sanitizer, the tests of the glue, where threads are; addresses not randomised,
#           which it cannot stand
#   m32     for i386: core, fake and their tests, run natively (Debian has no libxen-dev for it)
#   arm64   for aarch64: the same, run by qemu
. "$(dirname -- "$0")/lib.sh"
need cmake ctest nproc
variant=${2:?"usage: $0 FOLDER asan|tsan|m32|arm64"}

# foreign ARCH: cmocka for it, in a folder beside ours that outlives this run.
foreign()
{
	root=$(dirname "$work")/root-$1
	"$top/scripts/foreign-root.sh" "$1" "$root" libcmocka-dev || fail "no cmocka for $1"
	set -- "$root"/root/usr/lib/*/libcmocka.so
	cmocka=$1
	[ -e "$cmocka" ] || fail "no libcmocka.so in $root"
	mkdir "$work/include"
	ln -s /usr/include/cmocka.h "$work/include/"
}

run=
only=.
targets=all
case $variant in
asan)
	need clang
	set -- -DCMAKE_C_COMPILER=clang -DDISPLIF_SANITIZE=address,undefined -DCMAKE_BUILD_TYPE=None "-DCMAKE_C_FLAGS=-O1 -g1"
	;;
tsan)
	need setarch
	run="setarch -R"
	only=^unit/xen_
	# What has no threads has no races.
	targets=$(cd "$top/tests/unit" && for file in test_xen_*.c; do echo "test_unit_${file#test_}"; done | sed 's/\.c$//')
	# gcc warns that this sanitizer ignores fences. Ours order accesses of domains, not of threads.
	set -- -DCMAKE_C_COMPILER=gcc -DDISPLIF_SANITIZE=thread -DCMAKE_BUILD_TYPE=None "-DCMAKE_C_FLAGS=-O1 -g1 -Wno-tsan"
	;;
m32)
	foreign i386
	set -- -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=None \
		"-DCMAKE_C_FLAGS=-O1 -m32 -idirafter /usr/include/x86_64-linux-gnu" \
		-DDISPLIF_BUILD_XEN=OFF -DDISPLIF_BUILD_EXAMPLES=OFF -DCMOCKA_LIBRARY="$cmocka"
	;;
arm64)
	need aarch64-linux-gnu-gcc-12 qemu-aarch64
	foreign arm64
	set -- -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc-12 -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
		-DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS=-O2 \
		"-DCMAKE_CROSSCOMPILING_EMULATOR=qemu-aarch64;-L;/usr/aarch64-linux-gnu" \
		-DDISPLIF_XEN_INCLUDE_DIR="$work/xen" -DCMOCKA_INCLUDE_DIR="$work/include" \
		-DDISPLIF_BUILD_XEN=OFF -DDISPLIF_BUILD_EXAMPLES=OFF -DCMOCKA_LIBRARY="$cmocka"
	;;
*)
	fail "unknown variant $variant"
	;;
esac

cmake -S "$top" -B "$work/build" -DDISPLIF_BUILD_TESTS=ON -DDISPLIF_BUILD_CHECKS=OFF -DDISPLIF_BUILD_BENCH=OFF \
	-DDISPLIF_WERROR=ON "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "$variant: cmake"; }
# shellcheck disable=SC2086
cmake --build "$work/build" -j "$(nproc)" --target $targets >"$work/log" 2>&1 || { cat "$work/log"; fail "$variant: the build"; }
cd "$work/build"
# Indented, so that nobody takes it for the outer ctest.
# shellcheck disable=SC2086
$run ctest --output-on-failure --no-tests=error -R "$only" >"$work/log" 2>&1 ||
	{ sed 's/^/  | /' "$work/log"; fail "$variant: tests"; }
sed -n 's/^\([0-9]*% tests passed.*\)/'"$variant"': \1/p' "$work/log"
