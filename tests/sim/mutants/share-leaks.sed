# SPDX-License-Identifier: MIT OR GPL-2.0-only
# port_share.c both: a buffer that cannot be shared leaves its directory
/^int displif_port_share(/,/^}/s/port->ops->unshare(port->ctx, dir, gref + pages, dirs);/;/
