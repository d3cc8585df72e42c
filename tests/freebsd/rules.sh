#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The mock kernel is checked: each mistake of rules.txt, which compiles, is made in the module, and a test must fail of
# it, or the kernel panic, with the words that are named.
#
# usage: rules.sh FOLDER RUN LIBRARY...
#
# RUN: the folder of build.sh. Tests are libtest_NAME.a beside it. DISPLIF_FREEBSD_RULES names another file than rules.txt.
. "$(dirname -- "$0")/../build/lib.sh"
run=$2
shift 2
libraries=$*
. "$(dirname -- "$0")/cc.sh"
. "$(dirname -- "$0")/host.sh"
mkdir "$work/mod"

# rule WHAT FILE SED TEST MESSAGE
rule()
{
	rm -rf "$work/mod" "$work/obj"
	mkdir "$work/mod"
	cp -r "$run/obj" "$work/obj"
	cp "$module"/*.[ch] "$work/mod/"
	sed "$3" "$module/$2" >"$work/mod/$2"
	! cmp -s "$module/$2" "$work/mod/$2" || fail "mistake '$1': $2 has nothing to make it of"
	host_object "$work/mod/$2" "$work/obj" >"$work/log" 2>&1 || {
		cat "$work/log"
		fail "mistake '$1' does not compile"
	}
	ld -r -o "$work/fk.o" "$work"/obj/*.o || fail "ld -r"
	link_test "$(dirname "$run")/libtest_$4.a" "$work/fk.o" "$work"
	! timeout 60 "$work/test_$4" >"$work/log" 2>&1 || fail "mistake '$1': test '$4' passes"
	grep -qE "$5" "$work/log" || {
		tail -n 30 "$work/log"
		fail "mistake '$1': test '$4' fails, but not with '$5'"
	}
}

n=0
while IFS= read -r what; do
	case $what in
	'' | '#'*)	continue ;;
	esac
	IFS= read -r file
	IFS= read -r expression
	IFS= read -r name
	IFS= read -r message || fail "rules.txt ends early"
	rule "$what" "$file" "$expression" "$name" "$message"
	n=$((n + 1))
done <"${DISPLIF_FREEBSD_RULES:-$here/rules.txt}"
figure "FreeBSD module: $n mistakes that compile, each found by a test on the mock kernel"
