/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Stub: Mini-OS's own small library, or with HAVE_LIBC the host's in newlib's place, and files. Without it
 * nothing is declared that Mini-OS lacks: memmove, calloc, strtol, qsort.
 */
#ifndef STUB_LIB_H
#define STUB_LIB_H

#include <stdarg.h>
#include <mini-os/types.h>
#include <xen/xen.h>
#include <xen/event_channel.h>
#include <mini-os/os.h>
#include <mini-os/export.h>

#ifdef HAVE_LIBC
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#else
/* NOLINTBEGIN(readability-redundant-declaration): the host has them, too. */
int memcmp(const void *a, const void *b, size_t n);
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memset(void *dst, int c, size_t n);
char *strcat(char *restrict dst, const char *restrict src);
char *strchr(const char *s, int c);
int strcmp(const char *a, const char *b);
char *strcpy(char *restrict dst, const char *restrict src);
size_t strlen(const char *s);
int strncmp(const char *a, const char *b, size_t n);
char *strncpy(char *restrict dst, const char *restrict src, size_t n);
size_t strnlen(const char *s, size_t n);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *part);
unsigned long strtoul(const char *restrict s, char **restrict end, int base);
int snprintf(char *restrict buf, size_t size, const char *restrict fmt, ...)
	__attribute__((format(printf, 3, 4)));
int sprintf(char *restrict buf, const char *restrict fmt, ...)
	__attribute__((format(printf, 2, 3)));
int sscanf(const char *restrict s, const char *restrict fmt, ...)
	__attribute__((format(scanf, 2, 3)));
int vsnprintf(char *restrict buf, size_t size, const char *restrict fmt, va_list args)
	__attribute__((format(printf, 3, 0)));
/* NOLINTEND(readability-redundant-declaration) */
#endif
/* Counted, and refused where a test says so: mos_lib.c. */
char *strdup(const char *s) __asm__("mos_strdup"); /* NOLINT(readability-redundant-declaration) */

#include <mini-os/console.h>
#include <mini-os/xenbus.h>

#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))

#define ASSERT(x)                                        \
	do {                                             \
		if (!(x))                                \
			mos_bug(#x, __FILE__, __LINE__); \
	} while (0)
#define BUG_ON(x) ASSERT(!(x))

domid_t get_domid(void);

#ifdef HAVE_LIBC
extern struct wait_queue_head event_queue;

#define FTYPE_NONE 0
#define FTYPE_N 5
#define FTYPE_SPARE 16

struct file {
	unsigned int type;
	bool read; /* maybe there is something to read */
	off_t offset;
	union {
		int fd;
		void *dev;
		void *filedata;
	};
};

struct file_ops {
	const char *name;
	int (*read)(struct file *file, void *buf, size_t n);
	int (*write)(struct file *file, const void *buf, size_t n);
	off_t (*lseek)(struct file *file, off_t offset, int whence);
	int (*close)(struct file *file);
	int (*fstat)(struct file *file, struct stat *buf);
	int (*fcntl)(struct file *file, int cmd, va_list args);
	bool (*select_rd)(struct file *file);
	bool (*select_wr)(struct file *file);
};

unsigned int alloc_file_type(const struct file_ops *ops);
struct file *get_file_from_fd(int fd);
int alloc_fd(unsigned int type);
bool select_read_flag(struct file *file);
int close(int fd) __asm__("mos_close");
#endif

#endif
