/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What differs between kernels. The only file that asks what conftest.sh found. */
#ifndef DISPLIF_COMPAT_H
#define DISPLIF_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/mm.h>

#include <drm/drm_edid.h>
#include <drm/drm_fb_helper.h>
#include <drm/drm_gem.h>
#include <drm/drm_gem_framebuffer_helper.h>
#include <drm/drm_prime.h>

#include "displif_compat_gen.h"

#if defined(DDRM_HAVE_CLIENT_SETUP)
#include <drm/clients/drm_client_setup.h>
#include <drm/drm_fbdev_shmem.h>
#elif defined(DDRM_HAVE_FBDEV_SHMEM)
#include <drm/drm_fbdev_shmem.h>
#elif defined(DDRM_HAVE_FBDEV_GENERIC) && DDRM_HAVE_FBDEV_GENERIC == 2
#include <drm/drm_fbdev_generic.h>
#endif

#ifndef DDRM_HAVE_ATOMIC_COMMIT_STRUCT
/* The commit of all objects had the name of a state. */
#define drm_atomic_commit drm_atomic_state
#endif

/* Members of struct drm_driver that old kernels want, and the console's where new ones have it. */
#ifdef DDRM_HAVE_DRIVER_DATE
#define DDRM_DRIVER_DATE .date = "20260101",
#else
#define DDRM_DRIVER_DATE
#endif
#ifdef DDRM_HAVE_PRIME_MMAP
#define DDRM_DRIVER_PRIME                                 \
	.prime_handle_to_fd = drm_gem_prime_handle_to_fd, \
	.prime_fd_to_handle = drm_gem_prime_fd_to_handle, .gem_prime_mmap = drm_gem_prime_mmap,
#else
#define DDRM_DRIVER_PRIME
#endif
#ifdef DDRM_HAVE_CLIENT_SETUP
#define DDRM_DRIVER_CONSOLE DRM_FBDEV_SHMEM_DRIVER_OPS,
#else
#define DDRM_DRIVER_CONSOLE
#endif

static inline void ddrm_console_setup(struct drm_device *drm)
{
#if defined(DDRM_HAVE_CLIENT_SETUP)
	drm_client_setup(drm, NULL);
#elif defined(DDRM_HAVE_FBDEV_SHMEM)
	drm_fbdev_shmem_setup(drm, 32);
#elif defined(DDRM_HAVE_FBDEV_GENERIC)
	drm_fbdev_generic_setup(drm, 32);
#endif
}

static inline void ddrm_vma_flags(struct vm_area_struct *vma, unsigned long flags)
{
#ifdef DDRM_HAVE_VM_FLAGS_SET
	vm_flags_set(vma, flags);
#else
	vma->vm_flags |= flags;
#endif
}

/* Sets the connector's EDID property and its modes. Returns how many modes. */
static inline int ddrm_edid_modes(struct drm_connector *connector, const struct drm_edid *edid)
{
	int n = drm_edid_connector_update(connector, edid);

#ifdef DDRM_HAVE_EDID_ADD_MODES
	n = drm_edid_connector_add_modes(connector);
#endif
	return n;
}

static inline void ddrm_hrtimer_setup(struct hrtimer *timer,
				      enum hrtimer_restart (*fn)(struct hrtimer *))
{
#ifdef DDRM_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	timer->function = fn;
#endif
}

/* The format's description became an argument of fb_create() and of what it calls. */
#ifdef DDRM_HAVE_FB_CREATE_INFO
#define DDRM_FB_INFO const struct drm_format_info *info,
#define ddrm_fb_init(drm, fb, file, cmd, funcs) \
	drm_gem_fb_init_with_funcs(drm, fb, file, info, cmd, funcs)
#else
#define DDRM_FB_INFO
#define ddrm_fb_init(drm, fb, file, cmd, funcs) \
	drm_gem_fb_init_with_funcs(drm, fb, file, cmd, funcs)
#endif

#endif
