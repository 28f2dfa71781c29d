// SPDX-License-Identifier: BSD-3-Clause
/* Tests of what is compared before pins are gone on with. */
#include "source/pin_settings.h"

#include <errno.h>

#include "source/filter.h"
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
	struct rj_live_config changed[16];
	struct rj_live_config a = config();

	for (size_t i = 0; i < 16; i++)
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
	changed[11].netns = "blue";
	changed[12].limits.with_bytes = 1;
	changed[13].limits.num_records = 60;
	changed[14].limits.no_decap = 1;
	changed[15].limits.no_bidir = 1;
	for (size_t i = 0; i < 16; i++)
		CHECK(*difference(&a, &changed[i]));
}

static struct rj_filter *filter(const char *expression)
{
	struct rj_filter *f = NULL;
	struct rj_error error;

	CHECK_EQ(rj_filter_new(expression, &f, &error), 0);
	return f;
}

/* What is said of pins made with filter @then when @now is asked for; NULL: none. */
static const char *filter_difference(const char *then, const char *now)
{
	struct rj_live_config a = config(), b = config();
	const char *told;

	a.filter = then ? filter(then) : NULL;
	b.filter = now ? filter(now) : NULL;
	told = difference(&a, &b);
	rj_filter_free(a.filter);
	rj_filter_free(b.filter);
	return told;
}

TEST(pin_settings_see_the_filter)
{
	CHECK_STR(filter_difference("udp port 9", "udp port 9"), "");
	CHECK_STR(filter_difference("udp port 9", "udp port 10"),
		  "/pins: its pins were made with --filter udp port 9 and not udp port 10; ask for "
		  "the same, or `rejoice unpin /pins` removes them");
	CHECK_STR(filter_difference("udp port 9", NULL),
		  "/pins: its pins were made with --filter udp port 9; ask for the same, or "
		  "`rejoice unpin /pins` removes them");
	CHECK_STR(filter_difference(NULL, "udp port 9"),
		  "/pins: its pins were made without --filter udp port 9; ask for the same, or "
		  "`rejoice unpin /pins` removes them");
	CHECK(*filter_difference("", NULL));
	CHECK(*filter_difference(NULL, ""));
}

TEST(pin_settings_take_a_filter_of_several_lines)
{
	CHECK_STR(filter_difference("udp\nport 9\n", "udp port 9 "), "");
	CHECK(*filter_difference("udp\nport 9", "udp\nport 10"));
}

/* "ip[0] != N or ip[0] != N or …", @num times, of which the last N is @last. */
static void long_filter(char *out, size_t room, unsigned int num, unsigned int last)
{
	size_t len = 0;

	for (unsigned int i = 1; i < num; i++)
		len += (size_t)snprintf(out + len, room - len, "ip[0] != 100 or ");
	snprintf(out + len, room - len, "ip[0] != %u", last);
}

/* The lengths at which the line changes its form are all met, and where it no longer fits. */
TEST(pin_settings_tell_long_filters_apart)
{
	char a[4096], b[4096];

	for (unsigned int num = 60; num < 240; num++) {
		const char *told;

		long_filter(a, sizeof(a), num, 101);
		long_filter(b, sizeof(b), num, 102);
		CHECK_STR(filter_difference(a, a), "");
		told = filter_difference(a, b);
		CHECK(strstr(told, "made with --filter ip[0] != 100"));
		CHECK(strstr(told, "; ask for the same, or `rejoice unpin /pins` removes them"));
	}
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
	/* or there is no room for the filter behind them */
	a.filter = filter("udp");
	for (uint32_t len = RJ_SETTINGS_LEN - 600; len < RJ_SETTINGS_LEN; len++) {
		size_t used;

		memset(names, 'x', RJ_SETTINGS_LEN);
		names[len] = 0;
		memset(out, 'y', sizeof(out));
		if (rj_pin_settings(&a, out))
			continue;
		used = strnlen(out, sizeof(out));
		CHECK(used < sizeof(out));
		CHECK_STR(out + used - strlen("--filter udp\n"), "--filter udp\n");
	}
	rj_filter_free(a.filter);
}
