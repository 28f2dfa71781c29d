/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/tls_list.h"

#include "bpf/tlsrec.h"
#include "core/buffer.h"
#include "flow/engine.h"
#include "flow/merge.h"
#include "sink/jsonw.h"
#include "tests/unit/unit.h"

#define MS 1000000ull
#define SEC 1000000000ull

/* struct run - an engine; @out is what it wrote. */
struct run {
	struct rj_engine *engine;
	struct rj_buffer out;
};

static void on_record(void *user, const struct rj_record *r)
{
	struct run *run = user;
	struct rj_jsonw w;

	rj_jsonw_init(&w, &run->out, &(struct rj_jsonw_keys){ 0 });
	rj_record_visit(r, &w.visitor);
	rj_buffer_put(&run->out, "\n", 1);
}

static struct run *start(uint32_t num_records)
{
	struct run *run = calloc(1, sizeof(*run));
	struct rj_engine_options o = {
		.limits = { .idle_ns = 10 * SEC,
			    .active_ns = 30 * SEC,
			    .num_packets = 50,
			    .num_records = num_records },
		.features = { .dissectors = ~0u },
		.max_flows = 10,
		.time_decimals = 6,
		.on_record = on_record,
		.user = run,
	};

	if (!run || rj_engine_new(&o, &run->engine))
		abort();
	rj_buffer_init(&run->out, 1u << 20);
	return run;
}

static struct rj_packet packet(unsigned int side, uint64_t ms, uint32_t seq, uint32_t len)
{
	return (struct rj_packet){
		.key = { .addr = { { 0, 1 }, { 0, 2 } }, .port = { 40000, 443 }, .proto = 6 },
		.time_ns = ms * MS,
		.payload_len = len,
		.tcp_seq = seq,
		.num_segments = 1,
		.side = (uint8_t)side,
		.bits = RJ_PKT_TCP,
		.tcp_flags = RJ_TCP_ACK,
	};
}

/* A segment of @len bytes, of which @captured are there. */
static void feed_cut(struct run *run, struct rj_packet p, const char *bytes, uint32_t captured)
{
	uint8_t *copy = unit_copy(bytes, captured);

	rj_engine_packet(run->engine, &p, copy, captured);
	free(copy);
}

#define FEED(run, side, ms, seq, text)                                                             \
	feed_cut(run, packet(side, ms, seq, sizeof(text) - 1), text, sizeof(text) - 1)

static void syn(struct run *run, unsigned int side, uint64_t ms)
{
	struct rj_packet p = packet(side, ms, 99, 0);

	p.tcp_flags = side ? RJ_TCP_SYN | RJ_TCP_ACK : RJ_TCP_SYN;
	rj_engine_packet(run->engine, &p, NULL, 0);
}

/* Ends the run; what was written must have these parts in this order, and none of @not_there. */
static void expect(struct run *run, const char *const *parts, const char *not_there)
{
	const char *at;

	rj_engine_flush(run->engine, RJ_END_EOF);
	rj_buffer_put(&run->out, "", 1);
	at = (const char *)run->out.data;
	if (not_there)
		CHECK(!strstr(at, not_there));
	for (; *parts; parts++) {
		const char *found = strstr(at, *parts);

		if (!found) {
			fprintf(stderr, "got: %s\n", run->out.data);
			unit_failed(__FILE__, __LINE__, *parts);
			break;
		}
		at = found + strlen(*parts);
	}
	rj_engine_free(run->engine);
	rj_buffer_done(&run->out);
	free(run);
}

#define PARTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

TEST(tls_list_has_both_sides_in_order_of_time)
{
	struct run *run = start(50);

	syn(run, 0, 1000);
	syn(run, 1, 1001);
	FEED(run, 0, 1010, 100, "\x16\x03\x01\x00\x06\x01\x00\x00\x02hi");
	FEED(run, 1, 1030, 100,
	     "\x16\x03\x03\x00\x0a\x02\x00\x00\x01s\x0e\x00\x00\x01x\x14\x03\x03\x00\x01\x01");
	FEED(run, 0, 1031, 111, "\x17\x03\x03\x00\x02yy\x15\x03\x03\x00\x02zz");
	expect(run,
	       PARTS("\"tls\":{",
		     "\"srlt\":[{\"b\":6,\"dir\":\">\",\"ipt\":0,\"tp\":22,\"hs_types\":[1],"
		     "\"hs_lens\":[2]},"
		     "{\"b\":10,\"dir\":\"<\",\"ipt\":20,\"tp\":22,\"hs_types\":[2,14],"
		     "\"hs_lens\":[1,1]},"
		     "{\"b\":1,\"dir\":\"<\",\"ipt\":0,\"tp\":20},"
		     "{\"b\":2,\"dir\":\">\",\"ipt\":1,\"tp\":23},"
		     "{\"b\":2,\"dir\":\">\",\"ipt\":0,\"tp\":21}]}"),
	       "srlt_cut");
}

TEST(tls_list_has_no_more_records_than_were_asked_for)
{
	struct run *run = start(2);

	syn(run, 0, 1000);
	FEED(run, 0, 1010, 100,
	     "\x15\x03\x03\x00\x02xx\x15\x03\x03\x00\x02xx\x15\x03\x03\x00\x02xx");
	expect(run,
	       PARTS("\"srlt\":[{\"b\":2,\"dir\":\">\",\"ipt\":0,\"tp\":21},"
		     "{\"b\":2,\"dir\":\">\",\"ipt\":0,\"tp\":21}]}"),
	       "srlt_cut");
}

/* Alerts of 2 to 41 bytes, but for one: that is a handshake message. */
TEST(tls_list_keeps_its_order_in_long_runs_of_alike_records)
{
	struct run *run = start(50);
	static char bytes[2048], text[40][80];
	const char *parts[41] = { NULL };
	size_t len = 0;

	for (unsigned int i = 0; i < 40; i++) {
		bool is_message = i == 36;
		unsigned int record_len = i + 2;

		bytes[len] = is_message ? 0x16 : 0x15;
		bytes[len + 1] = bytes[len + 2] = 3;
		bytes[len + 4] = (char)record_len;
		if (is_message) {
			bytes[len + 5] = 1;
			bytes[len + 8] = (char)(record_len - 4);
		}
		len += 5 + record_len;
		snprintf(text[i], sizeof(text[i]), "{\"b\":%u,\"dir\":\">\",\"ipt\":0,\"tp\":%s}%s",
			 record_len, is_message ? "22,\"hs_types\":[1],\"hs_lens\":[34]" : "21",
			 i < 39 ? "," : "]}");
		parts[i] = text[i];
	}
	syn(run, 0, 1000);
	feed_cut(run, packet(0, 1010, 100, (uint32_t)len), bytes, (uint32_t)len);
	expect(run, parts, "srlt_cut");
}

TEST(tls_list_is_not_there_unless_asked_for)
{
	struct run *run = start(0);

	syn(run, 0, 1000);
	FEED(run, 0, 1010, 100, "\x15\x03\x03\x00\x02xx");
	expect(run, PARTS("\"end_reason\""), "srlt");
}

TEST(tls_list_says_where_it_was_cut)
{
	struct run *run = start(50);
	struct rj_packet p;

	syn(run, 0, 1000); /* a segment that never came, and a byte that is no header */
	syn(run, 1, 1000);
	FEED(run, 0, 1010, 100, "\x15\x03\x03\x00\x02xx");
	FEED(run, 0, 1011, 150, "later");
	FEED(run, 1, 1012, 100, "\x15\x03\x03\x00\x02xx garbage");
	expect(run, PARTS("\"srlt\":[{", "},{", "}]", "\"debug\":{\"srlt_cut\":2}"), NULL);

	run = start(50);
	syn(run, 0, 1000); /* the capture has only the beginning of the packet */
	p = packet(0, 1010, 100, 20);
	feed_cut(run, p, "\x15\x03\x03\x00\x02xx\x15\x03", 9);
	expect(run, PARTS("\"srlt\":[{", "}]", "\"debug\":{\"srlt_cut\":1}"), "},{");
}

TEST(tls_list_that_ends_with_the_stream_is_not_cut)
{
	struct run *run = start(50);
	struct rj_packet p = packet(0, 1020, 107, 0);

	syn(run, 0, 1000);
	FEED(run, 0, 1010, 100, "\x15\x03\x03\x00\x02xx");
	p.tcp_flags |= RJ_TCP_FIN;
	rj_engine_packet(run->engine, &p, NULL, 0);
	expect(run, PARTS("\"srlt\":["), "srlt_cut");
}

TEST(tls_list_goes_on_when_the_active_limit_cuts_the_flow)
{
	struct run *run = start(50);

	syn(run, 0, 1000);
	FEED(run, 0, 10000, 100, "\x16\x03\x01\x00\x01x\x17\x03\x03\x00\x0a");
	FEED(run, 0, 20000, 111, "01");
	FEED(run, 0, 30000, 113, "234");
	FEED(run, 0, 34000, 116, "56789\x17\x03");
	FEED(run, 0, 34005, 123, "\x03\x00\x01x\x17\x03\x03\x00\x02xx");
	expect(run,
	       PARTS("\"b\":10,", "\"end_reason\":\"active\"}\n",
		     "\"srlt\":[{\"b\":1,\"dir\":\">\",\"ipt\":0,\"tp\":23},"
		     "{\"b\":2,\"dir\":\">\",\"ipt\":0,\"tp\":23}]"),
	       "srlt_cut");
}

#define HELLO_REST "\x03\x03rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\x00"
#define CLIENT_HELLO "\x16\x03\x01\x00\x2d\x01\x00\x00\x29" HELLO_REST "\x00\x02\x13\x01\x01\x00"
#define SERVER_HELLO "\x16\x03\x03\x00\x2a\x02\x00\x00\x26" HELLO_REST "\x13\x01\x00"
#define HELLOS                                                                                     \
	"\"srlt\":[{\"b\":45,\"dir\":\">\",\"ipt\":0,\"tp\":22,\"hs_types\":[1],"                  \
	"\"hs_lens\":[41]},"                                                                       \
	"{\"b\":42,\"dir\":\"<\",\"ipt\":10,\"tp\":22,\"hs_types\":[2],\"hs_lens\":[38]}]"

/* PostgreSQL: a request of eight bytes, a letter as answer. */
TEST(tls_list_begins_where_tls_was_found_behind_another_protocol)
{
	struct run *run = start(50);

	syn(run, 0, 1000);
	syn(run, 1, 1001);
	FEED(run, 0, 1010, 100, "\0\0\0\x08\x04\xd2\x16\x2f");
	FEED(run, 1, 1020, 100, "S");
	FEED(run, 0, 1030, 108, CLIENT_HELLO);
	FEED(run, 1, 1040, 101, SERVER_HELLO);
	expect(run, PARTS("\"tls\":{", HELLOS, "\"prelude\":[\"postgresql\"]"), "srlt_cut");
}

/* The same bytes, but the answer is not one that TLS follows, or the hello is in a body. */
TEST(tls_list_is_not_there_unless_tls_was_found_in_its_place)
{
	struct run *run = start(50);

	syn(run, 0, 1000);
	syn(run, 1, 1001);
	FEED(run, 0, 1010, 100, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n");
	FEED(run, 0, 1030, 153, CLIENT_HELLO "and garbage");
	FEED(run, 1, 1040, 100, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
	FEED(run, 1, 1040, 143, SERVER_HELLO "and garbage");
	expect(run, PARTS("\"http\":"), "srlt");

	run = start(50);
	syn(run, 0, 1000);
	syn(run, 1, 1001);
	FEED(run, 0, 1010, 100, CLIENT_HELLO); /* of one side alone from the start */
	FEED(run, 1, 1020, 100, "what?");
	FEED(run, 1, 1040, 105, SERVER_HELLO);
	expect(run, PARTS("\"srlt\":[{", "}]"), "\"<\"");
}

TEST(tls_list_passes_over_a_proxy_header)
{
	struct run *run = start(50);

	syn(run, 0, 1000);
	syn(run, 1, 1001);
	FEED(run, 0, 1030, 100, "PROXY TCP4 192.0.2.1 192.0.2.2 4000 443\r\n" CLIENT_HELLO);
	FEED(run, 1, 1040, 100, SERVER_HELLO);
	expect(run, PARTS(HELLOS, "\"prelude\":[\"proxy1\"]"), "srlt_cut");
}

/* The kernel's state of a flow with the entries that @words has for its first side. */
static void feed_state(struct run *run, uint64_t ms, __u64 *words, uint16_t num, uint8_t bits)
{
	struct rj_packet p = packet(0, ms, 100, 10);
	struct rj_flow flow = { .start_ns = ms * MS };
	__u64 splt[50] = { 0 };
	__u16 ids[50] = { 0 };
	struct rj_rest rest = {
		.first_ns = ms * MS,
		.tls = { .state = RJ_TLS_FOLLOW, .num_words = num, .bits = bits },
	};
	struct rj_seq seq[RJ_NUM_SIDES] = { { .rest = &rest,
					      .splt = splt,
					      .ids = ids,
					      .capacity = 50,
					      .records = words,
					      .num_words = 50 + RJ_TLS_MESSAGES } };

	flow.half[0].packets = 1;
	flow.half[0].last_ns = ms * MS;
	rj_engine_state(run->engine, &p.key, &flow, seq, RJ_END_STOP);
}

TEST(tls_list_of_the_kernel_is_copied)
{
	__u64 words[50 + RJ_TLS_MESSAGES] = { 0 };
	struct run *run = start(50);

	words[0] = rj_tls_pack(5 * MS, 7, 22);
	words[1] = RJ_TLS_MESSAGE | 1u << 24 | 3;
	words[2] = 0; /* two CPUs at once may leave a gap */
	words[3] = rj_tls_pack(9 * MS, 8, 23);
	feed_state(run, 1000, words, 4, 0);
	memset(words, 0xee, sizeof(words));
	expect(run,
	       PARTS("\"srlt\":[{\"b\":7,\"dir\":\">\",\"ipt\":0,\"tp\":22,\"hs_types\":[1],"
		     "\"hs_lens\":[3]},{\"b\":8,\"dir\":\">\",\"ipt\":4,\"tp\":23}]"),
	       "srlt_cut");
}

TEST(tls_list_of_two_pieces_says_that_records_are_missing_between)
{
	__u64 words[50 + RJ_TLS_MESSAGES] = { 0 };
	struct run *run = start(50);

	syn(run, 0, 1000); /* around the kernel, which hands up no payload */
	FEED(run, 0, 1010, 100, "\x15\x03\x03\x00\x02xx");
	words[0] = rj_tls_pack(5 * MS, 8, 23);
	feed_state(run, 1100, words, 1, RJ_TLS_JOINED);
	expect(run,
	       PARTS("\"srlt\":[{\"b\":2,\"dir\":\">\",\"ipt\":0,\"tp\":21},"
		     "{\"b\":8,\"dir\":\">\",\"ipt\":95,\"tp\":23}]",
		     "\"debug\":{\"srlt_cut\":1}"),
	       NULL);
}

/* Two pieces of one side: their states, bits and numbers of entries, and what they come to. */
TEST(tls_list_of_two_pieces_starts_where_the_first_of_them_does)
{
	static const struct {
		struct rj_tls_walk earlier, later, want;
		uint32_t want_seq;
	} cases[] = {
		{ { .state = RJ_TLS_START, .bits = RJ_TLS_BEHIND },
		  { .state = RJ_TLS_FOLLOW, .bits = RJ_TLS_BEHIND, .num_words = 2 },
		  { .state = RJ_TLS_FOLLOW, .bits = RJ_TLS_BEHIND, .num_words = 2 },
		  2 },
		{ { .state = RJ_TLS_FOLLOW, .bits = RJ_TLS_BEHIND, .num_words = 3 },
		  { .state = RJ_TLS_FOLLOW, .num_words = 2 },
		  { .state = RJ_TLS_FOLLOW, .bits = RJ_TLS_BEHIND, .num_words = 5 },
		  1 },
		{ { .state = RJ_TLS_FOLLOW, .num_words = 3 },
		  { .state = RJ_TLS_FOLLOW, .bits = RJ_TLS_BEHIND, .num_words = 2 },
		  { .state = RJ_TLS_FOLLOW, .bits = RJ_TLS_GAP, .num_words = 5 },
		  1 },
		{ { .state = RJ_TLS_FOLLOW, .bits = RJ_TLS_BEHIND, .num_words = 3 },
		  { .state = RJ_TLS_START, .bits = RJ_TLS_BEHIND },
		  { .state = RJ_TLS_LOST, .bits = RJ_TLS_BEHIND, .num_words = 3 },
		  1 },
		{ { .state = RJ_TLS_FULL, .num_words = 3 },
		  { .state = RJ_TLS_START, .bits = RJ_TLS_BEHIND },
		  { .state = RJ_TLS_FULL, .num_words = 3 },
		  1 },
		{ { .state = RJ_TLS_FOLLOW, .bits = RJ_TLS_BEHIND, .num_words = 3 },
		  { .state = RJ_TLS_UNKNOWN },
		  { .state = RJ_TLS_FOLLOW, .bits = RJ_TLS_BEHIND, .num_words = 3 },
		  1 },
	};
	const struct rj_limits limits = { .num_records = 50 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rj_flow flows[2] = { { .start_ns = 1 }, { .start_ns = 2 } };
		struct rj_rest rests[2][RJ_NUM_SIDES] = { { { .tls = cases[i].earlier } },
							  { { .tls = cases[i].later } } };
		__u64 words[2][8] = { { 0 } };
		struct rj_seq seq[2][RJ_NUM_SIDES] = { { { 0 } } };
		struct rj_rest *rest = &rests[0][0];

		for (unsigned int piece = 0; piece < 2; piece++) {
			flows[piece].half[0].packets = 1;
			rests[piece][0].tls_seq = piece + 1;
			for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
				seq[piece][side] = (struct rj_seq){ .rest = &rests[piece][side],
								    .records = words[piece],
								    .num_words = 8 };
		}
		rj_flow_merge((struct rj_piece){ .flow = &flows[0], .seq = seq[0] }, NULL,
			      &(struct rj_piece){ .flow = &flows[1], .seq = seq[1] }, &limits);
		CHECK_EQ(rest->tls.state, cases[i].want.state);
		CHECK_EQ(rest->tls.bits, cases[i].want.bits);
		CHECK_EQ(rest->tls.num_words, cases[i].want.num_words);
		CHECK_EQ(rest->tls_seq, cases[i].want_seq);
	}
}

TEST(tls_list_appends_up_to_its_limit)
{
	__u64 words[40];
	struct rj_rest to_rest = { 0 }, from_rest = { .tls.num_words = 40 };
	struct rj_seq to = { .rest = &to_rest };
	const struct rj_seq from = { .rest = &from_rest, .records = words, .num_words = 40 };
	struct rj_blocks blocks = { 0 };

	for (unsigned int i = 0; i < 40; i++)
		words[i] = rj_tls_pack(i * 1000, i, 23);
	words[1] = RJ_TLS_MESSAGE | 5;
	to_rest.tls.num_words = rj_seq_append_records(&to, &blocks, &from, 0, 64);
	CHECK_EQ(to_rest.tls.num_words, 40);
	to_rest.tls.num_words = rj_seq_append_records(&to, &blocks, &from, 7, 64);
	CHECK_EQ(to_rest.tls.num_words, 64);
	CHECK_EQ(rj_splt_us(to.records[40]), 7);
	CHECK_EQ(to.records[41], RJ_TLS_MESSAGE | 5);
	CHECK_EQ(rj_splt_us(to.records[63]), 23 + 7);
	rj_seq_put_records(&blocks, to.records, to.num_words);
	rj_blocks_done(&blocks);
}
