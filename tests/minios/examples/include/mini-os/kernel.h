/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: the kernel's command line. */
#ifndef STUB_KERNEL_H
#define STUB_KERNEL_H

#define MAX_CMDLINE_SIZE 1024
extern char cmdline[MAX_CMDLINE_SIZE];

#endif
