/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the RTP dissector. */
#include "tests/unit/proto/feed.h"

static struct feed *begin(void)
{
	return feed_begin(&rj_rtp, RJ_OVER_UDP, 40000, 40002);
}

/* One packet of speech; whether it was taken. */
static bool say(struct feed *f, unsigned int side, unsigned int number, uint32_t ssrc)
{
	char hex[100];

	snprintf(hex, sizeof(hex), "80 00 %04x %08x %08x 7f7f7f7f", number & 0xffff, number * 160,
		 ssrc);
	CHECK_EQ(feed_hex(f, side, hex), RJ_OK);
	CHECK_EQ(f->taken, f->message.hands_over ? 0 : 16);
	return !f->message.hands_over;
}

TEST(rtp_is_shown_once_three_in_a_row_agree)
{
	struct feed *f = begin();

	CHECK(say(f, 0, 65535, 7));
	CHECK(say(f, 0, 65536, 7)); /* around */
	feed_shows(f, "");
	CHECK(say(f, 0, 65539, 7)); /* two were lost */
	feed_shows(f, "{\"streams\":[{\"dir\":\">\",\"ssrc\":\"00000007\",\"payload_types\":["
		      "\"PCMU\"],\"packets\":3}]}");
	feed_end(f);
}

TEST(rtp_streams_of_both_sides_and_of_several_sources)
{
	struct feed *f = begin();

	for (unsigned int i = 1; i <= 3; i++)
		say(f, 0, i, 7);
	for (unsigned int i = 1; i <= 4; i++) {
		CHECK(say(f, 0, i + 100, 8));
		CHECK(say(f, 1, i, 7));
	}
	CHECK(say(f, 0, 9, 9)); /* alone: not shown */
	feed_shows(f, "{\"streams\":[{\"dir\":\">\",\"ssrc\":\"00000007\",\"payload_types\":["
		      "\"PCMU\"],\"packets\":3},{\"dir\":\">\",\"ssrc\":\"00000008\","
		      "\"payload_types\":[\"PCMU\"],\"packets\":4},{\"dir\":\"<\",\"ssrc\":"
		      "\"00000007\",\"payload_types\":[\"PCMU\"],\"packets\":4}]}");
	feed_end(f);
}

TEST(rtp_numbers_that_do_not_go_on_confirm_nothing)
{
	struct feed *f = begin();

	CHECK(say(f, 0, 1, 7));
	CHECK(!say(f, 0, 1, 7));
	CHECK(!say(f, 0, 10, 7));
	CHECK(say(f, 0, 11, 7));
	CHECK(!say(f, 0, 10, 7));
	feed_shows(f, "");
	feed_end(f);
}

TEST(rtp_others_are_asked_about_what_does_not_agree)
{
	struct feed *f = begin();

	CHECK(say(f, 0, 1, 7));
	CHECK(!say(f, 0, 2, 8));
	CHECK_EQ(feed_hex(f, 0, "80 00 0002 70000000 00000007"), RJ_OK); /* another time */
	CHECK(f->message.hands_over);
	CHECK_EQ(feed_hex(f, 0, "80 08 0003 70000000 00000007"), RJ_OK); /* another type */
	CHECK(f->message.hands_over);
	CHECK_EQ(feed_hex(f, 0, "12 34"), RJ_OK);
	CHECK(f->message.hands_over && !f->message.is_done);
	CHECK_EQ(feed_hex(f, 0, "12 34"), RJ_OK); /* enough: it is none */
	CHECK(!f->message.hands_over && f->message.is_done);
	feed_shows(f, "");
	feed_end(f);
}

TEST(rtp_hands_over_what_shares_its_ports)
{
	struct feed *f = begin();

	for (unsigned int i = 1; i <= 3; i++)
		say(f, 0, i, 7);
	for (unsigned int i = 0; i < 9; i++) {
		CHECK_EQ(feed_hex(f, 0, "0001 0000 2112a442 0102030405060708090a0b0c"), RJ_OK);
		CHECK(f->message.hands_over && !f->message.is_done && !f->taken);
	}
	CHECK(say(f, 0, 4, 7));
	feed_has(f, "\"packets\":4}]}");
	feed_end(f);
}

TEST(rtp_payload_types_of_a_stream)
{
	struct feed *f = begin();
	char hex[100];

	for (unsigned int i = 1; i <= 3; i++)
		say(f, 0, i, 7);
	for (unsigned int type = 96; type < 101; type++) {
		snprintf(hex, sizeof(hex), "80 %02x 1234 00000000 00000007", 0x80 | type);
		CHECK_EQ(feed_hex(f, 0, hex), RJ_OK);
	}
	feed_has(f, "\"payload_types\":[\"PCMU\",\"96\",\"97\",\"98\"],\"packets\":8}");
	feed_end(f);
}

#define SSRC "01020304"
#define RR "80 c9 0001" SSRC
#define SR "80 c8 0006" SSRC "c50204eb00000000 00001234 00000001 00000010"
#define SDES "81 ca 0005" SSRC "01 05 6140622e63 06 04 74657374 00 00 00"

TEST(rtcp_report_with_a_description_is_sure)
{
	struct feed *f = begin();

	CHECK_EQ(feed_hex(f, 1, SR SDES), RJ_OK);
	feed_shows(f,
		   "{\"rtcp\":[\"sr\",\"sdes\"],\"rtcp_packets\":1,\"sources\":[{\"ssrc\":\"" SSRC
		   "\",\"sdes_cname\":\"a@b.c\",\"sdes_tool\":\"test\"}]}");
	CHECK_EQ(feed_hex(f, 1, RR "81 cb 0001" SSRC), RJ_OK);
	feed_has(f, "{\"rtcp\":[\"sr\",\"rr\",\"sdes\",\"bye\"],\"rtcp_packets\":2,");
	feed_end(f);
}

TEST(rtcp_alone_is_shown_once_two_agree)
{
	struct feed *f = begin();

	CHECK_EQ(feed_hex(f, 0, RR), RJ_OK);
	feed_shows(f, "");
	CHECK_EQ(feed_hex(f, 0, "80 c9 0001 01020305"), RJ_OK);
	CHECK(f->message.hands_over);
	CHECK_EQ(feed_hex(f, 0, "80 c9 0001 01020305"), RJ_OK);
	CHECK(!f->message.hands_over);
	feed_shows(f, "{\"rtcp\":[\"rr\"],\"rtcp_packets\":3}");
	feed_end(f);
}

TEST(rtcp_beside_rtp_is_sure)
{
	struct feed *f = begin();

	for (unsigned int i = 1; i <= 3; i++)
		say(f, 0, i, 7);
	CHECK_EQ(feed_hex(f, 1, "80 cb 0001" SSRC), RJ_OK);
	feed_has(f, "\"packets\":3}],\"rtcp\":[\"bye\"],\"rtcp_packets\":1}");
	feed_end(f);
}

TEST(rtcp_encrypted_is_shown_once_three_agree)
{
	struct feed *f = begin();

	for (unsigned int i = 0; i < 3; i++) {
		feed_shows(f, "");
		CHECK_EQ(feed_hex(f, 0, SR "1234567890 80000001 aabbccdd"), RJ_OK);
	}
	feed_shows(f, "{\"rtcp\":[\"sr\"],\"rtcp_packets\":3}");
	feed_end(f);
}

TEST(rtcp_descriptions_that_lie)
{
	struct feed *f = begin();

	CHECK_EQ(feed_hex(f, 0, RR "82 ca 0003" SSRC "01 09 6162 00000000"), RJ_OK);
	feed_has(f, "\"sources\":[{\"ssrc\":\"" SSRC "\"}]}");
	CHECK_EQ(feed_hex(f, 0, RR "82 ca 0000"), RJ_OK);
	for (unsigned int i = 0; i < 9; i++) {
		char hex[100];

		snprintf(hex, sizeof(hex), RR "81 ca 0003 0000000%u 01 02 6162 00000000", i);
		CHECK_EQ(feed_hex(f, 0, hex), RJ_OK);
	}
	feed_lacks(f, "00000005");
	feed_end(f);
}

TEST(rtp_is_known_by_its_shape)
{
	struct feed *f = begin();

	CHECK_EQ(feed_probe_hex(f, "80 00 1234 00000001 01020304 ff"), RJ_PROBE_YES);
	CHECK_EQ(feed_probe_hex(f, "90 60 1234 00000001 01020304 bede 0001 00000000"),
		 RJ_PROBE_YES);
	CHECK_EQ(feed_probe_hex(f, "90 60 1234 00000001 01020304 bede 0002 00000000"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "81 00 1234 00000001 01020304 ffffff"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "80 40 1234 00000001 01020304 ff"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "40"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "80 00 1234 00000001 010203"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "80 c9 0001 01020304"), RJ_PROBE_YES);
	CHECK_EQ(feed_probe_hex(f, "80 c9 0002 01020304"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "80 c9 0000 01020304"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "80 d8 0001 01020304"), RJ_PROBE_NO); /* 216: not assigned */
	feed_end(f);
}

TEST(rtp_looks_at_so_many_datagrams)
{
	struct feed *f = begin();

	for (unsigned int i = 1; i <= 1000; i++) {
		CHECK(say(f, 0, i, 7));
		CHECK_EQ(f->message.is_done, i == 1000);
	}
	feed_has(f, "\"packets\":1000}");
	feed_end(f);
}

TEST(rtp_of_many_sources_is_bounded)
{
	struct feed *f = begin();
	char *json, *at;
	int num = 0;

	for (uint32_t ssrc = 1; ssrc <= 12; ssrc++)
		for (unsigned int i = 1; i <= 3; i++)
			say(f, 0, i, ssrc);
	json = unit_json(&rj_rtp, f->state, 0);
	for (at = json; (at = strstr(at, "\"ssrc\"")); at++)
		num++;
	CHECK_EQ(num, 8);
	free(json);
	feed_end(f);
}
