#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The whole library builds as part of a Linux kernel module, for a Debian kernel, with the kernel's own extra
# warnings: no warning, no unknown symbol, no frame beyond 1 KiB. The module's own code (kmod/) holds the
# contract against a kernel's locks and contexts.
#
# usage: kmod.sh FOLDER amd64|arm64
#
# The kernel's headers are downloaded and unpacked into a folder beside FOLDER, which outlives this run;
# DISPLIF_KERNEL_HEADERS names such a folder (of tests/xen/fetch-root.sh --headers) that is there already.
. "$(dirname -- "$0")/lib.sh"
arch=${2:?"usage: $0 FOLDER amd64|arm64"}
check=kmod-$arch
need make gcc-12

case $arch in
amd64)	set -- CC=gcc-12 ;;
arm64)	set -- ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- CC=aarch64-linux-gnu-gcc-12
	need aarch64-linux-gnu-gcc-12 aarch64-linux-gnu-ld ;;
*)	fail "unknown architecture $arch" ;;
esac

root=${DISPLIF_KERNEL_HEADERS:-$(dirname "$work")/kernel-$arch}
"$top/tests/xen/fetch-root.sh" --headers "$arch" "$root" || fail "no kernel headers for $arch"
KERNEL='' HEADERS=''
# shellcheck source=/dev/null
. "$root/versions"
[ -d "$HEADERS" ] || fail "$root/versions names no headers"

# A kernel build writes beside its sources.
mkdir "$work/mod"
cp "$top"/tests/build/kmod/* "$top/glue-linux/drm/displif_env_linux.h" "$work/mod/"
cp -r "$top/libdisplif" "$work/mod/libdisplif"
make -C "$HEADERS" M="$work/mod" W=1 "$@" modules >"$work/log" 2>&1 || { cat "$work/log"; fail "$arch: the build"; }

# Only the missing list of the kernel's own symbols for BTF is not ours.
! grep -iE 'warning|error|undefined|Skipping' "$work/log" | grep -v 'Skipping BTF generation' ||
	fail "$arch: see above"
for f in $(sources); do
	[ -s "$work/mod/libdisplif/src/${f%.c}.o" ] || fail "$arch: $f was not built"
done
[ -s "$work/mod/displif_stub.ko" ] || fail "$arch: no module"
figure "Kernel module of the whole library, $KERNEL: $(sources | wc -l) files, no warning at W=1"
