/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that need no more of their flow than its half: what comes out is what always came out. */
#include "bpf/accumulate.h"

#include "tests/unit/unit.h"

#define SEC 1000000000ull
#define NUM_STREAMS 4000u
#define STREAM_PACKETS 150u
#define MAX_SEQ 5u

/* struct whole - all there is of a flow; what @seq points to does not follow a copy. */
struct whole {
	struct rj_flow flow;
	struct rj_rest rest[RJ_NUM_SIDES];
	struct rj_hist hist[RJ_NUM_SIDES];
	__u64 splt[RJ_NUM_SIDES][MAX_SEQ];
	__u64 records[RJ_NUM_SIDES][3 + RJ_TLS_MESSAGES];
	__u16 ids[RJ_NUM_SIDES][MAX_SEQ];
	__u16 zero[2];
};

/* struct stream - what packets are made of. @next: behind the last byte that each side sent */
struct stream {
	uint64_t rng;
	uint64_t now_ns;
	uint32_t next[RJ_NUM_SIDES];
	uint8_t bits;
};

/* What the streams had: packets for which rj_is_plain says so, of each kind, and of the others. */
static struct {
	unsigned int data, bare, fin, rst, super, other, ipv4, ipv6, with_records, with_hist;
	unsigned int crossed, wrapped, gaps;
	uint64_t retrans, ooo, bad_l4;
} seen;

static uint32_t below(struct stream *s, uint32_t bound)
{
	s->rng = s->rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(s->rng >> 33) % bound;
}

static struct rj_limits random_limits(struct stream *s)
{
	return (struct rj_limits){
		.num_packets = below(s, MAX_SEQ + 1),
		.with_zeros = below(s, 2) & 1,
		.with_retrans = below(s, 2) & 1,
		.with_hist = !below(s, 8),
		.num_records = below(s, 2) ? 3 : 0,
	};
}

/* Sequence numbers that soon cross a boundary of 2^28, often that at which they come round. */
static uint32_t random_start(struct stream *s)
{
	uint32_t boundary = (below(s, 2) ? 0 : below(s, 16)) << RJ_TCP_STRIDE_BITS;

	return boundary - below(s, below(s, 2) ? 3000 : 1000000);
}

/* Where the next segment starts: mostly where the last one ended. */
static uint32_t random_seq(struct stream *s, unsigned int side)
{
	static const uint32_t leaps[] = { 1, 1448, 100000, 1u << 27, 1u << 28, 3u << 28, 1u << 30 };
	uint32_t what = below(s, 20);

	if (what == 0) /* a gap */
		return s->next[side] + leaps[below(s, 7)];
	if (what == 1) /* again, or what a gap left */
		return s->next[side] - below(s, 100000);
	if (what == 2)
		return s->next[side] - below(s, 3);
	return s->next[side];
}

static uint8_t random_flags(struct stream *s, bool is_first)
{
	uint8_t flags = below(s, 8) ? RJ_TCP_ACK : RJ_TCP_ACK | RJ_TCP_PSH;

	if (is_first ? below(s, 2) : !below(s, 40))
		flags = below(s, 2) ? RJ_TCP_SYN : RJ_TCP_SYN | RJ_TCP_ACK;
	if (!below(s, 30))
		flags |= RJ_TCP_FIN;
	if (!below(s, 40))
		flags |= RJ_TCP_RST;
	return flags;
}

static void put_payload(struct stream *s, struct rj_packet *p)
{
	p->num_segments = 1;
	if (!below(s, 3))
		return;
	p->payload_len = 1 + below(s, 1448);
	if (below(s, 3))
		return;
	p->segment_len = (uint16_t)(1 + below(s, 1448));
	p->num_segments = (uint16_t)(2 + below(s, below(s, 4) ? 6 : 90));
	p->payload_len = (p->num_segments - 1u) * p->segment_len + 1 + below(s, p->segment_len);
}

static struct rj_packet random_packet(struct stream *s, bool is_first)
{
	struct rj_packet p = { .side = !below(s, 3), .bits = s->bits };

	if (below(s, 50)) /* else the clock steps back */
		s->now_ns += below(s, 5000000);
	else
		s->now_ns -= below(s, 1000000);
	put_payload(s, &p);
	p.time_ns = s->now_ns;
	p.ip_len = p.payload_len + 40u * p.num_segments;
	p.ip_id = (uint16_t)below(s, 65536);
	p.ttl = (uint8_t)(below(s, 10) ? 64 : below(s, 256));
	p.ifindex = below(s, 3);
	p.vlan[0] = (uint16_t)below(s, 4096);
	p.num_vlans = below(s, 2) & 1;
	if (!below(s, 30)) { /* flags and sequence numbers of no header */
		p.bits = (p.bits | RJ_PKT_BAD_L4) & (uint8_t)~RJ_PKT_TCP;
		return p;
	}
	if (!(p.bits & RJ_PKT_TCP))
		return p;
	p.tcp_flags = random_flags(s, is_first);
	p.tcp_window = (uint16_t)below(s, 65536);
	p.tcp_seq = random_seq(s, p.side);
	if (!below(s, 8)) { /* a bare acknowledgement stands anywhere */
		p.payload_len = p.segment_len = 0;
		p.num_segments = 1;
	}
	if (!rj_seq_before(p.tcp_seq, s->next[p.side]))
		s->next[p.side] = rj_tcp_end(&p) + !!(p.tcp_flags & RJ_TCP_SYN);
	return p;
}

static struct rj_seq seq_of(struct whole *w, unsigned int side, const struct rj_limits *l)
{
	return (struct rj_seq){
		.rest = &w->rest[side],
		.hist = l->with_hist ? &w->hist[side] : NULL,
		.splt = w->splt[side],
		.ids = w->ids[side],
		.capacity = l->num_packets,
		.records = w->records[side],
		.num_words = rj_tls_words(l),
	};
}

static void note_plain(const struct rj_packet *p, const struct rj_limits *l)
{
	*(p->bits & RJ_PKT_IPV4 ? &seen.ipv4 : &seen.ipv6) += 1;
	seen.super += p->num_segments > 1;
	if (!(p->bits & RJ_PKT_TCP)) {
		seen.other++;
		return;
	}
	seen.with_records += l->num_records && p->payload_len;
	seen.fin += !!(p->tcp_flags & RJ_TCP_FIN);
	seen.rst += !!(p->tcp_flags & RJ_TCP_RST);
	*(p->payload_len ? &seen.data : &seen.bare) += 1;
}

/* In order over a boundary of 2^28, or over a gap: never plain. */
static void note_next(const struct rj_half *before, const struct rj_half *half,
		      const struct rj_packet *p, bool is_plain)
{
	bool is_crossing = (before->next_seq ^ half->next_seq) >> RJ_TCP_STRIDE_BITS;
	bool is_gap = p->tcp_seq != before->next_seq;

	if (!(before->tcp_bits & RJ_TCP_HAS_SEQ) || half->next_seq == before->next_seq ||
	    (!is_crossing && !is_gap))
		return;
	CHECK(!is_plain);
	seen.gaps += is_gap;
	seen.crossed += is_crossing && !is_gap;
	seen.wrapped += half->next_seq < before->next_seq && !is_gap;
}

/* The packet by rj_flow_add, and on a copy by rj_flow_add_plain if it is plain: all is the same. */
static bool add_both_ways(struct whole *w, const struct rj_packet *p, const struct rj_limits *l)
{
	struct rj_half *half = &w->flow.half[p->side];
	struct rj_seq seq = seq_of(w, p->side, l);
	const struct rj_half before = *half;
	bool is_plain = rj_is_plain(half, p, l), is_same = true;
	struct whole copy = *w;

	if (is_plain) {
		CHECK(!l->num_records || !rj_tlsrec_wants(half, seq.rest, p));
		note_plain(p, l);
		rj_flow_add_plain(&copy.flow.half[p->side], seq_of(&copy, p->side, l).hist, p);
		seen.with_hist += l->with_hist;
	}
	rj_flow_add(&w->flow, half, &seq, p, l);
	if (is_plain)
		is_same = !memcmp(&copy, w, sizeof(copy));
	note_next(&before, half, p, is_plain);
	CHECK_EQ(!!(half->bits & RJ_HALF_LISTED), seq.rest->num_splt >= l->num_packets);
	CHECK_EQ(!!(half->bits & RJ_HALF_NUMBERED),
		 seq.rest->num_ids >= RJ_FIRST_IDS + l->num_packets);
	/* and nothing else keeps a packet without TCP from being plain */
	if (before.packets && !(p->bits & (RJ_PKT_TCP | RJ_PKT_BAD_L4)))
		CHECK_EQ(is_plain, !rj_is_listed(&before, p, l) && !rj_is_numbered(&before, p));
	return is_same;
}

/* As the engine has it: behind a packet that was added its TLS records are followed. */
static void follow(struct whole *w, const struct rj_packet *p, const struct rj_limits *l)
{
	static const uint8_t bytes[200000];
	const struct rj_frame f = { .data = bytes, .captured_len = sizeof(bytes) };
	const struct rj_tls_list list = { .words = w->records[p->side],
					  .num_words = rj_tls_words(l) };
	struct rj_half *half = &w->flow.half[p->side];
	struct rj_rest *rest = &w->rest[p->side];

	if (l->num_records && rj_tlsrec_wants(half, rest, p))
		rj_tlsrec_add(&f, 0, half, rest, &list, p, 0);
}

static bool is_stream_the_same(uint32_t seed)
{
	struct stream s = { .rng = seed, .now_ns = 1000 * SEC };
	struct whole w = { 0 };
	struct rj_limits l;

	below(&s, 2);
	l = random_limits(&s);
	s.bits = below(&s, 4) ? RJ_PKT_TCP : 0;
	s.bits |= below(&s, 2) ? RJ_PKT_IPV4 : 0;
	s.next[0] = random_start(&s);
	s.next[1] = random_start(&s);
	for (unsigned int i = 0; i < STREAM_PACKETS; i++) {
		struct rj_packet p = random_packet(&s, !i);

		if (!i)
			rj_flow_start(&w.flow, &p, -1);
		if (!add_both_ways(&w, &p, &l))
			return false;
		follow(&w, &p, &l);
	}
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		seen.retrans += w.rest[side].retrans;
		seen.ooo += w.rest[side].ooo;
		seen.bad_l4 += w.rest[side].bad_l4;
	}
	return true;
}

TEST(accumulate_adds_plain_packets_as_all_others_byte_for_byte)
{
	for (uint32_t seed = 1; seed <= NUM_STREAMS; seed++) {
		char text[40];

		if (is_stream_the_same(seed))
			continue;
		snprintf(text, sizeof(text), "stream %u", seed);
		unit_failed(__FILE__, __LINE__, text);
		break;
	}
	CHECK(seen.data > 10000);
	CHECK(seen.bare > 10000);
	CHECK(seen.fin > 1000);
	CHECK(seen.rst > 1000);
	CHECK(seen.super > 1000);
	CHECK(seen.other > 10000);
	CHECK(seen.ipv4 > 10000);
	CHECK(seen.ipv6 > 10000);
	CHECK(seen.with_records > 1000);
	CHECK(seen.with_hist > 1000);
	CHECK(seen.crossed > 1000);
	CHECK(seen.wrapped > 100);
	CHECK(seen.gaps > 1000);
	CHECK(seen.retrans > 1000);
	CHECK(seen.ooo > 1000);
	CHECK(seen.bad_l4 > 1000);
}

/* The packets of TCP that are plain in a half that has all its lists: by what they would move. */
TEST(accumulate_tells_plain_segments_from_those_that_tell_more)
{
	static const struct {
		uint32_t seq, len;
		uint8_t flags, bits;
		bool is_plain;
	} rows[] = {
		{ 0x10000000, 100, RJ_TCP_ACK, RJ_PKT_TCP, true },
		{ 0x10000000, 0x0fffffff, RJ_TCP_ACK, RJ_PKT_TCP, true },
		{ 0x10000000, 0x10000000, RJ_TCP_ACK, RJ_PKT_TCP, false }, /* to the boundary */
		{ 0x10000000, 0x0fffffff, RJ_TCP_FIN, RJ_PKT_TCP, false },
		{ 0x10000000, 0, RJ_TCP_FIN | RJ_TCP_ACK, RJ_PKT_TCP, true },
		{ 0x10000000, 0, RJ_TCP_RST, RJ_PKT_TCP, true },
		{ 0x10000000, 0, RJ_TCP_SYN, RJ_PKT_TCP, false },
		{ 0x10000000, 9, RJ_TCP_SYN | RJ_TCP_ACK, RJ_PKT_TCP, false },
		{ 0x10000001, 100, RJ_TCP_ACK, RJ_PKT_TCP, false }, /* a gap */
		{ 0x0fffffff, 1, RJ_TCP_ACK, RJ_PKT_TCP, false },   /* again */
		{ 0x0fffffff, 0, RJ_TCP_ACK, RJ_PKT_TCP, true },
		{ 0x77777777, 0, RJ_TCP_ACK, RJ_PKT_TCP, true },
		{ 0x10000001, 0, RJ_TCP_FIN, RJ_PKT_TCP, false },
		{ 0x10000000, 100, RJ_TCP_ACK, RJ_PKT_BAD_L4, false },
		{ 0x77777777, 100, RJ_TCP_SYN, 0, true }, /* no TCP */
	};
	const struct rj_half half = { .packets = 1,
				      .next_seq = 0x10000000,
				      .tcp_bits = RJ_TCP_HAS_SEQ,
				      .bits = RJ_HALF_LISTED | RJ_HALF_NUMBERED | RJ_HALF_STARTED };
	struct rj_half new = half, fresh = half;
	struct rj_limits l = { .num_packets = 5 };

	new.bits &= (uint8_t)~RJ_HALF_STARTED;
	fresh.tcp_bits = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rj_packet p = { .tcp_seq = rows[i].seq,
				       .payload_len = rows[i].len,
				       .tcp_flags = rows[i].flags,
				       .bits = rows[i].bits,
				       .num_segments = 1 };

		CHECK_EQ(rj_is_plain(&half, &p, &l), rows[i].is_plain);
		CHECK(!rj_is_plain(&new, &p, &l));
		l.with_hist = 1; /* they are written without anything else */
		CHECK_EQ(rj_is_plain(&half, &p, &l), rows[i].is_plain);
		l.with_hist = 0;
		l.num_records = 3; /* until the half says that they are not followed any more */
		CHECK_EQ(rj_is_plain(&half, &p, &l),
			 rows[i].is_plain && !(p.payload_len && p.bits & RJ_PKT_TCP));
		l.num_records = 0;
		if (p.bits & RJ_PKT_TCP && p.payload_len)
			CHECK(!rj_is_plain(&fresh, &p, &l)); /* the first bytes */
	}
}
