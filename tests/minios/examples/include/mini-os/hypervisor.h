/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: the end of the domain, which a test notes. */
#ifndef STUB_HYPERVISOR_H
#define STUB_HYPERVISOR_H

int HYPERVISOR_shutdown(unsigned int reason);

#endif
