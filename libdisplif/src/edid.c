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

/* A CTA-861 block: its tag, the fewest bytes before its detailed timings, and how many fit. */
#define CTA_TAG 2u
#define CTA_HEAD 4u
#define CTA_TIMINGS 6u

static int bad(struct displif_diag *diag, int err, const char *field, uint64_t value,
	       uint64_t limit)
{
	return displif__fail(diag, err, DISPLIF_OP_EDID, field, value, limit);
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
		return bad(diag, DISPLIF_E_RANGE, "edid_sz", size, DISPLIF_EDID_MAX);
	if (memcmp(data, header, sizeof(header)))
		return bad(diag, DISPLIF_E_PROTO, "header", 0, 0);
	if (data[AT_VERSION] != 1u)
		return bad(diag, DISPLIF_E_PROTO, "version", 0, 0);
	for (k = 0; k <= data[AT_EXTENSIONS]; k++) {
		if (k >= size / DISPLIF_EDID_BLOCK)
			return bad(diag, DISPLIF_E_RANGE, "edid_sz", size,
				   (data[AT_EXTENSIONS] + 1u) * DISPLIF_EDID_BLOCK);
		if (!sums_to_zero(&data[k * DISPLIF_EDID_BLOCK]))
			return bad(diag, DISPLIF_E_PROTO, "checksum", k, 0);
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
	bool letters = true;
	uint32_t i;

	for (i = 0; i < 3u; i++) {
		uint32_t c = (packed >> (10u - 5u * i)) & 31u;

		if (c < 1u || c > 26u)
			letters = false;
		edid->vendor[i] = (char)('A' - 1 + (int)c);
	}
	if (!letters)
		memset(edid->vendor, '?', 3);
}

static void read_identity(struct displif_edid *edid, const uint8_t *data)
{
	uint32_t i;

	read_vendor(edid, data);
	edid->product = (uint16_t)(data[AT_PRODUCT] | (uint32_t)data[AT_PRODUCT + 1u] << 8);
	edid->serial = data[AT_SERIAL] | (uint32_t)data[AT_SERIAL + 1u] << 8 |
		       (uint32_t)data[AT_SERIAL + 2u] << 16 | (uint32_t)data[AT_SERIAL + 3u] << 24;
	edid->version = data[AT_VERSION];
	edid->revision = data[AT_VERSION + 1u];
	edid->blocks = data[AT_EXTENSIONS] + 1u;
	for (i = 0; i < N_DESCRIPTORS; i++) {
		const uint8_t *d = &data[AT_DETAILED + i * DISPLIF__DTD];

		if (!d[0] && !d[1] && d[3] == TAG_NAME && !edid->name[0])
			read_name(edid, d);
	}
}

static void read_cta(struct displif__modes *list, const uint8_t *block)
{
	uint32_t first = block[2];
	uint32_t i;

	if (block[0] != CTA_TAG || first < CTA_HEAD)
		return;
	for (i = 0; i < CTA_TIMINGS; i++) {
		uint32_t at = first + i * DISPLIF__DTD;

		if (at > DISPLIF_EDID_BLOCK - 1u - DISPLIF__DTD)
			break;
		displif__edid_detailed(list, &block[at]);
	}
}

static void read_modes(struct displif__modes *list, const uint8_t *data, uint32_t size)
{
	bool square = data[AT_VERSION + 1u] < 3u;
	uint32_t i, k;

	for (i = 0; i < N_DESCRIPTORS; i++)
		displif__edid_detailed(list, &data[AT_DETAILED + i * DISPLIF__DTD]);
	for (k = 1; k <= data[AT_EXTENSIONS]; k++) {
		if (k >= size / DISPLIF_EDID_BLOCK)
			break;
		read_cta(list, &data[k * DISPLIF_EDID_BLOCK]);
	}
	displif__edid_standard(list, &data[AT_STANDARD], N_STANDARD, square);
	for (i = 0; i < N_DESCRIPTORS; i++) {
		const uint8_t *d = &data[AT_DETAILED + i * DISPLIF__DTD];

		if (!d[0] && !d[1] && d[3] == TAG_STANDARD)
			displif__edid_standard(list, &d[5], N_TAG_STANDARD, square);
	}
	displif__edid_established(list, &data[AT_ESTABLISHED]);
}

int displif_edid_parse(const uint8_t *data, uint32_t size, struct displif_edid *edid,
		       struct displif_mode *mode, uint32_t cap, struct displif_diag *diag)
{
	struct displif__modes list = { mode, cap, 0, 0 };
	int err;

	memset(edid, 0, sizeof(*edid));
	memset(edid->vendor, '?', 3);
	err = check(data, size, diag);
	if (err)
		return err;
	read_identity(edid, data);
	read_modes(&list, data, size);
	edid->n_modes = list.n;
	edid->dropped = list.dropped;
	return 0;
}
