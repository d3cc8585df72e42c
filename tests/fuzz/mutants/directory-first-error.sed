# SPDX-License-Identifier: MIT OR GPL-2.0-only
# port_bufs.c directory: the diagnosis is not of the error that is returned
s/^\t\tend.diag = NULL;.*/\t\tend.index = DISPLIF_NO_CONNECTOR;/
