/* SPDX-License-Identifier: BSD-3-Clause */
/* The link, IP and transport headers: fields, cuts, lies. */
#include "tests/unit/bpf/frames.h"

static struct frame ip6_frame(unsigned int next, size_t len)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV6);
	put_ipv6(&f, next, len, 1, 2);
	return f;
}

/* Ethernet, IPv4, UDP of @udp_len over @payload_len bytes of payload. */
static struct frame udp4_frame(unsigned int udp_len, size_t payload_len)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_UDP, 8 + payload_len, 1, 2);
	put_udp(&f, 5000, 53, udp_len);
	put_fill(&f, 'x', payload_len);
	return f;
}

TEST(parse_reads_every_field_of_tcp_over_ipv4)
{
	static const uint8_t src[16] = { [10] = 0xff, 0xff, 10, 0, 0, 1 };
	struct frame f = tcp4_frame(7);
	struct parsed got = parse(&f);

	CHECK_EQ(got.reason, RJ_REASON_NONE);
	CHECK(!memcmp(got.p.key.addr[got.p.side], src, 16));
	CHECK_EQ(got.p.key.port[got.p.side], 40000);
	CHECK_EQ(got.p.key.port[!got.p.side], 443);
	CHECK_EQ(got.p.key.proto, RJ_IP_TCP);
	CHECK_EQ(got.p.key.kind, 0);
	CHECK_EQ(got.p.key.version, 4);
	CHECK_EQ(got.p.bits, RJ_PKT_IPV4 | RJ_PKT_TCP);
	CHECK_EQ(got.p.ip_len, 47);
	CHECK_EQ(got.p.payload_len, 7);
	CHECK_EQ(got.p.payload_off, 54);
	CHECK_EQ(got.p.tcp_seq, 0x01020304);
	CHECK_EQ(got.p.tcp_ack, 0xa0b0c0d0);
	CHECK_EQ(got.p.tcp_window, 0xfaf0);
	CHECK_EQ(got.p.tcp_flags, RJ_TCP_ACK);
	CHECK_EQ(got.p.ip_id, 0x1234);
	CHECK_EQ(got.p.ttl, 64);
	CHECK_EQ(got.p.num_segments, 1);
	CHECK_EQ(got.p.segment_len, 0);
	CHECK_EQ(got.p.num_vlans, 0);
}

TEST(parse_leaves_the_direction_out_of_the_key_until_it_is_asked_for)
{
	struct frame f = tcp4_frame(7);
	struct parsed got = parse(&f);

	CHECK_EQ(got.p.key.direction, 0);
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		got.p.side = (uint8_t)side;
		rj_go_one_way(&got.p);
		CHECK_EQ(got.p.key.direction, 1 + side);
		CHECK_EQ(got.p.key.version, 4);
	}
}

TEST(parse_reads_every_field_of_udp_over_ipv6)
{
	static const uint8_t src[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	struct frame f = ip6_frame(RJ_IP_UDP, 11);
	struct parsed got;

	put_udp(&f, 1, 65535, 11);
	put_fill(&f, 'x', 3);
	got = parse(&f);
	CHECK_EQ(got.reason, RJ_REASON_NONE);
	CHECK(!memcmp(got.p.key.addr[got.p.side], src, 16));
	CHECK_EQ(got.p.key.port[got.p.side], 1);
	CHECK_EQ(got.p.key.port[!got.p.side], 65535);
	CHECK_EQ(got.p.bits, 0);
	CHECK_EQ(got.p.ip_len, 51);
	CHECK_EQ(got.p.payload_len, 3);
	CHECK_EQ(got.p.payload_off, 62);
	CHECK_EQ(got.p.ttl, 255);
}

/* The same frame as the kernel's TC hands it over behind another's generic XDP. */
static struct frame without_ethernet(const struct frame *whole, uint16_t type)
{
	struct frame f = *whole;

	f.len -= 14;
	f.type = type;
	memmove(f.at, whole->at + 14, f.len);
	return f;
}

TEST(parse_takes_ip_where_the_ethernet_header_is_gone_and_the_type_says_so)
{
	struct frame whole4 = tcp4_frame(7), whole6 = ip6_frame(RJ_IP_UDP, 11);
	struct frame bare4 = without_ethernet(&whole4, RJ_ETH_IPV4), bare6;
	struct parsed got = parse(&bare4);

	CHECK_EQ(got.reason, RJ_REASON_NONE);
	CHECK_EQ(got.p.key.port[!got.p.side], 443);
	CHECK_EQ(got.p.payload_off, 40);
	put_udp(&whole6, 1, 65535, 11);
	put_fill(&whole6, 'x', 3);
	bare6 = without_ethernet(&whole6, RJ_ETH_IPV6);
	got = parse(&bare6);
	CHECK_EQ(got.reason, RJ_REASON_NONE);
	CHECK_EQ(got.p.payload_off, 48);
	/* whole frames of any type are read as such, and what is no IP is none */
	whole4.type = RJ_ETH_IPV4;
	CHECK_EQ(parse(&whole4).p.payload_off, 54);
	whole4.type = RJ_ETH_IPV6;
	CHECK_EQ(parse(&whole4).p.payload_off, 54);
	bare4.type = 0;
	CHECK(parse(&bare4).reason != RJ_REASON_NONE);
	bare4.type = RJ_ETH_IPV6;
	CHECK(parse(&bare4).reason != RJ_REASON_NONE);
	bare4.type = RJ_ETH_IPV4;
	bare4.wire_len = 46; /* of the 47 that its header tells of */
	CHECK(parse(&bare4).reason != RJ_REASON_NONE);
}

TEST(parse_says_where_each_cut_of_tcp_over_ipv4_falls)
{
	struct frame f = tcp4_frame(10);

	for (size_t len = 0; len <= f.len; len++) {
		struct parsed got = parse_cut(&f, len);

		if (len < 14) {
			CHECK_EQ(got.reason, RJ_REASON_LINK_TRUNCATED);
		} else if (len < 34) {
			CHECK_EQ(got.reason, RJ_REASON_IP_TRUNCATED);
		} else if (len < 38) {
			CHECK_EQ(got.reason, RJ_REASON_L4_SHORT);
		} else {
			CHECK_EQ(got.reason, RJ_REASON_NONE);
			CHECK_EQ(got.p.payload_len, 10);
			CHECK_EQ(got.p.bits, RJ_PKT_IPV4 | (len < 54 ? RJ_PKT_BAD_L4 : RJ_PKT_TCP));
		}
	}
}

TEST(parse_says_where_each_cut_of_udp_over_ipv6_falls)
{
	struct frame f = ip6_frame(RJ_IP_UDP, 12);

	put_udp(&f, 5, 6, 12);
	put_fill(&f, 'x', 4);
	for (size_t len = 0; len <= f.len; len++) {
		struct parsed got = parse_cut(&f, len);

		if (len < 14) {
			CHECK_EQ(got.reason, RJ_REASON_LINK_TRUNCATED);
		} else if (len < 54) {
			CHECK_EQ(got.reason, RJ_REASON_IP_TRUNCATED);
		} else if (len < 58) {
			CHECK_EQ(got.reason, RJ_REASON_L4_SHORT);
		} else {
			CHECK_EQ(got.reason, RJ_REASON_NONE);
			CHECK_EQ(got.p.payload_len, 4);
			CHECK_EQ(got.p.bits, len < 62 ? RJ_PKT_BAD_L4 : 0);
		}
	}
}

TEST(parse_takes_ihl_from_5_to_15_and_refuses_less)
{
	for (unsigned int ihl = 0; ihl < 16; ihl++) {
		struct frame f = { .len = 0 };
		struct parsed got;

		put_ethernet(&f, RJ_ETH_IPV4);
		put_ipv4(&f, RJ_IP_UDP, (ihl > 5 ? ihl * 4 - 20 : 0) + 9, 1, 2);
		f.at[14] = (uint8_t)(0x40 | ihl);
		put_fill(&f, 1, ihl > 5 ? ihl * 4 - 20 : 0);
		put_udp(&f, 5000, 53, 9);
		put_u8(&f, 'x');
		got = parse(&f);
		CHECK_EQ(got.reason, ihl < 5 ? RJ_REASON_IP_MALFORMED : RJ_REASON_NONE);
		if (ihl >= 5) {
			CHECK_EQ(got.p.payload_len, 1);
			CHECK_EQ(got.p.payload_off, 14 + ihl * 4 + 8);
			CHECK_EQ(got.p.key.port[got.p.side], 5000);
		}
	}
}

TEST(parse_refuses_another_ip_version_than_the_type_says)
{
	for (unsigned int version = 0; version < 16; version++) {
		struct frame f4 = tcp4_frame(0), f6 = ip6_frame(RJ_IP_NONE, 0);

		f4.at[14] = (uint8_t)(version << 4 | 5);
		f6.at[14] = (uint8_t)(version << 4);
		CHECK_EQ(parse(&f4).reason, version == 4 ? RJ_REASON_NONE : RJ_REASON_IP_MALFORMED);
		CHECK_EQ(parse(&f6).reason, version == 6 ? RJ_REASON_NONE : RJ_REASON_IP_MALFORMED);
	}
}

TEST(parse_judges_the_ip_length_against_the_headers)
{
	static const struct {
		unsigned int total_len;
		enum rj_reason reason;
		unsigned int payload_len;
		bool is_bad;
	} rows[] = {
		{ 1, RJ_REASON_IP_MALFORMED, 0, false }, { 19, RJ_REASON_IP_MALFORMED, 0, false },
		{ 20, RJ_REASON_L4_SHORT, 0, false },	 { 23, RJ_REASON_L4_SHORT, 0, false },
		{ 24, RJ_REASON_NONE, 0, true },	 { 39, RJ_REASON_NONE, 0, true },
		{ 40, RJ_REASON_NONE, 0, false },	 { 41, RJ_REASON_NONE, 1, false },
		{ 50, RJ_REASON_NONE, 10, false },	 { 65535, RJ_REASON_NONE, 65495, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct frame f = tcp4_frame(10);
		struct parsed got;

		set_u16(&f, 16, rows[i].total_len);
		got = parse(&f);
		CHECK_EQ(got.reason, rows[i].reason);
		if (got.reason)
			continue;
		CHECK_EQ(got.p.ip_len, rows[i].total_len);
		CHECK_EQ(got.p.payload_len, rows[i].payload_len);
		CHECK_EQ(!!(got.p.bits & RJ_PKT_BAD_L4), rows[i].is_bad);
		CHECK_EQ(!(got.p.bits & RJ_PKT_TCP), rows[i].is_bad);
	}
}

TEST(parse_takes_the_frame_length_where_ipv4_says_zero)
{
	struct frame f = tcp4_frame(10);
	struct parsed got;

	set_u16(&f, 16, 0);
	got = parse(&f);
	CHECK_EQ(got.reason, RJ_REASON_NONE);
	CHECK_EQ(got.p.ip_len, 50);
	CHECK_EQ(got.p.payload_len, 10);
	f.wire_len = 200054;
	got = parse(&f);
	CHECK_EQ(got.p.ip_len, 200040);
	CHECK_EQ(got.p.payload_len, 200000);
}

TEST(parse_takes_the_frame_length_of_ipv6_only_beyond_what_its_field_can_say)
{
	struct frame f = ip6_frame(RJ_IP_UDP, 0);

	put_udp(&f, 1, 2, 0);
	f.wire_len = 14 + 40 + 65535;
	CHECK_EQ(parse(&f).reason, RJ_REASON_L4_SHORT);
	f.wire_len++;
	CHECK_EQ(parse(&f).reason, RJ_REASON_NONE);
	CHECK_EQ(parse(&f).p.payload_len, 65536 - 8);
}

/* As captured before the card, which was to set it; padding is no segment. */
TEST(parse_takes_the_frame_length_of_a_segment_where_ipv6_says_zero)
{
	struct frame f = ip6_frame(RJ_IP_TCP, 0);

	put_tcp(&f, 1, 2, RJ_TCP_ACK, 5);
	put_fill(&f, 'x', 3000);
	CHECK_EQ(parse(&f).reason, RJ_REASON_NONE);
	CHECK_EQ(parse(&f).p.payload_len, 3000);
	CHECK_EQ(parse(&f).p.ip_len, 3060);
	f.len = 14 + 40 + 19;
	CHECK_EQ(parse(&f).reason, RJ_REASON_L4_SHORT);
}

TEST(parse_passes_over_up_to_four_vlan_tags)
{
	static const unsigned int types[] = { RJ_ETH_VLAN, RJ_ETH_QINQ, RJ_ETH_QINQ_OLD };

	for (unsigned int num = 0; num <= 5; num++) {
		struct frame f = { .len = 0 };
		struct parsed got;

		put_ethernet(&f, num ? types[num % 3] : RJ_ETH_IPV4);
		for (unsigned int i = 0; i < num; i++) {
			put_u16(&f, 0xe000 | (i ? i : 0xfff));
			put_u16(&f, i + 1 < num ? types[i % 3] : RJ_ETH_IPV4);
		}
		put_ipv4(&f, RJ_IP_UDP, 8, 1, 2);
		put_udp(&f, 7, 8, 8);
		got = parse(&f);
		CHECK_EQ(got.reason, num > 4 ? RJ_REASON_VLAN_DEPTH : RJ_REASON_NONE);
		if (num > 4)
			continue;
		CHECK_EQ(got.p.num_vlans, num);
		for (unsigned int i = 0; i < num; i++)
			CHECK_EQ(got.p.vlan[i], i ? i : 0xfff);
		for (size_t len = 14; len < 14 + 4 * num; len++)
			CHECK_EQ(parse_cut(&f, len).reason, RJ_REASON_LINK_TRUNCATED);
	}
}

TEST(parse_puts_the_tag_that_the_card_took_out_first)
{
	struct frame f = { .len = 0, .outer_tci = RJ_TCI_PRESENT | 0x2064 };
	struct parsed got;

	put_ethernet(&f, RJ_ETH_VLAN);
	put_u16(&f, 7);
	put_u16(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_UDP, 8, 1, 2);
	put_udp(&f, 7, 8, 8);
	got = parse(&f);
	CHECK_EQ(got.p.num_vlans, 2);
	CHECK_EQ(got.p.vlan[0], 0x64);
	CHECK_EQ(got.p.vlan[1], 7);
}

TEST(parse_sets_other_ethertypes_aside)
{
	static const unsigned int types[] = { 0, 0x05dc, 0x0806, 0x8847, 0x8864, 0x88cc, 0xffff };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct frame f = tcp4_frame(0);

		set_u16(&f, 12, types[i]);
		CHECK_EQ(parse(&f).reason, RJ_REASON_NOT_IP);
	}
}

TEST(parse_judges_the_udp_length)
{
	static const struct {
		unsigned int len, payload_len;
		bool is_bad;
	} rows[] = {
		{ 0, 20, false }, /* jumbogram or offload: the IP length tells */
		{ 1, 20, true },   { 7, 20, true },  { 8, 0, false },	  { 9, 1, false },
		{ 28, 20, false }, { 29, 20, true }, { 65535, 20, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct frame f = udp4_frame(rows[i].len, 20);
		struct parsed got = parse(&f);

		CHECK_EQ(got.reason, RJ_REASON_NONE);
		CHECK_EQ(got.p.payload_len, rows[i].payload_len);
		CHECK_EQ(!!(got.p.bits & RJ_PKT_BAD_L4), rows[i].is_bad);
	}
}

TEST(parse_takes_udp_headers_of_less_than_eight_bytes_as_bad)
{
	for (unsigned int len = 4; len < 8; len++) {
		struct frame f = udp4_frame(8, 0);
		struct parsed got;

		set_u16(&f, 16, 20 + len);
		got = parse(&f);
		CHECK_EQ(got.reason, RJ_REASON_NONE);
		CHECK_EQ(got.p.payload_len, 0);
		CHECK(got.p.bits & RJ_PKT_BAD_L4);
	}
}

TEST(parse_takes_every_tcp_data_offset_for_what_it_says)
{
	for (unsigned int words = 0; words < 16; words++) {
		struct frame f = tcp4_frame(30);
		struct parsed got;

		f.at[46] = (uint8_t)(words << 4 | 0xf);
		got = parse(&f);
		CHECK_EQ(got.reason, RJ_REASON_NONE);
		CHECK_EQ(!!(got.p.bits & RJ_PKT_TCP), words >= 5 && words <= 12);
		CHECK_EQ(!!(got.p.bits & RJ_PKT_BAD_L4), words < 5 || words > 12);
		CHECK_EQ(got.p.payload_len, words >= 5 && words <= 12 ? 50 - 4 * words : 0);
	}
}

TEST(parse_keeps_the_options_of_a_syn_and_of_no_other_segment)
{
	for (unsigned int words = 5; words <= 15; words++) {
		struct frame f = { .len = 0 };
		unsigned int len = words * 4 - 20;
		struct parsed got;

		put_ethernet(&f, RJ_ETH_IPV4);
		put_ipv4(&f, RJ_IP_TCP, words * 4, 1, 2);
		put_tcp(&f, 1, 2, RJ_TCP_SYN, words);
		for (unsigned int i = 0; i < len; i++)
			put_u8(&f, i + 1);
		got = parse(&f);
		CHECK_EQ(got.p.tcp_opt_len, len);
		for (unsigned int i = 0; i < RJ_TCP_OPTIONS_LEN; i++)
			CHECK_EQ(got.p.tcp_opts[i], i < len ? i + 1 : 0);
		f.at[47] = RJ_TCP_ACK;
		CHECK_EQ(parse(&f).p.tcp_opt_len, 0);
		CHECK_EQ(parse(&f).p.tcp_opts[0], 0);
	}
}

TEST(parse_keeps_the_captured_words_of_cut_options)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_TCP, 60, 1, 2);
	put_tcp(&f, 1, 2, RJ_TCP_SYN | RJ_TCP_ACK, 15);
	put_fill(&f, 1, 40);
	for (size_t len = 54; len <= f.len; len++) {
		struct parsed got = parse_cut(&f, len);

		CHECK(got.p.bits & RJ_PKT_TCP);
		CHECK_EQ(got.p.tcp_opt_len, (len - 54) / 4 * 4);
		CHECK_EQ(got.p.payload_len, 0);
	}
}

TEST(parse_reads_ports_of_sctp_and_dccp_behind_their_headers)
{
	for (unsigned int words = 0; words < 256; words += 3) {
		struct frame f = { .len = 0 };
		struct parsed got;

		put_ethernet(&f, RJ_ETH_IPV4);
		put_ipv4(&f, RJ_IP_DCCP, 100, 1, 2);
		put_udp(&f, 10, 20, words << 8);
		put_fill(&f, 0, 92);
		got = parse(&f);
		CHECK_EQ(!!(got.p.bits & RJ_PKT_BAD_L4), words < 3 || words > 25);
		CHECK_EQ(got.p.payload_len, words < 3 || words > 25 ? 0 : 100 - 4 * words);
		f.at[23] = RJ_IP_SCTP;
		got = parse(&f);
		CHECK_EQ(got.p.payload_len, 88);
		CHECK_EQ(got.p.key.port[got.p.side], 10);
	}
}

TEST(parse_gives_protocols_without_ports_their_ip_payload)
{
	for (unsigned int proto = 0; proto < 256; proto++) {
		struct frame f = tcp4_frame(0);
		bool has_header = proto == RJ_IP_ICMP || proto == RJ_IP_TCP || proto == RJ_IP_UDP ||
				  proto == RJ_IP_SCTP || proto == RJ_IP_DCCP || proto == RJ_IP_AH;
		struct parsed got;

		f.at[23] = (uint8_t)proto;
		got = parse(&f);
		if (has_header)
			continue;
		CHECK_EQ(got.reason, RJ_REASON_NONE);
		CHECK_EQ(got.p.key.proto, proto);
		CHECK_EQ(got.p.payload_len, 20);
		CHECK_EQ(got.p.key.port[0] | got.p.key.port[1], 0);
		CHECK_EQ(got.p.bits, RJ_PKT_IPV4);
	}
}
