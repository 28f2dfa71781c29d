/* SPDX-License-Identifier: BSD-3-Clause */
/* A session: its hellos as slices, alerts, tickets, curves, ECH, who sent what. */
#include "proto/tls/session.h"

#include "tests/unit/proto/tls/talk.h"

#define RANDOM "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define RETRY "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"

static enum rj_status say(struct talk *t, unsigned int side, const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_status st = talk_bytes(t, side, bytes, len, false);

	free(bytes);
	return st;
}

static void check(struct talk *t, const char *part)
{
	char *json = unit_json(&rj_tls, t->state, CLIENT);

	CHECK(strstr(json, part));
	free(json);
}

static void check_bytes(struct rj_cursor c, const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);

	CHECK_EQ(c.left, len);
	CHECK(c.left == len && !memcmp(c.at, bytes, len));
	free(bytes);
}

TEST(tls_session_gives_its_hellos_as_they_came)
{
	struct talk t = talk_begin(1u << 20);
	const struct rj_tls_session *s = rj_tls_session_of(t.state);
	struct rj_tls_hello hello;

	CHECK(!rj_tls_session_hello(s, RJ_TLS_THE_CLIENT, &hello));
	CHECK_EQ(say(&t, CLIENT,
		     "1603010039 01000035 0303" RANDOM "00 00040a0a1301 0100"
		     "0008 1a1a0000 00170000"),
		 RJ_OK);
	CHECK_EQ(say(&t, SERVER, "1603030032 0200002e 0303" RETRY "00 1301 00 0006 002b00020304"),
		 RJ_OK);
	CHECK(!rj_tls_session_hello(s, RJ_TLS_THE_SERVER, &hello));
	CHECK(rj_tls_session_hello(s, RJ_TLS_THE_CLIENT, &hello));
	CHECK_EQ(hello.version, 0x0303);
	check_bytes(hello.suites, "0a0a1301");
	check_bytes(hello.extensions, "1a1a000000170000");
	CHECK(rj_tls_session_hello(s, RJ_TLS_THE_RETRY, &hello));
	check_bytes(hello.extensions, "002b00020304");
	CHECK_EQ(say(&t, SERVER, "160303002c 02000028 0303" RANDOM "00 1302 00 0000"), RJ_OK);
	CHECK(rj_tls_session_hello(s, RJ_TLS_THE_SERVER, &hello));
	check_bytes(hello.suites, "1302");
	check(&t, "\"grease\":true");
	talk_end(&t);
}

TEST(tls_session_tells_who_sent_alerts)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, CLIENT, "160301002d 01000029 0303" RANDOM "00 00021301 0100"), RJ_OK);
	CHECK_EQ(say(&t, SERVER, "15030100020170"), RJ_OK);
	CHECK(!t.is_done[SERVER]);
	CHECK_EQ(say(&t, SERVER, "15030100020246"), RJ_OK);
	CHECK(t.is_done[SERVER]);
	CHECK_EQ(say(&t, CLIENT, "1503010002017f 15030100020100"), RJ_OK);
	CHECK(t.is_done[CLIENT]);
	check(&t, "\"alerts\":[{\"from\":\"server\",\"level\":\"warning\",\"alert\":112,"
		  "\"description\":\"unrecognized_name\"},{\"from\":\"server\",\"level\":\"fatal\","
		  "\"alert\":70,\"description\":\"protocol_version\"},{\"from\":\"client\","
		  "\"level\":\"warning\",\"alert\":127},{\"from\":\"client\",\"level\":\"warning\","
		  "\"alert\":0,\"description\":\"close_notify\"}]");
	talk_end(&t);
}

/* RFC 5246 6.2.1: messages of one type may share a record. */
TEST(tls_session_takes_all_alerts_of_a_record)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, CLIENT, "160301002d 01000029 0303" RANDOM "00 00021301 0100"), RJ_OK);
	CHECK_EQ(say(&t, SERVER, "1503010004 0170 0228"), RJ_OK);
	CHECK(t.is_done[SERVER]);
	check(&t, "\"alerts\":[{\"from\":\"server\",\"level\":\"warning\",\"alert\":112,"
		  "\"description\":\"unrecognized_name\"},{\"from\":\"server\",\"level\":\"fatal\","
		  "\"alert\":40,\"description\":\"handshake_failure\"}]");
	talk_end(&t);
}

TEST(tls_session_keeps_no_more_alerts_than_its_cap)
{
	struct talk t = talk_begin(1u << 20);

	for (unsigned int i = 0; i < RJ_TLS_ALERTS_MAX + 3; i++)
		CHECK_EQ(say(&t, SERVER, "15030100020170"), RJ_OK);
	CHECK_EQ(rj_tls_session_of(t.state)->num_alerts, RJ_TLS_ALERTS_MAX);
	talk_end(&t);
}

TEST(tls_session_takes_no_encrypted_alert_for_one)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, SERVER, "160301002a 02000026 0303" RANDOM "00 002f 00"), RJ_OK);
	CHECK_EQ(say(&t, SERVER, "1503010003010203"), RJ_OK);
	CHECK_EQ(say(&t, SERVER, "150301000401000300"), RJ_OK);
	CHECK_EQ(say(&t, SERVER, "150301000a 0100 0100 0100 0100 0100"), RJ_OK);
	CHECK(!t.is_done[SERVER]);
	CHECK_EQ(rj_tls_session_of(t.state)->num_alerts, 0);
	talk_end(&t);
}

TEST(tls_session_shows_curve_and_ticket_from_their_beginnings)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, SERVER, "160301002a 02000026 0303" RANDOM "00 c02f 00"), RJ_OK);
	CHECK_EQ(say(&t, SERVER, "1603010008 0c000024 03001d20 1603010020" RANDOM), RJ_OK);
	CHECK_EQ(say(&t, SERVER, "160301000c 04000008 00001c20 0002 abcd"), RJ_OK);
	check(&t, "\"s_curve\":\"001d\"");
	check(&t, "\"s_ticket\":{\"lifetime\":7200,\"ticket_length\":2}");
	talk_end(&t);
}

/* RFC 5489 2; the first is what gnutls-serv --pskpasswd sends. */
TEST(tls_session_shows_the_curve_behind_a_hint)
{
	static const struct {
		const char *suite;
		const char *message;
		bool has_curve;
	} cases[] = {
		{ "ccac", "160301000a 0c000006 0000 03001d20", true },
		{ "c037", "160301000e 0c00000a 0004 68696e74 03001d20", true },
		{ "c037", "160301000a 0c000006 ffff 03001d20", false },
		{ "00aa", "160301000a 0c000006 0000 03001d20", false },
		{ "c037", "1603010008 0c000004 03001d20", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk t = talk_begin(1u << 20);
		static struct made hello;
		char *json;

		hello.len = 0;
		put(&hello, "160301002a 02000026 0303" RANDOM "00");
		put(&hello, cases[i].suite);
		put(&hello, "00");
		CHECK_EQ(talk_bytes(&t, SERVER, hello.bytes, hello.len, false), RJ_OK);
		CHECK_EQ(say(&t, SERVER, cases[i].message), RJ_OK);
		json = unit_json(&rj_tls, t.state, CLIENT);
		CHECK_EQ(strstr(json, "\"s_curve\":\"001d\"") != NULL, cases[i].has_curve);
		free(json);
		talk_end(&t);
	}
}

TEST(tls_session_takes_no_dh_parameters_for_a_curve)
{
	static const char *const other[] = {
		"1603010008 0c000004 01001d20", /* explicit_prime */
		"1603010008 0c000004 03010020", /* a prime of 769 bytes */
		"1603010008 0c000004 030000ff", /* a prime of 768 bytes */
		"1603010006 0c000002 0300",
	};

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		struct talk t = talk_begin(1u << 20);
		char *json;

		CHECK_EQ(say(&t, SERVER, other[i]), RJ_OK);
		json = unit_json(&rj_tls, t.state, CLIENT);
		CHECK(!strstr(json, "s_curve"));
		free(json);
		talk_end(&t);
	}
}

TEST(tls_session_shows_what_the_outer_hello_of_ech_says)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, CLIENT,
		     "1603010046 01000042 0303" RANDOM "00 00021301 0100 0017"
		     "fe0d000f 00 0001 0003 2a 0002 abcd 0003 112233 002a0000"),
		 RJ_OK);
	check(&t, "\"ech\":true,\"ech_outer\":{\"kdf\":1,\"aead\":3,\"config_id\":42,"
		  "\"enc_length\":2,\"payload_length\":3},\"early_data\":true");
	talk_end(&t);
}

TEST(tls_session_shows_key_shares_by_group)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, CLIENT,
		     "1603010041 0100003d 0303" RANDOM "00 00021301 0100 0012"
		     "0033000e 000c 1a1a0001 00 001d0003 abcdef"),
		 RJ_OK);
	check(&t, "\"c_key_shares\":[\"1a1a\",\"001d\"]");
	talk_end(&t);
}
