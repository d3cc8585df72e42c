# SPDX-License-Identifier: MIT OR GPL-2.0-only
# port_front.c port: what was opened for a publication that failed is left open
/^int displif_port_front_publish(/,/^}/s/^\tdisplif__port_close(port, link, n);$/\tmemset(link, 0, n * sizeof(*link));/
