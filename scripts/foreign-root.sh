#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Unpacks Debian packages, with all that they depend on, into a folder.
#
# usage: scripts/foreign-root.sh ARCH DIR PACKAGE...
#
# ARCH is Debian's name (amd64, i386, arm64, armhf), not necessarily the host's.
# DIR/root gets the files, the downloads are deleted. Nothing is installed: a
# private apt with an empty list of installed packages does the work, so no root
# rights are needed. A second call with the same arguments does nothing.
set -eu
. "$(dirname -- "$0")/lib.sh"

case ${1-} in -h | --help) usage; exit 0 ;; esac
[ $# -ge 3 ] || { usage >&2; exit 2; }
arch=$1
mkdir -p "$2"
dir=$(CDPATH='' cd -- "$2" && pwd)
shift 2

stamp=$dir/stamp
[ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$arch $*" ] || exit 0
apt=$dir/apt
rm -rf "$dir/root" "$stamp" "$apt"
mkdir -p "$dir/root" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/sources"
: >"$apt/status"

# The host's archives, without its limits to its own architecture.
for f in /etc/apt/sources.list.d/*.sources; do
	[ ! -f "$f" ] || sed '/^[Aa]rchitectures:/d' "$f" >"$apt/sources/${f##*/}"
done
for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
	[ ! -f "$f" ] || sed -E '/^deb/s/arch=[^] ]*//; s/\[ *\]//' "$f" >>"$apt/sources/lists.list"
done
# The host's proxies and the like stay in force, and may hold a password; its hooks do not.
(umask 077 && apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-)' >"$apt/apt.conf") || :
cat >>"$apt/apt.conf" <<EOF
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Install-Recommends "0";
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::State::Lists "$apt/lists";
Dir::Cache "$apt/cache";
Dir::Etc::Main "/dev/null";
Dir::Etc::Parts "/dev/null";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$apt/sources";
Debug::NoLocking "1";
EOF
export APT_CONFIG="$apt/apt.conf"

# An archive in the middle of a sync makes an update fail now and then; what counts is whether the
# packages can be had. The empty status file makes apt fetch the whole closure, -d makes it stop there.
try=1
until apt-get -qq update >"$apt/log" 2>&1; apt-get -qq -y -d install "$@" >>"$apt/log" 2>&1; do
	[ $try -lt 4 ] || { tail -n 20 "$apt/log" >&2; die "apt-get cannot fetch for $arch: $*"; }
	sleep $((try * 3))
	try=$((try + 1))
done
for deb in "$apt"/cache/archives/*.deb; do
	dpkg -x "$deb" "$dir/root"
done
rm -rf "$apt"
echo "$arch $*" >"$stamp"
