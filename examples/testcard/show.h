/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What is shown: buffers with the test card, one request after the other until the
 * first frame is up, then page flips, and all of it back again.
 */
#ifndef TC_SHOW_H
#define TC_SHOW_H

#include "device.h"
#include "draw.h"
#include "options.h"

#define TC_SAMPLES 65536u
/* Modes of an EDID that are kept. */
#define TC_MODES 16u
/* "4095x8190i@4000.000" and much more. */
#define TC_MODE_TEXT 64u
/* 8 pages and their directory. */
#define TC_EDID_WORDS 9u
#define TC_EDID_ERROR 256u

struct tc_buffer {
	struct draw_surface surface;
	struct displif_share share;
	uint32_t *gref;
	uint64_t dbuf, fb; /* cookies */
	uint32_t frame;	   /* that it holds */
	bool shared, drawn, created, attached;
};

struct tc_stats {
	uint32_t flips, events, failed, lost;
	uint64_t first_us, last_us; /* submission of the first flip, event of the last */
	uint32_t *sample; /* us from a flip's submission to its event; the first TC_SAMPLES */
	uint32_t samples;
};

/* What is known of the connector's EDID; of the last connection. */
struct tc_edid {
	struct displif_share share; /* what the backend may write to */
	uint32_t gref[TC_EDID_WORDS];
	bool shared;
	bool known;	/* edid and mode are valid; else: error */
	uint64_t until; /* when to wait no longer, DISPLIF_NEVER: not waiting */
	uint32_t size;
	uint8_t data[DISPLIF_EDID_MAX]; /* our own copy */
	struct displif_edid edid;
	struct displif_mode mode[TC_MODES];
	char error[TC_EDID_ERROR];
};

struct tc_show {
	const struct tc_options *opt;
	struct tc_device *dev;
	struct tc_buffer buf[2];
	struct tc_edid edid;
	uint32_t n_bufs;
	uint32_t width, height;
	uint32_t frame;	 /* on the screen, or about to be */
	uint32_t shown;	 /* index of the buffer on the screen */
	uint64_t token;	 /* of the last request */
	uint8_t waiting; /* its operation, 0 if it is answered */
	bool sized;	 /* width, height and n_bufs are decided */
	bool configured;
	bool stopping;		   /* take all down */
	bool leaving;		   /* the device was told to go */
	bool failed;		   /* the exit status is 1 */
	uint64_t sent_ms, sent_us; /* when the last request was sent */
	uint64_t asked_ms;	   /* when the port was asked whether the backend lives */
	uint64_t begin_ms;	   /* of the first flip, for --fps */
	uint64_t hold_until;	   /* DISPLIF_NEVER: not holding */
	uint32_t paced;		   /* flips since begin_ms */
	struct tc_stats stats;
};

extern const struct tc_display_ops tc_show_ops;

/* False: out of memory, printed. */
bool tc_show_init(struct tc_show *show, const struct tc_options *opt, struct tc_device *dev);
/* Ends in an orderly way. A second call: at once. */
void tc_show_stop(struct tc_show *show);
void tc_show_free(struct tc_show *show);

/* buffer.c */
bool tc_backend_allocates(const struct tc_show *s);
/* Decides how large the buffers are and how many: as many as fit into what gntalloc shares. False: not yet. */
bool tc_buffer_plan(struct tc_show *s);
uint32_t tc_buffer_size(const struct tc_show *s);
/* Whether so many buffers and @more pages can be shared besides what is shared now. */
bool tc_buffer_room(const struct tc_show *s, uint32_t buffers, uint32_t more);
/* False: the error was printed. Its pixels are there unless the backend allocates them. */
bool tc_buffer_share(struct tc_show *s, struct tc_buffer *b);
/* The backend made it. False: its memory cannot be mapped, printed. */
bool tc_buffer_created(struct tc_show *s, struct tc_buffer *b);
/* Brings it to the present frame. */
void tc_buffer_draw(struct tc_show *s, struct tc_buffer *b);
void tc_buffer_free(struct tc_show *s, struct tc_buffer *b);

/* request.c: each makes the show wait, or ends the connection. */
void tc_send_create(struct tc_show *s, const struct tc_buffer *b);
/* FB_ATTACH, FB_DETACH, DBUF_DESTROY. */
void tc_send_simple(struct tc_show *s, uint8_t op, const struct tc_buffer *b);
/* @b NULL: switches the display off. */
void tc_send_config(struct tc_show *s, const struct tc_buffer *b);
/* Draws the next frame and flips to it. */
void tc_send_flip(struct tc_show *s);
uint64_t tc_clock_us(void);

/* edid.c. No failure there ends the show or the connection. */
void tc_edid_init(struct tc_show *s);
/* Connected, s->width and s->height are the resolution: shares pages and sends the request. */
void tc_edid_ask(struct tc_show *s);
/* Of GET_EDID: takes what was answered and unshares the pages. */
void tc_edid_event(struct tc_show *s, const struct displif_front_event *ev);
/* Waits no longer if edid.until has come. */
void tc_edid_fire(struct tc_show *s, uint64_t now);
/* Whether the size of the buffers depends on an answer that has not come. */
bool tc_edid_wait(const struct tc_show *s);
/* --edid use: s->width and s->height become the preferred mode's, if a buffer of it can be shared. */
void tc_edid_pick(struct tc_show *s);
/* The connection ended. */
void tc_edid_stop(struct tc_show *s);
/* Unshares the pages. Idempotent. */
void tc_edid_free(struct tc_show *s);
/* "1920x1080@60.000"; an "i" after the height if it is interlaced. */
void tc_edid_mode_text(const struct displif_mode *m, char *text, size_t size);

/* stats.c: writes the figures as JSON to opt->stats_json. False: the error was printed. */
bool tc_stats_write(const struct tc_show *show);

#endif
