/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of TLS share: a flow to talk to, and hellos put together by parts. */
#ifndef RJ_TESTS_UNIT_PROTO_TLS_TALK_H
#define RJ_TESTS_UNIT_PROTO_TLS_TALK_H

#include "tests/unit/unit.h"

#include "proto/registry.h"

#define CLIENT 0u
#define SERVER 1u

/* struct talk - one flow: the dissector's state and the arena it may use. */
struct talk {
	struct rj_arena arena;
	void *state;
	bool is_done[2];
};

static inline struct talk talk_begin(size_t arena_bytes)
{
	struct talk t = { .state = calloc(1, rj_tls.state_bytes) };

	if (!t.state)
		abort();
	rj_arena_init(&t.arena, arena_bytes);
	return t;
}

static inline void talk_end(struct talk *t)
{
	free(t->state);
	rj_arena_done(&t->arena);
}

/* Hands @bytes to parse, message by message, until it wants no more; the last status. */
static inline enum rj_status talk_bytes(struct talk *t, unsigned int side, const uint8_t *bytes,
					size_t len, bool is_hard)
{
	enum rj_status st = RJ_OK;
	size_t at = 0;

	while (!st && at < len && !t->is_done[side]) {
		struct rj_message m = { .side = side, .over = RJ_OVER_TCP, .arena = &t->arena };
		uint8_t *copy = unit_copy(bytes + at, len - at);
		struct rj_cursor c = rj_cursor_init(copy, len - at, is_hard);

		st = rj_tls.parse(t->state, &m, &c);
		CHECK(st || c.left < len - at);
		CHECK(!st || c.left == len - at);
		at = len - c.left;
		t->is_done[side] = m.is_done;
		free(copy);
	}
	return st;
}

/* struct made - bytes put together by a test. */
struct made {
	uint8_t bytes[160000];
	size_t len;
};

static inline void put(struct made *b, const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);

	memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
	free(bytes);
}

static inline void put_fill(struct made *b, uint8_t byte, size_t len)
{
	memset(b->bytes + b->len, byte, len);
	b->len += len;
}

static inline void put_number(struct made *b, uint64_t value, size_t len)
{
	while (len--)
		b->bytes[b->len++] = (uint8_t)(value >> 8 * len);
}

/* Writes the length of what was put since @mark into the @len bytes before it. */
static inline void put_length(struct made *b, size_t mark, size_t len)
{
	size_t value = b->len - mark;

	for (size_t i = 1; i <= len; i++, value >>= 8)
		b->bytes[mark - i] = (uint8_t)value;
}

/* struct parts - a ClientHello; what is NULL or 0 is the smallest valid. */
struct parts {
	const char *version;
	size_t sid_len;
	size_t suites_len;
	size_t compression_len;
	const char *extensions; /* without the block's length; NULL: no block */
	const char *leftover;
};

static inline void put_client_hello(struct made *b, const struct parts *p)
{
	size_t mark;

	put(b, p->version ? p->version : "0303");
	put_fill(b, 0xaa, 32);
	put_number(b, p->sid_len, 1);
	put_fill(b, 0xbb, p->sid_len);
	put_number(b, p->suites_len, 2);
	put_fill(b, 0x13, p->suites_len);
	put_number(b, p->compression_len, 1);
	put_fill(b, 0, p->compression_len);
	if (p->extensions) {
		put_number(b, 0, 2);
		mark = b->len;
		put(b, p->extensions);
		put_length(b, mark, 2);
	}
	if (p->leftover)
		put(b, p->leftover);
}

/* The handshake message @type with @body, cut into records of @fragment_len bytes. */
static inline void put_message(struct made *b, uint8_t type, const uint8_t *body, size_t len,
			       size_t fragment_len)
{
	static struct made message;

	message.len = 0;
	put_number(&message, type, 1);
	put_number(&message, len, 3);
	memcpy(message.bytes + message.len, body, len);
	message.len += len;
	for (size_t at = 0; at < message.len; at += fragment_len) {
		size_t n = message.len - at < fragment_len ? message.len - at : fragment_len;

		put(b, "160301");
		put_number(b, n, 2);
		memcpy(b->bytes + b->len, message.bytes + at, n);
		b->len += n;
	}
}

#endif
