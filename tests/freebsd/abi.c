/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A program of 32 bits asks the same kernel: its structures must be those of 64 bits. Compiled for both. */
#include <sys/types.h>
#include <stddef.h>

#include <displif_ioctl.h>

#define SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type " has another size")
#define AT(type, field, ofs) \
	_Static_assert(offsetof(struct type, field) == (ofs), #type "." #field " is elsewhere")

SIZE(displif_info, 20);
SIZE(displif_mode_info, 16);
SIZE(displif_connector_info, 344);
AT(displif_connector_info, monitor, 72);
AT(displif_connector_info, mode, 88);
SIZE(displif_create, 32);
AT(displif_create, offset, 24);
SIZE(displif_show, 8);
SIZE(displif_flip, 16);
AT(displif_flip, user, 8);
SIZE(displif_event, 24);
AT(displif_event, user, 8);
AT(displif_event, time_ns, 16);
