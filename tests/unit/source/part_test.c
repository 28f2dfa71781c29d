/* SPDX-License-Identifier: BSD-3-Clause */
#include "source/part.h"

#include <pcap/dlt.h>

#include "bpf/wire.h"
#include "source/link.h"
#include "tests/unit/bpf/frames.h"

/* What the look says of the frame's first @len bytes; what parsing says must not contradict it. */
static uint32_t part_of(const struct frame *f, size_t len, bool is_closed)
{
	uint8_t *copy = unit_copy(f->at, len);
	const struct rj_capture capture = { .link_type = DLT_EN10MB,
					    .data = copy,
					    .captured_len = (uint32_t)len,
					    .wire_len = (uint32_t)f->len };
	const struct rj_frame frame = { .data = copy,
					.captured_len = (uint32_t)len,
					.wire_len = (uint32_t)f->len,
					.is_closed = is_closed };
	uint32_t part = rj_part_before_parsing(&capture, is_closed);
	struct rj_layers layers;
	struct rj_packet p;
	uint32_t at = 0;

	if (!rj_link_parse(DLT_EN10MB, &frame, &at, &layers, &p) && part != RJ_PART_UNKNOWN)
		CHECK_EQ(part, rj_part_of(&p.key));
	free(copy);
	return part;
}

static struct frame udp(unsigned int type, unsigned int src, unsigned int dst, unsigned int sport,
			unsigned int dport)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, type);
	put_ipv4(&f, RJ_IP_UDP, 8 + 30, src, dst);
	put_udp(&f, sport, dport, 8 + 30);
	put_fill(&f, 0, 30);
	return f;
}

TEST(part_is_the_same_for_both_directions_and_what_parsing_gives)
{
	uint64_t seen = 0;

	for (unsigned int i = 1; i < 400; i++) {
		struct frame there = udp(RJ_ETH_IPV4, i % 256, 200 - i / 2, 1000 + i, 53);
		struct frame back = udp(RJ_ETH_IPV4, 200 - i / 2, i % 256, 53, 1000 + i);
		uint32_t part = part_of(&there, there.len, false);

		CHECK(part < RJ_NUM_PARTS);
		CHECK_EQ(part, part_of(&back, back.len, false));
		seen |= UINT64_C(1) << part;
	}
	CHECK_EQ(seen, (UINT64_C(1) << RJ_NUM_PARTS) - 1);
}

TEST(part_is_left_to_the_parser_where_anything_is_unusual)
{
	struct frame f = udp(RJ_ETH_IPV4, 1, 2, 1000, 4789);

	CHECK_EQ(part_of(&f, f.len, false), RJ_PART_UNKNOWN); /* may be VXLAN */
	CHECK(part_of(&f, f.len, true) < RJ_NUM_PARTS);
	f = udp(RJ_ETH_IPV4, 1, 2, 1000, 53);
	CHECK(part_of(&f, f.len, false) < RJ_NUM_PARTS);
	set_u16(&f, 20, RJ_IPV4_MORE_FRAGMENTS);
	CHECK_EQ(part_of(&f, f.len, false), RJ_PART_UNKNOWN);
	set_u16(&f, 20, 5);
	CHECK_EQ(part_of(&f, f.len, false), RJ_PART_UNKNOWN);
	set_u16(&f, 20, 0x4000); /* not to be fragmented */
	CHECK(part_of(&f, f.len, false) < RJ_NUM_PARTS);
	f = udp(RJ_ETH_MPLS, 1, 2, 1000, 53);
	CHECK_EQ(part_of(&f, f.len, false), RJ_PART_UNKNOWN);
	f = udp(RJ_ETH_IPV4, 1, 2, 1000, 53);
	f.at[23] = RJ_IP_ICMP;
	CHECK_EQ(part_of(&f, f.len, false), RJ_PART_UNKNOWN);
}

TEST(part_never_contradicts_the_parser_at_any_cut_or_octet)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_VLAN);
	put_u16(&f, 7);
	put_u16(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_TCP, 20 + 12, 1, 2);
	put_tcp(&f, 40000, 80, RJ_TCP_ACK, 5);
	put_fill(&f, 0, 12);
	for (size_t len = 0; len <= f.len; len++)
		part_of(&f, len, false);
	for (size_t at = 12; at < 54; at++)
		for (unsigned int value = 0; value < 256; value++) {
			struct frame changed = f;

			changed.at[at] = (uint8_t)value;
			part_of(&changed, changed.len, false);
		}
	CHECK(part_of(&f, f.len, false) < RJ_NUM_PARTS);
}
