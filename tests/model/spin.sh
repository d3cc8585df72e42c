#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Searches the models exhaustively: those with every barrier are clean, each planted fault is found.
#
# usage: spin.sh FOLDER [long]
. "$(dirname -- "$0")/../build/lib.sh"
need spin gcc
model=$top/tests/model
form=${2:-short}
[ "$form" = short ] || check=$check-$form
total=0

# search MODEL DEPTH OPTION...: sets $said to clean, assertion or standstill, and $states.
search()
{
	name=$1
	depth=$2
	shift 2
	dir=$work/$(echo "$name $*" | tr -c 'A-Za-z0-9_\n' -)
	mkdir "$dir"
	cd "$dir"
	spin -a "$@" "$model/$name.pml" >log 2>&1 || { cat log >&2; fail "spin -a $* $name.pml"; }
	# shellcheck disable=SC2086
	gcc $optimise -w -DSAFETY -DNOFAIR $compress -DMEMLIM="$memory" -o pan pan.c ||
		fail "the verifier of $name $*"
	./pan -w"$hash" -m"$depth" >log 2>&1 || { cat log >&2; fail "the search of $name $*"; }
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' log)
	if grep -q 'errors: 0$' log && ! grep -qE 'search depth too small|Search not completed|out of memory' log; then
		said=clean
	elif grep -q '^pan:1: invalid end state' log; then
		said=standstill
	elif grep -q '^pan:1: assertion violated' log; then
		said=assertion
	else
		said=unfinished
	fi
	cd "$work"
}

# clean MODEL DEPTH OPTION...
clean()
{
	search "$@"
	[ $said = clean ] || fail "$*: $said; replay: cd $dir && ./pan -r -g"
	total=$(awk -v a="$total" -v b="$states" 'BEGIN { print a + b }')
	figure "  $name $(echo "$*" | sed 's/^[a-z]* [0-9]* *//'): clean, $states states"
	rm -rf "$dir"
}

# planted VERDICT MODEL OPTION...
planted()
{
	wanted=$1
	name=$2
	shift 2
	search "$name" 300000 "$@"
	[ $said = "$wanted" ] || fail "planted: $name $*: $said instead of $wanted"
	found=$((found + 1))
	echo "  $name $*: found, $said after $states states"
	rm -rf "$dir"
}

figure "Models searched exhaustively by spin"
memory=2000
hash=22
compress=
# Small ones are searched faster than an optimised verifier is compiled.
optimise=-O0
clean evt 300000 -DN=3 -DI=8
clean evt 300000 -DN=3 -DI=8 -DCAP=2
# What the barrier in displif__evt_put() does, control dependency does already on these machines.
clean evt 300000 -DN=3 -DI=8 -DNO_PUT_MB
clean ring 200000 -DN=2 -DNO_SLEEP
optimise=-O1
clean ring 1200000 -DN=1 -DI=4
clean ring 1000000 -DN=2 -DNO_MESSAGES -DPROMPT
clean flip 2500000 -DN=1 -DPROMPT
if [ "$form" = long ]; then
	memory=8000
	hash=25
	compress=-DCOLLAPSE
	optimise=-O2
	clean evt 600000 -DN=5 -DI=8
	clean evt 4000000 -DN=5 -DI=16
	clean ring 5000000 -DN=2 -DNO_MESSAGES
	clean ring 5000000 -DN=2 -DNO_MESSAGES -DPROMPT -DI=8
	clean ring 5000000 -DN=2 -DNO_MESSAGES -DPROMPT -DBUDGET
	clean ring 500000 -DN=2 -DNO_SLEEP -DI=8
	clean ring 1000000 -DN=3 -DNO_SLEEP
	clean flip 12000000 -DN=1
	clean flip 4000000 -DN=1 -DPROMPT -DSILENT_ERRORS -DEARLY_LOOK
fi

compress=
optimise=-O0
hash=20
found=0
planted assertion ring -DN=1 -DNO_PUBLISH_WMB
planted assertion ring -DN=1 -DNO_SNAPSHOT_RMB
planted assertion ring -DN=2 -DNO_SLEEP -DNO_PUBLISH_WMB
planted assertion ring -DN=2 -DNO_SLEEP -DNO_SNAPSHOT_RMB
planted standstill ring -DN=1 -DNO_PUBLISH_MB
planted standstill ring -DN=1 -DNO_REARM_MB
planted standstill ring -DN=1 -DNO_SECOND_LOOK
planted standstill ring -DN=1 -DEARLY_ACK
planted assertion evt -DNO_PUBLISH_WMB
planted assertion evt -DNO_SNAPSHOT_RMB
planted assertion evt -DNO_CONFIRM_MB
planted assertion evt -DCONFIRM_WMB
planted assertion evt -DNO_WRAP_RULE
planted assertion evt -DROOM=3
planted assertion evt -DN=5 -DI=16 -DROOM=2
planted standstill evt -DEARLY_NOTIFY
planted standstill evt -DEARLY_ACK
planted standstill flip -DN=1 -DQUIET_WITHOUT_EVENT
planted standstill flip -DN=1 -DSILENT_ERRORS
figure "  $total states; $found planted faults found"
