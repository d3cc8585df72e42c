/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The mock of libxenstore: a few nodes, watch events in a queue with a pipe as the library has it. */
#include "xen_mock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <xenstore.h>

#define PROTO(type, name, ...)           \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

#define NODES (sizeof(mock.node) / sizeof(mock.node[0]))
#define EVENTS (sizeof(mock.events) / sizeof(mock.events[0]))

static char handle;

void mock_report(const char *path, const char *token)
{
	unsigned int at = mock.event_tail++ % EVENTS;

	assert_true(mock.event_tail - mock.event_head <= EVENTS);
	snprintf(mock.events[at][0], sizeof(mock.events[at][0]), "%s", path);
	snprintf(mock.events[at][1], sizeof(mock.events[at][1]), "%s", token);
	if (mock.event_tail - mock.event_head == 1)
		assert_int_equal(write(mock.watch_pipe[1], "", 1), 1);
}

static char *node_value(const char *path, bool create)
{
	unsigned int i;

	for (i = 0; i < NODES; i++) {
		if (!strcmp(mock.node[i][0], path))
			return mock.node[i][1];
	}
	for (i = 0; create && i < NODES; i++) {
		if (!mock.node[i][0][0]) {
			snprintf(mock.node[i][0], sizeof(mock.node[i][0]), "%s", path);
			return mock.node[i][1];
		}
	}
	return NULL;
}

void mock_set_node(const char *path, const char *value)
{
	char *at = node_value(path, true);

	assert_non_null(at);
	snprintf(at, sizeof(mock.node[0][1]), "%s", value);
}

PROTO(struct xs_handle *, xs_open, unsigned long flags)
{
	assert_int_equal(flags, 0);
	if (mock_fails("xs_open"))
		return NULL;
	mock.xs++;
	return (struct xs_handle *)&handle;
}

PROTO(void, xs_close, struct xs_handle *h)
{
	assert_ptr_equal(h, &handle);
	mock.xs--;
}

PROTO(int, xs_fileno, struct xs_handle *h)
{
	assert_ptr_equal(h, &handle);
	return mock_fails("xs_fileno") ? -1 : mock.watch_pipe[0];
}

PROTO(bool, xs_watch, struct xs_handle *h, const char *path, const char *token)
{
	assert_ptr_equal(h, &handle);
	if (mock_fails("xs_watch"))
		return false;
	mock.watches++;
	snprintf(mock.token, sizeof(mock.token), "%s", token);
	mock_report(path, token);
	return true;
}

PROTO(bool, xs_unwatch, struct xs_handle *h, const char *path, const char *token)
{
	assert_ptr_equal(h, &handle);
	assert_true(path[0] && token[0]);
	mock.watches--;
	return !mock_fails("xs_unwatch");
}

PROTO(char **, xs_check_watch, struct xs_handle *h)
{
	char c, **event;
	unsigned int at;

	assert_ptr_equal(h, &handle);
	if (mock_fails("xs_check_watch"))
		return NULL;
	if (mock.event_head == mock.event_tail) {
		errno = EAGAIN;
		return NULL;
	}
	at = mock.event_head++ % EVENTS;
	if (mock.event_head == mock.event_tail)
		assert_int_equal(read(mock.watch_pipe[0], &c, 1), 1);
	event = malloc(2 * sizeof(*event) + sizeof(mock.events[at]));
	assert_non_null(event);
	event[XS_WATCH_PATH] = (char *)(event + 2);
	event[XS_WATCH_TOKEN] = event[XS_WATCH_PATH] + sizeof(mock.events[at][0]);
	memcpy(event[XS_WATCH_PATH], mock.events[at], sizeof(mock.events[at]));
	return event;
}

PROTO(void *, xs_read, struct xs_handle *h, xs_transaction_t tx, const char *path,
      unsigned int *len)
{
	const char *value;

	(void)tx;
	assert_ptr_equal(h, &handle);
	if (mock_fails("xs_read"))
		return NULL;
	value = node_value(path, false);
	if (!value) {
		errno = ENOENT;
		return NULL;
	}
	*len = (unsigned int)strlen(value);
	return strdup(value);
}

PROTO(bool, xs_write, struct xs_handle *h, xs_transaction_t tx, const char *path, const void *data,
      unsigned int len)
{
	char text[80];

	(void)tx;
	assert_ptr_equal(h, &handle);
	if (mock_fails("xs_write"))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)len, (const char *)data);
	mock_set_node(path, text);
	return true;
}

PROTO(char **, xs_directory, struct xs_handle *h, xs_transaction_t tx, const char *path,
      unsigned int *num)
{
	char **names;

	assert_int_equal(tx, XBT_NULL);
	assert_ptr_equal(h, &handle);
	if (mock_fails("xs_directory"))
		return NULL;
	if (strcmp(path, "dir") != 0) {
		errno = ENOENT;
		return NULL;
	}
	names = malloc(2 * sizeof(*names) + 4);
	assert_non_null(names);
	names[0] = (char *)(names + 2);
	names[1] = names[0] + 2;
	memcpy(names[0], "0\0001", 4);
	*num = 2;
	return names;
}

PROTO(xs_transaction_t, xs_transaction_start, struct xs_handle *h)
{
	assert_ptr_equal(h, &handle);
	if (mock_fails("xs_transaction_start"))
		return XBT_NULL;
	mock.txs++;
	return 7;
}

PROTO(bool, xs_transaction_end, struct xs_handle *h, xs_transaction_t tx, bool abandon)
{
	assert_ptr_equal(h, &handle);
	assert_int_equal(tx, 7);
	mock.txs--; /* it ends either way */
	if (mock_fails("xs_transaction_end"))
		return false;
	mock.committed = !abandon;
	mock.abandoned = abandon;
	return true;
}

PROTO(bool, xs_is_domain_introduced, struct xs_handle *h, unsigned int dom)
{
	assert_ptr_equal(h, &handle);
	return dom == 5;
}
