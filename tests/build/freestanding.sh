#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The library is freestanding on every target: it needs memcpy, memmove, memset and memcmp and nothing
# else, has no writable data, and names no operating system.
. "$(dirname -- "$0")/lib.sh"

# verify NAME CC: compiles all sources, looks at the whole with the tools that target_cc chose.
verify()
{
	name=$1
	mkdir "$work/$name"
	for f in $(sources); do
		# shellcheck disable=SC2086
		$2 -std=c11 -Os -ffreestanding -nostdlib -fno-pic -fno-common $warnings $includes \
			-c "$src/$f" -o "$work/$name/${f%.c}.o" || fail "$name: $f does not compile"
	done
	"${tool}ld" -m "$format" -r -o "$work/$name.o" "$work/$name"/*.o
	odd=$("${tool}nm" -u "$work/$name.o" | awk '{ print $2 }' | grep -vxE 'memcpy|memmove|memset|memcmp' || :)
	[ -z "$odd" ] || fail "$name: undefined symbols beyond the four: $odd"
	odd=$("${tool}size" -A "$work/$name.o" |
		awk '$1 ~ /^\.(data|bss|tdata|tbss)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 { print $1 "=" $2 }')
	[ -z "$odd" ] || fail "$name: writable data: $odd"
	[ "$("${tool}nm" "$work/$name.o" | grep -c ' T displif_')" -gt 0 ] || fail "$name: no function in it"
	echo "$name: $(sources | wc -l) files, ok"
}

need clang
for target in x86-64=x86_64-linux-gnu i386=i686-linux-gnu aarch64=aarch64-linux-gnu armhf=armv7a-linux-gnueabihf; do
	target_cc ${target%=*}
	verify ${target%=*}-gcc "$cc"
	case $target in
	armhf=*) cpu=-mcpu=cortex-a15 ;;
	*) cpu= ;;
	esac
	verify ${target%=*}-clang "clang --target=${target#*=} $cpu"
done

# What an operating system would be known by. Comments may name one: they are stripped before.
os_words='__linux__|linux|__unix__|unix|__FreeBSD__|__NetBSD__|__OpenBSD__|__MINIOS__|_WIN32|__APPLE__|__KERNEL__|_KERNEL'
os_words="$os_words|__XEN__|__XEN_TOOLS__|virt_[rw]?mb|smp_[rw]?mb|[xr]en_[rw]?mb|READ_ONCE|WRITE_ONCE|container_of"
os_words="$os_words|EXPORT_SYMBOL(_GPL)?|CONFIG_[A-Z0-9_]+|k[mz]alloc|kfree|malloc|calloc|realloc|free|printk|v?s?n?printf"
os_words="$os_words|strlen|strcmp|strcpy|strtoul?l?|assert|abort|errno|pthread_[a-z_]+|spin_lock[a-z_]*|time|sleep|panic"
os_words="$os_words|xs_(open|daemon_open|close|watch)|xengnttab_[a-z_]+|xenevtchn_[a-z_]+|xenbus_[a-z_]+"
own='"[a-z_]+\.h"|<displif/[a-z_]+\.h>|DISPLIF__ENV_TEXT\(DISPLIF_ENV_HEADER\)'
for f in "$top"/libdisplif/include/displif/*.h "$src"/*.[ch]; do
	# -fpreprocessed strips comments and expands nothing.
	gcc -fpreprocessed -dD -E -P -x c "$f" >"$work/bare" 2>/dev/null || fail "$f: cannot strip comments"
	! sed 's/"[^"]*"//g' "$work/bare" | grep -nwE "$os_words" || fail "$f: an operating system shows"
	case $f in
	*/env_default.h) allowed="$own|<(stdbool|stddef|stdint|string|xen/io/displif)\.h>" ;;
	*) allowed=$own ;;
	esac
	! grep -E '^[[:space:]]*#[[:space:]]*include' "$f" |
		grep -vE "include[[:space:]]+($allowed)" || fail "$f: only the env header includes what is not ours"
done
echo "no operating system in libdisplif/"
