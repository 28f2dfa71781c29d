/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for HTTP/2 without TLS: with prior knowledge, or after an upgrade (RFC 9113). */
#include "proto/common/line.h"
#include "proto/dissector.h"
#include "proto/http2/connection.h"
#include "proto/http2/frame.h"
#include "proto/registry.h"

#define MAX_BYTES (64u << 10) /* a side, bodies left out. Ours: headers of 15 streams and frames */

#define PRIORITY_BYTES 5u
#define SETTING_BYTES 6u
#define GOAWAY_BYTES 8u

static const uint16_t ports[] = { 80, 8080, 8000, 50051, 0 }; /* the last is gRPC's */

/*
 * What a server begins with: SETTINGS (RFC 9113 section 3.4), of which type, flags and stream are
 * fixed, the length is one of few settings.
 */
static enum rj_probe probe_settings(struct rj_cursor bytes)
{
	static const uint8_t rest[] = { RJ_HTTP2_SETTINGS, 0, 0, 0, 0, 0 };
	uint64_t len = 0;

	for (size_t i = 0; i < RJ_HTTP2_FRAME_HEADER; i++) {
		uint8_t byte;

		if (rj_cursor_u8(&bytes, &byte))
			return bytes.is_hard ? RJ_PROBE_NO : RJ_PROBE_MORE;
		len = i < 3 ? len << 8 | byte : len;
		if (i >= 3 ? byte != rest[i - 3] : len > SETTING_BYTES * RJ_HTTP2_MAX_SETTINGS)
			return RJ_PROBE_NO;
	}
	return len % SETTING_BYTES ? RJ_PROBE_NO : RJ_PROBE_YES;
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	(void)m;
	if (!bytes.left || !rj_cursor_starts(&bytes, RJ_HTTP2_PREFACE))
		return probe_settings(bytes);
	if (bytes.left >= strlen(RJ_HTTP2_PREFACE))
		return RJ_PROBE_YES;
	return bytes.is_hard ? RJ_PROBE_NO : RJ_PROBE_MORE;
}

static struct rj_http2_stream *stream_of(const struct rj_http2_connection *h, uint32_t id)
{
	for (uint32_t i = 0; i < h->num_streams; i++)
		if (h->streams[i]->id == id)
			return h->streams[i];
	return NULL;
}

/* The same, or a new one; NULL: beyond those that are kept. */
static struct rj_http2_stream *stream_for(struct rj_http2_connection *h, struct rj_message *m,
					  uint32_t id)
{
	struct rj_http2_stream *stream = stream_of(h, id);

	if (!stream && h->num_streams < RJ_HTTP2_MAX_STREAMS) {
		stream = rj_arena_alloc(m->arena, sizeof(*stream));
		if (stream) {
			stream->id = id;
			h->streams[h->num_streams++] = stream;
		}
	}
	if (!stream)
		h->sides[m->side].has_more = true;
	return stream;
}

/* Whether a side has nothing more to say on the streams that are kept, and there are others. */
static bool is_over(const struct rj_http2_connection *h, unsigned int nr)
{
	const struct rj_http2_side *side = &h->sides[nr];

	if (!(h->sides[0].has_more || h->sides[1].has_more) || side->data || side->open_on)
		return false;
	for (uint32_t i = 0; i < h->num_streams; i++)
		if (!h->streams[i]->halves[nr].has_ended)
			return false;
	return true;
}

/* Keeps a piece of the open header block; without it no later block can be read. */
static void keep_piece(struct rj_http2_side *side, struct rj_message *m, struct rj_cursor c,
		       bool is_first, bool is_last)
{
	struct rj_http2_piece *piece = NULL;
	size_t len = c.left;
	const uint8_t *bytes;

	side->num_blocks += is_first;
	if (side->num_blocks <= RJ_HTTP2_MAX_BLOCKS && side->num_pieces < RJ_HTTP2_MAX_PIECES &&
	    len <= RJ_HTTP2_MAX_BLOCK_BYTES - side->block_bytes)
		piece = rj_arena_alloc(m->arena, sizeof(*piece) + len);
	if (!piece || rj_cursor_bytes(&c, len, &bytes)) {
		side->has_more = true;
		m->is_done = true;
		return;
	}
	piece->stream = side->open_of;
	piece->is_promise = side->is_open_promise;
	piece->is_last = is_last;
	piece->len = (uint32_t)len;
	memcpy(piece->bytes, bytes, len);
	if (side->last)
		side->last->next = piece;
	else
		side->first = piece;
	side->last = piece;
	side->num_pieces++;
	side->block_bytes += (uint32_t)len;
}

/* Takes padding off, RFC 9113 section 6.1. */
RJ_MUST_CHECK static enum rj_status read_padding(struct rj_cursor *c,
						 const struct rj_http2_frame *f)
{
	struct rj_cursor inner;
	uint8_t len;
	enum rj_status st;

	if (!(f->flags & RJ_HTTP2_PADDED))
		return RJ_OK;
	st = rj_cursor_u8(c, &len);
	if (!st && len > c->left)
		st = RJ_MALFORMED;
	if (!st)
		st = rj_cursor_sub(c, c->left - len, &inner);
	if (!st)
		*c = inner;
	return st;
}

RJ_MUST_CHECK static enum rj_status take_headers(struct rj_http2_connection *h,
						 struct rj_message *m,
						 const struct rj_http2_frame *f, struct rj_cursor c)
{
	struct rj_http2_side *side = &h->sides[m->side];
	bool is_last = f->flags & RJ_HTTP2_END_HEADERS;
	struct rj_http2_stream *stream;
	enum rj_status st = read_padding(&c, f);

	if (!st && f->flags & RJ_HTTP2_PRIORITISED)
		st = rj_cursor_skip(&c, PRIORITY_BYTES);
	if (st)
		return st;
	stream = stream_for(h, m, f->stream);
	if (stream && f->flags & RJ_HTTP2_END_STREAM)
		stream->halves[m->side].has_ended = true;
	side->open_on = is_last ? 0 : f->stream;
	side->open_of = f->stream;
	side->is_open_promise = false;
	keep_piece(side, m, c, true, is_last);
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_promise(struct rj_http2_connection *h,
						 struct rj_message *m,
						 const struct rj_http2_frame *f, struct rj_cursor c)
{
	struct rj_http2_side *side = &h->sides[m->side];
	bool is_last = f->flags & RJ_HTTP2_END_HEADERS;
	struct rj_http2_stream *stream;
	uint32_t promised;
	enum rj_status st = read_padding(&c, f);

	if (!st)
		st = rj_cursor_u32(&c, &promised);
	if (st)
		return st;
	promised &= INT32_MAX;
	stream = stream_for(h, m, promised);
	if (stream)
		stream->halves[!m->side].has_ended = true; /* it is the sender's alone */
	side->open_on = is_last ? 0 : f->stream;
	side->open_of = promised;
	side->is_open_promise = true;
	keep_piece(side, m, c, true, is_last);
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_continuation(struct rj_http2_connection *h,
						      struct rj_message *m,
						      const struct rj_http2_frame *f,
						      struct rj_cursor c)
{
	struct rj_http2_side *side = &h->sides[m->side];
	bool is_last = f->flags & RJ_HTTP2_END_HEADERS;

	if (is_last)
		side->open_on = 0;
	keep_piece(side, m, c, false, is_last);
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_settings(struct rj_http2_connection *h,
						  struct rj_message *m,
						  const struct rj_http2_frame *f,
						  struct rj_cursor c)
{
	struct rj_http2_side *side = &h->sides[m->side];
	size_t len = c.left;
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(&c, len, &bytes);

	if (st || side->has_settings || f->flags & RJ_HTTP2_ACK)
		return st;
	side->has_settings = true;
	side->settings = len ? rj_arena_copy(m->arena, bytes, len) : NULL;
	side->num_settings = side->settings ? (uint32_t)(len / SETTING_BYTES) : 0;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_reset(struct rj_http2_connection *h, struct rj_message *m,
					       const struct rj_http2_frame *f, struct rj_cursor c)
{
	struct rj_http2_stream *stream = stream_of(h, f->stream);
	uint32_t error;
	enum rj_status st = rj_cursor_u32(&c, &error);

	if (st || !stream)
		return st;
	stream->halves[m->side].has_reset = true;
	stream->halves[m->side].reset = error;
	stream->halves[0].has_ended = stream->halves[1].has_ended = true;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_goaway(struct rj_http2_connection *h, struct rj_message *m,
						const struct rj_http2_frame *f, struct rj_cursor c)
{
	struct rj_http2_side *side = &h->sides[m->side];
	struct rj_http2_goaway *goaway;
	uint32_t last_stream, error;
	const uint8_t *bytes;
	size_t len;
	enum rj_status st = rj_cursor_u32(&c, &last_stream);

	(void)f;
	if (!st)
		st = rj_cursor_u32(&c, &error);
	len = c.left;
	if (!st)
		st = rj_cursor_bytes(&c, len, &bytes);
	if (st)
		return st;
	goaway = rj_arena_alloc(m->arena, sizeof(*goaway) + RJ_HTTP2_MAX_DEBUG);
	if (!goaway)
		return RJ_OK;
	goaway->last_stream = last_stream & INT32_MAX;
	goaway->error = error;
	goaway->debug_len = (uint32_t)len;
	memcpy(goaway->debug, bytes, len);
	side->goaway = goaway;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_window(struct rj_http2_connection *h, struct rj_message *m,
						const struct rj_http2_frame *f, struct rj_cursor c)
{
	struct rj_http2_side *side = &h->sides[m->side];
	uint32_t window;
	enum rj_status st = rj_cursor_u32(&c, &window);

	if (!st && !f->stream && !side->window)
		side->window = window & INT32_MAX;
	return st;
}

/*
 * What is read of each type: of its payload as many bytes as @most, what follows those is passed
 * over. DATA is not among them.
 */
static const struct reader {
	enum rj_status (*take)(struct rj_http2_connection *h, struct rj_message *m,
			       const struct rj_http2_frame *f, struct rj_cursor c);
	uint32_t most;
} readers[] = {
	[RJ_HTTP2_HEADERS] = { take_headers, UINT32_MAX },
	[RJ_HTTP2_RST_STREAM] = { take_reset, UINT32_MAX },
	[RJ_HTTP2_SETTINGS] = { take_settings, SETTING_BYTES *RJ_HTTP2_MAX_SETTINGS },
	[RJ_HTTP2_PUSH_PROMISE] = { take_promise, UINT32_MAX },
	[RJ_HTTP2_GOAWAY] = { take_goaway, GOAWAY_BYTES + RJ_HTTP2_MAX_DEBUG },
	[RJ_HTTP2_WINDOW_UPDATE] = { take_window, UINT32_MAX },
	[RJ_HTTP2_CONTINUATION] = { take_continuation, UINT32_MAX },
};

static const struct reader *reader_of(const struct rj_http2_frame *f)
{
	if (f->type >= sizeof(readers) / sizeof(readers[0]) || !readers[f->type].take)
		return NULL;
	return &readers[f->type];
}

/* DATA up to its body, of which the first bytes of each stream are kept. */
RJ_MUST_CHECK static enum rj_status begin_data(struct rj_http2_connection *h, struct rj_message *m,
					       const struct rj_http2_frame *f, struct rj_cursor *c)
{
	struct rj_http2_side *side = &h->sides[m->side];
	struct rj_http2_stream *stream = stream_of(h, f->stream);
	struct rj_http2_half *half = stream ? &stream->halves[m->side] : NULL;
	uint32_t len = f->len;
	uint8_t pad_len = 0;
	enum rj_status st = RJ_OK;

	if (f->flags & RJ_HTTP2_PADDED) {
		if (!len--)
			return RJ_MALFORMED;
		st = rj_cursor_u8(c, &pad_len);
	}
	if (!st && pad_len > len)
		st = RJ_MALFORMED;
	if (st)
		return st;
	if (half && f->flags & RJ_HTTP2_END_STREAM)
		half->has_ended = true;
	if (!half || half->body_len == RJ_HTTP2_MAX_BODY || len == pad_len) {
		m->skip = len;
		return RJ_OK;
	}
	side->data = stream;
	side->data_left = len - pad_len;
	side->pad_left = pad_len;
	return RJ_OK;
}

/* A piece of the body; once enough is kept, or all of it came, the next frame stands behind. */
RJ_MUST_CHECK static enum rj_status take_data(struct rj_http2_connection *h, struct rj_message *m,
					      struct rj_cursor *c)
{
	struct rj_http2_side *side = &h->sides[m->side];
	struct rj_http2_half *half = &side->data->halves[m->side];
	size_t len = RJ_HTTP2_MAX_BODY - half->body_len;
	const uint8_t *bytes;
	enum rj_status st;

	if (len > side->data_left)
		len = side->data_left;
	if (!c->left)
		return rj_cursor_short(c);
	if (len > c->left)
		len = c->left;
	st = rj_cursor_bytes(c, len, &bytes);
	if (st)
		return st;
	memcpy(half->body + half->body_len, bytes, len);
	half->body_len = (uint8_t)(half->body_len + len);
	side->data_left -= (uint32_t)len;
	if (side->data_left && half->body_len < RJ_HTTP2_MAX_BODY)
		return RJ_OK;
	m->skip = (uint64_t)side->data_left + side->pad_left;
	side->data = NULL;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_all(struct rj_http2_side *side, struct rj_message *m,
					     struct rj_cursor *c)
{
	side->has_more = true;
	m->is_done = true;
	return rj_cursor_skip(c, c->left);
}

/* RFC 9113 section 6.10: nothing may come between the frames of a header block. */
static bool is_in_turn(const struct rj_http2_side *side, const struct rj_http2_frame *f)
{
	return (f->type == RJ_HTTP2_CONTINUATION) == (side->open_on != 0) &&
	       (!side->open_on || side->open_on == f->stream);
}

RJ_MUST_CHECK static enum rj_status take_frame(struct rj_http2_connection *h, struct rj_message *m,
					       struct rj_cursor *c)
{
	struct rj_http2_side *side = &h->sides[m->side];
	struct rj_cursor ahead = *c, payload;
	const struct reader *reader;
	struct rj_http2_frame f;
	uint32_t len;
	enum rj_status st = rj_http2_frame_read(&ahead, &f);

	if (!st && !is_in_turn(side, &f))
		st = RJ_MALFORMED;
	if (st)
		return st;
	reader = reader_of(&f);
	len = !reader ? 0 : f.len < reader->most ? f.len : reader->most;
	if (side->num_consumed + RJ_HTTP2_FRAME_HEADER + len >= MAX_BYTES)
		return take_all(side, m, c);
	if (f.type == RJ_HTTP2_DATA) {
		st = begin_data(h, m, &f, &ahead);
	} else {
		m->skip = f.len - len;
		st = rj_cursor_sub(&ahead, len, &payload);
		if (!st && reader)
			st = reader->take(h, m, &f, payload);
	}
	if (!st)
		*c = ahead;
	return st;
}

RJ_MUST_CHECK static enum rj_status take_preface(struct rj_http2_side *side, struct rj_cursor *c)
{
	enum rj_status st = rj_cursor_skip(c, strlen(RJ_HTTP2_PREFACE));

	if (!st)
		side->has_preface = true;
	return st;
}

/* The preface, a frame, the start of DATA or a piece of its body a call. */
static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct rj_http2_connection *h = state;
	struct rj_http2_side *side = &h->sides[m->side];
	size_t len = c->left;
	enum rj_status st;

	if (side->data)
		st = take_data(h, m, c);
	else if (!side->has_begun && rj_cursor_starts(c, RJ_HTTP2_PREFACE))
		st = take_preface(side, c);
	else
		st = take_frame(h, m, c);
	if (st == RJ_MALFORMED && len)
		side->is_malformed = true;
	if (st)
		return st;
	side->has_begun = true;
	side->num_consumed += (uint32_t)(len - c->left);
	m->is_done = m->is_done || is_over(h, m->side);
	return RJ_OK;
}

/* Who has a preface, or does without one what the server does. */
static int originator_of(const void *state)
{
	const struct rj_http2_connection *h = state;

	for (int side = 0; side < 2; side++)
		if (h->sides[side].has_preface)
			return side;
	for (int side = 0; side < 2; side++)
		if (h->sides[side].has_settings)
			return !side;
	return -1;
}

const struct rj_dissector rj_http2 = {
	.name = "http2",
	.reference = "RFC 9113",
	.over = RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct rj_http2_connection),
	.max_bytes = MAX_BYTES,
	.probe = probe,
	.parse = parse,
	.emit = rj_http2_emit,
	.originator = originator_of,
	.fields = rj_http2_fields,
	.num_fields = RJ_HTTP2_NUM_FIELDS,
};
