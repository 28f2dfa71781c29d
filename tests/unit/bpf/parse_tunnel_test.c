/* SPDX-License-Identifier: BSD-3-Clause */
/* link.h and tunnel.h: what stands before IP, tunnels, what only looks like one. */
#include "tests/unit/bpf/frames.h"

static struct parsed open_cut(const struct frame *f, size_t len, bool is_closed)
{
	return parse_as(f, len, (struct rj_frame){ .is_closed = is_closed });
}

static struct parsed open_frame(const struct frame *f)
{
	return open_cut(f, f->len, false);
}

#define INNER_LEN 33u

static void check_inner(const struct parsed *got)
{
	CHECK_EQ(got->reason, RJ_REASON_NONE);
	CHECK_EQ(got->p.key.port[got->p.side], 1000);
	CHECK_EQ(got->p.payload_len, 5);
	CHECK_EQ(got->p.ip_len, INNER_LEN);
}

static struct frame udp_tunnel(unsigned int dport, size_t header_len)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_UDP, 8 + header_len + INNER_LEN, 1, 2);
	put_udp(&f, 40000, dport, (unsigned int)(8 + header_len + INNER_LEN));
	return f;
}

static struct frame vxlan(uint32_t first, uint32_t second)
{
	struct frame f = udp_tunnel(RJ_PORT_VXLAN, 8 + 14);

	put_u32(&f, first);
	put_u32(&f, second);
	put_ethernet(&f, RJ_ETH_IPV4);
	put_inner(&f);
	return f;
}

TEST(parse_opens_vxlan_and_says_what_it_was)
{
	struct frame f = vxlan(0x08000000, 0x12345600);
	struct parsed got = open_frame(&f);
	uint8_t src[16] = { [10] = 0xff, 0xff, 10, 0, 0, 1 };

	check_inner(&got);
	CHECK_EQ(got.p.num_tunnels, 1);
	CHECK_EQ(got.t.num, 1);
	CHECK_EQ(got.t.at[0].type, RJ_TUNNEL_VXLAN);
	CHECK_EQ(got.t.at[0].id, 0x123456);
	CHECK_EQ(got.t.at[0].has_id, 1);
	CHECK_EQ(got.t.at[0].version, 4);
	CHECK(!memcmp(got.t.at[0].src, src, 16));
	CHECK_EQ(got.t.side, got.p.side);
}

TEST(parse_leaves_tunnels_closed_when_told_to)
{
	struct frame f = vxlan(0x08000000, 0x12345600);
	struct parsed got = open_cut(&f, f.len, true);

	CHECK_EQ(got.p.key.port[!got.p.side], RJ_PORT_VXLAN);
	CHECK_EQ(got.p.num_tunnels, 0);
}

TEST(parse_takes_a_port_for_no_tunnel_without_its_header)
{
	for (unsigned int bit = 0; bit < 64; bit++) {
		uint64_t head = 0x0800000012345600ull ^ 1ull << bit;
		struct frame f = vxlan((uint32_t)(head >> 32), (uint32_t)head);
		struct parsed got = open_frame(&f);
		bool is_vni = bit >= 8 && bit < 32;

		CHECK_EQ(got.reason, RJ_REASON_NONE);
		/* flipping G (bit 63) gives the header with a group policy */
		CHECK_EQ(got.p.num_tunnels, is_vni || bit == 63);
		if (!got.p.num_tunnels)
			CHECK_EQ(got.p.payload_len, 22 + INNER_LEN);
	}
}

TEST(parse_keeps_the_outer_packet_where_the_inner_is_cut_or_not_ip)
{
	struct frame f = vxlan(0x08000000, 0x100);
	struct parsed got;

	for (size_t len = 42; len < f.len; len++) {
		got = open_cut(&f, len, false);
		CHECK_EQ(got.reason, RJ_REASON_NONE);
		/* eth, ip, udp, vxlan, eth, ip, ports */
		CHECK_EQ(got.p.num_tunnels, len >= 14 + 20 + 8 + 8 + 14 + 20 + 4);
		CHECK_EQ(got.p.key.port[got.p.side], got.p.num_tunnels ? 1000 : 40000);
	}
	set_u16(&f, 14 + 20 + 8 + 8 + 12, 0x0806);
	got = open_frame(&f);
	CHECK_EQ(got.p.num_tunnels, 0);
	CHECK_EQ(got.p.key.port[got.p.side], 40000);
}

/* @depth headers of IPv4 in one another around the inner packet. */
static struct frame nested(unsigned int depth)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV4);
	for (unsigned int i = depth; i; i--)
		put_ipv4(&f, RJ_IP_IPIP, (i - 1) * 20 + INNER_LEN, 10 + i, 20 + i);
	put_inner(&f);
	return f;
}

TEST(parse_opens_four_tunnels_and_sets_deeper_packets_aside)
{
	for (unsigned int depth = 0; depth < 8; depth++) {
		struct frame f = nested(depth);
		struct parsed got = open_frame(&f);

		if (depth > RJ_MAX_TUNNELS) {
			CHECK_EQ(got.reason, RJ_REASON_TUNNEL_DEPTH);
			continue;
		}
		check_inner(&got);
		CHECK_EQ(got.p.num_tunnels, depth);
		for (unsigned int i = 0; i < depth; i++)
			CHECK_EQ(((const uint8_t *)got.t.at[i].src)[15], 10 + depth - i);
	}
}

TEST(parse_reads_gre_with_every_set_of_flags)
{
	for (unsigned int flags = 0; flags < 0x10000; flags += 0x1000) {
		struct frame f = { .len = 0 };
		unsigned int words = !!(flags & 0x8000) + !!(flags & 0x2000) + !!(flags & 0x1000);
		struct parsed got;

		put_ethernet(&f, RJ_ETH_IPV4);
		put_ipv4(&f, RJ_IP_GRE, 4 + words * 4 + INNER_LEN, 1, 2);
		put_u16(&f, flags);
		put_u16(&f, RJ_ETH_IPV4);
		for (unsigned int i = 0; i < words; i++)
			put_u32(&f, 0xabcd0001);
		put_inner(&f);
		got = open_frame(&f);
		if (flags & 0x4000) {
			CHECK_EQ(got.p.key.proto, RJ_IP_GRE);
			continue;
		}
		check_inner(&got);
		CHECK_EQ(got.t.at[0].has_id, !!(flags & 0x2000));
		CHECK_EQ(got.t.at[0].id, flags & 0x2000 ? 0xabcd0001 : 0);
	}
}

TEST(parse_passes_over_gtpu_extensions_up_to_four)
{
	for (unsigned int num = 0; num <= 6; num++) {
		struct frame f = udp_tunnel(RJ_PORT_GTPU, 12 + num * 4);
		struct parsed got;

		put_u16(&f, 0x34ff);
		put_u16(&f, (unsigned int)(4 + num * 4 + INNER_LEN));
		put_u32(&f, 7);
		put_u32(&f, num ? 0x85 : 0);
		for (unsigned int i = 0; i < num; i++)
			put_u32(&f, 0x01000000 | (i + 1 < num ? 0x85 : 0));
		put_inner(&f);
		got = open_frame(&f);
		CHECK_EQ(got.p.num_tunnels, num <= RJ_MAX_GTPU_EXT);
		if (got.p.num_tunnels) {
			check_inner(&got);
			CHECK_EQ(got.t.at[0].id, 7);
		}
	}
}

/* A tunnel of these bytes in @proto (UDP: to @port); then the inner packet, or a frame with it. */
static struct frame tunnel_of(unsigned int proto, unsigned int port, const char *hex,
			      bool has_frame)
{
	size_t len = strlen(hex) / 2 + (has_frame ? 14 : 0) + INNER_LEN;
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, proto, len + (proto == RJ_IP_UDP ? 8 : 0), 1, 2);
	if (proto == RJ_IP_UDP)
		put_udp(&f, 40000, port, (unsigned int)len + 8);
	for (; *hex; hex += 2) {
		const char byte[] = { hex[0], hex[1], 0 };

		put_u8(&f, (unsigned int)strtoul(byte, NULL, 16));
	}
	if (has_frame)
		put_ethernet(&f, RJ_ETH_IPV4);
	put_inner(&f);
	return f;
}

TEST(parse_opens_l2tp_of_both_versions)
{
	static const struct {
		unsigned int proto;
		uint32_t id;
		const char *hex;
		bool has_frame;
	} rows[] = {
		{ RJ_IP_UDP, 0x00070008, "000200070008ff030021", false },
		{ RJ_IP_UDP, 0x00070008, "0002000700080021", false },
		{ RJ_IP_UDP, 0x00070008, "00020007000821", false },
		{ RJ_IP_UDP, 0x00070008, "4002002d00070008ff030021", false },
		{ RJ_IP_UDP, 0x00070008,
		  "0802000700080001000200"
		  "21",
		  false },
		{ RJ_IP_UDP, 0x00070008, "02020007000800000021", false },
		{ RJ_IP_UDP, 0x00070008, "02020007000800035555550021", false },
		{ RJ_IP_UDP, 0x00070008, "4b02003300070008000100020002eeee0021", false },
		{ RJ_IP_UDP, 9, "0003000000000009", true },
		{ RJ_IP_UDP, 9, "000300000000000900000000", true },
		{ RJ_IP_L2TP, 9, "00000009", true },
		{ RJ_IP_L2TP, 9, "0000000900000000", true },
		{ RJ_IP_L2TP, 9, "000000091122334455667788", true },
		{ RJ_IP_L2TP, 9, "00000009112233445566778840000001", true },
		{ RJ_IP_L2TP, 9, "00000009ff030021", false },
		{ RJ_IP_L2TP, 9, "0000000911223344ff030021", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct frame f =
			tunnel_of(rows[i].proto, RJ_PORT_L2TP, rows[i].hex, rows[i].has_frame);
		struct parsed got = open_frame(&f);

		check_inner(&got);
		CHECK_EQ(got.t.num, 1);
		CHECK_EQ(got.t.at[0].type, RJ_TUNNEL_L2TP);
		CHECK_EQ(got.t.at[0].id, rows[i].id);
	}
}

TEST(parse_takes_for_no_l2tp_what_has_not_its_header)
{
	static const struct {
		unsigned int proto;
		const char *hex;
		bool has_frame;
	} rows[] = {
		{ RJ_IP_UDP, "800200070008ff030021", false },	  /* control */
		{ RJ_IP_UDP, "001200070008ff030021", false },	  /* a reserved bit */
		{ RJ_IP_UDP, "000100070008ff030021", false },	  /* version 1 */
		{ RJ_IP_UDP, "4002ffff00070008ff030021", false }, /* longer than the datagram */
		{ RJ_IP_UDP, "02020007000800ff0021", false },	  /* likewise its offset */
		{ RJ_IP_UDP, "000200070008ff03c021", false },	  /* LCP */
		{ RJ_IP_UDP, "0003000000000000", true },
		{ RJ_IP_UDP, "8003000000000009", true },
		{ RJ_IP_L2TP, "00000000", true }, /* control */
		{ RJ_IP_L2TP, "00000009112233445566778840000001cccccccc", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct frame f =
			tunnel_of(rows[i].proto, RJ_PORT_L2TP, rows[i].hex, rows[i].has_frame);
		struct parsed got = open_frame(&f);

		CHECK_EQ(got.reason, RJ_REASON_NONE);
		CHECK_EQ(got.p.num_tunnels, 0);
		CHECK_EQ(got.p.key.proto, rows[i].proto);
	}
}

TEST(parse_opens_vxlan_gpe_by_what_it_says_is_in_it)
{
	static const struct {
		const char *hex;
		bool has_frame, is_opened;
	} rows[] = {
		{ "0c00000100002a00", false, true },
		{ "0c00000300002a00", true, true },
		{ "0800000000002a00", true, true },
		{ "0c00000400002a000fc2020100000000", false, true },
		{ "0c00000500002a0000010140", false, true },
		{ "0c00000900002a00", false, false },
		{ "0d00000100002a00", false, false }, /* OAM */
		{ "1c00000100002a00", false, false }, /* version 1 */
		{ "0400000100002a00", false, false }, /* no VNI */
		{ "0c00000100002a01", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct frame f =
			tunnel_of(RJ_IP_UDP, RJ_PORT_VXLAN_GPE, rows[i].hex, rows[i].has_frame);
		struct parsed got = open_frame(&f);

		CHECK_EQ(got.reason, RJ_REASON_NONE);
		CHECK_EQ(got.p.num_tunnels, rows[i].is_opened);
		if (!rows[i].is_opened)
			continue;
		check_inner(&got);
		CHECK_EQ(got.t.at[0].type, RJ_TUNNEL_VXLAN_GPE);
		CHECK_EQ(got.t.at[0].id, 42);
	}
}

TEST(parse_opens_mpls_in_udp_and_wccp_in_gre)
{
	struct frame f = tunnel_of(RJ_IP_UDP, RJ_PORT_MPLS, "0001004000020140", false);
	struct parsed got = open_frame(&f);

	check_inner(&got);
	CHECK_EQ(got.t.at[0].type, RJ_TUNNEL_MPLS);
	f = tunnel_of(RJ_IP_GRE, 0, "0000883e", false);
	got = open_frame(&f);
	check_inner(&got);
	f = tunnel_of(RJ_IP_GRE, 0, "0000883e00000000", false);
	got = open_frame(&f);
	check_inner(&got);
}

TEST(parse_does_not_open_what_comes_in_fragments)
{
	struct frame f = vxlan(0x08000000, 0x100);
	struct parsed got;

	set_u16(&f, 20, RJ_IPV4_MORE_FRAGMENTS);
	got = open_frame(&f);
	CHECK_EQ(got.p.num_tunnels, 0);
	CHECK(got.p.bits & RJ_PKT_FIRST_FRAG);
}

/* The inner packet behind these bytes, which stand where the type would. */
static struct parsed behind(const char *hex, bool has_frame)
{
	struct frame f = { .len = 0 };

	put_fill(&f, 2, 12);
	for (; *hex; hex += 2) {
		const char byte[] = { hex[0], hex[1], 0 };

		put_u8(&f, (unsigned int)strtoul(byte, NULL, 16));
	}
	if (has_frame)
		put_ethernet(&f, RJ_ETH_IPV4);
	put_inner(&f);
	return open_frame(&f);
}

TEST(parse_passes_over_what_stands_before_ip)
{
	static const struct {
		const char *hex;
		bool has_frame;
	} rows[] = {
		{ "8847000101ff", false },
		{ "8847000100ff000201ff", false },
		{ "8848000101ff", true },
		{ "8847000101ff00000000", true },
		{ "8864110000070023"
		  "0021",
		  false },
		{ "886411000007002321", false },
		{ "0064aaaa030000000800", false },
		{ "0064060603", false },
		{ "88e700000001", true },
		{ "89030001", true },
		{ "893f0000000000000800", false },
		{ "8926000000000800", false },
		{ "8870aaaa030000000800", false },
		{ "892f001000010800", false }, /* HSR */
		{ "8909010100010005"
		  "0800",
		  false },		      /* Cisco metadata */
		{ "22f3001000010002", true }, /* TRILL */
		{ "22f30090000100020102030405060708", true },
		{ "88e50000000000010800", false },
		{ "88e520000000000100000000000000010800", false },
		{ "810000078847000101ff", false },
		{ "894f0fc2020100000000", false }, /* NSH of two words */
		{ "894f0fc602030000000000000000000000000000000000000000", true },
		{ "894f0fc2020400000000"
		  "0fc2020100000000",
		  false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct parsed got = behind(rows[i].hex, rows[i].has_frame);

		check_inner(&got);
		CHECK_EQ(got.p.num_tunnels, 0);
	}
	CHECK_EQ(behind("88e50c0000000001", true).reason, RJ_REASON_NOT_IP); /* encrypted */
	CHECK_EQ(behind("88641100000700239999", false).reason, RJ_REASON_NOT_IP);
	CHECK_EQ(behind("0064424203", false).reason, RJ_REASON_NOT_IP);
	CHECK_EQ(behind("22f3401000010002", true).reason, RJ_REASON_NOT_IP);	  /* version 1 */
	CHECK_EQ(behind("894f2fc2020100000000", false).reason, RJ_REASON_NOT_IP); /* OAM */
	CHECK_EQ(behind("894f0fc1020100000000", false).reason, RJ_REASON_NOT_IP); /* one word */
	CHECK_EQ(behind("894f0fc2020700000000", false).reason, RJ_REASON_NOT_IP);
}

TEST(parse_bounds_the_headers_before_ip)
{
	for (unsigned int num = 14; num < 20; num++) {
		struct frame f = { .len = 0 };

		put_ethernet(&f, RJ_ETH_MPLS);
		for (unsigned int i = 1; i < num; i++)
			put_u32(&f, 0x00010040);
		put_u32(&f, 0x00010140);
		put_inner(&f);
		CHECK_EQ(open_frame(&f).reason,
			 num > RJ_MAX_LINK_HEADERS ? RJ_REASON_LINK_DEPTH : RJ_REASON_NONE);
	}
}
