/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of the dissectors' driver share: fake protocols, talks, deliveries. */
#ifndef RJ_TESTS_UNIT_FLOW_TALK_H
#define RJ_TESTS_UNIT_FLOW_TALK_H

#include "core/buffer.h"
#include "flow/dissect.h"
#include "proto/dissector.h"
#include "sink/jsonw.h"
#include "tests/unit/unit.h"

/* Each file of tests uses a part of this. */
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-const-variable"

#define TCP RJ_OVER_TCP
#define UDP RJ_OVER_UDP

/*
 * The protocol of these tests: messages of 0xfa, 0xce, type, length (2 bytes), body.
 * Its value is a text of one entry a message, side by side: side, type, length, sum of the body.
 */
#define FAKE_HEADER_BYTES 5u
#define FAKE_MAX_BYTES 20000u

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
		s->log_len[m->side] += (size_t)snprintf(s->log[m->side] + s->log_len[m->side], 50,
							"%u%c%u:%x ", m->side, type, len, sum);
	if (type == 'a' && !s->asker)
		s->asker = 1 + (int)m->side;
	s->num_seen++;
	m->is_done = type == 'q';
}

static unsigned int num_parses;

/*
 * Types: 'm' plain, 'q' the side's last, 'e' up to the end, 'k' wants memory, 's' stands still, 'p'
 * kept in part where no more comes.
 */
static enum rj_status fake_parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct rj_cursor ahead = *c, body;
	uint16_t magic, len = 0;
	uint8_t type = 0;
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
	if (st == RJ_TRUNCATED && type == 'p' && m->is_done)
		st = rj_cursor_sub(&ahead, ahead.left, &body);
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
	rj_jsonw_init(&w, &out, &(struct rj_jsonw_keys){ 0 });
	rj_dissect_emit(run->d, UINT32_MAX, 0, &w.visitor);
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

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
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

#endif
