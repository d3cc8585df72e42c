/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The vt(4) console on connector 0. Its drawing runs under vt's spin lock and in a panic: it copies pixels
 * into memory that the backend sees, and sets one bit. A callout flips when that bit is set; in a panic there is none.
 */
#include "displif_var.h"

#include <dev/vt/vt.h>
#include <dev/vt/hw/fb/vt_fb.h>

/* As the library's. */
#define XRGB8888 DISPLIF_FOURCC('X', 'R', '2', '4')
/* vt(4) makes rows and columns of it by its font, and panics where there are none: its usual fonts are up to 16x32. */
#define WIDTH_MIN 16u
#define HEIGHT_MIN 32u
/* Looks without damage until the callout becomes slow. */
#define CALM 30u

static vd_blank_t cons_blank;
static vd_bitblt_text_t cons_bitblt_text;
static vd_bitblt_bmp_t cons_bitblt_bitmap;
static vd_bitblt_argb_t cons_bitblt_argb;
static vd_drawrect_t cons_drawrect;
static vd_setpixel_t cons_setpixel;
static vd_postswitch_t cons_postswitch;

/* No mmap: what a program draws there would not be noticed. */
static struct vt_driver cons_driver = {
	.vd_name = "displif",
	.vd_init = vt_fb_init,
	.vd_fini = vt_fb_fini,
	.vd_blank = cons_blank,
	.vd_bitblt_text = cons_bitblt_text,
	.vd_invalidate_text = vt_fb_invalidate_text,
	.vd_bitblt_bmp = cons_bitblt_bitmap,
	.vd_bitblt_argb = cons_bitblt_argb,
	.vd_drawrect = cons_drawrect,
	.vd_setpixel = cons_setpixel,
	.vd_postswitch = cons_postswitch,
	.vd_priority = VD_PRIORITY_GENERIC + 10,
	.vd_fb_ioctl = vt_fb_ioctl,
	.vd_suspend = vt_fb_suspend,
	.vd_resume = vt_fb_resume,
};

/*
 * vt(4) keeps what it was given, also after vt_deallocate(): so there is one console at most, for ever. A device
 * that comes later takes it over, in its size.
 */
static struct dfb_cons *the_cons;

/* @line: the end of one. */
static void drawn(struct vt_device *vd, bool line)
{
	struct dfb_cons *cons = vd->vd_softc;

	atomic_store_rel_int(&cons->damage, 1);
	if (KERNEL_PANICKED() && cons->dd)
		dfb_panic_show(cons->dd, line);
}

static void damaged(struct vt_device *vd)
{
	drawn(vd, false);
}

static void cons_blank(struct vt_device *vd, term_color_t color)
{
	vt_fb_blank(vd, color);
	damaged(vd);
}

static void cons_bitblt_text(struct vt_device *vd, const struct vt_window *vw,
			     const term_rect_t *area)
{
	vt_fb_bitblt_text(vd, vw, area);
	/* The cursor was in one row and is in another. */
	drawn(vd, area->tr_end.tp_row - area->tr_begin.tp_row > 1);
}

static void cons_bitblt_bitmap(struct vt_device *vd, const struct vt_window *vw,
			       const uint8_t *pattern, const uint8_t *mask, unsigned int width,
			       unsigned int height, unsigned int x, unsigned int y, term_color_t fg,
			       term_color_t bg)
{
	vt_fb_bitblt_bitmap(vd, vw, pattern, mask, width, height, x, y, fg, bg);
	damaged(vd);
}

static int cons_bitblt_argb(struct vt_device *vd, const struct vt_window *vw, const uint8_t *argb,
			    unsigned int width, unsigned int height, unsigned int x, unsigned int y)
{
	int err = vt_fb_bitblt_argb(vd, vw, argb, width, height, x, y);

	damaged(vd);
	return err;
}

static void cons_drawrect(struct vt_device *vd, int x1, int y1, int x2, int y2, int fill,
			  term_color_t color)
{
	vt_fb_drawrect(vd, x1, y1, x2, y2, fill, color);
	damaged(vd);
}

static void cons_setpixel(struct vt_device *vd, int x, int y, term_color_t color)
{
	vt_fb_setpixel(vd, x, y, color);
	damaged(vd);
}

static void cons_postswitch(struct vt_device *vd)
{
	vt_fb_postswitch(vd);
	damaged(vd);
}

/* --- flips --- */

static void look_for_damage(void *arg)
{
	struct dfb_dev *dd = arg;
	struct dfb_conn *cn = dd->conn[0];
	bool busy, damage = false;

	mtx_lock(&cn->mtx);
	busy = cn->flip[DFB_FLIP_CONS].buf;
	if (cn->live && cn->cons_shown && !busy) {
		damage = atomic_readandclear_int(&dd->cons->damage);
		if (damage && dfb_flip(cn, DFB_FLIP_CONS, dd->cons->buf))
			atomic_store_rel_int(&dd->cons->damage, 1);
	}
	cn->calm = damage || busy ? 0 : cn->calm + 1;
	callout_schedule(&dd->cons_callout,
			 hz / (cn->calm < CALM ? DFB_CONS_HZ : DFB_CONS_IDLE_HZ));
	mtx_unlock(&cn->mtx);
}

void dfb_cons_work(struct dfb_dev *dd)
{
	const struct displif_plan_buf *b;
	struct dfb_conn *cn;
	bool shown;

	if (!dd->cons)
		return;
	b = &dd->cons->buf->plan;
	cn = dd->conn[0];
	/* Whatever the plan has still to do with this connector goes first. */
	shown = dd->started && dd->mode[0].front == b && !dd->mode[0].dirty &&
		dd->mode[0].mode_width && b->step == DISPLIF_PLAN_ATTACHED;
	mtx_lock(&cn->mtx);
	cn->cons_shown = shown;
	mtx_unlock(&cn->mtx);
}

/* --- life --- */

static void describe(struct dfb_cons *cons)
{
	const struct displif_plan_buf *b = &cons->buf->plan;
	struct fb_info *info = &cons->info;

	info->fb_type = FBTYPE_PCIMISC;
	info->fb_width = (int)b->width;
	info->fb_height = (int)b->height;
	info->fb_bpp = info->fb_depth = 32;
	info->fb_stride = (int)b->width * 4;
	info->fb_size = (int)b->size;
	info->fb_cmsize = 0;
	info->fb_pbase = 0; /* its pages are not in a row */
	info->fb_vbase = (vm_offset_t)cons->buf->block->va;
	info->fb_priv = cons;
	info->fb_name = "displif";
}

static struct dfb_cons *take_over(struct dfb_dev *dd)
{
	struct fb_info *info = &the_cons->info;

	the_cons->buf = dfb_buf_new(dd, (uint32_t)info->fb_width, (uint32_t)info->fb_height,
				    XRGB8888, false, (void *)info->fb_vbase);
	return the_cons->buf ? the_cons : NULL;
}

static struct dfb_cons *begin(struct dfb_dev *dd)
{
	const struct dfb_conn *cn = dd->conn[0];
	struct dfb_cons *cons;

	if (cn->width < WIDTH_MIN || cn->height < HEIGHT_MIN) {
		device_printf(dd->dev, "no console: connector 0 has %ux%u, it needs %ux%u\n",
			      cn->width, cn->height, WIDTH_MIN, HEIGHT_MIN);
		return NULL;
	}
	cons = malloc(sizeof(*cons), M_DISPLIF, M_WAITOK | M_ZERO);
	cons->buf = dfb_buf_new(dd, cn->width, cn->height, XRGB8888, false, NULL);
	if (!cons->buf) {
		free(cons, M_DISPLIF);
		return NULL;
	}
	describe(cons);
	return cons;
}

void dfb_cons_begin(struct dfb_dev *dd)
{
	struct dfb_cons *cons;

	if (dd->cons || !dd->n_conn || (the_cons && the_cons->buf))
		return;
	cons = the_cons ? take_over(dd) : begin(dd);
	if (!cons)
		return;
	dd->cons = cons;
	cons->dd = dd;
	displif_plan_show(&dd->plan, 0, &cons->buf->plan);
	callout_init(&dd->cons_callout, 1);
}

void dfb_cons_again(struct dfb_dev *dd)
{
	struct dfb_buf *old, *b;

	if (!dd->cons || !dd->cons->buf->plan.err)
		return;
	old = dd->cons->buf;
	b = dfb_buf_again(dd, old);
	if (!dd->mode[0].front || dd->mode[0].front == &old->plan)
		displif_plan_show(&dd->plan, 0, &b->plan);
	dd->cons->buf = b;
}

/* What it had is the plan's to take down; vt(4)'s own stays. */
static void let_go(struct dfb_dev *dd)
{
	displif_plan_remove(&dd->cons->buf->plan);
	dd->cons->buf = NULL;
	dd->cons->dd = NULL;
	if (!dd->cons->attached)
		free(dd->cons, M_DISPLIF);
	dd->cons = NULL;
}

void dfb_cons_attach(struct dfb_dev *dd)
{
	int err;

	if (!dd->cons)
		return;
	err = vt_allocate(&cons_driver, &dd->cons->info);
	/* It has kept this one. */
	if (err == EEXIST && dd->cons->attached)
		err = 0;
	if (err) {
		device_printf(dd->dev, "vt(4) does not take this console: error %d\n", err);
		let_go(dd);
		return;
	}
	/* From here on vt(4) may draw at any time, whatever becomes of the device. */
	dd->cons->attached = true;
	dd->cons->buf->block->for_ever = true;
	the_cons = dd->cons;
	callout_reset(&dd->cons_callout, hz / DFB_CONS_HZ, look_for_damage, dd);
}

void dfb_cons_stop(struct dfb_dev *dd)
{
	sx_xlock(&dd->sx);
	dd->cons_late = false;
	sx_xunlock(&dd->sx);
	if (dd->cons)
		callout_drain(&dd->cons_callout);
}

bool dfb_cons_kept(void)
{
	return the_cons != NULL;
}

void dfb_cons_end(struct dfb_dev *dd)
{
	if (!dd->cons)
		return;
	vt_deallocate(&cons_driver, &dd->cons->info);
	dd->cons->buf = NULL;
	dd->cons->dd = NULL;
	dd->cons = NULL;
}
