/* SPDX-License-Identifier: BSD-3-Clause */
/* Both sides of a flow as one dissector is shown them, message by message. */
#ifndef RJ_TESTS_UNIT_PROTO_EXCHANGE_H
#define RJ_TESTS_UNIT_PROTO_EXCHANGE_H

#include "proto/dissector.h"
#include "tests/unit/unit.h"

/* struct exchange - @message is the last one shown, as parse left it. */
struct exchange {
	const struct rj_dissector *dissector;
	uint64_t *state;
	struct rj_arena arena;
	struct rj_message message;
};

static inline struct exchange exchange_begin(const struct rj_dissector *d)
{
	struct exchange x = { .dissector = d, .state = calloc(1, d->state_bytes) };

	if (!x.state)
		abort();
	rj_arena_init(&x.arena, 256u << 10);
	return x;
}

/* @hex as all there is of @side for now: one message or the first part of one. */
static inline enum rj_status exchange_say(struct exchange *x, unsigned int over, unsigned int side,
					  const char *hex)
{
	uint16_t port = x->dissector->ports[0];
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, over == RJ_OVER_UDP);
	enum rj_status st;

	x->message = (struct rj_message){ .side = side,
					  .over = over,
					  .src_port = side ? port : 40000,
					  .dst_port = side ? 40000 : port,
					  .time_ns = 1000000000,
					  .arena = &x->arena };
	st = x->dissector->parse(x->state, &x->message, &c);
	CHECK(st || !c.left || x->message.hands_over);
	free(bytes);
	return st;
}

/* Over TCP, from the client (@side 0) or the server; it has to be one message. */
static inline void exchange_tcp(struct exchange *x, unsigned int side, const char *hex)
{
	CHECK_EQ(exchange_say(x, RJ_OVER_TCP, side, hex), RJ_OK);
}

static inline void exchange_free(struct exchange *x)
{
	free(x->state);
	rj_arena_done(&x->arena);
}

/* What was found is @want; the end of the exchange. */
static inline void exchange_end(struct exchange *x, const char *want)
{
	char *json = unit_json(x->dissector, x->state, 0);

	CHECK_STR(json, want);
	free(json);
	exchange_free(x);
}

/* What the dissector says to these bytes from a client at its port or at another. */
static inline enum rj_probe exchange_probe(const struct rj_dissector *d, unsigned int over,
					   uint16_t port, const char *hex)
{
	const struct rj_message m = { .over = over, .src_port = 40000, .dst_port = port };
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_probe answer = d->probe(&m, rj_cursor_init(bytes, len, over == RJ_OVER_UDP));

	free(bytes);
	return answer;
}

#endif
