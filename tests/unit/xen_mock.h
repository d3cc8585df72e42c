/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Xen's user-space libraries as far as displif-xen uses them, for its unit tests: put in their
 * place at link time (ld --wrap), with the kernel's rules for masked ports, a count of all
 * that is open, and one call that fails on demand.
 */
#ifndef XEN_MOCK_H
#define XEN_MOCK_H

#include <displif-xen.h>

#define MOCK_PORTS 64u
#define MOCK_PORT_BASE 2040u /* so that two chunks of the port table are used */

struct mock_port {
	bool bound, enabled, pending;
	uint16_t dom;
	uint32_t remote;
	unsigned int notified; /* atomic */
};

struct mock {
	/* The fail_at-th call fails with fail_errno (0: none); or every call named fail_name. */
	unsigned int calls, fail_at;
	const char *fail_name;
	int fail_errno;
	char failed[48]; /* what failed last, "" */

	/* Open now. */
	unsigned int evtchn, gnttab, gntshr, xs, call, call_bufs;
	unsigned int shares, share_pages, maps, map_pages, watches, txs;

	struct mock_port port[MOCK_PORTS]; /* number MOCK_PORT_BASE + index */
	unsigned int lowest_free;	   /* ports from here on are given out */
	unsigned int reads, writes, written_ports, resets;
	bool overflow; /* the next read answers EFBIG */
	int evtchn_pipe[2];

	int copy_status; /* of the next grant copy */
	struct {
		uint32_t ref, ofs, len;
		uint16_t dom;
		bool to_peer;
		void *virt;
	} copied; /* the last one */
	struct {
		uint32_t n, first;
		uint16_t dom;
		int prot, writable;
	} granted;	   /* the last share or map */
	uint32_t alive;	   /* EVTCHNSTAT_* that the hypercall gives */
	const char *limit; /* content of gntalloc's and gntdev's limit, NULL: no file */

	char events[256][2][64]; /* watch events: path, token */
	unsigned int event_head, event_tail;
	int watch_pipe[2];
	char token[64];	     /* of the last xs_watch() */
	char node[8][2][80]; /* path, value */
	bool committed, abandoned;

	char log[16384]; /* "E text\n", "W text\n", "D text\n" */
};

extern struct mock mock;

void mock_setup(void);
/* Closes the pipes; fails the test if anything is still open. */
void mock_teardown(void);
/* The log function for displif_xen_config. */
void mock_log(void *arg, enum displif_xen_level level, const char *text);
/* Counts a call; whether it has to fail (errno is set then). */
bool mock_fails(const char *name);
/* The peer notifies this port. */
void mock_fire(uint32_t port);
struct mock_port *mock_port(uint32_t port);
/* XenStore reports @path on the watch with @token. */
void mock_report(const char *path, const char *token);
void mock_set_node(const char *path, const char *value);

#endif
