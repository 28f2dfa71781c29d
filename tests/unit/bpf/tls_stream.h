/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams of TLS records made of a seed, and what is in them by a walk over the whole of it. */
#ifndef RJ_TESTS_UNIT_BPF_TLS_STREAM_H
#define RJ_TESTS_UNIT_BPF_TLS_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TLS_STREAM_MAX 60000u
#define TLS_ENTRIES_MAX 20000u

/* struct tls_entry - a record, or a message of the record before; @head_end: behind its header. */
struct tls_entry {
	uint32_t len;
	uint32_t head_end;
	uint8_t type;
	bool is_message;
};

struct tls_stream {
	uint64_t seed;
	uint32_t len;
	uint8_t bytes[TLS_STREAM_MAX];
};

/* splitmix64 (Steele, Lea, Flood 2014); a number below @limit. */
static inline uint32_t tls_below(struct tls_stream *s, uint32_t limit)
{
	uint64_t z = s->seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ z >> 31) >> 32) % limit;
}

static inline void tls_put(struct tls_stream *s, const void *bytes, uint32_t len)
{
	if (len > TLS_STREAM_MAX - s->len)
		len = TLS_STREAM_MAX - s->len;
	memcpy(s->bytes + s->len, bytes, len);
	s->len += len;
}

/* A record of @len bytes of @body; without one they are noise. */
static inline void tls_put_record(struct tls_stream *s, unsigned int type, const uint8_t *body,
				  uint32_t len)
{
	uint8_t head[] = { (uint8_t)type, 3, 3, (uint8_t)(len >> 8), (uint8_t)len };

	tls_put(s, head, sizeof(head));
	for (uint32_t i = 0; i < len; i++) {
		uint8_t noise = (uint8_t)tls_below(s, 256);

		tls_put(s, body ? body + i : &noise, 1);
	}
}

/* A handshake of some messages, cut into records anywhere or where messages end. */
static inline void tls_put_handshake(struct tls_stream *s, unsigned int first_type)
{
	static uint8_t bytes[20000];
	uint32_t len = 0, at = 0, ends[8], num = 1 + tls_below(s, 5);
	bool is_ragged = !tls_below(s, 3);

	for (uint32_t i = 0; i < num; i++) {
		uint32_t body = tls_below(s, 8) ? tls_below(s, 500) : tls_below(s, 3000);

		bytes[len++] = (uint8_t)(i ? tls_below(s, 25) : first_type);
		bytes[len++] = 0;
		bytes[len++] = (uint8_t)(body >> 8);
		bytes[len++] = (uint8_t)body;
		memset(bytes + len, 'h', body);
		len += body;
		ends[i] = len;
	}
	for (uint32_t i = tls_below(s, num); at < len; i++) {
		uint32_t to = i < num ? ends[i] : len;

		if (is_ragged)
			to = at + 1 + tls_below(s, 700);
		if (to > len)
			to = len;
		if (to > at)
			tls_put_record(s, 22, bytes + at, to - at);
		at = to > at ? to : at;
	}
}

/* A side's stream: hello, perhaps a retry, what is encrypted; @num records more or less. */
static inline void tls_stream_make(struct tls_stream *s, uint64_t seed, uint32_t num)
{
	uint8_t one = 1;

	s->seed = seed;
	s->len = 0;
	tls_put_handshake(s, 1 + tls_below(s, 2));
	if (!tls_below(s, 4)) {
		uint8_t hello[64] = { 1 + (uint8_t)tls_below(s, 2), 0, 0, 60, 3, 3 };

		tls_put_record(s, 20, &one, 1);
		tls_put_record(s, 22, hello, sizeof(hello));
	}
	if (tls_below(s, 2))
		tls_put_record(s, 20, &one, 1);
	if (tls_below(s, 2))
		tls_put_record(s, 22, NULL, 40);
	for (uint32_t i = 0; i < num; i++) {
		uint32_t len = tls_below(s, tls_below(s, 8) ? 120 : 4000);
		unsigned int type = tls_below(s, 15) ? 23 : 21 + 3 * tls_below(s, 2);

		/* RFC 8446 5.1 allows empty ones of data alone */
		tls_put_record(s, type, NULL, type == 23 ? len * !!tls_below(s, 12) : len + 1);
	}
	if (s->len > TLS_STREAM_MAX - 5000)
		s->len = TLS_STREAM_MAX - 5000;
}

static inline uint32_t tls_u24(const uint8_t *at)
{
	return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

/* struct tls_reader - where a walk over a whole stream stands. */
struct tls_reader {
	struct tls_entry *out;
	uint32_t num, go_on;
	bool is_sealed, has_messages;
};

/* The messages that start in a handshake record. */
static inline void tls_read_messages(struct tls_reader *r, const uint8_t *at, uint32_t len,
				     uint32_t off, uint32_t end)
{
	uint32_t pos = r->go_on < len ? r->go_on : len;

	r->go_on -= pos;
	while (pos < len) {
		uint32_t body;

		if (len - pos < 4)
			r->has_messages = false;
		if (len - pos < 4 || off + pos + 4 > end)
			return;
		body = tls_u24(at + pos + 1);
		if (r->is_sealed && (pos || body != len - 4 || (at[0] != 1 && at[0] != 2)))
			return;
		r->is_sealed = false;
		r->out[r->num++] = (struct tls_entry){ body, off + pos + 4, at[pos], true };
		pos += 4 + body;
		if (pos > len)
			r->go_on = pos - len;
	}
}

/* tls_stream_read - all entries of the first @end bytes, as RFC 8446 5.1 has them. */
static inline uint32_t tls_stream_read(const struct tls_stream *s, uint32_t end,
				       struct tls_entry *out)
{
	struct tls_reader r = { .out = out, .has_messages = true };

	for (uint32_t off = 0; off + 5 <= end;) {
		const uint8_t *head = s->bytes + off;
		uint32_t len = (uint32_t)head[3] << 8 | head[4];

		off += 5;
		out[r.num++] = (struct tls_entry){ len, off, head[0], false };
		if (head[0] == 22 && r.has_messages)
			tls_read_messages(&r, head + 5, len, off, end);
		else if (r.go_on)
			r.has_messages = false;
		if (head[0] == 20)
			r.is_sealed = true;
		off += len;
	}
	return r.num;
}

#endif
