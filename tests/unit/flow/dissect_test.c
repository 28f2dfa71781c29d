/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/dissect.h"

#include "core/buffer.h"
#include "proto/dissector.h"
#include "sink/jsonw.h"
#include "tests/unit/unit.h"

#define TCP RJ_OVER_TCP
#define UDP RJ_OVER_UDP

/*
 * The protocol of these tests: messages of 0xfa, 0xce, type, length (2 bytes), body.
 * Its value is a text of one entry a message, side by side: side, type, length, sum of the body.
 */
#define FAKE_HEADER_BYTES 5u
#define FAKE_MAX_BYTES	  20000u

struct fake_state {
	char log[2][2000];
	size_t log_len[2];
	unsigned int num_seen;
	int asker; /* 1 + the side of the first message of type 'a' */
};

static enum rj_probe fake_probe(const struct rj_message *m, struct rj_cursor bytes)
{
	uint8_t first, second;

	(void)m;
	if (rj_cursor_u8(&bytes, &first))
		return RJ_PROBE_MORE;
	if (first != 0xfa)
		return RJ_PROBE_NO;
	if (rj_cursor_u8(&bytes, &second))
		return RJ_PROBE_MORE;
	return second == 0xce ? RJ_PROBE_YES : RJ_PROBE_NO;
}

static void fake_note(struct fake_state *s, struct rj_message *m, uint8_t type, uint16_t len,
		      struct rj_cursor body)
{
	uint32_t sum = 0;
	uint8_t byte;

	while (!rj_cursor_u8(&body, &byte))
		sum = sum * 31 + byte;
	if (s->log_len[m->side] < 1900)
		s->log_len[m->side] +=
			(size_t)snprintf(s->log[m->side] + s->log_len[m->side], 50, "%u%c%u:%x ",
					 m->side, type, len, sum);
	if (type == 'a' && !s->asker)
		s->asker = 1 + (int)m->side;
	s->num_seen++;
	m->is_done = type == 'q';
}

static unsigned int num_parses;

/* Types: 'm' plain, 'q' the side's last, 'e' up to the end, 'k' wants memory, 's' stands still. */
static enum rj_status fake_parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct rj_cursor ahead = *c, body;
	uint16_t magic, len;
	uint8_t type;
	enum rj_status st = rj_cursor_u16(&ahead, &magic);

	num_parses++;
	if (!st && magic != 0xface)
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u8(&ahead, &type);
	if (!st)
		st = rj_cursor_u16(&ahead, &len);
	if (!st && type == 'e')
		st = ahead.is_hard ? RJ_OK : RJ_TRUNCATED;
	if (!st)
		st = rj_cursor_sub(&ahead, type == 'e' ? ahead.left : len, &body);
	if (st)
		return st;
	if (type == 's')
		return RJ_OK;
	if (type == 'k' && !rj_arena_alloc(m->arena, 1u << 20))
		type = 'K';
	fake_note(state, m, type, len, body);
	*c = ahead;
	return RJ_OK;
}

static void fake_emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	static const struct rj_field field = { .name = "fake", .type = RJ_TYPE_STRING };
	const struct fake_state *s = state;
	char both[4000];

	(void)originator;
	snprintf(both, sizeof(both), "%s%s", s->log[0], s->log[1]);
	if (s->num_seen)
		v->ops->string(v, &field, both, strlen(both));
}

static int fake_originator(const void *state)
{
	const struct fake_state *s = state;

	return s->asker - 1;
}

static const uint16_t fake_ports[] = { 7, 0 };

static const struct rj_dissector fake = {
	.name = "fake",
	.over = TCP | UDP,
	.ports = fake_ports,
	.state_bytes = sizeof(struct fake_state),
	.max_bytes = FAKE_MAX_BYTES,
	.probe = fake_probe,
	.parse = fake_parse,
	.emit = fake_emit,
	.originator = fake_originator,
};

/* Knows everything that starts with 0xfa, and says so at once. */
static enum rj_probe greedy_probe(const struct rj_message *m, struct rj_cursor bytes)
{
	uint8_t first;

	(void)m;
	if (rj_cursor_u8(&bytes, &first))
		return RJ_PROBE_MORE;
	return first == 0xfa ? RJ_PROBE_YES : RJ_PROBE_NO;
}

static enum rj_status greedy_parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	(void)state;
	m->is_done = true;
	return rj_cursor_skip(c, 1);
}

static void greedy_emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	static const struct rj_field field = { .name = "greedy", .type = RJ_TYPE_STRING };

	(void)state;
	(void)originator;
	v->ops->string(v, &field, "greedy", 6);
}

static const uint16_t greedy_ports[] = { 9, 0 };

static const struct rj_dissector greedy = {
	.name = "greedy",
	.over = TCP,
	.ports = greedy_ports,
	.state_bytes = 0,
	.max_bytes = 100,
	.probe = greedy_probe,
	.parse = greedy_parse,
	.emit = greedy_emit,
};

/* Takes what starts with 0xbb but never gets enough, refuses 0xfa, cannot say about the rest. */
#define HUNGRY_MAX_BYTES 30000u

static enum rj_probe hungry_probe(const struct rj_message *m, struct rj_cursor bytes)
{
	uint8_t first;

	(void)m;
	if (rj_cursor_u8(&bytes, &first))
		return RJ_PROBE_MORE;
	if (first == 0xbb)
		return RJ_PROBE_YES;
	return first == 0xfa ? RJ_PROBE_NO : RJ_PROBE_MORE;
}

static enum rj_status hungry_parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	(void)state;
	(void)m;
	return rj_cursor_short(c);
}

static void hungry_emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	(void)state;
	(void)originator;
	(void)v;
}

static const struct rj_dissector hungry = {
	.name = "hungry",
	.over = TCP,
	.state_bytes = 1,
	.max_bytes = HUNGRY_MAX_BYTES,
	.probe = hungry_probe,
	.parse = hungry_parse,
	.emit = hungry_emit,
};

static const struct rj_dissector *const fake_only[] = { &fake, NULL };
static const struct rj_dissector *const fake_first[] = { &fake, &greedy, NULL };
static const struct rj_dissector *const with_hungry[] = { &fake, &hungry, NULL };

enum { SYN = 1, FIN = 2, LIE = 4 };

/* struct talk - what both sides of a flow say. */
struct talk {
	const struct rj_dissector *const *table;
	unsigned int over;
	uint16_t ports[2];
	uint32_t first[2];
	uint8_t *bytes[2];
	size_t len[2];
};

/* struct run - one delivery of a talk. */
struct run {
	const struct talk *talk;
	struct rj_dissect *d;
	struct rj_dissect_counts counts;
};

static struct run begin(const struct talk *talk)
{
	struct run run = { .talk = talk, .d = rj_dissect_new_with(talk->table, UINT32_MAX) };

	if (!run.d)
		abort();
	return run;
}

/* Hands over bytes [from, from + len) of a side, the last @cut of which were not captured. */
static void give_cut(struct run *run, unsigned int side, size_t from, size_t len, size_t cut,
		     unsigned int how)
{
	const struct talk *talk = run->talk;
	uint8_t *bytes;
	struct rj_payload p = {
		.side = side,
		.over = talk->over,
		.src_port = talk->ports[side],
		.dst_port = talk->ports[!side],
		.seq = talk->first[side] + (uint32_t)from,
		.is_syn = how & SYN,
		.is_fin = how & FIN,
		.len = (uint32_t)(len - cut),
		.wire_len = (uint32_t)len,
	};

	if (from + len > talk->len[side])
		abort();
	p.bytes = bytes = unit_copy(talk->bytes[side] + from, len - cut);
	for (size_t i = 0; how & LIE && i < len - cut; i++)
		bytes[i] ^= 0x55;
	rj_dissect_payload(run->d, &p, &run->counts);
	free(bytes);
}

static void give(struct run *run, unsigned int side, size_t from, size_t len, unsigned int how)
{
	give_cut(run, side, from, len, 0, how);
}

static void give_all(struct run *run, unsigned int side, unsigned int how)
{
	give(run, side, 0, run->talk->len[side], how);
}

/* What the flow came to, as JSON text; the flow is over. */
static char *end(struct run *run)
{
	struct rj_buffer out;
	struct rj_jsonw w;

	rj_dissect_end(run->d, &run->counts);
	CHECK(!rj_dissect_wants(run->d, 0) && !rj_dissect_wants(run->d, 1));
	rj_buffer_init(&out, 1u << 20);
	rj_jsonw_init(&w, &out);
	rj_dissect_emit(run->d, 0, &w.visitor);
	rj_buffer_put(&out, "", 1);
	rj_dissect_free(run->d);
	return (char *)out.data;
}

static void end_as(struct run *run, const char *want)
{
	char *got = end(run);

	CHECK_STR(got, want);
	free(got);
}

static void talk_free(struct talk *talk)
{
	free(talk->bytes[0]);
	free(talk->bytes[1]);
}

/* struct text - messages of the fake protocol put together. */
struct text {
	uint8_t bytes[100000];
	size_t len;
};

static void say(struct text *t, char type, uint16_t len)
{
	const uint8_t header[FAKE_HEADER_BYTES] = { 0xfa, 0xce, (uint8_t)type, (uint8_t)(len >> 8),
						    (uint8_t)len };

	memcpy(t->bytes + t->len, header, sizeof(header));
	t->len += sizeof(header);
	for (unsigned int i = 0; i < len; i++)
		t->bytes[t->len++] = (uint8_t)(i * 37 + len);
}

static struct talk fake_talk(const struct text *out, const struct text *in)
{
	return (struct talk){
		.table = fake_only,
		.over = TCP,
		.ports = { 40000, 7 },
		.first = { 0xffffff00u, 0x7fffff00u },
		.bytes = { unit_copy(out->bytes, out->len), unit_copy(in->bytes, in->len) },
		.len = { out->len, in->len },
	};
}

/* curl over TLS 1.3 (tests/golden/tls13-curl.pcap), into the first encrypted record. */
static const char tls_client[] =
	"1603010200010001fc03038c363b9088a3e48520b757dcf0414fc9fbf53faf3478969d42df7076eff0cef820"
	"1ecc14de7b47f80c471ba61ebe27520cc37e8d99c86cdfc5c720d39f5600125e000813021303130100ff0100"
	"01ab0000001500130000107777772e6578616d706c652e74657374000b000403000102000a00160014001d00"
	"17001e00190018010001010102010301040010000b000908687474702f312e31001600000017000000310000"
	"000d001e001c040305030603080708080809080a080b080408050806040105010601002b0003020304002d00"
	"020101003300260024001d00206eabb0f7ec73eba17991c7b2821f0567db7d0b96cc1016d2fa31cc96dede44"
	"2c001500f8000000000000000000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000000001403030001011703030045"
	"5eac9a4f29deaaa3b40f2eef19f37618";
static const char tls_server[] =
	"160303007a020000760303dc71cf49145f714ba7f59a03c3a8a9d42698e571d2abfd366f2cd718d72e484020"
	"1ecc14de7b47f80c471ba61ebe27520cc37e8d99c86cdfc5c720d39f5600125e130200002e002b0002030400"
	"330024001d0020ad0557e2e476493051755ad25b60cb6e6eca4791726f8080c5638654126acc0d1403030001"
	"01170303002a77017747deebfa349b0eb71b87e761f1d9c883f405f455e3180ec03d26bfcd77fb7423d1d89f"
	"f80a";

static struct talk tls_talk(void)
{
	struct talk talk = {
		.table = rj_dissectors,
		.over = TCP,
		.ports = { 40000, 443 },
		.first = { 0xffffff00u, 0x7fffff00u },
	};

	talk.bytes[0] = unit_unhex(tls_client, &talk.len[0]);
	talk.bytes[1] = unit_unhex(tls_server, &talk.len[1]);
	return talk;
}

static struct talk http_talk(void)
{
	static const char out[] = "GET /a HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n"
				  "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n"
				  "GET /looks like one HTTP/1.1\r\nHost: a\r\n\r\n";
	static const char in[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
				 "4\r\nabcd\r\n14\r\n0123456789abcdefghij\r\n0\r\n\r\n"
				 "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n";

	return (struct talk){
		.table = rj_dissectors,
		.over = TCP,
		.ports = { 40000, 8081 },
		.first = { 0xffffff00u, 0x7fffff00u },
		.bytes = { unit_copy(out, sizeof(out) - 1), unit_copy(in, sizeof(in) - 1) },
		.len = { sizeof(out) - 1, sizeof(in) - 1 },
	};
}

static struct talk two_talk(void)
{
	static struct text out, in;

	out.len = in.len = 0;
	say(&out, 'a', 200);
	say(&out, 'm', 0);
	say(&out, 'm', 300);
	say(&in, 'm', 100);
	say(&in, 'q', 150);
	say(&in, 'm', 100);
	return fake_talk(&out, &in);
}

/* The three talks that every delivery is tried with. */
static struct talk (*const talks[])(void) = { two_talk, tls_talk, http_talk };
#define NUM_TALKS (sizeof(talks) / sizeof(talks[0]))

static char *whole(const struct talk *talk)
{
	struct run run = begin(talk);
	char *json;

	give_all(&run, 0, SYN);
	give_all(&run, 1, SYN);
	CHECK_EQ(run.counts.malformed, 0);
	json = end(&run);
	CHECK(strlen(json) > 10);
	return json;
}

/* Gives all bytes of @side, in a manner of its own that @seed varies. */
typedef void deliver_fn(struct run *run, unsigned int side, uint32_t seed);

static void check_delivery(deliver_fn *deliver, uint32_t num_seeds)
{
	static const struct rj_dissect_counts none;

	for (size_t i = 0; i < NUM_TALKS; i++) {
		struct talk talk = talks[i]();
		char *want = whole(&talk);

		for (uint32_t seed = 0; seed < num_seeds; seed++) {
			struct run run = begin(&talk);

			deliver(&run, 0, seed);
			deliver(&run, 1, seed);
			end_as(&run, want);
			CHECK(!memcmp(&run.counts, &none, sizeof(none)));
		}
		free(want);
		talk_free(&talk);
	}
}

static void in_two_parts(struct run *run, unsigned int side, uint32_t cut)
{
	size_t len = run->talk->len[side];
	size_t at = cut < len ? cut : len;

	give(run, side, 0, at, SYN);
	give(run, side, at, len - at, 0);
}

static void in_two_parts_swapped(struct run *run, unsigned int side, uint32_t cut)
{
	size_t len = run->talk->len[side];
	size_t at = cut < len ? cut : len;

	give(run, side, 0, 0, SYN);
	give(run, side, at, len - at, FIN);
	give(run, side, 0, at, 0);
}

TEST(dissect_gives_the_same_for_a_cut_at_every_byte)
{
	check_delivery(in_two_parts, 800);
	check_delivery(in_two_parts_swapped, 800);
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void in_three_parts(struct run *run, unsigned int side, uint32_t seed)
{
	static const uint8_t orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					      { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	const uint8_t *order = orders[seed % 6];
	size_t len = run->talk->len[side];
	size_t a = next_random(&seed) % len, b = next_random(&seed) % len;
	size_t cuts[4] = { 0, a < b ? a : b, a < b ? b : a, len };

	give(run, side, 0, 0, SYN);
	for (unsigned int i = 0; i < 3; i++)
		give(run, side, cuts[order[i]], cuts[order[i] + 1] - cuts[order[i]], 0);
}

TEST(dissect_gives_the_same_for_three_parts_in_any_order)
{
	check_delivery(in_three_parts, 600);
}

static void byte_by_byte(struct run *run, unsigned int side, uint32_t seed)
{
	if (seed)
		give(run, side, 0, 0, SYN);
	for (size_t at = 0; at < run->talk->len[side]; at++)
		give(run, side, at, 1, 0);
}

static void byte_by_byte_reversed(struct run *run, unsigned int side, uint32_t seed)
{
	(void)seed;
	give(run, side, 0, 0, SYN);
	for (size_t at = run->talk->len[side]; at--;)
		give(run, side, at, 1, 0);
}

static void shuffled(struct run *run, unsigned int side, uint32_t seed, size_t step, bool has_syn)
{
	size_t len = run->talk->len[side], num = (len + step - 1) / step;
	size_t *order = calloc(num, sizeof(*order));

	if (!order)
		abort();
	for (size_t i = 0; i < num; i++) {
		size_t j = next_random(&seed) % (i + 1);

		order[i] = order[j];
		order[j] = i * step;
	}
	if (has_syn)
		give(run, side, 0, 0, SYN);
	for (size_t i = 0; i < num; i++)
		give(run, side, order[i], len - order[i] < step ? len - order[i] : step, 0);
	free(order);
}

static void byte_by_byte_shuffled(struct run *run, unsigned int side, uint32_t seed)
{
	shuffled(run, side, seed, 1 + seed % 3, true);
}

TEST(dissect_gives_the_same_for_segments_of_one_byte)
{
	check_delivery(byte_by_byte, 2);
	check_delivery(byte_by_byte_reversed, 1);
	check_delivery(byte_by_byte_shuffled, 60);
}

static void with_overlaps(struct run *run, unsigned int side, uint32_t seed)
{
	size_t len = run->talk->len[side], end_at = 0;

	while (end_at < len) {
		size_t back = next_random(&seed) % 50, more = 1 + next_random(&seed) % 50;
		size_t from = back < end_at ? end_at - back : 0;

		end_at = end_at + more < len ? end_at + more : len;
		give(run, side, from, end_at - from, from ? 0 : SYN);
		give(run, side, len - next_random(&seed) % len, 0, 0);
	}
}

static void every_second_byte_first(struct run *run, unsigned int side, uint32_t seed)
{
	(void)seed;
	give(run, side, 0, 0, SYN);
	for (size_t at = 1; at < run->talk->len[side]; at += 2)
		give(run, side, at, 1, 0);
	for (size_t at = 0; at < run->talk->len[side]; at += 2)
		give(run, side, at, 1, 0);
}

TEST(dissect_gives_the_same_for_overlaps)
{
	check_delivery(with_overlaps, 200);
	check_delivery(every_second_byte_first, 1);
}

static void cut_then_whole(struct run *run, unsigned int side, uint32_t cut)
{
	size_t len = run->talk->len[side];

	give_cut(run, side, 0, len / 2, cut < len / 2 ? cut : len / 2, SYN);
	give(run, side, len / 2, len - len / 2, 0);
	give(run, side, 0, len / 2, 0);
}

TEST(dissect_gives_the_same_when_a_retransmission_brings_what_the_capture_cut)
{
	check_delivery(cut_then_whole, 300);
}

TEST(dissect_gives_the_same_for_sides_in_step_and_swapped)
{
	for (size_t i = 0; i < NUM_TALKS; i++) {
		struct talk talk = talks[i]();
		char *want = whole(&talk);
		struct run run = begin(&talk);

		give_all(&run, 1, SYN);
		give_all(&run, 0, SYN);
		end_as(&run, want);
		run = begin(&talk);
		give(&run, 0, 0, 0, SYN);
		give(&run, 1, 0, 0, SYN);
		for (size_t at = 0; at < talk.len[0] || at < talk.len[1]; at++)
			for (unsigned int side = 0; side < 2; side++)
				if (at < talk.len[side])
					give(&run, side, at, 1, 0);
		end_as(&run, want);
		free(want);
		talk_free(&talk);
	}
}

TEST(dissect_believes_the_first_copy)
{
	for (size_t i = 0; i < NUM_TALKS; i++) {
		struct talk talk = talks[i]();
		char *want = whole(&talk);
		struct run run = begin(&talk);

		for (unsigned int side = 0; side < 2; side++) {
			size_t half = talk.len[side] / 2;

			give(&run, side, 0, 20, SYN);
			give(&run, side, half, talk.len[side] - half, 0);
			give(&run, side, half, talk.len[side] - half, LIE);
			give(&run, side, 0, 20, LIE);
			give(&run, side, 20, half - 20, 0);
		}
		CHECK_EQ(run.counts.conflicts, 4);
		end_as(&run, want);
		free(want);
		talk_free(&talk);
	}
}

/* A talk with one message a side: with more, an order without a SYN may show a later one first. */
static struct talk short_talk(void)
{
	static struct text out, in;

	out.len = in.len = 0;
	say(&out, 'a', 500);
	say(&in, 'm', 400);
	return fake_talk(&out, &in);
}

static void check_without_syn(struct talk talk)
{
	char *want = whole(&talk);

	for (uint32_t seed = 0; seed < 100; seed++) {
		struct run run = begin(&talk);

		shuffled(&run, 0, seed, 1 + seed % 40, false);
		shuffled(&run, 1, seed, 1 + seed % 40, false);
		CHECK_EQ(run.counts.malformed, 0);
		end_as(&run, want);
		run = begin(&talk);
		for (unsigned int side = 0; side < 2; side++)
			for (size_t at = talk.len[side], step = seed + 1; at;) {
				size_t n = at < step ? at : step;

				at -= n;
				give(&run, side, at, n, 0);
			}
		CHECK_EQ(run.counts.malformed, 0);
		end_as(&run, want);
	}
	free(want);
	talk_free(&talk);
}

TEST(dissect_finds_the_start_without_a_syn)
{
	check_without_syn(short_talk());
	check_without_syn(tls_talk());
}

TEST(dissect_binds_again_when_an_earlier_start_appears)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 'm', 500);
	memcpy(out.bytes + 100, "\xfa\xce" "m\x7f\xff", 5); /* looks like a start */
	memcpy(out.bytes + 200, "\xfa\xce" "mX", 4);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	give(&run, 0, 200, talk.len[0] - 200, 0);
	give(&run, 0, 100, 100, 0);
	give(&run, 0, 0, 100, 0);
	CHECK_EQ(run.counts.malformed, 0);
	end_as(&run, "\"0m500:840a302d \"");
	talk_free(&talk);
}

TEST(dissect_binds_another_row_when_an_earlier_start_appears)
{
	static struct text out, in;
	struct talk talk;
	struct run run;
	char *want;

	out.len = in.len = 0;
	say(&out, 'm', 500);
	out.bytes[200] = 0xbb;
	talk = fake_talk(&out, &in);
	want = whole(&talk);
	talk.table = with_hungry;
	run = begin(&talk);
	give(&run, 0, 200, talk.len[0] - 200, 0);
	give(&run, 0, 0, 200, 0);
	end_as(&run, want);
	free(want);
	talk_free(&talk);
}

TEST(dissect_stays_bound_once_the_other_side_was_read)
{
	struct talk talk = two_talk();
	char *want = whole(&talk);
	struct run run = begin(&talk);

	give(&run, 0, 210, 100, 0);
	give_all(&run, 1, SYN);
	give_all(&run, 0, 0);
	end_as(&run, want);
	free(want);
	talk_free(&talk);
}

TEST(dissect_lets_go_of_a_flow_that_it_joined_in_its_middle)
{
	static struct text out, in;
	struct talk talk;
	struct run run;
	size_t at = 5;

	out.len = in.len = 0;
	say(&out, 'm', 60000);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	for (; rj_dissect_wants(run.d, 0) && at < 50000; at += 1000)
		give(&run, 0, at, 1000, 0);
	CHECK_EQ(at, 5 + 18000); /* the first, and 16 KiB */
	CHECK(rj_dissect_bytes(run.d) <= 320);
	end_as(&run, "");
	CHECK_EQ(run.counts.malformed + run.counts.holes, 0);
	talk_free(&talk);
}

TEST(dissect_lets_go_when_both_sides_are_refused)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);
	size_t empty = rj_dissect_bytes(run.d);

	give(&run, 0, 0, 0, SYN);
	give(&run, 1, 0, 0, SYN);
	give(&run, 0, 0, 100, LIE);
	CHECK(rj_dissect_wants(run.d, 0) && rj_dissect_wants(run.d, 1));
	give(&run, 1, 0, 1, LIE);
	CHECK(!rj_dissect_wants(run.d, 0) && !rj_dissect_wants(run.d, 1));
	CHECK_EQ(rj_dissect_bytes(run.d), empty);
	end_as(&run, "");
	talk_free(&talk);
}

TEST(dissect_reads_a_refused_side_once_the_other_is_known)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);

	give(&run, 0, 0, 100, SYN | LIE);
	give_all(&run, 1, SYN);
	CHECK(!rj_dissect_wants(run.d, 0)); /* was read, and is malformed */
	CHECK_EQ(run.counts.malformed, 1);
	end_as(&run, "\"1m100:dea4043a 1q150:17827917 \"");
	talk_free(&talk);
}

TEST(dissect_asks_rows_with_a_port_of_the_flow_first)
{
	struct talk talk = two_talk();
	struct run run;

	talk.table = fake_first;
	run = begin(&talk);
	give_all(&run, 0, SYN);
	CHECK_EQ(rj_dissect_originator(run.d), 0);
	free(end(&run));
	talk.ports[0] = 9;
	talk.ports[1] = 40000;
	run = begin(&talk);
	give_all(&run, 0, SYN);
	CHECK(!rj_dissect_wants(run.d, 0));
	end_as(&run, "\"greedy\"");
	talk_free(&talk);
}

TEST(dissect_choice_does_not_depend_on_cuts)
{
	struct talk talk = two_talk();
	struct run run;

	talk.table = fake_first; /* the second row says yes to the first byte, the first not yet */
	run = begin(&talk);
	give(&run, 0, 0, 1, SYN);
	give(&run, 0, 1, talk.len[0] - 1, 0);
	CHECK_EQ(rj_dissect_originator(run.d), 0);
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_end_settles_what_was_waited_for)
{
	struct talk talk = two_talk();
	struct run run;

	talk.table = fake_first;
	run = begin(&talk);
	give(&run, 0, 0, 1, SYN);
	end_as(&run, "\"greedy\"");
	talk_free(&talk);
}

TEST(dissect_asks_only_the_rows_of_its_mask)
{
	struct talk talk = two_talk();
	struct run run = { .talk = &talk, .d = rj_dissect_new_with(fake_first, 2) };

	give_all(&run, 0, SYN);
	end_as(&run, "\"greedy\"");
	run.d = rj_dissect_new_with(fake_first, 0);
	CHECK(!rj_dissect_wants(run.d, 0));
	give_all(&run, 0, SYN);
	end_as(&run, "");
	talk_free(&talk);
}

TEST(dissect_end_is_hard_behind_a_fin_alone)
{
	static struct text out, in;
	struct talk talk;

	out.len = in.len = 0;
	say(&out, 'm', 3);
	say(&out, 'e', 10);
	talk = fake_talk(&out, &in);
	for (unsigned int how = 0; how < 4; how++) {
		struct run run = begin(&talk);

		give(&run, 0, 0, 8, SYN);
		give_cut(&run, 0, 8, 15, how & 1, how & 2 ? FIN : 0);
		end_as(&run, how == 2 ? "\"0m3:1068 0e10:f2e6cdf9 \"" : "\"0m3:1068 \"");
		CHECK_EQ(run.counts.malformed, 0);
	}
	talk_free(&talk);
}

TEST(dissect_message_that_a_fin_breaks_off_is_malformed)
{
	struct talk talk = two_talk();

	for (unsigned int how = 0; how < 2; how++) {
		struct run run = begin(&talk);

		give(&run, 0, 0, 150, SYN | (how ? FIN : 0));
		end_as(&run, "");
		CHECK_EQ(run.counts.malformed, how);
	}
	talk_free(&talk);
}

TEST(dissect_counts_bytes_behind_a_hole_that_stays)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);

	give(&run, 0, 0, 210, SYN);
	give(&run, 0, 220, 100, 0);
	end_as(&run, "\"0a200:a7059c74 0m0:0 \"");
	CHECK_EQ(run.counts.holes, 100);
	CHECK_EQ(run.counts.malformed, 0);
	talk_free(&talk);
}

TEST(dissect_counts_a_message_beyond_the_budget)
{
	static struct text out, in;
	struct talk talk;

	for (unsigned int extra = 0; extra < 2; extra++) {
		struct run run;

		out.len = in.len = 0;
		say(&out, 'm', 100);
		say(&out, 'm', (uint16_t)(FAKE_MAX_BYTES - 110 + extra));
		say(&in, 'm', 1);
		talk = fake_talk(&out, &in);
		run = begin(&talk);
		give_all(&run, 0, SYN);
		give_all(&run, 1, SYN);
		CHECK_EQ(rj_dissect_wants(run.d, 0), !extra);
		CHECK_EQ(run.counts.over_budget, extra);
		CHECK(rj_dissect_wants(run.d, 1));
		free(end(&run));
		talk_free(&talk);
	}
}

TEST(dissect_budget_is_that_of_the_row_it_bound)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 'm', FAKE_MAX_BYTES);
	talk = fake_talk(&out, &in);
	talk.table = with_hungry; /* before, it is that of the greediest */
	run = begin(&talk);
	give_all(&run, 0, SYN);
	CHECK_EQ(run.counts.over_budget, 1);
	CHECK(!rj_dissect_wants(run.d, 0));
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_row_that_cannot_say_within_its_budget_is_refused)
{
	static struct text out;
	struct talk talk;
	struct run run;

	out.len = HUNGRY_MAX_BYTES;
	memset(out.bytes, 0, out.len);
	talk = fake_talk(&out, &out);
	talk.table = with_hungry;
	run = begin(&talk);
	for (unsigned int side = 0; side < 2; side++) {
		give(&run, side, 0, HUNGRY_MAX_BYTES - 1, SYN);
		CHECK(rj_dissect_wants(run.d, side));
		give(&run, side, HUNGRY_MAX_BYTES - 1, 1, 0);
	}
	CHECK(!rj_dissect_wants(run.d, 0) && !rj_dissect_wants(run.d, 1));
	CHECK_EQ(run.counts.over_budget, 0);
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_counts_bytes_after_the_budget_once)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 'm', FAKE_MAX_BYTES - 5);
	say(&out, 'm', 10);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	give(&run, 0, 0, FAKE_MAX_BYTES, SYN);
	CHECK_EQ(run.counts.over_budget, 0);
	give(&run, 0, FAKE_MAX_BYTES, 5, 0);
	give(&run, 0, FAKE_MAX_BYTES + 5, 5, 0);
	CHECK_EQ(run.counts.over_budget, 1);
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_message_at_its_cap_comes_in_any_order)
{
	static struct text out, in;
	struct talk talk;
	char *want;

	out.len = in.len = 0;
	say(&out, 'q', FAKE_MAX_BYTES - 5);
	talk = fake_talk(&out, &in);
	want = whole(&talk);
	for (unsigned int i = 0; i < 20; i++) {
		struct run run = begin(&talk);

		shuffled(&run, 0, i, i < 2 ? 1 : i < 10 ? 512 : 1460, i % 2);
		end_as(&run, want);
		CHECK_EQ(run.counts.over_budget + run.counts.malformed + run.counts.holes, 0);
	}
	free(want);
	talk_free(&talk);
}

TEST(dissect_gives_up_a_hole_when_much_has_come_after_it)
{
	static struct text out, in;
	struct talk talk;
	struct run run;
	uint64_t num = 0;

	out.len = in.len = 0;
	say(&out, 'm', 60000);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	give(&run, 0, 0, 100, SYN);
	give(&run, 0, 200, 100, 0);
	for (; rj_dissect_wants(run.d, 0) && num < 1000; num++)
		give(&run, 0, 25000, 30000, 0);
	CHECK_EQ(num, (16u << 20) / 30000 + 1);
	CHECK_EQ(run.counts.holes, 100);
	CHECK_EQ(run.counts.over_budget, 0);
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_lets_go_of_a_side_that_is_done)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);

	give_all(&run, 1, SYN);
	CHECK(!rj_dissect_wants(run.d, 1));
	CHECK(rj_dissect_wants(run.d, 0));
	give_all(&run, 0, SYN);
	CHECK(rj_dissect_wants(run.d, 0));
	CHECK(rj_dissect_bytes(run.d) < 16384);
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_malformed_ends_its_side_alone)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);

	give(&run, 0, 0, 205, SYN);
	give(&run, 0, 205, 10, LIE);
	CHECK_EQ(run.counts.malformed, 1);
	CHECK(!rj_dissect_wants(run.d, 0));
	give_all(&run, 1, SYN);
	end_as(&run, "\"0a200:a7059c74 1m100:dea4043a 1q150:17827917 \"");
	talk_free(&talk);
}

TEST(dissect_does_not_loop_on_a_dissector_that_stands_still)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 's', 10);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	give_all(&run, 0, SYN);
	CHECK_EQ(run.counts.malformed, 1);
	end_as(&run, "");
	talk_free(&talk);
}

TEST(dissect_counts_what_the_arena_refused)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 'k', 0);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	give_all(&run, 0, SYN);
	CHECK_EQ(run.counts.no_memory, 1);
	end_as(&run, "\"0K0:0 \"");
	talk_free(&talk);
}

TEST(dissect_originator_is_the_protocols_word)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);

	CHECK_EQ(rj_dissect_originator(run.d), -1);
	give_all(&run, 1, SYN);
	CHECK_EQ(rj_dissect_originator(run.d), -1);
	give_all(&run, 0, SYN);
	CHECK_EQ(rj_dissect_originator(run.d), 0);
	free(end(&run));
	talk_free(&talk);
}

/* One-byte segments of a message that never ends: the work must not grow with their square. */
TEST(dissect_work_is_bounded_for_a_trickle)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 'm', FAKE_MAX_BYTES - 5);
	talk = fake_talk(&out, &in);
	for (unsigned int is_last = 0; is_last < 2; is_last++) {
		run = begin(&talk);
		num_parses = 0;
		give(&run, 0, 0, 0, SYN);
		for (size_t at = 0; at < talk.len[0] - !is_last; at++)
			give(&run, 0, at, 1, 0);
		CHECK(num_parses > 4000 && num_parses < 4500);
		end_as(&run, is_last ? "\"0m19995:af808c3c \"" : "");
	}
	talk_free(&talk);
}

static struct talk datagram_talk(void)
{
	struct talk talk = two_talk();

	talk.over = UDP;
	return talk;
}

TEST(dissect_reads_datagrams_each_by_itself)
{
	struct talk talk = datagram_talk();
	struct run run = begin(&talk);

	give(&run, 0, 210, 305, 0);
	give(&run, 0, 0, 205, 0);
	give(&run, 1, 0, 105, 0);
	give(&run, 0, 0, 210, 0); /* two messages in one */
	CHECK(rj_dissect_bytes(run.d) < 16384);
	end_as(&run, "\"0m300:5cada5ae 0a200:a7059c74 0a200:a7059c74 0m0:0 1m100:dea4043a \"");
	CHECK_EQ(run.counts.malformed, 0);
	talk_free(&talk);
}

TEST(dissect_datagram_is_hard_unless_it_was_cut)
{
	struct talk talk = datagram_talk();
	struct run run = begin(&talk);

	give(&run, 0, 0, 205, 0);
	give(&run, 0, 0, 200, 0); /* breaks off: malformed, and the next one is read */
	CHECK_EQ(run.counts.malformed, 1);
	give_cut(&run, 0, 0, 205, 5, 0); /* cut: not its fault */
	CHECK_EQ(run.counts.malformed, 1);
	give(&run, 0, 205, 5, 0);
	end_as(&run, "\"0a200:a7059c74 0m0:0 \"");
	talk_free(&talk);
}

TEST(dissect_datagrams_end_with_done)
{
	struct talk talk = datagram_talk();
	struct run run = begin(&talk);

	give(&run, 1, 105, 155, 0);
	CHECK(!rj_dissect_wants(run.d, 1));
	CHECK(rj_dissect_wants(run.d, 0));
	give(&run, 1, 0, 105, 0);
	end_as(&run, "\"1q150:17827917 \"");
	talk_free(&talk);
}

TEST(dissect_probes_a_few_datagrams_a_side)
{
	struct talk talk = datagram_talk();
	struct run run = begin(&talk);

	for (unsigned int i = 0; i < 3; i++)
		give(&run, 0, 0, 205, LIE);
	give(&run, 0, 0, 205, 0);
	end_as(&run, "\"0a200:a7059c74 \"");

	run = begin(&talk);
	for (unsigned int i = 0; i < 4; i++)
		give(&run, 0, 0, 205, LIE);
	give(&run, 0, 0, 205, 0); /* not looked at */
	give(&run, 1, 0, 105, 0); /* but the other side may still tell */
	give(&run, 0, 0, 205, 0);
	end_as(&run, "\"0a200:a7059c74 1m100:dea4043a \"");

	run = begin(&talk);
	for (unsigned int i = 0; i < 8; i++)
		give(&run, i % 2, 0, 105, LIE);
	CHECK(!rj_dissect_wants(run.d, 0) && !rj_dissect_wants(run.d, 1));
	end_as(&run, "");
	talk_free(&talk);
}

TEST(dissect_takes_an_answer_for_one)
{
	static const char query[] = "1234 0100 0001 0000 0000 0000 0161 00 0001 0001";
	static const char answer[] = "1234 8180 0001 0000 0000 0000 0161 00 0001 0001";
	struct talk talk = { .table = rj_dissectors, .over = UDP, .ports = { 53, 40000 } };
	struct run run;

	talk.bytes[0] = unit_unhex(answer, &talk.len[0]);
	talk.bytes[1] = unit_unhex(query, &talk.len[1]);
	for (unsigned int first = 0; first < 2; first++) {
		run = begin(&talk);
		give_all(&run, first, 0);
		CHECK_EQ(rj_dissect_originator(run.d), 1);
		give_all(&run, !first, 0);
		CHECK_EQ(rj_dissect_originator(run.d), 1);
		free(end(&run));
	}
	talk_free(&talk);
}

TEST(dissect_shows_a_cut_datagram_to_those_who_keep_parts)
{
	static const char query[] = "1234 0100 0001 0000 0000 0000 0161 00 0001 0001";
	struct talk talk = { .table = rj_dissectors, .over = UDP, .ports = { 40000, 53 } };
	struct run run;
	char *json;

	talk.bytes[0] = unit_unhex(query, &talk.len[0]);
	run = begin(&talk);
	give_cut(&run, 0, 0, talk.len[0], 2, 0);
	CHECK(rj_dissect_wants(run.d, 0));
	give_all(&run, 0, 0);
	json = end(&run);
	CHECK(strstr(json, "},{")); /* both of them */
	CHECK_EQ(run.counts.malformed, 0);
	free(json);
	talk_free(&talk);
}

TEST(dissect_is_small)
{
	struct rj_dissect *d = rj_dissect_new(UINT32_MAX);

	CHECK(d && rj_dissect_bytes(d) <= 320);
	rj_dissect_free(d);
	rj_dissect_free(NULL);
}
