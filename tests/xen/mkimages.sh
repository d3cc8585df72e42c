#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Make the boot images of the Xen rig from the packages that fetch-root.sh
# unpacked: xen.elf, dom0-kernel, dom0.img and share/{guest-kernel,domu.img}; or
# the last two only, for another kernel.
set -eu

usage()
{
	cat <<'X'
usage: mkimages.sh [--guest KERNEL] amd64|arm64 DIR OUT

With --guest only what a guest boots, OUT/guest-kernel and OUT/domu.img, with
the kernel that fetch-kernel.sh --image or sanitizer/kernel.sh left in the
folder KERNEL.
DIR is the directory filled by fetch-root.sh. Nothing of the tested programs
goes into the images: they reach dom0 over the share and a guest in a second
initramfs archive (see rig.py), so the images stay as they are.
Does nothing if OUT is newer than DIR, KERNEL and the image files here.
Host packages needed: kmod cpio binutils gzip python3; xz-utils and zstd for
kernels that are packed so.
X
}

die() { echo "mkimages.sh: $*" >&2; exit 1; }

guest=
case ${1-} in
-h | --help) usage; exit 0 ;;
--guest) guest=${2:?"--guest wants a folder"}; shift 2 ;;
esac
[ $# -eq 3 ] || { usage >&2; exit 2; }
PATH=$PATH:/sbin:/usr/sbin
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd -P)
mkdir -p "$3"
out=$(cd "$3" && pwd -P)
dir=$(cd "$2" && pwd -P) || die "no such directory: $2"
ARCH='' KERNEL='' XEN='' TRIPLET=''
# shellcheck source=/dev/null
. "$dir/versions" || die "$dir: run fetch-root.sh first"
[ "$ARCH" = "$1" ] || die "$dir holds $ARCH, not $1"
root=$dir/sysroot
# Where kernels and modules come from.
kroot=$root
if [ -n "$guest" ]; then
	kroot=$(cd "$guest" && pwd -P)/sysroot || die "no such directory: $guest"
	# shellcheck source=/dev/null
	. "$guest/versions" || die "$guest: run fetch-kernel.sh --image first"
	[ "$ARCH" = "$1" ] || die "$guest holds a kernel for $ARCH, not $1"
fi
# shellcheck source=tests/xen/libs.sh
. "$here/libs.sh"

# What depends on the architecture and is not in the file "versions".
case $ARCH in
amd64)
	loader=usr/lib64/ld-linux-x86-64.so.2
	boot_mods="virtio_pci 9pnet_virtio 9p"
	# Debian's amd64 kernel has a PV display frontend, the arm64 one has
	# none. What our own driver depends on is ready to be loaded.
	# vgem makes buffers that the frontend imports.
	guest_mods="drm_xen_front vgem drm_kms_helper drm_shmem_helper"
	;;
arm64)
	loader=usr/lib/ld-linux-aarch64.so.1
	boot_mods="virtio_mmio virtio_pci 9pnet_virtio 9p"
	guest_mods="drm_kms_helper drm_shmem_helper"
	;;
esac
present=${loader##*/}
xen_mods="xen-evtchn xen-gntdev xen-gntalloc xenfs"
dom0_mods="xen-privcmd bochs virtio-gpu"

exec 9>"$out/lock"
flock 9
stamp="$(cat "$dir/stamp-root" ${guest:+"$guest/stamp-image"}) $(cat "$0" "$here/libs.sh" "$here"/image/* | cksum)"
[ "$(cat "$out/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
rm -f "$out/stamp"

# add_lib IMAGE LIB...: libraries that programs from outside will want.
add_lib()
{
	img=$1
	shift
	for l in "$@"; do
		cp -L "$root/usr/lib/$TRIPLET/$l" "$img/usr/lib/$TRIPLET/"
		add_libs "$root/usr/lib/$TRIPLET/$l" "$img"
	done
}

add_prog() # IMAGE PATH-IN-ROOT...: into /usr/bin
{
	img=$1
	shift
	for prog in "$@"; do
		cp "$root/$prog" "$img/usr/bin/"
		add_libs "$root/$prog" "$img"
	done
}

# add_mod FILE FOLDER: unpacked, for busybox; tells the name it has there.
add_mod()
{
	name=${1##*/}
	case $name in
	*.xz)	name=${name%.xz}; xz -dc "$1" >"$2/$name" || die "cannot unpack $1" ;;
	*)	cp "$1" "$2/" ;;
	esac
	echo "$name"
}

# add_mods IMAGE MODULE...: the files, and in /mods/NAME.list their order.
add_mods()
{
	img=$1
	shift
	for mod in "$@"; do
		modprobe -d "$kroot" -S "$KERNEL" --show-depends "$mod" \
			>"$out/depends" || die "no module $mod in $KERNEL"
		awk '$1 == "insmod" { print $2 }' "$out/depends" |
			while read -r ko; do
				add_mod "$ko" "$img/mods"
			done >"$img/mods/$mod.list" || exit 1
	done
	rm "$out/depends"
}

base() # IMAGE INIT: an empty system with busybox, its init and "mp"
{
	rm -rf "$1"
	for p in proc sys dev run tmp etc mods h usr/bin usr/sbin usr/lib64 \
		"usr/lib/$TRIPLET" var/log; do
		mkdir -p "$1/$p"
	done
	ln -s usr/bin "$1/bin"
	ln -s usr/sbin "$1/sbin"
	ln -s usr/lib "$1/lib"
	ln -s usr/lib64 "$1/lib64"
	ln -s ../run "$1/var/run"
	cp "$root/usr/bin/busybox" "$1/usr/bin/"
	ln -s busybox "$1/usr/bin/sh"
	cp -L "$root/$loader" "$1/$loader"
	install -m755 "$here/image/mp" "$1/usr/bin/mp"
	install -m755 "$here/image/$2" "$1/init"
}

# pack IMAGE FILE: not compressed, since the emulated CPU would unpack slowly,
# and xl calls an archive behind a compressed one a panic.
pack()
{
	(cd "$1" && find . | LC_ALL=C sort |
		cpio -o -H newc -R 0:0 --quiet) >"$2"
	rm -rf "$1"
}

make_domu() # FILE
{
	u=$1.tmp
	base "$u" domu-init
	# shellcheck disable=SC2086 # lists of words
	add_mods "$u" $xen_mods $guest_mods
	add_prog "$u" usr/bin/modetest usr/bin/strace usr/bin/xenstore-ls \
		usr/bin/xenstore-read usr/bin/xenstore-write
	add_lib "$u" libdrm.so.2 libpng16.so.16 libcmocka.so.0 libgcc_s.so.1 \
		libxenstore.so.4 libxengnttab.so.1 libxenevtchn.so.1 libxencall.so.1
	pack "$u" "$1"
}

make_dom0()
{
	d=$out/dom0.tmp
	base "$d" dom0-init
	install -m755 "$here/image/rig-run" "$d/usr/bin/rig-run"
	# shellcheck disable=SC2086 # lists of words
	add_mods "$d" $xen_mods $dom0_mods $boot_mods
	echo "xen-privcmd $xen_mods $boot_mods" >"$d/etc/rig-modules"
	for p in xl xenstored oxenstored xenconsoled xen-init-dom0 \
		xenstore-control; do
		add_prog "$d" "usr/lib/xen-$XEN/bin/$p"
	done
	# libxl starts this one by its full path.
	mkdir -p "$d/usr/lib/xen-$XEN"
	ln -s ../../bin "$d/usr/lib/xen-$XEN/bin"
	add_prog "$d" "usr/lib/xen-$XEN/bin/libxl-save-helper"
	add_prog "$d" "usr/lib/xen-$XEN/bin/xentrace"
	for p in ls read write rm list watch exists chmod; do
		add_prog "$d" "usr/bin/xenstore-$p"
	done
	add_prog "$d" usr/bin/strace usr/bin/modetest
	# Without libgcc_s, xl aborts in pthread_cancel.
	add_lib "$d" libgcc_s.so.1 libdrm.so.2 libpng16.so.16 libpixman-1.so.0 \
		libcmocka.so.0 libxenstore.so.4 libxengnttab.so.1 libxenevtchn.so.1 \
		libxencall.so.1
	mkdir -p "$d/etc/xen" "$d/var/lib/xen" "$d/var/lib/xenstored" \
		"$d/var/log/xen/console"
	cp "$root/etc/xen/oxenstored.conf" "$d/etc/xen/"
	echo 'autoballoon="off"' >"$d/etc/xen/xl.conf"
	pack "$d" "$out/dom0.img"
}

make_xen()
{
	case $ARCH in
	amd64) zcat "$root/boot/xen-$XEN-amd64.gz" >"$out/xen.elf" ;;
	arm64) cp "$root/boot/xen-$XEN-arm64" "$out/xen.elf" ;;
	esac
}

# Xen and xl unpack a kernel slowly under emulation: hand them the ELF.
make_kernel() # FILE
{
	if [ -e "$kroot/boot/vmlinux-$KERNEL" ]; then
		cp "$kroot/boot/vmlinux-$KERNEL" "$1"
		return
	fi
	case $ARCH in
	amd64) python3 "$here/image/vmlinux.py" "$kroot/boot/vmlinuz-$KERNEL" "$1" ;;
	arm64) cp "$kroot/boot/vmlinuz-$KERNEL" "$1" ;;
	esac
}

[ -f "$kroot/lib/modules/$KERNEL/modules.dep.bin" ] ||
	depmod -b "$kroot" "$KERNEL"
if [ -n "$guest" ]; then
	make_kernel "$out/guest-kernel"
	make_domu "$out/domu.img"
else
	mkdir -p "$out/share"
	make_xen
	make_kernel "$out/dom0-kernel"
	ln -f "$out/dom0-kernel" "$out/share/guest-kernel"
	make_domu "$out/share/domu.img"
	make_dom0
fi
echo "$stamp" >"$out/stamp"
