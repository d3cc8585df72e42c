#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The DRM driver builds for a Debian kernel out of the tree that dkms-tree.sh makes, with the kernel's own extra
# warnings: no warning, no unknown symbol, no frame beyond 1 KiB. For the rig's amd64 kernel sparse reads it as well, and
# its size is limited; other kernels pad each function, and it is told only.
#
# usage: drm.sh FOLDER amd64|arm64 [NAME]
#
# NAME as in tests/xen/fetch-kernel.sh; without it the kernel of the rig. DISPLIF_KERNEL_HEADERS names a folder whose
# file "versions" sets KERNEL and HEADERS, by default one beside FOLDER, which is filled if it has to be.
. "$(dirname -- "$0")/lib.sh"
arch=${2:?"usage: $0 FOLDER amd64|arm64 [NAME]"}
name=${3-}
check=drm-${name:-$arch}
most=49152
need make gcc-12 size strip awk

tool=''
case $arch in
amd64)	set -- CC=gcc-12 ;;
arm64)	set -- ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- CC=aarch64-linux-gnu-gcc-12
	tool=aarch64-linux-gnu-
	need aarch64-linux-gnu-gcc-12 aarch64-linux-gnu-ld ;;
*)	fail "unknown architecture $arch" ;;
esac

root=${DISPLIF_KERNEL_HEADERS:-$(dirname "$work")/kernel-${name:-$arch}}
if [ -n "$name" ]; then
	"$top/tests/xen/fetch-kernel.sh" "$arch" "$name" "$root" || fail "no kernel headers $name"
else
	"$top/tests/xen/fetch-root.sh" --headers "$arch" "$root" || fail "no kernel headers for $arch"
fi
KERNEL='' HEADERS=''
# shellcheck source=/dev/null
. "$root/versions"
[ -d "$HEADERS" ] || fail "$root/versions names no headers"

"$top/glue-linux/drm/dkms-tree.sh" "$work/mod" >/dev/null || fail "the tree"
# The kernel's own description for BTF does not come with its headers.
[ "$check" != drm-amd64 ] || { need sparse; set -- C=2 "$@"; }
make -C "$HEADERS" M="$work/mod" W=1 CONFIG_DEBUG_INFO_BTF_MODULES= "$@" modules >"$work/log" 2>&1 ||
	{ cat "$work/log"; fail "$check: the build"; }
! grep -iE 'warning|error|undefined|Skipping' "$work/log" || fail "$check: see above"
[ -s "$work/mod/displif_drm.ko" ] || fail "$check: no module"

# Every file of the driver is in it.
for f in "$work"/mod/*.c; do
	case $f in *.mod.c) continue ;; esac
	[ -s "${f%.c}.o" ] || fail "$check: ${f##*/} was not built"
done
text=$("${tool}size" -A "$work/mod/displif_drm.o" | awk '$1 ~ /text/ { n += $2 } END { print n }')
[ "$text" -gt 0 ] || fail "$check: no code"
[ "$check" != drm-amd64 ] || [ "$text" -le $most ] || fail "$check: $text bytes of code, $most are the limit"
figure "displif_drm for $KERNEL: $text bytes of code with the library, no warning at W=1"
# As DKMS and packages install it: the debug information is most of it, and a guest's image is unpacked for each case.
"${tool}strip" --strip-debug "$work/mod/displif_drm.ko"
