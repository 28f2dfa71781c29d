/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/merge.h"

#include "bpf/accumulate.h"
#include "tests/unit/unit.h"

#define SEC 1000000000ull
#define MAX_PACKETS 200u

static const struct rj_limits limits = { .idle_ns = 10 * SEC,
					 .active_ns = 30 * SEC,
					 .num_packets = 60,
					 .with_retrans = 1,
					 .with_hist = 1 };

struct piece {
	struct rj_flow flow;
	struct rj_seq seq[RJ_NUM_SIDES];
};

static uint64_t random_state = 7;

static uint32_t random_below(uint32_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % bound;
}

static void feed(struct piece *piece, const struct rj_packet *p, size_t num)
{
	*piece = (struct piece){ 0 };
	if (num)
		rj_flow_start(&piece->flow, p, -1);
	for (; num; num--, p++) {
		struct rj_half *half = &piece->flow.half[p->side];

		if (!rj_seq_reserve_for(&piece->seq[p->side], half, p, limits.num_packets))
			abort();
		rj_flow_add(&piece->flow, half, &piece->flow.hist[p->side], &piece->seq[p->side], p,
			    &limits);
	}
}

static void drop(struct piece *piece)
{
	free(piece->seq[0].splt);
	free(piece->seq[1].splt);
}

/* Packets of a connection in order of time, at whole microseconds: nothing is rounded twice. */
static size_t make_packets(struct rj_packet p[MAX_PACKETS])
{
	size_t num = 2 + random_below(MAX_PACKETS - 2);
	uint64_t now = 1000 * SEC;
	uint32_t seq[2] = { random_below(0x7fffffff) * 2, 0xffffff00 };

	for (size_t i = 0; i < num; i++) {
		unsigned int side = random_below(3) ? 0 : 1;
		uint32_t len = random_below(4) ? random_below(3000) : 0;

		now += random_below(100000) * 1000ull;
		p[i] = (struct rj_packet){
			.time_ns = now,
			.ip_len = len + 40,
			.payload_len = len,
			.tcp_seq = seq[side],
			.ip_id = (uint16_t)random_below(65536),
			.num_segments = 1,
			.side = (uint8_t)side,
			.bits = RJ_PKT_IPV4 | RJ_PKT_TCP,
			.ttl = (uint8_t)random_below(256),
			.tcp_flags = (uint8_t)(i ? RJ_TCP_ACK : RJ_TCP_SYN),
			.tcp_window = (uint16_t)random_below(65536),
		};
		seq[side] += len + !i;
	}
	return num;
}

static void check_same_seq(const struct piece *got, const struct piece *want, unsigned int side)
{
	const struct rj_half *half = &want->flow.half[side];
	uint32_t len = rj_seq_len(&want->seq[side], half);
	uint32_t num_ids = rj_seq_num_ids(&want->seq[side], half);

	CHECK_EQ(rj_seq_len(&got->seq[side], &got->flow.half[side]), len);
	for (uint32_t i = 0; i < len; i++)
		CHECK_EQ(got->seq[side].splt[i], want->seq[side].splt[i]);
	/* the room for ids grows with the sequence; all that both have must be the same */
	for (uint32_t i = 0; i < num_ids; i++)
		if (i < rj_seq_num_ids(&got->seq[side], &got->flow.half[side]))
			CHECK_EQ(rj_seq_id(&got->seq[side], &got->flow.half[side], i),
				 rj_seq_id(&want->seq[side], half, i));
	CHECK(rj_seq_num_ids(&got->seq[side], &got->flow.half[side]) >= num_ids);
}

/* All but the holes, which are not joined: equal byte by byte. */
static void check_same(struct piece *got, struct piece *want)
{
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		memset(got->flow.half[side].hole, 0, sizeof(got->flow.half[side].hole));
		memset(want->flow.half[side].hole, 0, sizeof(want->flow.half[side].hole));
		check_same_seq(got, want, side);
	}
	CHECK(!memcmp(got->flow.half, want->flow.half, sizeof(got->flow.half)));
	CHECK(!memcmp(got->flow.hist, want->flow.hist, sizeof(got->flow.hist)));
	CHECK(!memcmp(&got->flow, &want->flow, offsetof(struct rj_flow, half)));
	CHECK(!memcmp(got->flow.also, want->flow.also, sizeof(got->flow.also)));
}

TEST(merge_of_two_pieces_is_as_if_one_place_had_met_all_packets)
{
	for (unsigned int round = 0; round < 2000; round++) {
		struct rj_packet p[MAX_PACKETS];
		size_t num = make_packets(p), cut = 1 + random_below((uint32_t)num - 1);
		struct piece whole, first, second;

		feed(&whole, p, num);
		feed(&first, p, cut);
		feed(&second, p + cut, num - cut);
		rj_flow_merge((struct rj_piece){ &first.flow, first.seq },
			      &(struct rj_piece){ &second.flow, second.seq }, &limits);
		check_same(&first, &whole);
		drop(&whole);
		drop(&first);
		drop(&second);
	}
}

TEST(merge_of_many_pieces_is_as_if_one_place_had_met_all_packets)
{
	for (unsigned int round = 0; round < 200; round++) {
		struct rj_packet p[MAX_PACKETS];
		size_t num = make_packets(p), done = 1;
		struct piece whole, first;

		feed(&whole, p, num);
		feed(&first, p, 1);
		while (done < num) {
			size_t step = 1 + random_below((uint32_t)(num - done));
			struct piece next;

			feed(&next, p + done, step);
			rj_flow_merge((struct rj_piece){ &first.flow, first.seq },
				      &(struct rj_piece){ &next.flow, next.seq }, &limits);
			drop(&next);
			done += step;
		}
		check_same(&first, &whole);
		drop(&whole);
		drop(&first);
	}
}

static struct piece piece_at(uint64_t time_ns, unsigned int side, uint8_t flags)
{
	struct rj_packet p = { .time_ns = time_ns,
			       .num_segments = 1,
			       .side = (uint8_t)side,
			       .bits = RJ_PKT_TCP,
			       .tcp_flags = flags };
	struct piece piece;

	feed(&piece, &p, 1);
	return piece;
}

TEST(merge_joins_up_to_the_limits_and_not_beyond)
{
	struct piece a = piece_at(5, 0, RJ_TCP_ACK), b = piece_at(5 + 10 * SEC, 1, RJ_TCP_ACK),
		     c = piece_at(6 + 10 * SEC, 1, RJ_TCP_ACK);

	CHECK(rj_flow_joins(&a.flow, &b.flow, &limits));
	CHECK(!rj_flow_joins(&a.flow, &c.flow, &limits));
	b.flow.half[1].last_ns = 5 + 30 * SEC;
	CHECK(rj_flow_joins(&a.flow, &b.flow, &limits));
	b.flow.half[1].last_ns++;
	CHECK(!rj_flow_joins(&a.flow, &b.flow, &limits));
	drop(&a);
	drop(&b);
	drop(&c);
}

TEST(merge_does_not_join_a_new_connection_to_a_closed_one)
{
	struct piece a = piece_at(5, 0, RJ_TCP_RST), syn = piece_at(6, 0, RJ_TCP_SYN),
		     ack = piece_at(6, 0, RJ_TCP_ACK);

	CHECK(!rj_flow_joins(&a.flow, &syn.flow, &limits));
	CHECK(rj_flow_joins(&a.flow, &ack.flow, &limits));
	drop(&a);
	drop(&syn);
	drop(&ack);
}

TEST(merge_takes_the_originator_that_a_syn_tells)
{
	struct piece a = piece_at(5, 0, RJ_TCP_ACK), b = piece_at(6, 0, RJ_TCP_SYN | RJ_TCP_ACK);

	rj_flow_merge((struct rj_piece){ &a.flow, a.seq }, &(struct rj_piece){ &b.flow, b.seq },
		      &limits);
	CHECK_EQ(a.flow.originator, 1);
	CHECK_EQ(a.flow.originator_by, RJ_ORIG_SYN);
	CHECK_EQ(a.flow.half[0].tcp_bits & RJ_TCP_SYN_ACK, RJ_TCP_SYN_ACK);
	drop(&a);
	drop(&b);
}

TEST(merge_lets_the_count_of_bad_headers_saturate)
{
	struct piece a = piece_at(5, 0, RJ_TCP_ACK), b = piece_at(6, 0, RJ_TCP_ACK);

	a.flow.half[0].bad_l4 = 40000;
	b.flow.half[0].bad_l4 = 40000;
	a.flow.lost_samples = 3;
	b.flow.lost_samples = 4;
	rj_flow_merge((struct rj_piece){ &a.flow, a.seq }, &(struct rj_piece){ &b.flow, b.seq },
		      &limits);
	CHECK_EQ(a.flow.half[0].bad_l4, 65535);
	CHECK_EQ(a.flow.lost_samples, 7);
	drop(&a);
	drop(&b);
}

TEST(merge_rounds_times_of_the_second_piece_by_a_microsecond_at_most)
{
	struct rj_packet p[3] = { { .time_ns = 999, .num_segments = 1, .payload_len = 1 },
				  { .time_ns = 1998, .num_segments = 1, .payload_len = 2 },
				  { .time_ns = 3999, .num_segments = 1, .payload_len = 3 } };
	struct piece a, b;

	feed(&a, p, 1);
	feed(&b, p + 1, 2);
	rj_flow_merge((struct rj_piece){ &a.flow, a.seq }, &(struct rj_piece){ &b.flow, b.seq },
		      &limits);
	CHECK_EQ(rj_splt_us(a.seq[0].splt[1]), 0);
	CHECK_EQ(rj_splt_us(a.seq[0].splt[2]), 2); /* of 3 */
	drop(&a);
	drop(&b);
}

TEST(merge_keeps_the_interfaces_of_both_pieces)
{
	struct piece a = piece_at(5, 0, RJ_TCP_ACK), b = piece_at(6, 0, RJ_TCP_ACK);

	a.flow.ifindex = 3;
	a.flow.also[0] = 4;
	b.flow.ifindex = 5;
	b.flow.also[0] = 3;
	b.flow.also[1] = 6;
	b.flow.owner[0] = 5;
	rj_flow_merge((struct rj_piece){ &a.flow, a.seq }, &(struct rj_piece){ &b.flow, b.seq },
		      &limits);
	CHECK_EQ(a.flow.ifindex, 3);
	CHECK_EQ(a.flow.also[0], 4);
	CHECK_EQ(a.flow.also[1], 5);
	CHECK_EQ(a.flow.also[2], 6);
	CHECK_EQ(a.flow.also[3], 0);
	CHECK_EQ(a.flow.owner[0], 5);
	drop(&a);
	drop(&b);
}
