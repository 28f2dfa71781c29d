/* SPDX-License-Identifier: BSD-3-Clause */
#include "bpf/policy.h"

#include "bpf/accumulate.h"
#include "flow/limits.h"
#include "tests/unit/unit.h"

#define RING (1ull << 24)

/* As the packet programs read them: eight bytes, the first the most significant. */
static uint64_t first_of(const char *text)
{
	uint64_t word = 0;

	for (unsigned int i = 0; i < RJ_TELLING_BYTES; i++)
		word = word << 8 | (uint8_t)text[i];
	return word;
}

TEST(policy_knows_heads_of_http)
{
	static const char *const heads[] = { "GET / HT", "POST /xx", "HEAD / H", "PUT /xxx",
					     "DELETE /", "OPTIONS ", "PATCH /x", "CONNECT ",
					     "TRACE / ", "HTTP/1.0", "HTTP/1.1" };
	static const char *const others[] = { "GETS / H",
					      "POSTS /x",
					      "HEADER: ",
					      "PUTS /xx",
					      "DELETES ",
					      "OPTIONAL",
					      "PATCHES ",
					      "CONNECTS",
					      "TRACER x",
					      "HTTP/2.0",
					      "HTTPS://",
					      "get / ht",
					      "\x16\x03\x01\x02\x00\x01\x00\x01",
					      "\0\0\0\0\0\0\0" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		CHECK(rj_is_http_head(first_of(heads[i])));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		CHECK(!rj_is_http_head(first_of(others[i])));
	CHECK(!rj_is_http_head(0)); /* shorter than eight bytes */
}

TEST(policy_knows_long_headers_of_quic)
{
	CHECK(rj_is_quic_long(first_of("\xc3\0\0\0\x01\x08xx")));
	CHECK(rj_is_quic_long(first_of("\xd3\x6b\x33\x43\xcf\x08xx")));
	CHECK(rj_is_quic_long(first_of("\xc0\xff\0\0\x1d\x08xx")));
	CHECK(!rj_is_quic_long(first_of("\x43\0\0\0\x01\x08xx"))); /* the short form */
	CHECK(!rj_is_quic_long(first_of("\xc3\0\0\0\x02\x08xx"))); /* of no known version */
	CHECK(!rj_is_quic_long(first_of("\xc3\xff\0\0\x1a\x08xx")));
	CHECK(!rj_is_quic_long(first_of("\xc3\xff\0\0\x23\x08xx")));
}

TEST(policy_knows_records_of_dtls_in_the_clear)
{
	CHECK(rj_is_dtls_clear(first_of("\x16\xfe\xfd\0\0\0\0\0")));
	CHECK(rj_is_dtls_clear(first_of("\x14\xfe\xff\0\0\0\0\7")));
	CHECK(rj_is_dtls_clear(first_of("\x15\x01\x00\0\0\0\0\0")));
	CHECK(!rj_is_dtls_clear(first_of("\x16\xfe\xfd\0\1\0\0\0"))); /* encrypted */
	CHECK(!rj_is_dtls_clear(first_of("\x16\xfe\xfd\1\0\0\0\0")));
	CHECK(!rj_is_dtls_clear(first_of("\x17\xfe\xfd\0\0\0\0\0")));
	CHECK(!rj_is_dtls_clear(first_of("\x13\xfe\xfd\0\0\0\0\0")));
	CHECK(!rj_is_dtls_clear(first_of("\x16\x03\x01\0\0\0\0\0"))); /* TLS */
	CHECK(!rj_is_dtls_clear(first_of("\x16\x01\x01\0\0\0\0\0")));
	CHECK(!rj_is_dtls_clear(0)); /* shorter than eight bytes */
	CHECK(rj_is_handshake(first_of("\x16\xfe\xfd\0\0\0\0\0")));
	CHECK(rj_is_handshake(first_of("\xc3\0\0\0\x01\x08xx")));
	CHECK(!rj_is_handshake(first_of("\x43\0\0\0\x01\x08xx")));
}

TEST(policy_whole_datagrams_are_those_of_names_leases_and_keys)
{
	static const uint16_t whole[] = { 53, 67, 68, 137, 500, 546, 547, 4500, 5353, 5355 };
	unsigned int num = 0;

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
		CHECK(rj_is_whole_port(whole[i]));
	for (unsigned int port = 0; port < 65536; port++)
		num += !!rj_is_whole_port((uint16_t)port);
	CHECK_EQ(num, sizeof(whole) / sizeof(*whole));
}

TEST(policy_first_bytes_may_come_one_at_a_time)
{
	uint32_t bytes = RJ_DEFAULT_SAMPLE_BYTES;

	for (uint32_t len = 1; len <= 1500; len++)
		CHECK(rj_max_sampled(0, len) * len >= bytes);
	CHECK_EQ(rj_max_sampled(0, 1500), RJ_MAX_SAMPLED_PACKETS);
	CHECK_EQ(rj_max_sampled(1, 1500), RJ_MAX_SAMPLED_HEADS);
	CHECK_EQ(rj_max_sampled(1, 1), RJ_MAX_SAMPLED_HEADS);
}

TEST(policy_answered_flows_come_first)
{
	CHECK_EQ(rj_sample_class(0, 0), RJ_CLASS_FIRST);
	CHECK_EQ(rj_sample_class(1, 0), RJ_CLASS_REST);
	CHECK_EQ(rj_sample_class(0, 1), RJ_CLASS_HANDSHAKE);
	CHECK_EQ(rj_sample_class(RJ_HANDSHAKE_PACKETS - 1, 1), RJ_CLASS_HANDSHAKE);
	CHECK_EQ(rj_sample_class(RJ_HANDSHAKE_PACKETS, 1), RJ_CLASS_REST);
}

TEST(policy_each_class_has_its_part_of_the_ring)
{
	CHECK(rj_ring_has_room(RJ_CLASS_REST, RING / 2 - 1, RING));
	CHECK(!rj_ring_has_room(RJ_CLASS_REST, RING / 2, RING));
	CHECK(rj_ring_has_room(RJ_CLASS_FIRST, RING / 8 * 5 - 1, RING));
	CHECK(!rj_ring_has_room(RJ_CLASS_FIRST, RING / 8 * 5, RING));
	CHECK(rj_ring_has_room(RJ_CLASS_HANDSHAKE, RING / 4 * 3 - 1, RING));
	CHECK(!rj_ring_has_room(RJ_CLASS_HANDSHAKE, RING / 4 * 3, RING)); /* cuts and orphans */
}

static uint32_t take_all(struct rj_budget *b, uint64_t now, enum rj_sample_class class)
{
	uint32_t num = 0;

	while (rj_budget_take(b, now, 1024, class, 64))
		num++;
	return num;
}

TEST(policy_budget_keeps_a_part_for_each_better_class)
{
	struct rj_budget b = { 0 };
	uint32_t quarter = RJ_BUDGET_BYTES / 4 / 1024;

	CHECK_EQ(take_all(&b, 1000, RJ_CLASS_REST), 2 * quarter);
	CHECK_EQ(take_all(&b, 1000, RJ_CLASS_FIRST), quarter);
	CHECK_EQ(take_all(&b, 1000, RJ_CLASS_REST), 0);
	CHECK_EQ(take_all(&b, 1000, RJ_CLASS_HANDSHAKE), quarter);
	CHECK_EQ(take_all(&b, 1000, RJ_CLASS_HANDSHAKE), 0);
}

TEST(policy_budget_comes_back_with_time)
{
	struct rj_budget b = { 0 };

	take_all(&b, 1000, RJ_CLASS_HANDSHAKE);
	/* 64 bytes in 1024 ns */
	CHECK_EQ(take_all(&b, 1000 + 15 * 1024, RJ_CLASS_HANDSHAKE), 0);
	CHECK_EQ(take_all(&b, 1000 + 16 * 1024, RJ_CLASS_HANDSHAKE), 1);
	/* a clock of another CPU that is behind gives nothing and takes nothing */
	CHECK_EQ(take_all(&b, 500, RJ_CLASS_HANDSHAKE), 0);
	/* after long it is full, not more */
	CHECK_EQ(take_all(&b, 3600000000000ull, RJ_CLASS_HANDSHAKE), RJ_BUDGET_BYTES / 1024);
}

/* Packets often enough that each brings less than a byte back must not stop time. */
TEST(policy_budget_small_steps_add_up)
{
	struct rj_budget b = { 0 };
	uint64_t now = 1000;
	uint64_t taken = 0;

	take_all(&b, now, RJ_CLASS_HANDSHAKE);
	for (unsigned int i = 0; i < 200000; i++)
		taken += rj_budget_take(&b, now += 8, 64, RJ_CLASS_HANDSHAKE, 64) ? 64u : 0u;
	CHECK(taken >= 90000 && taken <= 1600000 / 1024 * 64);
}

TEST(policy_flows_to_spare_are_unanswered_or_closed)
{
	struct rj_flow f = { .start_ns = 1000 };
	uint64_t second = 1000000000;

	f.half[0].packets = 1;
	f.half[0].last_ns = 1000;
	CHECK(!rj_flow_is_spare(&f, 1000 + 2 * second, 0)); /* the map is not short */
	CHECK(!rj_flow_is_spare(&f, 1000 + second, second));
	CHECK(rj_flow_is_spare(&f, 1001 + second, second));
	f.half[1].packets = 1;
	f.half[1].last_ns = 1500;
	CHECK(!rj_flow_is_spare(&f, 1000 + 2 * second, second)); /* answered */
	f.half[1].tcp_flags = RJ_TCP_RST;
	CHECK(rj_flow_is_spare(&f, 1000 + 2 * second, second));
	CHECK(!rj_flow_is_spare(&f, 1500 + second, second));
}
