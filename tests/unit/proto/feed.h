/* SPDX-License-Identifier: BSD-3-Clause */
/* One flow of a dissector, fed message by message. */
#ifndef RJ_TESTS_UNIT_PROTO_FEED_H
#define RJ_TESTS_UNIT_PROTO_FEED_H

#include "proto/registry.h"
#include "tests/unit/unit.h"

/* Each file of tests uses a part of this. */
#pragma GCC diagnostic ignored "-Wunused-function"

/*
 * struct feed - @message: set up for the next call, and as the last one left it
 * @cut: what is fed next was cut by the capture, or is followed by more of the stream
 * @taken: bytes that the last call took
 */
struct feed {
	const struct rj_dissector *row;
	uint64_t *state;
	struct rj_arena arena;
	struct rj_message message;
	uint16_t ports[2];
	unsigned int over;
	bool is_cut;
	size_t taken;
};

static struct feed *feed_begin(const struct rj_dissector *row, unsigned int over, uint16_t from,
			       uint16_t to)
{
	struct feed *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	*f = (struct feed){ .row = row, .over = over, .ports = { from, to } };
	f->state = calloc(1, row->state_bytes);
	rj_arena_init(&f->arena, 256u << 10);
	return f;
}

static struct rj_message feed_message(struct feed *f, unsigned int side)
{
	return (struct rj_message){ .side = side,
				    .over = f->over,
				    .src_port = f->ports[side],
				    .dst_port = f->ports[!side],
				    .arena = &f->arena };
}

static enum rj_probe feed_probe(struct feed *f, unsigned int side, const void *data, size_t len)
{
	struct rj_message m = feed_message(f, side);
	uint8_t *bytes = unit_copy(data, len);
	enum rj_probe answer = f->row->probe(&m, rj_cursor_init(bytes, len, !f->is_cut));

	free(bytes);
	return answer;
}

static enum rj_status feed_bytes(struct feed *f, unsigned int side, const void *data, size_t len,
				 bool is_last)
{
	uint8_t *bytes = unit_copy(data, len);
	struct rj_cursor c = rj_cursor_init(bytes, len, !f->is_cut);
	enum rj_status st;

	f->message = feed_message(f, side);
	f->message.is_done = is_last;
	st = f->row->parse(f->state, &f->message, &c);
	f->taken = len - c.left;
	free(bytes);
	return st;
}

static enum rj_status feed_text(struct feed *f, unsigned int side, const char *text)
{
	return feed_bytes(f, side, text, strlen(text), false);
}

static enum rj_status feed_hex(struct feed *f, unsigned int side, const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_status st = feed_bytes(f, side, bytes, len, false);

	free(bytes);
	return st;
}

static enum rj_probe feed_probe_hex(struct feed *f, const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_probe answer = feed_probe(f, 0, bytes, len);

	free(bytes);
	return answer;
}

/* What is written, side 0 the originator. */
static void feed_shows(struct feed *f, const char *want)
{
	char *json = unit_json(f->row, f->state, 0);

	CHECK_STR(json, want);
	free(json);
}

/* Whether @part is in it. */
static void feed_has(struct feed *f, const char *part)
{
	char *json = unit_json(f->row, f->state, 0);

	CHECK(strstr(json, part));
	if (!strstr(json, part))
		fprintf(stderr, "no %s\nin %s\n", part, json);
	free(json);
}

static void feed_lacks(struct feed *f, const char *part)
{
	char *json = unit_json(f->row, f->state, 0);

	CHECK(!strstr(json, part));
	free(json);
}

static void feed_end(struct feed *f)
{
	free(f->state);
	rj_arena_done(&f->arena);
	free(f);
}

#endif
