/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A program for FreeBSD: draws the test card on one connector of /dev/displif0 and flips two buffers. */
#include <sys/types.h>
#include <sys/event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <displif/displif_ioctl.h>

#include "draw.h"

struct buffer {
	struct displif_create made;
	struct draw_surface surface;
	uint32_t frame;
	bool drawn;
};

static const char *device = "/dev/displif0";
static uint32_t connector, flips = 100, seed = 7;
static unsigned int hold;

static void usage(void)
{
	fprintf(stderr,
		"usage: freebsd-testcard [-c connector] [-d device] [-n flips] [-s seed] [-t seconds]\n");
	exit(2);
}

static uint32_t number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n > UINT32_MAX)
		errx(2, "'%s' is no number", text);
	return (uint32_t)n;
}

static void options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:d:n:s:t:")) != -1) {
		switch (c) {
		case 'c':
			connector = number(optarg);
			break;
		case 'd':
			device = optarg;
			break;
		case 'n':
			flips = number(optarg);
			break;
		case 's':
			seed = number(optarg);
			break;
		case 't':
			hold = number(optarg);
			break;
		default:
			usage();
		}
	}
	if (optind != argc)
		usage();
}

/* The preferred mode, or the first. */
static struct displif_mode_info pick_mode(int fd)
{
	struct displif_connector_info info = { .index = connector };
	uint32_t i;

	if (ioctl(fd, DISPLIF_IOC_CONNECTOR, &info))
		err(1, "%s: connector %u", device, connector);
	printf("connector %u: '%s', monitor '%s', %u modes\n", connector, info.unique_id,
	       info.monitor, info.n_modes);
	for (i = 0; i < info.n_modes; i++)
		if (info.mode[i].flags & DISPLIF_MODE_INFO_PREFERRED)
			return info.mode[i];
	return info.mode[0];
}

static void make(int fd, struct buffer *b, const struct displif_mode_info *mode)
{
	b->made = (struct displif_create){ .width = mode->width,
					   .height = mode->height,
					   .fourcc = DISPLIF_XRGB8888 };
	if (ioctl(fd, DISPLIF_IOC_CREATE, &b->made))
		err(1, "%s: a buffer of %ux%u", device, mode->width, mode->height);
	b->surface = (struct draw_surface){ .width = mode->width,
					    .height = mode->height,
					    .stride = b->made.stride,
					    .fourcc = DRAW_XRGB8888 };
	b->surface.pixels = mmap(NULL, b->made.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				 (off_t)b->made.offset);
	if (b->surface.pixels == MAP_FAILED)
		err(1, "%s: mapping a buffer of %u bytes", device, b->made.size);
}

static void draw(struct buffer *b, uint32_t frame)
{
	if (b->drawn)
		draw_move(&b->surface, seed, b->frame, frame);
	else
		draw_card(&b->surface, seed, frame);
	b->drawn = true;
	b->frame = frame;
}

/* Waits for the end of a flip by kqueue(2). */
static void await(int fd, int queue)
{
	struct displif_event event;
	struct kevent ready;

	if (kevent(queue, NULL, 0, &ready, 1, NULL) != 1)
		err(1, "kevent");
	if (read(fd, &event, sizeof(event)) != (ssize_t)sizeof(event))
		err(1, "%s: reading an event", device);
	if (event.error)
		errx(1, "flip %ju: %s", (uintmax_t)event.user, strerror(event.error));
}

int main(int argc, char **argv)
{
	struct displif_show show = { 0 };
	struct displif_mode_info mode;
	struct buffer buf[2] = { 0 };
	struct timespec begin, end;
	struct kevent want;
	double seconds;
	int fd, queue;
	uint32_t i;

	options(argc, argv);
	fd = open(device, O_RDWR);
	if (fd < 0)
		err(1, "%s", device);
	queue = kqueue();
	EV_SET(&want, fd, EVFILT_READ, EV_ADD, 0, 0, NULL);
	if (queue < 0 || kevent(queue, &want, 1, NULL, 0, NULL))
		err(1, "kqueue");
	mode = pick_mode(fd);
	for (i = 0; i < 2; i++)
		make(fd, &buf[i], &mode);
	draw(&buf[0], 0);
	show.connector = connector;
	show.handle = buf[0].made.handle;
	if (ioctl(fd, DISPLIF_IOC_SHOW, &show))
		err(1, "%s: showing %ux%u", device, mode.width, mode.height);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (i = 1; i <= flips; i++) {
		struct displif_flip flip = { .connector = connector,
					     .handle = buf[i % 2].made.handle,
					     .user = i };

		draw(&buf[i % 2], i);
		if (ioctl(fd, DISPLIF_IOC_FLIP, &flip))
			err(1, "%s: flip %u", device, i);
		await(fd, queue);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
	printf("shown_frame=%u, %.1f flips/s\n", flips, seconds > 0 ? flips / seconds : 0);
	fflush(stdout);
	sleep(hold);
	return 0;
}
