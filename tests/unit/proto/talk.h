/* SPDX-License-Identifier: BSD-3-Clause */
/* A flow whose sides say what a test tells them, to one dissector, which is asked what it found. */
#ifndef RJ_TESTS_UNIT_PROTO_TALK_H
#define RJ_TESTS_UNIT_PROTO_TALK_H

#include "proto/dissector.h"
#include "tests/unit/unit.h"

/* struct talk - side 0 sends from port 40000 to @port. @skip, @is_done: of the last parse */
struct talk {
	const struct rj_dissector *d;
	unsigned int over;
	uint16_t port;
	void *state;
	struct rj_arena arena;
	uint64_t skip;
	bool is_done;
};

static inline void talk_begin(struct talk *t, const struct rj_dissector *d, unsigned int over,
			      uint16_t port)
{
	*t = (struct talk){ .d = d, .over = over, .port = port };
	t->state = calloc(1, d->state_bytes);
	if (!t->state)
		abort();
	rj_arena_init(&t->arena, 256u << 10);
}

static inline struct rj_message talk_message(struct talk *t, unsigned int side)
{
	return (struct rj_message){ .side = side,
				    .over = t->over,
				    .src_port = side ? t->port : 40000,
				    .dst_port = side ? 40000 : t->port,
				    .time_ns = 1000000000,
				    .arena = &t->arena };
}

static inline enum rj_probe talk_probe(struct talk *t, unsigned int side, const char *hex,
				       bool is_hard)
{
	struct rj_message m = talk_message(t, side);
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_probe answer = t->d->probe(&m, rj_cursor_init(bytes, len, is_hard));

	free(bytes);
	return answer;
}

/* One call of parse; how many bytes are left in *@ret_left. */
static inline enum rj_status talk_parse(struct talk *t, unsigned int side, const uint8_t *bytes,
					size_t len, bool is_hard, size_t *ret_left)
{
	struct rj_message m = talk_message(t, side);
	uint8_t *exact = unit_copy(bytes, len);
	struct rj_cursor c = rj_cursor_init(exact, len, is_hard);
	enum rj_status st = t->d->parse(t->state, &m, &c);

	*ret_left = c.left;
	t->skip = m.skip;
	t->is_done = m.is_done;
	free(exact);
	return st;
}

/* A whole datagram, or all of a stream's messages; the status of the last. */
static inline enum rj_status talk_say(struct talk *t, unsigned int side, const char *hex)
{
	size_t len, left;
	uint8_t *bytes = unit_unhex(hex, &len);
	size_t at = 0;
	enum rj_status st;

	do {
		st = talk_parse(t, side, bytes + at, len - at, t->over == RJ_OVER_UDP, &left);
		at = len - left;
		at += t->skip < left ? (size_t)t->skip : left;
	} while (!st && at < len && !t->is_done);
	free(bytes);
	return st;
}

/* talk_say of what is right. */
static inline void talk_tell(struct talk *t, unsigned int side, const char *hex)
{
	enum rj_status st = talk_say(t, side, hex);

	CHECK_EQ(st, RJ_OK);
	if (st)
		fprintf(stderr, "said: %s\n", hex);
}

/* The flow is over. */
static inline void talk_done(struct talk *t)
{
	free(t->state);
	rj_arena_done(&t->arena);
}

/* The flow is over, and what was found is @want. */
static inline void talk_end(struct talk *t, const char *want)
{
	char *json = unit_json(t->d, t->state, 0);

	CHECK_STR(json, want);
	free(json);
	talk_done(t);
}

#endif
