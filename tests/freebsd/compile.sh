#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The module's files compile as FreeBSD 15 and 14 compile a module, against the kernel's own headers and our declarations of
# what those lack, without a warning; its frames fit a kernel's stack. Then the check is checked: each mistake of
# mistakes.txt must be found.
#
# usage: compile.sh FOLDER
#
# The headers are downloaded into a folder beside FOLDER, which outlives this run; DISPLIF_FREEBSD_HEADERS names
# one (of fetch-headers.sh) that is there already.
. "$(dirname -- "$0")/../build/lib.sh"
. "$(dirname -- "$0")/cc.sh"

mkdir "$work/obj"
n=0
for file in $(module_sources); do
	for release in 15 14; do
		kernel_cc $release "$work/obj/$(basename "${file%.c}")-$release.o" "$file" -fstack-protector \
			-mcmodel=kernel -Wframe-larger-than=1024 || fail "$file, FreeBSD $release: see above"
	done
	n=$((n + 1))
done
figure "FreeBSD module: $n files, no warning as FreeBSD 15 and 14 compile them"

# --- what programs include ---

for target in x86_64 i386; do
	clang --target=$target-unknown-freebsd15.0 -nostdinc -Wall -Wextra -Wpadded -Werror -I"$module" \
		-isystem "$headers/x86_64-freebsd-none" -isystem "$headers/generic-freebsd" -fsyntax-only \
		"$here/abi.c" || fail "displif_ioctl.h for $target: see above"
done

# --- what is installed beside the module, which is kmod.mk's affair ---

bmake -C "$module" -m "$work/mk" DESTDIR="$work/dest" INSTALL=install SHAREOWN="$(id -u)" SHAREGRP="$(id -g)" \
	SHAREMODE=444 afterinstall >"$work/log" 2>&1 || {
	cat "$work/log"
	fail "make install"
}
for name in include/displif/displif_ioctl.h share/man/man4/displif.4; do
	cmp "$module/$(basename $name)" "$work/dest/usr/local/$name" || fail "make install: $name"
done

# --- mistakes ---

# mistake WHAT FILE SED MESSAGE: every file of the module that can be affected is compiled until one says so.
mistake()
{
	rm -rf "$work/mistake"
	mkdir "$work/mistake"
	cp "$module"/*.[ch] "$work/mistake/"
	sed "$3" "$module/$2" >"$work/mistake/$2"
	if cmp -s "$module/$2" "$work/mistake/$2"; then
		echo "mistake '$1': $2 has nothing to make it of"
		bad=$((bad + 1))
		return
	fi
	case $2 in
	*.h)	set -- "$1" "$2" "$3" "$4" "$work"/mistake/displif_[rs]*.c ;;
	*)	set -- "$1" "$2" "$3" "$4" "$work/mistake/$2" ;;
	esac
	what=$1 message=$4
	shift 4
	found=no
	for file; do
		kernel_cc 15 "$work/obj/mistake.o" "$file" -fstack-protector -mcmodel=kernel >"$work/log" 2>&1 ||
			found=yes
		if grep -qE "error: .*($message)" "$work/log"; then
			return
		fi
	done
	cat "$work/log"
	bad=$((bad + 1))
	if [ $found = no ]; then
		echo "mistake '$what' compiles"
	else
		echo "mistake '$what': another error than '$message'"
	fi
}

n=0 bad=0
while IFS= read -r what; do
	case $what in
	'' | '#'*)	continue ;;
	esac
	IFS= read -r file
	IFS= read -r expression
	IFS= read -r message || fail "mistakes.txt ends early"
	mistake "$what" "$file" "$expression" "$message"
	n=$((n + 1))
done <"$here/mistakes.txt"
[ $bad = 0 ] || fail "see above"
[ $n -gt 30 ] || fail "only $n mistakes"
figure "FreeBSD module: $n planted mistakes, each found"
