/* SPDX-License-Identifier: BSD-3-Clause */
#include "bpf/tlsrec.h"

#include <stdarg.h>

#include "tests/unit/bpf/tls_stream.h"
#include "tests/unit/unit.h"

#define ISN 0xfffffe00u /* sequence numbers come round early */
#define MAX_WORDS 20000u

/* struct side - a side that is fed segments of @stream. */
struct side {
	struct rj_half half;
	struct rj_rest rest;
	__u64 *words;
	uint32_t num_words;
	const struct tls_stream *stream;
};

static void fail_as(const char *format, ...)
{
	char text[128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	unit_failed(__FILE__, __LINE__, text);
}

static struct tls_stream stream;
static struct tls_entry want[TLS_ENTRIES_MAX];

static struct side side_new(const struct tls_stream *s, uint32_t num_words, bool with_syn)
{
	static const uint8_t zeros[MAX_WORDS * 8];
	struct side side = { .stream = s, .num_words = num_words };

	side.words = (void *)unit_copy(zeros, num_words * sizeof(*side.words));
	if (with_syn) {
		struct rj_packet p = { .tcp_seq = ISN - 1,
				       .tcp_flags = RJ_TCP_SYN,
				       .bits = RJ_PKT_TCP };

		rj_tcp_add(&side.half, &side.rest, &p);
	}
	return side;
}

/* Bytes [from, to) of the stream at @time_us, of which the capture has @captured. */
static void feed_cut(struct side *side, uint32_t from, uint32_t to, uint64_t time_us,
		     uint32_t captured)
{
	uint8_t *bytes = unit_copy(side->stream->bytes + from, captured);
	struct rj_frame f = { .data = bytes, .captured_len = captured };
	const struct rj_tls_list list = { .words = side->words, .num_words = side->num_words };
	struct rj_packet p = {
		.tcp_seq = ISN + from,
		.payload_len = to - from,
		.tcp_flags = RJ_TCP_ACK,
		.bits = RJ_PKT_TCP,
	};

	rj_tcp_add(&side->half, &side->rest, &p);
	if (rj_tlsrec_wants(&side->half, &side->rest, &p))
		rj_tlsrec_add(&f, 0, &side->half, &side->rest, &list, &p, time_us * 1000);
	free(bytes);
}

static void feed(struct side *side, uint32_t from, uint32_t to, uint64_t time_us)
{
	feed_cut(side, from, to, time_us, to - from);
}

/* Whether the list is the first @num of @want. */
static bool has_entries(const struct side *side, uint32_t num)
{
	if (side->rest.tls.num_words != num)
		return false;
	for (uint32_t i = 0; i < num; i++) {
		__u64 word = side->words[i];
		uint32_t len = want[i].is_message ? word & 0xffffff :
						    word >> RJ_SPLT_TIME_BITS & 0xffff;
		uint32_t type = want[i].is_message ? word >> 24 & 0xff :
						     word >> RJ_TLS_TYPE_BITS & 0xff;

		if (!!(word & RJ_TLS_MESSAGE) != want[i].is_message || len != want[i].len ||
		    type != want[i].type)
			return false;
	}
	return true;
}

/* A short stream with all that there is. */
static void make_talk(void)
{
	static const uint8_t hello[] = { 1, 0, 0, 2, 'h', 'i' };
	static const uint8_t two[] = { 11, 0, 0, 1, 'c', 14, 0, 0, 0 };
	static const uint8_t long_head[] = { 12, 0, 0, 4, 'a', 'b' }, long_rest[] = { 'c', 'd' };
	uint8_t one = 1;

	stream.len = 0;
	tls_put_record(&stream, 22, hello, sizeof(hello));
	tls_put_record(&stream, 22, two, sizeof(two));
	tls_put_record(&stream, 22, long_head, sizeof(long_head));
	tls_put_record(&stream, 22, long_rest, sizeof(long_rest));
	tls_put_record(&stream, 20, &one, 1);
	tls_put_record(&stream, 22, NULL, 16);
	tls_put_record(&stream, 23, NULL, 0);
	tls_put_record(&stream, 23, NULL, 3);
	tls_put_record(&stream, 21, NULL, 2);
}

TEST(tlsrec_follows_records_and_messages)
{
	static const struct tls_entry talk[] = {
		{ 6, 0, 22, false }, { 2, 0, 1, true },	   { 9, 0, 22, false }, { 1, 0, 11, true },
		{ 0, 0, 14, true },  { 6, 0, 22, false },  { 4, 0, 12, true },	{ 2, 0, 22, false },
		{ 1, 0, 20, false }, { 16, 0, 22, false }, { 0, 0, 23, false }, { 3, 0, 23, false },
		{ 2, 0, 21, false },
	};
	uint32_t num = sizeof(talk) / sizeof(*talk);
	struct side side;

	make_talk();
	memcpy(want, talk, sizeof(talk));
	side = side_new(&stream, 64, true);
	feed(&side, 0, stream.len, 1234);
	CHECK(has_entries(&side, num));
	CHECK_EQ(rj_splt_us(side.words[0]), 1234);
	CHECK_EQ(side.rest.tls.state, RJ_TLS_FOLLOW);
	CHECK_EQ(side.rest.tls.next, ISN + stream.len);
	CHECK_EQ(tls_stream_read(&stream, stream.len, want), num);
	CHECK(has_entries(&side, num));
	free(side.words);
}

TEST(tlsrec_is_the_same_however_the_stream_is_cut_in_two_and_three)
{
	uint32_t num;

	make_talk();
	num = tls_stream_read(&stream, stream.len, want);
	for (uint32_t a = 0; a <= stream.len; a++) {
		for (uint32_t b = a; b <= stream.len; b++) {
			struct side side = side_new(&stream, 64, true);

			feed(&side, 0, a, 1);
			feed(&side, a, b, 2);
			feed(&side, b, stream.len, 3);
			if (!has_entries(&side, num)) {
				fail_as("cut at %u and %u", a, b);
				free(side.words);
				return;
			}
			free(side.words);
		}
	}
}

TEST(tlsrec_takes_the_time_of_the_packet_that_completes_a_header)
{
	struct side side;

	make_talk();
	side = side_new(&stream, 64, true);
	for (uint32_t i = 0; i < stream.len; i++)
		feed(&side, i, i + 1, i);
	CHECK_EQ(rj_splt_us(side.words[0]), 4);
	CHECK_EQ(rj_splt_us(side.words[2]), 5 + 6 + 4);
	free(side.words);
}

/* In segments of up to @max bytes, some again, some over the end of the last. */
static void feed_all(struct side *side, struct tls_stream *rng, uint32_t max)
{
	for (uint32_t at = 0; at < stream.len;) {
		uint32_t to = at + 1 + tls_below(rng, max);
		uint32_t from = at - (tls_below(rng, 4) ? 0 : tls_below(rng, at + 1));

		if (to > stream.len)
			to = stream.len;
		feed(side, from, to, at);
		if (!tls_below(rng, 5)) {
			from = tls_below(rng, to);
			feed(side, from, from + 1 + tls_below(rng, to - from), at);
		}
		at = to;
	}
}

TEST(tlsrec_is_the_same_for_random_streams_cuts_and_retransmissions)
{
	static struct tls_stream rng;
	uint32_t num_entries = 0;

	for (uint32_t seed = 0; seed < 1000; seed++) {
		static const uint32_t sizes[] = { 1, 8, 100, 1448 };
		struct side side;
		uint32_t num;

		tls_stream_make(&stream, seed, 20);
		num = tls_stream_read(&stream, stream.len, want);
		side = side_new(&stream, MAX_WORDS, true);
		rng.seed = seed;
		feed_all(&side, &rng, sizes[seed % 4]);
		if (!has_entries(&side, num))
			fail_as("seed %u: %u entries, not %u", seed, side.rest.tls.num_words, num);
		num_entries += num;
		free(side.words);
	}
	CHECK(num_entries > 20000);
}

TEST(tlsrec_shuffled_segments_give_a_beginning_of_the_list)
{
	static struct tls_stream rng;
	uint32_t num_whole = 0, num_cut = 0;

	for (uint32_t seed = 0; seed < 500; seed++) {
		struct side side;
		uint32_t num, at = 0, late = 0, late_end = 0;

		tls_stream_make(&stream, seed, 10);
		num = tls_stream_read(&stream, stream.len, want);
		side = side_new(&stream, MAX_WORDS, true);
		rng.seed = seed;
		while (at < stream.len) {
			uint32_t to = at + 1 + tls_below(&rng, 600);

			to = to > stream.len ? stream.len : to;
			if (!tls_below(&rng, 9) && late == late_end) {
				late = at;
				late_end = to;
			} else {
				feed(&side, at, to, at);
			}
			if (late != late_end && (to == stream.len || !tls_below(&rng, 3))) {
				feed(&side, late, late_end, at);
				late = late_end;
			}
			at = to;
		}
		CHECK(has_entries(&side, side.rest.tls.num_words));
		CHECK(side.rest.tls.num_words <= num);
		if (side.rest.tls.num_words == num)
			num_whole++;
		else /* it waits for a header that went by */
			num_cut += rj_seq_before(side.rest.tls.next, side.half.next_seq);
		free(side.words);
	}
	CHECK_EQ(num_whole + num_cut, 500);
	CHECK(num_whole > 50);
	CHECK(num_cut > 50);
}

TEST(tlsrec_goes_on_behind_a_hole_in_a_record)
{
	struct side side;

	stream.len = 0;
	tls_put_record(&stream, 22, NULL, 1000);
	tls_put_record(&stream, 23, NULL, 500);
	side = side_new(&stream, 64, true);
	feed(&side, 0, 100, 1);
	feed(&side, 900, 1100, 2); /* 100 to 900 is never seen */
	CHECK_EQ(side.words[side.rest.tls.num_words - 1] >> RJ_TLS_TYPE_BITS, 23);
	free(side.words);
}

TEST(tlsrec_waits_for_a_header_that_was_lost)
{
	struct side side;

	stream.len = 0;
	tls_put_record(&stream, 21, NULL, 2);
	tls_put_record(&stream, 23, NULL, 500);
	tls_put_record(&stream, 23, NULL, 600);
	side = side_new(&stream, 64, true);
	feed(&side, 0, 7, 1);
	feed(&side, 100, 500, 2);
	CHECK_EQ(side.rest.tls.num_words, 1);
	feed(&side, 7, 100, 3);
	feed(&side, 500, 600, 4);
	CHECK_EQ(side.rest.tls.num_words, 3);
	CHECK_EQ(rj_splt_us(side.words[1]), 3);
	free(side.words);
}

TEST(tlsrec_gives_up_on_a_header_that_is_a_gigabyte_behind)
{
	const struct rj_tls_list list = { .words = NULL };
	struct rj_packet p = { .payload_len = 10, .bits = RJ_PKT_TCP };
	struct rj_rest rest = { .tls = { .state = RJ_TLS_FOLLOW, .next = 5 } };
	struct rj_half half = { 0 };
	struct rj_frame f = { .data = NULL };

	p.tcp_seq = 5 + RJ_TCP_REACH;
	CHECK(!rj_tlsrec_wants(&half, &rest, &p));
	p.tcp_seq++;
	CHECK(rj_tlsrec_wants(&half, &rest, &p));
	rj_tlsrec_add(&f, 0, &half, &rest, &list, &p, 0);
	CHECK_EQ(rest.tls.state, RJ_TLS_LOST);
	CHECK_EQ(half.tcp_bits, RJ_TCP_NO_TLS);
	CHECK(!rj_tlsrec_wants(&half, &rest, &p));
}

/* Two CPUs that write tcp_bits at once may lose what one of them wrote. */
TEST(tlsrec_settles_again_what_was_lost)
{
	const struct rj_tls_list list = { .words = NULL };
	struct rj_packet p = { .tcp_seq = 9, .payload_len = 10, .bits = RJ_PKT_TCP };
	struct rj_rest rest = { .tls = { .state = RJ_TLS_OTHER, .next = 9 } }, next_rest = { 0 };
	struct rj_half half = { 0 }, next = { 0 };
	struct rj_frame f = { .data = NULL };

	CHECK(rj_tlsrec_wants(&half, &rest, &p));
	rj_tlsrec_add(&f, 0, &half, &rest, &list, &p, 0);
	CHECK_EQ(rest.tls.state, RJ_TLS_OTHER);
	CHECK_EQ(half.tcp_bits, RJ_TCP_NO_TLS);
	rj_tlsrec_go_on(&next, &next_rest, &rest);
	CHECK_EQ(next.tcp_bits, RJ_TCP_NO_TLS);
	rest.tls.state = RJ_TLS_FULL;
	rj_tlsrec_go_on(&next, &next_rest, &rest);
	CHECK_EQ(next.tcp_bits, 0);
}

TEST(tlsrec_reads_no_byte_that_was_not_captured)
{
	make_talk();
	for (uint32_t captured = 0; captured <= stream.len; captured++) {
		struct side side = side_new(&stream, 64, true);
		uint32_t num = tls_stream_read(&stream, captured, want);

		feed_cut(&side, 0, stream.len, 1, captured);
		if (captured < 5)
			CHECK_EQ(side.rest.tls.state, RJ_TLS_OTHER);
		else if (side.rest.tls.state != RJ_TLS_FOLLOW)
			CHECK_EQ(side.rest.tls.state, RJ_TLS_LOST);
		CHECK(has_entries(&side, num));
		free(side.words);
	}
}

TEST(tlsrec_keeps_what_there_is_room_for_and_stops)
{
	make_talk();
	for (uint32_t room = 1; room < 13; room++) {
		struct side side = side_new(&stream, room, true);

		tls_stream_read(&stream, stream.len, want);
		feed(&side, 0, stream.len, 1);
		CHECK(has_entries(&side, room));
		CHECK_EQ(side.rest.tls.state, RJ_TLS_FULL);
		free(side.words);
	}
}

TEST(tlsrec_reads_so_many_headers_in_a_packet)
{
	struct side side;

	stream.len = 0;
	tls_put_record(&stream, 21, NULL, 2);
	for (uint32_t i = 0; i < 100; i++)
		tls_put_record(&stream, 23, NULL, 0);
	side = side_new(&stream, 1000, true);
	feed(&side, 0, stream.len, 1);
	CHECK_EQ(side.rest.tls.num_words, RJ_TLS_HEADS);
	CHECK_EQ(side.rest.tls.state, RJ_TLS_LOST);
	free(side.words);

	side = side_new(&stream, 1000, true); /* just so many, and on with the next */
	feed(&side, 0, 7 + (RJ_TLS_HEADS - 1) * 5, 1);
	CHECK_EQ(side.rest.tls.state, RJ_TLS_FOLLOW);
	feed(&side, 7 + (RJ_TLS_HEADS - 1) * 5, stream.len, 1);
	CHECK_EQ(side.rest.tls.num_words, 101);
	free(side.words);
}

/* As a state: TLS is looked for behind another protocol. */
#define BEHIND 100u

/* What becomes of a side that begins with these bytes. */
static uint8_t state_of(const char *bytes, uint32_t len, bool with_syn, uint16_t *ret_num)
{
	struct side side;
	uint8_t state;

	stream.len = 0;
	tls_put(&stream, bytes, len);
	side = side_new(&stream, 64, with_syn);
	feed(&side, 0, len, 1);
	state = rj_tls_is_behind(&side.rest.tls) ? BEHIND : side.rest.tls.state;
	*ret_num = side.rest.tls.num_words;
	free(side.words);
	return state;
}

static const struct start {
	const char *bytes;
	uint32_t len;
	bool with_syn;
	uint8_t state;
	uint16_t num;
} starts[] = {
#define BYTES(text) text, sizeof(text) - 1
	{ BYTES("\x16\x03\x01\x00\x05\x01"), true, RJ_TLS_FOLLOW, 1 },
	{ BYTES("\x16\x03\x00\x00\x01"), true, RJ_TLS_FOLLOW, 1 },
	{ BYTES("\x15\x03\x01\x00\x02\x02\x28"), true, RJ_TLS_FOLLOW, 1 },
	{ BYTES("\x15\x03\x01\x00\x03\x02\x28"), true, BEHIND, 0 },
	{ BYTES("\x17\x03\x03\x00\x40"), true, BEHIND, 0 },
	{ BYTES("\x16\x03\x01\x00\x00"), true, BEHIND, 0 },
	{ BYTES("\x16\x02\x01\x00\x05"), true, BEHIND, 0 },
	{ BYTES("\x16\x03\x05\x00\x05"), true, BEHIND, 0 },
	{ BYTES("\x16\x03\x01\x48\x00"), true, RJ_TLS_FOLLOW, 1 },
	{ BYTES("\x16\x03\x01\x48\x01"), true, BEHIND, 0 },
	{ BYTES("\x16\x03\x01\x00"), true, RJ_TLS_START, 0 },
	/* hello of SSL 2, DTLS, plain text */
	{ BYTES("\x80\x2e\x01\x03\x01\x00\x15"), true, RJ_TLS_START, 0 },
	{ BYTES("\x80\x09\x01\x03\x01xxxxxx\x16\x03\x01\x00\x46"), true, RJ_TLS_FOLLOW, 1 },
	{ BYTES("\x80\x09\x01\x03\x01xxxxxx\x17\x03\x01\x00\x46"), true, BEHIND, 0 },
	{ BYTES("\x80\x09\x01\x03\x01xxxxxx\x16\x03\x01\x00\x46"), false, BEHIND, 0 },
	{ BYTES("\x80\x08\x01\x03\x01xxxxx\x16\x03\x01\x00\x46"), true, BEHIND, 0 },
	{ BYTES("\x80\x09\x04\x03\x01xxxxxx\x16\x03\x01\x00\x46"), true, BEHIND, 0 },
	{ BYTES("\x80\x09\x01\x00\x02xxxxxx\x16\x03\x01\x00\x46"), true, BEHIND, 0 },
	{ BYTES("\x16\xfe\xfd\x00\x00\x00\x00"), true, BEHIND, 0 },
	{ BYTES("GET / HTTP/1.1\r\n"), true, BEHIND, 0 },
	/* in the middle of a stream */
	{ BYTES("\x17\x03\x03\x00\x40"), false, RJ_TLS_FOLLOW, 1 },
	{ BYTES("\x17\x03\x03\x00\x10"), false, BEHIND, 0 },
	{ BYTES("\x17\x03\x00\x00\x40"), false, RJ_TLS_FOLLOW, 1 },
	{ BYTES("\x17\x03\x04\x00\x40"), false, BEHIND, 0 },
	{ BYTES("\x17\x03\x03\x00"), false, BEHIND, 0 },
	{ BYTES("\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x28"), false, RJ_TLS_FOLLOW, 2 },
	{ BYTES("\x14\x03\x03\x00\x02\x01\x01"), false, BEHIND, 0 },
	{ BYTES("\x18\x03\x03\x00\x20"), false, BEHIND, 0 },
	{ BYTES("\x16\x03\x01\x00\x05\x01\x00\x00\x01x"), false, RJ_TLS_FOLLOW, 2 },
	/* a record found there by chance: what follows is none */
	{ BYTES("\x17\x03\x03\x00\x11xxxxxxxxxxxxxxxxxyyyyyy"), false, BEHIND, 0 },
	/* what may stand before TLS */
	{ BYTES("S"), true, BEHIND, 0 },
	{ BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n"), true, RJ_TLS_START, 0 },
	{ BYTES("PROXY UNKNOWN\r\n\x16\x03\x01\x00\x05\x01"), true, RJ_TLS_FOLLOW, 1 },
	{ BYTES("PROXY UNKNOWN\r\nEHLO localhost\r\n"), true, BEHIND, 0 },
	{ BYTES("PROXY UNKNOWN"), true, BEHIND, 0 },
	{ BYTES("PROXY UNKNOWN\r\n\x16\x03\x01\x00\x05\x01"), false, BEHIND, 0 },
	{ BYTES("\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00"), true, RJ_TLS_START, 0 },
	{ BYTES("\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x02xx\x15\x03\x03\x00\x02xx"), true,
	  RJ_TLS_FOLLOW, 1 },
	{ BYTES("\r\n\r\n\0\r\nQUIT\n\x21\x11\x00"), true, BEHIND, 0 },
	/* later records that cannot be */
	{ BYTES("\x15\x03\x01\x00\x02xx\x13\x03\x01\x00\x01"), true, RJ_TLS_LOST, 1 },
	{ BYTES("\x15\x03\x01\x00\x02xx\x19\x03\x01\x00\x01"), true, RJ_TLS_LOST, 1 },
	{ BYTES("\x15\x03\x01\x00\x02xx\x15\x03\x01\x00\x00"), true, RJ_TLS_LOST, 1 },
	{ BYTES("\x15\x03\x01\x00\x02xx\x17\x03\x01\x48\x01"), true, RJ_TLS_LOST, 1 },
#undef BYTES
};

TEST(tlsrec_knows_tls_by_its_beginning)
{
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		const struct start *s = &starts[i];
		uint16_t num;
		uint8_t state = state_of(s->bytes, s->len, s->with_syn, &num);

		if (state != s->state || num != s->num)
			fail_as("start %zu: state %u, %u entries", i, state, num);
	}
}

TEST(tlsrec_starts_behind_the_syn_whatever_comes_first)
{
	struct side side;

	make_talk();
	side = side_new(&stream, 64, true);
	feed(&side, 40, stream.len, 1);
	CHECK_EQ(side.rest.tls.state, RJ_TLS_START);
	feed(&side, 0, 40, 2);
	CHECK(side.rest.tls.num_words > 1);
	CHECK_EQ(rj_splt_us(side.words[0]), 2);
	free(side.words);
}

TEST(tlsrec_reads_data_on_the_syn)
{
	uint8_t bytes[] = { 22, 3, 1, 0, 1, 1 };
	struct rj_frame f = { .data = bytes, .captured_len = sizeof(bytes) };
	__u64 words[4] = { 0 };
	const struct rj_tls_list list = { .words = words, .num_words = 4 };
	struct rj_packet p = { .tcp_seq = 77,
			       .payload_len = sizeof(bytes),
			       .tcp_flags = RJ_TCP_SYN,
			       .bits = RJ_PKT_TCP };
	struct rj_half half = { 0 };
	struct rj_rest rest = { 0 };

	rj_tcp_add(&half, &rest, &p);
	CHECK(rj_tlsrec_wants(&half, &rest, &p));
	rj_tlsrec_add(&f, 0, &half, &rest, &list, &p, 0);
	CHECK_EQ(rest.tls.num_words, 1);
	CHECK_EQ(rest.tls.next, 77 + 1 + sizeof(bytes));
}

TEST(tlsrec_without_room_follows_nothing)
{
	struct side side;

	make_talk();
	side = side_new(&stream, 64, true);
	free(side.words);
	side.words = NULL;
	feed(&side, 0, stream.len, 1);
	CHECK_EQ(side.rest.tls.state, RJ_TLS_OTHER);
	CHECK_EQ(side.rest.tls.num_words, 0);
}

TEST(tlsrec_goes_on_in_the_flow_after_a_cut)
{
	struct side side;

	make_talk();
	for (uint32_t at = 1; at < stream.len; at++) {
		struct side next = side_new(&stream, 64, false);
		uint32_t num = tls_stream_read(&stream, stream.len, want);
		uint32_t before;

		side = side_new(&stream, 64, true);
		feed(&side, 0, at, 1);
		before = side.rest.tls.num_words;
		rj_tlsrec_go_on(&next.half, &next.rest, &side.rest);
		feed(&next, at, stream.len, 1);
		if (before) { /* else the place was not known, and this no beginning */
			memmove(want, want + before, (num - before) * sizeof(*want));
			CHECK(has_entries(&next, num - before));
		}
		free(next.words);
		free(side.words);
	}
}

/* In front of make_talk's, @len bytes of another protocol. */
static void put_before(const char *text, uint32_t len)
{
	make_talk();
	memmove(stream.bytes + len, stream.bytes, stream.len);
	memcpy(stream.bytes, text, len);
	stream.len += len;
}

static const char greeting[] = "220 localhost\r\n250 ready\r\n";
#define GREETING_LEN ((uint32_t)sizeof(greeting) - 1)

TEST(tlsrec_finds_a_hello_behind_another_protocol)
{
	uint32_t num;

	make_talk();
	num = tls_stream_read(&stream, stream.len, want);
	put_before(greeting, GREETING_LEN);
	for (uint32_t a = 1; a <= GREETING_LEN; a++) {
		for (uint32_t b = GREETING_LEN + 5; b <= stream.len; b++) {
			struct side side = side_new(&stream, 64, a % 2);

			feed(&side, 0, a, 1);
			feed(&side, a, GREETING_LEN, 2);
			CHECK(rj_tls_is_behind(&side.rest.tls));
			feed(&side, 0, GREETING_LEN, 2);
			feed(&side, GREETING_LEN, b, 3);
			feed(&side, b, stream.len, 4);
			CHECK_EQ(side.rest.tls.bits & RJ_TLS_BEHIND, RJ_TLS_BEHIND);
			CHECK_EQ(side.rest.tls_seq, ISN + GREETING_LEN);
			CHECK_EQ(rj_splt_us(side.words[0]), 3);
			if (!has_entries(&side, num))
				fail_as("cut at %u and %u", a, b);
			free(side.words);
		}
	}
}

TEST(tlsrec_finds_a_hello_where_another_packet_looked_like_one)
{
	static const char *const others[] = {
		"\x16\x03\x01\x00\x09\x0b\x00\x00\x05hello", /* a certificate */
		"\x15\x03\x01\x00\x20not like an alert",
		"\x17\x03\x03\x00\x20",
		"\x16\x03\x03",
		"\x15\x03\x03\x00\x02xx, and more",
		"\x16",
	};
	static const uint32_t lens[] = { 14, 22, 5, 3, 16, 1 };

	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		uint32_t num, at = GREETING_LEN + lens[i];
		struct side side;

		make_talk();
		num = tls_stream_read(&stream, stream.len, want);
		put_before(others[i], lens[i]);
		memmove(stream.bytes + GREETING_LEN, stream.bytes, stream.len);
		memcpy(stream.bytes, greeting, GREETING_LEN);
		stream.len += GREETING_LEN;
		side = side_new(&stream, 64, true);
		feed(&side, 0, GREETING_LEN, 1);
		feed(&side, GREETING_LEN, at, 2);
		CHECK(rj_tls_is_behind(&side.rest.tls));
		CHECK_EQ(side.rest.tls.num_words, 0);
		feed(&side, at, stream.len, 3);
		CHECK_EQ(side.rest.tls_seq, ISN + at);
		if (!has_entries(&side, num))
			fail_as("other packet %zu", i);
		free(side.words);
	}
}

TEST(tlsrec_looks_at_the_first_packets_and_bytes_alone)
{
	for (unsigned int i = 0; i < 4; i++) {
		struct side side;

		put_before(greeting, GREETING_LEN);
		side = side_new(&stream, 64, true);
		feed(&side, 0, GREETING_LEN, 1);
		side.half.packets = RJ_TLS_BEHIND_PACKETS + (i == 1);
		side.half.payload_bytes = RJ_TLS_BEHIND_BYTES + (i == 2);
		feed(&side, GREETING_LEN, stream.len, 2);
		CHECK_EQ(side.rest.tls.state, i % 3 ? RJ_TLS_OTHER : RJ_TLS_FOLLOW);
		CHECK_EQ(!!(side.half.tcp_bits & RJ_TCP_NO_TLS), !!(i % 3));
		free(side.words);
	}
}

TEST(tlsrec_passes_over_a_proxy_header_however_it_is_cut)
{
	static const char line[] = "PROXY TCP4 192.0.2.1 192.0.2.2 40000 443\r\n";
	static const char binary[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c"
				     "abcdefghijkl";

	for (unsigned int i = 0; i < 2; i++) {
		uint32_t len = i ? sizeof(binary) - 1 : sizeof(line) - 1, num;

		make_talk();
		num = tls_stream_read(&stream, stream.len, want);
		put_before(i ? binary : line, len);
		for (uint32_t cut = len; cut <= stream.len; cut++) {
			struct side side = side_new(&stream, 64, true);

			feed(&side, 0, cut, 1);
			feed(&side, cut, stream.len, 2);
			CHECK(!(side.rest.tls.bits & RJ_TLS_BEHIND));
			if (!has_entries(&side, num))
				fail_as("header %u, cut at %u", i, cut);
			free(side.words);
		}
	}
}

TEST(tlsrec_goes_on_looking_in_the_flow_after_a_cut)
{
	put_before(greeting, GREETING_LEN);
	for (uint32_t at = GREETING_LEN; at < stream.len; at++) {
		struct side side = side_new(&stream, 64, true);
		struct side next = side_new(&stream, 64, false);
		uint32_t num, before;

		make_talk();
		num = tls_stream_read(&stream, stream.len, want);
		put_before(greeting, GREETING_LEN);
		feed(&side, 0, GREETING_LEN, 1);
		feed(&side, GREETING_LEN, at, 2);
		before = side.rest.tls.num_words;
		rj_tlsrec_go_on(&next.half, &next.rest, &side.rest);
		if (at == GREETING_LEN)
			CHECK(rj_tls_is_behind(&next.rest.tls));
		else if (before > 2)
			CHECK_EQ(next.rest.tls.bits & RJ_TLS_BEHIND, 0);
		else if (before)
			CHECK_EQ(next.rest.tls.state, RJ_TLS_UNKNOWN);
		feed(&next, at, stream.len, 3);
		if (at == GREETING_LEN || before > 2) {
			memmove(want, want + before, (num - before) * sizeof(*want));
			CHECK(has_entries(&next, num - before));
		}
		free(next.words);
		free(side.words);
	}
}
