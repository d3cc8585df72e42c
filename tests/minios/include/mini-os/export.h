/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: what names a symbol for programs that are linked apart. Here it checks that there is one. */
#ifndef STUB_EXPORT_H
#define STUB_EXPORT_H

#define EXPORT_SYMBOL(name) extern __typeof__(name) name

#endif
