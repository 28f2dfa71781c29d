/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer harness for one dissector, chosen by -DDISSECTOR=rj_dns. Bytes are
 * shown to it as the flow engine does: in pieces that grow under a soft end,
 * then under a hard one; the contract of proto/dissector.h is checked at each
 * call, and what is emitted must be JSON.
 *
 * The input is a list of pieces: one byte of flags, two of length (little
 * endian), then the bytes. Flags: 1 side, 2 the piece ends its side (TCP) or
 * was not cut (UDP), 4 a port of the protocol, 8 shown byte by byte, 16 over TCP where the protocol
 * runs over both (the first piece's tells for all), 32 and 64 how many ports further.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "proto/fingerprint.h"
#include "proto/registry.h"
#include "sink/jsonw.h"
#include "tests/fuzz/must.h"

#ifndef DISSECTOR
#define DISSECTOR rj_dns
#endif

#define SIDE 1u
#define HARD 2u
#define AT_PORT 4u
#define DRIPPING 8u
#define OVER_TCP 16u
#define PORTS_FURTHER 5u /* from this bit on */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct rj_dissector *const dissector = &DISSECTOR;

/* struct stream - what a side has said and the dissector has not taken yet. */
struct stream {
	uint8_t *bytes;
	size_t len;
	uint64_t skip; /* bytes that the dissector passes over */
	bool is_over;
};

struct flow {
	unsigned int over;
	uint8_t *state;
	uint8_t *before;
	struct rj_arena arena;
	struct stream streams[2];
	uint64_t time_ns;
};

static uint8_t *copy(const uint8_t *data, size_t len)
{
	uint8_t *bytes = malloc(len ? len : 1);

	MUST(bytes);
	if (len)
		memcpy(bytes, data, len);
	return bytes;
}

static uint16_t port_of(unsigned int flags)
{
	const uint16_t *port = dissector->ports;

	if (!(flags & AT_PORT) || !port)
		return 9999;
	for (unsigned int i = flags >> PORTS_FURTHER & 3; i && port[1]; i--)
		port++;
	return *port;
}

static struct rj_message message_of(struct flow *f, unsigned int flags)
{
	uint16_t port = port_of(flags);
	unsigned int side = flags & SIDE;

	return (struct rj_message){ .side = side,
				    .over = f->over,
				    .src_port = side ? port : 40000,
				    .dst_port = side ? 40000 : port,
				    .time_ns = f->time_ns++,
				    .arena = &f->arena };
}

/* One call under the contract, over an exact copy; *@taken is how many bytes it consumed. */
static enum rj_status call(struct flow *f, struct rj_message *m, const uint8_t *data, size_t len,
			   bool is_hard, size_t *taken)
{
	uint8_t *bytes = copy(data, len);
	struct rj_cursor c = rj_cursor_init(bytes, len, is_hard);
	enum rj_status st;

	(void)dissector->probe(m, c);
	memcpy(f->before, f->state, dissector->state_bytes);
	st = dissector->parse(f->state, m, &c);
	MUST(st == RJ_OK || st == RJ_TRUNCATED || st == RJ_MALFORMED);
	MUST(c.left <= len && c.at == bytes + (len - c.left));
	MUST(!is_hard || st != RJ_TRUNCATED || m->waits);
	MUST(!m->waits || st == RJ_TRUNCATED);
	if (st == RJ_OK)
		MUST(c.left < len || m->hands_over);
	if (st == RJ_TRUNCATED)
		MUST(!memcmp(f->before, f->state, dissector->state_bytes));
	*taken = len - c.left;
	free(bytes);
	return st;
}

/* The dissector takes of a stream's first @len bytes what it can. */
static size_t take(struct flow *f, unsigned int flags, size_t len, bool is_hard)
{
	struct stream *s = &f->streams[flags & SIDE];
	size_t at = 0;

	while (at < len && !s->is_over) {
		struct rj_message m = message_of(f, flags);
		size_t taken = s->skip < len - at ? (size_t)s->skip : len - at;
		enum rj_status st;

		at += taken;
		s->skip -= taken;
		if (at == len)
			return at;
		st = call(f, &m, s->bytes + at, len - at, is_hard, &taken);
		if (m.waits && is_hard) { /* no more fits */
			m.is_done = true;
			m.waits = false;
			st = call(f, &m, s->bytes + at, len - at, is_hard, &taken);
			MUST(!m.waits);
		}
		if (st == RJ_TRUNCATED)
			return at;
		s->is_over = st == RJ_MALFORMED || m.is_done || m.hands_over;
		at += taken;
		s->skip = m.skip;
	}
	return at;
}

static void drop(struct stream *s, size_t len)
{
	memmove(s->bytes, s->bytes + len, s->len - len);
	s->len -= len;
}

static void feed_stream(struct flow *f, unsigned int flags, const uint8_t *data, size_t len)
{
	struct stream *s = &f->streams[flags & SIDE];
	size_t shown = flags & DRIPPING ? s->len + 1 : s->len + len;

	if (s->is_over || !len)
		return;
	s->bytes = realloc(s->bytes, s->len + len);
	MUST(s->bytes);
	memcpy(s->bytes + s->len, data, len);
	s->len += len;
	while (shown <= s->len && !s->is_over) {
		size_t taken = take(f, flags, shown, false);

		drop(s, taken);
		shown = shown - taken + 1;
	}
	if (flags & HARD && !s->is_over) {
		drop(s, take(f, flags, s->len, true));
		s->is_over = true;
	}
}

/* What is left of a stream at the end of the flow is shown once more. */
static void end_stream(struct flow *f, unsigned int side)
{
	struct stream *s = &f->streams[side];
	struct rj_message m = message_of(f, side);
	size_t taken;

	m.is_done = true;
	if (!s->is_over && s->len && !s->skip)
		(void)call(f, &m, s->bytes, s->len, false, &taken);
}

static void feed_datagram(struct flow *f, unsigned int flags, const uint8_t *data, size_t len)
{
	struct rj_message m = message_of(f, flags);
	size_t taken;

	if (call(f, &m, data, len, flags & HARD, &taken) != RJ_TRUNCATED)
		return;
	m.is_done = true;
	(void)call(f, &m, data, len, false, &taken);
}

/* What is emitted stands in an object, as in a record: it may be several values. */
static void check_json(const struct flow *f, unsigned int originator)
{
	static const struct rj_field record = { "", RJ_TYPE_OBJECT, "", 0, "", "" };
	struct json_tokener *tok = json_tokener_new_ex(64);
	struct json_object *json;
	struct rj_buffer out;
	struct rj_jsonw w;

	rj_buffer_init(&out, 256u << 20);
	rj_jsonw_init(&w, &out, &(struct rj_jsonw_keys){ 0 });
	w.visitor.ops->open(&w.visitor, &record);
	dissector->emit(f->state, originator, &w.visitor);
	w.visitor.ops->close(&w.visitor);
	MUST(!w.depth && !w.num_skipped && !w.is_too_deep);
	rj_buffer_put(&out, "", 1);
	MUST(!rj_jsonw_failed(&w));
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json = json_tokener_parse_ex(tok, (const char *)out.data,
				     (int)strlen((const char *)out.data) + 1);
	MUST(json && json_tokener_get_error(tok) == json_tokener_success);
	json_object_put(json);
	json_tokener_free(tok);
	rj_buffer_done(&out);
}

static void check_fpx(const struct flow *f)
{
	static struct rj_fp_text text;
	int side;

	if (!dissector->fpx)
		return;
	rj_fp_begin(&text, RJ_FP_NO_DIGEST);
	side = dissector->fpx(f->state, &text);
	MUST(side >= -1 && side <= 1);
	MUST((side < 0) == (!text.len && !text.is_over));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow f = { .state = calloc(1, dissector->state_bytes),
			  .before = calloc(1, dissector->state_bytes) };

	MUST(f.state && f.before);
	rj_arena_init(&f.arena, 1u << 20);
	f.over = dissector->over;
	if (f.over == (RJ_OVER_TCP | RJ_OVER_UDP))
		f.over = size && data[0] & OVER_TCP ? RJ_OVER_TCP : RJ_OVER_UDP;
	while (size >= 3) {
		unsigned int flags = data[0];
		size_t len = (size_t)(data[1] | data[2] << 8);

		data += 3;
		size -= 3;
		len = len < size ? len : size;
		if (f.over == RJ_OVER_UDP)
			feed_datagram(&f, flags, data, len);
		else
			feed_stream(&f, flags, data, len);
		data += len;
		size -= len;
	}
	for (unsigned int side = 0; side < 2 && f.over == RJ_OVER_TCP; side++)
		end_stream(&f, side);
	if (dissector->originator) {
		int side = dissector->originator(f.state);

		MUST(side >= -1 && side <= 1);
	}
	check_fpx(&f);
	check_json(&f, 0);
	check_json(&f, 1);
	for (int side = 0; side < 2; side++)
		free(f.streams[side].bytes);
	rj_arena_done(&f.arena);
	free(f.state);
	free(f.before);
	return 0;
}
