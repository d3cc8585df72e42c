#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Download and unpack, without installing anything, the Debian packages that
# the Xen rig and cross builds need: DIR/sysroot, DIR/versions and, on request,
# DIR/headers for building kernel modules.
set -eu

usage()
{
	cat <<'X'
usage: fetch-root.sh [--headers] amd64|arm64 DIR

Fills DIR with
  sysroot/   hypervisor, toolstack, kernel, tools, libraries and -dev files;
             fit for --sysroot=DIR/sysroot
  versions   shell assignments: ARCH, KERNEL, XEN, TRIPLET, HEADERS
  headers/   with --headers: HEADERS (see versions) is what a module build
             gives to "make -C"; it needs gcc-12, for a foreign
             architecture gcc-12-aarch64-linux-gnu
Nothing of the host is changed. A second run with the same DIR ends at once.

Host packages needed: apt dpkg coreutils util-linux sed gawk|mawk (all in any
Debian 12), and a route to the package archive of the host's apt sources.
Needed later, by mkimages.sh: kmod cpio binutils; by rig.py: python3 and
qemu-system-x86 or qemu-system-arm; by cross builds: gcc-12-aarch64-linux-gnu.
X
}

die() { echo "fetch-root.sh: $*" >&2; exit 1; }

headers=0
while [ $# -gt 0 ]; do
	case $1 in
	--headers) headers=1 ;;
	-h | --help) usage; exit 0 ;;
	-*) usage >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
[ $# -eq 2 ] || { usage >&2; exit 2; }
arch=$1
case $arch in
amd64) triplet=x86_64-linux-gnu ;;
arm64) triplet=aarch64-linux-gnu ;;
*) die "architecture \"$arch\": only amd64 and arm64 are known" ;;
esac

mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
self=$(readlink -f "$0")
exec 9>"$dir/lock"
flock 9

# The stamp names the script's own content: a changed list fetches anew.
stamp="$arch $(cksum <"$self")"

fresh() { [ "$(cat "$dir/stamp-$1" 2>/dev/null)" = "$stamp" ]; }

# private_apt ARCH: an apt of its own below DIR/apt-ARCH with an empty status
# file, so that it knows the host's archives and proxies, and no package of it.
private_apt()
{
	a=$dir/apt-$1
	mkdir -p "$a/lists/partial" "$a/cache/archives/partial" "$a/sources"
	: >"$a/status"
	# Both kinds of source lists; a host that limits its own to one
	# architecture must not hide the other one from us.
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -f "$f" ] || continue
		sed '/^[Aa]rchitectures:/d' "$f" >"$a/sources/${f##*/}"
	done
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$f" ] || continue
		sed 's/\(\[[^]]*\)arch=[^] ]*/\1/; s/\[ *\]//' "$f" \
			>"$a/sources/${f##*/}"
	done
	[ -f "$a/sources/sources.list" ] &&
		mv "$a/sources/sources.list" "$a/sources/main.list"
	(
		umask 077 # a proxy's address may hold a password
		# Proxies, retries and validity checks stay as the host has
		# them; its hooks and its architecture do not.
		apt-config dump |
			grep -E '^Acquire::(http|https|ftp|Retries|Check-)' \
			>"$a/apt.conf" || :
		cat >>"$a/apt.conf" <<X
APT::Architecture "$1";
APT::Architectures { "$1"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Dir::State "$a";
Dir::State::status "$a/status";
Dir::State::Lists "$a/lists";
Dir::Cache "$a/cache";
Dir::Etc::Parts "/dev/null";
Dir::Etc::Main "/dev/null";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$a/sources";
Debug::NoLocking "true";
X
	)
}

with_apt() # ARCH COMMAND...: run an apt command in that private apt
{
	wa=$1
	shift
	APT_CONFIG=$dir/apt-$wa/apt.conf "$@"
}

# An archive that is being synchronised makes an update fail now and then:
# what counts is whether the wanted packages resolve and download.
refresh() # ARCH
{
	with_apt "$1" apt-get -qq update 2>"$dir/apt-$1/update.err" ||
		echo "fetch-root.sh: apt-get update ($1) failed," \
			"going on with what it got" >&2
}

# depends ARCH PACKAGE PREFIX: the one dependency of PACKAGE so named.
depends()
{
	with_apt "$1" apt-cache depends "$2" 2>/dev/null |
		sed -n "s/^ *Depends: \\($3[^ ]*\\)\$/\\1/p" | head -n 1
}

resolve() # sets kernel and xen from the meta-packages
{
	kernel=$(depends "$arch" "linux-image-$arch" linux-image-)
	kernel=${kernel#linux-image-}
	xen=$(depends "$arch" "xen-system-$arch" xen-hypervisor-[0-9])
	xen=${xen#xen-hypervisor-}
	xen=${xen%-"$arch"}
	[ -n "$kernel" ] && [ -n "$xen" ]
}

# download ARCH closure|alone PACKAGE...: into the private cache.
download()
{
	da=$1 how=$2
	shift 2
	for try in 1 2 3; do
		if [ "$how" = closure ]; then
			with_apt "$da" apt-get -qq -y -d install "$@" \
				>"$dir/apt-$da/get.log" 2>&1 && return 0
		else
			(cd "$dir/apt-$da/cache/archives" &&
				with_apt "$da" apt-get -qq download "$@") \
				>"$dir/apt-$da/get.log" 2>&1 && return 0
		fi
		sleep $((try * 3))
		refresh "$da"
	done
	tail -n 20 "$dir/apt-$da/get.log" >&2
	die "cannot download ($da): $*"
}

prepare() # ARCH: a private apt with lists
{
	private_apt "$1"
	refresh "$1"
}

fetch_root()
{
	prepare "$arch"
	resolve || {
		sleep 5
		refresh "$arch"
		resolve
	} || die "no linux-image-$arch and xen-system-$arch in the host's" \
		"apt sources; $(tail -n 3 "$dir/apt-$arch/update.err")"

	rm -f "$dir/apt-$arch"/cache/archives/*.deb
	download "$arch" closure \
		"xen-hypervisor-$xen-$arch" "xen-utils-$xen" xenstore-utils \
		"linux-image-$kernel" busybox-static libdrm-tests strace \
		libgcc-s1 libdrm2 libpng16-16 libpixman-1-0 libcmocka0 \
		libc6-dev libxen-dev libdrm-dev libpng-dev zlib1g-dev libpixman-1-dev \
		libcmocka-dev

	# One merged /usr, so that each library has one place.
	rm -rf "$dir/sysroot" "$dir/sysroot.new"
	mkdir -p "$dir/sysroot.new/usr"
	for d in bin sbin lib lib64; do
		mkdir "$dir/sysroot.new/usr/$d"
		ln -s "usr/$d" "$dir/sysroot.new/$d"
	done
	for deb in "$dir/apt-$arch"/cache/archives/*.deb; do
		case ${deb##*/} in
		# Only maintainer scripts and the toolstack's helpers in
		# these languages want them; the rig runs neither.
		perl* | libperl* | python3* | libpython3*) continue ;;
		esac
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$dir/sysroot.new" --keep-directory-symlink ||
			die "cannot unpack ${deb##*/}"
	done
	mv "$dir/sysroot.new" "$dir/sysroot"
	rm -f "$dir/apt-$arch"/cache/archives/*.deb
	cat >"$dir/versions" <<X
ARCH=$arch
KERNEL=$kernel
XEN=$xen
TRIPLET=$triplet
HEADERS=$dir/headers/usr/src/linux-headers-$kernel
X
	rm -f "$dir/stamp-headers"
	echo "$stamp" >"$dir/stamp-root"
}

# Headers run programs of the *building* machine (fixdep, modpost), which live
# in linux-kbuild of its own architecture.
fetch_headers()
{
	KERNEL=
	# shellcheck source=/dev/null
	. "$dir/versions"
	build=$(dpkg --print-architecture)
	[ -f "$dir/apt-$arch/apt.conf" ] || prepare "$arch"
	common=$(depends "$arch" "linux-headers-$KERNEL" linux-headers-)
	kbuild=$(depends "$arch" "linux-headers-$KERNEL" linux-kbuild-)
	if [ -z "$common" ] || [ -z "$kbuild" ]; then
		die "linux-headers-$KERNEL: no such package, or it depends on" \
			"no linux-headers-*-common or linux-kbuild-*"
	fi
	rm -f "$dir/apt-$arch"/cache/archives/*.deb
	download "$arch" alone "linux-headers-$KERNEL" "$common"
	[ "$build" = "$arch" ] || {
		prepare "$build"
		rm -f "$dir/apt-$build"/cache/archives/*.deb
	}
	download "$build" alone "$kbuild"

	rm -rf "$dir/headers"
	mkdir "$dir/headers"
	for deb in "$dir"/apt-*/cache/archives/*.deb; do
		dpkg-deb -x "$deb" "$dir/headers"
		rm -f "$deb"
	done
	sed -i "s#include /usr/src/#include $dir/headers/usr/src/#" \
		"$dir/headers/usr/src/linux-headers-$KERNEL/Makefile"
	echo "$stamp" >"$dir/stamp-headers"
}

fresh root || fetch_root
[ "$headers" -eq 0 ] || fresh headers || fetch_headers
