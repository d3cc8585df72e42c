/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The comparer's proof that it can fail. */
#ifndef TESTS_XEN_PICTURE_SELFTEST_H
#define TESTS_XEN_PICTURE_SELFTEST_H

/* Run all of it in a new folder under TMPDIR; 0 if all is well, else 1; says so on stdout. */
int selftest_run(void);

#endif
