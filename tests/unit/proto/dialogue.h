/* SPDX-License-Identifier: BSD-3-Clause */
/* Both sides of a protocol of lines, for the tests of such dissectors. */
#ifndef RJ_TESTS_UNIT_PROTO_DIALOGUE_H
#define RJ_TESTS_UNIT_PROTO_DIALOGUE_H

#include "proto/common/dialogue.h"
#include "proto/registry.h"
#include "tests/unit/unit.h"

/* Each file of tests uses a part of this. */
#pragma GCC diagnostic ignored "-Wunused-function"

enum { C, S }; /* client, server */

struct dialogue {
	const struct rj_dissector *row;
	uint64_t *state;
	struct rj_arena arena;
	uint64_t time_ns;
	uint64_t skip[2];
	bool is_done[2];
};

static struct dialogue dialogue_begin(const struct rj_dissector *row)
{
	struct dialogue d = { .row = row, .state = calloc(1, row->state_bytes) };

	if (!d.state)
		abort();
	rj_arena_init(&d.arena, 256u << 10);
	return d;
}

static void dialogue_end(struct dialogue *d)
{
	free(d->state);
	rj_arena_done(&d->arena);
}

/* One side says these bytes, of which all have to be read. */
static void say_bytes(struct dialogue *d, unsigned int side, const void *data, size_t len)
{
	uint8_t *exact = unit_copy(data, len);
	struct rj_cursor c = rj_cursor_init(exact, len, false);

	d->time_ns++;
	while (c.left && !d->is_done[side]) {
		struct rj_message m = { .side = side,
					.over = RJ_OVER_TCP,
					.src_port = side == S ? 9 : 40000,
					.dst_port = side == S ? 40000 : 9,
					.time_ns = d->time_ns,
					.arena = &d->arena };
		size_t skip = d->skip[side] < c.left ? (size_t)d->skip[side] : c.left;

		CHECK_EQ(rj_cursor_skip(&c, skip), RJ_OK);
		d->skip[side] -= skip;
		if (!c.left)
			break;
		if (d->row->parse(d->state, &m, &c)) {
			unit_failed(__FILE__, __LINE__, "a line that is not read");
			break;
		}
		d->skip[side] = m.skip;
		d->is_done[side] = m.is_done;
	}
	free(exact);
}

static void say(struct dialogue *d, unsigned int side, const char *text)
{
	say_bytes(d, side, text, strlen(text));
}

/* What it came to; the talk is over. */
static void end_says(struct dialogue *d, const char *want)
{
	char *json = unit_json(d->row, d->state, C);

	CHECK_STR(json, want);
	CHECK_EQ(d->row->originator(d->state), C);
	free(json);
	dialogue_end(d);
}

/* Whether it has a text in it, or not; the talk is over. */
static void end_has(struct dialogue *d, const char *text, bool has)
{
	char *json = unit_json(d->row, d->state, C);

	CHECK_EQ(strstr(json, text) != NULL, has);
	if ((strstr(json, text) != NULL) != has)
		fprintf(stderr, "%s: %s\n", text, json);
	free(json);
	dialogue_end(d);
}

static enum rj_probe probe_text(const struct rj_dissector *row, uint16_t src_port,
				uint16_t dst_port, const char *text)
{
	const struct rj_message m = { .over = RJ_OVER_TCP,
				      .src_port = src_port,
				      .dst_port = dst_port };
	uint8_t *exact = unit_copy(text, strlen(text));
	enum rj_probe answer = row->probe(&m, rj_cursor_init(exact, strlen(text), false));

	free(exact);
	return answer;
}

#endif
