/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of cfg.c: connectors in order, limits named, nothing changed by an error. */
#include "expect.h"

#define CAP 16u

static struct displif_connector_cfg connector[CAP];
static struct displif_cfg cfg;

static int add(uint32_t index, const char *resolution, const char *id, struct displif_diag *diag)
{
	char *r = exactly(resolution, strlen(resolution));
	char *u = id ? exactly(id, strlen(id)) : NULL;
	int ret = displif_cfg_add(&cfg, index, r, (uint32_t)strlen(resolution), u,
				  id ? (uint32_t)strlen(id) : 99u, diag);

	free(r);
	free(u);
	return ret;
}

static int setup(void **state)
{
	(void)state;
	memset(connector, 0xa5, sizeof(connector));
	memset(&cfg, 0xa5, sizeof(cfg));
	assert_int_equal(displif_cfg_init(&cfg, connector, CAP), 0);
	return 0;
}

static void init_empties_all(void **state)
{
	static struct displif_connector_cfg many[DISPLIF_MAX_CONNECTORS];
	struct displif_connector_cfg zero = { 0 };
	uint32_t i;

	(void)state;
	assert_ptr_equal(cfg.connector, connector);
	assert_int_equal(cfg.cap, CAP);
	assert_int_equal(cfg.n, 0);
	assert_int_equal(cfg.version, 1);
	assert_false(cfg.be_alloc);
	for (i = 0; i < CAP; i++)
		assert_memory_equal(&connector[i], &zero, sizeof(zero));
	assert_int_equal(displif_cfg_init(&cfg, many, DISPLIF_MAX_CONNECTORS), 0);
	assert_int_equal(displif_cfg_init(&cfg, many, 1), 0);
	assert_int_equal(displif_cfg_init(&cfg, many, 0), DISPLIF_E_INVAL);
	assert_int_equal(displif_cfg_init(&cfg, many, DISPLIF_MAX_CONNECTORS + 1u),
			 DISPLIF_E_INVAL);
	assert_int_equal(displif_cfg_init(&cfg, NULL, 1), DISPLIF_E_INVAL);
}

static void two_connectors(void **state)
{
	struct displif_diag diag = dirty_diag();

	(void)state;
	assert_int_equal(add(0, "1920x1080", "HDMI-A-1", &diag), 0);
	assert_int_equal(add(1, "800x600", NULL, &diag), 0);
	assert_int_equal(displif_cfg_check(&cfg, &diag), 0);
	expect_untouched(&diag);
	assert_int_equal(cfg.n, 2);
	assert_int_equal(connector[0].width, 1920);
	assert_int_equal(connector[0].height, 1080);
	assert_string_equal(connector[0].unique_id, "HDMI-A-1");
	assert_int_equal(connector[1].width, 800);
	assert_int_equal(connector[1].height, 600);
	assert_string_equal(connector[1].unique_id, "");
	assert_int_equal(connector[2].width, 0);
}

static void no_connector(void **state)
{
	struct displif_diag diag = dirty_diag();

	(void)state;
	assert_int_equal(displif_cfg_check(&cfg, &diag), DISPLIF_E_RANGE);
	assert_int_equal(diag.connector, DISPLIF_NO_CONNECTOR);
	expect_line(&diag, "checking the configuration: node 0/resolution: value 0: limit 1: "
			   "value out of range");
	assert_int_equal(displif_cfg_check(&cfg, NULL), DISPLIF_E_RANGE);
}

static void seventeen_connectors_in_sixteen_places(void **state)
{
	struct displif_connector_cfg before[CAP];
	struct displif_diag diag;
	uint32_t i;

	(void)state;
	for (i = 0; i < CAP; i++)
		assert_int_equal(add(i, "640x480", "id", NULL), 0);
	memcpy(before, connector, sizeof(before));
	assert_int_equal(add(CAP, "640x480", "id", &diag), DISPLIF_E_NOSPC);
	assert_int_equal(diag.limit, CAP);
	expect_line(&diag, "connector 16: checking the configuration: node resolution: value 17: "
			   "limit 16: array or buffer too small");
	assert_int_equal(add(CAP, "640x480", "id", NULL), DISPLIF_E_NOSPC);
	assert_int_equal(cfg.n, CAP);
	assert_memory_equal(before, connector, sizeof(before));
	assert_int_equal(displif_cfg_check(&cfg, NULL), 0);
}

static void order_is_kept(void **state)
{
	struct displif_diag diag;

	(void)state;
	assert_int_equal(add(1, "1x1", NULL, &diag), DISPLIF_E_INVAL);
	assert_int_equal(add(0, "1x1", NULL, NULL), 0);
	/* A missing index in the middle, the same again, and the largest. */
	assert_int_equal(add(2, "1x1", NULL, &diag), DISPLIF_E_INVAL);
	expect_line(&diag, "connector 2: checking the configuration: node resolution: value 2: "
			   "limit 1: argument out of range");
	assert_int_equal(add(0, "1x1", NULL, NULL), DISPLIF_E_INVAL);
	assert_int_equal(add(UINT32_MAX, "1x1", NULL, &diag), DISPLIF_E_INVAL);
	assert_int_equal(cfg.n, 1);
	assert_int_equal(connector[1].width, 0);
}

static void bad_texts_change_nothing(void **state)
{
	static const char *const bad[] = { "1920", "0x0", "-1x5", "99999x1",	 " 1x1", "1x1 ",
					   "1X1",  "",	  "x",	  "65536x65536", "1x1\n" };
	struct displif_cfg before;
	struct displif_diag diag;
	char long_id[DISPLIF_UNIQUE_ID + 1u] = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(add(0, "1x1", NULL, NULL), 0);
	before = cfg;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		diag = dirty_diag();
		assert_int_equal(add(1, bad[i], "id", &diag), DISPLIF_E_RANGE);
		assert_int_equal(diag.connector, 1);
		assert_string_equal(diag.node, "resolution");
		assert_int_equal(add(1, bad[i], "id", NULL), DISPLIF_E_RANGE);
	}
	assert_int_equal(add(1, "0x0", "id", &diag), DISPLIF_E_RANGE);
	expect_line(&diag, "connector 1: reading XenStore: node resolution: value \"0x0\": "
			   "limit 32767: value out of range");

	assert_int_equal(add(1, "5x5", "tab\there", &diag), DISPLIF_E_RANGE);
	expect_line(&diag, "connector 1: reading XenStore: node unique-id: value \"tab?here\": "
			   "limit 63: value out of range");
	assert_int_equal(add(1, "5x5", "\x7f", &diag), DISPLIF_E_RANGE);
	assert_int_equal(add(1, "5x5", "caf\xc3\xa9", &diag), DISPLIF_E_RANGE);
	assert_int_equal(displif_cfg_add(&cfg, 1, "5x5", 3, "a\0b", 3, &diag), DISPLIF_E_RANGE);
	assert_int_equal(displif_cfg_add(&cfg, 1, NULL, 0, NULL, 0, &diag), DISPLIF_E_RANGE);
	memset(long_id, 'i', DISPLIF_UNIQUE_ID);
	assert_int_equal(add(1, "5x5", long_id, &diag), DISPLIF_E_RANGE);
	assert_int_equal(diag.limit, DISPLIF_UNIQUE_ID - 1u);
	assert_memory_equal(&before, &cfg, sizeof(cfg));
	assert_int_equal(connector[1].width, 0);
	assert_int_equal(connector[1].unique_id[0], 0);

	/* One byte less fits, and so does nothing. */
	long_id[DISPLIF_UNIQUE_ID - 1u] = 0;
	assert_int_equal(add(1, "5x5", long_id, NULL), 0);
	assert_string_equal(connector[1].unique_id, long_id);
	assert_int_equal(add(2, "5x5", "", NULL), 0);
	assert_string_equal(connector[2].unique_id, "");
	assert_int_equal(add(3, "5x5", " ~!", NULL), 0);
	assert_string_equal(connector[3].unique_id, " ~!");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(init_empties_all, setup),
		cmocka_unit_test_setup(two_connectors, setup),
		cmocka_unit_test_setup(no_connector, setup),
		cmocka_unit_test_setup(seventeen_connectors_in_sixteen_places, setup),
		cmocka_unit_test_setup(order_is_kept, setup),
		cmocka_unit_test_setup(bad_texts_change_nothing, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
