/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Text and memory functions of the kernel, and what it prints. */
#include "fk.h"

#include <sys/sysctl.h>
#include <sys/syslog.h>

#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strcmp
#undef strncmp
#undef strcpy
#undef strchr
#undef bzero

void *memcpy(void *to, const void *from, size_t n)
{
	return host_copy(to, from, n);
}

void *memmove(void *to, const void *from, size_t n)
{
	return host_copy(to, from, n);
}

void *memset(void *p, int c, size_t n)
{
	return host_fill(p, c, n);
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

size_t strlen(const char *s)
{
	const char *at = s;

	while (*at)
		at++;
	return (size_t)(at - s);
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n && *a && *a == *b; n--) {
		a++;
		b++;
	}
	return n ? *(const unsigned char *)a - *(const unsigned char *)b : 0;
}

char *strcpy(char *to, const char *from)
{
	host_copy(to, from, strlen(from) + 1);
	return to;
}

size_t strlcpy(char *to, const char *from, size_t size)
{
	size_t n = strlen(from), m = n < size ? n : size - 1;

	if (size) {
		host_copy(to, from, m);
		to[m] = '\0';
	}
	return n;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++) {
		if (!*s)
			return NULL;
	}
	return __DECONST(char *, s);
}

/* --- printing --- */

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	va_list args;
	int n;

	va_copy(args, ap);
	n = host_format(buf, size, fmt, &args);
	va_end(args);
	return n;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = host_format(buf, size, fmt, &args);
	va_end(args);
	return n;
}

int printf(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	host_print(fmt, &args);
	va_end(args);
	return 0;
}

void log(int level, const char *fmt, ...)
{
	va_list args;

	(void)level;
	va_start(args, fmt);
	host_print(fmt, &args);
	va_end(args);
}

int device_printf(device_t dev, const char *fmt, ...)
{
	va_list args;

	printf("%s: ", device_get_nameunit(dev));
	va_start(args, fmt);
	host_print(fmt, &args);
	va_end(args);
	return 0;
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	host_panic(fmt, &args);
}

uint32_t fk_tell(bool print, uint32_t n, const char *what)
{
	if (n && print)
		printf("left: %u %s\n", n, what);
	return n;
}
