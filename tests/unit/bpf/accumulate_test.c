/* SPDX-License-Identifier: BSD-3-Clause */
#include "bpf/accumulate.h"

#include "tests/unit/unit.h"

#define SEC 1000000000ull

static const struct rj_limits limits = { .idle_ns = 10 * SEC,
					 .active_ns = 30 * SEC,
					 .num_packets = 50,
					 .with_hist = 1 };

static struct rj_packet tcp_at(uint64_t time_ns, unsigned int side, uint8_t flags)
{
	return (struct rj_packet){
		.key.proto = RJ_IP_TCP,
		.time_ns = time_ns,
		.ip_len = 40,
		.num_segments = 1,
		.side = (uint8_t)side,
		.bits = RJ_PKT_TCP | RJ_PKT_IPV4,
		.ttl = 64,
		.tcp_flags = flags,
	};
}

/* struct state - a flow with the rest of its sides, but without sequences. */
struct state {
	struct rj_flow flow;
	struct rj_rest rest[RJ_NUM_SIDES];
	struct rj_hist hist[RJ_NUM_SIDES];
};

static void add(struct state *s, const struct rj_packet *p)
{
	const struct rj_seq seq = { .rest = &s->rest[p->side], .hist = &s->hist[p->side] };

	rj_flow_add(&s->flow, &s->flow.half[p->side], &seq, p, &limits);
}

/* A flow of one packet of side 0 at @start_ns. */
static struct state started(uint64_t start_ns)
{
	struct state s = { 0 };
	struct rj_packet p = tcp_at(start_ns, 0, RJ_TCP_ACK);

	rj_flow_start(&s.flow, &p, -1);
	add(&s, &p);
	return s;
}

static enum rj_end cut_by(const struct state *s, const struct rj_packet *p,
			  const struct rj_limits *by)
{
	const struct rj_flow *f = &s->flow;

	return rj_flow_cut(f, &f->half[p->side], &f->half[!p->side], p, by);
}

static enum rj_end cut_at(const struct state *s, uint64_t time_ns, unsigned int side)
{
	struct rj_packet p = tcp_at(time_ns, side, RJ_TCP_ACK);

	return cut_by(s, &p, &limits);
}

TEST(accumulate_cuts_a_nanosecond_after_the_idle_limit_not_at_it)
{
	struct state f = started(5);

	for (unsigned int side = 0; side < 2; side++) {
		CHECK_EQ(cut_at(&f, 5 + 10 * SEC, side), RJ_END_NONE);
		CHECK_EQ(cut_at(&f, 5 + 10 * SEC + 1, side), RJ_END_IDLE);
	}
}

TEST(accumulate_is_idle_only_when_both_sides_are)
{
	struct state f = started(0);
	struct rj_packet other = tcp_at(8 * SEC, 1, RJ_TCP_ACK);

	add(&f, &other);
	CHECK_EQ(cut_at(&f, 18 * SEC, 0), RJ_END_NONE);
	CHECK_EQ(cut_at(&f, 18 * SEC + 1, 0), RJ_END_IDLE);
	CHECK_EQ(cut_at(&f, 18 * SEC + 1, 1), RJ_END_IDLE);
}

TEST(accumulate_cuts_a_nanosecond_after_the_active_limit_not_at_it)
{
	struct state f = started(7);
	struct rj_packet p;

	for (uint64_t s = 9; s <= 27; s += 9) {
		p = tcp_at(s * SEC, 0, RJ_TCP_ACK);
		add(&f, &p);
	}
	CHECK_EQ(cut_at(&f, 30 * SEC + 7, 1), RJ_END_NONE);
	CHECK_EQ(cut_at(&f, 30 * SEC + 8, 1), RJ_END_ACTIVE);
}

TEST(accumulate_says_idle_where_both_limits_are_past)
{
	struct state f = started(0);

	CHECK_EQ(cut_at(&f, 100 * SEC, 0), RJ_END_IDLE);
}

TEST(accumulate_takes_limits_of_zero_for_never)
{
	struct rj_limits none = { 0 };
	struct state f = started(0);
	struct rj_packet p = tcp_at(UINT64_MAX, 1, RJ_TCP_ACK);

	CHECK_EQ(cut_by(&f, &p, &none), RJ_END_NONE);
	none.active_ns = 1;
	CHECK_EQ(cut_by(&f, &p, &none), RJ_END_ACTIVE);
}

TEST(accumulate_does_not_cut_when_the_clock_steps_back)
{
	struct state f = started(100 * SEC);

	CHECK_EQ(cut_at(&f, 0, 0), RJ_END_NONE);
	CHECK_EQ(cut_at(&f, 1, 1), RJ_END_NONE);
}

TEST(accumulate_starts_anew_at_a_syn_after_its_own_fin_where_the_other_direction_is_not_seen)
{
	struct rj_packet syn = tcp_at(2, 0, RJ_TCP_SYN),
			 fin = tcp_at(1, 0, RJ_TCP_FIN | RJ_TCP_ACK);
	struct state f = started(0);

	CHECK_EQ(cut_by(&f, &syn, &limits), RJ_END_NONE);
	add(&f, &fin);
	CHECK_EQ(cut_by(&f, &syn, &limits), RJ_END_REUSE);
	syn.side = 1; /* of which nothing was seen yet: simultaneous, or an answer out of order */
	CHECK_EQ(cut_by(&f, &syn, &limits), RJ_END_NONE);
}

TEST(accumulate_starts_anew_at_a_syn_after_both_fins_or_a_rst)
{
	struct rj_packet syn = tcp_at(2, 0, RJ_TCP_SYN),
			 fin = tcp_at(1, 0, RJ_TCP_FIN | RJ_TCP_ACK),
			 rst = tcp_at(1, 1, RJ_TCP_RST), answer = tcp_at(1, 1, RJ_TCP_ACK);
	struct state f = started(0), g = started(0);

	CHECK_EQ(cut_by(&f, &syn, &limits), RJ_END_NONE);
	answer.side = 1;
	add(&f, &answer);
	add(&f, &fin);
	CHECK_EQ(cut_by(&f, &syn, &limits), RJ_END_NONE);
	fin.side = 1;
	add(&f, &fin);
	CHECK_EQ(cut_by(&f, &syn, &limits), RJ_END_REUSE);
	syn.side = 1;
	CHECK_EQ(cut_by(&f, &syn, &limits), RJ_END_REUSE);
	add(&g, &rst);
	CHECK_EQ(cut_by(&g, &syn, &limits), RJ_END_REUSE);
	syn.tcp_flags |= RJ_TCP_ACK; /* of the connection that was refused */
	CHECK_EQ(cut_by(&g, &syn, &limits), RJ_END_NONE);
	syn.tcp_flags = RJ_TCP_SYN;
	syn.bits = RJ_PKT_BAD_L4; /* flags of a header that is not one */
	CHECK_EQ(cut_by(&g, &syn, &limits), RJ_END_NONE);
}

TEST(accumulate_folds_before_a_32_bit_counter_comes_round)
{
	struct state f = started(0);

	f.flow.half[0].packets = RJ_FOLD_PACKETS;
	CHECK_EQ(cut_at(&f, 1, 0), RJ_END_NONE);
	f.flow.half[0].packets++;
	CHECK_EQ(cut_at(&f, 1, 0), RJ_END_FOLD);
}

/* Super-packets of the most segments there can be, by many CPUs before one of them cuts. */
TEST(accumulate_folds_with_room_left_in_the_counter_and_leaves_the_slot_beside_it)
{
	struct state f = started(0);
	struct rj_packet p = tcp_at(1, 0, RJ_TCP_ACK);
	struct rj_half *half = &f.flow.half[0];

	p.num_segments = UINT16_MAX;
	half->slot = 77;
	half->packets = RJ_FOLD_PACKETS;
	CHECK_EQ(cut_at(&f, 1, 0), RJ_END_NONE);
	for (unsigned int i = 1; i <= 1000; i++) {
		add(&f, &p);
		CHECK_EQ(half->packets, (uint64_t)RJ_FOLD_PACKETS + i * UINT16_MAX);
		CHECK_EQ(cut_at(&f, 1, 0), RJ_END_FOLD);
		CHECK_EQ(cut_at(&f, 1, 1), RJ_END_NONE); /* the other side's packets tell it not */
	}
	CHECK_EQ(half->slot, 77);
	half->packets = f.flow.half[1].packets = UINT32_MAX;
	CHECK_EQ(rj_flow_packets(&f.flow), 2ull * UINT32_MAX);
	rj_half_count(half, &p); /* as it never should */
	CHECK_EQ(half->slot, 77);
}

TEST(accumulate_is_over_when_no_packet_can_belong_to_it)
{
	struct state f = started(3);
	struct rj_limits active = { .active_ns = 30 * SEC };

	CHECK(!rj_flow_is_over(&f.flow, 3 + 10 * SEC, &limits));
	CHECK(rj_flow_is_over(&f.flow, 4 + 10 * SEC, &limits));
	CHECK(!rj_flow_is_over(&f.flow, 3 + 30 * SEC, &active));
	CHECK(rj_flow_is_over(&f.flow, 4 + 30 * SEC, &active));
	CHECK(!rj_flow_is_over(&f.flow, 0, &limits));
}

TEST(accumulate_orients_by_syn_then_by_syn_ack_then_by_the_first_packet)
{
	static const struct {
		uint8_t flags, bits;
		int before;
		uint8_t originator, by;
	} rows[] = {
		{ RJ_TCP_SYN, RJ_PKT_TCP, -1, 1, RJ_ORIG_SYN },
		{ RJ_TCP_SYN, RJ_PKT_TCP, 0, 1, RJ_ORIG_SYN },
		{ RJ_TCP_SYN | RJ_TCP_ACK, RJ_PKT_TCP, -1, 0, RJ_ORIG_SYN },
		{ RJ_TCP_SYN | RJ_TCP_ACK, RJ_PKT_TCP | RJ_PKT_SAME_ENDS, -1, 1, RJ_ORIG_SYN },
		{ RJ_TCP_ACK, RJ_PKT_TCP, -1, 1, RJ_ORIG_FIRST },
		{ RJ_TCP_ACK, RJ_PKT_TCP, 0, 0, RJ_ORIG_FIRST }, /* after an active cut */
		{ RJ_TCP_ACK, RJ_PKT_TCP, 1, 1, RJ_ORIG_FIRST },
		{ RJ_TCP_SYN | RJ_TCP_ACK, RJ_PKT_BAD_L4, -1, 1, RJ_ORIG_FIRST },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rj_packet p = tcp_at(1, 1, rows[i].flags);
		struct rj_flow f = { 0 };

		p.bits = rows[i].bits;
		rj_flow_start(&f, &p, rows[i].before);
		CHECK_EQ(f.originator, rows[i].originator);
		CHECK_EQ(f.originator_by, rows[i].by);
	}
}

TEST(accumulate_start_names_the_flow_by_its_first_packet)
{
	struct rj_packet p = { .side = 1, .ifindex = 4, .time_ns = 9 };
	struct rj_flow f = { .owner = { 7, 7 } };

	rj_flow_start(&f, &p, -1);
	CHECK_EQ(f.start_ns, 9);
	CHECK_EQ(f.starter, 1);
	CHECK_EQ(f.owner[1], 4);
	CHECK_EQ(f.owner[0], 0);
}

TEST(accumulate_half_start_keeps_what_the_first_packet_of_a_side_tells)
{
	struct rj_packet p = { .vlan = { 1, 2, 3, 4095 },
			       .num_vlans = 4,
			       .icmp_type = 255,
			       .icmp_code = 254,
			       .ttl = 63,
			       .ifindex = 12,
			       .time_ns = 9 };
	struct rj_half half = { 0 }, begun = { .ttl_min = 63, .bits = RJ_HALF_STARTED };
	struct rj_rest rest = { 0 };
	struct rj_rest want = { .first_ns = 9,
				.ifindex = 12,
				.vlan = { 1, 2, 3, 4095 },
				.num_vlans = 4,
				.icmp_type = 255,
				.icmp_code = 254 };

	rj_half_start(&half, &rest, &p);
	CHECK(!memcmp(&half, &begun, sizeof(half)));
	CHECK(!memcmp(&rest, &want, sizeof(rest)));
}

TEST(accumulate_keeps_of_each_side_what_its_first_packet_tells_and_not_a_later_one)
{
	struct state f = started(3);
	struct rj_packet p = tcp_at(5, 1, RJ_TCP_ACK);

	p.vlan[0] = 100;
	p.num_vlans = 1;
	p.icmp_type = 8;
	p.icmp_code = 7;
	p.ifindex = 4;
	p.ttl = 30;
	add(&f, &p);
	for (unsigned int side = 0; side < 2; side++) {
		p = tcp_at(6, side, RJ_TCP_ACK);
		p.vlan[0] = 200;
		p.num_vlans = 2;
		p.icmp_type = p.icmp_code = 99;
		p.ifindex = 5;
		p.ttl = 70;
		add(&f, &p);
	}
	CHECK_EQ(f.rest[0].first_ns, 3);
	CHECK_EQ(f.rest[0].num_vlans, 0);
	CHECK_EQ(f.rest[0].vlan[0], 0);
	CHECK_EQ(f.rest[0].icmp_type, 0);
	CHECK_EQ(f.rest[0].ifindex, 0);
	CHECK_EQ(f.flow.half[0].ttl_min, 64);
	CHECK_EQ(f.rest[1].first_ns, 5);
	CHECK_EQ(f.rest[1].num_vlans, 1);
	CHECK_EQ(f.rest[1].vlan[0], 100);
	CHECK_EQ(f.rest[1].icmp_type, 8);
	CHECK_EQ(f.rest[1].icmp_code, 7);
	CHECK_EQ(f.rest[1].ifindex, 4);
	CHECK_EQ(f.flow.half[1].ttl_min, 30);
}

TEST(accumulate_counts_packets_and_bytes_of_each_side_and_segment)
{
	struct state f = started(0);
	struct rj_packet p = tcp_at(5, 1, RJ_TCP_ACK);

	p.num_segments = 3;
	p.segment_len = 1000;
	p.payload_len = 2500;
	p.ip_len = 2620;
	p.ttl = 10;
	add(&f, &p);
	p.ttl = 20;
	p.time_ns = 6;
	add(&f, &p);
	CHECK_EQ(f.flow.half[0].packets, 1);
	CHECK_EQ(f.flow.half[0].ip_bytes, 40);
	CHECK_EQ(f.flow.half[1].packets, 6);
	CHECK_EQ(f.flow.half[1].payload_bytes, 5000);
	CHECK_EQ(f.flow.half[1].ip_bytes, 5240);
	CHECK_EQ(f.flow.half[1].ttl_min, 10);
	CHECK_EQ(f.rest[1].first_ns, 5);
	CHECK_EQ(f.flow.half[1].last_ns, 6);
	CHECK_EQ(f.rest[1].num_ids, 6);
	CHECK_EQ(rj_flow_last(&f.flow), 6);
}

TEST(accumulate_never_moves_the_end_back_or_wraps_a_gap)
{
	struct state f = started(100 * SEC);
	__u64 splt[2] = { 0 };
	uint16_t ids[2];
	struct rj_seq seq = { .rest = &f.rest[0],
			      .hist = &f.hist[0],
			      .splt = splt,
			      .ids = ids,
			      .capacity = 2 };
	struct rj_packet p = tcp_at(1, 0, RJ_TCP_ACK);

	p.payload_len = 1;
	rj_flow_add(&f.flow, &f.flow.half[0], &seq, &p, &limits);
	CHECK_EQ(rj_flow_last(&f.flow), 100 * SEC);
	CHECK_EQ(rj_splt_us(splt[0]), 0);
	CHECK_EQ(f.hist[0].gap[0], 1);
	p = tcp_at(0, 1, RJ_TCP_ACK); /* the other side's only packet, at time zero */
	add(&f, &p);
	CHECK_EQ(rj_flow_last(&f.flow), 100 * SEC);
	f = started(0);
	CHECK_EQ(rj_flow_last(&f.flow), 0);
}

TEST(accumulate_counts_bad_headers_up_to_their_limit)
{
	struct state f = started(0);
	struct rj_packet p = tcp_at(1, 0, 0xff);

	p.bits = RJ_PKT_BAD_L4;
	for (unsigned int i = 0; i < 70000; i++)
		add(&f, &p);
	CHECK_EQ(f.rest[0].bad_l4, 65535);
	CHECK_EQ(f.flow.half[0].packets, 70001);
	CHECK_EQ(f.flow.half[0].tcp_flags, RJ_TCP_ACK); /* flags of no header */
	CHECK_EQ(f.rest[0].num_ids, 1);
}

TEST(accumulate_enters_into_the_sequence_what_the_knobs_say)
{
	for (uint8_t knobs = 0; knobs < 4; knobs++) {
		struct rj_limits l = { .num_packets = 9,
				       .with_zeros = knobs & 1,
				       .with_retrans = knobs > 1 };
		struct rj_flow f = { 0 };
		struct rj_rest rest = { 0 };
		const struct rj_seq seq = { .rest = &rest };
		struct rj_packet p = tcp_at(0, 0, RJ_TCP_ACK);

		rj_flow_start(&f, &p, -1);
		rj_flow_add(&f, &f.half[0], &seq, &p, &l); /* empty */
		p.payload_len = 10;
		rj_flow_add(&f, &f.half[0], &seq, &p, &l);
		rj_flow_add(&f, &f.half[0], &seq, &p, &l); /* again */
		CHECK_EQ(rest.num_splt, 1 + (knobs & 1) + (knobs > 1));
		CHECK_EQ(rest.retrans, 1);
		CHECK_EQ(f.half[0].packets, 3);
	}
}

TEST(accumulate_settles_lists_when_they_are_full_and_not_before)
{
	static const uint8_t others = RJ_HALF_SAMPLED | RJ_HALF_HEADS | RJ_HALF_HELLO;

	for (uint32_t limit = 0; limit <= 5; limit++) {
		struct rj_limits l = { .num_packets = limit };

		for (uint32_t splt = 0; splt <= limit + 2; splt++) {
			for (uint32_t ids = 0; ids <= RJ_FIRST_IDS + limit + 2; ids++) {
				struct rj_rest rest = { .num_splt = splt, .num_ids = ids };
				struct rj_half half = { .bits = others };
				uint8_t want = others;

				if (splt >= limit)
					want |= RJ_HALF_LISTED;
				if (ids >= RJ_FIRST_IDS + limit)
					want |= RJ_HALF_NUMBERED;
				rj_lists_settle(&half, &rest, &l);
				CHECK_EQ(half.bits, want);
			}
		}
	}
}

TEST(accumulate_asks_for_lists_until_they_are_settled)
{
	struct rj_limits l = { .num_packets = 5 };
	struct rj_packet p = { .bits = RJ_PKT_IPV4 };
	struct rj_half half = { 0 };

	CHECK(!rj_is_listed(&half, &p, &l)); /* without payload */
	l.with_zeros = 1;
	CHECK(rj_is_listed(&half, &p, &l));
	l.with_zeros = 0;
	p.payload_len = 1;
	CHECK(rj_is_listed(&half, &p, &l));
	CHECK(rj_is_numbered(&half, &p));
	half.bits = RJ_HALF_NUMBERED;
	CHECK(rj_is_listed(&half, &p, &l));
	CHECK(!rj_is_numbered(&half, &p));
	half.bits = RJ_HALF_LISTED;
	CHECK(!rj_is_listed(&half, &p, &l));
	CHECK(rj_is_numbered(&half, &p));
	p.bits = 0; /* IPv6 has none */
	CHECK(!rj_is_numbered(&half, &p));
}
