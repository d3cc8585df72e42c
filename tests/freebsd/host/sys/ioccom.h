/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* FreeBSD's numbers of ioctls, for tests that call the driver from the host: direction, size, group, number. */
#ifndef TEST_IOCCOM_H
#define TEST_IOCCOM_H

#include <stdint.h>

#define TEST_IOC(dir, group, number, size) \
	((unsigned long)((dir) | ((size)&0x1fffu) << 16 | (unsigned int)(group) << 8 | (number)))
#define _IOR(group, number, type) TEST_IOC(0x40000000u, group, number, sizeof(type))
#define _IOW(group, number, type) TEST_IOC(0x80000000u, group, number, sizeof(type))
#define _IOWR(group, number, type) TEST_IOC(0xc0000000u, group, number, sizeof(type))

#endif
