/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Files of Mini-OS's, as newlib's read(), select() and close() see them. Too many end the world, as there. */
#ifndef HAVE_LIBC
#define HAVE_LIBC
#endif
#include <mini-os/lib.h>
#include <mini-os/wait.h>

#include "mos_priv.h"

#define FILES 32

static struct file files[FILES];
static const struct file_ops *types[FTYPE_SPARE];
static unsigned int n_types = FTYPE_N;

struct wait_queue_head event_queue;

unsigned int alloc_file_type(const struct file_ops *ops)
{
	BUG_ON(n_types == FTYPE_SPARE);
	types[n_types] = ops;
	return n_types++;
}

struct file *get_file_from_fd(int fd)
{
	if (fd < 0 || fd >= FILES || files[fd].type == FTYPE_NONE)
		return NULL;
	return &files[fd];
}

int alloc_fd(unsigned int type)
{
	int fd;

	for (fd = 0; fd < FILES && files[fd].type != FTYPE_NONE; fd++)
		;
	BUG_ON(fd == FILES);
	memset(&files[fd], 0xa5, sizeof(files[fd]));
	files[fd].type = type;
	files[fd].offset = 0;
	return fd;
}

bool select_read_flag(struct file *file)
{
	return file->read;
}

int close(int fd)
{
	struct file *file = get_file_from_fd(fd);

	if (!file)
		return -1;
	if (types[file->type]->close)
		types[file->type]->close(file);
	memset(file, 0, sizeof(*file));
	return 0;
}

int mos_file_read(int fd, void *buf, size_t n)
{
	struct file *file = get_file_from_fd(fd);

	return file ? types[file->type]->read(file, buf, n) : -1;
}

bool mos_file_readable(int fd)
{
	struct file *file = get_file_from_fd(fd);

	return file && types[file->type]->select_rd && types[file->type]->select_rd(file);
}

uint32_t mos_files(void)
{
	uint32_t n = 0;
	int fd;

	for (fd = 0; fd < FILES; fd++)
		n += files[fd].type != FTYPE_NONE;
	return n;
}

void mos_files_end(void)
{
	memset(files, 0, sizeof(files));
	event_queue.first = NULL;
}
