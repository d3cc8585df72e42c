#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# fake-backend.sh SECONDS: lets xl create pass without a display backend: each
# vdispl directory that appears and is Initialising (1) gets InitWait (2), and
# Closing (5) gets Closed (6). Serves nothing.
base=/local/domain/0/backend/vdispl
n=$(($1 * 5))
while [ $n -gt 0 ]; do
	for dom in $(xenstore-list "$base" 2>/dev/null); do
		for dev in $(xenstore-list "$base/$dom" 2>/dev/null); do
			node=$base/$dom/$dev/state
			case $(xenstore-read "$node" 2>/dev/null) in
			1) xenstore-write "$node" 2 ;;
			5) xenstore-write "$node" 6 ;;
			esac
		done
	done
	usleep 200000
	n=$((n - 1))
done
