/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Methods of devices, as the kernel's build makes them of device_if.m: what DEVMETHOD() checks a driver's functions against. */
#ifndef TEST_DEVICE_IF_H
#define TEST_DEVICE_IF_H

typedef int device_probe_t(device_t dev);
extern struct kobjop_desc device_probe_desc;
typedef int device_attach_t(device_t dev);
extern struct kobjop_desc device_attach_desc;
typedef int device_detach_t(device_t dev);
extern struct kobjop_desc device_detach_desc;
typedef int device_shutdown_t(device_t dev);
extern struct kobjop_desc device_shutdown_desc;
typedef int device_suspend_t(device_t dev);
extern struct kobjop_desc device_suspend_desc;
typedef int device_resume_t(device_t dev);
extern struct kobjop_desc device_resume_desc;
typedef int device_quiesce_t(device_t dev);
extern struct kobjop_desc device_quiesce_desc;
typedef void device_identify_t(driver_t *driver, device_t parent);
extern struct kobjop_desc device_identify_desc;

#endif
