/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A program outside the tree that uses an installed or vendored libdisplif. */
#include <stdio.h>
#include <string.h>

#include <displif/err.h>
#include <displif/version.h>

int main(void)
{
	const char *ok = displif_strerror(DISPLIF_OK);
	const char *full = displif_strerror(DISPLIF_E_FULL);

	printf("%d.%d.%d: %s, %s\n", DISPLIF_VERSION_MAJOR, DISPLIF_VERSION_MINOR,
	       DISPLIF_VERSION_PATCH, ok, full);
	return ok[0] && full[0] && strcmp(ok, full) ? 0 : 1;
}
