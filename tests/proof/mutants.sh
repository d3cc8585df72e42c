#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The proof can fail: each bug that is planted in a copy of the sources raises an alarm there.
# usage: mutants.sh FOLDER [--long] [NAME...]
#
# --long  all bugs, not every second one; and each harness function is analysed without a bug, too, and must
#         raise no alarm. It is one of those that proof/gcc_x86_64 has in one analysis, with the same options.
# A bug is mutants/NAME.sed, whose second line is "# FILE MAIN: what is wrong":
# the source it changes, and the harness function that must see it. The change must
# compile, or it would be no bug but a mistake.
. "$(dirname -- "$0")/../build/lib.sh"
. "$top/tests/proof/eva.sh"
need frama-c gcc nm python3
shift
long=no
if [ "${1-}" = --long ]; then
	long=yes
	check=$check-long
	shift
fi
if [ $# = 0 ]; then
	every=no
	for script in "$proof"/mutants/*.sed; do
		name=${script##*/}
		if [ $long$every = nono ]; then
			every=yes
			continue
		fi
		every=no
		set -- "$@" "${name%.sed}"
	done
fi

# Each harness function's own files, so that a run reads no more than it needs.
mkdir "$work/objects"
for file in $(sources); do
	# shellcheck disable=SC2086
	gcc -std=c11 $includes -c "$src/$file" -o "$work/objects/${file%.c}.o" || fail "$file does not compile"
done

# planted MAIN SRC LOG [OPTION...]: analyses what MAIN needs, the sources being in SRC.
planted()
{
	main=$1 from=$2 log=$3
	shift 3
	harness=$(grep -l "^void $main(void)" "$proof"/h_*.c) || fail "no harness has $main()"
	grep -q "^	$main();" "$proof/harness.c" || fail "$main() is not in the proof"
	[ -f "$work/$main.files" ] || python3 "$proof/needs.py" "$harness" "$work"/objects/*.o >"$work/$main.files"
	# shellcheck disable=SC2046
	eva gcc_x86_64 "$main" "$from" "$log" $(sed "s,^,$from/," "$work/$main.files") "$proof/harness.c" "$harness" "$@"
}

n=0
missed=
proven=' '
for name; do
	script=$proof/mutants/$name.sed
	head=$(sed -n '2s/^# //p' "$script")
	file=${head%% *}
	main=${head#* }
	main=${main%%:*}
	[ -f "$src/$file" ] || fail "$name: no source '$file'"

	case $long$proven in
	no* | *" $main "*) ;;
	*)	planted "$main" "$src" "$work/$main.log" ||
			{ grep -A 3 'eva:alarm' "$work/$main.log"; fail "$main without a bug"; }
		proven="$proven$main " ;;
	esac

	copy=$work/$name
	mkdir "$copy"
	cp "$src"/*.[ch] "$copy/"
	sed -f "$script" "$src/$file" >"$copy/$file"
	! cmp -s "$src/$file" "$copy/$file" || fail "$name: changes nothing in $file: the source moved on"
	# shellcheck disable=SC2086
	gcc -std=c11 $includes -I"$copy" -fsyntax-only "$copy/$file" || fail "$name: does not compile"

	n=$((n + 1))
	# The first alarm is that of the bug, where there was none before.
	if planted "$main" "$copy" "$copy/log" -eva-stop-at-nth-alarm 1 ||
		! grep "^\[eva:alarm\] \(.*/\)\{0,1\}$name/" "$copy/log" >"$copy/alarms"; then
		echo "MISSED $name: ${head#*: }"
		missed="$missed $name"
	else
		echo "found $name: ${head#*: } ($(sed -n "1s,.*/\([a-z_]*\.c:[0-9]*\).*,\1,p" "$copy/alarms"))"
	fi
done
[ -z "$missed" ] || fail "not found:$missed"
[ $n -gt 0 ] || fail "no mutants"
figure "$n planted bugs found by the proof"
