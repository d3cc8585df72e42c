/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The hook before every access that the core makes to a shared page, and every
 * barrier: a scheduler switches there. Only a core that was built on
 * displif_env_fake.h calls it.
 */
#ifndef FAKE_HOOK_H
#define FAKE_HOOK_H

#ifdef __cplusplus
extern "C" {
#endif

enum fake_access {
	FAKE_LOAD = 0,
	FAKE_STORE,
	FAKE_BARRIER, /* the address is NULL */
};

/* NULL: nothing is called. May not call the core for the same object. */
extern void (*fake_access_hook)(const volatile void *addr, enum fake_access kind);

#ifdef __cplusplus
}
#endif

#endif
