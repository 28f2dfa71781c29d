/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the HTTP/2 dissector. Header blocks are those of RFC 7541 appendix C. */
#include "proto/http2/connection.h"
#include "proto/registry.h"
#include "tests/unit/unit.h"

#define CLIENT 0u
#define SERVER 1u

#define PREFACE "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a"
#define NO_SETTINGS "000000 04 00 00000000"

/* C.4: three requests, Huffman-coded, each read by what the ones before put into the table. */
#define REQUEST_1 "828684418cf1e3c2e5f23a6ba0ab90f4ff"
#define REQUEST_2 "828684be5886a8eb10649cbf"
#define REQUEST_3 "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"
#define REQUEST_1_JSON                                                                             \
	"{\":method\":\"GET\"},{\":scheme\":\"http\"},{\":path\":\"/\"},"                          \
	"{\":authority\":\"www.example.com\"}"
#define REQUEST_2_JSON REQUEST_1_JSON ",{\"cache-control\":\"no-cache\"}"
#define REQUEST_3_JSON                                                                             \
	"{\":method\":\"GET\"},{\":scheme\":\"https\"},{\":path\":\"/index.html\"},"               \
	"{\":authority\":\"www.example.com\"},{\"custom-key\":\"custom-value\"}"

#define STATUS_200 "88"
#define OK_JSON "{\":status\":\"200\"}"

struct fixture {
	uint64_t *state;
	struct rj_arena arena;
	bool is_done[2];
	enum rj_status last[2];
	uint64_t skip[2];
};

static void begin(struct fixture *f)
{
	*f = (struct fixture){ .state = calloc(1, rj_http2.state_bytes) };
	rj_arena_init(&f->arena, 1u << 20);
}

static void end(struct fixture *f, const char *want)
{
	char *json = unit_json(&rj_http2, f->state, CLIENT);

	if (want)
		CHECK_STR(json, want);
	free(json);
	free(f->state);
	rj_arena_done(&f->arena);
}

/* Passes over what the dissector said is of no use. */
static void pass(struct fixture *f, unsigned int side, struct rj_cursor *c)
{
	size_t len = f->skip[side] < c->left ? (size_t)f->skip[side] : c->left;

	CHECK_EQ(rj_cursor_skip(c, len), RJ_OK);
	f->skip[side] -= len;
}

/* Parses what it can of the bytes, the way the engine does; returns how many were taken. */
static size_t take(struct fixture *f, unsigned int side, const uint8_t *bytes, size_t len)
{
	uint8_t *exact = unit_copy(bytes, len);
	struct rj_cursor c = rj_cursor_init(exact, len, false);

	f->last[side] = RJ_OK;
	pass(f, side, &c);
	while (c.left && !f->is_done[side] && !f->last[side]) {
		struct rj_message m = { .side = side, .over = RJ_OVER_TCP, .arena = &f->arena };
		size_t left = c.left;

		f->last[side] = rj_http2.parse(f->state, &m, &c);
		CHECK(f->last[side] || c.left < left);
		f->is_done[side] = m.is_done;
		f->skip[side] = m.skip;
		pass(f, side, &c);
	}
	free(exact);
	return len - c.left;
}

static void feed(struct fixture *f, unsigned int side, const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);

	take(f, side, bytes, len);
	free(bytes);
}

/* The same, byte by byte. */
static void drip(struct fixture *f, unsigned int side, const char *hex)
{
	size_t len, at = 0;
	uint8_t *bytes = unit_unhex(hex, &len);

	for (size_t n = 1; n <= len && !f->is_done[side] && f->last[side] != RJ_MALFORMED; n++)
		at += take(f, side, bytes + at, n - at);
	free(bytes);
}

/* What both sides say gives @want, at once and byte by byte. */
static void check(const char *client, const char *server, const char *want)
{
	struct fixture f;

	begin(&f);
	feed(&f, CLIENT, client);
	feed(&f, SERVER, server);
	end(&f, want);
	begin(&f);
	drip(&f, CLIENT, client);
	drip(&f, SERVER, server);
	end(&f, want);
}

TEST(http2_requests_are_read_by_one_table)
{
	check(PREFACE NO_SETTINGS "000011 01 05 00000001" REQUEST_1
				  "00000c 01 05 00000003" REQUEST_2
				  "000018 01 05 00000005" REQUEST_3,
	      "",
	      "{\"out\":{\"settings\":[]},\"streams\":["
	      "{\"stream\":1,\"out\":[" REQUEST_1_JSON "]},"
	      "{\"stream\":3,\"out\":[" REQUEST_2_JSON "]},"
	      "{\"stream\":5,\"out\":[" REQUEST_3_JSON "]}]}");
}

TEST(http2_responses_that_evict_what_the_table_holds)
{
	/* C.6, where the table has 256 bytes: the first block says so */
	check("",
	      NO_SETTINGS
	      "000039 01 04 00000001 3fe101"
	      "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff"
	      "6e919d29ad171863c78f0b97c8e9ae82ae43d3"
	      "000008 01 04 00000003 4883640effc1c0bf"
	      "00004f 01 04 00000005"
	      "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab"
	      "77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c0"
	      "03ed4ee5b1063d5007",
	      "{\"in\":{\"settings\":[]},\"streams\":["
	      "{\"stream\":1,\"in\":[{\":status\":\"302\"},{\"cache-control\":\"private\"},"
	      "{\"date\":\"Mon, 21 Oct 2013 20:13:21 GMT\"},"
	      "{\"location\":\"https://www.example.com\"}]},"
	      "{\"stream\":3,\"in\":[{\":status\":\"307\"},{\"cache-control\":\"private\"},"
	      "{\"date\":\"Mon, 21 Oct 2013 20:13:21 GMT\"},"
	      "{\"location\":\"https://www.example.com\"}]},"
	      "{\"stream\":5,\"in\":[{\":status\":\"200\"},{\"cache-control\":\"private\"},"
	      "{\"date\":\"Mon, 21 Oct 2013 20:13:22 GMT\"},"
	      "{\"location\":\"https://www.example.com\"},{\"content-encoding\":\"gzip\"},"
	      "{\"set-cookie\":\"foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1\"}]}]}");
}

TEST(http2_settings_have_names_or_numbers)
{
	check(PREFACE "00003c 04 00 00000000"
		      "0001 00010000 0002 00000000 0003 00000064 0004 00600000 0005 00004000"
		      "0006 00040000 0008 00000001 0009 00000001 0007 00000002 2a2a 12345678"
		      "000004 08 00 00000000 80ef0001"
		      "000004 08 00 00000000 00000001"
		      "000000 04 01 00000000"
		      "000006 04 00 00000000 0003 00000007",
	      "",
	      "{\"out\":{\"settings\":[{\"header_table_size\":65536},{\"enable_push\":0},"
	      "{\"max_concurrent_streams\":100},{\"initial_window_size\":6291456},"
	      "{\"max_frame_size\":16384},{\"max_header_list_size\":262144},"
	      "{\"enable_connect_protocol\":1},{\"no_rfc7540_priorities\":1},"
	      "{\"id\":7,\"value\":2},{\"id\":10794,\"value\":305419896}],"
	      "\"window_update\":15663105}}");
}

TEST(http2_padding_priority_and_continuation_are_taken_off)
{
	check(PREFACE "00000c 01 29 00000001 03 80000000ff 828684 000000"
		      "000001 09 00 00000001 41"
		      "000000 09 00 00000001"
		      "00000d 09 04 00000001 8cf1e3c2e5f23a6ba0ab90f4ff",
	      "", "{\"out\":{},\"streams\":[{\"stream\":1,\"out\":[" REQUEST_1_JSON "]}]}");
}

TEST(http2_body_is_that_of_all_frames_without_padding)
{
	check("",
	      NO_SETTINGS "000001 01 04 00000001" STATUS_200
			  "000008 00 08 00000001 04 616263 00000000"
			  "000000 00 00 00000001"
			  "000014 00 00 00000001 6465666768696a6b6c6d6e6f7071727374757677"
			  "000005 00 01 00000001 78797a3031"
			  "000001 01 05 00000003" STATUS_200,
	      "{\"in\":{\"settings\":[]},\"streams\":[{\"stream\":1,\"in\":[" OK_JSON
	      ",{\"body\":\"6162636465666768696a6b6c6d6e6f70\"}]},"
	      "{\"stream\":3,\"in\":[" OK_JSON "]}]}");
}

TEST(http2_interim_responses_are_left_out_and_trailers_are_not)
{
	/* :status 103, literal; grpc-status: 0, literal */
	check("",
	      NO_SETTINGS "000005 01 04 00000001 0803313033"
			  "000001 01 04 00000001" STATUS_200 "000001 00 00 00000001 61"
			  "00000f 01 05 00000001 00 0b677270632d737461747573 0130",
	      "{\"in\":{\"settings\":[]},\"streams\":[{\"stream\":1,\"in\":[" OK_JSON
	      ",{\"body\":\"61\"},{\"trailers\":[{\"grpc-status\":\"0\"}]}]}]}");
}

TEST(http2_promised_requests_stand_with_their_responses)
{
	check(PREFACE "000011 01 05 00000001" REQUEST_1,
	      NO_SETTINGS "00000b 05 08 00000001 03 00000002 828684 000000"
			  "000001 09 00 00000001 41"
			  "00000d 09 04 00000001 8cf1e3c2e5f23a6ba0ab90f4ff"
			  "000001 01 04 00000001" STATUS_200 "000001 01 05 00000002" STATUS_200,
	      "{\"out\":{},\"in\":{\"settings\":[]},\"streams\":["
	      "{\"stream\":1,\"out\":[" REQUEST_1_JSON "],\"in\":[" OK_JSON "]},"
	      "{\"stream\":2,\"push\":[" REQUEST_1_JSON "],\"in\":[" OK_JSON "]}]}");
}

TEST(http2_resets_and_goaway_have_reasons)
{
	check(PREFACE "000011 01 05 00000001" REQUEST_1 "000004 03 00 00000001 00000008",
	      NO_SETTINGS "000004 03 00 00000001 0000000e"
			  "000004 03 00 00000009 00000001"
			  "00000d 07 00 00000000 80000001 0000000b 68656c6c6f",
	      "{\"out\":{},\"in\":{\"settings\":[],\"goaway\":{\"error\":\"enhance_your_calm\","
	      "\"last_stream\":1,\"debug\":\"hello\"}},"
	      "\"streams\":[{\"stream\":1,\"out\":[" REQUEST_1_JSON
	      ",{\"reset\":\"cancel\"}],\"in\":[{\"reset\":\"0x0000000e\"}]}]}");
}

TEST(http2_what_is_not_read_is_passed_over)
{
	check(PREFACE "000005 02 00 00000003 00000000ff"
		      "000008 06 00 00000000 0102030405060708"
		      "000003 0a 00 00000000 616263"
		      "000002 ee ff 00000007 6162"
		      "000004 08 00 00000001 00000001"
		      "000011 01 05 00000001" REQUEST_1,
	      "", "{\"out\":{},\"streams\":[{\"stream\":1,\"out\":[" REQUEST_1_JSON "]}]}");
}

/* After an upgrade the request was one of HTTP/1 (RFC 7540 section 3.2). */
TEST(http2_stream_of_an_upgrade_has_a_response_alone)
{
	check(PREFACE NO_SETTINGS, NO_SETTINGS "000001 01 05 00000001" STATUS_200,
	      "{\"out\":{\"settings\":[]},\"in\":{\"settings\":[]},\"streams\":[{\"stream\":1,"
	      "\"in\":[" OK_JSON "]}]}");
}

/* The client's first frame breaks the format. */
static void check_malformed(const char *frame)
{
	struct fixture f;

	begin(&f);
	feed(&f, CLIENT, PREFACE);
	feed(&f, CLIENT, frame);
	CHECK_EQ(f.last[CLIENT], RJ_MALFORMED);
	if (f.last[CLIENT] != RJ_MALFORMED)
		fprintf(stderr, "%s\n", frame);
	end(&f, "{\"out\":{\"malformed\":true}}");
}

TEST(http2_bad_frames_are_malformed)
{
	check_malformed("000001 00 00 00000000 61");	       /* DATA of the connection */
	check_malformed("000000 00 08 00000001");	       /* padding without its length */
	check_malformed("000002 00 08 00000001 02 61");	       /* more padding than frame */
	check_malformed("000001 01 04 00000000 88");	       /* HEADERS of the connection */
	check_malformed("000002 01 0c 00000001 02 88");	       /* more padding than frame */
	check_malformed("000001 01 24 00000001 88");	       /* no room for the priority */
	check_malformed("000004 02 00 00000001 00000000");     /* PRIORITY too short */
	check_malformed("000003 03 00 00000001 000000");       /* RST_STREAM too short */
	check_malformed("000004 03 00 00000000 00000000");     /* RST_STREAM of the connection */
	check_malformed("000005 04 00 00000000 0001000000");   /* a setting and a half */
	check_malformed("000006 04 00 00000001 000100000000"); /* SETTINGS of a stream */
	check_malformed("000006 04 01 00000000 000100000000"); /* acknowledgement that says more */
	check_malformed("000003 05 04 00000001 000002");       /* PUSH_PROMISE too short */
	check_malformed("000007 06 00 00000000 00000000000000"); /* PING too short */
	check_malformed("000007 07 00 00000000 00000000000000"); /* GOAWAY too short */
	check_malformed("000003 08 00 00000000 000000");	 /* WINDOW_UPDATE too short */
	check_malformed("000001 09 04 00000001 88");		 /* CONTINUATION of nothing */
}

TEST(http2_nothing_may_stand_within_a_header_block)
{
	struct fixture f;
	static const char *const frames[] = { "000000 04 00 00000000", "000001 09 04 00000003 84" };

	for (size_t i = 0; i < 2; i++) {
		begin(&f);
		feed(&f, CLIENT, PREFACE "000001 01 00 00000001 82");
		feed(&f, CLIENT, frames[i]);
		CHECK_EQ(f.last[CLIENT], RJ_MALFORMED);
		end(&f, "{\"out\":{\"malformed\":true},\"streams\":[{\"stream\":1,\"out\":["
			"{\":method\":\"GET\"},{\"truncated\":true}]}]}");
	}
}

/* Index 70 when the table is empty; no later block is read, as its table is not known. */
TEST(http2_a_bad_header_block_ends_those_of_its_side)
{
	check(PREFACE "000002 01 05 00000001 82c6"
		      "000011 01 05 00000003" REQUEST_1,
	      "",
	      "{\"out\":{},\"streams\":[{\"stream\":1,\"out\":[{\":method\":\"GET\"},"
	      "{\"malformed\":true}]},{\"stream\":3}]}");
}

/* A frame of HEADERS with @num bytes of block: as many times the same byte. */
static void feed_block(struct fixture *f, uint32_t stream, uint8_t byte, size_t num, bool is_last)
{
	uint8_t *frame = calloc(1, 9 + num);

	if (!frame)
		abort();
	frame[1] = (uint8_t)(num >> 8);
	frame[2] = (uint8_t)num;
	frame[3] = 1;
	frame[4] = is_last ? 5 : 1;
	frame[8] = (uint8_t)stream;
	memset(frame + 9, byte, num);
	take(f, CLIENT, frame, 9 + num);
	free(frame);
}

TEST(http2_fifteen_streams_are_kept)
{
	struct fixture f;
	char *json;

	begin(&f);
	feed(&f, CLIENT, PREFACE);
	for (uint32_t i = 0; i < RJ_HTTP2_MAX_STREAMS; i++)
		feed_block(&f, 2 * i + 1, 0x82, 1, true);
	json = unit_json(&rj_http2, f.state, CLIENT);
	CHECK(strstr(json, "{\"stream\":29,\"out\":[{\":method\":\"GET\"}]}]}"));
	CHECK(!strstr(json, "more"));
	free(json);
	CHECK(!f.is_done[CLIENT]);
	feed_block(&f, 31, 0x82, 1, true);
	CHECK(f.is_done[CLIENT]);
	json = unit_json(&rj_http2, f.state, CLIENT);
	CHECK(strstr(json, "{\"out\":{\"more\":true},\"streams\":["));
	CHECK(strstr(json, "{\"stream\":29,\"out\":[{\":method\":\"GET\"}]}]}"));
	free(json);
	end(&f, NULL);
}

/* The server has not answered on all that are kept yet, and its later headers need all before. */
TEST(http2_side_is_wanted_until_all_kept_streams_are_over)
{
	struct fixture f;

	begin(&f);
	feed(&f, CLIENT, PREFACE);
	for (uint32_t i = 0; i <= RJ_HTTP2_MAX_STREAMS; i++)
		feed_block(&f, 2 * i + 1, 0x82, 1, true);
	feed(&f, SERVER, NO_SETTINGS);
	for (uint32_t i = RJ_HTTP2_MAX_STREAMS + 1; i--;) {
		char hex[32];

		CHECK(!f.is_done[SERVER]);
		snprintf(hex, sizeof(hex), "000001 01 05 %08x 88", 2 * i + 1);
		feed(&f, SERVER, hex);
	}
	CHECK(f.is_done[SERVER]);
	rj_arena_done(&f.arena);
	free(f.state);
}

TEST(http2_sixty_four_headers_are_shown)
{
	struct fixture f;
	char *json;

	begin(&f);
	feed(&f, CLIENT, PREFACE);
	feed_block(&f, 1, 0x82, 66, true);
	json = unit_json(&rj_http2, f.state, CLIENT);
	CHECK(strstr(json, "{\":method\":\"GET\"},{\"headers_skipped\":2}]}]}"));
	free(json);
	end(&f, NULL);
}

/* One byte a header of 4000 bytes: what is shown has a limit of its own. */
TEST(http2_headers_that_grow_when_opened_are_cut)
{
	static char hex[20000];
	struct fixture f;
	char *json;
	int at = snprintf(hex, sizeof(hex), PREFACE "000fe6 01 05 00000001 40 0161 7fa11e");

	for (int i = 0; i < 4000; i++)
		at += snprintf(hex + at, sizeof(hex) - (size_t)at, "78");
	for (int i = 0; i < 64; i++)
		at += snprintf(hex + at, sizeof(hex) - (size_t)at, "be");
	begin(&f);
	feed(&f, CLIENT, hex);
	CHECK_EQ(f.last[CLIENT], RJ_OK);
	json = unit_json(&rj_http2, f.state, CLIENT);
	CHECK(strstr(json, "x\"},{\"truncated\":true}]}]}"));
	CHECK(strlen(json) < 66000);
	free(json);
	end(&f, NULL);
}

TEST(http2_more_header_blocks_than_are_kept_end_the_side)
{
	struct fixture f;
	char *json;

	begin(&f);
	feed(&f, CLIENT, PREFACE);
	feed_block(&f, 1, 0x82, 16384, true);
	feed_block(&f, 3, 0x82, 16384, true);
	CHECK(!f.is_done[CLIENT]);
	feed_block(&f, 5, 0x82, 1, true);
	CHECK(f.is_done[CLIENT]);
	json = unit_json(&rj_http2, f.state, CLIENT);
	CHECK(strstr(json, "{\"out\":{\"more\":true}"));
	free(json);
	end(&f, NULL);
}

TEST(http2_pieces_of_a_header_block_are_counted)
{
	struct fixture f;
	unsigned int num = 1;

	begin(&f);
	feed(&f, CLIENT, PREFACE "000000 01 00 00000001");
	for (; !f.is_done[CLIENT] && num < 1000; num++)
		feed(&f, CLIENT, "000000 09 00 00000001");
	CHECK_EQ(num, RJ_HTTP2_MAX_PIECES + 1);
	end(&f, "{\"out\":{\"more\":true},\"streams\":["
		"{\"stream\":1,\"out\":[{\"truncated\":true}]}]}");
}

TEST(http2_without_memory_it_says_that_there_was_more)
{
	struct fixture f;

	begin(&f);
	f.arena.cap_bytes = 0;
	feed(&f, CLIENT, PREFACE "000011 01 05 00000001" REQUEST_1);
	CHECK(f.is_done[CLIENT]);
	end(&f, "{\"out\":{\"more\":true}}");
}

TEST(http2_side_ends_where_its_bytes_do)
{
	struct fixture f;
	unsigned int num = 0;

	begin(&f);
	feed(&f, CLIENT, PREFACE);
	for (; !f.is_done[CLIENT] && num < 100000; num++)
		feed(&f, CLIENT, "000008 06 00 00000000 0102030405060708");
	CHECK_EQ(num, (rj_http2.max_bytes - 24 + 8) / 9);
	end(&f, "{\"out\":{\"more\":true}}");
}

static int originator_after(unsigned int side, const char *hex)
{
	struct fixture f;
	int got;

	begin(&f);
	feed(&f, side, hex);
	got = rj_http2.originator(f.state);
	free(f.state);
	rj_arena_done(&f.arena);
	return got;
}

TEST(http2_originator_has_the_preface)
{
	CHECK_EQ(originator_after(0, PREFACE), 0);
	CHECK_EQ(originator_after(1, PREFACE NO_SETTINGS), 1);
	CHECK_EQ(originator_after(0, NO_SETTINGS), 1);
	CHECK_EQ(originator_after(0, "000000 04 01 00000000"), -1);
}

static enum rj_probe probe(const char *hex, bool is_hard)
{
	struct rj_message m = { .over = RJ_OVER_TCP };
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_probe got = rj_http2.probe(&m, rj_cursor_init(bytes, len, is_hard));

	free(bytes);
	return got;
}

TEST(http2_probe)
{
	CHECK_EQ(probe("", false), RJ_PROBE_MORE);
	CHECK_EQ(probe("50", false), RJ_PROBE_MORE);
	CHECK_EQ(probe("50", true), RJ_PROBE_NO);
	CHECK_EQ(probe("505249202b", false), RJ_PROBE_NO);
	CHECK_EQ(probe(PREFACE, true), RJ_PROBE_YES);
	CHECK_EQ(probe(PREFACE "00", false), RJ_PROBE_YES);
	CHECK_EQ(probe("0000", false), RJ_PROBE_MORE);
	CHECK_EQ(probe(NO_SETTINGS, true), RJ_PROBE_YES);
	CHECK_EQ(probe("00000c 04 00 00000000", false), RJ_PROBE_YES);
	CHECK_EQ(probe("00000d 04 00 00000000", false), RJ_PROBE_NO);
	CHECK_EQ(probe("000100", false), RJ_PROBE_NO);
	CHECK_EQ(probe("000000 04 01", false), RJ_PROBE_NO);
	CHECK_EQ(probe("000000 04 00 00000000", true), RJ_PROBE_YES);
	CHECK_EQ(probe("000000 04 00 000000", true), RJ_PROBE_NO);
	CHECK_EQ(probe("000000 04 00 00000001", false), RJ_PROBE_NO);
	CHECK_EQ(probe("47455420", false), RJ_PROBE_NO);
}
