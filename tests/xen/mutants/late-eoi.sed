# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_req.c drm-flips: the end of an interrupt is not told
# ^interrupts of 400 flips
/^void ddrm_conn_irq(/,/^}/{
/xen_irq_lateeoi(/d
}
