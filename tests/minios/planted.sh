#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The tests of the Mini-OS glue can fail: for each bug that is planted in a copy of its sources the test that it names does.
# usage: planted.sh FOLDER PVH-BED PV-BED ARCHIVE...
#
# A bug is mutants/NAME.sed, whose second line is "# FILE TEST pvh|pv: what is wrong". The changed file is linked before the
# archives of the build, so that its old self stays in there.
. "$(dirname -- "$0")/../build/lib.sh"
cc=${CC:-gcc}
need "${cc%% *}" sed timeout
pvh=$2
pv=$3
shift 3
here=$top/tests/minios
glue=$top/glue-minios

# compile KIND SOURCE OBJECT
compile()
{
	defines=
	[ "$1" = pvh ] || defines="-DCONFIG_PARAVIRT -DHAVE_LIBC"
	# shellcheck disable=SC2086
	$cc -std=gnu11 -O1 -g -fno-builtin -fgnu89-inline -w $defines -D__XEN_INTERFACE_VERSION__=0x00030205 \
		-DDISPLIF_ENV_HEADER=displif_env_fake.h -I"$here" -I"$here/include" -I"$glue/include" -I"$glue/src" \
		-I"$top/tests/fake" -I"$top/tests/loop" $includes -c "$2" -o "$3" || fail "$2: does not compile"
}

n=0
missed=
for script in "$here"/mutants/*.sed; do
	name=${script##*/}
	name=${name%.sed}
	head=$(sed -n '2s/^# //p' "$script")
	text=${head#*: }
	# shellcheck disable=SC2086
	set -- ${head%%:*} "$@"
	file=$1 test=$2 kind=$3
	shift 3
	[ -f "$glue/src/$file" ] || fail "$name: no source '$file'"
	sed -f "$script" "$glue/src/$file" >"$work/$name.c"
	! cmp -s "$glue/src/$file" "$work/$name.c" || fail "$name: changes nothing in $file: the source moved on"
	compile "$kind" "$work/$name.c" "$work/$name.o"
	[ -f "$work/$test-$kind.o" ] || compile "$kind" "$here/test_$test.c" "$work/$test-$kind.o"
	bed=$pvh
	[ "$kind" = pvh ] || bed=$pv
	$cc -o "$work/$name" "$work/$test-$kind.o" "$work/$name.o" "$bed" "$@" -lcmocka || fail "$name: does not link"

	n=$((n + 1))
	if timeout 60 "$work/$name" >"$work/$name.log" 2>&1; then
		echo "MISSED $name: $text"
		missed="$missed $name"
	else
		why=$(sed -n 's/^\[  FAILED  \] \(test_[a-z_]*\).*/\1/p;/BUG\|SIGSEGV/p' "$work/$name.log" | sed q)
		echo "found $name: $text (${why:-ended by itself or by time})"
	fi
done
[ -z "$missed" ] || fail "not found:$missed"
[ $n -gt 0 ] || fail "no bugs planted"
figure "$n planted bugs found by the tests of the Mini-OS glue"
