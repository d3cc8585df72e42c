/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reading an EDID file and judging it, so that a wrong file is found before a guest sees it. */
#include "edid_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <displif/edid.h>

#include "log.h"

static uint8_t *read_all(const char *path, uint32_t *len)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(DISPLIF_EDID_MAX + 1);
	size_t n = 0;
	bool bad = true;

	if (!file)
		be_error("--edid: %s: %s", path, strerror(errno));
	else if (!data)
		be_error("--edid: no memory");
	else {
		n = fread(data, 1, DISPLIF_EDID_MAX + 1, file);
		bad = ferror(file);
		if (bad)
			be_error("--edid: %s: %s", path, strerror(errno));
	}
	if (file)
		fclose(file);
	if (bad) {
		free(data);
		return NULL;
	}
	*len = (uint32_t)n;
	return data;
}

uint8_t *be_edid_load(const char *path, uint32_t *len)
{
	uint8_t *data = read_all(path, len);
	struct displif_diag diag = { 0 };
	struct displif_edid edid;
	char text[256];

	if (!data)
		return NULL;
	if (*len > DISPLIF_EDID_MAX) {
		be_error("--edid: %s: longer than %u bytes", path, DISPLIF_EDID_MAX);
	} else if (displif_edid_parse(data, *len, &edid, NULL, 0, &diag) != 0) {
		displif_diag_text(&diag, text, sizeof(text));
		be_error("--edid: %s: %s", path, text);
	} else {
		return data;
	}
	free(data);
	return NULL;
}
