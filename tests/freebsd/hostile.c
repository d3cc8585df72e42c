/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The loop around an attack, and what hostile-backend calls of Xen's libraries and the system. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"
#include "machine.h"

#define CONNECT_MS 8000u
#define MEET_MS 60000u

static struct fake_dom *dom;
static struct hb hb;
static uint32_t attack_ms;
static bool over;
static uint64_t met;

/* --- libraries --- */

struct xs_handle *xs_open(unsigned long flags)
{
	(void)flags;
	return (struct xs_handle *)dom;
}

void xs_close(struct xs_handle *xs)
{
	(void)xs;
}

bool xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path, const void *data,
	      unsigned int len)
{
	(void)xs;
	return !fake_xs_write(dom, t, path, data, len);
}

bool xs_rm(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
	(void)xs;
	return !fake_xs_rm(dom, t, path);
}

int displif_xen_open(const struct displif_xen_config *config, struct displif_xen **xen)
{
	(void)config;
	*xen = (struct displif_xen *)dom;
	return 0;
}

/* As the end of the program: what it had mapped goes. */
void displif_xen_close(struct displif_xen *xen)
{
	(void)xen;
	fake_dom_exit(dom);
}

struct displif_port displif_xen_port(struct displif_xen *xen)
{
	(void)xen;
	return fake_dom_port(dom);
}

uint64_t displif_loop_clock(void)
{
	return machine_ms();
}

void cli_error(const char *fmt, ...)
{
	(void)fmt;
}

/* usleep() and sleep() by other names: see CMakeLists.txt. */
int usleep(useconds_t us)
{
	machine_sleep(us / 1000u ? us / 1000u : 1);
	return 0;
}

unsigned int sleep(unsigned int s)
{
	machine_sleep(s * 1000u);
	return 0;
}

/* --- the loop --- */

static void look(void)
{
	uint8_t peer = hb_peer(&hb);

	if (peer != DISPLIF_XB_CONNECTED && peer != DISPLIF_XB_INITIALISED)
		hb_drop(&hb);
}

static void attack(void)
{
	uint64_t end = displif_loop_clock() + MEET_MS, looked = 0;

	while (displif_loop_clock() < end) {
		if (!hb.up && !hb_connect(&hb, CONNECT_MS)) {
			hb_state(&hb, DISPLIF_XB_CLOSED);
			machine_sleep(300);
			continue;
		}
		if (!met++)
			end = displif_loop_clock() + attack_ms;
		if (!hb_serve(&hb))
			machine_sleep(1);
		if (hb.attack->idle)
			hb.attack->idle(&hb);
		if (displif_loop_clock() - looked > 50) {
			looked = displif_loop_clock();
			look();
		}
	}
}

static void run(void *arg)
{
	char *frontend;

	(void)arg;
	if (!hb_open(&hb, 1, 0))
		abort();
	attack();
	hb_drop(&hb);
	hb_write(&hb, "versions", "1,2");
	hb_write(&hb, "online", "1");
	frontend = hb.fe_dir;
	hb_write(&hb, "frontend", frontend);
	hb_state(&hb, DISPLIF_XB_CLOSED);
	met = hb.connects;
	hb_close(&hb);
	over = true;
}

void hostile_begin(struct fake_dom *dom0, const struct hb_attack *a, uint32_t ms, uint64_t seed)
{
	memset(&hb, 0, sizeof(hb));
	dom = dom0;
	hb.attack = a;
	hb.random = seed;
	attack_ms = ms;
	over = false;
	met = 0;
	machine_after(0, run, NULL);
}

bool hostile_over(void)
{
	return over;
}

uint64_t hostile_met(void)
{
	return met;
}
