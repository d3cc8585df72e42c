/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What both state machines do with their tables. */
#include "state_rule.h"

const struct displif__rule *displif__rule_find(const struct displif__rule *rule, uint32_t n,
					       uint8_t state, uint32_t in, uint32_t arg,
					       uint32_t cond)
{
	uint32_t bit = arg < 16u ? 1u << arg : 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		const struct displif__rule *r = &rule[i];

		if (r->state == state && r->in == in && (r->cond & ~cond) == 0 &&
		    (r->args == DISPLIF__ANY || (r->args & bit)))
			return r;
	}
	return NULL;
}

struct displif_step displif__rule_step(const struct displif__rule *rule, uint8_t state)
{
	struct displif_step step = { 0, state, -1 };

	if (!rule)
		return step;
	step.act = rule->act;
	step.state = rule->next;
	if (rule->todo & DISPLIF__WRITE)
		step.write = (int8_t)(rule->todo & DISPLIF__WRITE);
	return step;
}

bool displif__rule_held(uint64_t *due, uint32_t most, uint64_t now)
{
	uint64_t latest = displif__after(now, most);

	if (*due == DISPLIF_NEVER)
		return false;
	if (*due > latest)
		*due = latest;
	return *due > now;
}
