# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_port.c bringup pvh: a transaction in conflict counts as done
s/return retry ? DISPLIF_E_AGAIN : 0;/return 0;/
