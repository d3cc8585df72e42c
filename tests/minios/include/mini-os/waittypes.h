/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: a list of threads that wait for something. */
#ifndef STUB_WAITTYPES_H
#define STUB_WAITTYPES_H

struct thread;

struct wait_queue {
	struct wait_queue *next;
	struct thread *thread;
	int waiting;
};

struct wait_queue_head {
	struct wait_queue *first;
};

#define DECLARE_WAIT_QUEUE_HEAD(name) struct wait_queue_head name = { NULL }

#endif
