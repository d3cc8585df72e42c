/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The words of the kernel command line. */
#include "demo.h"

#include <mini-os/os.h>
#include <mini-os/lib.h>
#ifdef HAVE_LIBC
#include <stdlib.h>
#endif

#define WORD 32u

/* "name=number" */
static bool number(const char *word, const char *name, uint32_t *value)
{
	size_t len = strlen(name);
	char *end = NULL;

	if (strncmp(word, name, len) || word[len] != '=' || !word[len + 1])
		return false;
	*value = (uint32_t)strtoul(word + len + 1, &end, 10);
	return end && !*end;
}

void demo_options_word(struct demo_options *options, const char *word)
{
	if (number(word, "frames", &options->frames) || number(word, "hold", &options->hold_s) ||
	    number(word, "seed", &options->seed))
		return;
	if (!strcmp(word, "be-alloc"))
		options->flags = DISPLFRONT_BACKEND;
	else if (!strcmp(word, "own"))
		options->flags = DISPLFRONT_OWN;
	else if (!strcmp(word, "nodraw"))
		options->nodraw = true;
	else if (!strcmp(word, "no-edid"))
		options->no_edid = true;
	else
		printk("demo: unknown option '%s'\n", word);
}

void demo_options_read(struct demo_options *options, const char *line)
{
	char word[WORD] = { 0 };
	size_t len = 0;

	for (;; line++) {
		if (*line && *line != ' ') {
			if (len < WORD - 1)
				word[len++] = *line;
			continue;
		}
		word[len] = 0;
		if (len)
			demo_options_word(options, word);
		len = 0;
		if (!*line)
			return;
	}
}
