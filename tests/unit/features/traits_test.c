/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/traits.h"

#include "tests/unit/unit.h"

static struct rj_blocks blocks;

static const uint8_t bytes[] = "0123456789abcdef";

static struct rj_traits *fed(const struct rj_trait_options *o, const struct rj_packet *p)
{
	struct rj_traits *t = malloc(sizeof(*t));
	const struct rj_seen s = { .packet = p,
				   .payload = bytes + 8,
				   .len = 8,
				   .ip = bytes,
				   .ip_len = 16 };

	if (!t)
		abort();
	memset(t, 0xa5, sizeof(*t));
	rj_traits_init(t);
	CHECK(rj_traits_packet(t, &s, o, &blocks));
	return t;
}

TEST(traits_keep_what_is_asked_for_and_no_more)
{
	const struct rj_packet p = { .bits = RJ_PKT_TCP, .payload_len = 8, .side = 1 };
	const struct rj_trait_options all = { 8, 100, 100, 10, 10 }, none = { 0 };
	struct rj_traits *t = fed(&none, &p);

	CHECK_EQ(blocks.held, 0);
	CHECK_EQ(t->hd[1].num, 0);
	rj_traits_done(t, &blocks);
	free(t);
	t = fed(&all, &p);
	CHECK_EQ(t->hd[1].num, 1);
	CHECK_EQ(t->idp[1].bytes.len, 16);
	CHECK_EQ(t->prefix[1].len, 8);
	CHECK_EQ(t->salt[1].num, 1);
	CHECK_EQ(t->ppi.num[1], 1);
	CHECK_EQ(t->hd[0].num + t->idp[0].bytes.len + t->prefix[0].len + t->salt[0].num, 0);
	/* 16 of idp, one pair of salt, those of the first packets, twice 32 of the prefix */
	CHECK_EQ(blocks.held, 64 + 64 + 384 + 64);
	rj_traits_done(t, &blocks);
	free(t);
	CHECK_EQ(blocks.held, 0);
}

TEST(traits_want_payload_and_tcp_headers)
{
	const struct rj_trait_options headers = { .num_salt = 1 }, payload = { .prefix_len = 1 };
	const struct rj_packet empty = { .bits = RJ_PKT_TCP }, udp = { .payload_len = 1 };
	const struct rj_packet bad = { .bits = RJ_PKT_TCP | RJ_PKT_BAD_L4, .payload_len = 1 };

	CHECK(rj_traits_wants(&headers, &empty));
	CHECK(!rj_traits_wants(&headers, &udp));
	CHECK(!rj_traits_wants(&payload, &empty));
	CHECK(rj_traits_wants(&payload, &udp));
	CHECK(!rj_traits_wants(&headers, &bad) && !rj_traits_wants(&payload, &bad));
}

TEST(traits_of_tcp_that_was_not_read_have_no_first_bytes)
{
	const struct rj_packet p = { .key.proto = RJ_IP_TCP, .payload_len = 8 };
	const struct rj_trait_options o = { .prefix_len = 8 };
	struct rj_traits *t = fed(&o, &p);

	CHECK_EQ(t->prefix[0].len, 0);
	rj_traits_done(t, &blocks);
	free(t);
}
