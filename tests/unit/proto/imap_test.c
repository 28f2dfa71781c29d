/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the IMAP dissector. */
#include "tests/unit/proto/dialogue.h"

/* RFC 3501 8, RFC 2971 3.1 and 3.2 */
TEST(imap_shows_a_session_without_its_login)
{
	struct dialogue d = dialogue_begin(&rj_imap);

	say(&d, S, "* OK [CAPABILITY IMAP4rev1 STARTTLS  AUTH=GSSAPI] Service Ready\r\n");
	say(&d, C, "a001 login mrose secret\r\n");
	say(&d, S, "a001 OK [READ-WRITE] mrose is in\r\n");
	say(&d, C,
	    "a023 ID (\"name\" \"sodr\" \"version\" NIL \"os\" \"a\\\"b\" \"user\" \"mrose\")\r\n");
	say(&d, S, "* ID (\"name\" \"Cyrus\" \"os-version\" \"5.5\")\r\na023 OK ID completed\r\n");
	say(&d, C, "a002 select inbox\r\na003 UID fetch 12 full\r\n");
	say(&d, S, "* 18 EXISTS\r\n* OK [UNSEEN 17] first\r\na002 OK [READ-WRITE] done\r\n");
	say(&d, S, "* 12 FETCH (BODY[HEADER] {9}\r\na003 OK\r\n)\r\n");
	say(&d, S, "a003 OK FETCH completed\r\n");
	say(&d, C, "a004 logout\r\n");
	say(&d, S, "* BYE terminating\r\na004 OK LOGOUT completed\r\n");
	end_says(&d, "{\"banner\":\"Service Ready\","
		     "\"capabilities\":[\"IMAP4rev1\",\"STARTTLS\",\"AUTH=GSSAPI\"],"
		     "\"starttls\":{\"offered\":true,\"asked\":false,\"accepted\":false},"
		     "\"client_id\":{\"name\":\"sodr\",\"os\":\"a\\\\\\\"b\"},"
		     "\"server_id\":{\"name\":\"Cyrus\",\"os_version\":\"5.5\"},"
		     "\"commands\":[{\"tag\":\"a001\",\"command\":\"LOGIN\"},"
		     "{\"tag\":\"a023\",\"command\":\"ID\"},"
		     "{\"tag\":\"a002\",\"command\":\"SELECT\",\"argument\":\"inbox\"},"
		     "{\"tag\":\"a003\",\"command\":\"UID\",\"argument\":\"fetch 12 full\"},"
		     "{\"tag\":\"a004\",\"command\":\"LOGOUT\"}],"
		     "\"replies\":[{\"status\":\"OK\",\"response_code\":\"CAPABILITY\","
		     "\"text\":\"Service Ready\"},"
		     "{\"tag\":\"a001\",\"status\":\"OK\",\"response_code\":\"READ-WRITE\"},"
		     "{\"tag\":\"a023\",\"status\":\"OK\",\"text\":\"ID completed\"},"
		     "{\"tag\":\"a002\",\"status\":\"OK\",\"response_code\":\"READ-WRITE\","
		     "\"text\":\"done\"},{\"tag\":\"a003\",\"status\":\"OK\","
		     "\"text\":\"FETCH completed\"},{\"status\":\"BYE\",\"text\":\"terminating\"},"
		     "{\"tag\":\"a004\",\"status\":\"OK\",\"text\":\"LOGOUT completed\"}]}");
}

/* RFC 9051 4.3, RFC 7888 4 */
TEST(imap_passes_over_literals)
{
	struct dialogue d = dialogue_begin(&rj_imap);

	say(&d, S, "* OK a\r\n");
	say(&d, C, "1 LOGIN {6}\r\n");
	say(&d, S, "+ go\r\n");
	say(&d, C,
	    "secret {6+}\r\nsecret\r\n2 APPEND x {12-}\r\n3 LOGOUT\r\n\r\n {0}\r\n\r\n4 NOOP\r\n");
	end_says(&d, "{\"banner\":\"a\",\"commands\":[{\"tag\":\"1\",\"command\":\"LOGIN\"},"
		     "{\"tag\":\"2\",\"command\":\"APPEND\",\"argument\":\"x {12-}\"},"
		     "{\"tag\":\"4\",\"command\":\"NOOP\"}],"
		     "\"replies\":[{\"status\":\"OK\",\"text\":\"a\"}]}");
}

TEST(imap_reads_commands_behind_a_literal_that_was_refused)
{
	struct dialogue d = dialogue_begin(&rj_imap);

	say(&d, S, "* OK a\r\n");
	say(&d, C, "1 APPEND x {12}\r\n");
	say(&d, S, "1 NO [TOOBIG] a\r\n");
	say(&d, C, "2 LOGOUT\r\n");
	end_has(&d, "{\"tag\":\"2\",\"command\":\"LOGOUT\"}", true);
}

/* RFC 9051 6.2.2, RFC 4959 */
TEST(imap_shows_no_credentials)
{
	static const char *const talks[] = {
		"1 LOGIN secret c2VjcmV0\r\n",
		"1 LOGIN {6}\r\nsecret \"secret\"\r\n",
		"1 AUTHENTICATE PLAIN c2VjcmV0\r\n",
		"1 AUTHENTICATE PLAIN\r\nc2VjcmV0\r\n",
		"1 AUTHENTICATE c2VjcmV0\r\n",
		"c2VjcmV0 secret\r\nLOGIN secret secret\r\n",
		"1 PROXYAUTH secret\r\n",
	};

	for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
		for (unsigned int turn = 0; turn < 2; turn++) {
			struct dialogue d = dialogue_begin(&rj_imap);

			say(&d, S, "* OK a\r\n");
			say(&d, C, talks[i]);
			say(&d, S, "+ c2VjcmV0\r\n1 OK secret\r\n9 OK secret\r\n");
			end_has(&d, turn ? "c2VjcmV0" : "secret", false);
		}
	}
}

/* Which of them a reply is of cannot be said, and so its text is not shown. */
TEST(imap_shows_no_text_of_replies_to_a_tag_used_twice)
{
	struct dialogue d = dialogue_begin(&rj_imap);

	say(&d, C, "1 NOOP\r\n1 LOGIN a b\r\n");
	say(&d, S, "1 OK waldo\r\n1 OK waldo\r\n");
	end_has(&d, "waldo", false);
}

/* RFC 2177 3 */
TEST(imap_idles)
{
	struct dialogue d = dialogue_begin(&rj_imap);

	say(&d, S, "* PREAUTH a\r\n");
	say(&d, C, "1 IDLE\r\nDONE\r\nDONE\r\n2 XYZ\r\n");
	say(&d, S, "+ idling\r\n1 OK done\r\n2 BAD what\r\nnothing\r\n");
	end_says(&d, "{\"banner\":\"a\",\"commands\":[{\"tag\":\"1\",\"command\":\"IDLE\"}],"
		     "\"commands_unknown\":2,"
		     "\"replies\":[{\"status\":\"PREAUTH\",\"text\":\"a\"},"
		     "{\"tag\":\"1\",\"status\":\"OK\",\"text\":\"done\"},"
		     "{\"tag\":\"2\",\"status\":\"BAD\"}],\"malformed\":true}");
}

/* RFC 4978 3 */
TEST(imap_ends_where_it_is_compressed)
{
	struct dialogue d = dialogue_begin(&rj_imap);

	say(&d, S, "* OK a\r\n");
	say(&d, C, "1 COMPRESS DEFLATE\r\n");
	CHECK(d.is_done[C]);
	say(&d, S, "* 1 EXISTS\r\n");
	CHECK(!d.is_done[S]);
	say(&d, S, "1 OK go\r\n");
	CHECK(d.is_done[S]);
	end_has(&d, "{\"tag\":\"1\",\"status\":\"OK\",\"text\":\"go\"}", true);
}

/* RFC 9051 6.2.1 */
TEST(imap_says_whether_tls_was_accepted)
{
	struct dialogue d = dialogue_begin(&rj_imap);

	say(&d, S, "* OK a\r\n");
	say(&d, C, "1 STARTTLS\r\n");
	say(&d, S, "1 OK go\r\n");
	end_has(&d, "\"starttls\":{\"offered\":false,\"asked\":true,\"accepted\":true}", true);
	d = dialogue_begin(&rj_imap);
	say(&d, S, "* OK a\r\n");
	say(&d, C, "1 STARTTLS\r\n");
	say(&d, S, "1 BAD no\r\n");
	end_has(&d, "\"starttls\":{\"offered\":false,\"asked\":true,\"accepted\":false}", true);
}

TEST(imap_is_known_by_its_words)
{
	CHECK_EQ(probe_text(&rj_imap, 9, 40000, "* OK"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_imap, 9, 40000, "* PREAUTH "), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_imap, 9, 40000, "* 1 EXISTS"), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_imap, 143, 40000, "* 1 EXISTS"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_imap, 40000, 143, "a1"), RJ_PROBE_MORE);
	CHECK_EQ(probe_text(&rj_imap, 40000, 143, "a1 LOG"), RJ_PROBE_MORE);
	CHECK_EQ(probe_text(&rj_imap, 40000, 143, "a1 login "), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_imap, 40000, 143, "GET / HTTP/1.0"), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_imap, 40000, 9, "a1 login "), RJ_PROBE_NO);
}
