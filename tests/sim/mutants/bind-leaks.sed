# SPDX-License-Identifier: MIT OR GPL-2.0-only
# port_back.c both: a bind that fails leaves its mappings
/^int displif_port_back_bind/,/^}/s/displif__port_close(port, link, n);/;/
