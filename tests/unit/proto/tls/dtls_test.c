/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of DTLS: records in datagrams, messages in pieces, what counts of what came twice. */
#include "proto/tls/dtls.h"

#include "tests/unit/proto/tls/talk.h"

#define RANDOM_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define RANDOM_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define RETRY "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"

/* Hellos of 1.2 (RFC 6347 4.2.1), one with a cookie; of 1.0; of 1.3 (RFC 9147 5.3). */
#define HELLO(random, cookie) "fefd" random "00" cookie "0002 c02c 0100"
#define SERVER_HELLO "fefd" RANDOM_B "00 c02c 00"
#define HELLO_13 "fefd" RANDOM_A "00 00 0002 1301 0100 0009 002b 0005 04 fefc fefd"
#define SERVER_HELLO_13(random) "fefd" random "00 1301 00 0006 002b 0002 fefc"

/* A record of epoch 0 with @body. */
static void put_record(struct made *b, uint8_t type, const char *version, const uint8_t *body,
		       size_t len)
{
	put_number(b, type, 1);
	put(b, version);
	put_number(b, 0, 8);
	put_number(b, len, 2);
	memcpy(b->bytes + b->len, body, len);
	b->len += len;
}

/* A record with the @n bytes from @at on of message @seq, whose body has @len. */
static void put_piece(struct made *b, uint8_t type, uint16_t seq, const uint8_t *body, size_t len,
		      size_t at, size_t n)
{
	struct made *piece = calloc(1, sizeof(*piece));

	if (!piece)
		abort();
	put_number(piece, type, 1);
	put_number(piece, len, 3);
	put_number(piece, seq, 2);
	put_number(piece, at, 3);
	put_number(piece, n, 3);
	memcpy(piece->bytes + piece->len, body + at, n);
	put_record(b, 22, "fefd", piece->bytes, piece->len + n);
	free(piece);
}

/* Shows a datagram, record by record; the last status. */
static enum rj_status show(struct talk *t, unsigned int side, const uint8_t *bytes, size_t len,
			   bool is_cut)
{
	uint8_t *copy = unit_copy(bytes, len);
	struct rj_cursor c = rj_cursor_init(copy, len, !is_cut);
	enum rj_status st = RJ_OK;

	while (!st && c.left && !t->is_done[side]) {
		struct rj_message m = { .side = side, .over = RJ_OVER_UDP, .arena = &t->arena };
		size_t left = c.left;

		st = rj_tls.parse(t->state, &m, &c);
		if (st == RJ_TRUNCATED) {
			CHECK_EQ(c.left, left);
			m.is_done = true;
			st = rj_tls.parse(t->state, &m, &c);
		}
		CHECK(st || c.left < left);
		CHECK(!m.hands_over);
		t->is_done[side] = m.is_done;
	}
	free(copy);
	return st;
}

static enum rj_status show_hex(struct talk *t, unsigned int side, const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_status st = show(t, side, bytes, len, false);

	free(bytes);
	return st;
}

static enum rj_status show_piece(struct talk *t, unsigned int side, uint8_t type, uint16_t seq,
				 const uint8_t *body, size_t len, size_t at, size_t n)
{
	static struct made d;

	d.len = 0;
	put_piece(&d, type, seq, body, len, at, n);
	return show(t, side, d.bytes, d.len, false);
}

/* A whole message of its own datagram. */
static enum rj_status say(struct talk *t, unsigned int side, uint8_t type, uint16_t seq,
			  const char *hex)
{
	size_t len;
	uint8_t *body = unit_unhex(hex, &len);
	enum rj_status st = show_piece(t, side, type, seq, body, len, 0, len);

	free(body);
	return st;
}

static void check_json(struct talk *t, const char *want, const char *unwanted)
{
	char *json = unit_json(&rj_tls, t->state, CLIENT);

	if (!strstr(json, want) || (unwanted && strstr(json, unwanted)))
		fprintf(stderr, "%s\n", json);
	CHECK(strstr(json, want));
	CHECK(!unwanted || !strstr(json, unwanted));
	free(json);
}

TEST(dtls_handshake_with_a_cookie)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, CLIENT, 1, 0, HELLO(RANDOM_A, "00")), RJ_OK);
	CHECK_EQ(say(&t, SERVER, 3, 0, "feff 04 01020304"), RJ_OK);
	CHECK_EQ(say(&t, CLIENT, 1, 1, HELLO(RANDOM_A, "0401020304")), RJ_OK);
	CHECK_EQ(say(&t, SERVER, 2, 1, SERVER_HELLO), RJ_OK);
	CHECK_EQ(say(&t, SERVER, 12, 3, "03001d2001020304"), RJ_OK);
	CHECK_EQ(say(&t, SERVER, 14, 4, ""), RJ_OK);
	CHECK_EQ(say(&t, CLIENT, 16, 2, "0412345678"), RJ_OK);
	CHECK_EQ(show_hex(&t, CLIENT, "14 fefd 0000 000000000004 0001 01"), RJ_OK);
	CHECK_EQ(say(&t, SERVER, 4, 5, "00001c20 0004 01020304"), RJ_OK);
	check_json(
		&t,
		"{\"transport\":\"dtls\",\"version\":\"DTLS1.2\",\"c_version\":5,\"s_version\":5,"
		"\"c_key_length\":40,\"c_key_exchange\":\"0412345678\",\"c_random\":\"" RANDOM_A
		"\",\"s_random\":\"" RANDOM_B "\",\"s_curve\":\"001d\",\"scs\":\"c02c\","
		"\"cs\":[\"c02c\"],\"hello_verify\":true,"
		"\"s_ticket\":{\"lifetime\":7200,\"ticket_length\":4}}",
		NULL);
	talk_end(&t);
}

/* A ClientHello of some size with a server name behind its padding. */
static uint8_t *long_hello(size_t *len)
{
	static struct made b;

	b.len = 0;
	put(&b, "fefd" RANDOM_A "00 00 0002 c02c 0100");
	put_number(&b, 4 + 600 + 4 + 11, 2);
	put(&b, "0015 0258");
	put_fill(&b, 0, 600);
	put(&b, "0000 000b 0009 00 0006 612e74657374");
	*len = b.len;
	return unit_copy(b.bytes, b.len);
}

TEST(dtls_hello_cut_at_every_byte_in_both_orders)
{
	size_t len;
	uint8_t *hello = long_hello(&len);

	for (size_t cut = 1; cut < len; cut++) {
		for (int is_swapped = 0; is_swapped < 2; is_swapped++) {
			struct talk t = talk_begin(1u << 20);
			size_t at = is_swapped ? cut : 0, n = is_swapped ? len - cut : cut;

			CHECK_EQ(show_piece(&t, CLIENT, 1, 0, hello, len, at, n), RJ_OK);
			CHECK(!rj_tls_session_of(t.state)->client_hello.len);
			CHECK_EQ(show_piece(&t, CLIENT, 1, 0, hello, len, is_swapped ? 0 : cut,
					    len - n),
				 RJ_OK);
			check_json(&t, "\"sni\":[\"a.test\"]", "malformed");
			talk_end(&t);
		}
	}
	free(hello);
}

/* Steps without a factor in common with the length visit each byte once. */
TEST(dtls_hello_of_single_bytes_in_any_order_beside_another_message)
{
	static const size_t steps[] = { 1, 7, 101 };
	size_t len;
	uint8_t *hello = long_hello(&len);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct talk t = talk_begin(1u << 20);
		const struct rj_tls_session *s = rj_tls_session_of(t.state);
		size_t at = 0;

		for (size_t n = 0; n < len; n++, at = (at + steps[i]) % len) {
			CHECK(!s->client_hello.len);
			t.is_done[CLIENT] = false; /* more records than are looked at */
			CHECK_EQ(show_piece(&t, CLIENT, 1, 1, hello, len, at, 1), RJ_OK);
			CHECK_EQ(show_piece(&t, CLIENT, 1, 0, hello, len, at / 2, 1), RJ_OK);
		}
		check_json(&t, "\"sni\":[\"a.test\"]", "malformed");
		talk_end(&t);
	}
	free(hello);
}

TEST(dtls_pieces_of_one_datagram_that_overlap_and_repeat)
{
	static struct made d;
	struct talk t = talk_begin(1u << 20);
	size_t len;
	uint8_t *hello = long_hello(&len);

	d.len = 0;
	put_piece(&d, 1, 0, hello, len, 300, len - 300);
	put_piece(&d, 1, 0, hello, len, 300, 200);
	put_piece(&d, 1, 0, hello, len, 50, 300);
	put_piece(&d, 1, 0, hello, len, 0, 0);
	put_piece(&d, 1, 0, hello, len, 0, 60);
	CHECK_EQ(show(&t, CLIENT, d.bytes, d.len, false), RJ_OK);
	check_json(&t, "\"sni\":[\"a.test\"]", "malformed");
	talk_end(&t);
	free(hello);
}

TEST(dtls_pieces_that_contradict_are_malformed_and_the_first_stand)
{
	struct talk t = talk_begin(1u << 20);
	size_t len;
	uint8_t *hello = long_hello(&len);

	CHECK_EQ(show_piece(&t, CLIENT, 1, 0, hello, len, 0, 100), RJ_OK);
	hello[99] ^= 1;
	CHECK_EQ(show_piece(&t, CLIENT, 1, 0, hello, len, 99, len - 99), RJ_MALFORMED);
	hello[99] ^= 1;
	CHECK_EQ(show_piece(&t, CLIENT, 1, 0, hello, len, 99, len - 99), RJ_OK);
	check_json(&t, "\"sni\":[\"a.test\"]", NULL);
	check_json(&t, "\"malformed\":true", NULL);
	talk_end(&t);
	free(hello);
}

TEST(dtls_messages_sent_again_take_no_memory)
{
	struct talk t = talk_begin(1u << 20);
	size_t used, len;
	uint8_t *hello = long_hello(&len);

	CHECK_EQ(show_piece(&t, CLIENT, 1, 0, hello, len, 0, len), RJ_OK);
	CHECK_EQ(say(&t, SERVER, 2, 0, SERVER_HELLO_13(RETRY)), RJ_OK);
	used = t.arena.used_bytes;
	for (int i = 0; i < 40; i++) {
		CHECK_EQ(show_piece(&t, CLIENT, 1, 0, hello, len, 0, len), RJ_OK);
		CHECK_EQ(say(&t, SERVER, 2, 0, SERVER_HELLO_13(RETRY)), RJ_OK);
	}
	CHECK_EQ(t.arena.used_bytes, used);
	talk_end(&t);
	free(hello);
}

TEST(dtls_last_hello_counts_that_the_server_has_not_answered)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, CLIENT, 1, 0, HELLO(RANDOM_A, "00")), RJ_OK);
	check_json(&t, "\"c_random\":\"" RANDOM_A, NULL);
	CHECK_EQ(say(&t, CLIENT, 1, 0, HELLO(RANDOM_B, "00")), RJ_OK);
	check_json(&t, "\"c_random\":\"" RANDOM_B, RANDOM_A);
	CHECK_EQ(say(&t, SERVER, 2, 0, SERVER_HELLO), RJ_OK);
	CHECK_EQ(say(&t, CLIENT, 1, 0, HELLO(RANDOM_A, "00")), RJ_OK);
	check_json(&t, "\"c_random\":\"" RANDOM_B, RANDOM_A);
	talk_end(&t);
}

TEST(dtls_hello_that_comes_behind_its_answer_is_read)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, SERVER, 2, 0, SERVER_HELLO), RJ_OK);
	CHECK_EQ(say(&t, CLIENT, 1, 0, HELLO(RANDOM_A, "00")), RJ_OK);
	check_json(&t, "\"c_random\":\"" RANDOM_A, "malformed");
	talk_end(&t);
}

TEST(dtls_1_3_with_a_retry)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, CLIENT, 1, 0, HELLO_13), RJ_OK);
	CHECK_EQ(say(&t, SERVER, 2, 0, SERVER_HELLO_13(RETRY)), RJ_OK);
	CHECK_EQ(say(&t, CLIENT, 1, 1, HELLO(RANDOM_A, "00")), RJ_OK);
	CHECK_EQ(say(&t, SERVER, 2, 1, SERVER_HELLO_13(RANDOM_B)), RJ_OK);
	CHECK_EQ(show_hex(&t, SERVER, "2e 0001 0003 010203 2a 01 00ff"), RJ_OK);
	check_json(
		&t,
		"{\"transport\":\"dtls\",\"version\":\"DTLS1.3\",\"c_version\":6,\"s_version\":6,",
		"malformed");
	check_json(&t, "\"c_versions\":[\"fefc\",\"fefd\"],\"scs\":\"1301\",\"cs\":[\"1301\"]",
		   NULL);
	check_json(&t, "\"hrr\":true", NULL);
	talk_end(&t);
}

/* RFC 9147 4: what a header of 001CSLEE says of the record's length. */
TEST(dtls_unified_headers)
{
	static const struct {
		const char *hex;
		size_t left; /* behind the first record */
	} records[] = {
		{ "20 01 aabb", 0 },	     { "28 0001 aabb", 0 },    { "24 01 0001 aa bb", 1 },
		{ "2c 0001 0001 aa bb", 1 }, { "3f cc 0001 0001", 0 }, { "30 cc 01 aabb", 0 },
		{ "27 01 0000 bb", 1 },
	};

	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct talk t = talk_begin(1u << 20);
		struct rj_message m = { .over = RJ_OVER_UDP, .arena = &t.arena };
		size_t len;
		uint8_t *bytes = unit_unhex(records[i].hex, &len);
		struct rj_cursor c = rj_cursor_init(bytes, len, true);

		CHECK_EQ(rj_tls.parse(t.state, &m, &c), RJ_OK);
		CHECK_EQ(c.left, records[i].left);
		free(bytes);
		talk_end(&t);
	}
}

TEST(dtls_record_with_a_connection_id_is_the_rest_of_its_datagram)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(show_hex(&t, CLIENT, "19 fefd 0001 000000000001 cccccccc 0004 01020304"), RJ_OK);
	talk_end(&t);
}

TEST(dtls_side_is_over_some_records_behind_what_is_clear)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, CLIENT, 1, 0, HELLO(RANDOM_A, "00")), RJ_OK);
	for (int i = 0; i < 7; i++) {
		CHECK_EQ(show_hex(&t, CLIENT, "17 fefd 0001 000000000001 0002 0102"), RJ_OK);
		CHECK(!t.is_done[CLIENT]);
	}
	/* what was overtaken */
	CHECK_EQ(say(&t, CLIENT, 16, 2, "0412345678"), RJ_OK);
	check_json(&t, "\"c_key_exchange\":\"0412345678\"", NULL);
	CHECK(t.is_done[CLIENT]);
	CHECK(!t.is_done[SERVER]);
	talk_end(&t);
}

TEST(dtls_alerts_in_the_clear)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(say(&t, CLIENT, 1, 0, HELLO(RANDOM_A, "00")), RJ_OK);
	CHECK_EQ(show_hex(&t, SERVER, "15 fefd 0001 000000000001 0002 0114"), RJ_OK);
	CHECK_EQ(show_hex(&t, SERVER, "15 fefd 0000 000000000001 0003 022800"), RJ_OK);
	CHECK_EQ(show_hex(&t, SERVER, "15 fefd 0000 000000000001 0002 0228"), RJ_OK);
	check_json(&t,
		   "\"alerts\":[{\"from\":\"server\",\"level\":\"fatal\",\"alert\":40,"
		   "\"description\":\"handshake_failure\"}]",
		   NULL);
	talk_end(&t);
}

TEST(dtls_of_openssl_before_1_0)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(
		show_hex(&t, CLIENT,
			 "16 0100 0000 000000000000 0036 01 00002a 0000 000000 00002a 0100" RANDOM_A
			 "00 00 0002 0035 0100"),
		RJ_OK);
	CHECK_EQ(
		show_hex(&t, SERVER,
			 "16 0100 0000 000000000000 0032 02 000026 0000 000000 000026 0100" RANDOM_B
			 "00 0035 00"),
		RJ_OK);
	CHECK(!t.is_done[SERVER]);
	check_json(&t, "\"version\":\"0x0100\",\"c_version\":4,\"s_version\":4,", "malformed");
	talk_end(&t);
}

/* RFC 7983 7 */
TEST(dtls_hands_over_what_is_of_others)
{
	for (unsigned int first = 0; first < 256; first++) {
		struct talk t = talk_begin(1u << 20);
		struct rj_message m = { .over = RJ_OVER_UDP, .arena = &t.arena };
		uint8_t bytes[20] = { (uint8_t)first };
		struct rj_cursor c = rj_cursor_init(bytes, sizeof(bytes), true);
		enum rj_status st = rj_tls.parse(t.state, &m, &c);
		bool is_ours = first >= 20 && first <= 63;

		CHECK_EQ(m.hands_over, !is_ours);
		CHECK(is_ours ? st != RJ_OK || first >= 32 : st == RJ_OK && c.left == 20);
		talk_end(&t);
	}
}

static void check_fault(const char *hex)
{
	struct talk t = talk_begin(1u << 20);

	CHECK_EQ(show_hex(&t, CLIENT, hex), RJ_MALFORMED);
	check_json(&t, "{\"transport\":\"dtls\",\"malformed\":true}", NULL);
	talk_end(&t);
}

TEST(dtls_faults_of_records_and_pieces)
{
	check_fault("1b fefd 0000 000000000000 0000");	    /* no such type */
	check_fault("16 0303 0000 000000000000 0000");	    /* TLS's version */
	check_fault("17 fefd 0001 000000000000 4801");	    /* longer than any */
	check_fault("17 fefd 0001 000000000000 0003 0102"); /* than the datagram */
	check_fault("16 fefd 0000 000000000000 000b 0100000000000000000000"); /* no header */
	check_fault("16 fefd 0000 000000000000 000d 01 000002 0000 000000 000002 01");
	check_fault("16 fefd 0000 000000000000 000d 01 000002 0000 000002 000001 01"); /* behind */
	check_fault("16 fefd 0000 000000000000 000d 01 000002 0000 000003 000000 01");
	check_fault(
		"16 fefd 0000 000000000000 000d 01 010001 0000 000000 000001 01"); /* too long */
}

TEST(dtls_pieces_of_many_messages_are_capped)
{
	struct talk t = talk_begin(1u << 20);
	size_t len;
	uint8_t *hello = long_hello(&len);

	for (uint16_t seq = 0; seq < 9; seq++)
		CHECK_EQ(show_piece(&t, CLIENT, 1, seq, hello, len, 0, 100), RJ_OK);
	CHECK_EQ(show_piece(&t, CLIENT, 1, 8, hello, len, 100, len - 100), RJ_OK);
	CHECK(!rj_tls_session_of(t.state)->client_hello.len);
	CHECK_EQ(show_piece(&t, CLIENT, 1, 7, hello, len, 100, len - 100), RJ_OK);
	CHECK(rj_tls_session_of(t.state)->client_hello.len);
	talk_end(&t);
	free(hello);
}

TEST(dtls_records_that_are_looked_at_are_capped)
{
	struct talk t = talk_begin(1u << 20);
	unsigned int num = 0;

	for (; num < 1000 && !t.is_done[CLIENT]; num++)
		CHECK_EQ(show_hex(&t, CLIENT, "14 fefd 0000 000000000001 0001 01"), RJ_OK);
	CHECK_EQ(num, 512);
	talk_end(&t);
}

TEST(dtls_without_memory)
{
	struct talk t = talk_begin(0);
	size_t len;
	uint8_t *hello = long_hello(&len);

	CHECK_EQ(show_piece(&t, CLIENT, 1, 0, hello, len, 0, len), RJ_OK);
	CHECK_EQ(show_piece(&t, CLIENT, 1, 0, hello, len, 0, 100), RJ_OK);
	CHECK_EQ(t.arena.num_refused, 2);
	t.arena.cap_bytes = 300; /* for the message's place, not for its bytes */
	CHECK_EQ(show_piece(&t, CLIENT, 1, 0, hello, len, 0, 100), RJ_OK);
	CHECK_EQ(t.arena.num_refused, 3);
	check_json(&t, "", "malformed");
	talk_end(&t);
	free(hello);
}

/* Of a record that the capture cut the messages are read that are there. */
TEST(dtls_record_that_the_capture_cut)
{
	static const char hex[] =
		"16 fefd 0000 000000000000 1000 01 00002a 0000 000000 00002a" HELLO(
			RANDOM_A, "00") "0b 000100 0001 000000 000100 00";
	struct talk t = talk_begin(1u << 20);
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);

	CHECK_EQ(show(&t, CLIENT, bytes, len, true), RJ_OK);
	check_json(&t, "\"c_random\":\"" RANDOM_A, "malformed");
	free(bytes);
	talk_end(&t);
}

static enum rj_probe probe(const char *hex)
{
	const struct rj_message m = { .over = RJ_OVER_UDP };
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_probe answer = rj_tls.probe(&m, rj_cursor_init(bytes, len, true));

	free(bytes);
	return answer;
}

TEST(dtls_probe)
{
	CHECK_EQ(probe("16 feff 0000 000000000000 000d 01 000002 0000 000000 000001 01"),
		 RJ_PROBE_YES);
	CHECK_EQ(probe("16 fefd 0000 000000000007 000c 0e 000000 0004 000000 000000"),
		 RJ_PROBE_YES);
	CHECK_EQ(probe("16 0100 0000 000000000000 000c 03 000002 0000 000001 000000"),
		 RJ_PROBE_YES);
	CHECK_EQ(probe("15 fefd 0000 000000000000 0002 0228"), RJ_PROBE_YES);
	CHECK_EQ(probe("14 fefd 0000 000000000000 0001 01"), RJ_PROBE_NO);
	CHECK_EQ(probe("17 fefd 0001 000000000000 0001 01"), RJ_PROBE_NO);
	CHECK_EQ(probe("16 0303 0000 000000000000 000c 0e 000000 0004 000000 000000"), RJ_PROBE_NO);
	CHECK_EQ(probe("16 fefd 0001 000000000000 000c 0e 000000 0004 000000 000000"), RJ_PROBE_NO);
	CHECK_EQ(probe("16 fefd 0000 000100000000 000c 0e 000000 0004 000000 000000"), RJ_PROBE_NO);
	CHECK_EQ(probe("16 fefd 0000 000000000000 000d 0e 000000 0004 000000 000000"), RJ_PROBE_NO);
	CHECK_EQ(probe("16 fefd 0000 000000000000 000b 0e 000000 0004 000000 0000"), RJ_PROBE_NO);
	CHECK_EQ(probe("16 fefd 0000 000000000000 000c 00 000000 0004 000000 000000"), RJ_PROBE_NO);
	CHECK_EQ(probe("16 fefd 0000 000000000000 000c 0e 000000 0004 000001 000000"), RJ_PROBE_NO);
	CHECK_EQ(probe("16 fefd 0000 000000000000 000c 0e 000001 0004 000000 000001"), RJ_PROBE_NO);
	CHECK_EQ(probe("15 fefd 0000 000000000000 0002 0328"), RJ_PROBE_NO);
	CHECK_EQ(probe("15 fefd 0000 000000000000 0003 022800"), RJ_PROBE_NO);
}
