/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The host's memory: frames of one memory file, mapped where a domain sees them.
 *
 * Frames of one allocation are taken in pieces, last piece first, so that what
 * is contiguous in virtual memory is not so in the file, and yet a large
 * buffer needs no more mappings than the OS allows.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake_priv.h"

#define FAKE_PIECES 64u
#define FAKE_POISON 0x5a

static size_t bytes(uint32_t n)
{
	return (size_t)n * FAKE_PAGE;
}

static uint8_t *page_at(void *va, uint32_t i)
{
	return (uint8_t *)va + bytes(i);
}

static void *reserve(size_t size)
{
	void *va = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return va == MAP_FAILED ? NULL : va;
}

static bool in_arena(const struct fake_mem *m, const void *va)
{
	return m->arena && (uintptr_t)va - (uintptr_t)m->arena < FAKE_ARENA;
}

bool fake__mem_init(struct fake_world *w)
{
	struct fake_mem *m = &w->mem;

	m->fd = -1;
	if (sysconf(_SC_PAGESIZE) != (long)FAKE_PAGE) {
		fprintf(stderr, "fake Xen: pages of %ld bytes, needs %u\n", sysconf(_SC_PAGESIZE),
			FAKE_PAGE);
		return false;
	}
	m->n_frames = w->limits.frames;
	m->fd = memfd_create("fake-xen", MFD_CLOEXEC);
	if (m->fd < 0 || ftruncate(m->fd, (off_t)m->n_frames * FAKE_PAGE)) {
		fprintf(stderr, "fake Xen: a memory file of %u pages: %s\n", m->n_frames,
			strerror(errno));
		return false;
	}
	m->frame = fake__alloc(m->n_frames, sizeof(*m->frame));
	m->free = fake__alloc(m->n_frames, sizeof(*m->free));
	m->n_free = m->n_frames;
	m->arena = reserve(FAKE_ARENA);
	return true;
}

void fake__mem_free(struct fake_world *w)
{
	struct fake_mem *m = &w->mem;

	if (m->arena)
		munmap(m->arena, FAKE_ARENA);
	for (; m->gone_n; m->gone_n--) {
		struct fake_gone *g = &m->gone[m->gone_head];

		munmap(g->va, bytes(g->n));
		m->gone_head = (m->gone_head + 1u) % FAKE_QUARANTINE;
	}
	free(m->frame);
	free(m->free);
	if (m->fd >= 0)
		close(m->fd);
}

/* Takes @n frames for a domain's own memory. */
static bool frames_take(struct fake_world *w, uint32_t *frame, uint32_t n)
{
	struct fake_mem *m = &w->mem;
	uint32_t piece = n > FAKE_PIECES ? n / FAKE_PIECES : 1u;
	uint32_t end = n, i;

	if (n > m->n_free)
		return false;
	while (end) {
		uint32_t begin = end > piece ? end - piece : 0;

		for (i = begin; i < end; i++) {
			frame[i] = m->n_back ? m->free[--m->n_back] : m->fresh++;
			m->n_free--;
			m->frame[frame[i]].owned = true;
		}
		end = begin;
	}
	return true;
}

void fake__frame_put(struct fake_world *w, uint32_t frame)
{
	struct fake_mem *m = &w->mem;

	if (!m->frame[frame].owned && !m->frame[frame].maps) {
		m->free[m->n_back++] = frame;
		m->n_free++;
	}
}

/* Puts frames over an address range that is reserved already. */
static bool frames_place(struct fake_world *w, void *va, const uint32_t *frame, uint32_t n,
			 bool write)
{
	int prot = PROT_READ | (write ? PROT_WRITE : 0);
	uint32_t i = 0, len;

	while (i < n) {
		for (len = 1; i + len < n && frame[i + len] == frame[i] + len; len++)
			;
		if (mmap(page_at(va, i), bytes(len), prot, MAP_SHARED | MAP_FIXED, w->mem.fd,
			 (off_t)frame[i] * FAKE_PAGE) == MAP_FAILED)
			return false;
		i += len;
	}
	return true;
}

void *fake__frames_map(struct fake_world *w, const uint32_t *frame, uint32_t n, bool write)
{
	struct fake_mem *m = &w->mem;
	void *va;

	if (m->arena && bytes(n) <= FAKE_ARENA - m->arena_used) {
		va = m->arena + m->arena_used;
		m->arena_used += bytes(n);
	} else {
		va = reserve(bytes(n));
	}
	if (!va)
		return NULL;
	if (frames_place(w, va, frame, n, write))
		return va;
	if (!in_arena(m, va))
		munmap(va, bytes(n));
	return NULL;
}

void fake__va_end(struct fake_world *w, void *va, uint32_t n)
{
	struct fake_mem *m = &w->mem;
	struct fake_gone *g;

	if (mmap(va, bytes(n), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
		 -1, 0) == MAP_FAILED) {
		fake__violation(w, "cannot unmap %u pages: %s", n, strerror(errno));
		return;
	}
	if (in_arena(m, va))
		return;
	while (m->gone_n &&
	       (m->gone_n == FAKE_QUARANTINE || m->gone_pages + n > FAKE_QUARANTINE_PAGES)) {
		g = &m->gone[m->gone_head];
		munmap(g->va, bytes(g->n));
		m->gone_pages -= g->n;
		m->gone_head = (m->gone_head + 1u) % FAKE_QUARANTINE;
		m->gone_n--;
	}
	g = &m->gone[(m->gone_head + m->gone_n) % FAKE_QUARANTINE];
	g->va = va;
	g->n = n;
	m->gone_n++;
	m->gone_pages += n;
}

void *fake_mem_alloc(struct fake_dom *d, uint32_t n, bool zero)
{
	struct fake_region *r;
	uint32_t i;

	if (!d->alive || !n || n > d->w->mem.n_free)
		return NULL;
	r = fake__alloc(1, sizeof(*r));
	r->n = n;
	r->frame = fake__alloc(n, sizeof(*r->frame));
	if (!frames_take(d->w, r->frame, n)) {
		free(r->frame);
		free(r);
		return NULL;
	}
	r->va = fake__frames_map(d->w, r->frame, n, true);
	if (!r->va) {
		for (i = 0; i < n; i++) {
			d->w->mem.frame[r->frame[i]].owned = false;
			fake__frame_put(d->w, r->frame[i]);
		}
		free(r->frame);
		free(r);
		return NULL;
	}
	memset(r->va, zero ? 0 : FAKE_POISON, bytes(n));
	r->next = d->region;
	d->region = r;
	return r->va;
}

/* A page with a valid grant on it must not be given back: its next owner would be shared with the peer. */
static void region_free(struct fake_dom *d, struct fake_region *r)
{
	uint32_t i;

	fake__va_end(d->w, r->va, r->n);
	for (i = 0; i < r->n; i++) {
		if (d->w->mem.frame[r->frame[i]].grants)
			fake__violation(d->w, "domain %u freed page %u of %u while it was granted",
					d->id, i, r->n);
		if (d->w->mem.frame[r->frame[i]].aliases)
			fake__violation(d->w,
					"domain %u freed page %u of %u while it was mapped twice",
					d->id, i, r->n);
		d->w->mem.frame[r->frame[i]].owned = false;
		fake__frame_put(d->w, r->frame[i]);
	}
	free(r->frame);
	free(r);
}

static struct fake_region **region_find(struct fake_dom *d, const void *va)
{
	struct fake_region **p, *r;

	for (p = &d->region; (r = *p) && r->va != va; p = &r->next)
		;
	return p;
}

static uint32_t region_mapped(const struct fake_dom *d, const struct fake_region *r)
{
	uint32_t i, n = 0;

	for (i = 0; i < r->n; i++)
		n += d->w->mem.frame[r->frame[i]].maps != 0;
	return n;
}

uint32_t fake_mem_mapped(struct fake_dom *d, const void *va)
{
	const struct fake_region *r = *region_find(d, va);

	return r ? region_mapped(d, r) : 0;
}

void fake_mem_free(struct fake_dom *d, void *va)
{
	uint32_t n = fake_mem_mapped(d, va);

	if (n)
		fake__violation(d->w, "domain %u freed memory of which a peer maps %u pages", d->id,
				n);
	fake__mem_drop(d, va);
}

void fake__mem_drop(struct fake_dom *d, void *va)
{
	struct fake_region **p = region_find(d, va), *r = *p;

	if (!r) {
		if (d->alive)
			fake__violation(d->w, "domain %u freed memory that it does not have",
					d->id);
		return;
	}
	*p = r->next;
	region_free(d, r);
}

struct fake_region *fake__region_at(struct fake_dom *d, const void *va, uint32_t *page)
{
	struct fake_region *r;

	for (r = d->region; r; r = r->next) {
		uintptr_t base = (uintptr_t)r->va, at = (uintptr_t)va;

		if (at >= base && at - base < bytes(r->n)) {
			*page = (uint32_t)((at - base) / FAKE_PAGE);
			return r;
		}
	}
	return NULL;
}

void fake__mem_end(struct fake_dom *d)
{
	struct fake_region *r;

	while ((r = d->region)) {
		d->region = r->next;
		region_free(d, r);
	}
}

void fake__mem_migrate(struct fake_dom *d)
{
	struct fake_region *r;
	uint32_t i;

	if (d->alias) {
		fprintf(stderr, "fake Xen: domain %u cannot migrate with second mappings\n", d->id);
		abort();
	}
	for (r = d->region; r; r = r->next) {
		uint8_t *copy = fake__alloc(r->n, FAKE_PAGE);
		uint32_t *old = r->frame;

		memcpy(copy, r->va, bytes(r->n));
		r->frame = fake__alloc(r->n, sizeof(*r->frame));
		if (!frames_take(d->w, r->frame, r->n) ||
		    !frames_place(d->w, r->va, r->frame, r->n, true)) {
			fprintf(stderr, "fake Xen: no memory to migrate domain %u\n", d->id);
			abort();
		}
		memcpy(r->va, copy, bytes(r->n));
		for (i = 0; i < r->n; i++) {
			d->w->mem.frame[old[i]].owned = false;
			fake__frame_put(d->w, old[i]);
		}
		free(old);
		free(copy);
	}
}

/*
 * The kernel refuses a bad address of a system call with EFAULT instead of a
 * signal. For a test of writing the byte is written back as it is.
 */
static bool probe(void *va, bool write_back)
{
	int fd[2];
	bool ok;

	if (pipe(fd))
		abort();
	ok = write(fd[1], va, 1) == 1;
	if (ok && write_back)
		ok = read(fd[0], va, 1) == 1;
	close(fd[0]);
	close(fd[1]);
	return ok;
}

bool fake_mem_readable(const void *va)
{
	return probe((void *)(uintptr_t)va, false);
}

bool fake_mem_writable(void *va)
{
	return probe(va, true);
}
