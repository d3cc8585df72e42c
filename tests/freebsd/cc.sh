# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=sh
# Compiles files as FreeBSD's kernel build compiles a module's. Sourced after tests/build/lib.sh.
# shellcheck disable=SC2154	# its variables

here=$top/tests/freebsd
module=${DISPLIF_FREEBSD_MODULE:-$top/glue-freebsd}
headers=${DISPLIF_FREEBSD_HEADERS:-$(dirname "$work")/headers}

need clang bmake
"$here/fetch-headers.sh" "$headers" || fail "no headers of FreeBSD"

# Xen's headers where FreeBSD keeps its copy of them; ours before them.
inc=$work/include
mkdir -p "$inc/contrib/xen/io" "$work/mk"
ln -s "$work"/xen/xen/* "$inc/contrib/xen/" 2>/dev/null || :
ln -s "$work"/xen/xen/io/* "$inc/contrib/xen/io/"
rm -f "$inc/contrib/xen/io/ring.h"
cp "$here/include/contrib/xen/io/ring.h" "$inc/contrib/xen/io/"
: >"$work/mk/sys.mk"
: >"$work/mk/bsd.kmod.mk"

# make_var NAME: a variable of the module's Makefile.
make_var()
{
	bmake -C "$module" -m "$work/mk" -V "\${$1}"
}
module_flags=$(make_var CFLAGS) || fail "glue-freebsd/Makefile: $module_flags"

# Absolute names of the module's C files, a line each.
module_sources()
{
	for source in $(make_var SRCS); do
		case $source in
		displif_*.c)	echo "$module/$source" ;;
		*.c)		echo "$src/$source" ;;
		esac
	done
}

# What the kernel's build says to the compiler, but for the code model and the version.
kernel_flags="--target=x86_64-unknown-freebsd15.0 -O2 -nostdinc -ffreestanding -fno-common -fwrapv -fno-strict-aliasing
	-D_KERNEL -DKLD_MODULE -DSMP=1 -DMAC=1 -DVIMAGE=1 -D__printf__=__freebsd_kprintf__
	-mno-red-zone -mno-mmx -mno-sse -msoft-float -mno-aes -mno-avx
	-Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wundef -Wno-pointer-sign
	-Wno-address-of-packed-member -Wno-unused-parameter -Wno-missing-field-initializers -Werror
	-I$here/include -I$inc -isystem $work/xen
	-isystem $headers/x86_64-freebsd-none -isystem $headers/generic-freebsd -include opt_global.h"

# kernel_cc RELEASE OBJECT SOURCE [OPTION...]: as kernel 14 or 15.
kernel_cc()
{
	release=$1 object=$2 source=$3
	shift 3
	case $release in
	15)	set -- -std=gnu17 -D__FreeBSD_version=1500068 "$@" ;;
	14)	set -- -std=gnu99 -D__FreeBSD_version=1402000 "$@" ;;
	esac
	# shellcheck disable=SC2086	# lists of words
	clang $kernel_flags $module_flags "$@" -c -o "$object" "$source"
}
