/* SPDX-License-Identifier: BSD-3-Clause */
/* Hellos of SSL 2: their parts, each length off by one, and what a server answers to them. */
#include "proto/tls/ssl2.h"

#include "tests/unit/proto/tls/talk.h"

#define CHALLENGE "000102030405060708090a0b0c0d0e0f"
#define CLIENT_HELLO "801f 01 0301 0006 0000 0010 0700c000002f" CHALLENGE
#define SERVER_HELLO                                                                               \
	"8024 04 00 01 0002 0003 0006 0010 abcdef 0700c0010080 f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"

static enum rj_status read_hex(const char *hex, struct rj_ssl2_hello *out)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, false), body;
	enum rj_status st = rj_ssl2_record(&c, &body);

	if (!st)
		st = rj_ssl2_hello_read(body, out);
	free(bytes);
	return st;
}

static enum rj_probe probe_hex(const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_message m = { .over = RJ_OVER_TCP };
	enum rj_probe answer = rj_tls.probe(&m, rj_cursor_init(bytes, len, false));

	free(bytes);
	return answer;
}

static char *json_of(const char *client, const char *server)
{
	struct talk t = talk_begin(1u << 20);
	size_t len;
	uint8_t *bytes = unit_unhex(client, &len);
	char *json;

	CHECK_EQ(talk_bytes(&t, CLIENT, bytes, len, false), RJ_OK);
	free(bytes);
	bytes = unit_unhex(server, &len);
	CHECK_EQ(talk_bytes(&t, SERVER, bytes, len, false), RJ_OK);
	free(bytes);
	json = unit_json(&rj_tls, t.state, CLIENT);
	talk_end(&t);
	return json;
}

TEST(ssl2_hellos_are_shown_with_their_cipher_specs)
{
	char *json = json_of("801f 01 0002 0006 0000 0010 0700c000002f" CHALLENGE, SERVER_HELLO);

	CHECK_STR(json,
		  "{\"version\":\"SSL2.0\",\"c_random\":\"000102030405060708090a0b0c0d0e0f\","
		  "\"s_sid\":\"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff\",\"cs\":[\"0700c0\",\"00002f\"],"
		  "\"s_specs\":[\"0700c0\",\"010080\"],\"s_cert\":[{\"length\":3,\"sha256\":"
		  "\"995da3cf545787d65f9ced52674e92ee8171c87c7a4008aa4349ec47d21609a7\","
		  "\"malformed\":true}]}");
	free(json);
}

TEST(ssl2_hello_that_offers_tls_is_answered_by_tls)
{
	char *json = json_of(CLIENT_HELLO " 1603010006 10000002 abcd",
			     "160301002a 02000026 0301" CHALLENGE CHALLENGE "00 002f 00");

	CHECK(strstr(json, "\"version\":\"TLS1.0\",\"c_version\":3,\"s_version\":3"));
	CHECK(strstr(json, "\"c_key_exchange\":\"abcd\""));
	CHECK(strstr(json, "\"scs\":\"002f\",\"cs\":[\"0700c0\",\"00002f\"]"));
	CHECK(!strstr(json, "malformed"));
	free(json);
}

TEST(ssl2_error_is_an_answer_to_a_hello)
{
	struct rj_cursor c;
	char *json = json_of(CLIENT_HELLO, "8003 00 0001");
	size_t len;
	uint8_t *bytes = unit_unhex("8003000001", &len);

	CHECK(strstr(json, "\"cs\":[") && !strstr(json, "malformed"));
	free(json);
	for (size_t n = 0; n < len; n++) {
		c = rj_cursor_init(bytes, n, false);
		CHECK_EQ(rj_ssl2_error_pass(&c), RJ_TRUNCATED);
		c = rj_cursor_init(bytes, n, true);
		CHECK_EQ(rj_ssl2_error_pass(&c), RJ_MALFORMED);
		CHECK_EQ(c.left, n);
	}
	bytes[2] = 2; /* CLIENT-MASTER-KEY */
	c = rj_cursor_init(bytes, len, false);
	CHECK_EQ(rj_ssl2_error_pass(&c), RJ_MALFORMED);
	free(bytes);
}

TEST(ssl2_probe_knows_hellos_by_all_their_lengths)
{
	CHECK_EQ(probe_hex(CLIENT_HELLO), RJ_PROBE_YES);
	CHECK_EQ(probe_hex(SERVER_HELLO), RJ_PROBE_YES);
	CHECK_EQ(probe_hex("80"), RJ_PROBE_MORE);
	CHECK_EQ(probe_hex("801f010301"), RJ_PROBE_MORE);
	CHECK_EQ(probe_hex("a0"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("801f02"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("801f0102"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("801f010003"), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("801f0400010300"), RJ_PROBE_NO);
}

TEST(ssl2_hello_with_a_length_that_is_off_is_refused)
{
	static const char *const wrong[] = {
		"801e 01 0301 0006 0000 0010 0700c000002f" CHALLENGE, /* record */
		"801f 01 0301 0005 0000 0010 0700c000002f" CHALLENGE, /* specs */
		"801f 01 0301 0006 0001 0010 0700c000002f" CHALLENGE, /* session id */
		"801f 01 0301 0006 0000 0011 0700c000002f" CHALLENGE, /* challenge */
		"8019 01 0301 0000 0000 0010" CHALLENGE,	      /* no specs */
		"801e 01 0301 0005 0000 0010 0700c00000" CHALLENGE,   /* not of three bytes each */
		"801e 01 0301 0006 0000 000f 0700c000002f 000102030405060708090a0b0c0d0e",
		"801f 01 0301 0006 0010 0000 0700c000002f" CHALLENGE,
		"8015 04 00 01 0002 0000 0000 0010 f0f1f2f3f4f5f6f7f8f9",
		"8024 04 02 01 0002 0003 0006 0010 abcdef 0700c0010080" CHALLENGE,
		"8024 04 00 02 0002 0003 0006 0010 abcdef 0700c0010080" CHALLENGE,
	};
	struct rj_ssl2_hello hello;

	CHECK_EQ(read_hex(CLIENT_HELLO, &hello), RJ_OK);
	CHECK_EQ(read_hex(SERVER_HELLO, &hello), RJ_OK);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK_EQ(read_hex(wrong[i], &hello), RJ_MALFORMED);
}

TEST(ssl2_hello_is_waited_for_and_not_taken_in_part)
{
	struct rj_ssl2_hello hello;
	size_t len;
	uint8_t *bytes = unit_unhex(CLIENT_HELLO, &len);

	for (size_t n = 0; n < len; n++) {
		uint8_t *copy = unit_copy(bytes, n);
		struct rj_cursor soft = rj_cursor_init(copy, n, false), body;
		struct rj_cursor hard = rj_cursor_init(copy, n, true);

		CHECK_EQ(rj_ssl2_record(&soft, &body), RJ_TRUNCATED);
		CHECK_EQ(rj_ssl2_record(&hard, &body), RJ_MALFORMED);
		free(copy);
	}
	CHECK_EQ(read_hex(CLIENT_HELLO, &hello), RJ_OK);
	free(bytes);
}
