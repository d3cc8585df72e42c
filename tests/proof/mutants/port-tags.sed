# SPDX-License-Identifier: MIT OR GPL-2.0-only
# port.c proof_port: the tags of a connector but the first are looked for too far behind
s/tag\[2u \* c->index + k\]/tag[4u * c->index + k]/
