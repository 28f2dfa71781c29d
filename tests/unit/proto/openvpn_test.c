/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the OpenVPN dissector. */
#include "proto/registry.h"
#include "tests/unit/proto/talk.h"

#define CLIENT "0102030405060708"
#define SERVER "1112131415161718"
#define NOISE16 "8f1c5a7790b3d2e4a6172839405b6c7d"
#define NOISE4 "8f1c5a77"
#define REPLAY "00000001 6623f0a0"
#define RESET_BODY "00 00000000"
#define ANSWER_BODY "01 00000000 " CLIENT "00000000"

/* The least ClientHello, as in samples.h, in a record. */
#define HELLO                                                                                      \
	"16 0301 002d 01 000029 0303"                                                              \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00 0002 1301 01 00"

static void check_reset(unsigned int side, const char *hex, const char *want)
{
	struct talk t;
	char *json;

	talk_begin(&t, &rj_openvpn, RJ_OVER_UDP, 9);
	CHECK_EQ(talk_probe(&t, side, hex, true), want ? RJ_PROBE_YES : RJ_PROBE_NO);
	if (want) {
		talk_tell(&t, side, hex);
		json = unit_json(t.d, t.state, 0);
		if (strncmp(json, want, strlen(want)))
			CHECK_STR(json, want);
		free(json);
	}
	talk_done(&t);
}

TEST(openvpn_resets_tell_how_they_are_protected)
{
	check_reset(0, "38" CLIENT RESET_BODY, "{\"wrapping\":\"none\",\"cli\"");
	check_reset(1, "40" SERVER ANSWER_BODY, "{\"wrapping\":\"none\",\"srv\"");
	check_reset(0, "38" CLIENT NOISE16 REPLAY RESET_BODY,
		    "{\"wrapping\":\"tls-auth\",\"hmac_bytes\":16,");
	check_reset(0, "38" CLIENT NOISE16 NOISE4 REPLAY RESET_BODY,
		    "{\"wrapping\":\"tls-auth\",\"hmac_bytes\":20,");
	check_reset(1, "40" SERVER NOISE16 NOISE16 REPLAY ANSWER_BODY,
		    "{\"wrapping\":\"tls-auth\",\"hmac_bytes\":32,");
	check_reset(0, "38" CLIENT NOISE16 NOISE16 NOISE16 NOISE16 REPLAY RESET_BODY,
		    "{\"wrapping\":\"tls-auth\",\"hmac_bytes\":64,");
	check_reset(0, "38" CLIENT REPLAY NOISE16 NOISE16 NOISE4 "8f",
		    "{\"wrapping\":\"tls-crypt\",");
	check_reset(1, "40" SERVER REPLAY NOISE16 NOISE16 NOISE16 "8f",
		    "{\"wrapping\":\"tls-crypt\",");
	check_reset(0, "50" CLIENT "0f000001 6623f0a0" NOISE16 NOISE16 NOISE4 "8f" NOISE16 "0012",
		    "{\"wrapping\":\"tls-crypt-v2\",");
}

TEST(openvpn_what_is_off_by_one_is_none)
{
	check_reset(0, "38" CLIENT RESET_BODY "00", NULL);
	check_reset(0, "38" CLIENT "00 000000", NULL);
	check_reset(0, "38" CLIENT "00 00000001", NULL);
	check_reset(0, "38" CLIENT "01 00000000", NULL);
	check_reset(0, "39" CLIENT RESET_BODY, NULL); /* key 1 */
	check_reset(0, "20" CLIENT RESET_BODY, NULL); /* a control packet */
	check_reset(0, "30" CLIENT RESET_BODY, NULL); /* data */
	check_reset(0, "60" CLIENT RESET_BODY, NULL);
	check_reset(0, "38" CLIENT NOISE16 NOISE4 "00000000 6623f0a0" RESET_BODY, NULL);
	check_reset(0, "38" CLIENT NOISE16 NOISE4 "00000001 00000010" RESET_BODY, NULL);
	check_reset(0, "50" CLIENT REPLAY NOISE16 NOISE16 NOISE4 "8f" NOISE16 "0013", NULL);
	check_reset(1, "40" SERVER "02 00000000 00000000" CLIENT "00000000", NULL);
}

TEST(openvpn_packets_over_udp_are_counted)
{
	struct talk t;

	talk_begin(&t, &rj_openvpn, RJ_OVER_UDP, 1194);
	talk_tell(&t, 1, "38" CLIENT RESET_BODY);
	talk_tell(&t, 0, "40" SERVER ANSWER_BODY);
	talk_tell(&t, 1, "28" CLIENT "01 00000000" SERVER);
	talk_tell(&t, 1, "4a 000005" NOISE16);
	talk_tell(&t, 1, "31" NOISE16);
	CHECK_EQ(talk_say(&t, 1, "00" NOISE16), RJ_MALFORMED);
	CHECK_EQ(rj_openvpn.originator(t.state), 1);
	talk_end(&t, "{\"wrapping\":\"none\",\"cli\":{\"session_id\":\"" CLIENT
		     "\",\"key_ids\":[0,1,2],\"peer_id\":5,\"packets\":{\"ack_v1\":1,"
		     "\"data_v1\":1,\"hard_reset_client_v2\":1,\"data_v2\":1}},"
		     "\"srv\":{\"session_id\":\"" SERVER "\",\"key_ids\":[0],\"packets\":"
		     "{\"hard_reset_server_v2\":1}}}");
}

TEST(openvpn_packets_over_tcp_have_a_length)
{
	struct talk t;
	size_t left;

	talk_begin(&t, &rj_openvpn, RJ_OVER_TCP, 1194);
	CHECK_EQ(talk_probe(&t, 0, "000e 38" CLIENT "00 000000", false), RJ_PROBE_MORE);
	CHECK_EQ(talk_probe(&t, 0, "000e 38" CLIENT RESET_BODY, false), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 0, "000f 38" CLIENT RESET_BODY "00", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "0901 38", false), RJ_PROBE_NO);
	talk_tell(&t, 0, "000e 38" CLIENT RESET_BODY "0005 30 01020304");
	/* 2048 bytes, of which the first are enough */
	CHECK_EQ(talk_parse(&t, 0, (const uint8_t *)"\x08\x00\x30\1\2\3\4\5\6\7\x08", 11, false,
			    &left),
		 RJ_OK);
	CHECK_EQ(t.skip, 2048 - 9);
	CHECK_EQ(talk_say(&t, 0, "0001 f8"), RJ_MALFORMED);
	talk_end(&t, "{\"wrapping\":\"none\",\"cli\":{\"session_id\":\"" CLIENT
		     "\",\"key_ids\":[0],\"packets\":{\"data_v1\":2,\"hard_reset_client_v2\":1},"
		     "\"malformed\":true}}");
}

/* A control packet of the client: its number, and a part of the hello. */
static enum rj_status say_control(struct talk *t, unsigned int id, const char *hello, size_t at,
				  size_t len)
{
	char hex[512];

	snprintf(hex, sizeof(hex), "20" CLIENT "00 %08x %.*s", id, (int)(2 * len), hello + 2 * at);
	return talk_say(t, 0, hex);
}

TEST(openvpn_tls_is_read_from_packets_in_any_order)
{
	static const unsigned int order[] = { 3, 2, 2, 1, 1, 4, 5 };
	size_t len;
	uint8_t *bytes = unit_unhex(HELLO, &len);
	char hello[256];
	struct talk t;
	char *json;

	for (size_t i = 0; i < len; i++)
		snprintf(hello + 2 * i, 3, "%02x", bytes[i]);
	free(bytes);
	talk_begin(&t, &rj_openvpn, RJ_OVER_UDP, 1194);
	talk_tell(&t, 0, "38" CLIENT RESET_BODY);
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		size_t at = (order[i] - 1) * 10;

		CHECK_EQ(say_control(&t, order[i], hello, at, order[i] < 5 ? 10 : len - at), RJ_OK);
		json = unit_json(t.d, t.state, 0);
		CHECK_EQ(strstr(json, "\"cs\":[\"1301\"]") != NULL, order[i] == 5);
		free(json);
	}
	talk_done(&t);
}

TEST(openvpn_tls_behind_a_lost_packet_is_not_read)
{
	struct talk t;
	char *json;

	talk_begin(&t, &rj_openvpn, RJ_OVER_UDP, 1194);
	talk_tell(&t, 0, "38" CLIENT RESET_BODY);
	for (unsigned int i = 2; i < 40; i++) /* more than may wait */
		CHECK_EQ(say_control(&t, i, "1603", 0, 2), RJ_OK);
	json = unit_json(t.d, t.state, 0);
	CHECK(strstr(json, "\"control_v1\":38"));
	CHECK(!strstr(json, "\"cs\""));
	free(json);
	talk_done(&t);
}
