/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Messages on standard error: errors always, the rest with --verbose. */
#ifndef BE_LOG_H
#define BE_LOG_H

#include <stdbool.h>
#include <stdint.h>

struct displif_diag;

/* Messages about one guest's device lately. Zero to begin with, but for its name. */
struct be_limit {
	uint32_t domid, dev;
	uint32_t count;
	uint64_t since;
};

void be_log_verbose(bool on);
bool be_log_is_verbose(void);

/* Something failed that is this machine's or its user's. */
void be_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* What happens, with --verbose. */
void be_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * Something failed that a guest can cause, a hostile one without end: with its name, and at most 20
 * such lines in 10 s, then the number that was left out. Nobody drowns what is said of others.
 */
void be_guest_error(struct be_limit *limit, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The same for a library call that returned @err with @diag. */
void be_guest_diag(struct be_limit *limit, const char *what, int err,
		   const struct displif_diag *diag);

/*
 * The same for what does not know its guest: it is about the one of be_log_about(), or within one
 * limit for all if there is none.
 */
void be_limited_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Something is done for a guest from here on, or for none (NULL). Returns what was before, to be set again at the end. */
struct be_limit *be_log_about(struct be_limit *limit);

#endif
