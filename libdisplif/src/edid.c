/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* EDID: sizes, checksums, identity, and where in the blocks the timings lie. */
#include "edid_priv.h"

/* Offsets in the base block. */
#define AT_VENDOR 8u
#define AT_PRODUCT 10u
#define AT_SERIAL 12u
#define AT_VERSION 18u
#define AT_ESTABLISHED 35u
#define AT_STANDARD 38u
#define AT_DETAILED 54u
#define AT_EXTENSIONS 126u

#define N_STANDARD 8u
#define N_DESCRIPTORS 4u

/* Tags of display descriptors. */
#define TAG_NAME 0xfcu
#define TAG_STANDARD 0xfau
#define N_TAG_STANDARD 6u

/* A CTA-861 block: its tag, and the fewest bytes before its detailed timings. */
#define CTA_TAG 2u
#define CTA_HEAD 4u

static int bad(struct displif_diag *diag, int err, enum displif__node field, uint64_t value,
	       uint64_t limit)
{
	return displif__fail(diag, err, DISPLIF__OF(EDID, field), value, limit);
}

static bool sums_to_zero(const uint8_t *block)
{
	uint32_t sum = 0;
	uint32_t i;

	for (i = 0; i < DISPLIF_EDID_BLOCK; i++)
		sum = (sum + block[i]) & 0xffu;
	return !sum;
}

static int check(const uint8_t *data, uint32_t size, struct displif_diag *diag)
{
	static const uint8_t header[8] = { 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 };
	uint32_t k;

	if (!size || size > DISPLIF_EDID_MAX || size % DISPLIF_EDID_BLOCK)
		return bad(diag, DISPLIF_E_RANGE, DISPLIF__EDID_SZ, size, DISPLIF_EDID_MAX);
	if (memcmp(data, header, sizeof(header)))
		return bad(diag, DISPLIF_E_PROTO, DISPLIF__HEADER, 0, 0);
	if (data[AT_VERSION] != 1u)
		return bad(diag, DISPLIF_E_PROTO, DISPLIF__VERSION, 0, 0);
	for (k = 0; k <= data[AT_EXTENSIONS]; k++) {
		if (k >= size / DISPLIF_EDID_BLOCK)
			return bad(diag, DISPLIF_E_RANGE, DISPLIF__EDID_SZ, size,
				   (data[AT_EXTENSIONS] + 1u) * DISPLIF_EDID_BLOCK);
		if (!sums_to_zero(&data[k * DISPLIF_EDID_BLOCK]))
			return bad(diag, DISPLIF_E_PROTO, DISPLIF__CHECKSUM, k, 0);
	}
	return 0;
}

static void read_name(struct displif_edid *edid, const uint8_t *d)
{
	uint32_t i;

	for (i = 0; i < sizeof(edid->name) - 1u; i++) {
		uint8_t c = d[5u + i];

		if (!c || c == '\n')
			break;
		if (c < ' ' || c > '~')
			c = '?';
		edid->name[i] = (char)c;
	}
}

/* Three letters of 5 bits each, 1 for A. */
static void read_vendor(struct displif_edid *edid, const uint8_t *data)
{
	uint32_t packed = (uint32_t)data[AT_VENDOR] << 8 | data[AT_VENDOR + 1u];
	uint32_t a = packed >> 10 & 31u, b = packed >> 5 & 31u, c = packed & 31u;

	if (!a || a > 26u || !b || b > 26u || !c || c > 26u)
		return;
	edid->vendor[0] = (char)('A' - 1 + (int)a);
	edid->vendor[1] = (char)('A' - 1 + (int)b);
	edid->vendor[2] = (char)('A' - 1 + (int)c);
}

static void read_identity(struct displif_edid *edid, const uint8_t *data)
{
	read_vendor(edid, data);
	edid->product = (uint16_t)(data[AT_PRODUCT] | (uint32_t)data[AT_PRODUCT + 1u] << 8);
	edid->serial = data[AT_SERIAL] | (uint32_t)data[AT_SERIAL + 1u] << 8 |
		       (uint32_t)data[AT_SERIAL + 2u] << 16 | (uint32_t)data[AT_SERIAL + 3u] << 24;
	edid->version = data[AT_VERSION];
	edid->revision = data[AT_VERSION + 1u];
	edid->blocks = data[AT_EXTENSIONS] + 1u;
}

/* Display descriptors of the base block: its name, more standard timings. */
static void read_descriptors(struct displif__modes *list, struct displif_edid *edid,
			     const uint8_t *data)
{
	uint32_t i;

	for (i = 0; i < N_DESCRIPTORS; i++) {
		const uint8_t *d = &data[AT_DETAILED + i * DISPLIF__DTD];

		if (d[0] || d[1])
			continue;
		if (d[3] == TAG_NAME && !edid->name[0])
			read_name(edid, d);
		else if (d[3] == TAG_STANDARD)
			displif__edid_standard(list, &d[5], N_TAG_STANDARD);
	}
}

int displif_edid_parse(const uint8_t *data, uint32_t size, struct displif_edid *edid,
		       struct displif_mode *mode, uint32_t cap, struct displif_diag *diag)
{
	struct displif__modes list = { mode, cap, 0, 0, false };
	uint32_t k;
	int err;

	*edid = (struct displif_edid){ 0 };
	edid->vendor[0] = edid->vendor[1] = edid->vendor[2] = '?';
	err = check(data, size, diag);
	if (err)
		return err;
	read_identity(edid, data);
	list.square = edid->revision < 3u;
	for (k = 0; k < edid->blocks; k++) {
		const uint8_t *block;
		uint32_t at = AT_DETAILED;

		if (k >= size / DISPLIF_EDID_BLOCK)
			break;
		block = &data[k * DISPLIF_EDID_BLOCK];
		if (k)
			at = block[0] == CTA_TAG ? block[2] : 0;
		/* In every block they are the last but for a byte or two. */
		for (; at >= CTA_HEAD && at < DISPLIF_EDID_BLOCK - DISPLIF__DTD; at += DISPLIF__DTD)
			displif__edid_detailed(&list, &block[at]);
	}
	displif__edid_standard(&list, &data[AT_STANDARD], N_STANDARD);
	read_descriptors(&list, edid, data);
	displif__edid_established(&list, &data[AT_ESTABLISHED]);
	edid->n_modes = list.n;
	edid->dropped = list.dropped;
	return 0;
}
