/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the NTP dissector. */
#include "tests/unit/proto/feed.h"

#define ZERO8 "0000000000000000"

static struct feed *begin(void)
{
	return feed_begin(&rj_ntp, RJ_OVER_UDP, 40000, 123);
}

/* One message of the client, and what is shown of it behind version and mode. */
static void check(const char *hex, const char *want)
{
	struct feed *f = begin();

	CHECK_EQ(feed_hex(f, 0, hex), RJ_OK);
	feed_has(f, want);
	feed_end(f);
}

TEST(ntp_question_and_answer)
{
	struct feed *f = begin();

	CHECK_EQ(feed_hex(f, 0,
			  "e3 00 fa e9 00010000 00008000 00000000" ZERO8 ZERO8 ZERO8
			  "c50204ec 80000000"),
		 RJ_OK);
	CHECK_EQ(feed_hex(f, 1,
			  "24 02 06 e9 00000100 00000200 c0000201 c50204eb 00000000"
			  "c50204ec 80000000 c50204ec c0000000 c50204ec e0000000"),
		 RJ_OK);
	feed_shows(
		f,
		"{\"messages\":[{\"dir\":\">\",\"version\":4,\"mode\":\"client\",\"leap\":"
		"\"unsynchronized\",\"stratum\":0,\"poll\":-6,\"precision\":-23,\"root_delay\":1,"
		"\"root_dispersion\":0.5,\"transmit_time\":1096255084.500000000},"
		"{\"dir\":\"<\",\"version\":4,\"mode\":\"server\",\"leap\":\"none\",\"stratum\":2,"
		"\"poll\":6,\"precision\":-23,\"root_delay\":0.003906,\"root_dispersion\":0.007813,"
		"\"reference_address\":\"192.0.2.1\",\"reference_time\":1096255083.000000000,"
		"\"origin_time\":1096255084.500000000,\"receive_time\":1096255084.750000000,"
		"\"transmit_time\":1096255084.875000000}]}");
	CHECK_EQ(rj_ntp.originator(f->state), 0);
	feed_end(f);
}

TEST(ntp_times_are_of_era_1_before_1970)
{
	/* RFC 5905 figure 4: the first second of 1970, and that of era 1 in 2036 */
	check("25 01 06 e9" ZERO8 "00000000 83aa7e80 00000000 00000000 00000001" ZERO8 ZERO8,
	      "\"reference_time\":0.000000000,\"origin_time\":2085978496.000000000}");
}

TEST(ntp_reference_is_what_the_stratum_says)
{
	check("24 00 06 e9" ZERO8 "52415445" ZERO8 ZERO8 ZERO8 ZERO8, "\"kiss_code\":\"RATE\"}");
	check("24 01 06 e9" ZERO8 "47505300" ZERO8 ZERO8 ZERO8 ZERO8, "\"reference_id\":\"GPS\"}");
	check("24 01 06 e9" ZERO8 "80505300" ZERO8 ZERO8 ZERO8 ZERO8,
	      "\"reference_id\":\"80505300\"}");
	check("1d 10 06 e9" ZERO8 "7f7f0100" ZERO8 ZERO8 ZERO8 ZERO8,
	      "\"version\":3,\"mode\":\"broadcast\",\"leap\":\"none\",\"stratum\":16,\"poll\":6,"
	      "\"precision\":-23,\"root_delay\":0,\"root_dispersion\":0,"
	      "\"reference_address\":\"127.127.1.0\"}");
}

#define CLIENT4 "23 00 06 e9" ZERO8 "00000000" ZERO8 ZERO8 ZERO8 ZERO8

TEST(ntp_extensions_and_keys)
{
	check(CLIENT4 "0104 0010 000000000000000000000000 0204 0010 000000000000000000000000"
		      "0404 001c 000000000000000000000000000000000000000000000000",
	      "\"extensions\":[\"unique_identifier\",\"nts_cookie\",\"nts_authenticator\"]}");
	check(CLIENT4 "2005 001c 000000000000000000000000000000000000000000000000",
	      "\"extensions\":[\"checksum_complement\"]}");
	check(CLIENT4 "abcd 001c 000000000000000000000000000000000000000000000000",
	      "\"extensions\":[\"0xabcd\"]}");
	check(CLIENT4 "00000007 00000000000000000000000000000000", "\"key_id\":7}");
	check(CLIENT4 "00000000", "\"key_id\":0}");
	check(CLIENT4 "abcd 000e 000000000000000000000000000000000000000000000000",
	      "\"root_dispersion\":0,\"malformed\":true}");
	check(CLIENT4 "abcd 0020 000000000000000000000000000000000000000000000000",
	      "\"root_dispersion\":0,\"malformed\":true}");
	check(CLIENT4 "0000", "\"malformed\":true}");
}

TEST(ntp_extensions_have_a_limit)
{
	struct feed *f = begin();
	char hex[4000];
	int len = snprintf(hex, sizeof(hex), "%s", CLIENT4);

	for (int i = 0; i < 40; i++)
		len += snprintf(hex + len, sizeof(hex) - (size_t)len, "%s",
				"2005 0010 000000000000000000000000");
	CHECK_EQ(feed_hex(f, 0, hex), RJ_OK);
	feed_has(f, "checksum_complement\"],\"key_id\":");
	feed_end(f);
}

TEST(ntp_control_messages)
{
	struct feed *f = begin();

	CHECK_EQ(feed_hex(f, 0, "16 02 0001 0000 0000 0000 0000"), RJ_OK);
	CHECK_EQ(feed_hex(f, 1, "d6 aa 0001 0615 0007 0100 0004 61626364"), RJ_OK);
	CHECK_EQ(feed_hex(f, 1, "16 dd 0001 0615 0007 0100 0000"), RJ_OK);
	feed_shows(f, "{\"messages\":[{\"dir\":\">\",\"version\":2,\"mode\":\"control\","
		      "\"opcode\":\"read_variables\",\"sequence\":1,\"status\":\"0000\","
		      "\"association_id\":0,\"offset\":0,\"count\":0},"
		      "{\"dir\":\"<\",\"version\":2,\"mode\":\"control\",\"response\":true,"
		      "\"more\":true,\"opcode\":\"read_mru\",\"sequence\":1,\"status\":\"0615\","
		      "\"association_id\":7,\"offset\":256,\"count\":4},"
		      "{\"dir\":\"<\",\"version\":2,\"mode\":\"control\",\"response\":true,"
		      "\"error\":true,\"opcode\":\"29\",\"sequence\":1,\"status\":\"0615\","
		      "\"association_id\":7,\"offset\":256,\"count\":0}]}");
	CHECK_EQ(rj_ntp.originator(f->state), 0);
	CHECK_EQ(feed_hex(f, 0, "16 02 0001 0000 0000 0000 0001"), RJ_MALFORMED);
	feed_end(f);
}

TEST(ntp_private_messages)
{
	struct feed *f = begin();

	CHECK_EQ(feed_hex(f, 1, "d7 05 03 2a 0006 0048"), RJ_OK);
	CHECK_EQ(feed_hex(f, 0, "17 80 03 28 4001 f000"), RJ_OK);
	feed_shows(f, "{\"messages\":[{\"dir\":\"<\",\"version\":2,\"mode\":\"private\","
		      "\"response\":true,\"more\":true,\"sequence\":5,\"implementation\":3,"
		      "\"request_code\":\"mon_getlist_1\",\"items\":6,\"item_bytes\":72},"
		      "{\"dir\":\">\",\"version\":2,\"mode\":\"private\",\"authenticated\":true,"
		      "\"sequence\":0,\"implementation\":3,\"request_code\":\"40\","
		      "\"error_code\":4,\"items\":1,\"item_bytes\":0}]}");
	CHECK_EQ(rj_ntp.originator(f->state), 0); /* of an answer the other side */
	feed_end(f);
}

TEST(ntp_keeps_a_few_messages_of_a_side)
{
	struct feed *f = begin();

	for (int i = 0; i < 18; i++)
		CHECK_EQ(feed_hex(f, 1, "d7 00 03 2a 0006 0048"), RJ_OK);
	feed_has(f, "],\"skipped\":2}");
	feed_end(f);
}

TEST(ntp_that_the_capture_cut_is_kept)
{
	struct feed *f = begin();

	f->is_cut = true;
	CHECK_EQ(feed_bytes(f, 0, "\x23\x02\x06", 3, false), RJ_TRUNCATED);
	CHECK_EQ(feed_bytes(f, 0, "\x23\x02\x06", 3, true), RJ_OK);
	CHECK(!f->message.is_done);
	feed_shows(f, "{\"messages\":[{\"dir\":\">\",\"version\":4,\"mode\":\"client\","
		      "\"truncated\":true}]}");
	feed_end(f);
}

TEST(ntp_is_known_on_its_port_alone)
{
	struct feed *f = begin();

	CHECK_EQ(feed_probe_hex(f, CLIENT4), RJ_PROBE_YES);
	CHECK_EQ(feed_probe_hex(f, "0b 11 06 e9" ZERO8 "00000000" ZERO8 ZERO8 ZERO8 ZERO8),
		 RJ_PROBE_NO);				/* stratum 17 */
	CHECK_EQ(feed_probe_hex(f, "03"), RJ_PROBE_NO); /* version 0 */
	CHECK_EQ(feed_probe_hex(f, "2b"), RJ_PROBE_NO); /* version 5 */
	CHECK_EQ(feed_probe_hex(f, "20"), RJ_PROBE_NO); /* mode 0 */
	CHECK_EQ(feed_probe_hex(f, "23 00 06 e9"), RJ_PROBE_NO);
	f->ports[1] = 124;
	CHECK_EQ(feed_probe_hex(f, CLIENT4), RJ_PROBE_NO);
	feed_end(f);
}
