/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/source/link_frames.h"

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

static void put_hdlc(struct frame *f, bool is_v6)
{
	put_u16(f, 0x0f00);
	put_u16(f, ethertype(is_v6));
}

static void put_hdlc_broadcast(struct frame *f, bool is_v6)
{
	put_u16(f, 0x8f00);
	put_u16(f, ethertype(is_v6));
}

static void put_ppp(struct frame *f, bool is_v6)
{
	put_u32(f, is_v6 ? 0xff030057 : 0xff030021);
}

TEST(link_reads_serial_lines_under_the_types_of_loopback)
{
	check_link(DLT_NULL, put_hdlc);
	check_link(DLT_NULL, put_hdlc_broadcast);
	check_link(DLT_NULL, put_ppp);
	check_link(DLT_LOOP, put_hdlc);
}

static void put_sll_of(struct frame *f, unsigned int device, unsigned int protocol)
{
	put_u16(f, 0); /* to us */
	put_u16(f, device);
	put_u16(f, 6);
	put_fill(f, 2, 8);
	put_u16(f, protocol);
}

static void put_sll(struct frame *f, unsigned int protocol)
{
	put_sll_of(f, 1, protocol);
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

TEST(link_reads_llc_and_ppp_in_linux_cooked_by_linuxs_own_numbers)
{
	struct frame llc = { .len = 0 }, ppp = { .len = 0 };

	put_sll(&llc, 4);
	put_llc(&llc, RJ_ETH_IPV4);
	put_packet(&llc, false);
	check_frame(DLT_LINUX_SLL, &llc, 24, false);
	put_sll(&ppp, 7);
	put_u16(&ppp, 0x0021);
	put_packet(&ppp, false);
	check_frame(DLT_LINUX_SLL, &ppp, 18, false);
}

TEST(link_takes_other_numbers_below_ethertypes_in_linux_cooked_for_no_ip)
{
	for (unsigned int protocol = 0; protocol < RJ_ETH_MIN; protocol++) {
		struct frame f = { .len = 0 };

		put_sll(&f, protocol);
		put_llc(&f, RJ_ETH_IPV4);
		put_packet(&f, false);
		CHECK_EQ(link_reason(DLT_LINUX_SLL, &f),
			 protocol == 4 ? RJ_REASON_NONE : RJ_REASON_NOT_IP);
	}
}

TEST(link_reads_what_stands_before_packets_of_special_devices_in_linux_cooked)
{
	struct frame frad = { .len = 0 }, netlink = { .len = 0 }, radio = { .len = 0 };
	struct frame wlan = { .len = 0 };

	put_sll_of(&frad, 770, 0);
	put_u32(&frad, 0x184103cc);
	put_packet(&frad, false);
	check_frame(DLT_LINUX_SLL, &frad, 20, false);
	put_sll_of(&netlink, 824, RJ_ETH_IPV4);
	put_packet(&netlink, false);
	CHECK_EQ(link_reason(DLT_LINUX_SLL, &netlink), RJ_REASON_NOT_IP);
	put_sll_of(&wlan, 801, 0x19);
	put_u32(&wlan, 0x08000000);
	put_fill(&wlan, 0, 20);
	put_llc(&wlan, RJ_ETH_IPV6);
	put_packet(&wlan, true);
	check_frame(DLT_LINUX_SLL, &wlan, 48, true);
	put_sll_of(&radio, 803, 0x19);
	put_le32(&radio, 0x00080000);
	put_le32(&radio, 0);
	put_u32(&radio, 0x08000000);
	put_fill(&radio, 0, 20);
	put_llc(&radio, RJ_ETH_IPV6);
	put_packet(&radio, true);
	check_frame(DLT_LINUX_SLL, &radio, 56, true);
}

TEST(link_reads_special_devices_in_linux_cooked_2_too)
{
	struct frame f = { .len = 0 };

	put_fill(&f, 0, 8);
	put_u16(&f, 770);
	put_fill(&f, 0, 10);
	put_u32(&f, 0x184103cc);
	put_packet(&f, false);
	check_frame(DLT_LINUX_SLL2, &f, 24, false);
}

static void put_enc(struct frame *f, bool is_v6)
{
	put_le32(f, is_v6 ? 24 : 2);
	put_u32(f, 0x12345678);
	put_u32(f, 0);
}

TEST(link_reads_enc)
{
	struct frame f = { .len = 0 };

	check_link(DLT_ENC, put_enc);
	put_enc(&f, false);
	put_packet(&f, false);
	f.at[0] = 99;
	CHECK_EQ(link_reason(DLT_ENC, &f), RJ_REASON_NOT_IP);
}

static unsigned int pflog_len;

static void put_pflog(struct frame *f, bool is_v6)
{
	put_u8(f, pflog_len);
	put_u8(f, is_v6 ? 24 : 2);
	while (f->len < pflog_len || f->len % 4)
		put_u8(f, 0);
}

TEST(link_reads_pflog_with_its_length_rounded_up)
{
	for (pflog_len = 4; pflog_len < 256; pflog_len++)
		check_link(DLT_PFLOG, put_pflog);
}

TEST(link_takes_an_impossible_length_in_pflog_for_no_ip)
{
	for (pflog_len = 0; pflog_len < 4; pflog_len++) {
		struct frame f = { .len = 0 };

		put_pflog(&f, false);
		put_packet(&f, false);
		CHECK_EQ(link_reason(DLT_PFLOG, &f), RJ_REASON_NOT_IP);
	}
}

static bool nflog_is_le;

static void put_nflog16(struct frame *f, unsigned int value)
{
	if (nflog_is_le)
		put_le16(f, value);
	else
		put_u16(f, value);
}

static void put_nflog(struct frame *f, bool is_v6)
{
	put_u8(f, is_v6 ? 10 : 2);
	put_u8(f, 0);
	put_u16(f, 7);
	put_nflog16(f, 8); /* packet header */
	put_nflog16(f, 1);
	put_u32(f, 0x08000100);
	put_nflog16(f, 9); /* prefix of five octets, padded */
	put_nflog16(f, 10);
	put_u32(f, 0x61626364);
	put_u32(f, 0x00ffffff);
	put_nflog16(f, 4); /* an empty one */
	put_nflog16(f, 11);
	put_nflog16(f, 4 + (is_v6 ? 49 : 29));
	put_nflog16(f, 9);
}

TEST(link_reads_nflog_of_either_byte_order)
{
	for (int is_le = 0; is_le < 2; is_le++) {
		nflog_is_le = is_le;
		check_link(DLT_NFLOG, put_nflog);
	}
}

TEST(link_takes_nflog_of_other_families_versions_and_lengths_for_no_ip)
{
	for (int i = 0; i < 3; i++) {
		struct frame f = { .len = 0 };

		nflog_is_le = true;
		put_nflog(&f, false);
		put_packet(&f, false);
		if (i == 0)
			f.at[0] = 7; /* bridge */
		else if (i == 1)
			f.at[1] = 1;
		else
			f.at[4] = 3;
		CHECK_EQ(link_reason(DLT_NFLOG, &f), RJ_REASON_NOT_IP);
	}
}

static void put_pktap(struct frame *f, bool is_v6)
{
	(void)is_v6;
	put_le32(f, 108);
	put_le32(f, 1);
	put_le32(f, DLT_RAW);
	put_fill(f, 'e', 24);
	put_le32(f, 1);
	put_fill(f, 0, 68);
}

/* Octets behind the flags, of names */
static unsigned int pktap_names_len;

static void put_pktap2(struct frame *f, bool is_v6)
{
	put_u8(f, 40 + pktap_names_len);
	put_fill(f, 0, 5);
	put_le16(f, DLT_EN10MB);
	put_fill(f, 0x99, 28);
	put_le32(f, 0x00080001);
	put_fill(f, 'e', pktap_names_len);
	put_ethernet(f, ethertype(is_v6));
}

TEST(link_reads_pktap_of_both_versions_with_the_link_type_they_name)
{
	check_link(DLT_PKTAP, put_pktap);
	for (pktap_names_len = 0; pktap_names_len < 60; pktap_names_len += 20)
		check_link(DLT_PKTAP, put_pktap2);
}

TEST(link_reads_no_packet_in_pktap_without_one_or_of_unread_types)
{
	for (int i = 0; i < 4; i++) {
		struct frame f = { .len = 0 };

		put_pktap(&f, false);
		put_packet(&f, false);
		if (i == 0)
			f.at[0] = 39; /* shorter than its own flags */
		else if (i == 1)
			f.at[4] = 0;
		else if (i == 2)
			f.at[8] = (uint8_t)DLT_USB_LINUX;
		else
			f.at[11] = 0xff;
		CHECK_EQ(link_reason(DLT_PKTAP, &f),
			 i < 2 ? RJ_REASON_NOT_IP : RJ_REASON_LINK_TYPE);
	}
}

static void put_ipnet(struct frame *f, bool is_v6)
{
	put_u8(f, 2);
	put_u8(f, is_v6 ? 26 : 2);
	put_fill(f, 0, 22);
}

TEST(link_reads_ipnet)
{
	struct frame f = { .len = 0 };

	check_link(DLT_IPNET, put_ipnet);
	put_ipnet(&f, false);
	put_packet(&f, false);
	f.at[1] = 1;
	CHECK_EQ(link_reason(DLT_IPNET, &f), RJ_REASON_NOT_IP);
}
