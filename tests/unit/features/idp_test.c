/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/idp.h"

#include "tests/unit/unit.h"

static struct rj_blocks blocks;

static const uint8_t ip[] = "the packet from its IP header on";

static struct rj_seen seen_of(const struct rj_packet *p)
{
	return (struct rj_seen){ .packet = p, .ip = ip, .ip_len = 20 };
}

TEST(idp_is_the_first_packet_with_payload)
{
	const struct rj_packet empty = { 0 }, full = { .payload_len = 5 };
	struct rj_seen s = seen_of(&empty);
	struct rj_idp idp = { 0 };

	CHECK(rj_idp_packet(&idp, &s, 1500, &blocks));
	CHECK_EQ(idp.bytes.len, 0);
	s = seen_of(&full);
	CHECK(rj_idp_packet(&idp, &s, 1500, &blocks));
	CHECK_EQ(idp.bytes.len, 20);
	CHECK(!memcmp(idp.bytes.data, ip, 20));
	s.ip = ip + 1;
	CHECK(rj_idp_packet(&idp, &s, 1500, &blocks)); /* the first stands */
	CHECK(!memcmp(idp.bytes.data, ip, 20));
	rj_list_done(&idp.bytes, &blocks);
}

TEST(idp_ends_at_its_limit)
{
	const struct rj_packet p = { .payload_len = 5 };
	struct rj_seen s = seen_of(&p);
	struct rj_idp idp = { 0 };

	CHECK(rj_idp_packet(&idp, &s, 7, &blocks));
	CHECK_EQ(idp.bytes.len, 7);
	rj_list_done(&idp.bytes, &blocks);
}

TEST(idp_of_tcp_follows_the_syn_that_was_seen)
{
	struct rj_packet p = { .bits = RJ_PKT_TCP, .payload_len = 5, .tcp_seq = 1101 };
	struct rj_seen s = seen_of(&p);
	struct rj_idp idp = { 0 };

	s.has_start = true;
	s.start_seq = 1001;
	CHECK(rj_idp_packet(&idp, &s, 7, &blocks)); /* the one before it was not captured yet */
	CHECK_EQ(idp.bytes.len, 0);
	p.tcp_seq = 1001;
	CHECK(rj_idp_packet(&idp, &s, 7, &blocks));
	CHECK_EQ(idp.bytes.len, 7);
	rj_list_done(&idp.bytes, &blocks);

	p.tcp_seq = 1000; /* payload of the SYN itself, RFC 7413 */
	p.tcp_flags = RJ_TCP_SYN;
	CHECK(rj_idp_packet(&idp, &s, 7, &blocks));
	CHECK_EQ(idp.bytes.len, 7);
	rj_list_done(&idp.bytes, &blocks);

	p.tcp_seq = 4711; /* no SYN was seen: any */
	p.tcp_flags = 0;
	s.has_start = false;
	CHECK(rj_idp_packet(&idp, &s, 7, &blocks));
	CHECK_EQ(idp.bytes.len, 7);
	rj_list_done(&idp.bytes, &blocks);
}

TEST(idp_is_no_later_fragment_and_nothing_that_was_not_captured)
{
	struct rj_packet p = { .bits = RJ_PKT_LATER_FRAG, .payload_len = 5 };
	struct rj_seen s = seen_of(&p);
	struct rj_idp idp = { 0 };

	CHECK(rj_idp_packet(&idp, &s, 7, &blocks));
	p.bits = 0;
	s.ip_len = 0;
	CHECK(rj_idp_packet(&idp, &s, 7, &blocks));
	CHECK_EQ(idp.bytes.len, 0);
}
