/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/source/link_frames.h"

/* A data frame from a station, without QoS. */
static void put_data(struct frame *f, bool is_v6)
{
	put_u32(f, 0x08010000);
	put_fill(f, 2, 18);
	put_u16(f, 0);
	put_llc(f, ethertype(is_v6));
}

/* One with QoS: a header of 26 octets, which padding makes 28. */
static void put_qos_data(struct frame *f, bool is_v6, bool is_padded)
{
	put_u32(f, 0x88010000);
	put_fill(f, 2, 18);
	put_u16(f, 0);
	put_u16(f, 0);
	put_fill(f, 0, is_padded ? 2 : 0);
	put_llc(f, ethertype(is_v6));
}

/* What stands in the radiotap header. */
static unsigned int num_words, radio_flags, num_trailing;
static bool has_tsft, has_flags;

static void put_radiotap(struct frame *f)
{
	size_t start = f->len;
	unsigned int len;

	put_u16(f, 0);
	put_u16(f, 0);
	for (unsigned int i = 0; i < num_words; i++)
		put_le32(f, (i + 1 < num_words ? 0x80000000 : 0) |
				    (i ? 0x20 : (unsigned int)has_tsft | has_flags << 1));
	if (has_tsft) {
		put_fill(f, 0, (8 - (f->len - start) % 8) % 8);
		put_fill(f, 0x20, 8);
	}
	if (has_flags)
		put_u8(f, radio_flags);
	put_fill(f, 0x20, num_trailing);
	len = (unsigned int)(f->len - start);
	f->at[start + 2] = (uint8_t)len;
	f->at[start + 3] = (uint8_t)(len >> 8);
}

static void put_radio_data(struct frame *f, bool is_v6)
{
	put_radiotap(f);
	put_data(f, is_v6);
}

TEST(link_reads_radiotap_of_any_length_and_number_of_words)
{
	radio_flags = 0;
	for (num_words = 1; num_words < 5; num_words++) {
		for (num_trailing = 0; num_trailing < 9; num_trailing++) {
			has_tsft = num_trailing & 1;
			has_flags = num_trailing & 2;
			check_link(DLT_IEEE802_11_RADIO, put_radio_data);
		}
	}
}

static void put_radio_qos(struct frame *f, bool is_v6)
{
	put_radiotap(f);
	put_qos_data(f, is_v6, has_flags && radio_flags & 0x20);
}

TEST(link_finds_radiotaps_flag_of_padding_behind_the_time_and_any_number_of_words)
{
	num_trailing = 3;
	for (num_words = 1; num_words < 5; num_words++) {
		for (unsigned int bits = 0; bits < 8; bits++) {
			has_tsft = bits & 1;
			has_flags = bits & 2;
			radio_flags = bits & 4 ? 0x20 : 0xdf;
			check_link(DLT_IEEE802_11_RADIO, put_radio_qos);
		}
	}
}

TEST(link_finds_no_padding_behind_a_header_that_needs_none)
{
	num_words = 1;
	has_flags = true;
	radio_flags = 0x20;
	check_link(DLT_IEEE802_11_RADIO, put_radio_data);
}

TEST(link_takes_another_version_and_impossible_lengths_of_radiotap_for_no_ip)
{
	num_words = 3;
	num_trailing = 0;
	has_tsft = has_flags = true;
	for (unsigned int len = 0; len < 25; len++) {
		struct frame f = { .len = 0 };

		put_radio_data(&f, false);
		put_packet(&f, false);
		f.at[2] = (uint8_t)len;
		CHECK_EQ(link_reason(DLT_IEEE802_11_RADIO, &f), RJ_REASON_NOT_IP);
	}
	for (unsigned int version = 1; version < 256; version++) {
		struct frame f = { .len = 0 };

		put_radio_data(&f, false);
		put_packet(&f, false);
		f.at[0] = (uint8_t)version;
		CHECK_EQ(link_reason(DLT_IEEE802_11_RADIO, &f), RJ_REASON_NOT_IP);
	}
}

static unsigned int avs_len = 64;

static void put_avs(struct frame *f, bool is_v6)
{
	put_u32(f, 0x80211001);
	put_u32(f, avs_len);
	put_fill(f, 0x20, avs_len - 8);
	put_data(f, is_v6);
}

TEST(link_reads_avs_under_either_link_type)
{
	for (avs_len = 8; avs_len < 100; avs_len += 7) {
		check_link(DLT_IEEE802_11_RADIO_AVS, put_avs);
		check_link(DLT_PRISM_HEADER, put_avs);
	}
	avs_len = 64;
}

TEST(link_takes_another_magic_or_length_of_avs_for_no_ip)
{
	for (int i = 0; i < 2; i++) {
		struct frame f = { .len = 0 };

		put_avs(&f, false);
		put_packet(&f, false);
		f.at[i ? 7 : 0] = 7;
		CHECK_EQ(link_reason(DLT_IEEE802_11_RADIO_AVS, &f), RJ_REASON_NOT_IP);
	}
}

static bool prism_is_le;
static uint32_t prism_code, prism_len;

static void put_prism(struct frame *f, bool is_v6)
{
	(prism_is_le ? put_le32 : put_u32)(f, prism_code);
	(prism_is_le ? put_le32 : put_u32)(f, prism_len);
	put_fill(f, 'w', 16);
	put_fill(f, 0x20, (prism_code < 0x100 ? prism_len : 144) - 24);
	put_data(f, is_v6);
}

TEST(link_reads_prism_of_either_byte_order)
{
	for (int i = 0; i < 4; i++) {
		prism_is_le = i & 1;
		prism_code = i & 2 ? 0x41 : 0x44;
		for (prism_len = 24; prism_len < 200; prism_len += 12)
			check_link(DLT_PRISM_HEADER, put_prism);
	}
}

TEST(link_takes_prism_of_another_code_to_be_of_the_usual_length)
{
	prism_is_le = false;
	prism_code = 0x1234;
	prism_len = 77;
	check_link(DLT_PRISM_HEADER, put_prism);
}

TEST(link_takes_an_impossible_length_of_prism_for_no_ip)
{
	struct frame f = { .len = 0 };

	prism_is_le = true;
	prism_code = 0x44;
	prism_len = 144;
	put_prism(&f, false);
	put_packet(&f, false);
	f.at[4] = 23;
	CHECK_EQ(link_reason(DLT_PRISM_HEADER, &f), RJ_REASON_NOT_IP);
}

static unsigned int ppi_len = 32;

static void put_ppi(struct frame *f, uint32_t link_type)
{
	put_u16(f, 0);
	put_le16(f, ppi_len);
	put_le32(f, link_type);
	put_fill(f, 0x20, ppi_len - 8);
}

static void put_ppi_wlan(struct frame *f, bool is_v6)
{
	put_ppi(f, DLT_IEEE802_11);
	put_data(f, is_v6);
}

static void put_ppi_ethernet(struct frame *f, bool is_v6)
{
	put_ppi(f, DLT_EN10MB);
	put_ethernet(f, ethertype(is_v6));
}

TEST(link_reads_ppi_with_the_link_type_it_names)
{
	for (ppi_len = 8; ppi_len < 300; ppi_len += 31) {
		check_link(DLT_PPI, put_ppi_wlan);
		check_link(DLT_PPI, put_ppi_ethernet);
	}
	ppi_len = 32;
}

TEST(link_reads_no_packet_in_ppi_of_other_versions_lengths_and_types)
{
	for (int i = 0; i < 4; i++) {
		struct frame f = { .len = 0 };

		put_ppi_wlan(&f, false);
		put_packet(&f, false);
		if (i == 0)
			f.at[0] = 1;
		else if (i == 1)
			f.at[2] = 7;
		else if (i == 2)
			f.at[4] = (uint8_t)DLT_USB_LINUX;
		else
			f.at[7] = 0x80;
		CHECK_EQ(link_reason(DLT_PPI, &f), i < 2 ? RJ_REASON_NOT_IP : RJ_REASON_LINK_TYPE);
	}
}
