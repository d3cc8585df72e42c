/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Composing text into a caller's buffer: always terminated, never past its end. */
#ifndef DISPLIF_TEXT_H
#define DISPLIF_TEXT_H

#include "priv.h"

/* A text in the making. */
struct displif__text {
	char *buf;
	uint32_t room; /* bytes of buf without the terminator */
	uint32_t len;
	bool cut; /* something did not fit */
};

/* Starts an empty text in buf[cap]. With cap 0 nothing is ever written and all is cut. */
void displif__text_begin(struct displif__text *t, char *buf, uint32_t cap);
/* Appends what stands before the terminator, but at most @max bytes. */
void displif__text_put(struct displif__text *t, const char *s, uint32_t max);
/* Appends a decimal number. */
void displif__text_number(struct displif__text *t, uint32_t value);
void displif__text_wide(struct displif__text *t, uint64_t value);

/* Appends a literal, whose length is known. */
#define displif__text_lit(t, lit) displif__text_put((t), (lit), (uint32_t)sizeof(lit) - 1u)

#endif
