/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of taking a datagram apart. */
#include "proto/quic/packet.h"

#include "tests/unit/unit.h"

/* 20 bytes: the least that a protected packet has behind its length. */
#define PROTECTED "0102030405060708090a0b0c0d0e0f1011121314"

/* Reads the first packet; *@left is what stands behind it. */
static enum rj_status read_hex(const char *hex, bool is_hard, struct rj_quic_packet *out,
			       size_t *left)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, is_hard);
	enum rj_status st = rj_quic_packet_read(&c, out);

	*left = c.left;
	free(bytes); /* what is looked at below are lengths */
	return st;
}

static void check(const char *hex, enum rj_quic_type type, size_t header, size_t rest, size_t left)
{
	struct rj_quic_packet p;
	size_t got_left;

	CHECK_EQ(read_hex(hex, true, &p, &got_left), RJ_OK);
	CHECK_EQ(p.type, type);
	CHECK_EQ(p.header.left, header);
	CHECK_EQ(p.rest.left, rest);
	CHECK_EQ(got_left, left);
	CHECK(p.is_whole);
}

static void check_malformed(const char *hex)
{
	struct rj_quic_packet p;
	size_t left;

	CHECK_EQ(read_hex(hex, true, &p, &left), RJ_MALFORMED);
}

TEST(quic_packet_types_of_v1)
{
	check("c3 00000001 01 aa 02 bbcc 00 14" PROTECTED "ffff", RJ_QUIC_INITIAL, 12, 20, 2);
	check("d3 00000001 01 aa 02 bbcc 14" PROTECTED "ffff", RJ_QUIC_ZERO_RTT, 11, 20, 2);
	check("e3 00000001 01 aa 02 bbcc 14" PROTECTED, RJ_QUIC_HANDSHAKE, 11, 20, 0);
	check("f3 00000001 01 aa 02 bbcc dd" PROTECTED, RJ_QUIC_RETRY, 31, 0, 0);
	check("43 00000001 01 aa 02 bbcc", RJ_QUIC_SHORT, 1, 9, 0);
	check("00", RJ_QUIC_SHORT, 1, 0, 0);
}

TEST(quic_packet_types_of_v2)
{
	check("d3 6b3343cf 01 aa 02 bbcc 00 14" PROTECTED "ffff", RJ_QUIC_INITIAL, 12, 20, 2);
	check("e3 6b3343cf 01 aa 02 bbcc 14" PROTECTED "ffff", RJ_QUIC_ZERO_RTT, 11, 20, 2);
	check("f3 6b3343cf 01 aa 02 bbcc 14" PROTECTED, RJ_QUIC_HANDSHAKE, 11, 20, 0);
	check("c3 6b3343cf 01 aa 02 bbcc dd" PROTECTED, RJ_QUIC_RETRY, 31, 0, 0);
}

TEST(quic_packet_without_the_fixed_bit)
{
	struct rj_quic_packet p;
	size_t left;

	CHECK_EQ(read_hex("83 00000001 00 00 00 14" PROTECTED, true, &p, &left), RJ_OK);
	CHECK(!p.has_fixed_bit);
	CHECK_EQ(read_hex("c3 00000001 00 00 00 14" PROTECTED, true, &p, &left), RJ_OK);
	CHECK(p.has_fixed_bit);
}

TEST(quic_packet_of_other_versions)
{
	check("80 00000000 00 00 00000001 6b3343cf", RJ_QUIC_VERSIONS, 7, 8, 0);
	check("c3 babababa 00 00 0102", RJ_QUIC_OTHER, 7, 2, 0);
	check("83 babababa 00 00", RJ_QUIC_OTHER, 7, 0, 0);
}

TEST(quic_packet_connection_ids_and_token)
{
	struct rj_quic_packet p;
	size_t left;

	CHECK_EQ(read_hex("c3 00000001 14 000102030405060708090a0b0c0d0e0f10111213 00"
			  "03 616263 4014" PROTECTED,
			  true, &p, &left),
		 RJ_OK);
	CHECK_EQ(p.version, 1);
	CHECK_EQ(p.dcid.left, 20);
	CHECK_EQ(p.scid.left, 0);
	CHECK_EQ(p.token.left, 3);
	CHECK_EQ(p.rest.left, 20);
	CHECK_EQ(read_hex("f3 00000001 00 00 616263" PROTECTED, true, &p, &left), RJ_OK);
	CHECK_EQ(p.token.left, 3 + 20 - 16);
}

TEST(quic_packet_retry_of_early_drafts)
{
	struct rj_quic_packet p;
	size_t left;

	CHECK_EQ(read_hex("f3 ff000018 00 00 02 aabb 616263", true, &p, &left), RJ_OK);
	CHECK_EQ(p.type, RJ_QUIC_RETRY);
	CHECK_EQ(p.token.left, 3);
	CHECK(p.is_whole);
	CHECK_EQ(read_hex("f3 ff000018 00 00 02 aabb 61", false, &p, &left), RJ_OK);
	CHECK(!p.is_whole);
	check_malformed("f3 ff000018 00 00 02 aabb");
	check_malformed("f3 ff000018 00 00 02 aa");
	check_malformed("f3 ff000019 00 00 02 aabb 616263"); /* from 25 on with a tag */
}

TEST(quic_packet_faults)
{
	check_malformed("");
	check_malformed(
		"c3 00000001 15 000102030405060708090a0b0c0d0e0f1011121314 00 00 14" PROTECTED);
	check_malformed(
		"c3 00000001 00 15 000102030405060708090a0b0c0d0e0f1011121314 00 14" PROTECTED);
	check_malformed("c3 00000001 00 00 00 15" PROTECTED);	/* longer than the datagram */
	check_malformed("c3 00000001 00 00 00 13" PROTECTED);	/* no room for a sample */
	check_malformed("c3 00000001 00 00 40ff 14" PROTECTED); /* token longer than the datagram */
	check_malformed("c3 00000001 00 00 ffffffffffffffff 14" PROTECTED);
	check_malformed("c3 00000001 00 00 00 ffffffffffffffff" PROTECTED);
	check_malformed("f3 00000001 00 00 000102030405060708090a0b0c0d0e0f"); /* no token */
	check_malformed("80 00000000 00 00");				       /* no version */
	check_malformed("80 00000000 00 00 0000000100"); /* one and a quarter */
	check_malformed("c3 000000");
}

TEST(quic_packet_cut_by_the_capture)
{
	static const char hex[] = "c3 00000001 01 aa 02 bbcc 01 dd 4014" PROTECTED;
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);

	for (size_t n = 0; n <= len; n++) {
		uint8_t *exact = unit_copy(bytes, n);
		struct rj_cursor c = rj_cursor_init(exact, n, false);
		struct rj_quic_packet p;
		enum rj_status st = rj_quic_packet_read(&c, &p);

		CHECK_EQ(st, n < len - 20 ? RJ_TRUNCATED : RJ_OK);
		if (!st) {
			CHECK_EQ(p.is_whole, n == len);
			CHECK_EQ(p.rest.left, n - (len - 20));
		}
		free(exact);
	}
	free(bytes);
}

TEST(quic_packets_without_a_length_are_not_whole_when_cut)
{
	static const char *const rows[] = { "43 01", "80 00000000 00 00 00000001",
					    "f3 00000001 00 00 616263" PROTECTED,
					    "c3 babababa 00 00" };

	for (size_t i = 0; i < 4; i++) {
		struct rj_quic_packet p;
		size_t left;

		CHECK_EQ(read_hex(rows[i], false, &p, &left), RJ_OK);
		CHECK(!p.is_whole);
	}
}

static void check_varint(const char *hex, enum rj_status want_st, uint64_t want)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, true);
	uint64_t got = 0;

	CHECK_EQ(rj_quic_varint(&c, &got), want_st);
	CHECK_EQ(c.left, want_st ? len : 0);
	CHECK_EQ(got, want);
	free(bytes);
}

/* RFC 9000 A.1 */
TEST(quic_varints)
{
	check_varint("c2197c5eff14e88c", RJ_OK, 151288809941952652);
	check_varint("9d7f3e7d", RJ_OK, 494878333);
	check_varint("7bbd", RJ_OK, 15293);
	check_varint("25", RJ_OK, 37);
	check_varint("4025", RJ_OK, 37);
	check_varint("ffffffffffffffff", RJ_OK, (INT64_C(1) << 62) - 1);
	check_varint("", RJ_MALFORMED, 0);
	check_varint("40", RJ_MALFORMED, 0);
	check_varint("800000", RJ_MALFORMED, 0);
	check_varint("c0000000000000", RJ_MALFORMED, 0);
}
