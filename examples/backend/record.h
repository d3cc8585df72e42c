/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Writes down what the two ends say to each other, for tests that play it again: the bytes of both
 * shared pages as they lay there, and the states.
 *
 * One line for each thing, in the order of its happening. D is a device by order of its appearance, C a
 * connector, I a free-running index; messages are eight words of eight bytes, in the order of memory:
 *
 *  device D domain N number N connectors N
 *  state D own S, state D peer S       written by us; read of the frontend
 *  bind D pages N pages_per_s N requests_per_irq N be_alloc N flips N        a connection, and its quota
 *  pages D C ring REQ_PROD REQ_EVENT RSP_PROD RSP_EVENT events IN_CONS IN_PROD    as they were found then
 *  take D C WHY req_prod I             requests that were taken together, each follows as
 *  req D C I MESSAGE
 *  done D C COOKIE                     a framebuffer is on the screen
 *  send D C rsp_event I in_cons I      what the frontend had written before we answered, each answer follows as
 *  rsp D C I MESSAGE, evt D C I MESSAGE
 *  sent D C rsp_prod I req_event I in_prod I notify WHAT    what we have written; none, req, evt or both
 *  end D                               the connection is over
 *
 * All functions but the first two do nothing for a host without a recording.
 */
#ifndef BE_RECORD_H
#define BE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

struct be_conn;
struct be_guest;
struct be_record;
struct be_tape;
struct displif_quota;

/* NULL, told, if the file cannot be written. */
struct be_record *be_record_open(const char *path);
/* False, told, if something could not be written. @record NULL is allowed. */
bool be_record_close(struct be_record *record);

/* A device was seen first. Its number is kept in the guest. */
void be_record_device(struct be_guest *g);
/* @own: our state, else the frontend's. */
void be_record_state(const struct be_guest *g, bool own, uint32_t state);
/* The connection began, no request has been looked at; and ended. */
void be_record_bind(struct be_guest *g, const struct displif_quota *quota, uint32_t flips);
void be_record_end(struct be_guest *g);
/* Frees what was kept for a guest. */
void be_record_free(struct be_guest *g);

/* The session has looked into the pages and will now hand out; @why is one word. */
void be_record_look(struct be_conn *c, const char *why);
/* It has handed out or answered @n requests. */
void be_record_took(struct be_conn *c, uint32_t n);
/* displif_back_flip_done() is next. */
void be_record_done(struct be_conn *c, uint64_t fb);
/* Before and after displif_back_flush(), which has returned @duty. */
void be_record_send(struct be_conn *c);
void be_record_sent(struct be_conn *c, uint32_t duty);

#endif
