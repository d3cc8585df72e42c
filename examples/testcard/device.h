/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The frontend device: its state machine, configuration, rings and sessions. It knows
 * nothing of pictures; the display hangs on it through a few callbacks.
 */
#ifndef TC_DEVICE_H
#define TC_DEVICE_H

#include <displif-xen.h>
#include <displif/libdisplif.h>

/* What the device tells the display. @arg: struct tc_device.user. */
struct tc_display_ops {
	/* Connected, channels are open: begin. */
	void (*start)(void *arg);
	/* The sessions are dead: nothing more may be sent. Buffers are still shared. */
	void (*stop)(void *arg);
	/* Give back the buffers. */
	void (*release)(void *arg);
	/* An answer, flip or loss on connector @index. */
	void (*event)(void *arg, uint32_t index, const struct displif_front_event *ev);
	/* After all events that were there: requests may be sent. */
	void (*settled)(void *arg);
	/* Called at the latest at the time that deadline() gives. */
	uint64_t (*deadline)(void *arg);
	void (*fire)(void *arg, uint64_t now);
	/* Final: nothing more will come. @why: a message, or NULL if it was asked for. */
	void (*gone)(void *arg, const char *why);
};

struct tc_device;

/* What a channel's event is for. */
struct tc_tag {
	uint32_t index;
	enum displif_chan chan;
};

struct tc_device {
	struct displif_xen *xen;
	struct displif_loop *loop;
	struct displif_port port;
	const struct tc_display_ops *ops;
	void *user;

	struct displif_fdev fdev;
	uint16_t backend;
	char dir[DISPLIF_XS_PATH], backend_dir[DISPLIF_XS_PATH];
	struct displif_cfg cfg;
	struct displif_connector_cfg connector[DISPLIF_MAX_CONNECTORS];
	uint32_t n; /* connectors published */
	struct displif_link *link;
	struct displif_front *front;
	struct tc_tag *tag;
	void **tag_ptr;
	struct displif_xen_watch *watch;
	struct displif_loop_timer timer;
	uint64_t retry_at;     /* when to try again what XenStore refused, or DISPLIF_NEVER */
	int8_t unwritten;      /* state to write then, or -1 */
	bool unread;	       /* the backend's state is to be read then */
	uint64_t lonely_since; /* without a connection since then */
	uint32_t wait_ms;      /* for how long that may last; 0: for ever */
	uint32_t connects;
	bool started; /* between START and STOP */
	bool again;   /* work is left in a page */
	bool broken;  /* a session died, to be fed */
	bool leave;   /* REMOVE is to be fed */
	bool removed;
	bool ended;
	bool verbose;
};

/*
 * Finds @device of this guest, checks that its backend is @backend (unless TC_NO_BACKEND) and that no kernel
 * driver has it, and begins. The caller set xen, loop, port, ops, user, wait_ms, verbose.
 * False: the error was printed, and nothing is left to be closed.
 */
bool tc_device_open(struct tc_device *dev, uint32_t device, uint32_t backend);
/* Leaves in an orderly way; ops.gone comes when that is done. */
void tc_device_remove(struct tc_device *dev);
/* The backend is found dead: ends this connection and waits for the next. */
void tc_device_break(struct tc_device *dev);
/* Frees everything, connected or not. */
void tc_device_close(struct tc_device *dev);

/* Stages a request; false: the error was printed. To be followed by tc_device_flush(), except in ops.start, ops.settled and ops.fire. Not in ops.event. */
bool tc_device_submit(struct tc_device *dev, uint32_t index, const struct displif_msg *msg,
		      uint64_t token);
void tc_device_flush(struct tc_device *dev);
/* Whether the backend can still be reached, as far as that can be told. */
bool tc_device_alive(struct tc_device *dev);

/* device_state.c: one step of the state machine, its actions, and the inputs that they cause. */
void tc_device_feed(struct tc_device *dev, enum displif_in in, uint32_t arg);
/* The backend's state changed, perhaps: reads it and feeds it. */
void tc_device_look(struct tc_device *dev);
/* dev->retry_at has come. */
void tc_device_retry(struct tc_device *dev);

/* For displif_xen_config. @arg: struct tc_device. */
bool tc_device_event(void *arg, void *tag);
void tc_device_watch(void *arg, void *tag, const char *path);

#endif
