/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Memory: malloc(9), pages of kmem_malloc(9), addresses. Each block is counted and ends where it ends. */
#include "fk.h"

#include <sys/rman.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>

#define BLOCKS 4096

/* Frames of the fake Xen's as a guest numbers them. */
#define BASE 0x400u

MALLOC_DEFINE(M_DEVBUF, "devbuf", "device driver memory");
MALLOC_DEFINE(M_TEMP, "temp", "misc temporary data buffers");
MALLOC_DEFINE(M_XENSTORE, "XenStore", "XenStore data and results");
MALLOC_DEFINE(M_XENBUS, "XenBus", "XenBus Support");

struct block {
	void *p;
	struct malloc_type *type; /* NULL: pages */
	size_t size;
};

static struct block blocks[BLOCKS];

void *fk_new(size_t size)
{
	void *p = host_alloc(size);

	memset(p, 0, size);
	return p;
}

void fk_delete(void *p)
{
	host_free(p);
}

static struct block *find(const void *p)
{
	int i;

	for (i = 0; i < BLOCKS; i++) {
		if (blocks[i].p == p)
			return &blocks[i];
	}
	return NULL;
}

static void *keep(void *p, struct malloc_type *type, size_t size)
{
	struct block *b = find(NULL);

	if (!b)
		panic("the mock kernel has no room for blocks of memory");
	*b = (struct block){ p, type, size };
	return p;
}

static void check(const char *what, size_t size, int flags)
{
	if (!(flags & (M_WAITOK | M_NOWAIT)) ||
	    (flags & (M_WAITOK | M_NOWAIT)) == (M_WAITOK | M_NOWAIT))
		host_fail("%s: neither M_WAITOK nor M_NOWAIT, or both", what);
	if (flags & M_WAITOK)
		fk_may_sleep(what);
	else
		fk_may_lock(what);
	if (!size)
		host_fail("%s of no bytes", what);
}

void *(malloc)(size_t size, struct malloc_type *type, int flags)
{
	void *p;

	check("malloc()", size, flags);
	host_point();
	if (!(flags & M_WAITOK) && host_refused(HOST_F_MALLOC))
		return NULL;
	p = keep(host_alloc(size), type, size);
	memset(p, flags & M_ZERO ? 0 : 0xa5, size);
	return p;
}

void *mallocarray(size_t n, size_t size, struct malloc_type *type, int flags)
{
	if (size && n > SIZE_MAX / size)
		panic("mallocarray: %zu times %zu", n, size);
	return malloc(n * size, type, flags);
}

void *realloc(void *old, size_t size, struct malloc_type *type, int flags)
{
	struct block *b = old ? find(old) : NULL;
	void *p = malloc(size, type, flags);

	if (p && b) {
		memcpy(p, old, b->size < size ? b->size : size);
		free(old, type);
	}
	return p;
}

void free(void *p, struct malloc_type *type)
{
	fk_may("free()");
	struct block *b;

	if (!p)
		return;
	fk_may_lock("free()");
	b = find(p);
	if (!b || b->type != type)
		panic("free() of %p, which is no block of type \"%s\"", p, type->ks_shortdesc);
	b->p = NULL;
	host_free(p);
}

void zfree(void *p, struct malloc_type *type)
{
	free(p, type);
}

char *strdup(const char *text, struct malloc_type *type)
{
	size_t n = strlen(text) + 1;

	return memcpy(malloc(n, type, M_WAITOK), text, n);
}

void malloc_init(void *type)
{
	(void)type;
}

void malloc_uninit(void *type)
{
	int i;

	for (i = 0; i < BLOCKS; i++) {
		if (blocks[i].p && blocks[i].type == type)
			host_fail("a module goes and leaves %zu bytes of type \"%s\"",
				  blocks[i].size, blocks[i].type->ks_shortdesc);
	}
}

/* --- pages --- */

void *kmem_malloc(vm_size_t size, int flags)
{
	void *va;

	check("kmem_malloc()", size, flags);
	host_point();
	if (!(flags & M_WAITOK) && host_refused(HOST_F_KMEM))
		return NULL;
	va = host_pages((uint32_t)(round_page(size) / PAGE_SIZE), flags & M_ZERO);
	if (!va && (flags & M_WAITOK))
		panic("kmem_malloc() waits for ever");
	return va ? keep(va, NULL, size) : NULL;
}

void kmem_free(void *va, vm_size_t size)
{
	struct block *b = find(va);

	fk_may_lock("kmem_free()");
	if (!b || b->type || round_page(b->size) != round_page(size))
		panic("kmem_free() of %p, %zu bytes", va, (size_t)size);
	b->p = NULL;
	host_pages_free(va);
}

void *contigmalloc(unsigned long size, struct malloc_type *type, int flags, vm_paddr_t low,
		   vm_paddr_t high, unsigned long alignment, vm_paddr_t boundary)
{
	(void)low;
	(void)high;
	(void)boundary;
	if (alignment > PAGE_SIZE || size > PAGE_SIZE)
		panic("contigmalloc(): the mock kernel gives single pages");
	return keep(host_pages(1, flags & M_ZERO), type, size);
}

void contigfree(void *va, unsigned long size, struct malloc_type *type)
{
	struct block *b = find(va);

	if (!b || b->type != type || b->size != size)
		panic("contigfree() of %p", va);
	b->p = NULL;
	host_pages_free(va);
}

vm_paddr_t pmap_kextract(vm_offset_t va)
{
	uint32_t frame = host_frame((void *)va);

	if (frame == UINT32_MAX)
		panic("vtophys(0x%lx) of what are no pages", va);
	return ((vm_paddr_t)(frame + BASE) << PAGE_SHIFT) + (va & PAGE_MASK);
}

void *fk_page_at(vm_paddr_t pa)
{
	return host_frame_at((uint32_t)(pa >> PAGE_SHIFT) - BASE);
}

uint32_t fk_frame_of(vm_paddr_t pa)
{
	return (uint32_t)(pa >> PAGE_SHIFT) - BASE;
}

/* vt(4) keeps a console's memory: pages, and the driver's blocks that lead to them. */
uint32_t fk_mem_left(bool print)
{
	uint32_t n = 0, pages = 0;
	int i;

	for (i = 0; i < BLOCKS; i++) {
		if (!blocks[i].p || blocks[i].type == M_XENBUS)
			continue;
		if (blocks[i].type) {
			n++;
			if (print && !kern_vt_kept())
				host_fail("left: %zu bytes of type \"%s\"", blocks[i].size,
					  blocks[i].type->ks_shortdesc);
		} else {
			pages += (uint32_t)(round_page(blocks[i].size) / PAGE_SIZE);
		}
	}
	if (kern_vt_kept()) {
		n = n > 8 ? n - 8 : 0;
		pages -= fk_vt_pages() < pages ? fk_vt_pages() : pages;
	}
	return fk_tell(print, n, "blocks of malloc()") + fk_tell(print, pages, "pages");
}

void fk_mem_init(void)
{
	memset(blocks, 0, sizeof(blocks));
}
