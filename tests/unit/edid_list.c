/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Lists the modes of the EDID in the file that is named, for edid_decode.py:
 *	width height scan mHz kHz hstart hend htotal vstart vend vtotal hpol vpol
 * after a line with the vendor, product, serial number, blocks and name.
 */
#include <stdio.h>

#include <displif/libdisplif.h>

#define MODES 2048u

int main(int argc, char **argv)
{
	static uint8_t data[DISPLIF_EDID_MAX + 1u];
	static struct displif_mode mode[MODES];
	struct displif_edid edid;
	struct displif_diag diag;
	char line[200];
	size_t size;
	FILE *f;

	f = argc == 2 ? fopen(argv[1], "rb") : NULL;
	if (!f) {
		fprintf(stderr, "usage: %s EDID-FILE\n", argv[0]);
		return 2;
	}
	size = fread(data, 1, sizeof(data), f);
	fclose(f);
	if (displif_edid_parse(data, (uint32_t)size, &edid, mode, MODES, &diag)) {
		displif_diag_text(&diag, line, sizeof(line));
		fprintf(stderr, "%s: %s\n", argv[1], line);
		return 1;
	}
	printf("%s %u %u %u %s\n", edid.vendor, edid.product, edid.serial, edid.blocks, edid.name);
	for (uint32_t i = 0; i < edid.n_modes; i++) {
		const struct displif_mode *m = &mode[i];

		printf("%u %u %c %u %u %u %u %u %u %u %u %c %c\n", m->width, m->height,
		       m->flags & DISPLIF_MODE_INTERLACED ? 'i' : 'p', m->refresh_mhz, m->clock_khz,
		       m->hsync_start, m->hsync_end, m->htotal, m->vsync_start, m->vsync_end,
		       m->vtotal, m->flags & DISPLIF_MODE_HSYNC_POS ? '+' : '-',
		       m->flags & DISPLIF_MODE_VSYNC_POS ? '+' : '-');
	}
	return 0;
}
