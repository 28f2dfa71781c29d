/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the POP3 dissector. */
#include "tests/unit/proto/dialogue.h"

/* RFC 1939 10 */
TEST(pop3_shows_a_session_without_its_login)
{
	struct dialogue d = dialogue_begin(&rj_pop3);

	say(&d, S, "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n");
	say(&d, C, "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n");
	say(&d, S, "+OK mrose's maildrop has 2 messages (320 octets)\r\n");
	say(&d, C, "STAT\r\n");
	say(&d, S, "+OK 2 320\r\n");
	say(&d, C, "LIST\r\n");
	say(&d, S, "+OK 2 messages (320 octets)\r\n1 120\r\n2 200\r\n.\r\n");
	say(&d, C, "RETR 1\r\n");
	say(&d, S, "+OK 120 octets\r\n+OK mrose\r\n-ERR mrose\r\n.\r\n");
	say(&d, C, "QUIT\r\n");
	say(&d, S, "+OK dewey POP3 server signing off (maildrop empty)\r\n");
	end_says(&d, "{\"banner\":\"POP3 server ready <1896.697170952@dbc.mtview.ca.us>\","
		     "\"hostname\":\"dbc.mtview.ca.us\","
		     "\"commands\":[{\"command\":\"APOP\"},{\"command\":\"STAT\"},"
		     "{\"command\":\"LIST\"},"
		     "{\"command\":\"RETR\",\"argument\":\"1\"},{\"command\":\"QUIT\"}],"
		     "\"replies\":[{\"status\":\"+OK\","
		     "\"text\":\"POP3 server ready <1896.697170952@dbc.mtview.ca.us>\"},"
		     "{\"status\":\"+OK\"},{\"status\":\"+OK\",\"text\":\"2 320\"},"
		     "{\"status\":\"+OK\",\"text\":\"2 messages (320 octets)\"},"
		     "{\"status\":\"+OK\",\"text\":\"120 octets\"},{\"status\":\"+OK\","
		     "\"text\":\"dewey POP3 server signing off (maildrop empty)\"}]}");
}

/* RFC 2449 5 and 8, RFC 2595 4 */
TEST(pop3_shows_capabilities_and_codes)
{
	struct dialogue d = dialogue_begin(&rj_pop3);

	say(&d, S, "+OK a\r\n");
	say(&d, C, "CAPA\r\nSTLS\r\nUSER waldo\r\n");
	say(&d, S, "+OK list\r\nTOP\r\nSTLS\r\nSASL CRAM-MD5\r\n.\r\n-ERR no\r\n");
	say(&d, S, "-ERR [IN-USE] waldo is here\r\n");
	end_says(&d, "{\"banner\":\"a\",\"capabilities\":[\"TOP\",\"STLS\",\"SASL CRAM-MD5\"],"
		     "\"starttls\":{\"offered\":true,\"asked\":true,\"accepted\":false},"
		     "\"commands\":[{\"command\":\"CAPA\"},{\"command\":\"STLS\"},"
		     "{\"command\":\"USER\"}],"
		     "\"replies\":[{\"status\":\"+OK\",\"text\":\"a\"},"
		     "{\"status\":\"+OK\",\"text\":\"list\"},{\"status\":\"-ERR\",\"text\":\"no\"},"
		     "{\"status\":\"-ERR\",\"response_code\":\"IN-USE\"}]}");
}

/* RFC 5034 4 */
TEST(pop3_shows_no_credentials)
{
	static const char *const talks[] = {
		"USER secret\r\nPASS secret word\r\n",
		"AUTH PLAIN c2VjcmV0\r\n",
		"AUTH PLAIN\r\nc2VjcmV0\r\n*\r\n",
		"APOP secret c2VjcmV0\r\n",
		"AUTH c2VjcmV0\r\n",
		" PASS secret\r\nPASSsecret\r\n",
	};

	for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
		for (unsigned int turn = 0; turn < 2; turn++) {
			struct dialogue d = dialogue_begin(&rj_pop3);

			say(&d, S, "+OK a\r\n");
			say(&d, C, talks[i]);
			say(&d, S, "+ c2VjcmV0\r\n+OK secret\r\n-ERR secret\r\n+OK secret\r\n");
			end_has(&d, turn ? "c2VjcmV0" : "secret", false);
		}
	}
}

TEST(pop3_without_its_client_tells_no_texts)
{
	struct dialogue d = dialogue_begin(&rj_pop3);

	say(&d, S,
	    "+OK a\r\n+OK\r\nUSER\r\nPIPELINING\r\n.\r\n+OK waldo\r\n+OK\r\n1 x\r\n.\r\n+OK\r\n");
	end_says(&d, "{\"banner\":\"a\",\"capabilities\":[\"USER\",\"PIPELINING\"],"
		     "\"replies\":[{\"status\":\"+OK\",\"text\":\"a\"},{\"status\":\"+OK\"},"
		     "{\"status\":\"+OK\"},{\"status\":\"+OK\"},{\"status\":\"+OK\"}]}");
}

/* The first reply that is seen is then no greeting, but that of the first command. */
TEST(pop3_in_the_middle_of_a_connection_has_no_banner)
{
	struct dialogue d = dialogue_begin(&rj_pop3);

	say(&d, C, "PASS x\r\n");
	say(&d, S, "+OK waldo is in\r\n");
	say(&d, C, "STAT\r\n");
	say(&d, S, "+OK 0 0\r\nwhat\r\n");
	end_says(&d, "{\"commands\":[{\"command\":\"PASS\"},{\"command\":\"STAT\"}],"
		     "\"replies\":[{\"status\":\"+OK\"},{\"status\":\"+OK\",\"text\":\"0 0\"}],"
		     "\"malformed\":true}");
}

TEST(pop3_is_known_by_its_words)
{
	CHECK_EQ(probe_text(&rj_pop3, 9, 40000, "+OK a"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_pop3, 9, 40000, "+OK"), RJ_PROBE_MORE);
	CHECK_EQ(probe_text(&rj_pop3, 9, 40000, "+OK\r\n"), RJ_PROBE_NO); /* Redis */
	CHECK_EQ(probe_text(&rj_pop3, 110, 40000, "+OK\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_pop3, 110, 40000, "-ERR\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_pop3, 9, 40000, "-ERR a\r\n"), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_pop3, 40000, 9, "CAPA\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_pop3, 40000, 9, "USER a\r\n"), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_pop3, 40000, 110, "USER a\r\n"), RJ_PROBE_YES);
}
