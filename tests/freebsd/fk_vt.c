/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * vt(4) and its drawing into a struct fb_info: one window of text, whose glyphs are 8x16 patterns made of the
 * character's number. A timer draws what changed, under the text's spin lock.
 */
#include "fk.h"

#include <sys/callout.h>
#include <sys/fbio.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <dev/vt/vt.h>
#include <dev/vt/hw/fb/vt_fb.h>

#define COLUMNS 512
#define ROWS 256
#define GLYPH_W 8
#define GLYPH_H 16
#define FG 0xaaaaaau
#define BG 0x000000u
#define TIMER_HZ 25

static struct vt_window window;
static struct vt_device vt;
static struct callout timer;
static char text[ROWS][COLUMNS];
static unsigned int columns, rows, at_row, at_column;
static unsigned int dirty_row, dirty_end, dirty_column, dirty_column_end;
static enum kern_vt_kind kind;
static bool kept;
static uint32_t draws;
static const struct vt_driver other = { .vd_name = "other", .vd_priority = VD_PRIORITY_GENERIC };
static const struct vt_driver better = { .vd_name = "better", .vd_priority = VD_PRIORITY_SPECIFIC };

static unsigned int glyph(char c, unsigned int row)
{
	unsigned int v = (unsigned char)c;

	return c == ' ' || !c ? 0 : (v * 157 + row * 59 + (v >> 2) * (row ^ v)) & 0xff;
}

static uint32_t dot(char c, unsigned int x, unsigned int y)
{
	return glyph(c, y) >> (GLYPH_W - 1 - x) & 1 ? FG : BG;
}

static struct fb_info *info(struct vt_device *vd)
{
	return vd->vd_softc;
}

static void put(const struct fb_info *fb, unsigned int x, unsigned int y, uint32_t color)
{
	char *line = (char *)fb->fb_vbase + (size_t)y * (size_t)fb->fb_stride;

	if (fb->fb_flags & FB_FLAG_NOWRITE)
		return;
	if (x < (unsigned int)fb->fb_width && y < (unsigned int)fb->fb_height)
		((volatile uint32_t *)(void *)line)[x] = color;
}

/* --- drawing --- */

int vt_fb_init(struct vt_device *vd)
{
	struct fb_info *fb = info(vd);

	if (fb->fb_width <= 0 || fb->fb_height <= 0 ||
	    fb->fb_stride < fb->fb_width * fb->fb_bpp / 8 ||
	    fb->fb_size < fb->fb_stride * fb->fb_height)
		panic("vtbuf_fill: a screen of %d x %d, stride %d, %d bytes", fb->fb_width,
		      fb->fb_height, fb->fb_stride, fb->fb_size);
	vd->vd_width = MIN((unsigned int)fb->fb_width, VT_FB_MAX_WIDTH);
	vd->vd_height = MIN((unsigned int)fb->fb_height, VT_FB_MAX_HEIGHT);
	fb->fb_cmsize = 16;
	return 0;
}

void vt_fb_fini(struct vt_device *vd, void *softc)
{
	(void)vd;
	(void)softc;
}

static void count(const char *what)
{
	if (!panicstr && !mtx_owned(&vt.vd_lock) && !mtx_owned(&window.vw_buf.vb_lock))
		host_fail("%s without a lock of vt(4)'s", what);
	draws++;
}

void vt_fb_blank(struct vt_device *vd, term_color_t color)
{
	int x, y;

	(void)color;
	count("vt_fb_blank()");
	for (y = 0; y < info(vd)->fb_height; y++) {
		for (x = 0; x < info(vd)->fb_width; x++)
			put(info(vd), (unsigned int)x, (unsigned int)y, BG);
	}
}

void vt_fb_bitblt_text(struct vt_device *vd, const struct vt_window *vw, const term_rect_t *area)
{
	unsigned int row, column, x, y;

	(void)vw;
	count("vt_fb_bitblt_text()");
	for (row = area->tr_begin.tp_row; row < area->tr_end.tp_row; row++) {
		for (column = area->tr_begin.tp_col; column < area->tr_end.tp_col; column++) {
			for (y = 0; y < GLYPH_H; y++) {
				for (x = 0; x < GLYPH_W; x++)
					put(info(vd), column * GLYPH_W + x, row * GLYPH_H + y,
					    dot(text[row][column], x, y));
			}
		}
	}
}

void vt_fb_invalidate_text(struct vt_device *vd, const term_rect_t *area)
{
	(void)vd;
	(void)area;
}

void vt_fb_bitblt_bitmap(struct vt_device *vd, const struct vt_window *vw, const uint8_t *pattern,
			 const uint8_t *mask, unsigned int width, unsigned int height,
			 unsigned int x, unsigned int y, term_color_t fg, term_color_t bg)
{
	unsigned int i, k;

	(void)vw;
	(void)mask;
	(void)fg;
	(void)bg;
	count("vt_fb_bitblt_bitmap()");
	for (k = 0; k < height; k++) {
		for (i = 0; i < width; i++)
			put(info(vd), x + i, y + k,
			    pattern[k * ((width + 7) / 8) + i / 8] >> (7 - i % 8) & 1 ? FG : BG);
	}
}

int vt_fb_bitblt_argb(struct vt_device *vd, const struct vt_window *vw, const uint8_t *argb,
		      unsigned int width, unsigned int height, unsigned int x, unsigned int y)
{
	(void)vd;
	(void)vw;
	(void)argb;
	(void)width;
	(void)height;
	(void)x;
	(void)y;
	count("vt_fb_bitblt_argb()");
	return EOPNOTSUPP;
}

void vt_fb_drawrect(struct vt_device *vd, int x1, int y1, int x2, int y2, int fill,
		    term_color_t color)
{
	int x, y;

	(void)fill;
	count("vt_fb_drawrect()");
	for (y = y1; y <= y2; y++) {
		for (x = x1; x <= x2; x++)
			put(info(vd), (unsigned int)x, (unsigned int)y, color ? FG : BG);
	}
}

void vt_fb_setpixel(struct vt_device *vd, int x, int y, term_color_t color)
{
	count("vt_fb_setpixel()");
	put(info(vd), (unsigned int)x, (unsigned int)y, color ? FG : BG);
}

void vt_fb_postswitch(struct vt_device *vd)
{
	if (info(vd)->enter)
		info(vd)->enter(info(vd)->fb_priv);
}

int vt_fb_ioctl(struct vt_device *vd, u_long cmd, caddr_t data, struct thread *td)
{
	(void)vd;
	(void)cmd;
	(void)data;
	(void)td;
	return ENODEV;
}

int vt_fb_mmap(struct vt_device *vd, vm_ooffset_t offset, vm_paddr_t *paddr, int prot,
	       vm_memattr_t *memattr)
{
	(void)prot;
	(void)memattr;
	if (info(vd)->fb_flags & FB_FLAG_NOMMAP || offset >= (vm_ooffset_t)info(vd)->fb_size)
		return ENODEV;
	*paddr = vtophys(info(vd)->fb_vbase + (vm_offset_t)offset);
	return 0;
}

void vt_fb_suspend(struct vt_device *vd)
{
	(void)vd;
}

void vt_fb_resume(struct vt_device *vd)
{
	(void)vd;
}

int vt_fb_attach(struct fb_info *fb)
{
	(void)fb;
	host_fail("vt_fb_attach(): a console without a hook for what is drawn");
	return EINVAL;
}

int vt_fb_detach(struct fb_info *fb)
{
	(void)fb;
	return EINVAL;
}

/* --- text --- */

static void flush(void)
{
	term_rect_t area;

	if (!vt.vd_driver || !vt.vd_driver->vd_bitblt_text || dirty_row >= dirty_end)
		return;
	area.tr_begin.tp_row = (teken_unit_t)dirty_row;
	area.tr_begin.tp_col = (teken_unit_t)dirty_column;
	area.tr_end.tp_row = (teken_unit_t)MIN(dirty_end, rows);
	area.tr_end.tp_col = (teken_unit_t)MIN(dirty_column_end, columns);
	mtx_lock_spin(&window.vw_buf.vb_lock);
	vt.vd_driver->vd_bitblt_text(&vt, &window, &area);
	mtx_unlock_spin(&window.vw_buf.vb_lock);
	dirty_row = ROWS;
	dirty_column = COLUMNS;
	dirty_end = dirty_column_end = 0;
}

static void on_timer(void *arg)
{
	(void)arg;
	flush();
	callout_reset(&timer, hz / TIMER_HZ, on_timer, NULL);
}

static void dirty(unsigned int from, unsigned int to)
{
	dirty_row = MIN(dirty_row, from);
	dirty_end = MAX(dirty_end, to);
	dirty_column = 0;
	dirty_column_end = columns;
}

static void dirty_cell(unsigned int row, unsigned int column)
{
	dirty_row = MIN(dirty_row, row);
	dirty_end = MAX(dirty_end, row + 1);
	dirty_column = MIN(dirty_column, column);
	dirty_column_end = MAX(dirty_column_end, column + 1);
}

/* Where the cursor was and is, too. */
static void type_n(const char *s, size_t n)
{
	for (; n && *s; s++, n--) {
		dirty_cell(at_row, MIN(at_column, columns - 1));
		if (*s == '\n' || at_column == columns) {
			at_column = 0;
			at_row++;
		}
		if (at_row >= rows) {
			memmove(text[0], text[1], sizeof(text[0]) * (ROWS - 1));
			at_row = rows - 1;
			memset(text[at_row], 0, sizeof(text[0]));
			dirty(0, rows);
		}
		if (*s != '\n') {
			dirty_cell(at_row, at_column);
			text[at_row][at_column++] = *s;
		}
		dirty_cell(at_row, MIN(at_column, columns - 1));
	}
}

static void type(const char *s)
{
	type_n(s, strlen(s));
}

void kern_vt_puts(const char *s)
{
	type(s);
}

void kern_vt_panic(const char *s)
{
	type(s);
	flush();
}

/* printf(9) gives it to the console by characters. */
void fk_vt_panic(const char *s)
{
	for (; *s; s++) {
		type_n(s, 1);
		flush();
	}
}

bool kern_vt_drawn(void)
{
	const struct fb_info *fb = info(&vt);
	unsigned int x, y;
	const char *line;

	for (y = 0; y < rows * GLYPH_H; y++) {
		line = (const char *)fb->fb_vbase + (size_t)y * (size_t)fb->fb_stride;
		for (x = 0; x < columns * GLYPH_W; x++) {
			if (((const uint32_t *)(const void *)line)[x] !=
			    dot(text[y / GLYPH_H][x / GLYPH_W], x % GLYPH_W, y % GLYPH_H))
				return false;
		}
	}
	return true;
}

void kern_vt_expect(uint32_t *pixels, uint32_t width, uint32_t height, uint32_t stride)
{
	uint32_t x, y;

	for (y = 0; y < height; y++) {
		for (x = 0; x < width; x++)
			pixels[y * (stride / 4) + x] = x / GLYPH_W < columns && y / GLYPH_H < rows ?
							       dot(text[y / GLYPH_H][x / GLYPH_W],
								   x % GLYPH_W, y % GLYPH_H) :
							       BG;
	}
}

void kern_vt_size(uint32_t *c, uint32_t *r)
{
	*c = columns;
	*r = rows;
}

/* --- drivers --- */

void kern_vt_kind(enum kern_vt_kind k)
{
	kind = k;
	vt.vd_driver = k == KERN_VT_OTHER ? &other : k == KERN_VT_BETTER ? &better : NULL;
}

bool kern_vt_ours(void)
{
	return vt.vd_driver && vt.vd_driver != &other && vt.vd_driver != &better;
}

uint32_t kern_vt_draws(void)
{
	return draws;
}

bool kern_vt_kept(void)
{
	return kept;
}

uint32_t fk_vt_pages(void)
{
	return kept ? (uint32_t)(round_page((vm_size_t)((struct fb_info *)vt.vd_softc)->fb_size) /
				 PAGE_SIZE) :
		      0;
}

int vt_allocate(const struct vt_driver *drv, void *softc)
{
	const struct vt_driver *prev = vt.vd_driver;

	fk_may_sleep("vt_allocate()");
	if (!mtx_owned(&Giant))
		host_fail("vt_allocate() without the topology lock, which keyboards want");
	if (kind == KERN_VT_SC)
		return EINVAL;
	if (prev && prev->vd_priority >= drv->vd_priority)
		return EEXIST;
	mtx_lock(&vt.vd_lock);
	vt.vd_prev_driver = prev;
	vt.vd_driver = drv;
	vt.vd_softc = softc;
	drv->vd_init(&vt);
	kept = true;
	columns = MIN(vt.vd_width / GLYPH_W, COLUMNS);
	rows = MIN(vt.vd_height / GLYPH_H, ROWS);
	if (!rows || !columns)
		panic("vt(4): a console of %ux%u pixels", vt.vd_width, vt.vd_height);
	drv->vd_blank(&vt, 0);
	mtx_unlock(&vt.vd_lock);
	if (drv->vd_postswitch)
		drv->vd_postswitch(&vt);
	dirty(0, rows);
	flush();
	return 0;
}

/* Where no driver was before, this one stays. */
int vt_deallocate(const struct vt_driver *drv, void *softc)
{
	fk_may_sleep("vt_deallocate()");
	if (!mtx_owned(&Giant))
		host_fail("vt_deallocate() without the topology lock");
	if (vt.vd_driver != drv || vt.vd_softc != softc)
		return EPERM;
	if (vt.vd_prev_driver)
		vt.vd_driver = vt.vd_prev_driver;
	return 0;
}

uint32_t kern_vt_mmap(uint64_t offset)
{
	vm_memattr_t attr;
	vm_paddr_t pa;

	if (!kern_vt_ours() || !vt.vd_driver->vd_fb_mmap ||
	    vt.vd_driver->vd_fb_mmap(&vt, (vm_ooffset_t)offset, &pa, 3, &attr))
		return UINT32_MAX;
	return fk_frame_of(pa);
}

void fk_vt_init(void)
{
	memset(&vt, 0, sizeof(vt));
	memset(&window, 0, sizeof(window));
	memset(text, 0, sizeof(text));
	mtx_init(&vt.vd_lock, "vtdev", NULL, MTX_DEF);
	mtx_init(&window.vw_buf.vb_lock, "vtbuf", NULL, MTX_SPIN);
	callout_init(&timer, 1);
	callout_reset(&timer, hz / TIMER_HZ, on_timer, NULL);
	columns = COLUMNS;
	rows = ROWS;
	at_row = at_column = draws = 0;
	dirty_row = ROWS;
	dirty_column = COLUMNS;
	dirty_end = dirty_column_end = 0;
	kept = false;
	kern_vt_kind(KERN_VT_FREE);
}
