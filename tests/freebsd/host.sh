# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2154	# variables of the two before
# Makes of FreeBSD's object code what runs on the host. Sourced after cc.sh.

need llvm-objcopy-14 llvm-nm-14 ld "${CC:-cc}"

# host_object FILE FOLDER: FOLDER/NAME.o, as of a debugging kernel, and without what a host's program has no room or use
# for: the kernel's addresses, the guard of its stack.
host_object()
{
	object=$2/$(basename "${1%.c}").o
	kernel_cc 15 "$object" "$1" -g -fno-stack-protector -fno-pic -DINVARIANTS -DINVARIANT_SUPPORT \
		-I"$here" -I"$module" || return 1
	# Names get a prefix; not those of host.h, which both halves know, and those that the linker makes of sets.
	llvm-nm-14 -j "$object" | grep -vE '^(host_|kern_|__(start|stop)_set_)' | sort -u |
		sed 's/.*/& fk_&/' >"$object.names"
	llvm-objcopy-14 --redefine-syms="$object.names" "$object" || return 1
	# A kernel that boots anew finds a module with its first data: so they lie by themselves.
	case $object in
	*/fk_*)	;;
	*)	llvm-objcopy-14 --rename-section .data=module_data,alloc,load,data,contents \
			--rename-section .bss=module_bss,alloc,load,data,contents "$object" ;;
	esac
}

# link_test LIBTEST KERNEL FOLDER: with $libraries, FOLDER/test_NAME.
link_test()
{
	name=$(basename "${1%.a}")
	# shellcheck disable=SC2086	# lists of words
	"${CC:-cc}" ${LDFLAGS-} -no-pie -o "$3/${name#lib}" -Wl,--whole-archive "$1" -Wl,--no-whole-archive "$2" \
		-Wl,--start-group $libraries -Wl,--end-group -lcmocka || fail "$name: the link"
}
