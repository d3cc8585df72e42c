#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Builds all fuzz targets into FOLDER, for target.sh.
# usage: build.sh FOLDER
. "$(dirname -- "$0")/../build/lib.sh"
. "$top/tests/fuzz/fuzz.sh"
need "$fuzz_cc" ar xargs
build_fuzzers "$work"
