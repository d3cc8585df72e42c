#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Installs the Debian packages that are missing for the named sets.
#
# usage: scripts/deps.sh [--check] SET...
#
# Sets: build  compile the library, the glue and the examples
#       test   unit tests and the checks that need no cross compiler
#       cross  i386, arm64 and armhf compilers, and qemu to run the results
#       proof  Frama-C
#       adversary  the fuzzers' runtime, the model checker, coverage reports
#       freebsd  the FreeBSD driver's tests: npm brings the kernel's headers
#       xen    QEMU and tools for the tests on a real Xen
# --check only names what is missing. Never installs a kernel, a hypervisor or
# anything else that changes how the machine boots, and removes nothing.
set -eu
. "$(dirname -- "$0")/lib.sh"

packages()
{
	case $1 in
	build)	echo gcc libc6-dev cmake make pkg-config libxen-dev libpng-dev libdrm-dev \
			libpixman-1-dev ;;
	test)	echo g++ clang clang-tidy libclang-rt-14-dev libcmocka-dev edid-decode git python3 bmake \
			reuse shellcheck valgrind util-linux ;;
	cross)	echo gcc-12-multilib gcc-12-aarch64-linux-gnu libc6-dev-arm64-cross \
			gcc-12-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user \
			dkms dh-dkms debhelper dpkg-dev sparse ;;
	proof)	echo frama-c-base python3 ;;
	adversary) echo clang libclang-rt-14-dev llvm-14 spin gcc libc6-dev gcovr python3 ;;
	freebsd) echo clang llvm-14 bmake binutils libc6-dev libcmocka-dev util-linux
		# Whoever installed Node.js elsewhere has npm, and Debian's would not fit.
		command -v npm >/dev/null || echo npm ;;
	xen)	echo qemu-system-x86 qemu-system-arm kmod cpio python3 binutils libcmocka-dev xz-utils zstd \
			gcc-12-aarch64-linux-gnu libc6-dev-arm64-cross ;;
	*)	die "unknown set '$1'; known: build test cross proof adversary freebsd xen" ;;
	esac
}

check=no
wanted=
for arg; do
	case $arg in
	-h | --help)	usage; exit 0 ;;
	--check)	check=yes ;;
	-*)		die "unknown option '$arg'; try --help" ;;
	*)		more=$(packages "$arg"); wanted="$wanted $more" ;;
	esac
done
[ -n "$wanted" ] || die "name at least one set; try --help"

command -v dpkg-query >/dev/null ||
	die "this is no Debian: install what these packages hold yourself:$wanted"

missing=
for pkg in $wanted; do
	case " $missing " in *" $pkg "*) continue ;; esac
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$pkg" 2>/dev/null)" = installed ] ||
		missing="$missing $pkg"
done
[ -n "$missing" ] || exit 0
[ $check = no ] || die "missing packages:$missing"

as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null ||
		die "neither root nor sudo: cannot install; missing packages:$missing"
	as_root=sudo
fi

# shellcheck disable=SC2086	# lists of words on purpose, here and below
apt()
{
	$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@"
}

say "installing:$missing"
apt update || say "apt-get update failed; going on with the package lists at hand"

# shellcheck disable=SC2086
plan=$(apt -s install --no-install-recommends --no-remove $missing) ||
	die "apt-get cannot install:$missing"
boot=$(printf '%s\n' "$plan" | sed -n -E 's/^Inst ((linux-image|xen-hypervisor|xen-utils|grub)[^ ]*).*/\1/p')
[ -z "$boot" ] || die "refused: this would install, and change how the machine boots: $boot"

# shellcheck disable=SC2086
apt install -y --no-install-recommends --no-remove $missing >&2 ||
	die "apt-get failed; missing packages:$missing"
