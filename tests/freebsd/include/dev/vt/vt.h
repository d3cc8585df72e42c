/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a driver of vt(4) sees of it, by the names and types of the kernel. The order of members is our own. */
#ifndef TEST_VT_H
#define TEST_VT_H

#include <sys/param.h>
#include <sys/_lock.h>
#include <sys/_mutex.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/terminal.h>
#include <sys/font.h>

#include "opt_syscons.h"
#include "opt_splash.h"

struct vt_driver;
struct vt_device;

struct vt_buf {
	struct mtx vb_lock; /* a spin lock */
	term_pos_t vb_scr_size;
	term_char_t *vb_buffer;
};

struct vt_window {
	struct vt_device *vw_device;
	struct vt_buf vw_buf;
	struct vt_font *vw_font;
	term_rect_t vw_draw_area;
};

struct vt_device {
	struct vt_window *vd_curwindow;
	const struct vt_driver *vd_driver;
	void *vd_softc;
	const struct vt_driver *vd_prev_driver;
	void *vd_prev_softc;
	device_t vd_video_dev;
	unsigned int vd_width;
	unsigned int vd_height;
	size_t vd_transpose;
	struct mtx vd_lock;
	int vd_flags;
};

typedef int vd_init_t(struct vt_device *vd);
typedef int vd_probe_t(struct vt_device *vd);
typedef void vd_fini_t(struct vt_device *vd, void *softc);
typedef void vd_postswitch_t(struct vt_device *vd);
typedef void vd_blank_t(struct vt_device *vd, term_color_t color);
typedef void vd_bitblt_text_t(struct vt_device *vd, const struct vt_window *vw,
			      const term_rect_t *area);
typedef void vd_invalidate_text_t(struct vt_device *vd, const term_rect_t *area);
typedef void vd_bitblt_bmp_t(struct vt_device *vd, const struct vt_window *vw,
			     const uint8_t *pattern, const uint8_t *mask, unsigned int width,
			     unsigned int height, unsigned int x, unsigned int y, term_color_t fg,
			     term_color_t bg);
typedef int vd_bitblt_argb_t(struct vt_device *vd, const struct vt_window *vw, const uint8_t *argb,
			     unsigned int width, unsigned int height, unsigned int x,
			     unsigned int y);
typedef int vd_fb_ioctl_t(struct vt_device *vd, u_long cmd, caddr_t data, struct thread *td);
typedef int vd_fb_mmap_t(struct vt_device *vd, vm_ooffset_t offset, vm_paddr_t *paddr, int prot,
			 vm_memattr_t *memattr);
typedef void vd_drawrect_t(struct vt_device *vd, int x1, int y1, int x2, int y2, int fill,
			   term_color_t color);
typedef void vd_setpixel_t(struct vt_device *vd, int x, int y, term_color_t color);
typedef void vd_suspend_t(struct vt_device *vd);
typedef void vd_resume_t(struct vt_device *vd);

struct vt_driver {
	char vd_name[16];
	vd_probe_t *vd_probe;
	vd_init_t *vd_init;
	vd_fini_t *vd_fini;
	vd_blank_t *vd_blank;
	vd_drawrect_t *vd_drawrect;
	vd_setpixel_t *vd_setpixel;
	vd_bitblt_text_t *vd_bitblt_text;
	vd_invalidate_text_t *vd_invalidate_text;
	vd_bitblt_bmp_t *vd_bitblt_bmp;
	vd_bitblt_argb_t *vd_bitblt_argb;
	vd_fb_ioctl_t *vd_fb_ioctl;
	vd_fb_mmap_t *vd_fb_mmap;
	vd_postswitch_t *vd_postswitch;
	vd_suspend_t *vd_suspend;
	vd_resume_t *vd_resume;
	int vd_priority;
	bool vd_bitblt_after_vtbuf_unlock;
};

#define VD_PRIORITY_DUMB 10
#define VD_PRIORITY_GENERIC 100
#define VD_PRIORITY_SPECIFIC 1000

#define VT_FB_MAX_WIDTH 4096
#define VT_FB_MAX_HEIGHT 2400

int vt_allocate(const struct vt_driver *drv, void *softc);
int vt_deallocate(const struct vt_driver *drv, void *softc);
void vt_suspend(struct vt_device *vd);
void vt_resume(struct vt_device *vd);

#endif
