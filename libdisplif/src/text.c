/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Composing text into a caller's buffer. */
#include "text.h"

void displif__text_begin(struct displif__text *t, char *buf, uint32_t cap)
{
	t->buf = buf;
	t->room = 0;
	t->len = 0;
	t->cut = false;
	if (cap) {
		t->room = cap - 1u;
		buf[0] = 0;
	}
}

void displif__text_put(struct displif__text *t, const char *s, uint32_t max)
{
	uint32_t i;

	for (i = 0; i < max; i++) {
		char c = s[i];
		uint32_t at = t->len;

		if (!c)
			break;
		if (at >= t->room) {
			t->cut = true;
			break;
		}
		t->buf[at] = c;
		t->buf[at + 1u] = 0;
		t->len = at + 1u;
	}
}

void displif__text_number(struct displif__text *t, uint32_t value)
{
	/* As many zeroes behind the digits as displif__text_put() may read. */
	char digit[20] = { 0 };
	uint32_t i = 10;

	do {
		i--;
		digit[i] = (char)('0' + (int)(value % 10u));
		value /= 10u;
	} while (value && i);
	displif__text_put(t, &digit[i], 10);
}

/* Long division in parts of 16 bits, since a 64-bit one is a call into libgcc on 32-bit machines. */
void displif__text_wide(struct displif__text *t, uint64_t value)
{
	char digit[20] = { 0 };
	uint32_t part[4] = { 0 };
	bool begun = false;
	uint32_t i, k;

	for (i = 0; i < 4; i++)
		part[i] = (uint32_t)((value >> (48u - 16u * i)) & 0xffffu);
	for (i = 0; i < 20; i++) {
		uint32_t rest = 0;

		for (k = 0; k < 4; k++) {
			uint32_t v = (rest << 16) | part[k];

			part[k] = (v / 10u) & 0xffffu;
			rest = v % 10u;
		}
		digit[19u - i] = (char)('0' + (int)rest);
	}
	for (i = 0; i < 20; i++) {
		begun = begun || digit[i] != '0' || i == 19u;
		if (begun)
			displif__text_put(t, &digit[i], 1);
	}
}
