/* SPDX-License-Identifier: BSD-3-Clause */
/* Expressions: taken, refused, and compiled for the link type in use. */
#include "source/filter.h"

#include <errno.h>
#include <pcap/dlt.h>

#include "tests/unit/bpf/frames.h"

static struct rj_filter *filter(const char *expression)
{
	struct rj_filter *f = NULL;
	struct rj_error error = { { 0 } };

	if (rj_filter_new(expression, &f, &error)) {
		fprintf(stderr, "%s\n", error.text);
		abort();
	}
	return f;
}

static bool matches(struct rj_filter *f, int link_type, const struct frame *frame, size_t len)
{
	struct rj_error error;
	uint8_t *copy = unit_copy(frame->at, len);
	bool is_match;

	CHECK_EQ(rj_filter_use(f, link_type, &error), 0);
	is_match = rj_filter_matches(f, copy, (uint32_t)len, (uint32_t)frame->len);
	free(copy);
	return is_match;
}

static struct frame udp_frame(bool has_link)
{
	struct frame f = { .len = 0 };

	if (has_link)
		put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_UDP, 9, 1, 2);
	put_udp(&f, 5, 6, 9);
	put_u8(&f, 'x');
	return f;
}

TEST(filter_is_compiled_for_each_link_type)
{
	struct rj_filter *f = filter("udp dst port 6");
	struct frame ethernet = udp_frame(true), raw = udp_frame(false);

	CHECK(matches(f, DLT_EN10MB, &ethernet, ethernet.len));
	CHECK(matches(f, DLT_RAW, &raw, raw.len));
	CHECK(!matches(f, DLT_EN10MB, &raw, raw.len));
	CHECK(matches(f, 101, &raw, raw.len)); /* LINKTYPE_RAW */
	CHECK(!matches(f, DLT_RAW, &ethernet, ethernet.len));
	rj_filter_free(f);
}

TEST(filter_does_not_match_what_was_not_captured)
{
	struct rj_filter *f = filter("udp dst port 6");
	struct frame ethernet = udp_frame(true);

	for (size_t len = 0; len < 38; len++)
		CHECK(!matches(f, DLT_EN10MB, &ethernet, len));
	CHECK(matches(f, DLT_EN10MB, &ethernet, 38));
	rj_filter_free(f);
	f = filter("len = 43"); /* on the wire, not captured */
	CHECK(matches(f, DLT_EN10MB, &ethernet, 20));
	rj_filter_free(f);
}

/* libpcap 1.10 takes an AH header's length for where it ends: with 3, it is there again. */
TEST(filter_ends_on_a_header_that_names_itself)
{
	struct rj_filter *f = filter("ip protochain 17");
	struct frame endless = { .len = 0 }, plain = udp_frame(true);

	put_ethernet(&endless, RJ_ETH_IPV4);
	put_ipv4(&endless, RJ_IP_AH, 8, 1, 2);
	put_u8(&endless, RJ_IP_AH);
	put_u8(&endless, 3);
	for (int i = 0; i < 6; i++)
		put_u8(&endless, 0);
	CHECK(!matches(f, DLT_EN10MB, &endless, endless.len));
	CHECK(matches(f, DLT_EN10MB, &plain, plain.len));
	CHECK(!matches(f, DLT_EN10MB, &plain, 20));
	rj_filter_free(f);
}

TEST(filter_follows_a_chain_of_ipv6)
{
	struct rj_filter *f = filter("ip6 protochain 17 and udp[2:2] = 6 or ip6 protochain 6");
	struct frame frame = { .len = 0 };

	put_ethernet(&frame, RJ_ETH_IPV6);
	put_ipv6(&frame, RJ_IP_DSTOPTS, 8 + 8, 1, 2);
	put_u8(&frame, RJ_IP_TCP);
	for (int i = 0; i < 15; i++)
		put_u8(&frame, 0);
	CHECK(matches(f, DLT_EN10MB, &frame, frame.len));
	CHECK(!matches(f, DLT_EN10MB, &frame, 30));
	rj_filter_free(f);
}

TEST(filter_refuses_what_is_none)
{
	static const char *const bad[] = { "tcp port", "no such filter", "ip and arp",
					   "host 1.2.3.4.5", "type mgt" };
	struct rj_filter *f = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct rj_error error = { { 0 } };

		CHECK_EQ(rj_filter_new(bad[i], &f, &error), -EINVAL);
		CHECK(strstr(error.text, "filter \""));
		CHECK(strstr(error.text, bad[i]));
		CHECK(!f);
	}
}

TEST(filter_that_does_not_fit_a_link_type_matches_nothing_there)
{
	struct rj_filter *f = filter("ether src 02:00:00:00:00:01");
	struct frame raw = udp_frame(false), ethernet = udp_frame(true);
	struct rj_error error;
	uint32_t len;

	CHECK_EQ(rj_filter_use(f, DLT_RAW, &error), -EINVAL);
	CHECK(!rj_filter_matches(f, raw.at, (uint32_t)raw.len, (uint32_t)raw.len));
	rj_filter_program(f, &len);
	CHECK_EQ(len, 0);
	CHECK_EQ(rj_filter_use(f, DLT_EN10MB, &error), 0);
	rj_filter_program(f, &len);
	CHECK(len > 1);
	(void)matches(f, DLT_EN10MB, &ethernet, ethernet.len);
	rj_filter_free(f);
}

TEST(filter_asks_nothing_that_is_not_in_the_frame)
{
	struct rj_filter *f = filter("inbound"); /* cooked captures have it */
	struct rj_error error = { { 0 } };

	CHECK_EQ(rj_filter_use(f, DLT_LINUX_SLL, &error), 0);
	CHECK_EQ(rj_filter_use(f, DLT_EN10MB, &error), -EINVAL);
	CHECK(strstr(error.text, "not in the frame"));
	rj_filter_free(f);
}
