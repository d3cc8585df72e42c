/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Methods of buses, as the kernel's build makes them of bus_if.m: those that accessors of instance variables call. */
#ifndef TEST_BUS_IF_H
#define TEST_BUS_IF_H

int BUS_READ_IVAR(device_t dev, device_t child, int index, uintptr_t *result);
int BUS_WRITE_IVAR(device_t dev, device_t child, int index, uintptr_t value);

#endif
