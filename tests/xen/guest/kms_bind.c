/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Unbind and bind a device of the xen bus through sysfs, for the time from bind to picture. */
#include "kms.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define BUS "/sys/bus/xen"

static bool tell(const char *driver, const char *verb, const char *name)
{
	char path[PATH_MAX];
	size_t len = strlen(name);
	bool ok;
	int fd;

	snprintf(path, sizeof(path), BUS "/drivers/%s/%s", driver, verb);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		cli_error("%s: open: %s", path, strerror(errno));
		return false;
	}
	ok = write(fd, name, len) == (ssize_t)len;
	if (!ok)
		cli_error("%s: write \"%s\": %s", path, name, strerror(errno));
	close(fd);
	return ok;
}

bool kms_rebind(const char *name, uint64_t *start_ns)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *driver;
	ssize_t len;

	snprintf(path, sizeof(path), BUS "/devices/%s/driver", name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0) {
		cli_error("%s: no such device, or no driver has it: %s", path, strerror(errno));
		return false;
	}
	target[len] = '\0';
	driver = strrchr(target, '/');
	driver = driver ? driver + 1 : target;
	if (!tell(driver, "unbind", name))
		return false;
	*start_ns = now_ns();
	return tell(driver, "bind", name);
}
