#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Makes displif-drm-dkms_VERSION_all.deb, for DKMS: source, dkms.conf, the blacklist. Needs debhelper and dh-dkms.
#
# usage: deb.sh FOLDER	(is made; gets the package and the tree it was made from)
set -eu

to=${1:?"usage: $0 FOLDER"}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$to"
to=$(CDPATH='' cd -- "$to" && pwd)
rm -rf "$to/tree"
version=$("$here/dkms-tree.sh" "$to/tree")
cp -r "$here/debian" "$to/tree/"
# The version stands in one place, which is not a changelog.
cat >"$to/tree/debian/changelog" <<X
displif-drm ($version) unstable; urgency=medium

  * See CHANGELOG.md of libdisplif.

 -- libdisplif developers <libdisplif@localhost>  $(date -R -u ${SOURCE_DATE_EPOCH:+-d "@$SOURCE_DATE_EPOCH"})
X
cd "$to/tree"
dpkg-buildpackage -b -us -uc >"$to/log" 2>&1 || { cat "$to/log" >&2; exit 1; }
echo "$to/displif-drm-dkms_${version}_all.deb"
