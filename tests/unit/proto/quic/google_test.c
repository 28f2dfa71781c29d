/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of reading Google's QUIC. */
#include "proto/quic/google.h"

#include "tests/unit/unit.h"

#define CID "a1a2a3a4a5a6a7a8"
#define HASH "000102030405060708090a0b"
/* CHLO with PAD of two bytes, SNI "a.b", UAID "C": 40 bytes behind the tags' count */
#define CHLO_TAGS                                                                                  \
	"43484c4f 0300 0000 50414400 02000000 534e4900 05000000 55414944 06000000 2d2d 612e62 43"
#define CHLO_LEN "26"

static void check(const char *hex, uint32_t version, bool has_chlo)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_quic_hail hail = { .version = 0 };

	CHECK_EQ(rj_quic_hail_read(rj_cursor_init(bytes, len, true), &hail), RJ_OK);
	CHECK_EQ(hail.version, version);
	CHECK(hail.cid.left == 8 && !memcmp(hail.cid.at, "\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8", 8));
	CHECK_EQ(hail.has_chlo, has_chlo);
	CHECK_EQ(hail.sni.left, has_chlo ? 3 : 0);
	CHECK_EQ(hail.user_agent.left, has_chlo ? 1 : 0);
	CHECK(!has_chlo || (hail.sni.left == 3 && !memcmp(hail.sni.at, "a.b", 3)));
	free(bytes);
}

TEST(quic_google_versions)
{
	check("0d " CID " 51303235 01 " HASH " 01 a001 " CHLO_LEN "00" CHLO_TAGS, 0x51303235, true);
	check("09 " CID " 51303333 01 " HASH " 00 a001 " CHLO_LEN "00" CHLO_TAGS, 0x51303333, true);
	check("0d " CID " 51303338 01 " HASH " a001 " CHLO_LEN "00" CHLO_TAGS, 0x51303338, true);
	check("1d " CID " 51303339 0001 " HASH " a001 00" CHLO_LEN CHLO_TAGS, 0x51303339, true);
	check("3d " CID " 51303433 000000000001 " HASH " a001 00" CHLO_LEN CHLO_TAGS, 0x51303433,
	      true);
	check("c3 51303436 50 " CID " 00000003 " HASH " a401 0400 00" CHLO_LEN CHLO_TAGS,
	      0x51303436, true);
	check("c3 51303436 05 " CID " 00000003", 0x51303436, false);
	check("c3 51303530 08 " CID " 00 00", 0x51303530, false);
	check("c3 54303531 08 " CID " 00 00", 0x54303531, false);
}

TEST(quic_google_packets_without_a_hello)
{
	check("0d " CID " 51303433 01 " HASH " a003 00" CHLO_LEN CHLO_TAGS, 0x51303433, false);
	check("0d " CID " 51303433 01 " HASH " 4001 00" CHLO_LEN CHLO_TAGS, 0x51303433, false);
	check("0d " CID " 51303433 01 " HASH " a001 0004 52454a00", 0x51303433, false);
	check("0d " CID " 51303433 01", 0x51303433, false);
}

static void check_malformed(const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_quic_hail hail;

	CHECK_EQ(rj_quic_hail_read(rj_cursor_init(bytes, len, true), &hail), RJ_MALFORMED);
	free(bytes);
}

TEST(quic_google_claims_nothing_else)
{
	check_malformed("");
	check_malformed("0c " CID " 51303433 01"); /* does not name its version */
	check_malformed("05 " CID " 51303433 01"); /* no connection id */
	check_malformed("0d " CID " 51303434 01"); /* has a long header */
	check_malformed("0d " CID " 51313433 01");
	check_malformed("0d " CID " 54303433 01");
	check_malformed("0d " CID " 51303433");
	check_malformed("0d " CID " 000000");
	check_malformed("c3 51303433 50 " CID " 00000001");
	check_malformed("c3 51303436 51 " CID " 00000001");
	check_malformed("c3 51303436 50 a1a2");
	check_malformed("c3 51303530 07 a1a2a3a4a5a6a7");
	check_malformed("c3 51303630 08 " CID);
	check_malformed("c3 54303439 50 " CID " 00000001");
	check_malformed("c3 00000001 08 " CID " 00");
}

/* What the tags say of their ends is not believed. */
TEST(quic_google_tags_that_lie)
{
	static const char *const rows[] = {
		"534e4900 ffffffff 55414944 05000000 612e62",
		"534e4900 03000000 55414944 02000000 612e62",
		"534e4900 03000000 55414944 04000000 612e62",
	};

	for (size_t i = 0; i < 3; i++) {
		char hex[256];
		struct rj_quic_hail hail = { .version = 0 };
		size_t len;
		uint8_t *bytes;

		snprintf(hex, sizeof(hex),
			 "0d " CID " 51303433 01 " HASH " a001 001b 43484c4f 0200 0000 %s",
			 rows[i]);
		bytes = unit_unhex(hex, &len);
		CHECK_EQ(rj_quic_hail_read(rj_cursor_init(bytes, len, true), &hail), RJ_OK);
		CHECK_EQ(hail.sni.left, i ? 3 : 0);
		CHECK_EQ(hail.user_agent.left, 0);
		free(bytes);
	}
}

TEST(quic_google_hello_cut_at_every_byte)
{
	static const char hex[] = "0d " CID " 51303433 01 " HASH " a001 00" CHLO_LEN CHLO_TAGS;
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);

	for (size_t n = 0; n < len; n++) {
		uint8_t *exact = unit_copy(bytes, n);
		struct rj_quic_hail hail = { .version = 0 };

		CHECK_EQ(rj_quic_hail_read(rj_cursor_init(exact, n, false), &hail),
			 n < 14 ? RJ_TRUNCATED : RJ_OK);
		CHECK(!hail.has_chlo);
		free(exact);
	}
	free(bytes);
}
