#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The installed tree serves a program through pkg-config and through CMake, shared and static; the
# shared library has the right name and exports displif_x() only.
. "$(dirname -- "$0")/lib.sh"
need cmake gcc pkg-config nm readelf

prefix=$work/prefix
cmake -S "$top" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr/local \
	-DDISPLIF_BUILD_TESTS=OFF -DDISPLIF_BUILD_EXAMPLES=OFF -DDISPLIF_BUILD_XEN=OFF >"$work/log" 2>&1 ||
	fail "configure: $(cat "$work/log")"
cmake --build "$work/build" >"$work/log" 2>&1 || fail "build: $(cat "$work/log")"
# Another prefix than configured: the installed files must not remember the first.
cmake --install "$work/build" --prefix "$prefix" >"$work/log" || fail "install: $(cat "$work/log")"
# The build is gone when the consumer comes, and the tree moves once more.
rm -rf "$work/build"
mv "$prefix" "$work/moved"
prefix=$work/moved
libdir=$(dirname "$(find "$prefix" -name libdisplif.a)")

for h in "$top"/libdisplif/include/displif/*.h; do
	[ -f "$prefix/include/displif/${h##*/}" ] || fail "${h##*/} is not installed"
done

version() { sed -n "s/^#define DISPLIF_VERSION_$1[ \t]*//p" "$top/libdisplif/include/displif/version.h"; }
soname=$(readelf -d "$libdir/libdisplif.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
[ "$soname" = "libdisplif.so.$(version MAJOR)" ] || fail "SONAME is '$soname'"
[ -f "$libdir/libdisplif.so.$(version MAJOR).$(version MINOR).$(version PATCH)" ] || fail "no file of the full version"

nm -D --defined-only "$libdir/libdisplif.so" | awk '$2 != "A" { print $3 }' | sort >"$work/exported"
[ -s "$work/exported" ] || fail "nothing is exported"
! grep -vE '^displif_[a-z0-9][a-z0-9_]*@@DISPLIF_1\.0$' "$work/exported" || fail "exports that are not ours"
# Every function that a public header marks is there: the header is the manual.
marked=$(cat "$prefix"/include/displif/*.h | tr '\n' ' ' | grep -oE 'DISPLIF_API [^;(]*\(' |
	grep -oE 'displif_[a-z0-9_]+ ?\($' | tr -d ' (' | sort -u)
[ -n "$marked" ] || fail "no DISPLIF_API in the headers"
for f in $marked; do
	grep -q "^$f@@" "$work/exported" || fail "$f() is in a header but not exported"
done
sed 's/@@.*//' "$work/exported" >"$work/names"
while read -r f; do
	echo "$marked" | grep -qx "$f" || fail "$f() is exported but in no header"
done <"$work/names"

export PKG_CONFIG_PATH="$libdir/pkgconfig"
pc=$(pkg-config --modversion displif)
[ "$pc" = "$(version MAJOR).$(version MINOR).$(version PATCH)" ] || fail "pkg-config says version $pc"
# shellcheck disable=SC2046
gcc -std=c11 -isystem "$work/xen" -o "$work/pc-shared" "$top/tests/build/consumer.c" $(pkg-config --cflags --libs displif)
# shellcheck disable=SC2046
gcc -std=c11 -isystem "$work/xen" -static -o "$work/pc-static" "$top/tests/build/consumer.c" \
	$(pkg-config --static --cflags --libs displif)
LD_LIBRARY_PATH=$libdir "$work/pc-shared" || fail "pkg-config, shared"
"$work/pc-static" || fail "pkg-config, static"
readelf -d "$work/pc-shared" | grep -q "NEEDED.*$soname" || fail "pc-shared does not use $soname"

mkdir "$work/consumer"
cp "$top/tests/build/consumer.c" "$work/consumer/"
cat >"$work/consumer/CMakeLists.txt" <<EOF
cmake_minimum_required(VERSION 3.16)
project(consumer LANGUAGES C)
find_package(displif $pc EXACT REQUIRED)
include_directories(SYSTEM $work/xen)
add_executable(shared consumer.c)
target_link_libraries(shared displif::displif)
add_executable(static consumer.c)
target_link_libraries(static displif::displif_static)
EOF
cmake -S "$work/consumer" -B "$work/consumer/build" -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" 2>&1 ||
	fail "find_package: $(cat "$work/log")"
cmake --build "$work/consumer/build" >"$work/log" 2>&1 || fail "consumer: $(cat "$work/log")"
"$work/consumer/build/shared" || fail "CMake, shared"
"$work/consumer/build/static" || fail "CMake, static"
readelf -d "$work/consumer/build/shared" | grep -q "NEEDED.*$soname" || fail "shared does not use $soname"
! readelf -d "$work/consumer/build/static" | grep -q 'NEEDED.*displif' || fail "static uses the shared library"
echo "$(wc -l <"$work/exported") functions exported, $soname, version $pc"
