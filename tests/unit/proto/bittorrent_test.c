/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the BitTorrent dissector; vectors of BEP 5, 10, 15 and 29. */
#include "proto/bittorrent/bencode.h"
#include "proto/registry.h"
#include "tests/unit/proto/talk.h"

#define HASH "6162636465666768696a6b6c6d6e6f7071727374"
#define PROTOCOL "13 426974546f7272656e742070726f746f636f6c"
/* -TR3000-abcdefghijkl */
#define PEER "2d5452333030302d6162636465666768696a6b6c"
#define HANDSHAKE PROTOCOL "0000000000100005" HASH PEER

/* Datagrams of the DHT are text. */
static enum rj_status say_text(struct talk *t, unsigned int side, const char *text)
{
	char hex[1024];
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", (uint8_t)text[i]);
	return talk_say(t, side, hex);
}

TEST(bittorrent_handshake_and_its_extension)
{
	struct talk t;

	talk_begin(&t, &rj_bittorrent, RJ_OVER_TCP, 6881);
	/* a bit field, nothing, then d1:md6:ut_pexi1ee1:pi6881e1:v4:xyzze */
	talk_tell(&t, 0,
		  HANDSHAKE "00000003 05 ffff 00000000 00000026 14 00"
			    "64313a6d64363a75745f706578693165 65"
			    "313a706936383831 65 313a76343a78797a7a65");
	CHECK(t.is_done);
	talk_tell(&t, 1,
		  PROTOCOL "8000000000000000" HASH "2d5858303132332d6162636465666768696a6b6c");
	CHECK(t.is_done);
	talk_end(&t, "{\"out\":{\"info_hash\":\"" HASH "\",\"peer_id\":\"" PEER
		     "\",\"client\":\"Transmission\",\"client_version\":\"3000\",\"extensions\":["
		     "\"extension_protocol\",\"fast\",\"dht\"],\"v\":\"xyzz\",\"port\":6881},"
		     "\"in\":{\"info_hash\":\"" HASH
		     "\",\"peer_id\":\"2d5858303132332d6162636465666768696a6b6c\","
		     "\"client\":\"XX\",\"client_version\":\"0123\","
		     "\"extensions\":[\"azureus_messaging\"]}}");
}

TEST(bittorrent_pieces_are_passed_over)
{
	struct talk t;
	size_t left;

	talk_begin(&t, &rj_bittorrent, RJ_OVER_TCP, 6881);
	talk_tell(&t, 0, HANDSHAKE);
	CHECK(!t.is_done);
	CHECK_EQ(talk_parse(&t, 0, (const uint8_t *)"\0\0\x20\x01\7ab", 7, false, &left), RJ_OK);
	CHECK_EQ(t.skip, 0x2001);
	CHECK_EQ(left, 3);
	CHECK_EQ(talk_parse(&t, 0, (const uint8_t *)"\0\0\x01\x01\x14", 5, false, &left),
		 RJ_TRUNCATED);
	CHECK_EQ(talk_parse(&t, 0, (const uint8_t *)"\0\x40\0\1", 4, false, &left), RJ_MALFORMED);
	talk_done(&t);
}

TEST(bittorrent_is_known_by_its_name)
{
	struct talk t;

	talk_begin(&t, &rj_bittorrent, RJ_OVER_TCP, 9);
	CHECK_EQ(talk_probe(&t, 0, PROTOCOL, false), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 0, "13 4269", false), RJ_PROBE_MORE);
	CHECK_EQ(talk_probe(&t, 0, "12 4269", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "13 4270", false), RJ_PROBE_NO);
	talk_done(&t);
}

TEST(bittorrent_dht_queries_and_answers)
{
	struct talk t;

	talk_begin(&t, &rj_bittorrent, RJ_OVER_UDP, 9);
	CHECK_EQ(say_text(&t, 0,
			  "d1:ad2:id20:abcdefghij01234567896:target20:abcdefghijklmnopqrst"
			  "e1:q9:find_node1:t2:aa1:y1:qe"),
		 RJ_OK);
	CHECK_EQ(say_text(&t, 0,
			  "d1:ad2:id20:abcdefghij01234567899:info_hash20:abcdefghijklmnopqr"
			  "ste1:q9:get_peers1:t2:aa1:v4:LT011:y1:qe"),
		 RJ_OK);
	CHECK_EQ(say_text(&t, 0, "d1:q4:vote1:t2:aa1:y1:qe"), RJ_OK);
	CHECK_EQ(say_text(&t, 1, "d1:rd2:id20:0123456789abcdefghij5:nodes0:e1:t2:aa1:y1:re"),
		 RJ_OK);
	CHECK_EQ(say_text(&t, 1, "d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee"), RJ_OK);
	talk_end(&t, "{\"out\":{\"dht\":{\"messages\":{\"find_node\":1,\"get_peers\":1,"
		     "\"other\":1},\"info_hashes\":[\"" HASH "\"],\"targets\":[\"" HASH
		     "\"],\"version\":\"4c543031\"}},\"in\":{\"dht\":{\"messages\":{"
		     "\"response\":1,\"error\":1},\"error\":\"A Generic Error Ocurred\"}}}");
}

TEST(bittorrent_ids_are_capped)
{
	struct talk t;
	char text[128], *json;

	talk_begin(&t, &rj_bittorrent, RJ_OVER_UDP, 9);
	for (unsigned int i = 0; i < 12; i++) {
		snprintf(text, sizeof(text),
			 "d1:ad9:info_hash20:abcdefghijklmnopqr%02ue1:q9:get_peers1:t0:1:y1:qe", i);
		CHECK_EQ(say_text(&t, 0, text), RJ_OK);
	}
	json = unit_json(t.d, t.state, 0);
	CHECK(strstr(json, "\"get_peers\":12"));
	CHECK(strstr(json, "3037\"]")); /* the eighth is the last */
	free(json);
	talk_done(&t);
}

TEST(bittorrent_other_dictionaries_are_none)
{
	static const char *const none[] = {
		"de",
		"d1:y1:qe",
		"d1:t2:aae",
		"d1:t2:aa1:y1:xe",
		"d1:t2:aa1:y1:qe",
		"d1:ti1e1:y1:re",
		"d1:t2:aa1:y1:r",
		"d1:t3:aa1:y1:re",
		"d1:t2:aa1:y1:rf",
		"d1:t02:aa1:y1:r",
		"l1:t2:aa1:y1:re",
		"di1e2:aae",
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		struct talk t;

		talk_begin(&t, &rj_bittorrent, RJ_OVER_UDP, 6881);
		CHECK_EQ(say_text(&t, 0, none[i]), RJ_MALFORMED);
		talk_end(&t, "");
	}
}

TEST(bittorrent_tracker_over_udp)
{
	struct talk t;

	talk_begin(&t, &rj_bittorrent, RJ_OVER_UDP, 6969);
	CHECK_EQ(talk_probe(&t, 0, "00000417 27101980 00000000 12345678 00", true), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "00000417 27101981", true), RJ_PROBE_NO);
	talk_tell(&t, 0, "00000417 27101980 00000000 12345678");
	talk_tell(&t, 1, "00000000 12345678 1122334455667788");
	talk_tell(&t, 0,
		  "1122334455667788 00000001 12345679" HASH PEER
		  "0000000000000000 0000000000000000 0000000000000000 00000002 00000000"
		  "00000000 ffffffff 1ae1");
	talk_tell(&t, 1, "00000001 12345679 00000708 00000000 00000001 7f000001 1ae1");
	talk_tell(&t, 0, "1122334455667788 00000002 1234567a" HASH HASH);
	talk_tell(&t, 1, "00000003 1234567a 6e6f");
	CHECK_EQ(talk_say(&t, 1, "00000004 1234567a"), RJ_MALFORMED);
	talk_end(&t, "{\"out\":{\"tracker\":{\"actions\":{\"connect\":1,\"announce\":1,"
		     "\"scrape\":1},\"info_hashes\":[\"" HASH "\"],\"peer_id\":\"" PEER
		     "\",\"client\":\"Transmission\",\"client_version\":\"3000\","
		     "\"event\":\"started\",\"port\":6881}},"
		     "\"in\":{\"tracker\":{\"actions\":{\"connect\":1,\"announce\":1,\"error\":1},"
		     "\"error\":\"no\"}}}");
}

TEST(bittorrent_utp_with_a_handshake)
{
	struct talk t;

	talk_begin(&t, &rj_bittorrent, RJ_OVER_UDP, 6881);
	/* SYN with an extension; an answer; data with the handshake */
	talk_tell(&t, 0, "41 02 1234 00000001 00000000 00100000 0001 0000 00 08 0000000000000000");
	talk_tell(&t, 1, "21 00 1234 00000002 00000001 00100000 1000 0001");
	talk_tell(&t, 0, "01 00 1235 00000003 00000001 00100000 0002 1000" HANDSHAKE);
	talk_end(&t, "{\"out\":{\"info_hash\":\"" HASH "\",\"peer_id\":\"" PEER
		     "\",\"client\":\"Transmission\",\"client_version\":\"3000\",\"extensions\":["
		     "\"extension_protocol\",\"fast\",\"dht\"],"
		     "\"utp\":{\"packets\":{\"data\":1,\"syn\":1}}},"
		     "\"in\":{\"utp\":{\"packets\":{\"state\":1}}}}");
}

TEST(bittorrent_utp_is_known_by_its_syn)
{
	struct talk t;

	talk_begin(&t, &rj_bittorrent, RJ_OVER_UDP, 6881);
	CHECK_EQ(talk_probe(&t, 0, "41 00 1234 00000001 00000000 00100000 0001 0000 00", true),
		 RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "41 00 1234 00000001 00000000 00100000 0001 0001", true),
		 RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "41 00 1234 00000001 00000001 00100000 0001 0000", true),
		 RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "42", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "51", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "21 00 1234 00000001 00000000 00100000 0001 0000", true),
		 RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "01 00 1235 00000003 00000001 00100000 0002 1000" HANDSHAKE,
			    true),
		 RJ_PROBE_YES);
	talk_end(&t, "");
}

static enum rj_status read_bencode(const char *text, struct rj_bencode *out)
{
	struct rj_cursor c = rj_cursor_init(text, strlen(text), false);

	return rj_bencode_read(&c, out);
}

TEST(bencode_depth_and_numbers_are_bounded)
{
	struct rj_bencode value;
	char text[64];

	memset(text, 'l', 16);
	memset(text + 16, 'e', 16);
	text[32] = 0;
	CHECK_EQ(read_bencode(text, &value), RJ_OK);
	CHECK_EQ(value.kind, RJ_BENCODE_LIST);
	CHECK_EQ(value.bytes.left, 30);
	memset(text, 'l', 17);
	memset(text + 17, 'e', 17);
	text[34] = 0;
	CHECK_EQ(read_bencode(text, &value), RJ_MALFORMED);
	CHECK_EQ(read_bencode("i-42e", &value), RJ_OK);
	CHECK_EQ(value.number, -42);
	CHECK_EQ(read_bencode("i999999999999999999e", &value), RJ_OK);
	CHECK(value.number == 999999999999999999);
	CHECK_EQ(read_bencode("i1000000000000000000e", &value), RJ_MALFORMED);
	CHECK_EQ(read_bencode("ie", &value), RJ_MALFORMED);
	CHECK_EQ(read_bencode("99999999:", &value), RJ_MALFORMED);
	CHECK_EQ(read_bencode("9999999:", &value), RJ_TRUNCATED);
	CHECK_EQ(read_bencode("0:", &value), RJ_OK);
	CHECK_EQ(read_bencode("e", &value), RJ_MALFORMED);
	CHECK_EQ(read_bencode("i4", &value), RJ_TRUNCATED);
}
