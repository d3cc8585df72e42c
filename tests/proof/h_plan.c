/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Proof harness: the plan, any wishes, answers and connections in any order. */
#include "harness.h"

#define CONNS 3u
#define BUFS 3u

static struct displif_fdev dev;
static struct displif_plan plan;
static struct displif_plan_conn conn[CONNS];
static struct displif_plan_buf buf[BUFS];

/* One that is not in the plan, anew. */
static void add(struct displif_plan_buf *b)
{
	*b = (struct displif_plan_buf){ 0 };
	b->width = any_u32;
	b->height = any_u32;
	b->bpp = any_u32;
	b->format = any_u32;
	b->size = any_u32;
	b->data_ofs = any_u32;
	b->theirs = any_int != 0;
	displif_plan_add(&plan, b);
}

static void wish(struct displif_plan_buf *b)
{
	switch (any_int) {
	case 0:
		add(b);
		break;
	case 1:
		displif_plan_remove(b);
		break;
	case 2:
		displif_plan_show(&plan, any_u32, any_int ? b : NULL);
		break;
	case 3:
		b->flips = any_u32;
		b->wait = any_int != 0;
		break;
	default:
		displif_plan_clear(&plan);
		break;
	}
}

void proof_plan(void)
{
	struct displif_plan_todo todo;

	displif_fdev_init(&dev);
	displif_plan_init(&plan, &dev);
	displif_plan_connectors(&plan, conn, CONNS);
	while (any_int) {
		struct displif_plan_buf *b = &buf[any_in(0, BUFS - 1)];

		switch (any_int) {
		case 0:
			displif_plan_start(&plan, any_u32);
			break;
		case 1:
			displif_plan_stop(&plan, any_int);
			break;
		case 2:
			displif_plan_unshared(b);
			break;
		case 3:
			displif_plan_done(&plan, any_int, any_int != 0);
			break;
		case 4:
			use(displif_plan_empty(&plan));
			break;
		case 5:
			use(displif_plan_next(&plan, &todo));
			use((uint64_t)todo.act + todo.connector + todo.msg.op +
			    (uint64_t)(todo.buf != NULL));
			if (todo.buf)
				todo.buf->gref_dir = any_u32;
			break;
		default:
			wish(b);
			break;
		}
	}
}
