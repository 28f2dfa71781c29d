/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/source/link_frames.h"

/* Octets of routing information, with those that say how many; 0: there is none */
static unsigned int route_len;

static void put_token_ring(struct frame *f, bool is_v6)
{
	put_u16(f, 0x1040);
	put_fill(f, 2, 6);
	put_u8(f, route_len ? 0x80 : 0x7f);
	put_fill(f, 2, 5);
	if (route_len) {
		put_u8(f, 0xc0 | route_len);
		put_fill(f, 7, route_len - 1);
	}
	put_llc(f, ethertype(is_v6));
}

TEST(link_reads_token_ring_with_and_without_routing_information)
{
	for (route_len = 0; route_len < 32; route_len += 2)
		check_link(DLT_IEEE802, put_token_ring);
}

TEST(link_takes_other_frames_and_impossible_routes_of_token_ring_for_no_ip)
{
	for (unsigned int control = 0; control < 256; control++) {
		struct frame f = { .len = 0 };

		route_len = 0;
		put_token_ring(&f, false);
		put_packet(&f, false);
		f.at[1] = (uint8_t)control;
		CHECK_EQ(link_reason(DLT_IEEE802, &f),
			 control >> 6 == 1 ? RJ_REASON_NONE : RJ_REASON_NOT_IP);
	}
	for (unsigned int len = 0; len < 2; len++) {
		struct frame f = { .len = 0 };

		route_len = 2;
		put_token_ring(&f, false);
		put_packet(&f, false);
		f.at[14] = (uint8_t)len;
		CHECK_EQ(link_reason(DLT_IEEE802, &f), RJ_REASON_NOT_IP);
	}
}

static void put_fddi(struct frame *f, bool is_v6)
{
	put_u8(f, 0x50);
	put_fill(f, 2, 12);
	put_llc(f, ethertype(is_v6));
}

TEST(link_reads_fddi)
{
	check_link(DLT_FDDI, put_fddi);
}

TEST(link_takes_frames_of_fddi_without_llc_for_no_ip)
{
	for (unsigned int control = 0; control < 256; control++) {
		struct frame f = { .len = 0 };

		put_fddi(&f, false);
		put_packet(&f, false);
		f.at[0] = (uint8_t)control;
		CHECK_EQ(link_reason(DLT_FDDI, &f),
			 (control & 0x70) == 0x50 ? RJ_REASON_NONE : RJ_REASON_NOT_IP);
	}
}

static void put_arcnet_addresses(struct frame *f, int link_type)
{
	put_u16(f, 0x0102);
	if (link_type == DLT_ARCNET_LINUX)
		put_u16(f, 0);
}

static int arcnet_type;

static void put_arcnet(struct frame *f, bool is_v6)
{
	put_arcnet_addresses(f, arcnet_type);
	put_u8(f, is_v6 ? 196 : 212);
	put_u8(f, 0);
	put_u16(f, 7);
}

static void put_arcnet_exception(struct frame *f, bool is_v6)
{
	put_arcnet_addresses(f, arcnet_type);
	put_u8(f, is_v6 ? 196 : 212);
	put_u8(f, 0xff);
	put_u16(f, 0xffff);
	put_u8(f, is_v6 ? 196 : 212);
	put_u8(f, 0);
	put_u16(f, 7);
}

TEST(link_reads_arcnet_in_both_notations_and_encapsulations)
{
	static const int types[] = { DLT_ARCNET, DLT_ARCNET_LINUX };

	for (size_t i = 0; i < 2; i++) {
		struct frame old = { .len = 0 };
		size_t header_len;

		arcnet_type = types[i];
		check_link(arcnet_type, put_arcnet);
		check_link(arcnet_type, put_arcnet_exception);
		put_arcnet_addresses(&old, arcnet_type);
		put_u8(&old, 240);
		header_len = old.len;
		put_packet(&old, false);
		check_frame(arcnet_type, &old, header_len, false);
	}
}

TEST(link_reads_first_parts_of_arcnets_packets_and_no_later_ones)
{
	for (unsigned int split = 0; split < 255; split++) {
		struct frame f = { .len = 0 };

		arcnet_type = DLT_ARCNET;
		put_arcnet(&f, false);
		put_packet(&f, false);
		f.at[3] = (uint8_t)split;
		CHECK_EQ(link_reason(DLT_ARCNET, &f),
			 !split || split & 1 ? RJ_REASON_NONE : RJ_REASON_NOT_IP);
	}
}

TEST(link_takes_other_protocols_of_arcnet_for_no_ip)
{
	for (unsigned int protocol = 0; protocol < 256; protocol++) {
		struct frame f = { .len = 0 };

		if (protocol == 196 || protocol == 212 || protocol == 240)
			continue;
		put_arcnet(&f, false);
		put_packet(&f, false);
		f.at[2] = (uint8_t)protocol;
		CHECK_EQ(link_reason(DLT_ARCNET, &f), RJ_REASON_NOT_IP);
	}
}

static void put_infiniband(struct frame *f, bool is_v6)
{
	put_u16(f, ethertype(is_v6));
	put_u16(f, 0);
}

static void put_routed_infiniband(struct frame *f, bool is_v6)
{
	put_u32(f, 0x60000000);
	put_fill(f, 3, 36);
	put_infiniband(f, is_v6);
}

static void put_infiniband_with_room(struct frame *f, bool is_v6)
{
	put_fill(f, 0, 40);
	put_infiniband(f, is_v6);
}

TEST(link_reads_ip_over_infiniband_with_and_without_a_route)
{
	check_link(DLT_IPOIB, put_infiniband);
	check_link(DLT_IPOIB, put_routed_infiniband);
	check_link(DLT_IPOIB, put_infiniband_with_room);
}

TEST(link_takes_arp_over_infiniband_for_no_ip)
{
	for (int is_routed = 0; is_routed < 2; is_routed++) {
		struct frame f = { .len = 0 };

		put_fill(&f, 0, is_routed ? 40 : 0);
		put_u32(&f, 0x08060000);
		put_fill(&f, 0, 28);
		CHECK_EQ(link_reason(DLT_IPOIB, &f), RJ_REASON_NOT_IP);
	}
}
