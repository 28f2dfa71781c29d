/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of what is taken for DNS, and of DNS over TCP. */
#include "tests/unit/proto/dns/fixture.h"

static enum rj_probe probe_over(unsigned int over, const char *hex, uint16_t port, bool is_hard)
{
	struct rj_message m = { .over = over, .src_port = 40000, .dst_port = port };
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_probe got = rj_dns.probe(&m, rj_cursor_init(bytes, len, is_hard));

	free(bytes);
	return got;
}

static enum rj_probe probe(const char *hex, uint16_t port, bool is_hard)
{
	return probe_over(RJ_OVER_UDP, hex, port, is_hard);
}

static enum rj_probe probe_tcp(const char *hex, uint16_t port)
{
	return probe_over(RJ_OVER_TCP, hex, port, false);
}

TEST(dns_probe_on_its_ports_takes_malformed_messages)
{
	static const uint16_t ports[] = { 53, 137, 5353, 5355 };

	for (size_t i = 0; i < 4; i++) {
		CHECK_EQ(probe("0001 0000 0001 0000 0000 0000 c00c", ports[i], true), RJ_PROBE_YES);
		CHECK_EQ(probe("0001 0000 0001 0000 0000 00", ports[i], true), RJ_PROBE_NO);
		CHECK_EQ(probe("0001 0000 0001 0000 0000 00", ports[i], false), RJ_PROBE_MORE);
		CHECK_EQ(probe("0001 0040 0001 0000 0000 0000", ports[i], true), RJ_PROBE_NO);
		CHECK_EQ(probe("0001 1800 0001 0000 0000 0000", ports[i], true), RJ_PROBE_NO);
		CHECK_EQ(probe("0001 3800 0001 0000 0000 0000", ports[i], true), RJ_PROBE_NO);
	}
}

TEST(dns_probe_on_other_ports_wants_all_of_an_ordinary_message)
{
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000" QUESTION, 9999, true), RJ_PROBE_YES);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000" QUESTION, 9999, false), RJ_PROBE_YES);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000 01", 9999, false), RJ_PROBE_MORE);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000 01", 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000" QUESTION "00", 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 0100 0002 0000 0000 0000" QUESTION QUESTION, 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000 00 0001 0003", 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000 00 0000 0001", 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 0101 0001 0000 0000 0000" QUESTION, 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 8180 0001 0001 0000 0000" QUESTION "00 0001 0001 00000000 0003 010203",
		       9999, true),
		 RJ_PROBE_NO);
}

TEST(dns_probe_on_its_ports_takes_undefined_flags_of_a_message_that_can_be_read)
{
	CHECK_EQ(probe("0001 0060 0001 0000 0000 0000" QUESTION, 53, true), RJ_PROBE_YES);
	CHECK_EQ(probe("0001 7800 0001 0000 0000 0000" QUESTION, 5355, true), RJ_PROBE_YES);
	CHECK_EQ(probe("0001 0060 0001 0000 0000 0000" QUESTION "00", 53, true), RJ_PROBE_NO);
	CHECK_EQ(probe("7878 7878 7878 7878 7878 7878 7878", 53, true), RJ_PROBE_NO);
}

TEST(dns_probe_of_a_stream_wants_a_length_a_header_and_a_name)
{
	CHECK_EQ(probe_tcp("00", 53), RJ_PROBE_MORE);
	CHECK_EQ(probe_tcp("000b", 53), RJ_PROBE_NO);
	CHECK_EQ(probe_tcp("001d", 53), RJ_PROBE_MORE);
	CHECK_EQ(probe_tcp("001d 0001 0100 0001 0000 0000 0000 07", 53), RJ_PROBE_MORE);
	CHECK_EQ(probe_tcp("001d 0001 0100 0001 0000 0000 0000" QUESTION, 53), RJ_PROBE_YES);
	CHECK_EQ(probe_tcp("0021 0001 0100 0001 0000 0000 0000" QUESTION, 53), RJ_PROBE_YES);
	CHECK_EQ(probe_tcp("001d 0001 0140 0001 0000 0000 0000" QUESTION, 53), RJ_PROBE_NO);
	/* two more records of 11 bytes have no room in 12 */
	CHECK_EQ(probe_tcp("0026 0001 8100 0001 0002 0000 0000" QUESTION, 53), RJ_PROBE_NO);
	CHECK_EQ(probe_tcp("0028 0001 8100 0001 0001 0000 0000" QUESTION, 53), RJ_PROBE_YES);
	CHECK_EQ(probe_tcp("001d 0001 0100 0001 0000 0000 0000 c00c 0001 0001", 53), RJ_PROBE_NO);
	CHECK_EQ(probe_tcp("000c 0001 8105 0000 0000 0000 0000", 53), RJ_PROBE_YES);
}

TEST(dns_probe_of_a_stream_passes_empty_messages)
{
	CHECK_EQ(probe_tcp("0000 001d 0001 0100 0001 0000 0000 0000" QUESTION, 53), RJ_PROBE_YES);
	CHECK_EQ(probe_tcp("0000 0000 0000 0000 001d 0001 0100 0001 0000 0000 0000" QUESTION, 53),
		 RJ_PROBE_YES);
	CHECK_EQ(probe_tcp("0000 0000 0000 00", 53), RJ_PROBE_MORE);
	CHECK_EQ(probe_tcp("0000 0000 0000 0000 0000", 53), RJ_PROBE_NO);
	CHECK_EQ(probe_tcp("0000 001d 0001 0100 0001 0000 0000 0000" QUESTION, 9999), RJ_PROBE_NO);
}

TEST(dns_probe_of_a_stream_on_other_ports_wants_all_of_the_message)
{
	CHECK_EQ(probe_tcp("001d 0001 0100 0001 0000 0000 0000" QUESTION, 9999), RJ_PROBE_YES);
	CHECK_EQ(probe_tcp("001d 0001 0100 0001 0000 0000 0000" QUESTION "0000", 9999),
		 RJ_PROBE_YES);
	CHECK_EQ(probe_tcp("0028 0001 8100 0001 0001 0000 0000" QUESTION, 9999), RJ_PROBE_MORE);
	CHECK_EQ(probe_tcp("0f", 9999), RJ_PROBE_MORE);
	CHECK_EQ(probe_tcp("10", 9999), RJ_PROBE_NO);
	CHECK_EQ(probe_tcp("10", 53), RJ_PROBE_MORE);
	CHECK_EQ(probe_tcp("001e 0001 0100 0001 0000 0000 0000" QUESTION "00", 9999), RJ_PROBE_NO);
	CHECK_EQ(probe_tcp("000c 0001 8105 0000 0000 0000 0000", 9999), RJ_PROBE_NO);
}

/* The first message of @hex; says how many bytes are left behind it. */
static enum rj_status feed_stream(struct fixture *f, const char *hex, bool is_hard,
				  size_t *ret_left)
{
	struct rj_message m = { .over = RJ_OVER_TCP, .src_port = 40000, .dst_port = 53 };
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, is_hard);
	enum rj_status st;

	m.arena = &f->arena;
	st = rj_dns.parse(f->state, &m, &c);
	*ret_left = c.left;
	free(bytes);
	return st;
}

TEST(dns_of_a_stream_is_read_message_by_message)
{
	struct fixture f;
	size_t left;

	begin(&f, 53);
	CHECK_EQ(feed_stream(&f, "000c 0001 0000 0000 0000 0000 0000 000c 00", false, &left),
		 RJ_OK);
	CHECK_EQ(left, 3);
	CHECK_EQ(feed_stream(&f, "000c 00", false, &left), RJ_TRUNCATED);
	CHECK_EQ(left, 3);
	CHECK_EQ(feed_stream(&f, "000c 00", true, &left), RJ_MALFORMED);
	CHECK_EQ(feed_stream(&f, "000b 0000000000000000000000", false, &left), RJ_MALFORMED);
	/* a message that says less than it counts is all there is of it */
	CHECK_EQ(feed_stream(&f, "000c 0002 0000 0001 0000 0000 0000", false, &left), RJ_OK);
	CHECK_EQ(left, 0);
	end(&f, "[{\"id\":1,\"flags\":[]},{\"id\":2,\"flags\":[],\"malformed\":true}]");
}

TEST(dns_empty_messages_of_a_stream_are_passed)
{
	struct fixture f;
	size_t left;

	begin(&f, 53);
	CHECK_EQ(feed_stream(&f, "0000 000c", false, &left), RJ_OK);
	CHECK_EQ(left, 2);
	CHECK_EQ(feed_stream(&f, "000c 0001 0000 0000 0000 0000 0000 0000", false, &left), RJ_OK);
	CHECK_EQ(left, 2);
	CHECK_EQ(feed_stream(&f, "0000", true, &left), RJ_OK);
	CHECK_EQ(feed_stream(&f, "0001 00", false, &left), RJ_MALFORMED);
	end(&f, "[{\"id\":1,\"flags\":[]}]");
}

TEST(dns_every_prefix_of_a_stream_is_truncated)
{
	static const char hex[] = "001d 0001 0100 0001 0000 0000 0000" QUESTION;
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct fixture f;

	begin(&f, 53);
	f.over = RJ_OVER_TCP;
	for (size_t i = 0; i < len; i++) {
		CHECK_EQ(feed(&f, bytes, i, 0, false, false), RJ_TRUNCATED);
		CHECK_EQ(feed(&f, bytes, i, 0, true, false), RJ_MALFORMED);
	}
	CHECK_EQ(feed(&f, bytes, len, 0, false, false), RJ_OK);
	end(&f, NULL);
	free(bytes);
}
