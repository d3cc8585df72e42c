#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The proof can fail: each bug that is planted in a copy of the sources raises an alarm there.
# usage: mutants.sh FOLDER [NAME...]
#
# A bug is mutants/NAME.sed, whose second line is "# FILE MAIN: what is wrong":
# the source it changes, and the harness function that must see it. The change must
# compile, or it would be no bug but a mistake.
. "$(dirname -- "$0")/../build/lib.sh"
. "$top/tests/proof/eva.sh"
need frama-c gcc nm python3
shift
if [ $# = 0 ]; then
	for script in "$proof"/mutants/*.sed; do
		name=${script##*/}
		set -- "$@" "${name%.sed}"
	done
fi

# Each harness function's own files, so that a run reads no more than it needs.
mkdir "$work/objects"
for file in $(sources); do
	# shellcheck disable=SC2086
	gcc -std=c11 $includes -c "$src/$file" -o "$work/objects/${file%.c}.o" || fail "$file does not compile"
done

# planted MAIN SRC LOG: analyses what MAIN needs, the sources being in SRC.
planted()
{
	harness=$(grep -l "^void $1(void)" "$proof"/h_*.c) || fail "no harness has $1()"
	files=$(python3 "$proof/needs.py" "$harness" "$work"/objects/*.o | sed "s,^,$2/,")
	# shellcheck disable=SC2086
	eva gcc_x86_64 "$1" "$2" "$3" $files "$proof/harness.c" "$harness"
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

	# Without a bug there is no alarm, else the alarm below would prove nothing.
	case $proven in
	*" $main "*) ;;
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
	if planted "$main" "$copy" "$copy/log" || ! grep "^\[eva:alarm\] \(.*/\)\{0,1\}$name/" "$copy/log" >"$copy/alarms"; then
		echo "MISSED $name: ${head#*: }"
		missed="$missed $name"
	else
		echo "found $name: ${head#*: } ($(sed -n "1s,.*/\([a-z_]*\.c:[0-9]*\).*,\1,p" "$copy/alarms"))"
	fi
done
[ -z "$missed" ] || fail "not found:$missed"
[ $n -gt 0 ] || fail "no mutants"
figure "$n planted bugs found by the proof"
