#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The module of deliberate mistakes, for the kernel whose headers lie in ROOT.
#
# usage: bites.sh ROOT OUT	(ROOT: output of fetch-root.sh --headers)
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "${2:?"usage: $0 ROOT OUT"}"
out=$(CDPATH='' cd -- "$2" && pwd)
HEADERS=''
# shellcheck source=/dev/null
. "$1/versions"
cp "$here"/bites/* "$out/"
make -C "$HEADERS" M="$out" CONFIG_DEBUG_INFO_BTF_MODULES= CC=gcc-12 modules >"$out/log" 2>&1 ||
	{ cat "$out/log" >&2; exit 1; }
