/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A file descriptor for newlib's select() and read(). */
#include "displfront_priv.h"

#ifdef HAVE_LIBC

void displfront_fd_ready(struct displfront_dev *dev, bool ready)
{
	struct file *file = get_file_from_fd(dev->fd);

	if (!file)
		return;
	file->read = ready;
	/* What select() waits for. */
	if (ready)
		wake_up(&event_queue);
}

/* FTYPE_SPARE came with alloc_file_type(). */
#ifdef FTYPE_SPARE

static int fd_read(struct file *file, void *buf, size_t bytes)
{
	struct displfront_dev *dev = file->dev;
	int n = 0;

	if (dev)
		n = displfront_receive(dev, buf, (int)(bytes / sizeof(struct displfront_event)));
	if (n <= 0) {
		errno = EAGAIN;
		return -1;
	}
	return n * (int)sizeof(struct displfront_event);
}

static int fd_close(struct file *file)
{
	struct displfront_dev *dev = file->dev;

	if (dev)
		dev->fd = -1;
	return 0;
}

static const struct file_ops fd_ops = {
	.name = "displ",
	.read = fd_read,
	.close = fd_close,
	.select_rd = select_read_flag,
};

int displfront_open(struct displfront_dev *dev)
{
	static unsigned int type;
	struct file *file;

	if (!type)
		type = alloc_file_type(&fd_ops);
	if (dev->fd >= 0)
		return dev->fd;
	dev->fd = alloc_fd(type);
	file = get_file_from_fd(dev->fd);
	file->dev = dev;
	file->read = displfront_pending(dev);
	return dev->fd;
}

void displfront_fd_end(struct displfront_dev *dev)
{
	if (dev->fd >= 0)
		close(dev->fd);
}

#else

int displfront_open(struct displfront_dev *dev)
{
	(void)dev;
	errno = ENOSYS;
	return -1;
}

void displfront_fd_end(struct displfront_dev *dev)
{
	(void)dev;
}

#endif
EXPORT_SYMBOL(displfront_open);

#endif
