#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Compiles the module and the mock kernel as FreeBSD compiles, gives their names a prefix so that they do not
# meet the host's, and links each test with them.
#
# usage: build.sh FOLDER LIBRARY... -- TEST...
#
# LIBRARY: what the host's half of a program is linked with; TEST: test_NAME.a, which becomes FOLDER/test_NAME.
. "$(dirname -- "$0")/../build/lib.sh"
shift
. "$(dirname -- "$0")/cc.sh"
. "$(dirname -- "$0")/host.sh"
mkdir "$work/obj"

# Two at a time.
pids=
for file in $(module_sources) "$here"/fk_*.c; do
	host_object "$file" "$work/obj" &
	pids="$pids $!"
	case $pids in
	*\ *\ *)
		for pid in $pids; do
			wait "$pid" || fail "see above"
		done
		pids= ;;
	esac
done
for pid in $pids; do
	wait "$pid" || fail "see above"
done
ld -r -o "$work/fk.o" "$work"/obj/*.o || fail "ld -r"

libraries=
while [ "$1" != -- ]; do
	libraries="$libraries $1"
	shift
done
shift
for test; do
	link_test "$test" "$work/fk.o" "$work"
done
