/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/source/link_frames.h"

/* Of the second octet of frame control */
#define TO_DS 0x01u
#define FROM_DS 0x02u
#define PROTECTED 0x40u
#define ORDER 0x80u

/* What stands in the header: the first two octets, and QoS control where the first says so. */
static unsigned int first, flags, sequence, qos;

static void put_header(struct frame *f)
{
	put_u8(f, first);
	put_u8(f, flags);
	put_u16(f, 0);
	put_fill(f, 2, 18);
	put_le16(f, sequence);
	if ((flags & 3) == 3)
		put_fill(f, 4, 6);
	if (first & 0x80) {
		put_le16(f, qos);
		if (flags & ORDER)
			put_u32(f, 0x87654321);
	}
}

static void put_data(struct frame *f, bool is_v6)
{
	put_header(f);
	put_llc(f, ethertype(is_v6));
}

static void set_header(unsigned int subtype, unsigned int second)
{
	first = subtype << 4 | 0x08;
	flags = second;
	sequence = 0x1230;
	qos = 0;
}

TEST(link_reads_data_frames_of_80211_in_all_directions)
{
	for (unsigned int ds = 0; ds < 4; ds++) {
		for (unsigned int subtype = 0; subtype < 16; subtype++) {
			if (subtype & 4)
				continue;
			set_header(subtype, ds);
			check_link(DLT_IEEE802_11, put_data);
		}
	}
}

TEST(link_passes_over_ht_control_where_there_is_qos)
{
	for (unsigned int ds = 0; ds < 4; ds++) {
		set_header(8, ds | ORDER);
		check_link(DLT_IEEE802_11, put_data);
		set_header(0, ds | ORDER); /* without QoS the bit is another's */
		check_link(DLT_IEEE802_11, put_data);
	}
}

/* The reason of a frame whose header is set. */
static enum rj_reason reason_of_data(void)
{
	struct frame f = { .len = 0 };

	put_data(&f, false);
	put_packet(&f, false);
	return link_reason(DLT_IEEE802_11, &f);
}

TEST(link_takes_other_types_versions_and_null_data_of_80211_for_no_ip)
{
	for (unsigned int octet = 0; octet < 256; octet++) {
		bool is_data = (octet & 0x0f) == 0x08 && !(octet & 0x40);

		set_header(0, 0);
		first = octet;
		CHECK_EQ(reason_of_data(), is_data ? RJ_REASON_NONE : RJ_REASON_NOT_IP);
	}
}

TEST(link_takes_short_control_frames_for_no_ip)
{
	struct frame f = { .len = 0 };

	put_u32(&f, 0xd4000000); /* an acknowledgement */
	put_fill(&f, 2, 6);
	CHECK_EQ(link_reason(DLT_IEEE802_11, &f), RJ_REASON_NOT_IP);
}

TEST(link_takes_protected_frames_for_no_ip)
{
	set_header(8, PROTECTED | TO_DS);
	CHECK_EQ(reason_of_data(), RJ_REASON_NOT_IP);
}

TEST(link_reads_first_fragments_of_80211_and_no_later_ones)
{
	for (unsigned int number = 0; number < 16; number++) {
		set_header(0, 0x04);
		sequence = 0xfff0 | number;
		CHECK_EQ(reason_of_data(), number ? RJ_REASON_NOT_IP : RJ_REASON_NONE);
	}
}

TEST(link_takes_other_llc_in_80211_for_no_ip)
{
	struct frame f = { .len = 0 };

	set_header(0, 0);
	put_header(&f);
	put_u32(&f, 0x42420300);
	put_fill(&f, 0, 40);
	CHECK_EQ(link_reason(DLT_IEEE802_11, &f), RJ_REASON_NOT_IP);
}

/* Further addresses in mesh control, in units of six octets */
static unsigned int num_addresses;

static void put_mesh(struct frame *f)
{
	put_u8(f, num_addresses);
	put_u8(f, 31);
	put_le32(f, 77);
	put_fill(f, 6, num_addresses * 6);
}

static void put_mesh_data(struct frame *f, bool is_v6)
{
	put_header(f);
	put_mesh(f);
	put_llc(f, ethertype(is_v6));
}

TEST(link_passes_over_mesh_control)
{
	for (unsigned int ds = FROM_DS; ds <= (FROM_DS | TO_DS); ds++) {
		set_header(8, ds);
		qos = 0x0100;
		for (num_addresses = 0; num_addresses < 3; num_addresses++)
			check_link(DLT_IEEE802_11, put_mesh_data);
	}
}

TEST(link_does_not_look_for_mesh_control_where_others_use_its_bit)
{
	for (unsigned int ds = 0; ds < 4; ds++) {
		set_header(8, ds);
		qos = 0xff00;
		check_link(DLT_IEEE802_11, put_data);
	}
}

TEST(link_takes_mesh_control_where_none_is_told_or_with_reserved_flags_for_no_ip)
{
	struct frame f = { .len = 0 };

	num_addresses = 0;
	for (unsigned int bits = 0; bits < 8; bits++) {
		set_header(8, bits & 3);
		qos = bits & 4 ? 0x0100 : 0;
		f.len = 0;
		put_mesh_data(&f, false);
		put_packet(&f, false);
		CHECK_EQ(link_reason(DLT_IEEE802_11, &f),
			 bits >= (4 | FROM_DS) ? RJ_REASON_NONE : RJ_REASON_NOT_IP);
	}
	for (unsigned int reserved = 3; reserved < 256; reserved++) {
		set_header(8, FROM_DS);
		qos = 0x0100;
		num_addresses = reserved & 3;
		f.len = 0;
		put_mesh_data(&f, false);
		put_packet(&f, false);
		f.at[26] = (uint8_t)reserved;
		CHECK_EQ(link_reason(DLT_IEEE802_11, &f), RJ_REASON_NOT_IP);
	}
}

/* Octets behind the packet of each subframe */
static unsigned int num_trailing;

/* A subframe with a packet, behind what makes the one before it a multiple of four. */
static void put_subframe(struct frame *f, size_t start, bool is_v6)
{
	size_t length_at;

	while ((f->len - start) % 4)
		put_u8(f, 0);
	put_fill(f, 5, 12);
	length_at = f->len;
	put_u16(f, 0);
	if (qos & 0x0100)
		put_mesh(f);
	put_llc(f, ethertype(is_v6));
	put_packet(f, is_v6);
	put_fill(f, 0xff, num_trailing);
	set_u16(f, length_at, (unsigned int)(f->len - length_at - 2));
}

static struct frame amsdu_frame(unsigned int num_subframes)
{
	struct frame f = { .len = 0 };
	size_t start;

	put_header(&f);
	start = f.len;
	for (unsigned int i = 0; i < num_subframes; i++)
		put_subframe(&f, start, i % 2);
	return f;
}

/* How many packets the frame has, each of which is read as it should be. */
static unsigned int count_packets(const struct frame *f)
{
	unsigned int num = 0;
	uint32_t at = 0;

	do {
		struct parsed got = link_parse_at(DLT_IEEE802_11, f, f->len, &at);

		CHECK_EQ(got.reason, RJ_REASON_NONE);
		CHECK_EQ(got.p.key.version, num % 2 ? 6 : 4);
		CHECK_EQ(f->at[got.p.payload_off], 'x');
		num++;
	} while (at && num < 300);
	return num;
}

TEST(link_reads_each_subframe_of_an_amsdu)
{
	for (unsigned int num = 1; num < 30; num++) {
		struct frame f;

		set_header(8, TO_DS);
		qos = 0x0080;
		f = amsdu_frame(num);
		CHECK_EQ(count_packets(&f), num);
		put_u32(&f, 0xdeadbeef); /* a check sequence is no further subframe */
		CHECK_EQ(count_packets(&f), num);
	}
}

TEST(link_pads_subframes_of_every_length)
{
	for (num_trailing = 0; num_trailing < 9; num_trailing++) {
		struct frame f;

		set_header(8, TO_DS);
		qos = 0x0080;
		f = amsdu_frame(4);
		CHECK_EQ(count_packets(&f), 4);
	}
	num_trailing = 0;
}

TEST(link_reads_subframes_beyond_the_parsers_reach)
{
	struct frame f;

	set_header(8, TO_DS);
	qos = 0x0080;
	f = amsdu_frame(160);
	CHECK(f.len > 2 * RJ_MAX_HEADER_OFF);
	CHECK_EQ(count_packets(&f), 160);
}

TEST(link_passes_over_mesh_control_in_subframes)
{
	struct frame f;

	set_header(8, FROM_DS);
	qos = 0x0180;
	num_addresses = 2;
	f = amsdu_frame(3);
	CHECK_EQ(count_packets(&f), 3);
}

/* Packets, by result, of the frame cut to @captured_len bytes. */
static unsigned int count_cut(const struct frame *f, size_t captured_len, unsigned int *read)
{
	unsigned int num = 0;
	uint32_t at = 0;

	*read = 0;
	do {
		*read += !link_parse_at(DLT_IEEE802_11, f, captured_len, &at).reason;
		num++;
	} while (at && num < 300);
	return num;
}

TEST(link_finds_of_a_cut_amsdu_the_subframes_up_to_the_cut_and_one)
{
	struct frame f;
	unsigned int last = 0;

	set_header(8, TO_DS);
	qos = 0x0080;
	f = amsdu_frame(3);
	for (size_t len = 0; len <= f.len; len++) {
		unsigned int read, num = count_cut(&f, len, &read);

		CHECK(num >= 1 && num <= 3 && num >= last && num <= last + 1);
		CHECK(read == num || read + 1 == num);
		last = num;
		if (len == 26 + 52 || len == 26 + 53) /* where the second one starts */
			CHECK_EQ(num, len - 26 - 51);
	}
	CHECK_EQ(last, 3);
}

TEST(link_ends_an_amsdu_whose_subframe_is_longer_than_the_frame)
{
	struct frame f;
	unsigned int read;

	set_header(8, TO_DS);
	qos = 0x0080;
	f = amsdu_frame(3);
	set_u16(&f, 26 + 12, 0xffff);
	CHECK_EQ(count_cut(&f, f.len, &read), 1);
	CHECK_EQ(read, 1);
}

TEST(link_takes_empty_subframes_one_by_one)
{
	for (unsigned int left = 0; left < 16; left++) {
		struct frame f = { .len = 0 };
		unsigned int read;

		set_header(8, TO_DS);
		qos = 0x0080;
		put_header(&f);
		put_fill(&f, 0, 16 * 5 + left);
		CHECK_EQ(count_cut(&f, f.len, &read), left < 14 ? 5 : 6);
		CHECK_EQ(read, 0);
	}
}

TEST(link_does_not_read_a_packet_over_its_subframes_end)
{
	struct frame f;
	uint32_t at = 0;

	set_header(8, TO_DS);
	qos = 0x0080;
	f = amsdu_frame(2);
	for (unsigned int len = 0; len < 8 + 20 + 4; len++) {
		struct parsed got;

		set_u16(&f, 26 + 12, len);
		at = 0;
		got = link_parse_at(DLT_IEEE802_11, &f, f.len, &at);
		CHECK_EQ(got.reason, len < 8  ? RJ_REASON_LINK_TRUNCATED :
				     len < 28 ? RJ_REASON_IP_TRUNCATED :
						RJ_REASON_L4_SHORT);
	}
}
