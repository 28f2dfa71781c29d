/* SPDX-License-Identifier: BSD-3-Clause */
#include "source/link.h"

#include <pcap/dlt.h>

#include "tests/unit/bpf/frames.h"

/* What is read of @f, all but its link header an IP packet, as a frame of @link_type. */
static struct parsed link_parse(int link_type, const struct frame *f, size_t captured_len)
{
	struct parsed got;
	struct rj_layers layers;
	uint8_t *copy = unit_copy(f->at, captured_len);
	struct rj_frame frame = { .data = copy,
				  .captured_len = (uint32_t)captured_len,
				  .wire_len = (uint32_t)f->len };

	memset(&got, 0xee, sizeof(got));
	got.reason = rj_link_parse(link_type, &frame, &layers, &got.p);
	free(copy);
	return got;
}

static void put_packet(struct frame *f, bool is_v6)
{
	if (is_v6)
		put_ipv6(f, RJ_IP_UDP, 9, 1, 2);
	else
		put_ipv4(f, RJ_IP_UDP, 9, 1, 2);
	put_udp(f, 5, 6, 9);
	put_u8(f, 'x');
}

/* Every cut of the link header is truncated, and the packet behind it is read. */
static void check_frame(int link_type, const struct frame *f, size_t header_len, bool is_v6)
{
	struct parsed got = link_parse(link_type, f, f->len);

	CHECK_EQ(got.reason, RJ_REASON_NONE);
	CHECK_EQ(got.p.payload_len, 1);
	CHECK_EQ(got.p.payload_off, f->len - 1);
	CHECK_EQ(!(got.p.bits & RJ_PKT_IPV4), is_v6);
	for (size_t len = 0; len < f->len - 1; len++) {
		enum rj_reason reason = link_parse(link_type, f, len).reason;

		if (len < header_len || !len)
			CHECK_EQ(reason, RJ_REASON_LINK_TRUNCATED);
		else
			CHECK(reason != RJ_REASON_NONE || len >= f->len - 9 + 4);
	}
}

TEST(link_reads_ethernet)
{
	for (int v6 = 0; v6 < 2; v6++) {
		struct frame f = { .len = 0 };

		put_ethernet(&f, v6 ? RJ_ETH_IPV6 : RJ_ETH_IPV4);
		put_packet(&f, v6);
		check_frame(DLT_EN10MB, &f, 14, v6);
	}
}

TEST(link_reads_raw_ip_by_its_version)
{
	static const int types[] = { DLT_RAW, 101 /* LINKTYPE_RAW */, DLT_IPV4, DLT_IPV6 };

	for (size_t i = 0; i < 4; i++) {
		for (int v6 = 0; v6 < 2; v6++) {
			struct frame f = { .len = 0 };

			put_packet(&f, v6);
			check_frame(types[i], &f, 0, v6);
		}
	}
}

TEST(link_refuses_raw_packets_of_other_versions)
{
	for (unsigned int version = 0; version < 16; version++) {
		struct frame f = { .len = 0 };

		if (version == 4 || version == 6)
			continue;
		put_packet(&f, false);
		f.at[0] = (uint8_t)(version << 4 | 5);
		CHECK_EQ(link_parse(DLT_RAW, &f, f.len).reason, RJ_REASON_IP_MALFORMED);
	}
}

TEST(link_reads_null_and_loop_in_either_byte_order_with_every_systems_number_of_ipv6)
{
	static const uint8_t families[] = { 2, 10, 23, 24, 26, 28, 30 };

	for (size_t i = 0; i < sizeof(families); i++) {
		for (int is_swapped = 0; is_swapped < 2; is_swapped++) {
			struct frame f = { .len = 0 };
			bool v6 = families[i] != 2;

			put_u32(&f, is_swapped ? (uint32_t)families[i] << 24 : families[i]);
			put_packet(&f, v6);
			check_frame(DLT_NULL, &f, 4, v6);
			check_frame(DLT_LOOP, &f, 4, v6);
		}
	}
}

TEST(link_sets_other_address_families_aside)
{
	for (uint32_t family = 0; family < 40; family++) {
		struct frame f = { .len = 0 };
		bool is_ip = family == 2 || family == 10 || family == 23 || family == 24 ||
			     family == 26 || family == 28 || family == 30;

		put_u32(&f, family);
		put_packet(&f, family != 2);
		CHECK_EQ(link_parse(DLT_NULL, &f, f.len).reason,
			 is_ip ? RJ_REASON_NONE : RJ_REASON_NOT_IP);
	}
}

static void put_sll(struct frame *f, unsigned int protocol)
{
	put_u16(f, 0); /* to us */
	put_u16(f, 1);
	put_u16(f, 6);
	put_fill(f, 2, 8);
	put_u16(f, protocol);
}

TEST(link_reads_linux_cooked)
{
	for (int v6 = 0; v6 < 2; v6++) {
		struct frame f = { .len = 0 };

		put_sll(&f, v6 ? RJ_ETH_IPV6 : RJ_ETH_IPV4);
		put_packet(&f, v6);
		check_frame(DLT_LINUX_SLL, &f, 16, v6);
	}
}

TEST(link_reads_vlan_tags_behind_linux_cooked)
{
	struct frame f = { .len = 0 };

	put_sll(&f, RJ_ETH_VLAN);
	put_u16(&f, 99);
	put_u16(&f, RJ_ETH_IPV4);
	put_packet(&f, false);
	CHECK_EQ(link_parse(DLT_LINUX_SLL, &f, f.len).p.vlan[0], 99);
}

TEST(link_sets_what_is_not_ip_in_linux_cooked_aside)
{
	struct frame f = { .len = 0 };

	put_sll(&f, 0x0806);
	put_packet(&f, false);
	CHECK_EQ(link_parse(DLT_LINUX_SLL, &f, f.len).reason, RJ_REASON_NOT_IP);
}

TEST(link_reads_linux_cooked_2)
{
	for (int v6 = 0; v6 < 2; v6++) {
		struct frame f = { .len = 0 };

		put_u16(&f, v6 ? RJ_ETH_IPV6 : RJ_ETH_IPV4);
		put_fill(&f, 0, 18);
		put_packet(&f, v6);
		check_frame(DLT_LINUX_SLL2, &f, 20, v6);
	}
}

TEST(link_says_which_types_are_read)
{
	static const int read[] = { DLT_EN10MB, DLT_RAW,  DLT_IPV4,	 DLT_IPV6,
				    DLT_NULL,	DLT_LOOP, DLT_LINUX_SLL, DLT_LINUX_SLL2 };
	static const int unread[] = { -1, DLT_IEEE802_11, DLT_PPP, DLT_USB_LINUX, 65535 };
	struct frame f = { .len = 0 };

	put_packet(&f, false);
	for (size_t i = 0; i < sizeof(read) / sizeof(*read); i++)
		CHECK(rj_link_is_read(read[i]));
	for (size_t i = 0; i < sizeof(unread) / sizeof(*unread); i++) {
		CHECK(!rj_link_is_read(unread[i]));
		CHECK_EQ(link_parse(unread[i], &f, f.len).reason, RJ_REASON_LINK_TYPE);
	}
}
