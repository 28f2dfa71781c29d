/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the QUIC dissector: whole connections, in order and out of it. */
#include "tests/unit/proto/quic/talk.h"

#define CID_A "8394c8f03e515708"
#define CID_B "0102030405060708090a"
#define CID_CLIENT "c1c2"
#define CID_SERVER "5e5e5e5e"

#define V1 1u
#define V2 0x6b3343cfu
#define DRAFT_23 0xff000017u

#define HELLO_MAX 8192u

/* An Initial of the client that chose @CID_A. */
static struct initial clients(const struct datagram *payload)
{
	return (struct initial){ .version = V1,
				 .sender = RJ_QUIC_CLIENT,
				 .key_cid = CID_A,
				 .dcid = CID_A,
				 .scid = CID_CLIENT,
				 .payload = payload };
}

/* An Initial of its server. */
static struct initial servers(const struct datagram *payload)
{
	return (struct initial){ .version = V1,
				 .sender = RJ_QUIC_SERVER,
				 .key_cid = CID_A,
				 .dcid = CID_CLIENT,
				 .scid = CID_SERVER,
				 .payload = payload };
}

/* A payload with a whole hello of random @fill. */
static struct datagram hello_of(unsigned int fill)
{
	struct datagram d = { .len = 0 };
	size_t len;
	uint8_t *hello = make_hello(fill, 0, &len);

	put_crypto(&d, hello, 0, len);
	free(hello);
	return d;
}

static struct datagram answer_of(unsigned int fill)
{
	struct datagram d = { .len = 0 };

	put_server_hello(&d, fill);
	return d;
}

static void show_client(struct talk *t, const struct datagram *payload)
{
	struct initial p = clients(payload);

	CHECK_EQ(talk_initial(t, 0, &p), RJ_OK);
}

static void show_server(struct talk *t, const struct datagram *payload)
{
	struct initial p = servers(payload);

	CHECK_EQ(talk_initial(t, 1, &p), RJ_OK);
}

#define RANDOM_11                                                                                  \
	"\"c_random\":\"1111111111111111111111111111111111111111111111111111111111111111\""
#define RANDOM_22                                                                                  \
	"\"c_random\":\"2222222222222222222222222222222222222222222222222222222222222222\""
#define ANSWER_55                                                                                  \
	"\"s_random\":\"5555555555555555555555555555555555555555555555555555555555555555\""

/* What both RFCs' appendices say of the connection, but for its version. */
#define VECTOR_TLS                                                                                 \
	"{\"transport\":\"quic\",\"version\":\"TLS1.3\",\"c_version\":6,\"s_version\":6,"          \
	"\"c_random\":\"ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c\","       \
	"\"s_random\":\"eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a12\","       \
	"\"sni\":[\"example.com\"],\"c_alpn\":[\"alpn\"],"
#define VECTOR_QUIC(version)                                                                       \
	"{\"version\":\"" version "\",\"dcid\":\"8394c8f03e515708\",\"scid\":\"\","                \
	"\"s_scid\":\"f067a5502a4262b5\",\"transport_parameters\":["                               \
	"{\"initial_max_data\":4611686018427387903},"                                              \
	"{\"initial_max_stream_data_bidi_local\":65535},"                                          \
	"{\"initial_max_stream_data_uni\":65535},{\"initial_max_streams_bidi\":16},"               \
	"{\"max_idle_timeout\":30000},{\"initial_max_streams_uni\":16},"                           \
	"{\"initial_source_connection_id\":\"8394c8f03e515708\"},"                                 \
	"{\"initial_max_stream_data_bidi_remote\":65535}]}"

static void check_vectors(const char *client, const char *server, const char *want,
			  bool is_server_first)
{
	struct talk t;
	char *json;

	talk_begin(&t);
	CHECK_EQ(talk_hex(&t, is_server_first, is_server_first ? server : client), RJ_OK);
	CHECK_EQ(talk_hex(&t, !is_server_first, is_server_first ? client : server), RJ_OK);
	CHECK_EQ(rj_quic.originator(t.state), 0);
	json = talk_json(&t);
	CHECK(!strncmp(json, VECTOR_TLS, strlen(VECTOR_TLS)));
	free(json);
	talk_check(&t, want, "malformed");
}

TEST(quic_connections_of_rfc9001_and_rfc9369)
{
	check_vectors(VECTOR_CLIENT_V1, VECTOR_SERVER_V1, VECTOR_QUIC("v1"), false);
	check_vectors(VECTOR_CLIENT_V2, VECTOR_SERVER_V2, VECTOR_QUIC("v2"), false);
}

TEST(quic_servers_packet_before_the_clients_waits_for_it)
{
	check_vectors(VECTOR_CLIENT_V1, VECTOR_SERVER_V1, VECTOR_QUIC("v1"), true);
}

TEST(quic_answer_is_read_when_the_clients_packet_was_cut_or_damaged)
{
	struct datagram hello = hello_of(0x11), answer = answer_of(0x55), d = { .len = 0 };
	struct initial p = clients(&hello);
	struct talk t;

	put_initial(&d, &p);
	d.bytes[d.len - 1] ^= 1;
	talk_begin(&t);
	CHECK_EQ(talk_datagram(&t, 0, &d), RJ_OK);
	CHECK_EQ(rj_quic.originator(t.state), -1);
	show_server(&t, &answer);
	CHECK_EQ(rj_quic.originator(t.state), 0);
	CHECK(t.is_done[1]);
	show_client(&t, &hello);
	talk_check(&t, RANDOM_11 "," ANSWER_55, "malformed");
}

TEST(quic_sides_are_over_when_both_hellos_came)
{
	struct datagram hello = hello_of(0x11), answer = answer_of(0x55);
	struct talk t;

	talk_begin(&t);
	show_client(&t, &hello);
	CHECK(!t.is_done[0]);
	show_server(&t, &answer);
	CHECK(t.is_done[1]);
	show_client(&t, &hello);
	CHECK(t.is_done[0]);
	talk_check(&t, ANSWER_55, "malformed");
}

/* Shows hello @hello in @num packets in the order of @order, each of one frame. */
static void show_pieces(struct talk *t, const uint8_t *hello, size_t len, const size_t *order,
			size_t num)
{
	for (size_t i = 0; i < num; i++) {
		struct datagram payload = { .len = 0 };
		struct initial p = clients(&payload);
		size_t from = len * order[i] / num, to = len * (order[i] + 1) / num;

		put_crypto(&payload, hello, from, to - from);
		put_hex(&payload, "01 0000 01");
		p.number = (uint8_t)order[i];
		CHECK_EQ(talk_initial(t, 0, &p), RJ_OK);
	}
}

TEST(quic_hello_over_packets_in_every_order)
{
	static const size_t orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					     { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	size_t len;
	uint8_t *hello = make_hello(0x11, 2500, &len);

	for (size_t i = 0; i < 6; i++) {
		struct talk t;

		talk_begin(&t);
		show_pieces(&t, hello, len, orders[i], 3);
		talk_check(&t, RANDOM_11 ",\"sni\":[\"a.test\"]", "malformed");
	}
	free(hello);
}

/* As Chromium does: small pieces out of order with pings and padding between. */
TEST(quic_hello_scrambled_into_single_bytes)
{
	struct datagram payload = { .len = 0 };
	struct talk t;
	size_t len, at = 0;
	uint8_t *hello = make_hello(0x11, 0, &len);

	for (size_t i = 0; i < len; i++, at = (at + 37) % len) {
		put_crypto(&payload, hello, at, 1);
		put_hex(&payload, i % 3 ? "01" : "000000");
	}
	talk_begin(&t);
	show_client(&t, &payload);
	talk_check(&t, RANDOM_11 ",\"sni\":[\"a.test\"]", "malformed");
	free(hello);
}

TEST(quic_hello_that_a_packet_repeats_otherwise_is_malformed_and_the_first_stands)
{
	struct datagram first = { .len = 0 }, other = { .len = 0 }, rest = { .len = 0 };
	struct talk t;
	size_t len;
	uint8_t *hello = make_hello(0x11, 0, &len);
	struct initial p = clients(&other);

	put_crypto(&first, hello, 0, 20);
	put_crypto(&rest, hello, 20, len - 20);
	hello[10] ^= 1;
	put_crypto(&other, hello, 5, 10);
	talk_begin(&t);
	show_client(&t, &first);
	CHECK_EQ(talk_initial(&t, 0, &p), RJ_MALFORMED);
	show_client(&t, &rest);
	talk_check(&t, RANDOM_11, NULL);
	free(hello);
}

TEST(quic_packets_of_one_datagram)
{
	struct datagram hello = hello_of(0x11), first = hello, second = hello, d = { .len = 0 };
	size_t len;
	uint8_t *bytes = make_hello(0x11, 0, &len);
	struct initial a = clients(&first), b = clients(&second);
	struct talk t;

	first.len = second.len = 0;
	put_crypto(&first, bytes, 0, 30);
	put_crypto(&second, bytes, 30, len - 30);
	b.number = 1;
	put_initial(&d, &a);
	put_initial(&d, &b);
	put_hex(&d, "e3 00000001 08 " CID_A " 02 " CID_CLIENT " 14 "
		    "0102030405060708090a0b0c0d0e0f1011121314 00000000000000");
	talk_begin(&t);
	CHECK_EQ(talk_datagram(&t, 0, &d), RJ_OK);
	talk_check(&t, RANDOM_11, "malformed");
	free(bytes);
}

/* RFC 9000 12.2 */
TEST(quic_packets_of_one_datagram_have_one_destination)
{
	struct datagram hello = hello_of(0x11), other = hello_of(0x22), d = { .len = 0 };
	struct initial a = clients(&hello), b = clients(&other);
	struct talk t;

	b.dcid = b.key_cid = CID_B;
	put_initial(&d, &a);
	put_initial(&d, &b);
	talk_begin(&t);
	CHECK_EQ(talk_datagram(&t, 0, &d), RJ_OK);
	talk_check(&t, RANDOM_11, RANDOM_22);
}

#define RETRY                                                                                      \
	"f0 00000001 02 " CID_CLIENT " 0a " CID_B " 746f6b656e 000102030405060708090a0b0c0d0e0f"

TEST(quic_retry_changes_keys)
{
	struct datagram hello = hello_of(0x11), answer = answer_of(0x55);
	struct initial again = clients(&hello), p = servers(&answer);
	struct talk t;

	again.dcid = again.key_cid = p.key_cid = CID_B;
	again.token = "746f6b656e";
	again.number = 1;
	talk_begin(&t);
	show_client(&t, &hello);
	CHECK_EQ(talk_hex(&t, 1, RETRY), RJ_OK);
	CHECK_EQ(talk_initial(&t, 0, &again), RJ_OK);
	CHECK_EQ(talk_initial(&t, 1, &p), RJ_OK);
	CHECK(t.is_done[1]);
	talk_check(&t,
		   "{\"version\":\"v1\",\"dcid\":\"" CID_A "\",\"scid\":\"" CID_CLIENT
		   "\",\"s_scid\":\"" CID_SERVER "\",\"retry\":{\"scid\":\"" CID_B
		   "\",\"token\":\"746f6b656e\"}}",
		   "malformed");
}

TEST(quic_retry_alone_is_something)
{
	struct talk t;

	talk_begin(&t);
	CHECK_EQ(talk_hex(&t, 1, RETRY), RJ_OK);
	talk_check(&t, "{\"retry\":{\"scid\":\"" CID_B "\",\"token\":\"746f6b656e\"}}", NULL);
}

TEST(quic_token_of_an_earlier_connection)
{
	struct datagram hello = hello_of(0x11);
	struct initial p = clients(&hello);
	struct talk t;

	p.token = "abcdef";
	talk_begin(&t);
	CHECK_EQ(talk_initial(&t, 0, &p), RJ_OK);
	talk_check(&t, "\"scid\":\"" CID_CLIENT "\",\"token\":\"abcdef\"}", NULL);
}

TEST(quic_client_goes_over_to_the_servers_connection_id)
{
	size_t len;
	uint8_t *bytes = make_hello(0x11, 0, &len);
	struct datagram first = { .len = 0 }, second = { .len = 0 };
	struct initial a = clients(&first), b = clients(&second);
	struct talk t;

	put_crypto(&first, bytes, 0, 30);
	put_crypto(&second, bytes, 30, len - 30);
	b.dcid = CID_SERVER; /* the keys stay */
	for (int is_swapped = 0; is_swapped < 2; is_swapped++) {
		talk_begin(&t);
		CHECK_EQ(talk_initial(&t, 0, is_swapped ? &b : &a), RJ_OK);
		CHECK_EQ(talk_initial(&t, 0, is_swapped ? &a : &b), RJ_OK);
		talk_check(&t, RANDOM_11, "malformed");
	}
	free(bytes);
}

/* A first packet of a reserved version, the list, then a hello of a version of the list. */
TEST(quic_versions_are_negotiated)
{
	struct datagram hello = hello_of(0x22), d = { .len = 0 };
	struct initial p = clients(&hello);
	struct talk t;

	put_hex(&d, "c3 babababa 08 " CID_B " 00 00");
	d.len = 1200;
	p.version = DRAFT_23;
	talk_begin(&t);
	CHECK_EQ(talk_datagram(&t, 0, &d), RJ_OK);
	CHECK_EQ(talk_hex(&t, 1, "80 00000000 00 0a " CID_B " 00000001 ff000017 51303433"), RJ_OK);
	CHECK_EQ(talk_initial(&t, 0, &p), RJ_OK);
	talk_check(&t,
		   "{\"version\":\"draft-23\",\"versions\":[\"v1\",\"draft-23\",\"Q043\"],"
		   "\"dcid\":\"" CID_A "\",\"scid\":\"" CID_CLIENT "\"}",
		   "malformed");
}

TEST(quic_hello_before_negotiation_gives_way_to_the_one_after_it)
{
	struct datagram hello = hello_of(0x11), other = hello_of(0x22);
	struct initial p = clients(&other);
	struct talk t;

	p.version = V2;
	talk_begin(&t);
	show_client(&t, &hello);
	CHECK_EQ(talk_hex(&t, 1, "80 00000000 00 00 6b3343cf"), RJ_OK);
	CHECK_EQ(talk_initial(&t, 0, &p), RJ_OK);
	talk_check(&t, RANDOM_22, RANDOM_11);
}

/* RFC 9368 2.3: the server answers in another version, whose keys come from the same id. */
TEST(quic_server_may_choose_another_version)
{
	struct datagram hello = hello_of(0x11), answer = answer_of(0x55);
	struct initial p = servers(&answer);
	struct talk t;

	p.version = V2;
	talk_begin(&t);
	show_client(&t, &hello);
	CHECK_EQ(talk_initial(&t, 1, &p), RJ_OK);
	CHECK(t.is_done[1]);
	talk_check(&t, "{\"version\":\"v2\",\"dcid\":\"" CID_A "\"", "malformed");
}

TEST(quic_late_packet_of_the_version_before_belongs_to_the_same_hello)
{
	size_t len;
	uint8_t *bytes = make_hello(0x11, 0, &len);
	struct datagram first = { .len = 0 }, second = { .len = 0 };
	struct initial b = clients(&second);
	struct talk t;

	put_crypto(&first, bytes, 0, 30);
	put_crypto(&second, bytes, 30, len - 30);
	b.version = V2;
	talk_begin(&t);
	show_client(&t, &first);
	CHECK_EQ(talk_initial(&t, 0, &b), RJ_OK);
	talk_check(&t, RANDOM_11, "malformed");
	free(bytes);
}

TEST(quic_next_connection_on_the_same_ports_counts_until_one_is_answered)
{
	struct datagram hello = hello_of(0x11), other = hello_of(0x22), answer = answer_of(0x55);
	struct initial p = clients(&other), q = servers(&answer);
	struct talk t;

	p.dcid = p.key_cid = q.key_cid = CID_B;
	talk_begin(&t);
	show_client(&t, &hello);
	CHECK_EQ(talk_initial(&t, 0, &p), RJ_OK);
	CHECK_EQ(talk_initial(&t, 1, &q), RJ_OK);
	show_client(&t, &hello);
	talk_check(&t, RANDOM_22 "," ANSWER_55, RANDOM_11);
}

TEST(quic_hello_of_a_next_connection_that_stays_incomplete_leaves_the_one_before)
{
	size_t len;
	uint8_t *bytes = make_hello(0x22, 0, &len);
	struct datagram hello = hello_of(0x11), part = { .len = 0 };
	struct initial p = clients(&part);
	struct talk t;

	put_crypto(&part, bytes, 0, len - 1);
	p.dcid = p.key_cid = CID_B;
	talk_begin(&t);
	show_client(&t, &hello);
	CHECK_EQ(talk_initial(&t, 0, &p), RJ_OK);
	talk_check(&t, RANDOM_11, RANDOM_22);
	free(bytes);
}

TEST(quic_server_that_refuses_says_why)
{
	struct datagram hello = hello_of(0x11), close = { .len = 0 };
	struct talk t;

	put_hex(&close, "02 00 00 00 00 1c 4178 00 07 6e6f20616c706e");
	talk_begin(&t);
	show_client(&t, &hello);
	show_server(&t, &close);
	talk_check(&t, "\"error\":376,\"reason\":\"no alpn\"}", "malformed");
}

TEST(quic_handshake_packets_alone_tell_the_version)
{
	struct talk t;

	talk_begin(&t);
	CHECK_EQ(talk_hex(&t, 0,
			  "e3 00000001 01 aa 02 bbcc 14 "
			  "0102030405060708090a0b0c0d0e0f1011121314"),
		 RJ_OK);
	CHECK_EQ(rj_quic.originator(t.state), -1);
	talk_check(&t, "{\"version\":\"v1\",\"dcid\":\"aa\",\"scid\":\"bbcc\"}", NULL);
}

TEST(quic_faults_inside_of_protection_are_told)
{
	static const char *const rows[] = { "05 00 00 00",	  "06 00 4fff 01",
					    "06 bfffffff 01 aa",  "06 00 04 0200 0000",
					    "06 00 04 0100 0000", "06 00 04 01 ffffff" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct datagram payload = { .len = 0 };
		struct initial p = clients(&payload);
		struct talk t;

		put_hex(&payload, rows[i]);
		talk_begin(&t);
		CHECK_EQ(talk_initial(&t, 0, &p), RJ_MALFORMED);
		talk_check(&t, "\"malformed\":true}", NULL);
	}
}

TEST(quic_hello_with_broken_parameters)
{
	struct datagram payload = { .len = 0 };
	struct talk t;

	put_hex(&payload,
		"06 00 4037 01 000033 0303"
		"1111111111111111111111111111111111111111111111111111111111111111 00 0002 1301 "
		"01 00 0008 0039 0004 0100 0409");
	talk_begin(&t);
	show_client(&t, &payload);
	talk_check(&t, "\"transport_parameters\":[{\"max_idle_timeout\":\"\"}],\"malformed\":true}",
		   NULL);
}

TEST(quic_parameters_of_early_drafts)
{
	struct datagram payload = { .len = 0 };
	struct initial p = clients(&payload);
	struct talk t;

	put_hex(&payload,
		"06 00 403b 01 000037 0303"
		"1111111111111111111111111111111111111111111111111111111111111111 00 0002 1301 "
		"01 00 000c ffa5 0008 0006 0001 0002 4064");
	p.version = DRAFT_23;
	talk_begin(&t);
	CHECK_EQ(talk_initial(&t, 0, &p), RJ_OK);
	talk_check(&t, "\"transport_parameters\":[{\"max_idle_timeout\":100}]}", "malformed");
}

TEST(quic_parameters_of_every_form)
{
	struct datagram payload = { .len = 0 };
	struct talk t;

	put_hex(&payload,
		"06 00 4063 01 00005f 0303"
		"1111111111111111111111111111111111111111111111111111111111111111 00 0002 1301 "
		"01 00 0034 0039 0030 7129 03 43206a 11 08 00000001 6b3343cf 0c 00 "
		"80004752 04 00000001 1b 01 aa 01 02 0102 c0000000ff04de1b 02 4064 ");
	put_hex(&payload, "11 01 00");
	talk_begin(&t);
	show_client(&t, &payload);
	talk_check(&t,
		   "\"user_agent\":\"C j\",\"transport_parameters\":[{\"user_agent\":\"C j\"},"
		   "{\"version_information\":[\"v1\",\"v2\"]},{\"disable_active_migration\":\"\"},"
		   "{\"google_version\":\"00000001\"},{\"id\":27,\"data\":\"aa\"},"
		   "{\"max_idle_timeout\":\"0102\"},{\"min_ack_delay\":100},"
		   "{\"version_information\":\"00\"}]}",
		   "malformed");
}

/* Keys are derived for eight connection ids of a flow, not for more. */
TEST(quic_attempts_are_bounded)
{
	struct datagram hello = hello_of(0x11), other = hello_of(0x22);
	struct initial p = clients(&hello);
	struct talk t;
	char cid[17];

	talk_begin(&t);
	p.dcid = cid;
	for (unsigned int i = 0; i < 8; i++) { /* keys of another id: not to be opened */
		snprintf(cid, sizeof(cid), "%016x", i);
		CHECK_EQ(talk_initial(&t, 0, &p), RJ_OK);
		CHECK_EQ(talk_initial(&t, 0, &p), RJ_OK);
	}
	show_client(&t, &other);
	talk_check(&t, "{\"version\":\"v1\",\"dcid\":\"0000000000000000\"", "c_random");
}

TEST(quic_side_is_looked_at_for_so_many_datagrams)
{
	struct talk t;

	talk_begin(&t);
	for (int i = 0; i < 63; i++)
		CHECK_EQ(talk_hex(&t, 1, "43 01"), RJ_OK);
	CHECK(!t.is_done[1]);
	CHECK_EQ(talk_hex(&t, 1, "43 01"), RJ_OK);
	CHECK(t.is_done[1]);
	talk_end(&t);
}

TEST(quic_without_memory_is_no_fault_of_the_packets)
{
	struct datagram hello = hello_of(0x11);
	struct talk t;

	talk_begin(&t);
	t.arena.cap_bytes = 0;
	show_client(&t, &hello);
	CHECK(t.arena.num_refused);
	talk_check(&t, "{\"version\":\"v1\"", "malformed");
}

TEST(quic_flow_keeps_no_more_than_its_cap_of_what_waits)
{
	struct datagram payload = { .len = 0 }, d = { .len = 0 };
	struct initial p = clients(&payload);
	struct talk t;

	put_hex(&payload, "01");
	payload.len = 1200;
	p.key_cid = CID_B;
	put_initial(&d, &p);
	talk_begin(&t);
	for (int i = 0; i < 60; i++)
		CHECK_EQ(talk_datagram(&t, 0, &d), RJ_OK);
	CHECK(t.arena.used_bytes < 16384);
	talk_end(&t);
}

TEST(quic_datagram_that_the_capture_cut_tells_its_header)
{
	struct datagram hello = hello_of(0x11), d = { .len = 0 };
	struct initial p = clients(&hello);
	struct talk t;

	put_initial(&d, &p);
	talk_begin(&t);
	CHECK_EQ(talk_show(&t, 0, d.bytes, d.len - 1, false, false), RJ_TRUNCATED);
	CHECK_EQ(talk_show(&t, 0, d.bytes, d.len - 1, false, true), RJ_OK);
	talk_check(&t, "{\"version\":\"v1\",\"dcid\":\"" CID_A "\",\"scid\":\"" CID_CLIENT "\"}",
		   "c_random");
}

/* The hello of both sides of a HelloRetryRequest: the second follows in the same stream. */
TEST(quic_second_hello_follows_the_first)
{
	struct datagram first = hello_of(0x11), second = { .len = 0 }, retry = { .len = 0 },
			answer = { .len = 0 };
	struct talk t;
	size_t len;
	uint8_t *hello = make_hello(0x22, 0, &len), *both = calloc(2, len);

	memcpy(both + len, hello, len);
	put_crypto(&second, both, len, len);
	put_hex(&retry, "06 00 4032 02 00002e 0303 "
			"cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
			"00 1301 00 0006 002b 0002 0304");
	put_hex(&answer, "06 4032 4032 02 00002e 0303 "
			 "5555555555555555555555555555555555555555555555555555555555555555"
			 "00 1301 00 0006 002b 0002 0304");
	talk_begin(&t);
	show_client(&t, &first);
	show_server(&t, &retry);
	CHECK(!t.is_done[1]);
	show_client(&t, &second);
	show_server(&t, &answer);
	CHECK(t.is_done[1]);
	talk_check(&t, "\"hrr\":true", "malformed");
	free(hello);
	free(both);
}

/* CHLO of Q043 with SNI a.b and UAID C, then an answer that names no version. */
TEST(quic_of_google)
{
	static const char chlo[] =
		"0d a1a2a3a4a5a6a7a8 51303433 01 000102030405060708090a0b a001 001c "
		"43484c4f 0200 0000 534e4900 03000000 55414944 04000000 612e62 43";
	struct talk t;

	talk_begin(&t);
	CHECK_EQ(talk_hex(&t, 0, chlo), RJ_OK);
	CHECK(t.is_done[0]);
	CHECK_EQ(talk_hex(&t, 1, "0c a1a2a3a4a5a6a7a8 01 00"), RJ_OK);
	CHECK(t.is_done[1]);
	CHECK_EQ(rj_quic.originator(t.state), 0);
	talk_check(&t,
		   "{\"version\":\"Q043\",\"dcid\":\"a1a2a3a4a5a6a7a8\",\"scid\":\"\","
		   "\"sni\":[\"a.b\"],\"user_agent\":\"C\"}",
		   "tls");
}

TEST(quic_of_google_does_not_take_a_connection_over)
{
	struct datagram hello = hello_of(0x11);
	struct talk t;

	talk_begin(&t);
	show_client(&t, &hello);
	CHECK_EQ(talk_hex(&t, 0, "0d a1a2a3a4a5a6a7a8 51303433 01"), RJ_OK);
	talk_check(&t, "{\"version\":\"v1\",\"dcid\":\"" CID_A "\"", "Q043");
}

TEST(quic_of_google_that_the_capture_cut)
{
	static const uint8_t bytes[] = { 0xc3, 'Q', '0', '4', '6', 0x50, 1, 2, 3, 4,
					 5,    6,   7,	 8,   0,   0,	 0, 1, 9 };
	struct talk t;

	talk_begin(&t);
	CHECK_EQ(talk_show(&t, 0, bytes, sizeof(bytes), false, false), RJ_TRUNCATED);
	CHECK_EQ(talk_show(&t, 0, bytes, sizeof(bytes), false, true), RJ_OK);
	talk_check(&t, "{\"version\":\"Q046\",\"dcid\":\"0102030405060708\"", NULL);
}

static enum rj_probe probe_hex(const char *hex, size_t len, bool is_hard)
{
	struct rj_message m = { .over = RJ_OVER_UDP, .src_port = 40000, .dst_port = 40001 };
	struct datagram d = { .len = 0 };

	put_hex(&d, hex);
	if (d.len < len)
		d.len = len;
	return rj_quic.probe(&m, rj_cursor_init(d.bytes, d.len, is_hard));
}

TEST(quic_probe_knows_long_headers)
{
	CHECK_EQ(probe_hex(VECTOR_CLIENT_V1, 0, true), RJ_PROBE_YES);
	CHECK_EQ(probe_hex(VECTOR_SERVER_V2, 0, true), RJ_PROBE_YES);
	CHECK_EQ(probe_hex(VECTOR_RETRY_V1, 0, true), RJ_PROBE_YES);
	CHECK_EQ(probe_hex(VECTOR_RETRY_V2, 0, true), RJ_PROBE_YES);
	CHECK_EQ(probe_hex("80 00000000 00 00 babababa 00000001", 0, true), RJ_PROBE_YES);
	CHECK_EQ(probe_hex("0d a1a2a3a4a5a6a7a8 51303433 01", 0, true), RJ_PROBE_YES);
	CHECK_EQ(probe_hex("c3 babababa 08 " CID_A " 00", 1200, true), RJ_PROBE_YES);
	CHECK_EQ(probe_hex("83 00000001 08 " CID_A " 00 00 4400", 1200, true), RJ_PROBE_YES);
}

TEST(quic_probe_claims_nothing_else)
{
	CHECK_EQ(probe_hex("80 00000000 00 00 babababa", 0, true), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("80 00000000 00 00 0000000100", 0, true), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("c3 babababa 08 " CID_A " 00", 1199, true), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("c3 babababa 07 01020304050607 00", 1200, true), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("c3 00000002 08 " CID_A " 00", 1200, true), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("43 00000001 08 " CID_A " 00", 1200, true), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("83 00000001 08 " CID_A " 00 00 4400", 1199, true), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("a3 00000001 08 " CID_A " 00 4400", 1200, true), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("c3 00000001 08 " CID_A " 00 00 44ff", 1200, true), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("80 c0 0001 00000001 00000001", 0, true), RJ_PROBE_NO);     /* RTP */
	CHECK_EQ(probe_hex("16 fefd 0000000000000000 0001 01", 0, true), RJ_PROBE_NO); /* DTLS */
	CHECK_EQ(probe_hex("0001 0000 2112a442", 20, true), RJ_PROBE_NO);	       /* STUN */
	CHECK_EQ(probe_hex("", 0, true), RJ_PROBE_NO);
	CHECK_EQ(probe_hex("", 0, false), RJ_PROBE_MORE);
}
