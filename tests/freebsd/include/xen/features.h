/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the hypervisor says of the guest. */
#ifndef TEST_XEN_FEATURES_H
#define TEST_XEN_FEATURES_H

#include <contrib/xen/version.h>

extern uint8_t xen_features[XENFEAT_NR_SUBMAPS * 32];

#define xen_feature(flag) (xen_features[flag])

#endif
