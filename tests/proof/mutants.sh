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
need frama-c gcc
shift
if [ $# = 0 ]; then
	for script in "$proof"/mutants/*.sed; do
		name=${script##*/}
		set -- "$@" "${name%.sed}"
	done
fi

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
	*)	eva gcc_x86_64 "$main" "$src" "$work/$main.log" ||
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
	if eva gcc_x86_64 "$main" "$copy" "$copy/log" || ! grep "^\[eva:alarm\] \(.*/\)\{0,1\}$name/" "$copy/log" >"$copy/alarms"; then
		echo "MISSED $name: ${head#*: }"
		missed="$missed $name"
	else
		echo "found $name: ${head#*: } ($(sed -n "1s,.*/\([a-z_]*\.c:[0-9]*\).*,\1,p" "$copy/alarms"))"
	fi
done
[ -z "$missed" ] || fail "not found:$missed"
[ $n -gt 0 ] || fail "no mutants"
figure "$n planted bugs found by the proof"
