#!/bin/bash -eu
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# What OSS-Fuzz runs in its container: every target, its corpus, options and dictionary into $OUT.
# $CC, $CFLAGS, $LIB_FUZZING_ENGINE, $WORK and $OUT are set by it, as are the sanitizers' options.
top=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
# It runs a copy in $SRC; by hand it runs from where it lies.
[ -d "$top/libdisplif/tests/fuzz" ] && top=$top/libdisplif
[ -d "$top/tests/fuzz" ] || top=$(CDPATH='' cd -- "$top/../../.." && pwd)
fuzz=$top/tests/fuzz

# Xen's public headers alone, of whatever machine.
mkdir -p "$WORK/xen"
ln -sfn "${DISPLIF_XEN_INCLUDE_DIR:-/usr/include}/xen" "$WORK/xen/xen"
options=(-std=gnu11 -DDISPLIF_ENV_HEADER=displif_env_fake.h -I"$top/libdisplif/include" -I"$top/libdisplif/src"
	-I"$top/tests/fake" -I"$fuzz" -isystem "$WORK/xen")

for file in "$top"/libdisplif/src/*.c "$top/tests/fake/fake_hook.c"; do
	# shellcheck disable=SC2086
	$CC $CFLAGS "${options[@]}" -c "$file" -o "$WORK/$(basename "$file" .c).o"
done
rm -f "$WORK/libfuzzed.a"
ar rcs "$WORK/libfuzzed.a" "$WORK"/*.o

mkdir -p "$WORK/targets"
for file in "$fuzz"/fuzz_*.c; do
	name=$(basename "$file" .c)
	target=${name#fuzz_}
	# shellcheck disable=SC2086
	$CC $CFLAGS "${options[@]}" -c "$file" -o "$WORK/targets/$name.o"
	# The engine may be a C++ library.
	# shellcheck disable=SC2086
	$CXX $CXXFLAGS "$WORK/targets/$name.o" "$WORK/libfuzzed.a" $LIB_FUZZING_ENGINE -o "$OUT/$name"
	rm -f "$OUT/${name}_seed_corpus.zip"
	(cd "$fuzz/corpus/$target" && python3 -m zipfile -c "$OUT/${name}_seed_corpus.zip" ./*)
	[ ! -f "$fuzz/$target.dict" ] || cp "$fuzz/$target.dict" "$OUT/$name.dict"
	cp "$fuzz/oss-fuzz/$target.options" "$OUT/$name.options" 2>/dev/null ||
		cp "$fuzz/oss-fuzz/default.options" "$OUT/$name.options"
done
