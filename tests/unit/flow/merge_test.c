/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/merge.h"

#include "bpf/accumulate.h"
#include "bpf/owner.h"
#include "tests/unit/unit.h"

#define SEC 1000000000ull
#define MAX_PACKETS 200u
#define MAX_LISTED 60u

static const struct rj_limits limits = { .idle_ns = 10 * SEC,
					 .active_ns = 30 * SEC,
					 .num_packets = MAX_LISTED,
					 .with_retrans = 1,
					 .with_hist = 1 };

/* struct piece - not to be copied: @seq says where the others are. */
struct piece {
	struct rj_flow flow;
	struct rj_rest rest[RJ_NUM_SIDES];
	struct rj_hist hist[RJ_NUM_SIDES];
	__u64 splt[RJ_NUM_SIDES][MAX_LISTED];
	__u16 ids[RJ_NUM_SIDES][MAX_LISTED];
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
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		piece->seq[side] = (struct rj_seq){ .rest = &piece->rest[side],
						    .hist = &piece->hist[side],
						    .splt = piece->splt[side],
						    .ids = piece->ids[side],
						    .capacity = MAX_LISTED };
	if (num)
		rj_flow_start(&piece->flow, p, -1);
	for (; num; num--, p++) {
		struct rj_half *half = &piece->flow.half[p->side];

		rj_owner_set(&piece->flow, piece->seq[p->side].rest, p);
		rj_flow_add(&piece->flow, half, &piece->seq[p->side], p, &limits);
	}
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
			.ifindex = 3,
			.vlan = { (uint16_t)random_below(4096) },
			.num_vlans = (uint8_t)random_below(2),
			.icmp_type = (uint8_t)random_below(256),
			.icmp_code = (uint8_t)random_below(256),
		};
		seq[side] += len + !i;
	}
	return num;
}

static void check_same_seq(const struct rj_seq *got, const struct rj_seq *want)
{
	uint32_t len = rj_seq_len(want);
	uint32_t num_ids = rj_seq_num_ids(want);

	CHECK_EQ(rj_seq_len(got), len);
	for (uint32_t i = 0; i < len; i++)
		CHECK_EQ(got->splt[i], want->splt[i]);
	/* the room for ids grows with the sequence; all that both have must be the same */
	for (uint32_t i = 0; i < num_ids; i++)
		if (i < rj_seq_num_ids(got))
			CHECK_EQ(rj_seq_id(got, i), rj_seq_id(want, i));
	CHECK(rj_seq_num_ids(got) >= num_ids);
}

/* All but the holes, which are not joined: equal byte by byte. */
static void check_same(struct piece *got, struct piece *want)
{
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		memset(got->rest[side].hole, 0, sizeof(got->rest[side].hole));
		memset(want->rest[side].hole, 0, sizeof(want->rest[side].hole));
		check_same_seq(&got->seq[side], &want->seq[side]);
	}
	CHECK(!memcmp(&got->flow, &want->flow, sizeof(got->flow)));
	CHECK(!memcmp(got->rest, want->rest, sizeof(got->rest)));
	CHECK(!memcmp(got->hist, want->hist, sizeof(got->hist)));
}

/* Joins @later to @earlier. */
static void merge(struct piece *earlier, struct piece *later)
{
	rj_flow_merge((struct rj_piece){ &earlier->flow, earlier->seq }, NULL,
		      &(struct rj_piece){ &later->flow, later->seq }, &limits);
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
		merge(&first, &second);
		check_same(&first, &whole);
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
			merge(&first, &next);
			done += step;
		}
		check_same(&first, &whole);
	}
}

static void piece_at(struct piece *out, uint64_t time_ns, unsigned int side, uint8_t flags)
{
	struct rj_packet p = { .time_ns = time_ns,
			       .num_segments = 1,
			       .side = (uint8_t)side,
			       .bits = RJ_PKT_TCP,
			       .tcp_flags = flags };

	feed(out, &p, 1);
}

TEST(merge_joins_up_to_the_limits_and_not_beyond)
{
	struct piece a, b, c;

	piece_at(&a, 5, 0, RJ_TCP_ACK);
	piece_at(&b, 5 + 10 * SEC, 1, RJ_TCP_ACK);
	piece_at(&c, 6 + 10 * SEC, 1, RJ_TCP_ACK);
	CHECK(rj_flow_joins(&a.flow, &b.flow, &limits));
	CHECK(!rj_flow_joins(&a.flow, &c.flow, &limits));
	b.flow.half[1].last_ns = 5 + 30 * SEC;
	CHECK(rj_flow_joins(&a.flow, &b.flow, &limits));
	b.flow.half[1].last_ns++;
	CHECK(!rj_flow_joins(&a.flow, &b.flow, &limits));
}

TEST(merge_does_not_join_a_new_connection_to_a_closed_one)
{
	struct piece a, syn, ack;

	piece_at(&a, 5, 0, RJ_TCP_RST);
	piece_at(&syn, 6, 0, RJ_TCP_SYN);
	piece_at(&ack, 6, 0, RJ_TCP_ACK);
	CHECK(!rj_flow_joins(&a.flow, &syn.flow, &limits));
	CHECK(rj_flow_joins(&a.flow, &ack.flow, &limits));
}

TEST(merge_takes_the_originator_that_a_syn_tells)
{
	struct piece a, b;

	piece_at(&a, 5, 0, RJ_TCP_ACK);
	piece_at(&b, 6, 0, RJ_TCP_SYN | RJ_TCP_ACK);
	merge(&a, &b);
	CHECK_EQ(a.flow.originator, 1);
	CHECK_EQ(a.flow.originator_by, RJ_ORIG_SYN);
	CHECK_EQ(a.flow.half[0].tcp_bits & RJ_TCP_SYN_ACK, RJ_TCP_SYN_ACK);
}

TEST(merge_lets_the_count_of_bad_headers_saturate)
{
	struct piece a, b;

	piece_at(&a, 5, 0, RJ_TCP_ACK);
	piece_at(&b, 6, 0, RJ_TCP_ACK);
	a.rest[0].bad_l4 = 40000;
	b.rest[0].bad_l4 = 40000;
	a.rest[0].lost_samples = 3;
	b.rest[0].lost_samples = 4;
	merge(&a, &b);
	CHECK_EQ(a.rest[0].bad_l4, 65535);
	CHECK_EQ(a.rest[0].lost_samples, 7);
}

TEST(merge_rounds_times_of_the_second_piece_by_a_microsecond_at_most)
{
	struct rj_packet p[3] = { { .time_ns = 999, .num_segments = 1, .payload_len = 1 },
				  { .time_ns = 1998, .num_segments = 1, .payload_len = 2 },
				  { .time_ns = 3999, .num_segments = 1, .payload_len = 3 } };
	struct piece a, b;

	feed(&a, p, 1);
	feed(&b, p + 1, 2);
	merge(&a, &b);
	CHECK_EQ(rj_splt_us(a.seq[0].splt[1]), 0);
	CHECK_EQ(rj_splt_us(a.seq[0].splt[2]), 2); /* of 3 */
}

TEST(merge_keeps_the_interfaces_of_both_pieces)
{
	struct piece a, b;

	piece_at(&a, 5, 0, RJ_TCP_ACK);
	piece_at(&b, 6, 0, RJ_TCP_ACK);
	a.rest[0].ifindex = 3;
	a.rest[0].also[0] = 4;
	b.rest[0].ifindex = 5;
	b.rest[0].also[0] = 3;
	b.rest[0].also[1] = 6;
	b.flow.owner[0] = 5;
	merge(&a, &b);
	CHECK_EQ(a.rest[0].ifindex, 3);
	CHECK_EQ(a.rest[0].also[0], 4);
	CHECK_EQ(a.rest[0].also[1], 5);
	CHECK_EQ(a.rest[0].also[2], 6);
	CHECK_EQ(a.rest[0].also[3], 0);
	CHECK_EQ(a.rest[0].also_missed, 0);
	CHECK_EQ(a.flow.owner[0], 5);
}

TEST(merge_says_of_each_side_that_there_were_more_interfaces)
{
	struct piece a, b;

	piece_at(&a, 5, 0, RJ_TCP_ACK);
	piece_at(&b, 6, 1, RJ_TCP_ACK);
	a.rest[0].ifindex = 9;
	for (uint32_t i = 0; i < RJ_MAX_ALSO; i++)
		a.rest[0].also[i] = 10 + i;
	b.rest[0].ifindex = 20;
	b.rest[1].also_missed = 1;
	b.rest[1].ifindex = 21;
	merge(&a, &b);
	CHECK_EQ(a.rest[0].also_missed, 1);
	CHECK_EQ(a.rest[1].also_missed, 1);
	CHECK_EQ(a.rest[1].ifindex, 21);
}

/* Of a side without packets of its own there may be interfaces that were set aside. */
TEST(merge_keeps_interfaces_of_a_side_that_counted_nothing)
{
	struct piece a, b;

	piece_at(&a, 5, 0, RJ_TCP_ACK);
	piece_at(&b, 6, 0, RJ_TCP_ACK);
	b.rest[1].also[0] = 8;
	b.rest[1].also_missed = 1;
	b.flow.owner[1] = 7;
	merge(&a, &b);
	CHECK_EQ(a.rest[1].ifindex, 0);
	CHECK_EQ(a.rest[1].also[0], 8);
	CHECK_EQ(a.rest[1].also[1], 0);
	CHECK_EQ(a.rest[1].also_missed, 1);
	CHECK_EQ(a.flow.owner[1], 7);
	CHECK_EQ(a.rest[0].also[0], 0);
}

/* A packet of @side that differs in all that a side's first packet tells. */
static struct rj_packet telling(unsigned int side, uint64_t time_ns)
{
	uint8_t by = (uint8_t)(time_ns / 1000);

	return (struct rj_packet){
		.time_ns = time_ns,
		.num_segments = 1,
		.side = (uint8_t)side,
		.ifindex = 100u + by,
		.vlan = { by, (uint16_t)(by + 1) },
		.num_vlans = 2,
		.icmp_type = by,
		.icmp_code = (uint8_t)(by + 2),
		.ttl = (uint8_t)(200 - by),
	};
}

TEST(merge_takes_what_the_first_packet_of_a_side_told_from_the_piece_that_has_it)
{
	for (unsigned int other = 0; other < 2; other++) {
		struct rj_packet first[2] = { telling(0, 1000), telling(0, 2000) };
		struct rj_packet second[3] = { telling(1, 30000), telling(0, 31000),
					       telling(1, 32000) };
		unsigned int from = !other;
		struct piece a, b;

		first[1].ifindex = first[0].ifindex; /* or it would be noted as another */
		second[2].ifindex = second[0].ifindex;
		for (unsigned int i = 0; i < 2; i++)
			first[i].side ^= (uint8_t)other;
		for (unsigned int i = 0; i < 3; i++)
			second[i].side ^= (uint8_t)other;
		feed(&a, first, 2);
		feed(&b, second, 3);
		b.rest[from].also[0] = 77;
		merge(&a, &b);
		CHECK_EQ(a.flow.starter, other);
		CHECK_EQ(a.rest[from].first_ns, 30000);
		CHECK_EQ(a.rest[from].ifindex, 130);
		CHECK_EQ(a.rest[from].also[0], 77);
		CHECK_EQ(a.rest[from].also[1], 0);
		CHECK_EQ(a.rest[from].num_vlans, 2);
		CHECK_EQ(a.rest[from].vlan[0], 30);
		CHECK_EQ(a.rest[from].vlan[1], 31);
		CHECK_EQ(a.rest[from].icmp_type, 30);
		CHECK_EQ(a.rest[from].icmp_code, 32);
		CHECK_EQ(a.flow.half[from].ttl_min, 168); /* of the later of its two */
		/* the side that the earlier piece has keeps what that says */
		CHECK_EQ(a.rest[other].first_ns, 1000);
		CHECK_EQ(a.rest[other].ifindex, 101);
		CHECK_EQ(a.rest[other].also[0], 131);
		CHECK_EQ(a.rest[other].vlan[0], 1);
		CHECK_EQ(a.rest[other].vlan[1], 2);
		CHECK_EQ(a.rest[other].icmp_type, 1);
		CHECK_EQ(a.rest[other].icmp_code, 3);
		CHECK_EQ(a.flow.half[other].ttl_min, 169);
	}
}
