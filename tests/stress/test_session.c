/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A front and a back session, each in a thread of its own, as drivers use them.
 * No timer runs: whatever is not announced by an interrupt or a duty stands
 * still, except for the backend's tick when the event page is full.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "channel.h"
#include "priv.h"

#define REQUESTS 30000u
#define N_FB 4u
#define BIT(chan) (1u << (chan))
#define BOTH (BIT(DISPLIF_CHAN_REQ) | BIT(DISPLIF_CHAN_EVT))

static union {
	uint32_t w[1024];
} ring_page __attribute__((aligned(4096))), evt_page __attribute__((aligned(4096)));

static struct channels chan;
static uint32_t bad[2];

static uint32_t requests(void)
{
	const char *times = getenv("DISPLIF_STRESS");

	return REQUESTS * (times ? (uint32_t)strtoul(times, NULL, 10) : 1u);
}

static uint32_t dice(uint32_t *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16;
}

static void check(enum side side, bool right)
{
	if (!right)
		bad[side]++;
}

/* --- the frontend --- */

static struct displif_front front;
/* What each open token, by number mod 64, is owed. */
#define OPEN 64u
static struct {
	uint64_t fb;
	bool rsp, evt, fails;
} owed[OPEN];
static uint32_t configs;

/* Request @n: first a buffer and its framebuffers, then flips, good and bad, and configurations that carry numbers. */
static struct displif_msg request(uint32_t n, uint32_t *seed)
{
	struct displif_msg m = { 0 };

	m.dbuf = 1;
	m.width = 16;
	m.height = 16;
	if (n == 0) {
		m.op = XENDISPL_OP_DBUF_CREATE;
		m.bpp = 32;
		m.size = 1024;
		m.gref_dir = 1;
	} else if (n <= N_FB) {
		m.op = XENDISPL_OP_FB_ATTACH;
		m.fb = n;
		m.format = 0x34325258; /* XR24 */
	} else if (dice(seed) % 4u) {
		m.op = XENDISPL_OP_PG_FLIP;
		/* A cookie that nobody knows makes a flip fail. */
		m.fb = 1u + dice(seed) % (N_FB + (n >> 9 & 1u));
	} else {
		m.op = XENDISPL_OP_SET_CONFIG;
		m.x = configs;
		m.y = configs * 3u;
		m.width = configs * 5u;
		m.height = configs * 7u;
		m.bpp = configs * 11u;
		configs++;
	}
	return m;
}

static void front_events(uint32_t *open)
{
	struct displif_front_event ev;

	while (displif_front_poll(&front, &ev)) {
		uint32_t i = (uint32_t)ev.token % OPEN;

		check(SIDE_FRONT, owed[i].fb == ev.fb || ev.op != XENDISPL_OP_PG_FLIP);
		if (ev.type == DISPLIF_EV_RSP) {
			check(SIDE_FRONT, owed[i].rsp && (ev.status != 0) == owed[i].fails);
			owed[i].rsp = false;
		} else {
			check(SIDE_FRONT, ev.type == DISPLIF_EV_FLIP && owed[i].evt);
			owed[i].evt = false;
		}
		if (!owed[i].rsp && !owed[i].evt)
			--*open;
	}
}

static void front_submit(uint32_t *sent, uint32_t *open, uint32_t *seed)
{
	struct displif_msg m = request(*sent, seed);
	uint32_t i = 0;

	/* Tokens that live at the same time have different places. */
	while (owed[i].rsp || owed[i].evt)
		i++;
	owed[i].fb = m.fb;
	owed[i].rsp = true;
	owed[i].fails = m.op == XENDISPL_OP_PG_FLIP && m.fb > N_FB;
	owed[i].evt = m.op == XENDISPL_OP_PG_FLIP && !owed[i].fails;
	check(SIDE_FRONT, displif_front_submit(&front, &m, i + OPEN * *sent, 0) == 0);
	++*sent;
	++*open;
}

/* How many requests to submit now. Who has nothing to say for now waits for everything that is open. */
static uint32_t next_burst(uint32_t sent, uint32_t open, uint32_t *seed)
{
	if (sent <= N_FB)
		return !open;
	if (dice(seed) % 3u)
		return 0;
	/* In turns many at a time and one by one. */
	return sent >> 8 & 1u ? dice(seed) % 24u : 1;
}

static void *front_thread(void *arg)
{
	uint32_t sent = 0, open = 0, all = requests(), seed = 1, duty = 0, burst, bits;

	(void)arg;
	while ((sent < all || open) && !bad[SIDE_FRONT]) {
		bits = duty & DISPLIF_DO_POLL ? BOTH : 0;
		burst = next_burst(sent, open, &seed);
		if (!bits && !burst && open) {
			bits = channels_wait(&chan, SIDE_FRONT);
			if (!bits)
				break;
		}
		if (bits & BIT(DISPLIF_CHAN_REQ))
			displif_front_irq(&front, DISPLIF_CHAN_REQ);
		if (bits & BIT(DISPLIF_CHAN_EVT))
			displif_front_irq(&front, DISPLIF_CHAN_EVT);
		front_events(&open);
		for (; burst && sent < all && displif_front_space(&front); burst--)
			front_submit(&sent, &open, &seed);
		duty = displif_front_flush(&front);
		check(SIDE_FRONT, !(duty & DISPLIF_DO_CLOSE));
		if (duty & DISPLIF_DO_NOTIFY_REQ)
			channels_notify(&chan, SIDE_BACK, BIT(DISPLIF_CHAN_REQ));
	}
	channels_end(&chan, false);
	return NULL;
}

/* --- the backend --- */

static struct displif_back back;
static struct displif_guest guest;
static struct displif_dbuf dbufs[1];
static struct displif_fb fbs[N_FB];
static uint64_t pend[40];
/* Requests that are not answered, flips that are not shown. */
static struct {
	uint32_t handle;
	uint64_t fb;
	bool answer, show;
} work[DISPLIF_RING_LEN * 2u];
#define N_WORK (DISPLIF_RING_LEN * 2u)

static uint32_t work_left(void)
{
	uint32_t i, n = 0;

	for (i = 0; i < N_WORK; i++)
		n += work[i].answer || work[i].show;
	return n;
}

static void back_requests(uint32_t *config, uint64_t now)
{
	struct displif_back_req req;
	uint32_t i;

	while (displif_back_poll(&back, &req, now)) {
		if (req.msg.op == XENDISPL_OP_SET_CONFIG) {
			const struct displif_msg *m = &req.msg;
			uint32_t n = (*config)++;

			check(SIDE_BACK, m->x == n && m->y == n * 3u && m->width == n * 5u &&
						 m->height == n * 7u && m->bpp == n * 11u);
		}
		for (i = 0; i < N_WORK && (work[i].answer || work[i].show); i++)
			;
		check(SIDE_BACK, i < N_WORK);
		work[i % N_WORK].handle = req.handle;
		work[i % N_WORK].fb = req.msg.fb;
		work[i % N_WORK].answer = true;
		work[i % N_WORK].show = req.msg.op == XENDISPL_OP_PG_FLIP;
	}
}

/* Some of the work, answers and events in any order. */
static void back_work(uint32_t *seed)
{
	uint32_t i;

	for (i = 0; i < N_WORK; i++) {
		if (work[i].show && dice(seed) % 3u == 0) {
			check(SIDE_BACK, displif_back_flip_done(&back, work[i].fb) == 0);
			work[i].show = false;
		}
		if (work[i].answer && dice(seed) % 3u == 0) {
			check(SIDE_BACK, displif_back_complete(&back, work[i].handle, 0, 0) == 0);
			work[i].answer = false;
		}
	}
}

/* Events wait for room in the page. A front that sleeps has left some: then a tick has to help. */
static bool back_tick(uint64_t now)
{
	bool alone = channels_alone(&chan, SIDE_BACK);

	displif_back_tick(&back, now);
	if (alone && back.evt.prod == back.evt.pub)
		return false;
	sched_yield();
	return true;
}

static void *back_thread(void *arg)
{
	uint32_t config = 0, seed = 2, duty = 0, bits;
	uint64_t now = 0;

	(void)arg;
	while (!bad[SIDE_BACK]) {
		bits = duty & DISPLIF_DO_POLL ? BOTH : 0;
		if (!bits && !work_left() && !back.n_pend) {
			bits = channels_wait(&chan, SIDE_BACK);
			if (!bits)
				break;
		}
		bits |= channels_take(&chan, SIDE_BACK);
		now += 2000;
		if (bits & BIT(DISPLIF_CHAN_REQ))
			displif_back_irq(&back, DISPLIF_CHAN_REQ);
		if (back.n_pend && !back_tick(now)) {
			channels_end(&chan, true);
			break;
		}
		back_requests(&config, now);
		back_work(&seed);
		duty = displif_back_flush(&back);
		check(SIDE_BACK, !(duty & DISPLIF_DO_CLOSE));
		bits = 0;
		if (duty & DISPLIF_DO_NOTIFY_REQ)
			bits |= BIT(DISPLIF_CHAN_REQ);
		if (duty & DISPLIF_DO_NOTIFY_EVT)
			bits |= BIT(DISPLIF_CHAN_EVT);
		if (bits)
			channels_notify(&chan, SIDE_FRONT, bits);
	}
	channels_end(&chan, false);
	return NULL;
}

/* The event page's index starts so that it wraps on the way. */
static void set_up(uint32_t look_ms)
{
	struct displif_front_cfg cfg = { 600000, look_ms, 8, 0 };
	struct displif_quota quota = { 0 };
	uint32_t start = 0u - requests() / 4u;

	memset(bad, 0, sizeof(bad));
	memset(owed, 0, sizeof(owed));
	memset(work, 0, sizeof(work));
	configs = 0;
	channels_init(&chan);
	quota.pages = 1;
	quota.requests_per_irq = 16;
	assert_int_equal(displif_front_init(&front, &cfg, &ring_page, &evt_page), 0);
	evt_page.w[0] = start;
	evt_page.w[1] = start;
	front.evt.cons = start;
	front.evt.seen = start;
	front.confirmed = start;
	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, 1, fbs, N_FB), 0);
	assert_int_equal(
		displif_back_attach(&back, &guest, 0, &ring_page, &evt_page, pend, 40, NULL), 0);
}

static void run(void)
{
	pthread_t thread[2];

	assert_int_equal(pthread_create(&thread[SIDE_FRONT], NULL, front_thread, NULL), 0);
	assert_int_equal(pthread_create(&thread[SIDE_BACK], NULL, back_thread, NULL), 0);
	pthread_join(thread[SIDE_FRONT], NULL);
	pthread_join(thread[SIDE_BACK], NULL);
	if (chan.standstill)
		print_error("both sides wait for each other: ring %u %u %u %u, events %u %u, "
			    "requests taken %u, answers taken %u, events taken %u\n",
			    ring_page.w[0], ring_page.w[1], ring_page.w[2], ring_page.w[3],
			    evt_page.w[0], evt_page.w[1], back.ring.cons, front.ring.cons,
			    front.evt.cons);
	assert_false(chan.standstill);
	assert_int_equal(bad[SIDE_FRONT], 0);
	assert_int_equal(bad[SIDE_BACK], 0);
	assert_int_equal(front.stats.stray + front.stats.lost + front.stats.id_gaps, 0);
	assert_int_equal(front.stats.responses, requests());
	assert_int_equal(front.stats.events, guest.stats.events);
	print_message("%u requests, %u flip events, %u waited for room; notified %u and %u times; "
		      "slept %u and %u times\n",
		      front.stats.requests, guest.stats.events, guest.stats.event_full,
		      front.stats.notified, guest.stats.notified, chan.slept[SIDE_FRONT],
		      chan.slept[SIDE_BACK]);
}

/* Flips' answers ask for no interrupt; nobody looks early, since no timer runs. */
static void quiet_flips(void **state)
{
	(void)state;
	set_up(100);
	run();
}

static void every_answer_announced(void **state)
{
	(void)state;
	set_up(0);
	run();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet_flips),
		cmocka_unit_test(every_answer_announced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
