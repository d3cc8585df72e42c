#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The Debian package of the DRM driver is made and unpacked, and DKMS builds and installs what is in it: for the
# kernels whose headers are in the folders that are named. Nothing of the system is touched but DKMS's signing key,
# which it makes in /var/lib/dkms if there is none.
#
# usage: dkms.sh FOLDER HEADERS-FOLDER...	(each with a file "versions", as drm.sh's)
. "$(dirname -- "$0")/lib.sh"
need dkms dpkg-buildpackage dh_dkms modinfo gcc-12
shift
[ $# -gt 0 ] || fail "no kernel"

deb=$("$top/glue-linux/drm/deb.sh" "$work/deb") || fail "the package"
dpkg -x "$deb" "$work/root"
[ -s "$work/root/usr/lib/modprobe.d/displif-drm.conf" ] || fail "$deb has no blacklist"
dpkg --ctrl-tarfile "$deb" | tar -xO ./postinst | grep -q dkms || fail "$deb: DKMS is not told of it"
version=$(dpkg --info "$deb" | sed -n 's/^ Version: //p')
[ -s "$work/root/usr/src/displif-drm-$version/dkms.conf" ] || fail "$deb has no dkms.conf"

mkdir "$work/dkms"
for root; do
	KERNEL='' HEADERS=''
	# shellcheck source=/dev/null
	. "$root/versions"
	mkdir -p "$work/modules/$KERNEL"
	dkms install "displif-drm/$version" -k "$KERNEL" --kernelsourcedir "$HEADERS" --no-depmod \
		--dkmstree "$work/dkms" --sourcetree "$work/root/usr/src" --installtree "$work/modules" \
		>"$work/log" 2>&1 </dev/null ||
		{ cat "$work/log" "$work"/dkms/displif-drm/*/build/make.log; fail "dkms install for $KERNEL"; }
	module=$(find "$work/modules/$KERNEL" -name 'displif_drm.ko*')
	[ -n "$module" ] || { cat "$work/log"; fail "DKMS installed nothing for $KERNEL"; }
	case $(modinfo -F vermagic "$module") in
	"$KERNEL "*) ;;
	*) fail "$module is for another kernel: $(modinfo -F vermagic "$module")" ;;
	esac
	echo "$KERNEL: ${module#"$work/modules/"}, $(modinfo -F version "$module")"
done
