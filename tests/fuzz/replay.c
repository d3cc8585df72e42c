/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A main() without libFuzzer: runs one target on each file, and each file of each folder, that is named. */
#include <dirent.h>

#include "common.h"

/* The largest input that is read. */
#define REPLAY_MAX (1u << 20)

static unsigned long replayed;

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	size_t n;
	int err;

	if (!f)
		return -1;
	data = malloc(REPLAY_MAX);
	CHECK(data);
	n = fread(data, 1, REPLAY_MAX, f);
	err = ferror(f);
	fclose(f);
	if (err) { /* a folder in a folder, too */
		free(data);
		return -1;
	}
	/* Exactly as large as the input: the target may not look behind it. */
	data = realloc(data, n ? n : 1);
	CHECK(data);
	LLVMFuzzerTestOneInput(data, n);
	free(data);
	replayed++;
	return 0;
}

static int replay(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[4096];
	int err = 0;

	if (!dir)
		return replay_file(path);
	for (entry = readdir(dir); entry && !err; entry = readdir(dir)) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		err = replay_file(name);
	}
	closedir(dir);
	return err;
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (replay(argv[i])) {
			perror(argv[i]);
			return 2;
		}
	}
	printf("%lu inputs replayed\n", replayed);
	return replayed ? 0 : 2;
}
