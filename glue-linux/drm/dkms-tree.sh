#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Makes a folder that builds the driver and needs nothing outside of it: driver, library, dkms.conf.
#
# usage: dkms-tree.sh FOLDER	(which must not exist)
#
# For DKMS: FOLDER is /usr/src/displif-drm-VERSION, then "dkms install displif-drm/VERSION".
set -eu

to=${1:?"usage: $0 FOLDER"}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
lib=$here/../../libdisplif

number() { sed -n "s/^#define DISPLIF_VERSION_$1[[:space:]]*\([0-9]*\).*/\1/p" "$lib/include/displif/version.h"; }

version=$(number MAJOR).$(number MINOR).$(number PATCH)
mkdir "$to"
cp "$here"/*.[ch] "$here/Kbuild" "$here/Kconfig" "$here/conftest.sh" "$here/displif-drm.conf" "$to/"
sed "s/@VERSION@/$version/" "$here/dkms.conf" >"$to/dkms.conf"
mkdir "$to/libdisplif"
cp -r "$lib/sources.mk" "$lib/include" "$lib/src" "$to/libdisplif/"
echo "$version"
