/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Mistakes on purpose: a kernel that does not report each of them would not report the driver's either.
 * echo NAME >/sys/module/displif_bites/parameters/bite
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

/* Nothing is between the object's end and what watches it. */
#define SIZE 64

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);

/* Hides from the compiler what a pointer points to. */
static void *hidden(void *p)
{
	OPTIMIZER_HIDE_VAR(p);
	return p;
}

static void bite_beyond(void)
{
	char *p = hidden(kzalloc(SIZE, GFP_KERNEL));

	if (p)
		WRITE_ONCE(p[SIZE], 1);
	kfree(p);
}

static void bite_freed(void)
{
	char *p = kzalloc(SIZE, GFP_KERNEL), *gone = hidden(p);

	kfree(p);
	if (p)
		WRITE_ONCE(gone[SIZE / 4], 1);
}

/* Each order alone is harmless: nothing hangs. */
static void bite_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void bite_atomic(void)
{
	spin_lock(&spin);
	kfree(kzalloc(SIZE, GFP_KERNEL));
	spin_unlock(&spin);
}

/* Several: what is left in a register or on a stack may hide one. */
static void bite_leak(void)
{
	int i;

	for (i = 0; i < 10; i++)
		(void)hidden(kzalloc(SIZE, GFP_KERNEL));
}

static void bite_shift(void)
{
	int by = 32;

	OPTIMIZER_HIDE_VAR(by);
	pr_info("displif_bites: %d\n", 1 << by);
}

static void bite_list(void)
{
	LIST_HEAD(list);
	struct list_head entry;

	list_add(&entry, &list);
	list_add(&entry, &list);
}

static void never(struct timer_list *t)
{
}

static void bite_timer(void)
{
	struct timer_list *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return;
	timer_setup(t, never, 0);
	mod_timer(t, jiffies + 3600 * HZ);
	/* It says so, and takes the timer off. */
	kfree(t);
}

static const struct {
	const char *name;
	void (*bite)(void);
} bites[] = {
	{ "beyond", bite_beyond }, { "freed", bite_freed }, { "order", bite_order },
	{ "atomic", bite_atomic }, { "leak", bite_leak },   { "shift", bite_shift },
	{ "list", bite_list },	   { "timer", bite_timer },
};

static int set(const char *text, const struct kernel_param *kp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bites); i++) {
		if (!sysfs_streq(text, bites[i].name))
			continue;
		bites[i].bite();
		return 0;
	}
	return -EINVAL;
}

static const struct kernel_param_ops ops = { .set = set };
module_param_cb(bite, &ops, NULL, 0200);
MODULE_PARM_DESC(bite, "which mistake to make");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("mistakes that a kernel has to notice");
