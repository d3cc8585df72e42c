#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The installed displif-xen serves a program through pkg-config, shared and static, and exports what its headers say.
. "$(dirname -- "$0")/../build/lib.sh"
need cmake gcc pkg-config nm readelf

prefix=$work/prefix
cmake -S "$top" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DDISPLIF_BUILD_TESTS=OFF \
	-DDISPLIF_BUILD_EXAMPLES=OFF -DDISPLIF_BUILD_XEN=ON >"$work/log" 2>&1 ||
	fail "configure: $(cat "$work/log")"
cmake --build "$work/build" >"$work/log" 2>&1 || fail "build: $(cat "$work/log")"
cmake --install "$work/build" --prefix "$prefix" >"$work/log" || fail "install: $(cat "$work/log")"
rm -rf "$work/build"
libdir=$(dirname "$(find "$prefix" -name libdisplif-xen.a)")

nm -D --defined-only "$libdir/libdisplif-xen.so" | awk '$2 != "A" { print $3 }' | sort >"$work/exported"
! grep -vE '^displif_(xen|loop)_[a-z0-9_]*@@DISPLIF_XEN_1\.0$' "$work/exported" || fail "exports that are not ours"
marked=$(cat "$prefix/include/displif-xen.h" "$prefix/include/displif-loop.h" | tr '\n\t' '  ' |
	grep -oE 'DISPLIF_API [^;(]*\(' | grep -oE 'displif_[a-z0-9_]+ ?\($' | tr -d ' (' | sort -u)
[ -n "$marked" ] || fail "no DISPLIF_API in the headers"
sed 's/@@.*//' "$work/exported" >"$work/names"
[ "$marked" = "$(cat "$work/names")" ] || fail "headers and exports differ: $(echo "$marked" | diff - "$work/names")"

cat >"$work/consumer.c" <<'END'
#include <displif-xen.h>
#include <displif/version.h>
#include <stdio.h>

int main(void)
{
	struct displif_xen *xen;

	printf("%s\n", displif_strerror(displif_xen_open(NULL, &xen)));
	return displif_xen_open(NULL, &xen) == DISPLIF_E_INVAL && displif_loop_clock() ? 0 : 1;
}
END
export PKG_CONFIG_PATH="$libdir/pkgconfig"
# shellcheck disable=SC2046
gcc -std=c11 -o "$work/shared" "$work/consumer.c" $(pkg-config --cflags --libs displif-xen)
LD_LIBRARY_PATH=$libdir "$work/shared" || fail "shared"
readelf -d "$work/shared" | grep -q 'NEEDED.*libdisplif-xen.so' || fail "shared does not use the shared library"
rm "$libdir"/*.so*
# shellcheck disable=SC2046
gcc -std=c11 -static -o "$work/static" "$work/consumer.c" $(pkg-config --static --cflags --libs displif-xen) \
	2>"$work/log" || fail "static: $(cat "$work/log")"
"$work/static" || fail "static"
echo "$(wc -l <"$work/names") functions exported"
