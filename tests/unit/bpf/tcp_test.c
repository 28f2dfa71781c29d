/* SPDX-License-Identifier: BSD-3-Clause */
#include "bpf/tcp.h"

#include "tests/unit/unit.h"

#define SYN RJ_TCP_SYN
#define FIN RJ_TCP_FIN
#define ACK RJ_TCP_ACK

/* The starts of sequence space that every order is tried at: also just before it comes round. */
static const uint32_t bases[] = { 0, 1000, 0x7ffffff0, 0x80000000, 0xffffff00, 0xffffffff };

#define EACH_BASE(base) for (size_t b_ = 0; b_ < 6 && ((base) = bases[b_], true); b_++)

/* struct side - a half and its rest. */
struct side {
	struct rj_half half;
	struct rj_rest rest;
};

static enum rj_tcp_order add(struct side *s, uint32_t seq, uint32_t len, uint8_t flags)
{
	struct rj_packet p = { .tcp_seq = seq,
			       .payload_len = len,
			       .tcp_flags = flags,
			       .num_segments = 1 };
	uint32_t ooo = s->rest.ooo;

	if (rj_tcp_add(&s->half, &s->rest, &p))
		return RJ_TCP_RETRANS;
	return s->rest.ooo == ooo ? RJ_TCP_IN_ORDER : RJ_TCP_OOO;
}

/* A super-packet of @num segments of 1000 bytes, the last @last. How many were sent again. */
static uint32_t add_super(struct side *s, uint32_t seq, uint16_t num, uint32_t last)
{
	struct rj_packet p = { .tcp_seq = seq,
			       .payload_len = (num - 1u) * 1000 + last,
			       .segment_len = 1000,
			       .num_segments = num };

	return rj_tcp_add(&s->half, &s->rest, &p);
}

TEST(tcp_order_of_sequence_space_comes_round)
{
	CHECK(rj_seq_before(0, 1));
	CHECK(!rj_seq_before(1, 0));
	CHECK(!rj_seq_before(5, 5));
	CHECK(rj_seq_before(0xffffffff, 0));
	CHECK(!rj_seq_before(0, 0xffffffff));
	CHECK(rj_seq_before(0x80000001, 0));
	CHECK(rj_seq_before(0, 0x7fffffff));
}

TEST(tcp_contiguous_segments_are_in_order)
{
	uint32_t base;

	EACH_BASE(base)
	{
		struct side h = { 0 };

		CHECK_EQ(add(&h, base, 0, SYN), RJ_TCP_IN_ORDER);
		CHECK_EQ(add(&h, base + 1, 0, ACK), RJ_TCP_IN_ORDER);
		CHECK_EQ(add(&h, base + 1, 100, ACK), RJ_TCP_IN_ORDER);
		CHECK_EQ(add(&h, base + 101, 1, ACK), RJ_TCP_IN_ORDER);
		CHECK_EQ(add(&h, base + 102, 0, ACK), RJ_TCP_IN_ORDER);
		CHECK_EQ(add(&h, base + 102, 0, FIN | ACK), RJ_TCP_IN_ORDER);
		CHECK_EQ(add(&h, base + 103, 0, ACK), RJ_TCP_IN_ORDER);
		CHECK_EQ(h.rest.retrans + h.rest.ooo, 0);
		CHECK_EQ(h.rest.low_seq, base);
		CHECK_EQ(h.half.next_seq, base + 103);
		CHECK_EQ(h.half.tcp_flags, SYN | FIN | ACK);
	}
}

TEST(tcp_same_segment_again_is_a_retransmission)
{
	uint32_t base;

	EACH_BASE(base)
	{
		struct side h = { 0 };

		add(&h, base, 100, ACK);
		add(&h, base + 100, 100, ACK);
		CHECK_EQ(add(&h, base, 100, ACK), RJ_TCP_RETRANS);
		CHECK_EQ(add(&h, base + 100, 100, ACK), RJ_TCP_RETRANS);
		CHECK_EQ(add(&h, base + 199, 1, ACK), RJ_TCP_RETRANS);
		CHECK_EQ(h.rest.retrans, 3);
		CHECK_EQ(h.rest.ooo, 0);
		CHECK_EQ(h.half.next_seq, base + 200);
	}
}

TEST(tcp_syn_and_fin_again_are_retransmissions)
{
	uint32_t base;

	EACH_BASE(base)
	{
		struct side h = { 0 };

		add(&h, base, 0, SYN);
		CHECK_EQ(add(&h, base, 0, SYN), RJ_TCP_RETRANS);
		add(&h, base + 1, 10, ACK);
		add(&h, base + 11, 0, FIN | ACK);
		CHECK_EQ(add(&h, base + 11, 0, FIN | ACK), RJ_TCP_RETRANS);
		CHECK_EQ(h.rest.retrans, 2);
	}
}

TEST(tcp_fin_of_a_fragment_is_behind_the_fragments_to_come)
{
	struct rj_packet first = { .tcp_seq = 100,
				   .payload_len = 1000,
				   .tcp_flags = FIN | ACK,
				   .bits = RJ_PKT_TCP | RJ_PKT_FIRST_FRAG,
				   .num_segments = 1 };
	struct side h = { 0 };

	add(&h, 99, 0, SYN);
	CHECK(rj_tcp_is_plain(&h.half, &first));
	CHECK_EQ(rj_tcp_add(&h.half, &h.rest, &first), 0);
	CHECK_EQ(add(&h, 1100, 500, 0), RJ_TCP_IN_ORDER);
	CHECK_EQ(h.half.next_seq, 1600);
	CHECK_EQ(h.half.tcp_flags & FIN, FIN);
}

TEST(tcp_partial_overlap_is_a_retransmission_and_moves_the_end)
{
	uint32_t base;

	EACH_BASE(base)
	{
		struct side h = { 0 };

		add(&h, base, 100, ACK);
		CHECK_EQ(add(&h, base + 50, 100, ACK), RJ_TCP_RETRANS);
		CHECK_EQ(h.half.next_seq, base + 150);
		CHECK_EQ(add(&h, base + 150, 1, ACK), RJ_TCP_IN_ORDER);
		CHECK_EQ(add(&h, base - 10, 20, ACK), RJ_TCP_RETRANS);
		CHECK_EQ(h.rest.low_seq, base - 10);
	}
}

TEST(tcp_keep_alive_without_a_byte_is_in_order_and_with_one_a_retransmission)
{
	struct side h = { 0 };

	add(&h, 1000, 100, ACK);
	CHECK_EQ(add(&h, 1099, 0, ACK), RJ_TCP_IN_ORDER);
	CHECK_EQ(add(&h, 1099, 1, ACK), RJ_TCP_RETRANS);
	CHECK_EQ(add(&h, 1100, 5, ACK), RJ_TCP_IN_ORDER);
}

TEST(tcp_segment_that_fills_a_hole_is_out_of_order)
{
	uint32_t base;

	EACH_BASE(base)
	{
		struct side h = { 0 };

		add(&h, base, 100, ACK);
		CHECK_EQ(add(&h, base + 300, 100, ACK), RJ_TCP_IN_ORDER);
		CHECK_EQ(add(&h, base + 100, 200, ACK), RJ_TCP_OOO);
		CHECK_EQ(add(&h, base + 100, 200, ACK), RJ_TCP_RETRANS);
		CHECK_EQ(h.rest.ooo, 1);
		CHECK_EQ(h.rest.retrans, 1);
	}
}

TEST(tcp_hole_is_filled_from_either_end_and_from_the_middle)
{
	uint32_t base;

	EACH_BASE(base)
	{
		struct side h = { 0 };

		add(&h, base, 100, ACK);
		add(&h, base + 1000, 100, ACK);
		CHECK_EQ(add(&h, base + 100, 100, ACK), RJ_TCP_OOO);
		CHECK_EQ(add(&h, base + 900, 100, ACK), RJ_TCP_OOO);
		CHECK_EQ(add(&h, base + 500, 100, ACK), RJ_TCP_OOO);
		CHECK_EQ(add(&h, base + 500, 100, ACK), RJ_TCP_RETRANS);
		CHECK_EQ(add(&h, base + 200, 300, ACK), RJ_TCP_OOO);
		CHECK_EQ(add(&h, base + 600, 300, ACK), RJ_TCP_OOO);
		CHECK_EQ(add(&h, base, 1100, ACK), RJ_TCP_RETRANS);
		CHECK_EQ(h.rest.ooo, 5);
	}
}

TEST(tcp_segment_that_reaches_over_a_holes_edge_is_a_retransmission)
{
	struct side h = { 0 };

	add(&h, 0, 100, ACK);
	add(&h, 200, 100, ACK);
	CHECK_EQ(add(&h, 99, 50, ACK), RJ_TCP_RETRANS);
	CHECK_EQ(add(&h, 150, 51, ACK), RJ_TCP_RETRANS);
	CHECK_EQ(h.half.next_seq, 300);
}

TEST(tcp_follows_four_holes_and_forgets_the_oldest)
{
	struct side h = { 0 };

	for (uint32_t i = 0; i <= 5; i++)
		add(&h, i * 200, 100, ACK);
	CHECK_EQ(add(&h, 100, 100, ACK), RJ_TCP_RETRANS); /* forgotten */
	for (uint32_t i = 1; i < 5; i++)
		CHECK_EQ(add(&h, i * 200 + 100, 100, ACK), RJ_TCP_OOO);
}

TEST(tcp_segment_before_all_others_is_out_of_order)
{
	uint32_t base;

	EACH_BASE(base)
	{
		struct side h = { 0 };

		add(&h, base + 500, 100, ACK); /* mid-stream */
		CHECK_EQ(add(&h, base + 400, 100, ACK), RJ_TCP_OOO);
		CHECK_EQ(h.rest.low_seq, base + 400);
		CHECK_EQ(add(&h, base + 100, 100, ACK), RJ_TCP_OOO);
		CHECK_EQ(add(&h, base + 200, 200, ACK), RJ_TCP_OOO);
		CHECK_EQ(add(&h, base + 200, 200, ACK), RJ_TCP_RETRANS);
		CHECK_EQ(h.rest.ooo, 3);
	}
}

TEST(tcp_bare_acks_do_not_start_the_sequence)
{
	struct side h = { 0 };

	CHECK_EQ(add(&h, 5000, 0, ACK), RJ_TCP_IN_ORDER);
	CHECK(!(h.half.tcp_bits & RJ_TCP_HAS_SEQ));
	CHECK_EQ(add(&h, 100, 10, ACK), RJ_TCP_IN_ORDER);
	CHECK_EQ(h.rest.low_seq, 100);
}

TEST(tcp_long_streams_keep_telling_retransmissions_from_disorder)
{
	struct side h = { 0 };
	uint32_t seq = 12345;

	add(&h, seq++, 0, SYN);
	for (unsigned int i = 0; i < 500000; i++, seq += 60000) { /* 30 GB: seven times round */
		CHECK_EQ(add(&h, seq, 60000, ACK), RJ_TCP_IN_ORDER);
		if (i % 1000 == 999)
			CHECK_EQ(add(&h, seq - 60000, 60000, ACK), RJ_TCP_RETRANS);
	}
	CHECK_EQ(h.rest.retrans, 500);
	CHECK_EQ(h.rest.ooo, 0);
}

TEST(tcp_keeps_the_first_syn)
{
	struct side h = { 0 };
	struct rj_packet p = { .tcp_seq = 77,
			       .tcp_flags = SYN,
			       .tcp_window = 65535,
			       .tcp_opt_len = 40,
			       .tcp_opts = { 2, 4, 5, 0xb4, [39] = 9 } };

	rj_tcp_add(&h.half, &h.rest, &p);
	CHECK_EQ(h.half.tcp_bits, RJ_TCP_HAS_SYN | RJ_TCP_HAS_SEQ);
	p.tcp_seq = 99;
	p.tcp_window = 1;
	p.tcp_flags = SYN | ACK;
	p.tcp_opts[0] = 0;
	rj_tcp_add(&h.half, &h.rest, &p);
	CHECK_EQ(h.rest.syn_seq, 77);
	CHECK_EQ(h.rest.syn_window, 65535);
	CHECK_EQ(h.rest.syn_opt_len, 40);
	CHECK_EQ(h.rest.syn_opts[0], 2);
	CHECK_EQ(h.rest.syn_opts[39], 9);
	CHECK(!(h.half.tcp_bits & RJ_TCP_SYN_ACK));
}

/* A host that tries again with another number: nothing was said under the first. */
TEST(tcp_syn_with_another_number_begins_the_sequence_anew)
{
	static const uint32_t steps[] = { 1000, 0x40000000, 0x90000000, 0xfffff000 };
	uint32_t base;

	EACH_BASE(base)
	{
		for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
			struct side h = { 0 };
			uint32_t again = base + steps[i];

			CHECK_EQ(add(&h, base, 0, SYN), RJ_TCP_IN_ORDER);
			CHECK_EQ(add(&h, again, 0, SYN), RJ_TCP_IN_ORDER);
			CHECK_EQ(h.rest.syn_seq, again);
			CHECK_EQ(add(&h, again, 0, SYN), RJ_TCP_RETRANS);
			CHECK_EQ(add(&h, again + 1, 10, ACK), RJ_TCP_IN_ORDER);
			CHECK_EQ(add(&h, again + 1, 10, ACK), RJ_TCP_RETRANS);
			CHECK_EQ(h.rest.ooo, 0);
		}
	}
}

/* Of two numbers in turn the last one is believed, until a first byte follows the other. */
TEST(tcp_first_byte_tells_which_of_two_syns_holds)
{
	uint32_t base;

	EACH_BASE(base)
	{
		struct side h = { 0 };
		uint32_t other = base + 0x1000000;

		if (!base)
			continue; /* says that there was none */
		add(&h, other, 0, SYN | ACK);
		add(&h, base, 0, SYN | ACK);
		add(&h, other, 0, SYN | ACK);
		CHECK_EQ(h.rest.syn_seq, other);
		CHECK_EQ(add(&h, base + 1, 10, ACK), RJ_TCP_IN_ORDER);
		CHECK_EQ(h.rest.syn_seq, base);
		CHECK_EQ(add(&h, base + 11, 10, ACK), RJ_TCP_IN_ORDER);
		CHECK_EQ(add(&h, base + 1, 10, ACK), RJ_TCP_RETRANS);
		CHECK_EQ(h.rest.ooo, 0);
		/* from now on it stays */
		add(&h, other + 1, 10, ACK);
		CHECK_EQ(h.rest.syn_seq, base);
	}
}

TEST(tcp_byte_that_follows_neither_syn_changes_nothing)
{
	struct side h = { 0 };

	add(&h, 5000, 0, SYN | ACK);
	add(&h, 9000, 0, SYN | ACK);
	add(&h, 5002, 10, ACK);
	CHECK_EQ(h.rest.syn_seq, 9000);
	h = (struct side){ 0 };
	add(&h, 9000, 0, SYN | ACK); /* of one SYN: no other number is 0 */
	add(&h, 1, 10, ACK);
	CHECK_EQ(h.rest.syn_seq, 9000);
}

/* A packet that was just added. */
static int is_probe(struct side *s, uint32_t seq, uint32_t len, uint8_t flags)
{
	struct rj_packet p = { .tcp_seq = seq, .payload_len = len, .tcp_flags = flags };

	add(s, seq, len, flags);
	return rj_tcp_is_probe(&s->half, &s->rest, &p);
}

TEST(tcp_byte_before_all_others_of_a_side_without_a_syn_is_a_keep_alive)
{
	uint32_t base;

	EACH_BASE(base)
	{
		struct side h = { 0 }, other = { 0 };

		CHECK(is_probe(&h, base - 1, 1, ACK));
		CHECK(is_probe(&h, base - 1, 1, ACK));
		CHECK(!is_probe(&h, base, 100, ACK));
		CHECK(!is_probe(&h, base + 99, 1, ACK)); /* known to be old */
		CHECK(!is_probe(&other, base, 100, ACK));
		CHECK(is_probe(&other, base - 1, 1, ACK));
	}
}

TEST(tcp_byte_that_is_pushed_or_has_a_place_is_data)
{
	struct side h = { 0 }, two = { 0 }, with_syn = { 0 };

	CHECK(!is_probe(&h, 1000, 1, ACK | RJ_TCP_PSH));
	CHECK(!is_probe(&h, 1001, 1, ACK)); /* behind that */
	CHECK(!is_probe(&h, 999, 1, ACK | FIN));
	CHECK(!is_probe(&two, 1000, 2, ACK));
	add(&with_syn, 1000, 0, SYN);
	CHECK(!is_probe(&with_syn, 1000, 1, ACK));
	CHECK(!is_probe(&with_syn, 1001, 1, ACK));
}

TEST(tcp_syn_behind_data_is_of_no_new_sequence)
{
	struct side h = { 0 };

	add(&h, 1000, 0, SYN);
	add(&h, 1001, 10, ACK);
	add(&h, 5000, 0, SYN);
	CHECK_EQ(h.rest.syn_seq, 1000);
}

TEST(tcp_says_whether_the_syn_was_a_syn_ack)
{
	struct side h = { 0 };

	add(&h, 1, 0, SYN | ACK);
	CHECK_EQ(h.half.tcp_bits, RJ_TCP_HAS_SYN | RJ_TCP_SYN_ACK | RJ_TCP_HAS_SEQ);
}

TEST(tcp_syn_and_fin_with_data_take_all_their_sequence_space)
{
	struct side h = { 0 };

	add(&h, 0xfffffffe, 10, SYN | FIN);
	CHECK_EQ(h.half.next_seq, 10);
	CHECK_EQ(add(&h, 10, 1, ACK), RJ_TCP_IN_ORDER);
}

TEST(tcp_super_packets_are_judged_as_their_segments)
{
	uint32_t base;

	EACH_BASE(base)
	{
		struct side h = { 0 };

		CHECK_EQ(add_super(&h, base, 8, 300), 0);
		CHECK_EQ(h.rest.retrans, 0);
		CHECK_EQ(add_super(&h, base, 8, 300), 8);
		CHECK_EQ(h.rest.retrans, 8);
		/* one old segment, one of old and new bytes, two new ones */
		CHECK_EQ(add_super(&h, base + 6000, 4, 1000), 2);
		CHECK_EQ(h.rest.retrans, 10);
		CHECK_EQ(h.half.next_seq, base + 10000);
		CHECK_EQ(h.rest.ooo, 0);
		/* a hole of three, filled */
		CHECK_EQ(add_super(&h, base + 13000, 2, 1000), 0);
		CHECK_EQ(add_super(&h, base + 10000, 3, 1000), 0);
		CHECK_EQ(h.rest.ooo, 3);
		/* before all that was seen */
		CHECK_EQ(add_super(&h, base - 3000, 3, 1000), 0);
		CHECK_EQ(h.rest.ooo, 6);
		CHECK_EQ(h.rest.retrans, 10);
	}
}

TEST(tcp_impossible_lengths_break_nothing)
{
	struct side h = { 0 };

	add(&h, 0, 0xffffffff, SYN | FIN);
	add(&h, 7, 0x80000000, ACK);
	add(&h, 0x80000000, 0x7fffffff, ACK);
	add(&h, 0, 0xfffffffe, SYN | FIN);
	CHECK_EQ(h.half.tcp_flags, SYN | FIN | ACK);
}

/* The end of what was seen moves through @step bytes at a time; where the lowest is then. */
TEST(tcp_lowest_number_moves_where_the_end_crosses_a_boundary)
{
	struct side h = { 0 };
	uint32_t stride = 1u << RJ_TCP_STRIDE_BITS, end = 100;

	add(&h, 0, end, ACK);
	for (unsigned int i = 0; i < 4; i++) { /* up to 2^30 behind: all of it is remembered */
		add(&h, end, stride, ACK);
		end += stride;
		CHECK_EQ(h.rest.low_seq, i < 3 ? 0 : 100);
	}
	add(&h, end, stride - 101, ACK); /* to a byte before the next */
	end += stride - 101;
	CHECK_EQ(end, 5 * stride - 1);
	CHECK_EQ(h.rest.low_seq, 100);
	add(&h, end++, 1, ACK);
	CHECK_EQ(h.rest.low_seq, end - RJ_TCP_REACH);
	add(&h, end++, 1, ACK);
	CHECK_EQ(h.rest.low_seq, end - 1 - RJ_TCP_REACH);
	add(&h, end + 3 * stride, 10, ACK); /* over a gap */
	end += 3 * stride + 10;
	CHECK_EQ(h.rest.low_seq, end - RJ_TCP_REACH);
	CHECK_EQ(h.half.next_seq, end);
}

/* Else the order of the two would turn round. */
TEST(tcp_lowest_number_stays_within_half_of_sequence_space)
{
	static const uint32_t most[] = { 1, 1448, 65535, 1u << 20, 1u << 28, 1u << 30, 0x7fffffff };
	uint64_t rng = 1;

	for (size_t m = 0; m < sizeof(most) / sizeof(*most); m++) {
		struct side h = { 0 };
		uint32_t seq = 0xfff00000, farthest = 0;

		for (unsigned int i = 0; i < 100000; i++) {
			uint32_t behind;

			rng = rng * 6364136223846793005u + 1442695040888963407u;
			seq += (uint32_t)(rng >> 33) % most[m];
			CHECK_EQ(add(&h, seq, 1448, ACK), RJ_TCP_IN_ORDER);
			seq += 1448;
			behind = h.half.next_seq - h.rest.low_seq;
			farthest = behind > farthest ? behind : farthest;
		}
		CHECK(farthest <= RJ_TCP_REACH + (1u << RJ_TCP_STRIDE_BITS));
		CHECK_EQ(h.rest.retrans, 0);
	}
}
