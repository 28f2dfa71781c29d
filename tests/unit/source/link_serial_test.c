/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/source/link_frames.h"

/* RFC 1661, RFC 1662, RFC 5072: protocols of IPv4 and IPv6 */
static unsigned int ppp_protocol(bool is_v6)
{
	return is_v6 ? 0x0057 : 0x0021;
}

static void put_ppp(struct frame *f, bool is_v6)
{
	put_u16(f, ppp_protocol(is_v6));
}

static void put_ppp_hdlc(struct frame *f, bool is_v6)
{
	put_u16(f, 0xff03);
	put_ppp(f, is_v6);
}

static void put_chdlc(struct frame *f, bool is_v6)
{
	put_u16(f, 0x0f00);
	put_u16(f, ethertype(is_v6));
}

static void put_chdlc_broadcast(struct frame *f, bool is_v6)
{
	put_u16(f, 0x8f00);
	put_u16(f, ethertype(is_v6));
}

TEST(link_reads_ppp_with_and_without_address_and_cisco_hdlc_by_its_address)
{
	static const int types[] = { DLT_PPP, DLT_PPP_SERIAL };

	for (size_t i = 0; i < 2; i++) {
		check_link(types[i], put_ppp);
		check_link(types[i], put_ppp_hdlc);
		check_link(types[i], put_chdlc);
		check_link(types[i], put_chdlc_broadcast);
	}
}

static void put_directed_ppp(struct frame *f, bool is_v6)
{
	put_u8(f, 1);
	put_ppp_hdlc(f, is_v6);
}

static void put_pppd(struct frame *f, bool is_v6)
{
	put_u16(f, 0x0103);
	put_ppp(f, is_v6);
}

TEST(link_reads_ppp_with_a_direction_before_the_address_or_in_place_of_it)
{
	check_link(DLT_PPP_WITH_DIR, put_directed_ppp);
	check_link(DLT_PPP_PPPD, put_pppd);
}

TEST(link_takes_other_protocols_of_ppp_for_no_ip)
{
	static const unsigned int protocols[] = { 0xc021, 0x8021, 0x8057, 0x003d, 0x002d, 0x0801 };

	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		struct frame f = { .len = 0 };

		put_u16(&f, 0xff03);
		put_u16(&f, protocols[i]);
		put_packet(&f, false);
		CHECK_EQ(link_reason(DLT_PPP, &f), RJ_REASON_NOT_IP);
		f.at[0] = 0; /* a direction */
		CHECK_EQ(link_reason(DLT_PPP_PPPD, &f), RJ_REASON_NOT_IP);
	}
}

static void put_pppoe(struct frame *f, bool is_v6)
{
	put_u16(f, 0x1100);
	put_u16(f, 1);
	put_u16(f, is_v6 ? 51 : 31);
	put_ppp(f, is_v6);
}

TEST(link_reads_pppoe_sessions)
{
	check_link(DLT_PPP_ETHER, put_pppoe);
}

TEST(link_takes_discovery_of_pppoe_for_no_ip)
{
	for (unsigned int code = 1; code < 256; code++) {
		struct frame f = { .len = 0 };

		put_pppoe(&f, false);
		put_packet(&f, false);
		f.at[1] = (uint8_t)code;
		CHECK_EQ(link_reason(DLT_PPP_ETHER, &f), RJ_REASON_NOT_IP);
	}
}

static void put_directed_chdlc(struct frame *f, bool is_v6)
{
	put_u8(f, 0);
	put_chdlc(f, is_v6);
}

TEST(link_reads_cisco_hdlc)
{
	check_link(DLT_C_HDLC, put_chdlc);
	check_link(DLT_C_HDLC, put_chdlc_broadcast);
	check_link(DLT_C_HDLC_WITH_DIR, put_directed_chdlc);
}

TEST(link_takes_slarp_cdp_and_numbers_below_ethertypes_in_cisco_hdlc_for_no_ip)
{
	static const unsigned int types[] = { 0x8035, 0x2000, 0xfefe, 0x0200, 0 };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct frame f = { .len = 0 };

		put_u16(&f, 0x0f00);
		put_u16(&f, types[i]);
		put_packet(&f, false);
		CHECK_EQ(link_reason(DLT_C_HDLC, &f), RJ_REASON_NOT_IP);
	}
}

/* A Q.922 address of so many octets. */
static unsigned int address_len = 2;

static void put_address(struct frame *f)
{
	put_u8(f, 0x18);
	for (unsigned int i = 2; i < address_len; i++)
		put_u8(f, 0x40);
	put_u8(f, 0x41);
}

static void put_frelay_nlpid(struct frame *f, bool is_v6)
{
	put_address(f);
	put_u8(f, 0x03);
	put_u8(f, is_v6 ? 0x8e : 0xcc);
}

static void put_frelay_padded(struct frame *f, bool is_v6)
{
	put_address(f);
	put_u16(f, 0x0300);
	put_u8(f, is_v6 ? 0x8e : 0xcc);
}

static void put_frelay_snap(struct frame *f, bool is_v6)
{
	put_address(f);
	put_u16(f, 0x0300);
	put_u32(f, 0x80000000);
	put_u16(f, ethertype(is_v6));
}

static void put_frelay_bridged(struct frame *f, bool is_v6)
{
	put_address(f);
	put_u16(f, 0x0300);
	put_u32(f, 0x800080c2);
	put_u16(f, is_v6 ? 1 : 7);
	put_ethernet(f, ethertype(is_v6));
}

static void put_frelay_ppp(struct frame *f, bool is_v6)
{
	put_address(f);
	put_u16(f, 0x03cf);
	put_ppp(f, is_v6);
}

static void put_frelay_cisco(struct frame *f, bool is_v6)
{
	put_address(f);
	put_u16(f, ethertype(is_v6));
}

TEST(link_reads_frame_relay_in_every_encapsulation_with_addresses_of_two_to_four_octets)
{
	for (address_len = 2; address_len <= 4; address_len++) {
		check_link(DLT_FRELAY, put_frelay_nlpid);
		check_link(DLT_FRELAY, put_frelay_padded);
		check_link(DLT_FRELAY, put_frelay_snap);
		check_link(DLT_FRELAY, put_frelay_bridged);
		check_link(DLT_FRELAY, put_frelay_ppp);
		check_link(DLT_FRELAY, put_frelay_cisco);
	}
	address_len = 2;
}

TEST(link_takes_addresses_of_one_and_of_five_octets_for_no_frame_relay)
{
	struct frame one = { .len = 0 }, five = { .len = 0 };

	put_u8(&one, 0x19);
	put_u16(&one, 0x03cc);
	put_packet(&one, false);
	CHECK_EQ(link_reason(DLT_FRELAY, &one), RJ_REASON_NOT_IP);
	address_len = 5;
	put_frelay_nlpid(&five, false);
	put_packet(&five, false);
	CHECK_EQ(link_reason(DLT_FRELAY, &five), RJ_REASON_NOT_IP);
	address_len = 2;
}

TEST(link_takes_other_protocols_in_frame_relay_for_no_ip)
{
	for (unsigned int nlpid = 1; nlpid < 256; nlpid++) {
		struct frame f = { .len = 0 };

		if (nlpid == 0x80 || nlpid == 0x8e || nlpid == 0xcc || nlpid == 0xcf)
			continue;
		put_frelay_padded(&f, false);
		put_packet(&f, false);
		f.at[4] = (uint8_t)nlpid;
		CHECK_EQ(link_reason(DLT_FRELAY, &f), RJ_REASON_NOT_IP);
	}
}

TEST(link_takes_other_organizations_and_bridged_token_ring_for_no_ip)
{
	for (unsigned int pid = 0; pid < 16; pid++) {
		struct frame f = { .len = 0 };

		put_frelay_bridged(&f, false);
		put_packet(&f, false);
		set_u16(&f, 8, pid);
		CHECK_EQ(link_reason(DLT_FRELAY, &f),
			 pid == 1 || pid == 7 ? RJ_REASON_NONE : RJ_REASON_NOT_IP);
		f.at[7] ^= 1;
		CHECK_EQ(link_reason(DLT_FRELAY, &f), RJ_REASON_NOT_IP);
	}
}

static void put_directed_frelay(struct frame *f, bool is_v6)
{
	put_u8(f, 1);
	put_frelay_nlpid(f, is_v6);
}

TEST(link_reads_frame_relay_with_a_direction)
{
	check_link(DLT_FRELAY_WITH_DIR, put_directed_frelay);
}

static void put_mfr(struct frame *f, bool is_v6)
{
	put_u16(f, 0xc001);
	put_frelay_nlpid(f, is_v6);
}

TEST(link_reads_whole_frames_and_first_parts_of_multilink_frame_relay)
{
	check_link(DLT_MFR, put_mfr);
	for (unsigned int bits = 0; bits < 8; bits++) {
		struct frame f = { .len = 0 };
		bool is_read = bits == 4 || bits == 6; /* begin; begin and end; not control */

		put_mfr(&f, false);
		put_packet(&f, false);
		f.at[0] = (uint8_t)(bits << 5);
		CHECK_EQ(link_reason(DLT_MFR, &f), is_read ? RJ_REASON_NONE : RJ_REASON_NOT_IP);
	}
}

static void put_atm_snap(struct frame *f, bool is_v6)
{
	put_llc(f, ethertype(is_v6));
}

static void put_atm_bridged(struct frame *f, bool is_v6)
{
	put_u32(f, 0xaaaa0300);
	put_u16(f, 0x80c2);
	put_u16(f, is_v6 ? 1 : 7);
	put_u16(f, 0);
	put_ethernet(f, ethertype(is_v6));
}

static void put_atm_nlpid(struct frame *f, bool is_v6)
{
	put_u32(f, is_v6 ? 0xfefe038e : 0xfefe03cc);
}

static void put_atm_ppp(struct frame *f, bool is_v6)
{
	put_u32(f, 0xfefe03cf);
	put_ppp(f, is_v6);
}

TEST(link_reads_atm_in_every_encapsulation)
{
	static const int types[] = { DLT_ATM_RFC1483, 100 /* LINKTYPE_ATM_RFC1483 */ };

	for (size_t i = 0; i < 2; i++) {
		check_link(types[i], put_atm_snap);
		check_link(types[i], put_atm_bridged);
		check_link(types[i], put_atm_nlpid);
		check_link(types[i], put_atm_ppp);
	}
}

TEST(link_takes_other_llc_in_atm_for_no_ip)
{
	struct frame f = { .len = 0 };

	put_u32(&f, 0x42420300);
	put_packet(&f, false);
	CHECK_EQ(link_reason(DLT_ATM_RFC1483, &f), RJ_REASON_NOT_IP);
}

static void put_sunatm_llc(struct frame *f, bool is_v6)
{
	put_u32(f, 0x82000021);
	put_llc(f, ethertype(is_v6));
}

static void put_sunatm_lane(struct frame *f, bool is_v6)
{
	put_u32(f, 0x01000021);
	put_u16(f, 0x0001);
	put_ethernet(f, ethertype(is_v6));
}

TEST(link_reads_llc_and_lan_emulation_of_sunatm)
{
	check_link(DLT_SUNATM, put_sunatm_llc);
	check_link(DLT_SUNATM, put_sunatm_lane);
}

TEST(link_takes_other_traffic_and_control_frames_of_sunatm_for_no_ip)
{
	struct frame control = { .len = 0 };

	for (unsigned int type = 0; type < 16; type++) {
		struct frame f = { .len = 0 };

		put_sunatm_llc(&f, false);
		put_packet(&f, false);
		f.at[0] = (uint8_t)type;
		if (type != 1 && type != 2)
			CHECK_EQ(link_reason(DLT_SUNATM, &f), RJ_REASON_NOT_IP);
	}
	put_sunatm_lane(&control, false);
	put_packet(&control, false);
	set_u16(&control, 4, 0xff00);
	CHECK_EQ(link_reason(DLT_SUNATM, &control), RJ_REASON_NOT_IP);
}
