/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The trace of one schedule: who ran, what it accessed and called, what came of it. */
#include <stdarg.h>

#include "sim.h"

static const char *who(void)
{
	if (!co_running())
		return "fate ";
	return co_running() == sim->co[SIM_FE] ? "front" : "back ";
}

void sim_say(const char *format, ...)
{
	va_list args;

	if (!sim->trace)
		return;
	printf("%7u %s ", sim->w ? (unsigned int)fake_now(sim->w) : 0, who());
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* A shared page by name, or NULL. */
static const char *page_name(uintptr_t base, uint32_t *c, bool *evt)
{
	const struct end_front *f = sim->front.end;
	const struct end_back *b = sim->back.end;
	uint32_t k;

	for (*c = 0; *c < SIM_MAX_CONNECTORS; ++*c) {
		for (k = 0; k < 2; k++) {
			*evt = k;
			if ((f && *c < f->cfg.n && base == (uintptr_t)f->link[*c].page[k]) ||
			    (b && *c < b->cfg.n && base == (uintptr_t)b->link[*c].page[k]))
				return k ? "events" : "ring";
		}
	}
	return NULL;
}

void sim_trace_access(const volatile void *addr, enum fake_access kind)
{
	static const char *const word[2][4] = { { "req_prod", "req_event", "rsp_prod",
						  "rsp_event" },
						{ "in_cons", "in_prod", "?", "?" } };
	static const char *const verb[] = { "load", "store to" };
	uintptr_t base = (uintptr_t)addr & ~(uintptr_t)4095, at = (uintptr_t)addr - base;
	const char *name;
	uint32_t c;
	bool evt;

	if (kind == FAKE_BARRIER) {
		sim_say("  barrier");
		return;
	}
	name = page_name(base, &c, &evt);
	if (name && at < 16)
		sim_say("  %s %s%u.%s, which is %u", verb[kind], name, c, word[evt][at / 4],
			*(const volatile uint32_t *)addr);
	else if (name)
		sim_say("  %s %s%u[%u] word %u, which is 0x%llx", verb[kind], name, c,
			(unsigned int)(at / 64 - 1), (unsigned int)(at % 64 / 8),
			(unsigned long long)*(const volatile uint64_t *)addr);
	else
		sim_say("  %s word %u of a directory, which is %u", verb[kind],
			(unsigned int)(at / 4), *(const volatile uint32_t *)addr);
}

void sim_trace_event(const struct displif_front_event *ev, const struct sim_tok *tok)
{
	static const char *const names[] = { "nothing", "an answer", "its flip", "its loss" };

	(void)tok;
	sim_say("client: token %u (%s) hears %s, status %d", (unsigned int)ev->token,
		displif_req_name(ev->op), names[ev->type & 3u], ev->status);
}

void sim_trace_knobs(void)
{
	const struct sim_knobs *k = &sim->k;

	printf("seed %llu: quantum %u, switch at operations %u/1000, weights %u:%u, connectors %u, "
	       "backend in domain %u%s%s%s\n",
	       (unsigned long long)sim->seed, k->quantum, k->op_switch, k->weight[0], k->weight[1],
	       k->connectors, k->back_dom, k->be_alloc ? ", be-alloc" : "",
	       k->coalesce ? ", watches coalesce" : "", k->no_copy ? ", no grant copy" : "");
	printf("front: timeout %u, look %u, max_lost %u, reserve %u, %u steps, pauses %u ms%s\n",
	       k->front.timeout_ms, k->front.look_ms, k->front.max_lost, k->front.reserve, k->steps,
	       k->client_ms, k->mute_evt ? ", masks events" : "");
	printf("back: pages %u, %u/s, %u requests an interrupt, pend_cap %u, late %u/1000 up to %u ms, "
	       "refuses %u/1000, drops %u/1000\n",
	       k->quota.pages, k->quota.pages_per_s, k->quota.requests_per_irq, k->pend_cap,
	       k->late, k->late_ms, k->refuse, k->drop_event);
	printf("indices: events %u, ring %u; fate: 1 in %u turns, kinds 0x%x; scribbles %u/1000, 1 in %u "
	       "turns\n",
	       k->evt_start, k->ring_start, k->fate, k->fate_mask, k->scribble, k->scribble_xs);
}
