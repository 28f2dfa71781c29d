/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/source/link_frames.h"

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
	static const int types[] = { DLT_RAW, 14, 101 /* LINKTYPE_RAW */, DLT_IPV4, DLT_IPV6 };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
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

static void put_slip(struct frame *f, bool is_v6)
{
	(void)is_v6;
	put_u16(f, 0x0040);
	put_fill(f, 0, 14);
}

TEST(link_reads_slip_behind_its_sixteen_octets)
{
	check_link(DLT_SLIP, put_slip);
}

static void put_labels(struct frame *f, bool is_v6)
{
	(void)is_v6;
	put_u32(f, 0x0001003f);
	put_u32(f, 0x0002013f);
}

TEST(link_reads_mpls_labels)
{
	check_link(DLT_MPLS, put_labels);
}

static void put_two_addresses(struct frame *f, bool is_v6)
{
	put_fill(f, 9, 16);
	put_u16(f, ethertype(is_v6));
}

TEST(link_reads_ip_over_firewire)
{
	check_link(DLT_APPLE_IP_OVER_IEEE1394, put_two_addresses);
}

static void put_fibre_channel(struct frame *f, bool is_v6)
{
	put_fill(f, 9, 16);
	put_llc(f, ethertype(is_v6));
}

TEST(link_reads_ip_over_fibre_channel)
{
	check_link(DLT_IP_OVER_FC, put_fibre_channel);
}

TEST(link_says_which_types_are_read)
{
	static const int read[] = {
		0,   1,	  6,   7,   8,	 9,   10,  11,	12,  14,  50,  51,  100,
		101, 104, 105, 107, 108, 109, 113, 117, 119, 122, 123, 127, 129,
		138, 163, 166, 178, 182, 192, 197, 204, 205, 206, 219, 226, 228,
		229, 239, 240, 241, 242, 258, 259, 274, 276, 281, 282, 284, 285,
	};
	struct frame f = { .len = 0 };
	size_t num = 0;

	put_packet(&f, false);
	for (int type = -2; type < 70000; type++) {
		bool is_read = num < sizeof(read) / sizeof(*read) && read[num] == type;

		num += is_read;
		CHECK_EQ(rj_link_is_read(type), is_read);
		CHECK_EQ(link_reason(type, &f) == RJ_REASON_LINK_TYPE, !is_read || type == DLT_ERF)
		/* whose records have types */;
	}
	CHECK_EQ(num, sizeof(read) / sizeof(*read));
}

TEST(link_sets_usb_bluetooth_and_the_like_aside_whatever_is_in_them)
{
	static const int types[] = { DLT_USB_LINUX,
				     DLT_USB_LINUX_MMAPPED,
				     DLT_USBPCAP,
				     DLT_BLUETOOTH_HCI_H4,
				     DLT_BLUETOOTH_HCI_H4_WITH_PHDR,
				     DLT_BLUETOOTH_LE_LL,
				     DLT_IEEE802_15_4_NOFCS,
				     DLT_CAN_SOCKETCAN,
				     DLT_NETLINK,
				     DLT_USER0 };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct frame f = { .len = 0 };

		put_packet(&f, false);
		for (size_t len = 0; len <= f.len; len++)
			CHECK_EQ(link_parse(types[i], &f, len).reason, RJ_REASON_LINK_TYPE);
	}
}

/* PPI in PPI: the header says what type of link follows it. */
static void put_ppi(struct frame *f, uint32_t link_type, unsigned int padding)
{
	put_u16(f, 0);
	put_le16(f, 8 + padding);
	put_le32(f, link_type);
	put_fill(f, 0, padding);
}

TEST(link_opens_no_more_than_four_link_types_in_each_other)
{
	for (int depth = 0; depth < 6; depth++) {
		struct frame f = { .len = 0 };

		for (int i = 0; i < depth; i++)
			put_ppi(&f, DLT_PPI, 0);
		put_ppi(&f, DLT_RAW, 0);
		put_packet(&f, false);
		CHECK_EQ(link_reason(DLT_PPI, &f),
			 depth < 3 ? RJ_REASON_NONE : RJ_REASON_LINK_DEPTH);
	}
}

TEST(link_reads_packets_that_start_beyond_the_parsers_reach_and_no_further_than_offsets_go)
{
	static struct frame f;
	struct parsed got;

	f.len = 0;
	put_ppi(&f, DLT_RAW, 9000);
	put_packet(&f, true);
	got = link_parse(DLT_PPI, &f, f.len);
	CHECK_EQ(got.reason, RJ_REASON_NONE);
	CHECK_EQ(got.p.payload_off, f.len - 1);
}

TEST(link_says_of_later_fragments_too_where_their_payload_is)
{
	struct frame f = { .len = 0 };
	struct parsed got;

	put_ppi(&f, DLT_RAW, 90);
	put_packet(&f, false);
	set_u16(&f, 8 + 90 + 6, 2);
	got = link_parse(DLT_PPI, &f, f.len);
	CHECK_EQ(got.reason, RJ_REASON_FRAGMENT);
	CHECK_EQ(got.p.payload_off, 8 + 90 + 20);
}

TEST(link_refuses_headers_longer_than_offsets_go)
{
	static const unsigned int passed[] = { 0xb000, 0xb001, 0xffff };

	for (size_t i = 0; i < 3; i++) {
		size_t len = 0xffff + 100;
		uint8_t *data = calloc(1, len);
		struct rj_frame frame = { .data = data,
					  .captured_len = (uint32_t)len,
					  .wire_len = (uint32_t)len };
		struct frame head = { .len = 0 }, packet = { .len = 0 };
		struct rj_layers layers;
		struct rj_packet p;
		uint32_t at = 0;
		enum rj_reason reason;

		put_ppi(&head, DLT_RAW, 0);
		head.at[2] = (uint8_t)passed[i];
		head.at[3] = (uint8_t)(passed[i] >> 8);
		put_packet(&packet, false);
		memcpy(data, head.at, head.len);
		memcpy(data + passed[i], packet.at, packet.len);
		reason = rj_link_parse(DLT_PPI, &frame, &at, &layers, &p);
		CHECK_EQ(reason, i ? RJ_REASON_LINK_DEPTH : RJ_REASON_NONE);
		if (!i)
			CHECK_EQ(p.payload_off, passed[i] + packet.len - 1);
		free(data);
	}
}
