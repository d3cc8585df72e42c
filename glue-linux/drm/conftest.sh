#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Finds out what the target kernel offers, by compiling small files against its headers and by looking exported
# symbols up in its Module.symvers, and writes that as macros. A probe that does not compile is an absent feature;
# two probes whose answers are known beforehand tell a broken compiler from an old kernel.
#
# usage: conftest.sh KERNEL-BUILD-FOLDER OUT CC FLAG...
set -eu

objtree=$1 out=$2
shift 2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# compiles TEXT
compiles()
{
	text=$1
	shift
	printf '%s\n' "$text" >"$tmp/probe.c"
	"$@" -Wno-error -Werror=implicit-function-declaration -Werror=incompatible-pointer-types \
		-c -o "$tmp/probe.o" "$tmp/probe.c" 2>"$tmp/log"
}

# exported SYMBOL; without a list of symbols (a kernel built in place) the headers decide
exported()
{
	[ ! -s "$objtree/Module.symvers" ] || grep -q "	$1	" "$objtree/Module.symvers"
}

# probe NAME TEXT COMPILER...
probe()
{
	name=$1 text=$2
	shift 2
	if compiles "$text" "$@"; then
		echo "#define DDRM_HAVE_$name 1"
	else
		echo "/* no DDRM_HAVE_$name */"
	fi
}

compiles '#include <linux/module.h>
int f(void) { return THIS_MODULE != 0; }' "$@" || {
	cat "$tmp/log" >&2
	echo "conftest.sh: nothing compiles" >&2
	exit 1
}
if compiles '#include <linux/mm.h>
int f(void) { return displif_no_such_function(); }' "$@"; then
	echo "conftest.sh: everything compiles" >&2
	exit 1
fi

{
	echo "/* Written by conftest.sh. */"
	probe VM_FLAGS_SET '#include <linux/mm.h>
void f(struct vm_area_struct *v); void f(struct vm_area_struct *v) { vm_flags_set(v, VM_IO); }' "$@"
	probe EDID_ADD_MODES '#include <drm/drm_edid.h>
int f(struct drm_connector *c); int f(struct drm_connector *c) { return drm_edid_connector_add_modes(c); }' "$@"
	probe DRIVER_DATE '#include <drm/drm_drv.h>
const struct drm_driver d = { .date = "0" };' "$@"
	probe PRIME_MMAP '#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>
const struct drm_driver d = { .gem_prime_mmap = drm_gem_prime_mmap };' "$@"
	probe HRTIMER_SETUP '#include <linux/hrtimer.h>
void f(struct hrtimer *t); void f(struct hrtimer *t) { hrtimer_setup(t, 0, 0, 0); }' "$@"
	probe FB_CREATE_INFO '#include <drm/drm_mode_config.h>
#include <drm/drm_gem_framebuffer_helper.h>
const struct drm_mode_config_funcs m = { .fb_create = drm_gem_fb_create };
int f(struct drm_device *d); int f(struct drm_device *d)
{ return drm_gem_fb_init_with_funcs(d, 0, 0, 0, 0, 0); }' "$@"
	probe ATOMIC_COMMIT_STRUCT '#include <drm/drm_atomic.h>
int f(struct drm_atomic_commit *c); int f(struct drm_atomic_commit *c) { return c->dev != 0; }' "$@"
	# Headers alone do not tell: a kernel may declare what it does not export.
	if exported drm_client_setup && compiles '#include <drm/drm_fbdev_shmem.h>
#include <drm/clients/drm_client_setup.h>
#include <drm/drm_drv.h>
const struct drm_driver d = { DRM_FBDEV_SHMEM_DRIVER_OPS };' "$@"; then
		echo "#define DDRM_HAVE_CLIENT_SETUP 1"
	elif exported drm_fbdev_shmem_setup && compiles '#include <drm/drm_fbdev_shmem.h>
void f(struct drm_device *d); void f(struct drm_device *d) { drm_fbdev_shmem_setup(d, 0); }' "$@"; then
		echo "#define DDRM_HAVE_FBDEV_SHMEM 1"
	elif exported drm_fbdev_generic_setup && compiles '#include <drm/drm_fb_helper.h>
#include <drm/drm_fbdev_generic.h>
void f(struct drm_device *d); void f(struct drm_device *d) { drm_fbdev_generic_setup(d, 0); }' "$@"; then
		echo "#define DDRM_HAVE_FBDEV_GENERIC 2"
	elif exported drm_fbdev_generic_setup && compiles '#include <drm/drm_fb_helper.h>
void f(struct drm_device *d); void f(struct drm_device *d) { drm_fbdev_generic_setup(d, 0); }' "$@"; then
		echo "#define DDRM_HAVE_FBDEV_GENERIC 1"
	fi
} >"$tmp/gen"
mv "$tmp/gen" "$out"
