# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=sh
# Sourced, after scripts/apt.sh.

# headers OUT APT KERNEL BUILD-APT: leaves in OUT/usr/src/linux-headers-KERNEL what a module build gives to "make -C".
# APT is the folder of a private apt for the kernel's architecture. Headers run programs of the *building* machine
# (fixdep, modpost), which live in linux-kbuild of its own architecture: BUILD-APT, made here if it is another one.
headers()
{
	h_out=$1 h_apt=$2 h_kernel=$3 h_build=$4
	common=$(apt_depends "$h_apt" "linux-headers-$h_kernel" linux-headers-)
	kbuild=$(apt_depends "$h_apt" "linux-headers-$h_kernel" linux-kbuild-)
	if [ -z "$common" ] || [ -z "$kbuild" ]; then
		die "linux-headers-$h_kernel: no such package, or it depends on no linux-headers-*-common or linux-kbuild-*"
	fi
	rm -rf "$h_out"
	mkdir "$h_out"
	apt_get "$h_apt" alone "linux-headers-$h_kernel" "$common"
	headers_unpack "$h_apt"
	[ "$h_build" = "$h_apt" ] || apt_make "$h_build" "$(dpkg --print-architecture)"
	apt_get "$h_build" alone "$kbuild"
	headers_unpack "$h_build"
	sed -i "s#include /usr/src/#include $h_out/usr/src/#" "$h_out/usr/src/linux-headers-$h_kernel/Makefile"
}

headers_unpack()
{
	for deb in "$1"/cache/archives/*.deb; do
		dpkg-deb -x "$deb" "$h_out"
		rm -f "$deb"
	done
}
