/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Memory of the backend's: its grants, mapped at addresses where the guest has no memory. displif_view.c shows it to programs. */
#include "displif_var.h"

#include <sys/rman.h>

#include <vm/vm_page.h>

/* Grants of one hypercall. */
#define BATCH 64u
/* How often pages of a buffer that the backend's host has paged out are asked for again, 20 ms apart. */
#define PATIENCE 50u
#define NO_HANDLE UINT32_MAX

struct dfb_map {
	struct dfb_map *next;
	device_t bus;
	struct resource *res;
	int res_id;
	vm_paddr_t start;
	uint32_t n, life, tries;
	grant_handle_t *handle; /* n; NO_HANDLE: not mapped */
	vm_object_t obj;
};

/* Those whose pages somebody still holds. Of all devices, those that are gone, too. */
static struct dfb_map *parked;
static struct sx parked_sx;
SX_SYSINIT(displif_parked, &parked_sx, "displif parked");

/* Another one after each resume that was none of a suspend called off: then no grant is mapped. */
static volatile u_int life;
static volatile u_int suspended;

/* --- grants --- */

static const char *status_text(int status)
{
	static const char *const text[] = GNTTABOP_error_msgs;

	return status <= 0 && (size_t)-status < nitems(text) ? text[-status] : "unknown status";
}

/* Returns how many are mapped still. */
static uint32_t unmap_all(struct dfb_map *m)
{
	struct gnttab_unmap_grant_ref *op;
	uint32_t i = 0, k, n, left = 0;

	if (m->life != atomic_load_acq_int(&life))
		return 0;
	op = mallocarray(BATCH, sizeof(*op), M_DISPLIF, M_WAITOK | M_ZERO);
	while (i < m->n) {
		for (n = 0; i < m->n && n < BATCH; i++)
			if (m->handle[i] != NO_HANDLE)
				op[n++] = (struct gnttab_unmap_grant_ref){
					.host_addr = m->start + ptoa((vm_paddr_t)i),
					.handle = m->handle[i],
				};
		if (n && HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, op, n)) {
			left += n;
			continue;
		}
		for (k = 0; k < n; k++) {
			if (op[k].status == GNTST_okay)
				m->handle[atop(op[k].host_addr - m->start)] = NO_HANDLE;
			else
				left++;
		}
	}
	free(op, M_DISPLIF);
	return left;
}

/* Pages from @first on: @op[n]. */
static int map_some(struct dfb_dev *dd, struct dfb_map *m, struct gnttab_map_grant_ref *op,
		    uint32_t first, uint32_t n)
{
	uint32_t k;
	int err;

	err = HYPERVISOR_grant_table_op(GNTTABOP_map_grant_ref, op, n);
	if (err) {
		if (dfb_may_say(dd))
			device_printf(dd->dev, "GNTTABOP_map_grant_ref of %u pages: error %d\n", n,
				      err);
		return DISPLIF_E_OS;
	}
	for (k = 0; k < n; k++) {
		for (; op[k].status == GNTST_eagain && m->tries < PATIENCE; m->tries++) {
			pause("displif", MAX(hz / 50, 1));
			HYPERVISOR_grant_table_op(GNTTABOP_map_grant_ref, &op[k], 1);
		}
		if (op[k].status == GNTST_okay)
			m->handle[first + k] = op[k].handle;
	}
	for (k = 0; k < n && op[k].status == GNTST_okay; k++)
		;
	if (k == n)
		return 0;
	if (dfb_may_say(dd))
		device_printf(dd->dev,
			      "page %u of %u, reference %u of domain %u, cannot be mapped: %s\n",
			      first + k, m->n, op[k].ref, op[k].dom, status_text(op[k].status));
	return op[k].status == GNTST_no_space ? DISPLIF_E_NOSPC : DISPLIF_E_PROTO;
}

static int map_all(struct dfb_dev *dd, struct dfb_map *m, uint16_t dom, const uint32_t *gref,
		   uint32_t flags)
{
	struct gnttab_map_grant_ref *op =
		mallocarray(BATCH, sizeof(*op), M_DISPLIF, M_WAITOK | M_ZERO);
	uint32_t i, k, n;
	int err = 0;

	for (i = 0; i < m->n && !err; i += n) {
		n = MIN(m->n - i, BATCH);
		for (k = 0; k < n; k++)
			op[k] = (struct gnttab_map_grant_ref){
				.host_addr = m->start + ptoa((vm_paddr_t)i + k),
				.flags = GNTMAP_host_map |
					 (flags & DISPLIF_PORT_WRITE ? 0 : GNTMAP_readonly),
				.ref = gref[i + k],
				.dom = dom,
			};
		err = map_some(dd, m, op, i, n);
		/* The guest woke on another host, without what was mapped before. */
		if (m->life != atomic_load_acq_int(&life)) {
			for (k = 0; k < i; k++)
				m->handle[k] = NO_HANDLE;
			m->life = atomic_load_acq_int(&life);
			err = DISPLIF_E_GONE;
		}
	}
	free(op, M_DISPLIF);
	return err;
}

/* --- addresses --- */

static struct dfb_map *range_new(struct dfb_dev *dd, uint32_t n)
{
	struct dfb_map *m = malloc(sizeof(*m), M_DISPLIF, M_WAITOK | M_ZERO);
	uint32_t i;

	/* Not for our device, which may go before the range does. */
	m->bus = device_get_parent(dd->dev);
	m->n = n;
	m->life = atomic_load_acq_int(&life);
	m->res = xenmem_alloc(m->bus, &m->res_id, ptoa((size_t)n));
	if (!m->res) {
		if (dfb_may_say(dd))
			device_printf(
				dd->dev,
				"no range of %u pages without memory to map the backend's pages at\n",
				n);
		free(m, M_DISPLIF);
		return NULL;
	}
	m->start = rman_get_start(m->res);
	m->handle = mallocarray(n, sizeof(*m->handle), M_DISPLIF, M_WAITOK);
	for (i = 0; i < n; i++)
		m->handle[i] = NO_HANDLE;
	return m;
}

/* False: not now. A page that is in use for input or output, or is locked into memory, has more than its own one reference. */
static bool range_free(struct dfb_map *m)
{
	uint32_t i;
	int err;

	if (unmap_all(m))
		return false;
	for (i = 0; i < m->n; i++)
		if (VPRC_WIRE_COUNT(PHYS_TO_VM_PAGE(m->start + ptoa((vm_paddr_t)i))->ref_count) > 1)
			return false;
	err = xenmem_free(m->bus, m->res_id, m->res);
	if (err)
		printf("displif: xenmem_free() of %u pages: error %d\n", m->n, err);
	free(m->handle, M_DISPLIF);
	free(m, M_DISPLIF);
	return true;
}

/* --- for others --- */

static void end(struct dfb_dev *dd, struct dfb_map *m)
{
	if (m->obj)
		dfb_view_end(m->obj);
	m->obj = NULL;
	if (range_free(m))
		return;
	sx_xlock(&parked_sx);
	m->next = parked;
	parked = m;
	sx_xunlock(&parked_sx);
	dfb_sweep_later(dd);
}

int dfb_map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags, void **va,
	    void **map)
{
	struct dfb_dev *dd = ctx;
	struct dfb_map *m = range_new(dd, n);
	int err;

	if (!m)
		return DISPLIF_E_OS;
	err = map_all(dd, m, dom, gref, flags);
	if (!err) {
		m->obj = dfb_view_new(m->start, n);
		if (!m->obj) {
			device_printf(dd->dev, "no memory object for %u pages of the backend's\n",
				      n);
			err = DISPLIF_E_OS;
		}
	}
	if (err) {
		end(dd, m);
		return err;
	}
	*va = rman_get_virtual(m->res);
	*map = m;
	return 0;
}

/* It is not the caller's any more, also where pages cannot be let go of yet. */
int dfb_unmap(void *ctx, void *map)
{
	end(ctx, map);
	return 0;
}

vm_object_t dfb_map_object(void *map)
{
	return ((struct dfb_map *)map)->obj;
}

uint32_t dfb_map_sweep(void)
{
	struct dfb_map *m, **at = &parked;
	uint32_t n = 0;

	sx_xlock(&parked_sx);
	while ((m = *at) != NULL) {
		struct dfb_map *next = m->next;

		if (range_free(m)) {
			*at = next;
		} else {
			at = &m->next;
			n++;
		}
	}
	sx_xunlock(&parked_sx);
	return n;
}

bool dfb_map_kept(void)
{
	return dfb_map_sweep() || dfb_views();
}

/* All devices are told of a suspend before one is told of its end. */
void dfb_map_suspend(void)
{
	atomic_store_rel_int(&suspended, 1);
}

void dfb_map_resume(bool cancelled)
{
	if (atomic_readandclear_int(&suspended) && !cancelled)
		atomic_add_int(&life, 1);
}
