#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Runs in dom0, from the share: creates guests and talks to their consoles.
#   guest.sh create NAME TIMEOUT [KEY=VALUE]  NAME.cfg of the share; waits for
#                                             the guest's prompt
#   guest.sh run NAME TIMEOUT LINE            a line in the guest; its status
#   guest.sh destroy NAME
#   guest.sh save NAME SECONDS [-c]           in dom0; -c: it runs on
#   guest.sh restore NAME TIMEOUT             waits until it answers; its number
# Status 124: time-out; 125: no such guest, or it died. Messages of the guest's
# kernel may stand in the answer of a line.

# As the kernel writes it: other programs may speak of panics too.
panic='^\[[ 0-9.]*\] Kernel panic - not syncing'
log=/var/log/xen/console/guest-$2.log
# The guest's number and console, from its creation: xl is slow in an emulation.
facts=/run/guest.$2

now() { cut -d' ' -f1 /proc/uptime; }

# await TIMEOUT OFFSET PATTERN: until the guest's log has the pattern.
await()
{
	n=0 end=$(($(cut -d. -f1 /proc/uptime) + $1))
	until since "$2" | grep -q "$3"; do
		n=$((n + 1))
		why=
		if [ "$(cut -d. -f1 /proc/uptime)" -ge $end ]; then
			why="no $3 from guest $name in $1 s" rc=124
		# On arm64 a panic does not end the domain.
		elif since "$2" | grep -q "$panic"; then
			why="guest $name panicked" rc=125
		elif [ $((n % 10)) -eq 0 ] &&
			! xenstore-exists "/local/domain/$id"; then
			why="guest $name is gone" rc=125
		fi
		if [ -n "$why" ]; then
			echo "guest.sh: $why; its last lines:" >&2
			tail -n 25 "$log" >&2
			return "$rc"
		fi
		# Looking is not free: each look is several processes. What takes
		# long is looked at rarely.
		[ $n -gt 20 ] || usleep 100000
		[ $n -le 20 ] || usleep 500000
	done
}

since() { tail -c "+$(($1 + 1))" "$log" 2>/dev/null | tr -d '\r'; }

# xl reads a file from the share slowly, in small pieces; cp does not. The
# kernel stays the same as long as dom0 runs.
copy_in()
{
	if [ ! -f /dev/shm/guest-kernel ]; then
		cp /h/guest-kernel /dev/shm/guest-kernel || return 125
	fi
	cp "/h/rig/$name.img" "/dev/shm/$name.img" || return 125
}

# know: sets id, and keeps what is true as long as the domain lives.
know()
{
	id=$(xl domid "$name") &&
		echo "$id $(xenstore-read "/local/domain/$id/console/tty")" >"$facts"
}

create()
{
	copy_in || return $?
	: >"$log"
	t0=$(now)
	xl create -q "/h/rig/$name.cfg" ${1:+"$1"} || return $?
	rm -f "/dev/shm/$name.img"
	t1=$(now)
	know || return 125
	await "$timeout" 0 "RIG domu ready" || return $?
	echo "domid=$id called=$t0 created=$t1 ready=$(now)"
}

run()
{
	read -r id tty <"$facts" && xenstore-exists "/local/domain/$id" || return 125
	token=t$$
	start=$(wc -c <"$log")
	echo "$token $1" >"$tty"
	await "$timeout" "$start" "^=E=$token=" || {
		rc=$?
		[ $rc -ne 124 ] || echo "k$token kill -9 -\$(cat /run/$token)" \
			>"$tty"
		return $rc
	}
	since "$start" | sed -n "/^=B=$token=/,/^=E=$token=/p" |
		sed -e '1d' -e '$d' | sed -e '${/^$/d}'
	return "$(since "$start" | sed -n "s/^=E=$token=\([0-9]*\)=.*/\1/p")"
}

verb=$1 name=$2 timeout=$3
case $verb in
create) create "$4" ;;
run) run "$4" ;;
save)
	# What is left of one that failed takes the place of all that follows.
	timeout "$timeout" xl save ${4:+"$4"} "$name" "/dev/shm/$name.save" ||
		{ rc=$?; rm -f "/dev/shm/$name.save"; exit $rc; }
	;;
restore)
	timeout "$timeout" xl restore "/dev/shm/$name.save" && know && run true && echo "domid=$id"
	rc=$?
	rm -f "/dev/shm/$name.save"
	exit $rc
	;;
destroy) rm -f "$facts"; xl destroy "$name" ;;
*) exit 2 ;;
esac
