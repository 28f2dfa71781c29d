/* SPDX-License-Identifier: BSD-3-Clause */
/* parse.h: extension headers, fragments, ICMP keys, the order of ends, super-packets. */
#include "tests/unit/bpf/frames.h"

#define NUM_EXT_TYPES 7

static const uint8_t ext_types[NUM_EXT_TYPES] = { RJ_IP_HOPOPTS, RJ_IP_ROUTING,	 RJ_IP_AH,
						  RJ_IP_DSTOPTS, RJ_IP_MOBILITY, RJ_IP_HIP,
						  RJ_IP_SHIM6 };

/* An extension header of @proto, @units longer than its least of 8 octets. */
static void put_ext(struct frame *f, unsigned int proto, unsigned int next, unsigned int units)
{
	put_u8(f, next);
	put_u8(f, units);
	put_fill(f, 0, proto == RJ_IP_AH ? (units + 2) * 4 - 2 : (units + 1) * 8 - 2);
}

/* IPv6 with @num extension headers of @units each, then UDP with 5 bytes of payload. */
static struct frame chain(unsigned int num, unsigned int units, const uint8_t *types)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV6);
	put_ipv6(&f, num ? types[0] : RJ_IP_UDP, 0, 1, 2);
	for (unsigned int i = 0; i < num; i++)
		put_ext(&f, types[i], i + 1 < num ? types[i + 1] : RJ_IP_UDP, units);
	put_udp(&f, 5, 6, 13);
	put_fill(&f, 'x', 5);
	set_u16(&f, 18, (unsigned int)f.len - 54);
	return f;
}

TEST(parse_passes_over_every_kind_of_extension_header_at_every_length)
{
	for (unsigned int t = 0; t < NUM_EXT_TYPES; t++) {
		for (unsigned int units = 0; units < 256; units++) {
			struct frame f = chain(1, units, ext_types + t);
			struct parsed got = parse(&f);

			CHECK_EQ(got.reason, RJ_REASON_NONE);
			CHECK_EQ(got.p.key.proto, RJ_IP_UDP);
			CHECK_EQ(got.p.payload_len, 5);
			CHECK_EQ(got.p.key.port[got.p.side], 5);
			CHECK_EQ(got.p.payload_off, f.len - 5);
		}
	}
}

TEST(parse_passes_over_eight_extension_headers_and_no_more)
{
	for (unsigned int num = 0; num <= 10; num++) {
		uint8_t types[10] = { 0 };
		struct frame f;

		for (unsigned int i = 0; i < num; i++)
			types[i] = ext_types[i % NUM_EXT_TYPES];
		f = chain(num, 1, types);
		CHECK_EQ(parse(&f).reason, num > 8 ? RJ_REASON_IP_HEADERS : RJ_REASON_NONE);
	}
}

TEST(parse_says_where_each_cut_of_extension_headers_falls)
{
	static const uint8_t types[] = { RJ_IP_HOPOPTS, RJ_IP_DSTOPTS, RJ_IP_AH };
	struct frame f = chain(3, 2, types);

	for (size_t len = 14; len < f.len - 13; len++) {
		enum rj_reason reason = parse_cut(&f, len).reason;

		/* the ends of a header, as far as they are not needed, may be missing */
		CHECK(reason == RJ_REASON_IP_TRUNCATED ||
		      (reason == RJ_REASON_L4_SHORT && len >= f.len - 13 - 8));
	}
	CHECK_EQ(parse_cut(&f, f.len - 13 + 3).reason, RJ_REASON_L4_SHORT);
	CHECK_EQ(parse_cut(&f, f.len - 13 + 4).reason, RJ_REASON_NONE);
}

TEST(parse_refuses_extension_headers_longer_than_the_packet)
{
	for (unsigned int t = 0; t < NUM_EXT_TYPES; t++) {
		struct frame f = chain(1, 0, ext_types + t);

		f.at[55] = 200;
		CHECK_EQ(parse(&f).reason, RJ_REASON_IP_MALFORMED);
		set_u16(&f, 18, 7); /* not even the least header by the IP length */
		f.at[55] = 0;
		CHECK_EQ(parse(&f).reason, RJ_REASON_IP_MALFORMED);
	}
}

TEST(parse_ends_on_an_endless_chain_of_zeros)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV6);
	put_ipv6(&f, RJ_IP_HOPOPTS, 4000, 1, 2);
	put_fill(&f, 0, 4000);
	CHECK_EQ(parse(&f).reason, RJ_REASON_IP_HEADERS);
}

TEST(parse_reads_no_header_beyond_its_bound)
{
	static const uint8_t types[] = { RJ_IP_DSTOPTS, RJ_IP_DSTOPTS, RJ_IP_DSTOPTS };
	struct frame f = chain(2, 255, types);

	CHECK_EQ(54 + 2 * 2048, 4150);
	CHECK_EQ(parse(&f).reason, RJ_REASON_L4_SHORT);
	f = chain(3, 255, types);
	CHECK_EQ(parse(&f).reason, RJ_REASON_IP_TRUNCATED);
	f = chain(2, 251, types);
	CHECK_EQ(parse(&f).reason, RJ_REASON_NONE);
	CHECK_EQ(parse(&f).p.payload_len, 5);
}

TEST(parse_takes_ipv6_header_numbers_in_ipv4_for_protocols_and_passes_over_ah)
{
	for (unsigned int t = 0; t < NUM_EXT_TYPES; t++) {
		struct frame f = { .len = 0 };
		struct parsed got;

		put_ethernet(&f, RJ_ETH_IPV4);
		put_ipv4(&f, ext_types[t], 24 + 9, 1, 2);
		put_ext(&f, RJ_IP_AH, RJ_IP_UDP, 4);
		put_udp(&f, 5, 6, 9);
		put_u8(&f, 'x');
		got = parse(&f);
		CHECK_EQ(got.reason, RJ_REASON_NONE);
		CHECK_EQ(got.p.key.proto, ext_types[t] == RJ_IP_AH ? RJ_IP_UDP : ext_types[t]);
		CHECK_EQ(got.p.payload_len, ext_types[t] == RJ_IP_AH ? 1 : 33);
	}
}

TEST(parse_tells_first_from_later_ipv4_fragments_and_whole_datagrams)
{
	for (unsigned int bit = 0; bit < 16; bit++) {
		struct frame f = tcp4_frame(8);
		struct parsed got;

		set_u16(&f, 20, 1u << bit);
		got = parse(&f);
		if (bit < 13) {
			CHECK_EQ(got.reason, RJ_REASON_FRAGMENT);
			CHECK_EQ(got.p.bits, RJ_PKT_IPV4 | RJ_PKT_LATER_FRAG | RJ_PKT_LAST_FRAG);
			CHECK_EQ(got.p.frag_off, 8u << bit);
			CHECK_EQ(got.p.frag_proto, RJ_IP_TCP);
			CHECK_EQ(got.p.key.port[0] | got.p.key.port[1], 0);
			CHECK_EQ(got.p.payload_len, 28);
			CHECK_EQ(got.p.tcp_flags, 0);
			CHECK_EQ(got.p.frag_id, 0x1234);
		} else {
			CHECK_EQ(got.reason, RJ_REASON_NONE);
			CHECK_EQ(!!(got.p.bits & RJ_PKT_FIRST_FRAG), bit == 13);
			CHECK_EQ(got.p.payload_len, 8);
		}
	}
}

static struct frame ip6_fragment(unsigned int offset_and_more)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV6);
	put_ipv6(&f, RJ_IP_FRAGMENT, 8 + 8 + 24, 1, 2);
	put_u8(&f, RJ_IP_DSTOPTS);
	put_u8(&f, 0xff); /* reserved; not a length */
	put_u16(&f, offset_and_more);
	put_u32(&f, 0xdeadbeef);
	put_ext(&f, RJ_IP_DSTOPTS, RJ_IP_UDP, 0);
	put_udp(&f, 5, 6, 1000);
	put_fill(&f, 'x', 16);
	return f;
}

TEST(parse_tells_first_from_later_ipv6_fragments_and_atomic_ones)
{
	struct frame first = ip6_fragment(1), later = ip6_fragment(8), last = ip6_fragment(0xfff8),
		     atomic = ip6_fragment(0x0006);
	struct parsed got = parse(&first);

	CHECK_EQ(got.reason, RJ_REASON_NONE);
	CHECK_EQ(got.p.bits, RJ_PKT_FIRST_FRAG);
	CHECK_EQ(got.p.frag_id, 0xdeadbeef);
	CHECK_EQ(got.p.frag_off, 16); /* destination options and UDP */
	CHECK_EQ(got.p.frag_proto, 0);
	CHECK_EQ(got.p.payload_len, 16);
	CHECK_EQ(got.p.key.port[got.p.side], 5);
	got = parse(&later);
	CHECK_EQ(got.reason, RJ_REASON_FRAGMENT);
	CHECK_EQ(got.p.bits, RJ_PKT_LATER_FRAG | RJ_PKT_LAST_FRAG);
	CHECK_EQ(got.p.frag_off, 8);
	CHECK_EQ(got.p.key.port[0] | got.p.key.port[1], 0);
	CHECK_EQ(got.p.payload_len, 32);
	CHECK_EQ(parse(&last).reason, RJ_REASON_FRAGMENT);
	got = parse(&atomic); /* RFC 6946: reserved bits alone; its UDP length lies, though */
	CHECK_EQ(got.reason, RJ_REASON_NONE);
	CHECK_EQ(got.p.bits, RJ_PKT_BAD_L4);
}

static struct parsed icmp(bool is_v6, unsigned int src, unsigned int dst, unsigned int type,
			  unsigned int code, unsigned int id)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, is_v6 ? RJ_ETH_IPV6 : RJ_ETH_IPV4);
	if (is_v6)
		put_ipv6(&f, RJ_IP_ICMPV6, 12, src, dst);
	else
		put_ipv4(&f, RJ_IP_ICMP, 12, src, dst);
	put_icmp(&f, type, code, id);
	put_fill(&f, 'x', 4);
	return parse(&f);
}

TEST(parse_gives_icmp_queries_and_answers_one_key_per_identifier)
{
	static const struct {
		bool is_v6;
		uint8_t query, answer;
		bool has_id;
	} rows[] = {
		{ false, 8, 0, true },	   { false, 13, 14, true },  { false, 15, 16, true },
		{ false, 17, 18, true },   { true, 128, 129, true }, { true, 133, 134, false },
		{ true, 135, 136, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct parsed ask = icmp(rows[i].is_v6, 1, 2, rows[i].query, 0, 0xabcd);
		struct parsed say = icmp(rows[i].is_v6, 2, 1, rows[i].answer, 0, 0xabcd);
		struct parsed other = icmp(rows[i].is_v6, 1, 2, rows[i].query, 0, 0xabce);

		CHECK(!memcmp(&ask.p.key, &say.p.key, sizeof(ask.p.key)));
		CHECK_EQ(ask.p.side, !say.p.side);
		CHECK_EQ(!memcmp(&ask.p.key, &other.p.key, sizeof(ask.p.key)), !rows[i].has_id);
		CHECK_EQ(ask.p.key.kind, rows[i].query);
		CHECK_EQ(say.p.icmp_type, rows[i].answer);
		CHECK_EQ(ask.p.payload_len, 4);
	}
}

TEST(parse_keys_other_icmp_messages_by_type_and_code)
{
	struct parsed a = icmp(false, 1, 2, 3, 1, 7), same = icmp(false, 1, 2, 3, 1, 8),
		      code = icmp(false, 1, 2, 3, 255, 7), type = icmp(false, 1, 2, 11, 1, 7),
		      six = icmp(true, 1, 2, 1, 4, 0);

	CHECK(!memcmp(&a.p.key, &same.p.key, sizeof(a.p.key)));
	CHECK(memcmp(&a.p.key, &code.p.key, sizeof(a.p.key)));
	CHECK(memcmp(&a.p.key, &type.p.key, sizeof(a.p.key)));
	CHECK_EQ(code.p.key.port[0], 255);
	CHECK_EQ(code.p.key.port[1], 255);
	CHECK_EQ(six.p.key.kind, 1);
	CHECK_EQ(six.p.icmp_code, 4);
}

TEST(parse_takes_icmp_of_the_other_ip_version_for_a_protocol_without_ports)
{
	struct frame f = { .len = 0 };
	struct parsed got;

	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_ICMPV6, 8, 1, 2);
	put_icmp(&f, 128, 0, 7);
	got = parse(&f);
	CHECK_EQ(got.reason, RJ_REASON_NONE);
	CHECK_EQ(got.p.key.kind, 0);
	CHECK_EQ(got.p.payload_len, 8);
}

TEST(parse_counts_short_icmp_as_bad)
{
	for (size_t len = 0; len < 8; len++) {
		struct frame f = { .len = 0 };
		struct parsed got;

		put_ethernet(&f, RJ_ETH_IPV4);
		put_ipv4(&f, RJ_IP_ICMP, len, 1, 2);
		put_fill(&f, 8, 40); /* padding of the link */
		got = parse(&f);
		CHECK_EQ(got.reason, RJ_REASON_NONE);
		CHECK(got.p.bits & RJ_PKT_BAD_L4);
		CHECK_EQ(got.p.payload_len, 0);
	}
}

static struct parsed udp_between(unsigned int src, unsigned int sport, unsigned int dst,
				 unsigned int dport)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_UDP, 8, src, dst);
	put_udp(&f, sport, dport, 8);
	return parse(&f);
}

TEST(parse_gives_both_directions_one_key_and_opposite_sides)
{
	static const unsigned int ends[][4] = {
		{ 1, 9, 2, 8 },	    { 2, 8, 1, 9 },	{ 0x100, 1, 1, 1 }, { 1, 1, 0xff0000, 1 },
		{ 5, 1, 5, 65535 }, { 5, 0x100, 5, 1 }, { 0, 0, 255, 0 },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		const unsigned int *e = ends[i];
		struct parsed there = udp_between(e[0], e[1], e[2], e[3]);
		struct parsed back = udp_between(e[2], e[3], e[0], e[1]);

		CHECK(!memcmp(&there.p.key, &back.p.key, sizeof(there.p.key)));
		CHECK_EQ(there.p.side, !back.p.side);
		CHECK_EQ(there.p.key.port[there.p.side], e[1]);
		CHECK_EQ(there.p.key.port[!there.p.side], e[3]);
		CHECK(!(there.p.bits & RJ_PKT_SAME_ENDS));
	}
}

TEST(parse_makes_everything_side_0_where_both_ends_are_equal)
{
	struct parsed got = udp_between(5, 7, 5, 7);

	CHECK(got.p.bits & RJ_PKT_SAME_ENDS);
	CHECK_EQ(got.p.side, 0);
}

/* Segments of @len, as the kernel says, of @payload_len bytes behind 40 of headers. */
static struct rj_packet unfolded(uint32_t payload_len, uint32_t len)
{
	struct rj_packet p = { .ip_len = 40 + payload_len,
			       .payload_len = payload_len,
			       .num_segments = 1 };

	rj_unfold(&p, len);
	return p;
}

TEST(parse_unfolds_a_super_packet_into_segments_with_headers_of_their_own)
{
	struct rj_packet p = unfolded(3000, 1448);

	CHECK_EQ(p.num_segments, 3);
	CHECK_EQ(p.segment_len, 1448);
	CHECK_EQ(p.payload_len, 3000);
	CHECK_EQ(p.ip_len, 3000 + 3 * 40);
}

TEST(parse_leaves_plain_packets_folded)
{
	CHECK_EQ(unfolded(1448, 1448).num_segments, 1);
	CHECK_EQ(unfolded(1448, 0).num_segments, 1);
	CHECK_EQ(unfolded(0, 9).num_segments, 1);
	CHECK_EQ(unfolded(1448, 1448).ip_len, 1488);
}

TEST(parse_counts_the_segments_from_the_lengths)
{
	CHECK_EQ(unfolded(3000, 1448).num_segments, 3);
	CHECK_EQ(unfolded(2896, 1448).num_segments, 2);
	/* more segments than a number of them has room for: one packet */
	CHECK_EQ(unfolded(70000, 1).num_segments, 1);
	CHECK_EQ(unfolded(0xffffffd7, 0xffff).num_segments, 1);
	CHECK_EQ(unfolded(200000, 0x10000).num_segments, 1);
}

TEST(parse_reads_nothing_outside_random_frames)
{
	uint64_t seed = 42;

	for (unsigned int i = 0; i < 100000; i++) {
		struct frame f = i % 2 ? tcp4_frame(i % 50) : chain(i % 8, i % 3, ext_types);
		size_t len;

		for (unsigned int n = 0; n < 3; n++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			f.at[(seed >> 33) % f.len] = (uint8_t)(seed >> 20);
		}
		len = (seed >> 40) % (f.len + 1);
		if (!parse_cut(&f, len).reason)
			CHECK(len >= 34);
	}
}
