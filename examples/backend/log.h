/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Messages on standard error: errors always, the rest with --verbose. */
#ifndef BE_LOG_H
#define BE_LOG_H

#include <stdbool.h>
#include <stdint.h>

struct displif_diag;

/* Messages of one source lately. All zero to begin with. */
struct be_limit {
	uint64_t since;
	uint32_t count;
};

void be_log_verbose(bool on);
bool be_log_is_verbose(void);

/* Something failed that is this machine's or its user's. */
void be_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* What happens, with --verbose. */
void be_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * Something failed that guests can cause, a hostile one without end: at most 20 such lines in
 * 10 s, of all that call this together; then the number that was left out.
 */
void be_limited_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, with the guest's name and a limit of its own: nobody drowns what is said of others. */
void be_guest_error(struct be_limit *limit, unsigned int domid, unsigned int dev, const char *fmt,
		    ...) __attribute__((format(printf, 4, 5)));
/* The same for a library call that returned @err with @diag. */
void be_guest_diag(struct be_limit *limit, unsigned int domid, unsigned int dev, const char *what,
		   int err, const struct displif_diag *diag);

#endif
