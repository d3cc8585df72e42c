/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: the console. */
#ifndef STUB_CONSOLE_H
#define STUB_CONSOLE_H

void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
