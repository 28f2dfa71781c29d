// SPDX-License-Identifier: BSD-3-Clause
/* Tests of what is compared before pins are gone on with. */
#include "source/pin_settings.h"

#include <errno.h>

#include "source/live.h"
#include "tests/unit/unit.h"

static struct rj_live_config config(void)
{
	return (struct rj_live_config){
		.watch.interfaces = "eth0,lo",
		.watch.mode = RJ_ATTACH_TC,
		.watch.directions = RJ_WATCH_IN | RJ_WATCH_OUT,
		.num_flows = 65536,
		.limits = { .idle_ns = 10000000000,
			    .active_ns = 30000000000,
			    .num_packets = 50,
			    .num_records = 50,
			    .sample_bytes = 8192 },
		.pin = "/pins",
	};
}

/* What is said of pins made for @then when @now is asked for; "" when it is the same. */
static const char *difference(const struct rj_live_config *then, const struct rj_live_config *now)
{
	static struct rj_error error;
	char old[RJ_SETTINGS_LEN], new[RJ_SETTINGS_LEN];
	int err;

	*error.text = 0;
	CHECK_EQ(rj_pin_settings(then, old), 0);
	CHECK_EQ(rj_pin_settings(now, new), 0);
	err = rj_pin_compare_settings(old, new, "/pins", &error);
	CHECK_EQ(err, *error.text ? -EEXIST : 0);
	return error.text;
}

TEST(pin_settings_that_are_the_same)
{
	struct rj_live_config a = config(), b = config();

	CHECK_STR(difference(&a, &b), "");
	/* where it is pinned is no setting of it */
	b.pin = "/other";
	CHECK_STR(difference(&a, &b), "");
}

TEST(pin_settings_name_the_difference)
{
	struct rj_live_config a = config(), b = config();

	b.limits.num_packets = 60;
	CHECK_STR(difference(&a, &b),
		  "/pins: its pins were made with --packets 50 and not 60; ask for the same, or "
		  "`rejoice unpin /pins` removes them");
	CHECK_STR(difference(&b, &a),
		  "/pins: its pins were made with --packets 60 and not 50; ask for the same, or "
		  "`rejoice unpin /pins` removes them");
}

/* Each option that shapes maps, programs or places. */
TEST(pin_settings_see_each_option)
{
	struct rj_live_config changed[15];
	struct rj_live_config a = config();

	for (size_t i = 0; i < 15; i++)
		changed[i] = config();
	changed[0].watch.interfaces = "eth0";
	changed[1].watch.mode = RJ_ATTACH_AUTO;
	changed[2].watch.directions = RJ_WATCH_IN;
	changed[3].num_flows = 65537;
	changed[4].limits.idle_ns = 11000000000;
	changed[5].limits.active_ns = 0;
	changed[6].limits.num_packets = 500;
	changed[7].limits.sample_bytes = 0;
	changed[8].limits.with_zeros = 1;
	changed[9].limits.with_retrans = 1;
	changed[10].limits.with_hist = 1;
	changed[11].watch.netns = "blue";
	changed[12].limits.with_bytes = 1;
	changed[13].limits.num_records = 60;
	changed[14].limits.no_decap = 1;
	for (size_t i = 0; i < 15; i++)
		CHECK(*difference(&a, &changed[i]));
}

TEST(pin_settings_with_more_lines_or_fewer_differ)
{
	struct rj_error error;

	CHECK_EQ(rj_pin_compare_settings("a 1\nb 2\n", "a 1\nb 2\n", "d", &error), 0);
	CHECK_EQ(rj_pin_compare_settings("a 1\n", "a 1\nb 2\n", "d", &error), -EEXIST);
	CHECK_EQ(rj_pin_compare_settings("a 1\nb 2\n", "a 1\n", "d", &error), -EEXIST);
	CHECK_EQ(rj_pin_compare_settings("", "a 1\n", "d", &error), -EEXIST);
	CHECK_EQ(rj_pin_compare_settings("a 1", "a 12", "d", &error), -EEXIST);
}

TEST(pin_settings_that_are_too_long_are_refused)
{
	struct rj_live_config a = config();
	char names[RJ_SETTINGS_LEN + 1];
	char out[RJ_SETTINGS_LEN];

	memset(names, 'x', RJ_SETTINGS_LEN);
	names[RJ_SETTINGS_LEN] = 0;
	a.watch.interfaces = names;
	CHECK_EQ(rj_pin_settings(&a, out), -E2BIG);
}
