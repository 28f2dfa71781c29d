/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the STUN dissector. */
#include "tests/unit/proto/feed.h"

/* RFC 5769 2.1 to 2.4. */
#define REQUEST                                                                                    \
	"00010058 2112a442 b7e7a701bc34d686fa87dfae 80220010 5354554e207465737420636c69656e74"     \
	"00240004 6e0001ff 80290008 932ff9b151263b36 00060009 6576746a3a68367659202020"            \
	"00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004 e57a3bcf"
#define RESPONSE4                                                                                  \
	"0101003c 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220"             \
	"00200008 0001a147e112a643 00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7"              \
	"80280004 c07d4c96"
#define RESPONSE6                                                                                  \
	"01010048 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220"             \
	"00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"                                        \
	"00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 c8fb0b4c"
#define LONG_TERM                                                                                  \
	"00010060 2112a442 78ad3433c6ad72c029da412e"                                               \
	"00060012 e3839ee38388e383aae38383e382afe382b90000"                                        \
	"0015001c 662f2f3439396b3935346436 4f4c33346f4c39465354767936347341"                       \
	"0014000b 6578616d706c652e6f726700"                                                        \
	"00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666"

#define ID "0102030405060708090a0b0c"

static struct feed *begin(unsigned int over, uint16_t port)
{
	return feed_begin(&rj_stun, over, 40000, port);
}

/* One message with the cookie, of @len (four digits) bytes, and what is shown of it. */
static void check(const char *type, const char *len, const char *body, const char *want)
{
	struct feed *f = begin(RJ_OVER_UDP, 9);
	char hex[1000];

	snprintf(hex, sizeof(hex), "%s %s 2112a442" ID "%s", type, len, body);
	CHECK_EQ(feed_hex(f, 0, hex), RJ_OK);
	feed_has(f, want);
	feed_end(f);
}

TEST(stun_vectors_of_rfc_5769)
{
	struct feed *f = begin(RJ_OVER_UDP, 9);

	CHECK_EQ(feed_hex(f, 0, REQUEST), RJ_OK);
	CHECK_EQ(feed_hex(f, 1, RESPONSE4), RJ_OK);
	CHECK_EQ(feed_hex(f, 1, RESPONSE6), RJ_OK);
	feed_shows(f,
		   "{\"messages\":[{\"dir\":\">\",\"class\":\"request\",\"method\":\"binding\","
		   "\"transaction_id\":\"b7e7a701bc34d686fa87dfae\",\"software\":\"STUN test "
		   "client\",\"priority\":1845494271,\"ice_controlled\":\"932ff9b151263b36\","
		   "\"username\":\"evtj:h6vY\",\"attributes\":[\"software\",\"priority\","
		   "\"ice_controlled\",\"username\",\"message_integrity\",\"fingerprint\"]},"
		   "{\"dir\":\"<\",\"class\":\"success\",\"method\":\"binding\","
		   "\"transaction_id\":\"b7e7a701bc34d686fa87dfae\",\"software\":\"test vector\","
		   "\"xor_mapped_address\":{\"address\":\"192.0.2.1\",\"port\":32853},"
		   "\"attributes\":[\"software\",\"xor_mapped_address\",\"message_integrity\","
		   "\"fingerprint\"]},"
		   "{\"dir\":\"<\",\"class\":\"success\",\"method\":\"binding\","
		   "\"transaction_id\":\"b7e7a701bc34d686fa87dfae\",\"software\":\"test vector\","
		   "\"xor_mapped_address\":{\"address\":\"2001:db8:1234:5678:11:2233:4455:6677\","
		   "\"port\":32853},"
		   "\"attributes\":[\"software\",\"xor_mapped_address\",\"message_integrity\","
		   "\"fingerprint\"]}],\"requests\":1,\"successes\":2}");
	CHECK_EQ(rj_stun.originator(f->state), 0);
	feed_end(f);
}

TEST(stun_vector_of_rfc_5769_with_a_realm)
{
	struct feed *f = begin(RJ_OVER_UDP, 9);

	CHECK_EQ(feed_hex(f, 1, LONG_TERM), RJ_OK);
	feed_has(f, "\"username\":\"\u30de\u30c8\u30ea\u30c3\u30af\u30b9\","
		    "\"nonce\":\"f//499k954d6OL34oL9FSTvy64sA\",\"realm\":\"example.org\","
		    "\"attributes\":[\"username\",\"nonce\",\"realm\",\"message_integrity\"]}]");
	CHECK_EQ(rj_stun.originator(f->state), 1);
	feed_end(f);
}

TEST(stun_methods_and_classes_are_split)
{
	check("0003", "0008", "0019 0004 11000000",
	      "\"class\":\"request\",\"method\":\"allocate\",\"transaction_id\":\"" ID
	      "\",\"requested_transport\":17,\"attributes\":[\"requested_transport\"]}],"
	      "\"requests\":1}");
	check("0016", "0000", "", "\"class\":\"indication\",\"method\":\"send\"");
	check("0118", "0000", "", "\"class\":\"error\",\"method\":\"create_permission\"");
	check("0109", "0000", "", "\"class\":\"success\",\"method\":\"channel_bind\"");
	check("03ef", "0000", "", "\"class\":\"success\",\"method\":\"255\"");
}

TEST(stun_values_of_turn)
{
	check("0009", "0014", "000c 0004 40000000 0012 0008 0001 e012 e112a643",
	      "\"channel_number\":16384,\"xor_peer_address\":{\"address\":\"192.0.2.1\","
	      "\"port\":49408}");
	check("0103", "0014", "0016 0008 0001 e012 e112a643 000d 0004 00000258",
	      "\"xor_relayed_address\":{\"address\":\"192.0.2.1\",\"port\":49408},"
	      "\"lifetime\":600");
	check("0113", "0014", "0009 0010 0000 0401 556e617574686f72697a6564",
	      "\"error_code\":401,\"reason\":\"Unauthorized\"");
	check("0101", "0018", "802b 0008 0001 0d96 c0000201 802c 0008 0001 0d97 c0000202",
	      "\"response_origin\":{\"address\":\"192.0.2.1\",\"port\":3478},"
	      "\"other_address\":{\"address\":\"192.0.2.2\",\"port\":3479}");
	check("0001", "0004", "0025 0000",
	      "\"use_candidate\":true,\"attributes\":[\"use_candidate");
}

TEST(stun_texts_may_be_filled_up)
{
	check("0101", "000c", "8022 0008 61620063 64000000",
	      "\"software\":\"ab\\u0000cd\",\"attributes\":[\"software\"]}");
	check("0101", "0008", "8022 0004 00000000", "\"" ID "\",\"attributes\":[\"software\"]}");
}

TEST(stun_first_of_two_attributes_counts)
{
	check("0001", "0010", "0014 0002 61610000 0014 0002 62620000",
	      "\"realm\":\"aa\",\"attributes\":[\"realm\",\"realm\"]}");
}

TEST(stun_attributes_that_lie_are_malformed)
{
	check("0001", "0008", "0014 0005 61616161", "\"malformed\":true}");
	check("0001", "0008", "0020 0004 00011234",
	      "\"attributes\":[\"xor_mapped_address\"],\"malformed\":true}");
	check("0001", "000c", "0001 0008 0003 1234 01020304",
	      "\"attributes\":[\"mapped_address\"],\"malformed\":true}");
	check("0001", "0008", "1234 0001 61000000", "\"attributes\":[\"0x1234\"]}");
	check("0001", "0004", "0014 0000", "\"" ID "\",\"attributes\":[\"realm\"]}");
}

TEST(stun_is_known_by_its_cookie)
{
	struct feed *f = begin(RJ_OVER_UDP, 9);

	CHECK_EQ(feed_probe_hex(f, REQUEST), RJ_PROBE_YES);
	CHECK_EQ(feed_probe_hex(f, "0001 0000 2112a443" ID), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "0001 0002 2112a442" ID "0000"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "0001 0000 2112a442" ID "00000000"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "0001 0004 2112a442" ID), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "0401 0000 2112a442" ID), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "0001 0000 2112a442 01020304"), RJ_PROBE_NO);
	feed_end(f);
	f = begin(RJ_OVER_TCP, 9);
	f->is_cut = true;
	CHECK_EQ(feed_probe_hex(f, "0001 0000 2112a442"), RJ_PROBE_MORE);
	CHECK_EQ(feed_probe_hex(f, "0001 0000 2112a443"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "0001 0000 22"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "04"), RJ_PROBE_NO);
	feed_end(f);
}

TEST(stun_without_a_cookie_is_known_on_its_port)
{
	static const char classic[] = "0001 0008" ID "0d0e0f10 0003 0004 00000000";
	struct feed *f = begin(RJ_OVER_UDP, 3478);

	CHECK_EQ(feed_probe_hex(f, classic), RJ_PROBE_YES);
	CHECK_EQ(feed_hex(f, 0, classic), RJ_OK);
	feed_has(f, "\"transaction_id\":\"" ID "0d0e0f10\",\"classic\":true,\"attributes\":["
		    "\"change_request\"]}");
	CHECK_EQ(feed_probe_hex(f, "0001 0008" ID "0d0e0f10 0003 0005 00000000"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "0001 0008" ID "0d0e0f10 0103 0004 00000000"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "0003 0008" ID "0d0e0f10 0003 0004 00000000"), RJ_PROBE_NO);
	CHECK_EQ(feed_probe_hex(f, "0011 0008" ID "0d0e0f10 0003 0004 00000000"), RJ_PROBE_NO);
	f->ports[1] = 3479;
	CHECK_EQ(feed_probe_hex(f, classic), RJ_PROBE_NO);
	f->ports[1] = 3478;
	f->over = RJ_OVER_TCP;
	CHECK_EQ(feed_probe_hex(f, classic), RJ_PROBE_NO);
	feed_end(f);
}

TEST(stun_hands_over_what_shares_its_ports)
{
	struct feed *f = begin(RJ_OVER_UDP, 9);

	CHECK_EQ(feed_hex(f, 0, REQUEST), RJ_OK);
	CHECK_EQ(feed_hex(f, 0, "16 feff 0000"), RJ_OK); /* DTLS */
	CHECK(f->message.hands_over && !f->taken);
	CHECK_EQ(feed_hex(f, 0, "80 00 1234 00000001 01020304"), RJ_OK); /* RTP */
	CHECK(f->message.hands_over && !f->taken);
	CHECK_EQ(feed_hex(f, 0, "01 00 0000"), RJ_MALFORMED);
	feed_has(f, "\"requests\":1}");
	feed_end(f);
}

TEST(stun_counts_data_in_channels)
{
	struct feed *f = begin(RJ_OVER_UDP, 9);

	CHECK_EQ(feed_hex(f, 0, "4000 0003 616263"), RJ_OK);
	CHECK_EQ(feed_hex(f, 0, "7fff 0003 61626300"), RJ_OK); /* filled up */
	CHECK_EQ(feed_hex(f, 0, "4000 0003 6162"), RJ_MALFORMED);
	CHECK_EQ(feed_hex(f, 0, "4000 0003 61626364656667"), RJ_MALFORMED);
	feed_shows(f, "{\"channel_data\":2}");
	feed_end(f);
}

TEST(stun_over_tcp_is_a_message_after_the_other)
{
	struct feed *f = begin(RJ_OVER_TCP, 9);

	f->is_cut = true;
	CHECK_EQ(feed_hex(f, 0, "0001 0004 2112a442" ID "0025 00"), RJ_TRUNCATED);
	CHECK_EQ(feed_hex(f, 0, "0001 0004 2112a442" ID "0025 0000 0001"), RJ_OK);
	CHECK_EQ(f->taken, 24);
	CHECK_EQ(feed_hex(f, 0, "4001 0005 61"), RJ_OK);
	CHECK_EQ(f->taken, 4);
	CHECK_EQ(f->message.skip, 8);
	CHECK_EQ(feed_hex(f, 0, "0001 0004 2112a443" ID), RJ_MALFORMED);
	CHECK_EQ(feed_hex(f, 0, "1603 0301"), RJ_MALFORMED);
	feed_has(f, "\"requests\":1,\"channel_data\":1}");
	feed_end(f);
}

TEST(stun_lists_a_few_messages_and_counts_some_more)
{
	struct feed *f = begin(RJ_OVER_UDP, 9);
	char *json, *at;
	int num = 0;

	for (int i = 1; i <= 256; i++) {
		CHECK_EQ(feed_hex(f, 0, "0001 0000 2112a442" ID), RJ_OK);
		CHECK_EQ(f->message.is_done, i == 256);
	}
	json = unit_json(&rj_stun, f->state, 0);
	for (at = json; (at = strstr(at, "\"dir\"")); at++)
		num++;
	CHECK_EQ(num, 8);
	CHECK(strstr(json, "\"requests\":256}"));
	free(json);
	feed_end(f);
}

TEST(stun_long_and_cut_messages_are_kept_in_part)
{
	struct feed *f = begin(RJ_OVER_UDP, 9);
	uint8_t bytes[2020] = "\0\1\x07\xd0\x21\x12\xa4\x42";

	CHECK_EQ(feed_bytes(f, 0, bytes, sizeof(bytes), false), RJ_OK);
	CHECK(f->arena.used_bytes < 1800);
	feed_has(f, "\"truncated\":true");
	feed_end(f);
	f = begin(RJ_OVER_UDP, 9);
	f->is_cut = true;
	CHECK_EQ(feed_bytes(f, 0, bytes, 30, false), RJ_TRUNCATED);
	CHECK_EQ(feed_bytes(f, 0, bytes, 30, true), RJ_OK);
	CHECK(!f->message.is_done);
	feed_has(f, "\"truncated\":true");
	feed_end(f);
}
