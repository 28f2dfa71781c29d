/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the FTP dissector. */
#include "tests/unit/proto/dialogue.h"

/* RFC 959 7, RFC 2389 3.2 */
TEST(ftp_shows_a_session_without_its_login)
{
	struct dialogue d = dialogue_begin(&rj_ftp);

	say(&d, S, "220-Welcome\r\n  to a\r\n220 FTP server\r\n");
	say(&d, C, "USER waldo\r\nPASS waldo\r\nFEAT\r\nSYST\r\n");
	say(&d, S, "331 Password for waldo\r\n230 waldo is in\r\n");
	say(&d, S,
	    "211-Features:\r\n AUTH SSL;TLS;\r\n SIZE\r\n MLST size*;create;\r\n211 End\r\n");
	say(&d, S, "215 UNIX Type: L8\r\n");
	say(&d, C, "RETR a/b c.txt\r\nSITE PSWD waldo\r\nACCT waldo\r\nwaldo\r\n");
	say(&d, S, "257 \"/home/waldo\"\r\n150 Opening\r\n226 Done\r\n");
	say(&d, S, "500 'waldo': not understood\r\n530 waldo\r\n");
	end_says(&d, "{\"banner\":\"Welcome\",\"system\":\"UNIX Type: L8\","
		     "\"capabilities\":[\"AUTH SSL;TLS;\",\"SIZE\",\"MLST size*;create;\"],"
		     "\"starttls\":{\"offered\":true,\"asked\":false,\"accepted\":false},"
		     "\"commands\":[{\"command\":\"USER\"},{\"command\":\"PASS\"},"
		     "{\"command\":\"FEAT\"},{\"command\":\"SYST\"},"
		     "{\"command\":\"RETR\",\"argument\":\"a/b c.txt\"},"
		     "{\"command\":\"SITE\",\"argument\":\"PSWD\"},{\"command\":\"ACCT\"}],"
		     "\"commands_unknown\":1,"
		     "\"replies\":[{\"code\":220,\"text\":\"Welcome\"},{\"code\":331},"
		     "{\"code\":230},{\"code\":211,\"text\":\"Features:\"},"
		     "{\"code\":215,\"text\":\"UNIX Type: L8\"},{\"code\":257},"
		     "{\"code\":150,\"text\":\"Opening\"},"
		     "{\"code\":226,\"text\":\"Done\"},{\"code\":500},{\"code\":530}]}");
}

/* What STAT says has the form of features nearly; it tells who is there. */
TEST(ftp_takes_no_status_for_features)
{
	struct dialogue d = dialogue_begin(&rj_ftp);

	say(&d, S,
	    "220 a\r\n211-Status:\r\n Logged in as waldo\r\n     TYPE: ASCII\r\n SIZE\r\n"
	    "211 End\r\n");
	end_says(&d, "{\"banner\":\"a\",\"replies\":[{\"code\":220,\"text\":\"a\"},"
		     "{\"code\":211,\"text\":\"Status:\"}]}");
}

/* RFC 959 4.1.2, RFC 1123 4.1.2.6, RFC 2428 2 and 3 */
TEST(ftp_shows_where_data_connections_go)
{
	struct dialogue d = dialogue_begin(&rj_ftp);

	say(&d, C,
	    "PORT 132,235,1,2,24,131\r\n"
	    "EPRT |1|132.235.1.2|6275|\r\nEPRT |2|1080::8:800:200C:417A|5282|\r\n");
	say(&d, S,
	    "200 ok\r\n227 Entering Passive Mode (192,0,2,1,255,255)\r\n"
	    "227 =192,0,2,1,0,0\r\n229 Entering Extended Passive Mode (|||6446|)\r\n");
	end_says(&d, "{\"endpoints\":[{\"by\":\"PORT\",\"address\":\"132.235.1.2\",\"port\":6275},"
		     "{\"by\":\"EPRT\",\"address\":\"132.235.1.2\",\"port\":6275},"
		     "{\"by\":\"EPRT\",\"address\":\"1080::8:800:200c:417a\",\"port\":5282},"
		     "{\"by\":\"PASV\",\"address\":\"192.0.2.1\",\"port\":65535},"
		     "{\"by\":\"PASV\",\"address\":\"192.0.2.1\",\"port\":0},"
		     "{\"by\":\"EPSV\",\"port\":6446}],"
		     "\"commands\":[{\"command\":\"PORT\"},{\"command\":\"EPRT\"},"
		     "{\"command\":\"EPRT\"}],"
		     "\"replies\":[{\"code\":200,\"text\":\"ok\"},{\"code\":227},{\"code\":227},"
		     "{\"code\":229}]}");
}

TEST(ftp_counts_endpoints_beyond_its_cap)
{
	struct dialogue d = dialogue_begin(&rj_ftp);

	for (unsigned int i = 0; i < 35; i++)
		say(&d, C, "PORT 192,0,2,1,1,1\r\n");
	end_has(&d, "\"endpoints_skipped\":3,", true);
}

/* RFC 4217 12 */
TEST(ftp_says_whether_tls_was_accepted)
{
	struct dialogue d = dialogue_begin(&rj_ftp);

	say(&d, S, "220 a\r\n");
	say(&d, C, "AUTH SSL\r\nAUTH TLS\r\n");
	say(&d, S, "504 no\r\n234 yes\r\n");
	end_has(&d, "\"starttls\":{\"offered\":false,\"asked\":true,\"accepted\":true}", true);
	d = dialogue_begin(&rj_ftp);
	say(&d, S, "220 a\r\n");
	say(&d, C, "AUTH GSSAPI\r\nADAT c2VjcmV0\r\n");
	say(&d, S, "334 c2VjcmV0\r\n235 ADAT=c2VjcmV0\r\n");
	end_has(&d, "c2VjcmV0", false);
}

TEST(ftp_is_known_by_its_words)
{
	CHECK_EQ(probe_text(&rj_ftp, 9, 40000, "220 (vsFTPd 3.0.3)\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_ftp, 9, 40000, "220 ftp.a ESMTP\r\n"), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_ftp, 25, 40000, "220 ftp.a ready\r\n"), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_ftp, 9, 40000, "220-a\r\n b\r\n220 c\r\n530 "), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_ftp, 9, 40000, "220 a\r\n999 "), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_ftp, 21, 40000, "220 a\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_ftp, 21, 40000, "421 busy\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_ftp, 40000, 9, "auth TLS"), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_ftp, 40000, 9, "USER "), RJ_PROBE_NO);
	CHECK_EQ(probe_text(&rj_ftp, 40000, 21, "USE"), RJ_PROBE_MORE);
	CHECK_EQ(probe_text(&rj_ftp, 40000, 21, "USER "), RJ_PROBE_YES);
	CHECK_EQ(probe_text(&rj_ftp, 40000, 21, "USES"), RJ_PROBE_NO);
}

TEST(ftp_greeting_without_end_is_given_up)
{
	char line[5000] = "220 ";

	memset(line + 4, 'x', sizeof(line) - 5);
	CHECK_EQ(probe_text(&rj_ftp, 9, 40000, line), RJ_PROBE_NO);
}
