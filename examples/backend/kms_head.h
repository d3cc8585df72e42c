/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* One guest's connector on a screen of ours: its buffers, and how a picture gets on the CRTC. */
#ifndef BE_KMS_HEAD_H
#define BE_KMS_HEAD_H

#include "kms_dev.h"
#include "pace.h"

struct kms_head {
	struct be_head base;
	struct kms_head *next;
	struct kms_dev *dev;
	struct kms_screen *screen; /* NULL: none was free */
	int mode;		   /* index of the screen's mode */
	struct kms_buf buf[2];	   /* the second is empty if we do without page flips */
	uint32_t front;		   /* the one that is shown */
	bool on;		   /* between show() and blank() */
	bool lit;		   /* our buffer is on the CRTC */
	struct be_place place;	   /* of the last show() */
	struct be_frame *config;   /* a show() that waits for the flip under way */
	uint64_t pending_fb;	   /* whom that flip belongs to; 0: nobody */
	uint64_t pending_since;
	struct be_flipq queue;
	struct be_pace pace;
};

/* Buffers of the mode's size in a format that suits the guest's. False without memory (told). */
bool kms_head_bufs(struct kms_head *h, uint32_t guest_format);
void kms_head_free_bufs(struct kms_head *h);

/*
 * Brings @frame to the screen. If a flip is under way then (screen->pending), its event completes
 * @fb. True if the driver took the picture at once: it needs no pace of ours.
 */
bool kms_head_present(struct kms_head *h, struct be_frame *frame, uint64_t fb, uint64_t now);
/* Switches the screen off, if we had it on. */
void kms_head_off(struct kms_head *h);

#endif
