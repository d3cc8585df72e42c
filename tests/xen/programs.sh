#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Build the programs that run inside of the rig, against its own libraries.
set -eu

usage()
{
	cat <<'X'
usage: programs.sh DIR OUT

DIR is the directory filled by fetch-root.sh, which also tells the architecture.
Leaves displif-backend, displif-testcard, displif-compliance, kmsclient, hostile-guest
and hostile-backend, stripped, in OUT/bin.
Host packages needed: cmake make pkg-config gcc (or gcc-12-aarch64-linux-gnu).
X
}

die() { echo "programs.sh: $*" >&2; exit 1; }

case ${1-} in
-h | --help) usage; exit 0 ;;
esac
[ $# -eq 2 ] || { usage >&2; exit 2; }
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd -P)
top=$(cd "$here/../.." && pwd -P)
dir=$(cd "$1" && pwd -P) || die "no such directory: $1"
mkdir -p "$2/bin"
out=$(cd "$2" && pwd -P)
ARCH='' TRIPLET=''
# shellcheck source=/dev/null
. "$dir/versions" || die "$dir: run fetch-root.sh first"

cmake -S "$top" -B "$out/build" -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" \
	-DDISPLIF_XEN_ROOT="$dir" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	-DDISPLIF_BUILD_TESTS=ON -DDISPLIF_BUILD_CHECKS=ON -DDISPLIF_BUILD_BENCH=OFF \
	-DDISPLIF_BUILD_EXAMPLES=ON -DDISPLIF_BUILD_XEN=ON -DDISPLIF_WERROR=ON \
	>"$out/log" 2>&1 || { cat "$out/log" >&2; die "cmake ($ARCH)"; }
programs="examples/backend/displif-backend examples/testcard/displif-testcard
	examples/compliance/displif-compliance tests/xen/guest/kmsclient
	tests/xen/hostile/hostile-guest tests/xen/hostile/hostile-backend"
targets=
for prog in $programs; do
	targets="$targets ${prog##*/}"
done
# shellcheck disable=SC2086	# words on purpose
cmake --build "$out/build" -j "$(nproc)" --target $targets \
	>"$out/log" 2>&1 || { cat "$out/log" >&2; die "the build ($ARCH)"; }

strip=$(command -v strip)
[ "$ARCH" = "$(dpkg --print-architecture)" ] || strip=$TRIPLET-strip
for prog in $programs; do
	"$strip" -o "$out/bin/${prog##*/}" "$out/build/$prog"
done
