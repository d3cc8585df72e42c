# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=sh disable=SC2034
# What the checks in this folder share. Sourced as: . "$(dirname -- "$0")/lib.sh"
# Every check is called with one argument, a folder of its own, which it empties first.
# A tool that is missing is a failure, never a skip.

set -eu

fail()
{
	echo "FAIL: $*" >&2
	exit 1
}

# need TOOL...: fails unless all are there.
need()
{
	for needed; do
		command -v "$needed" >/dev/null || fail "'$needed' is missing; scripts/deps.sh build test cross proof adversary"
	done
}

# sources: file names from the list of sources.
sources()
{
	sed -n 's/^DISPLIF_[A-Z]*_SRCS += //p' "$top/libdisplif/sources.mk"
}

# figure TEXT...: one line, printed and kept for the closing report of scripts/test.
figure()
{
	echo "$*"
	[ -z "${DISPLIF_FIGURES-}" ] || echo "$*" >>"$DISPLIF_FIGURES/$check.txt"
}

# target_cc TARGET: sets cc, the prefix of its tools, and the option that tells ld the format.
target_cc()
{
	case $1 in
	x86-64)		cc="gcc -m64" tool='' format=elf_x86_64 ;;
	i386)		cc="gcc -m32" tool='' format=elf_i386 ;;
	aarch64)	cc=aarch64-linux-gnu-gcc-12 tool=aarch64-linux-gnu- format=aarch64linux ;;
	armhf)		cc="arm-linux-gnueabihf-gcc-12 -march=armv7ve+fp" tool=arm-linux-gnueabihf-
			format=armelf_linux_eabi ;;
	*)		fail "unknown target $1" ;;
	esac
	need "${cc%% *}" "${tool}ld" "${tool}nm" "${tool}size"
}

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
# Figures are named after folder and file, so that no two checks write into one.
check=${0##*/}
check=$(basename "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)")-${check%.*}
work=${1:?"usage: $0 FOLDER"}
rm -rf "$work"
mkdir -p "$work/xen"
work=$(CDPATH='' cd -- "$work" && pwd)
src=$top/libdisplif/src
warnings="-Wall -Wextra -Wconversion -Werror"

# Xen's public headers and nothing else of /usr/include, fit for any target.
ln -s "${DISPLIF_XEN_INCLUDE_DIR:-/usr/include}/xen" "$work/xen/xen"
[ -e "$work/xen/xen/io/displif.h" ] || fail "xen/io/displif.h not found; set DISPLIF_XEN_INCLUDE_DIR"
[ -z "${DISPLIF_FIGURES-}" ] || rm -f "$DISPLIF_FIGURES/$check.txt"
includes="-I$top/libdisplif/include -isystem $work/xen"
