/* SPDX-License-Identifier: BSD-3-Clause */
/* parse.h as user space reads: as many headers as a frame has, and the packet programs' bounds. */
#include "tests/unit/bpf/frames.h"

static struct parsed read_as(const struct frame *f, bool is_deep)
{
	return parse_as(f, f->len, (struct rj_frame){ .is_deep = is_deep });
}

static void check_inner(const struct frame *f, const struct parsed *got)
{
	CHECK_EQ(got->reason, RJ_REASON_NONE);
	CHECK_EQ(got->p.key.port[got->p.side], 1000);
	CHECK_EQ(got->p.payload_len, 5);
	CHECK_EQ(got->p.payload_off, f->len - 5);
}

TEST(parse_deep_passes_over_as_many_tags_as_there_are_and_keeps_the_first)
{
	static const unsigned int nums[] = { 0, 4, 5, 6, 200, 255, 256, 300, 1100, 2500 };

	for (size_t n = 0; n < sizeof(nums) / sizeof(*nums); n++) {
		struct frame f = { .len = 0 };
		struct parsed got;

		put_ethernet(&f, nums[n] ? RJ_ETH_VLAN : RJ_ETH_IPV4);
		for (unsigned int i = 1; i <= nums[n]; i++) {
			put_u16(&f, i);
			put_u16(&f, i < nums[n] ? RJ_ETH_QINQ : RJ_ETH_IPV4);
		}
		put_inner(&f);
		got = read_as(&f, true);
		check_inner(&f, &got);
		CHECK_EQ(got.p.num_vlans, nums[n] < 255 ? nums[n] : 255);
		for (unsigned int i = 0; i < RJ_MAX_VLANS && i < nums[n]; i++)
			CHECK_EQ(got.p.vlan[i], i + 1);
		if (nums[n] > RJ_MAX_VLANS)
			CHECK_EQ(read_as(&f, false).reason, RJ_REASON_VLAN_DEPTH);
	}
}

TEST(parse_deep_passes_over_as_many_labels_as_there_are)
{
	for (unsigned int num = 1; num < 2000; num += num < 40 ? 1 : 500) {
		struct frame f = { .len = 0 };
		struct parsed got;

		put_ethernet(&f, RJ_ETH_MPLS);
		for (unsigned int i = 1; i < num; i++)
			put_u32(&f, 0x00010040);
		put_u32(&f, 0x00010140);
		put_inner(&f);
		got = read_as(&f, true);
		check_inner(&f, &got);
		if (num > RJ_MAX_LINK_HEADERS)
			CHECK_EQ(read_as(&f, false).reason, RJ_REASON_LINK_DEPTH);
	}
}

TEST(parse_deep_passes_over_as_many_extension_headers_as_there_are)
{
	for (unsigned int num = 0; num < 500; num += num < 12 ? 1 : 100) {
		struct frame f = { .len = 0 };
		struct parsed got;

		put_ethernet(&f, RJ_ETH_IPV6);
		put_ipv6(&f, num ? RJ_IP_DSTOPTS : RJ_IP_UDP, num * 8 + 13, 1, 2);
		for (unsigned int i = 1; i <= num; i++) {
			put_u8(&f, i < num ? RJ_IP_DSTOPTS : RJ_IP_UDP);
			put_fill(&f, 0, 7);
		}
		put_udp(&f, 1000, 2000, 13);
		put_fill(&f, 'x', 5);
		got = read_as(&f, true);
		check_inner(&f, &got);
		if (num > RJ_MAX_EXT_HEADERS)
			CHECK_EQ(read_as(&f, false).reason, RJ_REASON_IP_HEADERS);
	}
}

TEST(parse_deep_opens_sixteen_tunnels_and_keeps_the_outermost)
{
	for (unsigned int depth = 0; depth < 20; depth++) {
		struct frame f = { .len = 0 };
		struct parsed got;

		put_ethernet(&f, RJ_ETH_IPV4);
		for (unsigned int i = depth; i; i--)
			put_ipv4(&f, RJ_IP_IPIP, (i - 1) * 20 + 33, 100 - i, 200 - i);
		put_inner(&f);
		got = read_as(&f, true);
		if (depth > RJ_MAX_DEEP_TUNNELS) {
			CHECK_EQ(got.reason, RJ_REASON_TUNNEL_DEPTH);
			continue;
		}
		check_inner(&f, &got);
		CHECK_EQ(got.p.num_tunnels, depth);
		if (depth)
			CHECK_EQ(got.t.num, depth);
		for (unsigned int i = 0; i < depth && i < RJ_MAX_TUNNELS; i++)
			CHECK_EQ(((const uint8_t *)got.t.at[i].src)[15], 100 - depth + i);
	}
}

TEST(parse_deep_ends_in_frames_of_tags_alone)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_VLAN);
	while (f.len + 4 <= sizeof(f.at))
		put_u32(&f, RJ_ETH_VLAN);
	CHECK_EQ(read_as(&f, true).reason, RJ_REASON_LINK_TRUNCATED);
}
