/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The mock of libxenevtchn, libxengnttab, libxenstore and libxencall. */
#include "xen_mock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <xen/sys/evtchn.h>
#include <xencall.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include <xenstore.h>

struct mock mock;

static char handle[8]; /* what opaque handles point to */

#define PROTO(type, name, ...)           \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

/* --- control --- */

void mock_setup(void)
{
	memset(&mock, 0, sizeof(mock));
	mock.fail_errno = EMLINK;
	mock.alive = EVTCHNSTAT_interdomain;
	assert_int_equal(pipe(mock.evtchn_pipe), 0);
	assert_int_equal(pipe(mock.watch_pipe), 0);
}

void mock_teardown(void)
{
	unsigned int i;

	mock.fail_at = 0;
	mock.fail_name = NULL;
	for (i = 0; i < 2; i++) {
		close(mock.evtchn_pipe[i]);
		close(mock.watch_pipe[i]);
	}
	for (i = 0; i < MOCK_PORTS; i++)
		assert_false(mock.port[i].bound);
	assert_int_equal(mock.evtchn + mock.gnttab + mock.gntshr + mock.xs + mock.call, 0);
	assert_int_equal(mock.call_bufs, 0);
	assert_int_equal(mock.shares + mock.share_pages, 0);
	assert_int_equal(mock.maps + mock.map_pages, 0);
	assert_int_equal(mock.watches + mock.txs, 0);
}

void mock_log(void *arg, enum displif_xen_level level, const char *text)
{
	size_t used = strlen(mock.log);

	(void)arg;
	assert_null(strchr(text, '\n'));
	snprintf(mock.log + used, sizeof(mock.log) - used, "%c %s\n", "EWD"[level], text);
}

bool mock_fails(const char *name)
{
	mock.calls++;
	if (mock.calls != mock.fail_at && (!mock.fail_name || strcmp(mock.fail_name, name) != 0))
		return false;
	snprintf(mock.failed, sizeof(mock.failed), "%s", name);
	errno = mock.fail_errno;
	return true;
}

void *__real_calloc(size_t n, size_t size);
ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __real_write(int fd, const void *buf, size_t size);

PROTO(void *, calloc, size_t n, size_t size)
{
	if (mock_fails("out of memory")) {
		errno = ENOMEM;
		return NULL;
	}
	return __real_calloc(n, size);
}

PROTO(FILE *, fopen, const char *path, const char *mode)
{
	assert_string_equal(mode, "re");
	assert_non_null(strstr(path, "/parameters/limit"));
	if (!mock.limit) {
		errno = ENOENT;
		return NULL;
	}
	return fmemopen((void *)(uintptr_t)mock.limit, strlen(mock.limit), "r");
}

/* --- event channels --- */

struct mock_port *mock_port(uint32_t port)
{
	return port >= MOCK_PORT_BASE && port < MOCK_PORT_BASE + MOCK_PORTS ?
		       &mock.port[port - MOCK_PORT_BASE] :
		       NULL;
}

static void deliver(uint32_t port)
{
	struct mock_port *p = mock_port(port);

	p->enabled = false;
	p->pending = false;
	assert_int_equal(__real_write(mock.evtchn_pipe[1], &port, sizeof(port)), sizeof(port));
}

void mock_fire(uint32_t port)
{
	struct mock_port *p = mock_port(port);

	assert_non_null(p);
	if (!p->bound)
		return;
	if (p->enabled)
		deliver(port);
	else
		p->pending = true;
}

PROTO(xenevtchn_handle *, xenevtchn_open, struct xentoollog_logger *logger, unsigned int flags)
{
	assert_non_null(logger);
	assert_int_equal(flags, 0);
	if (mock_fails("xenevtchn_open"))
		return NULL;
	mock.evtchn++;
	return (xenevtchn_handle *)&handle[0];
}

PROTO(int, xenevtchn_close, xenevtchn_handle *h)
{
	assert_ptr_equal(h, &handle[0]);
	mock.evtchn--;
	return mock_fails("xenevtchn_close") ? -1 : 0;
}

PROTO(int, xenevtchn_fd, xenevtchn_handle *h)
{
	assert_ptr_equal(h, &handle[0]);
	return mock.evtchn_pipe[0];
}

static int bind_port(uint32_t dom, uint32_t remote)
{
	uint32_t i;

	for (i = mock.lowest_free; i < MOCK_PORTS && mock.port[i].bound; i++)
		;
	assert_true(i < MOCK_PORTS);
	memset(&mock.port[i], 0, sizeof(mock.port[i]));
	mock.port[i].bound = mock.port[i].enabled = true;
	mock.port[i].dom = (uint16_t)dom;
	mock.port[i].remote = remote;
	if (remote) /* Xen sets it pending: the peer may have notified before */
		deliver(MOCK_PORT_BASE + i);
	return (int)(MOCK_PORT_BASE + i);
}

PROTO(int, xenevtchn_bind_unbound_port, xenevtchn_handle *h, uint32_t dom)
{
	assert_ptr_equal(h, &handle[0]);
	return mock_fails("xenevtchn_bind_unbound_port") ? -1 : bind_port(dom, 0);
}

PROTO(int, xenevtchn_bind_interdomain, xenevtchn_handle *h, uint32_t dom, evtchn_port_t remote)
{
	assert_ptr_equal(h, &handle[0]);
	assert_true(remote > 0);
	return mock_fails("xenevtchn_bind_interdomain") ? -1 : bind_port(dom, remote);
}

PROTO(int, xenevtchn_unbind, xenevtchn_handle *h, evtchn_port_t port)
{
	assert_ptr_equal(h, &handle[0]);
	assert_non_null(mock_port(port));
	assert_true(mock_port(port)->bound);
	mock_port(port)->bound = false; /* what lies in the pipe stays there, as in the kernel */
	return mock_fails("xenevtchn_unbind") ? -1 : 0;
}

PROTO(int, xenevtchn_notify, xenevtchn_handle *h, evtchn_port_t port)
{
	assert_ptr_equal(h, &handle[0]);
	__atomic_fetch_add(&mock_port(port)->notified, 1, __ATOMIC_RELAXED);
	/* Only without a plan: any thread may be here. */
	if (mock.fail_at || mock.fail_name)
		return mock_fails("xenevtchn_notify") ? -1 : 0;
	return 0;
}

PROTO(ssize_t, read, int fd, void *buf, size_t size)
{
	if (fd != mock.evtchn_pipe[0])
		return __real_read(fd, buf, size);
	mock.reads++;
	if (mock_fails("read"))
		return -1;
	if (mock.overflow) {
		errno = EFBIG;
		return -1;
	}
	assert_int_equal(size % sizeof(evtchn_port_t), 0);
	return __real_read(fd, buf, size);
}

PROTO(ssize_t, write, int fd, const void *buf, size_t size)
{
	const evtchn_port_t *port = buf;
	size_t i;

	if (fd != mock.evtchn_pipe[0])
		return __real_write(fd, buf, size);
	mock.writes++;
	if (mock_fails("write"))
		return -1;
	assert_int_equal(size % sizeof(*port), 0);
	assert_true(size > 0 && size <= 4096);
	for (i = 0; i < size / sizeof(*port); i++) {
		struct mock_port *p = mock_port(port[i]);

		mock.written_ports++;
		if (!p || !p->bound || p->enabled)
			continue;
		p->enabled = true;
		if (p->pending)
			deliver(port[i]);
	}
	return (ssize_t)size;
}

PROTO(int, ioctl, int fd, unsigned long request, ...)
{
	uint32_t port;

	assert_int_equal(fd, mock.evtchn_pipe[0]);
	assert_true(request == IOCTL_EVTCHN_RESET);
	if (mock_fails("ioctl"))
		return -1;
	mock.resets++;
	mock.overflow = false;
	while (__real_read(fd, &port, sizeof(port)) == sizeof(port))
		;
	return 0;
}

/* --- hypercalls --- */

PROTO(xencall_handle *, xencall_open, struct xentoollog_logger *logger, unsigned int flags)
{
	assert_non_null(logger);
	assert_int_equal(flags, 0);
	if (mock_fails("xencall_open"))
		return NULL;
	mock.call++;
	return (xencall_handle *)&handle[1];
}

PROTO(int, xencall_close, xencall_handle *h)
{
	assert_ptr_equal(h, &handle[1]);
	mock.call--;
	return 0;
}

PROTO(void *, xencall_alloc_buffer, xencall_handle *h, size_t size)
{
	assert_ptr_equal(h, &handle[1]);
	if (mock_fails("xencall_alloc_buffer"))
		return NULL;
	mock.call_bufs++;
	return malloc(size);
}

PROTO(void, xencall_free_buffer, xencall_handle *h, void *p)
{
	assert_ptr_equal(h, &handle[1]);
	mock.call_bufs--;
	free(p);
}

PROTO(int, xencall2, xencall_handle *h, unsigned int op, uint64_t a, uint64_t b)
{
	struct evtchn_status *status = (struct evtchn_status *)(uintptr_t)b;

	assert_ptr_equal(h, &handle[1]);
	/* In numbers (public/xen.h, event_channel.h): their names mean something else in an old version of the interface. */
	assert_int_equal(op, 32);
	assert_int_equal(a, 5);
	assert_int_equal(status->dom, DOMID_SELF);
	assert_non_null(mock_port(status->port));
	if (mock_fails("xencall2"))
		return -1;
	status->status = mock.alive;
	return 0;
}

/* --- grants --- */

PROTO(xengnttab_handle *, xengnttab_open, struct xentoollog_logger *logger, unsigned int flags)
{
	assert_non_null(logger);
	assert_int_equal(flags, 0);
	if (mock_fails("xengnttab_open"))
		return NULL;
	mock.gnttab++;
	return (xengnttab_handle *)&handle[2];
}

PROTO(int, xengnttab_close, xengnttab_handle *h)
{
	assert_ptr_equal(h, &handle[2]);
	mock.gnttab--;
	return mock_fails("xengnttab_close") ? -1 : 0;
}

static void *pages(uint32_t n)
{
	void *p = mmap(NULL, (size_t)n * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

PROTO(void *, xengnttab_map_domain_grant_refs, xengnttab_handle *h, uint32_t n, uint32_t dom,
      const uint32_t *refs, int prot)
{
	assert_ptr_equal(h, &handle[2]);
	if (mock_fails("xengnttab_map_domain_grant_refs"))
		return NULL;
	mock.granted.n = n;
	mock.granted.dom = (uint16_t)dom;
	mock.granted.first = refs[0];
	mock.granted.prot = prot;
	mock.maps++;
	mock.map_pages += n;
	return pages(n);
}

PROTO(int, xengnttab_unmap, xengnttab_handle *h, void *va, uint32_t n)
{
	assert_ptr_equal(h, &handle[2]);
	munmap(va, (size_t)n * 4096);
	mock.maps--;
	mock.map_pages -= n;
	return mock_fails("xengnttab_unmap") ? -1 : 0;
}

PROTO(int, xengnttab_grant_copy, xengnttab_handle *h, uint32_t n,
      xengnttab_grant_copy_segment_t *seg)
{
	bool to_peer = seg->flags == GNTCOPY_dest_gref;
	const union xengnttab_copy_ptr *peer = to_peer ? &seg->dest : &seg->source;

	assert_ptr_equal(h, &handle[2]);
	assert_int_equal(n, 1);
	assert_true(to_peer || seg->flags == GNTCOPY_source_gref);
	if (mock_fails("xengnttab_grant_copy"))
		return -1;
	mock.copied.ref = peer->foreign.ref;
	mock.copied.ofs = peer->foreign.offset;
	mock.copied.dom = peer->foreign.domid;
	mock.copied.len = seg->len;
	mock.copied.to_peer = to_peer;
	mock.copied.virt = to_peer ? seg->source.virt : seg->dest.virt;
	seg->status = (int16_t)mock.copy_status;
	return 0;
}

PROTO(xengntshr_handle *, xengntshr_open, struct xentoollog_logger *logger, unsigned int flags)
{
	assert_non_null(logger);
	assert_int_equal(flags, 0);
	if (mock_fails("xengntshr_open"))
		return NULL;
	mock.gntshr++;
	return (xengntshr_handle *)&handle[3];
}

PROTO(int, xengntshr_close, xengntshr_handle *h)
{
	assert_ptr_equal(h, &handle[3]);
	mock.gntshr--;
	return mock_fails("xengntshr_close") ? -1 : 0;
}

PROTO(int, xengntshr_fd, xengntshr_handle *h)
{
	assert_ptr_equal(h, &handle[3]);
	return mock.watch_pipe[1]; /* any descriptor that can take FD_CLOEXEC */
}

PROTO(void *, xengntshr_share_pages, xengntshr_handle *h, uint32_t dom, int n, uint32_t *refs,
      int writable)
{
	int i;

	assert_ptr_equal(h, &handle[3]);
	if (mock_fails("xengntshr_share_pages"))
		return NULL;
	for (i = 0; i < n; i++)
		refs[i] = 100u + (uint32_t)i;
	mock.granted.n = (uint32_t)n;
	mock.granted.dom = (uint16_t)dom;
	mock.granted.writable = writable;
	mock.shares++;
	mock.share_pages += (uint32_t)n;
	return pages((uint32_t)n);
}

PROTO(int, xengntshr_unshare, xengntshr_handle *h, void *va, uint32_t n)
{
	assert_ptr_equal(h, &handle[3]);
	munmap(va, (size_t)n * 4096);
	mock.shares--;
	mock.share_pages -= n;
	return mock_fails("xengntshr_unshare") ? -1 : 0;
}
