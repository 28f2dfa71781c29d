/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/salt.h"

#include "bpf/wire.h"
#include "tests/unit/unit.h"

static struct rj_blocks blocks;

static void add(struct rj_salt *salt, uint8_t bits, uint32_t seq, uint32_t ack, uint32_t limit)
{
	const struct rj_packet p = { .bits = bits, .tcp_seq = seq, .tcp_ack = ack };
	const struct rj_seen s = { .packet = &p };

	CHECK(rj_salt_packet(salt, &s, limit, &blocks));
}

TEST(salt_keeps_numbers_in_order_up_to_the_limit)
{
	struct rj_salt salt = { 0 };

	for (uint32_t i = 0; i < 300; i++)
		add(&salt, RJ_PKT_TCP, 4294967290u + i, i * 7, 200);
	CHECK_EQ(salt.num, 200);
	CHECK_EQ(rj_salt_at(&salt, 0).seq, 4294967290u);
	CHECK_EQ(rj_salt_at(&salt, 6).seq, 0);
	CHECK_EQ(rj_salt_at(&salt, 199).seq, 193); /* 2^32 - 6 + 199 */
	CHECK_EQ(rj_salt_at(&salt, 199).ack, 1393);
	rj_list_done(&salt.pairs, &blocks);
}

TEST(salt_is_of_packets_with_a_tcp_header)
{
	struct rj_salt salt = { 0 };

	add(&salt, 0, 1, 1, 9);
	add(&salt, RJ_PKT_TCP | RJ_PKT_LATER_FRAG | RJ_PKT_JOINED_FRAG, 1, 1, 9);
	CHECK_EQ(salt.num, 0);
	CHECK(!salt.pairs.data);
}
