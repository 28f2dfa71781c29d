/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/source/link_frames.h"

static unsigned int preamble_len, delimiter;

static void put_preamble(struct frame *f, bool is_v6)
{
	put_fill(f, 0x55, preamble_len);
	put_u8(f, delimiter);
	put_ethernet(f, ethertype(is_v6));
}

TEST(link_reads_mpackets_with_preambles_of_any_length)
{
	static const unsigned int starts[] = { 0xd5, 0xe6, 0x4c, 0x7f, 0xb3 };

	for (size_t i = 0; i < 5; i++) {
		delimiter = starts[i];
		for (preamble_len = 0; preamble_len <= 15; preamble_len++)
			check_link(DLT_ETHERNET_MPACKET, put_preamble);
	}
}

TEST(link_takes_later_parts_of_mpackets_for_no_ip)
{
	for (delimiter = 0; delimiter < 256; delimiter++) {
		struct frame f = { .len = 0 };
		bool is_start = delimiter == 0xd5 || delimiter == 0xe6 || delimiter == 0x4c ||
				delimiter == 0x7f || delimiter == 0xb3;

		preamble_len = 7;
		put_preamble(&f, false);
		put_packet(&f, false);
		CHECK_EQ(link_reason(DLT_ETHERNET_MPACKET, &f),
			 is_start ? RJ_REASON_NONE : RJ_REASON_NOT_IP);
	}
	for (preamble_len = 16; preamble_len < 20; preamble_len++) {
		struct frame f = { .len = 0 };

		delimiter = 0xd5;
		put_preamble(&f, false);
		put_packet(&f, false);
		CHECK_EQ(link_reason(DLT_ETHERNET_MPACKET, &f), RJ_REASON_NOT_IP);
	}
}

static void put_netanalyzer(struct frame *f, bool is_v6)
{
	put_u32(f, 0x00042000);
	put_ethernet(f, ethertype(is_v6));
}

static void put_netanalyzer_transparent(struct frame *f, bool is_v6)
{
	put_u32(f, 0x00062000);
	put_preamble(f, is_v6);
}

TEST(link_reads_netanalyzer)
{
	check_link(DLT_NETANALYZER, put_netanalyzer);
	delimiter = 0xd5;
	for (preamble_len = 0; preamble_len < 9; preamble_len++)
		check_link(DLT_NETANALYZER_TRANSPARENT, put_netanalyzer_transparent);
}

static void put_epon(struct frame *f, bool is_v6)
{
	put_u16(f, 0xd555);
	put_u32(f, 0x5500017f);
	put_ethernet(f, ethertype(is_v6));
}

TEST(link_reads_epon)
{
	check_link(DLT_EPON, put_epon);
}

static unsigned int juniper_flags, juniper_extensions;

static void put_juniper(struct frame *f, bool is_v6)
{
	put_u32(f, 0x4d474300 | juniper_flags);
	if (juniper_flags & 0x80) {
		put_u16(f, juniper_extensions);
		put_fill(f, 1, juniper_extensions);
	}
	if (juniper_flags & 2)
		put_u32(f, is_v6 ? 6 : 2);
	else
		put_ethernet(f, ethertype(is_v6));
}

TEST(link_reads_juniper_with_and_without_extensions_and_link_header)
{
	static const unsigned int all[] = { 0, 1, 2, 3, 0x80, 0x81, 0x82, 0x83 };

	for (size_t i = 0; i < 8; i++) {
		juniper_flags = all[i];
		for (juniper_extensions = 0; juniper_extensions < 300; juniper_extensions += 33)
			check_link(DLT_JUNIPER_ETHER, put_juniper);
	}
}

TEST(link_takes_another_magic_than_junipers_for_no_ip)
{
	struct frame f = { .len = 0 };

	juniper_flags = 0;
	put_juniper(&f, false);
	put_packet(&f, false);
	f.at[2] ^= 1;
	CHECK_EQ(link_reason(DLT_JUNIPER_ETHER, &f), RJ_REASON_NOT_IP);
}

static void put_brcm(struct frame *f, bool is_v6)
{
	put_fill(f, 2, 12);
	put_u32(f, 0x20000010);
	put_u16(f, ethertype(is_v6));
}

static void put_brcm_prepend(struct frame *f, bool is_v6)
{
	put_u32(f, 0x20000010);
	put_ethernet(f, ethertype(is_v6));
}

static unsigned int dsa_tag;

static void put_dsa(struct frame *f, bool is_v6)
{
	put_fill(f, 2, 12);
	put_u32(f, dsa_tag);
	put_u16(f, ethertype(is_v6));
}

static void put_edsa(struct frame *f, bool is_v6)
{
	put_fill(f, 2, 12);
	put_u32(f, 0xdada0000);
	put_u32(f, dsa_tag);
	put_u16(f, ethertype(is_v6));
}

static void put_without_tag(struct frame *f, bool is_v6)
{
	put_ethernet(f, ethertype(is_v6));
}

TEST(link_reads_switch_tags)
{
	dsa_tag = 0xc0000000;
	check_link(DLT_DSA_TAG_BRCM, put_brcm);
	check_link(DLT_DSA_TAG_BRCM_PREPEND, put_brcm_prepend);
	check_link(DLT_DSA_TAG_DSA, put_dsa);
	check_link(DLT_DSA_TAG_EDSA, put_edsa);
	check_link(DLT_DSA_TAG_EDSA, put_without_tag);
}

TEST(link_finds_the_vlan_in_the_tag_that_replaced_its_own)
{
	for (int is_tagged = 0; is_tagged < 2; is_tagged++) {
		struct frame f = { .len = 0 };
		struct parsed got;

		dsa_tag = is_tagged ? 0xe000a123 : 0xc000a123;
		put_dsa(&f, false);
		put_packet(&f, false);
		got = link_parse(DLT_DSA_TAG_DSA, &f, f.len);
		CHECK_EQ(got.p.num_vlans, is_tagged);
		CHECK_EQ(got.p.vlan[0], is_tagged ? 0x123 : 0);
	}
}

static unsigned int erf_type, erf_extensions;

static void put_erf(struct frame *f, bool is_v6)
{
	put_fill(f, 0x11, 8);
	put_u8(f, erf_type | (erf_extensions ? 0x80 : 0));
	put_fill(f, 0, 7);
	for (unsigned int i = 0; i < erf_extensions; i++) {
		put_u8(f, i + 1 < erf_extensions ? 0x83 : 0x03);
		put_fill(f, 0, 7);
	}
	switch (erf_type) {
	case 2:
	case 11:
	case 16:
	case 20:
		put_u16(f, 0);
		put_ethernet(f, ethertype(is_v6));
		break;
	case 5:
	case 17:
		put_u32(f, 0);
		put_u32(f, is_v6 ? 0xff030057 : 0xff030021);
		break;
	case 1:
	case 10:
	case 15:
	case 19:
		put_u32(f, 0x0f000000 | ethertype(is_v6));
		break;
	default:
		break;
	}
}

TEST(link_reads_erf_records_of_ethernet_hdlc_and_ip)
{
	static const unsigned int types[] = { 1, 2, 5, 10, 11, 15, 16, 17, 19, 20, 22, 23 };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		erf_type = types[i];
		for (erf_extensions = 0; erf_extensions <= 16; erf_extensions++)
			check_link(DLT_ERF, put_erf);
	}
}

TEST(link_sets_other_erf_records_aside)
{
	for (erf_type = 0; erf_type < 128; erf_type++) {
		struct frame f = { .len = 0 };

		erf_extensions = 0;
		put_erf(&f, false);
		put_packet(&f, false);
		if (erf_type == 3 || erf_type == 21 || erf_type == 27 || erf_type == 48 ||
		    erf_type == 0 || erf_type > 48)
			CHECK_EQ(link_reason(DLT_ERF, &f), RJ_REASON_LINK_TYPE);
	}
	erf_type = 2;
	for (erf_extensions = 17; erf_extensions < 20; erf_extensions++) {
		struct frame f = { .len = 0 };

		put_erf(&f, false);
		put_packet(&f, false);
		CHECK_EQ(link_reason(DLT_ERF, &f), RJ_REASON_LINK_DEPTH);
	}
}
