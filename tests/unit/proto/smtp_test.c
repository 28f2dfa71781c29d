/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the SMTP dissector; the talks are those of RFC 5321 appendix D and of the extensions. */
#include "tests/unit/proto/dialogue.h"

#define GREETING "{\"banner\":\"a\",\"hostname\":\"a\""

/* RFC 5321 D.1, with the order of RFC 2920 */
TEST(smtp_shows_a_mail_without_its_text)
{
	struct dialogue d = dialogue_begin(&rj_smtp);

	say(&d, S, "220 foo.com Simple Mail Transfer Service Ready\r\n");
	say(&d, C, "EHLO bar.com\r\n");
	say(&d, S,
	    "250-foo.com greets bar.com\r\n250-8BITMIME\r\n250-SIZE\r\n250-DSN\r\n250 HELP\r\n");
	say(&d, C, "MAIL FROM:<Smith@bar.com>\r\n");
	say(&d, S, "250 OK\r\n");
	say(&d, C, "RCPT TO:<Jones@foo.com>\r\nRCPT TO:<Green@foo.com>\r\nDATA\r\n");
	say(&d, S, "250 OK\r\n550 No such user here\r\n354 Start mail input\r\n");
	say(&d, C, "Subject: x\r\n\r\nQUIT\r\n..\r\n.\r\nQUIT\r\n");
	say(&d, S, "250 OK\r\n221 foo.com closing\r\n");
	end_says(
		&d,
		"{\"banner\":\"foo.com Simple Mail Transfer Service Ready\","
		"\"hostname\":\"foo.com\",\"helo\":\"bar.com\","
		"\"capabilities\":[\"8BITMIME\",\"SIZE\",\"DSN\",\"HELP\"],"
		"\"commands\":[{\"command\":\"EHLO\",\"argument\":\"bar.com\"},"
		"{\"command\":\"MAIL\",\"address\":\"Smith@bar.com\"},"
		"{\"command\":\"RCPT\",\"address\":\"Jones@foo.com\"},"
		"{\"command\":\"RCPT\",\"address\":\"Green@foo.com\"},"
		"{\"command\":\"DATA\"},{\"command\":\"QUIT\"}],"
		"\"replies\":[{\"code\":220,"
		"\"text\":\"foo.com Simple Mail Transfer Service Ready\"},"
		"{\"code\":250,\"text\":\"foo.com greets bar.com\"},{\"code\":250,\"text\":\"OK\"},"
		"{\"code\":250,\"text\":\"OK\"},{\"code\":550,\"text\":\"No such user here\"},"
		"{\"code\":354,\"text\":\"Start mail input\"},{\"code\":250,\"text\":\"OK\"},"
		"{\"code\":221,\"text\":\"foo.com closing\"}]}");
}

TEST(smtp_reads_commands_behind_a_mail_that_was_refused)
{
	struct dialogue d = dialogue_begin(&rj_smtp);

	say(&d, S, "220 a\r\n");
	say(&d, C, "DATA\r\n");
	say(&d, S, "503 no\r\n");
	say(&d, C, "QUIT\r\n");
	end_says(&d, GREETING ",\"commands\":[{\"command\":\"DATA\"},{\"command\":\"QUIT\"}],"
			      "\"replies\":[{\"code\":220,\"text\":\"a\"},{\"code\":503}]}");
}

/* RFC 3030 4.2: what stands in a chunk is no command, whatever it says */
TEST(smtp_passes_over_chunks)
{
	struct dialogue d = dialogue_begin(&rj_smtp);

	say(&d, S, "220 a\r\n");
	say(&d, C, "BDAT 6\r\nQUIT\r\nBDAT 0\r\nBDAT 86 LAST\r\nQUIT");
	say(&d, C, "\r\n.\r\nQUIT\r\n");
	end_says(&d, GREETING ",\"commands\":[{\"command\":\"BDAT\",\"argument\":\"6\"},"
			      "{\"command\":\"BDAT\",\"argument\":\"0\"},"
			      "{\"command\":\"BDAT\",\"argument\":\"86 LAST\"}],"
			      "\"replies\":[{\"code\":220,\"text\":\"a\"}]}");
}

/* RFC 4954 4: initial response, challenges, a challenge that is refused, credentials on a line */
TEST(smtp_shows_no_credentials)
{
	static const char *const talks[] = {
		"AUTH PLAIN AHNlY3JldABzZWNyZXQ=\r\n",
		"AUTH LOGIN\r\nc2VjcmV0\r\nDATA\r\nQUIT\r\n",
		"auth plain\r\nsecret\r\nsecret secret\r\n*\r\n",
		"AUTH c2VjcmV0\r\n",
		"AUTH\tPLAIN c2VjcmV0\r\n",
		"c2VjcmV0\r\n secret\r\n",
		"MAIL FROM:<a@b> AUTH=secret SIZE=1\r\n",
		"XCLIENT LOGIN=secret\r\n",
		"BURL imap://secret@a;URLAUTH=secret LAST\r\n",
	};

	for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
		for (unsigned int turn = 0; turn < 2; turn++) {
			struct dialogue d = dialogue_begin(&rj_smtp);

			say(&d, S, "220 a\r\n");
			say(&d, C, talks[i]);
			say(&d, S, "334 secret\r\n235 secret\r\n500 secret\r\n535 secret\r\n");
			end_has(&d, turn ? "c2VjcmV0" : "secret", false);
		}
	}
}

TEST(smtp_takes_a_verb_behind_a_challenge_for_an_answer)
{
	struct dialogue d = dialogue_begin(&rj_smtp);

	say(&d, S, "220 a\r\n");
	say(&d, C, "AUTH LOGIN\r\n");
	say(&d, S, "334 VXNlcm5hbWU6\r\n");
	say(&d, C, "DATA\r\n");
	say(&d, S, "235 ok\r\n");
	say(&d, C, "QUIT\r\n");
	end_says(&d, GREETING ",\"commands\":[{\"command\":\"AUTH\",\"argument\":\"LOGIN\"},"
			      "{\"command\":\"QUIT\"}],\"replies\":[{\"code\":220,\"text\":\"a\"},"
			      "{\"code\":334},{\"code\":235}]}");
}

TEST(smtp_shows_mailboxes_however_they_are_written)
{
	struct dialogue d = dialogue_begin(&rj_smtp);

	say(&d, C,
	    "MAIL FROM:<>\r\nmail from: <\"a>b\\\"\"@c> BODY=8BITMIME AUTH=<> SIZE=9\r\n"
	    "RCPT TO:a@b NOTIFY=NEVER\r\nRCPT TO:<a\r\nRCPT x\r\n");
	end_says(&d, "{\"commands\":[{\"command\":\"MAIL\",\"address\":\"\"},"
		     "{\"command\":\"MAIL\",\"address\":\"\\\"a>b\\\\\\\"\\\"@c\","
		     "\"argument\":\"BODY=8BITMIME SIZE=9\"},"
		     "{\"command\":\"RCPT\",\"address\":\"a@b\",\"argument\":\"NOTIFY=NEVER\"},"
		     "{\"command\":\"RCPT\",\"address\":\"a\"},{\"command\":\"RCPT\"}]}");
}

TEST(smtp_keeps_what_its_caps_allow_and_counts_the_rest)
{
	struct dialogue d = dialogue_begin(&rj_smtp);
	char line[RJ_DIALOGUE_MAX_TEXT + 20], *json, *argument;

	say(&d, S, "220 a\r\n250-x\r\n");
	for (unsigned int i = 0; i < RJ_DIALOGUE_MAX_LISTED + 2; i++)
		say(&d, S, "250-C\r\n");
	say(&d, S, "250 C\r\n");
	memset(line, 'x', sizeof(line));
	memcpy(line, "NOOP ", 5);
	memcpy(line + sizeof(line) - 3, "\r\n", 3);
	for (unsigned int i = 0; i < RJ_DIALOGUE_MAX_COMMANDS + 4; i++)
		say(&d, C, i ? "NOOP\r\n" : line);
	for (unsigned int i = 0; i < RJ_DIALOGUE_MAX_REPLIES + 5; i++)
		say(&d, S, "250 b\r\n");
	say(&d, C, "GET / HTTP/1.0\r\n");
	json = unit_json(&rj_smtp, d.state, C);
	CHECK(strstr(json, "\"capabilities_skipped\":3,"));
	CHECK(strstr(json, "\"commands_skipped\":4,\"commands_unknown\":1,"));
	CHECK(strstr(json, "\"replies_skipped\":7}"));
	argument = strstr(json, "\"NOOP\",\"argument\":\"");
	CHECK(argument && strspn(argument + 19, "x") == RJ_DIALOGUE_MAX_TEXT);
	free(json);
	dialogue_end(&d);
}

TEST(smtp_passes_over_the_rest_of_long_lines)
{
	struct dialogue d = dialogue_begin(&rj_smtp);
	char line[RJ_DIALOGUE_MAX_LINE + 20];

	memset(line, 'x', sizeof(line));
	say_bytes(&d, C, line, sizeof(line));
	say(&d, C, "x QUIT\r\nQUIT\r\n");
	end_says(&d, "{\"commands\":[{\"command\":\"QUIT\"}],\"commands_unknown\":1}");
}

TEST(smtp_reads_up_to_its_budget)
{
	struct dialogue d = dialogue_begin(&rj_smtp);

	say(&d, C, "DATA\r\n");
	for (unsigned int i = 0; i < RJ_DIALOGUE_MAX_BYTES && !d.is_done[C]; i += 12)
		say(&d, C, "0123456789\r\n");
	CHECK(d.is_done[C] && !d.is_done[S]);
	end_says(&d, "{\"commands\":[{\"command\":\"DATA\"}],\"more\":true}");
}

TEST(smtp_says_whether_tls_was_accepted)
{
	struct dialogue d = dialogue_begin(&rj_smtp);

	say(&d, S, "220 a\r\n250-a\r\n250 STARTTLS\r\n");
	end_has(&d, "\"starttls\":{\"offered\":true,\"asked\":false,\"accepted\":false}", true);
	d = dialogue_begin(&rj_smtp);
	say(&d, S, "220 a\r\n");
	say(&d, C, "STARTTLS\r\n");
	say(&d, S, "454 no\r\n");
	end_has(&d, "\"starttls\":{\"offered\":false,\"asked\":true,\"accepted\":false}", true);
}

TEST(smtp_in_the_middle_of_a_connection_has_no_banner)
{
	struct dialogue d = dialogue_begin(&rj_smtp);

	say(&d, C, "MAIL FROM:<a@b>\r\n");
	say(&d, S, "250 Ok\r\nnothing\r\n");
	end_says(&d, "{\"commands\":[{\"command\":\"MAIL\",\"address\":\"a@b\"}],"
		     "\"replies\":[{\"code\":250,\"text\":\"Ok\"}],\"malformed\":true}");
}

TEST(smtp_is_known_by_its_words)
{
	CHECK_EQ(probe_text(&rj_smtp, 9, 40000, "220 mail.a ESMTP\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_smtp, 9, 40000, "220-b\r\n220 ftp.a.b SMTP\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_smtp, 9, 40000, "220 smtp.a.b ready\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_smtp, 21, 40000, "220 a ESMTP\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_smtp, 9, 40000, "220 smtp.a FTP ready\r\n"), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_smtp, 9, 40000, "220 a\r\n"), RJ_PROBE_MORE);
	CHECK_EQ(probe_text(&rj_smtp, 9, 40000, "220 a\r\n250"), RJ_PROBE_MORE);
	CHECK_EQ(probe_text(&rj_smtp, 9, 40000, "220 a\r\n250-"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_smtp, 9, 40000, "220 a\r\n331 "), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_smtp, 25, 40000, "220 a\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_smtp, 21, 40000, "220 a\r\n"), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_smtp, 25, 40000, "554 no\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_smtp, 9, 40000, "554 no\r\n"), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_smtp, 9, 40000, "2200 a\r\n"), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_smtp, 40000, 9, "ehlo "), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_smtp, 40000, 9, "QUIT\r\n"), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_smtp, 40000, 25, "QUIT\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_smtp, 40000, 25, "GET / "), RJ_PROBE_NO);
}
