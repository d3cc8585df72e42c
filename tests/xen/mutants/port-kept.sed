# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displif_port.c drm-backend-killed: a connection's event channels outlive it
# ^event channels
/^static void ddrm_port_chan_close(/,/^}/{
/unbind_from_irqhandler(/d
}
