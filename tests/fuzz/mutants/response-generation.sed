# SPDX-License-Identifier: MIT OR GPL-2.0-only
# front_io.c response: an answer to an older request of the slot passes for one to the new
s/ || f->slot\[i\].id != rsp->id ||/ ||/
