/* SPDX-License-Identifier: BSD-3-Clause */
/* The field rows of `http2`, and what is written of a connection. */
#include <stdio.h>
#include <string.h>

#include "proto/http2/frame.h"
#include "proto/http2/inflate.h"

/* clang-format off */
const struct rj_field rj_http2_fields[RJ_HTTP2_NUM_FIELDS] = {
	[RJ_HTTP2_F_CONNECTION] = { "http2", RJ_TYPE_OBJECT, "", 0, "RFC 9113",
		"HTTP/2 without TLS." },
	[RJ_HTTP2_F_CONN_OUT] = { "out", RJ_TYPE_OBJECT, "", 0, "RFC 9113",
		"What the originator says of the connection." },
	[RJ_HTTP2_F_CONN_IN] = { "in", RJ_TYPE_OBJECT, "", 0, "RFC 9113",
		"What the responder says of the connection." },
	[RJ_HTTP2_F_SETTINGS] = { "settings", RJ_TYPE_ARRAY, "", 0, "RFC 9113 section 6.5",
		"Settings of the first SETTINGS frame, the first 32, in the order of the wire." },
	[RJ_HTTP2_F_SETTING] = { "setting", RJ_TYPE_OBJECT, "", 0, "RFC 9113 section 6.5",
		"One setting: its name and value, or id and value where the name is not known." },
	[RJ_HTTP2_F_SETTING_VALUE] = { "value", RJ_TYPE_UINT, "", 0, "RFC 9113 section 6.5.2",
		"Value of a setting under its name, in lower case." },
	[RJ_HTTP2_F_SETTING_ID] = { "id", RJ_TYPE_UINT, "", 0, "RFC 9113 section 6.5",
		"Number of a setting without a name." },
	[RJ_HTTP2_F_SETTING_UNKNOWN] = { "value", RJ_TYPE_UINT, "", 0, "RFC 9113 section 6.5",
		"Value of a setting without a name." },
	[RJ_HTTP2_F_WINDOW] = { "window_update", RJ_TYPE_UINT, "B", 0, "RFC 9113 section 6.9",
		"By how much the first WINDOW_UPDATE for the connection enlarges its window." },
	[RJ_HTTP2_F_GOAWAY] = { "goaway", RJ_TYPE_OBJECT, "", 0, "RFC 9113 section 6.8",
		"The last GOAWAY." },
	[RJ_HTTP2_F_ERROR] = { "error", RJ_TYPE_STRING, "", 0, "RFC 9113 section 7",
		"Its reason: name of the error code in lower case, 0x and eight digits where it has "
		"none." },
	[RJ_HTTP2_F_LAST_STREAM] = { "last_stream", RJ_TYPE_UINT, "", 0, "RFC 9113 section 6.8",
		"Last stream that its sender may have acted upon." },
	[RJ_HTTP2_F_DEBUG] = { "debug", RJ_TYPE_STRING, "", 0, "RFC 9113 section 6.8",
		"What its sender adds to it, up to 128 bytes." },
	[RJ_HTTP2_F_MORE] = { "more", RJ_TYPE_BOOL, "", 0, "",
		"The side had more streams, or longer headers, than are kept." },
	[RJ_HTTP2_F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "RFC 9113",
		"The side breaks the format; what stands before was read. In a stream: its header block "
		"does, and no later one of the side was read." },
	[RJ_HTTP2_F_STREAMS] = { "streams", RJ_TYPE_ARRAY, "", 0, "RFC 9113 section 5",
		"The first 15 streams, in the order in which they were opened." },
	[RJ_HTTP2_F_EXCHANGE] = { "exchange", RJ_TYPE_OBJECT, "", 0, "RFC 9113 section 8.1",
		"A stream: request and final response, as far as each was seen; interim responses are "
		"left out." },
	[RJ_HTTP2_F_STREAM] = { "stream", RJ_TYPE_UINT, "", 0, "RFC 9113 section 5.1.1",
		"Its number; 1 is also that of the request that an upgrade of HTTP/1 came with." },
	[RJ_HTTP2_F_PUSH] = { "push", RJ_TYPE_ARRAY, "", 0, "RFC 9113 section 8.4",
		"Headers of the request that the server promises to answer, one object per header." },
	[RJ_HTTP2_F_OUT] = { "out", RJ_TYPE_ARRAY, "", 0, "RFC 9113 section 8.1",
		"The originator's message, one object per part, in the order of the wire." },
	[RJ_HTTP2_F_IN] = { "in", RJ_TYPE_ARRAY, "", 0, "RFC 9113 section 8.1",
		"The responder's message, one object per part, in the order of the wire." },
	[RJ_HTTP2_F_ELEMENT] = { "element", RJ_TYPE_OBJECT, "", 0, "RFC 9113 section 8.1",
		"One part of a message." },
	[RJ_HTTP2_F_HEADER] = { "header", RJ_TYPE_STRING, "", 0, "RFC 9113 section 8.3",
		"Value of a header or pseudo-header field under the field's own name." },
	[RJ_HTTP2_F_PATH] = { "path", RJ_TYPE_PATH, "", 0, "RFC 9113 section 8.3.1",
		"Target of the request, under its own name, :path." },
	[RJ_HTTP2_F_HEADERS_SKIPPED] = { "headers_skipped", RJ_TYPE_UINT, "", 0, "",
		"Number of header fields left out after the first 64." },
	[RJ_HTTP2_F_TRUNCATED] = { "truncated", RJ_TYPE_BOOL, "", 0, "",
		"The headers are longer than what is kept of a connection." },
	[RJ_HTTP2_F_BODY] = { "body", RJ_TYPE_HEX, "", 0, "RFC 9113 section 6.1",
		"First 16 bytes of the body; left out when it has none." },
	[RJ_HTTP2_F_TRAILERS] = { "trailers", RJ_TYPE_ARRAY, "", 0, "RFC 9113 section 8.1",
		"Fields behind the body, one object per field." },
	[RJ_HTTP2_F_RESET] = { "reset", RJ_TYPE_STRING, "", 0, "RFC 9113 section 6.4",
		"Why the side ended the stream: name of the error code, as of a GOAWAY." },
};
/* clang-format on */

static void put_error(struct rj_visitor *v, enum rj_http2_field_id f, uint32_t code)
{
	const char *name = rj_http2_error_name(code);
	char text[16];

	if (!name) {
		snprintf(text, sizeof(text), "0x%08x", code);
		name = text;
	}
	v->ops->string(v, &rj_http2_fields[f], name, strlen(name));
}

static void put_setting(struct rj_visitor *v, uint16_t id, uint32_t value)
{
	const char *name = rj_http2_setting_name(id);

	v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_SETTING]);
	if (name) {
		v->ops->name(v, name, strlen(name));
		v->ops->u64(v, &rj_http2_fields[RJ_HTTP2_F_SETTING_VALUE], value);
	} else {
		v->ops->u64(v, &rj_http2_fields[RJ_HTTP2_F_SETTING_ID], id);
		v->ops->u64(v, &rj_http2_fields[RJ_HTTP2_F_SETTING_UNKNOWN], value);
	}
	v->ops->close(v);
}

static void put_settings(struct rj_visitor *v, const struct rj_http2_side *side)
{
	struct rj_cursor c = rj_cursor_init(side->settings, (size_t)side->num_settings * 6, true);
	uint16_t id;
	uint32_t value;

	v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_SETTINGS]);
	while (!rj_cursor_u16(&c, &id) && !rj_cursor_u32(&c, &value))
		put_setting(v, id, value);
	v->ops->close(v);
}

static void put_goaway(struct rj_visitor *v, const struct rj_http2_goaway *g)
{
	v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_GOAWAY]);
	put_error(v, RJ_HTTP2_F_ERROR, g->error);
	v->ops->u64(v, &rj_http2_fields[RJ_HTTP2_F_LAST_STREAM], g->last_stream);
	if (g->debug_len)
		v->ops->string(v, &rj_http2_fields[RJ_HTTP2_F_DEBUG], g->debug, g->debug_len);
	v->ops->close(v);
}

static void put_side(struct rj_visitor *v, enum rj_http2_field_id f,
		     const struct rj_http2_side *side)
{
	if (!side->has_begun && !side->has_more && !side->is_malformed)
		return;
	v->ops->open(v, &rj_http2_fields[f]);
	if (side->has_settings)
		put_settings(v, side);
	if (side->window)
		v->ops->u64(v, &rj_http2_fields[RJ_HTTP2_F_WINDOW], side->window);
	if (side->goaway)
		put_goaway(v, side->goaway);
	if (side->has_more)
		v->ops->boolean(v, &rj_http2_fields[RJ_HTTP2_F_MORE], 1);
	if (side->is_malformed)
		v->ops->boolean(v, &rj_http2_fields[RJ_HTTP2_F_MALFORMED], 1);
	v->ops->close(v);
}

static void put_header(struct rj_visitor *v, const struct rj_http2_header *header)
{
	bool is_path = header->name_len == 5 && !memcmp(header->name, ":path", 5);

	v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_ELEMENT]);
	v->ops->name(v, header->name, header->name_len);
	v->ops->string(v, &rj_http2_fields[is_path ? RJ_HTTP2_F_PATH : RJ_HTTP2_F_HEADER],
		       header->value, header->value_len);
	v->ops->close(v);
}

static void put_true(struct rj_visitor *v, enum rj_http2_field_id f)
{
	v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_ELEMENT]);
	v->ops->boolean(v, &rj_http2_fields[f], 1);
	v->ops->close(v);
}

static void put_headers(struct rj_visitor *v, const struct rj_http2_opened *opened,
			const struct rj_http2_block *block)
{
	struct rj_http2_header header;
	uint32_t at = block->start;

	while (rj_http2_header_next(opened, block, &at, &header))
		put_header(v, &header);
	if (block->num_skipped) {
		v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_ELEMENT]);
		v->ops->u64(v, &rj_http2_fields[RJ_HTTP2_F_HEADERS_SKIPPED], block->num_skipped);
		v->ops->close(v);
	}
	if (block->is_truncated)
		put_true(v, RJ_HTTP2_F_TRUNCATED);
	if (block->is_malformed)
		put_true(v, RJ_HTTP2_F_MALFORMED);
}

/* The block number @nr (from 0) of stream @id that is a promise or none; NULL: there is none. */
static const struct rj_http2_block *block_of(const struct rj_http2_opened *opened, uint32_t id,
					     bool is_promise, unsigned int nr)
{
	for (unsigned int i = 0; i < opened->num_blocks; i++) {
		const struct rj_http2_block *block = &opened->blocks[i];

		if (block->stream == id && block->is_promise == is_promise && !block->is_interim &&
		    !nr--)
			return block;
	}
	return NULL;
}

static void put_trailers(struct rj_visitor *v, const struct rj_http2_opened *opened,
			 const struct rj_http2_block *block)
{
	v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_ELEMENT]);
	v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_TRAILERS]);
	put_headers(v, opened, block);
	v->ops->close(v);
	v->ops->close(v);
}

static void put_message(struct rj_visitor *v, enum rj_http2_field_id f,
			const struct rj_http2_stream *stream, unsigned int side,
			const struct rj_http2_opened *opened)
{
	const struct rj_http2_half *half = &stream->halves[side];
	const struct rj_http2_block *headers = block_of(opened, stream->id, false, 0);
	const struct rj_http2_block *trailers = block_of(opened, stream->id, false, 1);

	if (!headers && !half->body_len && !half->has_reset)
		return;
	v->ops->open(v, &rj_http2_fields[f]);
	if (headers)
		put_headers(v, opened, headers);
	if (half->body_len) {
		v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_ELEMENT]);
		v->ops->hex(v, &rj_http2_fields[RJ_HTTP2_F_BODY], half->body, half->body_len);
		v->ops->close(v);
	}
	if (trailers)
		put_trailers(v, opened, trailers);
	if (half->has_reset) {
		v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_ELEMENT]);
		put_error(v, RJ_HTTP2_F_RESET, half->reset);
		v->ops->close(v);
	}
	v->ops->close(v);
}

static void put_promise(struct rj_visitor *v, const struct rj_http2_stream *stream,
			const struct rj_http2_opened *opened)
{
	const struct rj_http2_block *block = block_of(opened, stream->id, true, 0);

	if (!block)
		return;
	v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_PUSH]);
	put_headers(v, opened, block);
	v->ops->close(v);
}

static void put_streams(struct rj_visitor *v, const struct rj_http2_connection *h,
			unsigned int originator)
{
	struct rj_http2_opened sides[2];

	rj_http2_open(&h->sides[0], &sides[0]);
	rj_http2_open(&h->sides[1], &sides[1]);
	v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_STREAMS]);
	for (uint32_t i = 0; i < h->num_streams; i++) {
		const struct rj_http2_stream *stream = h->streams[i];

		v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_EXCHANGE]);
		v->ops->u64(v, &rj_http2_fields[RJ_HTTP2_F_STREAM], stream->id);
		put_promise(v, stream, &sides[0]);
		put_promise(v, stream, &sides[1]);
		put_message(v, RJ_HTTP2_F_OUT, stream, originator, &sides[originator]);
		put_message(v, RJ_HTTP2_F_IN, stream, !originator, &sides[!originator]);
		v->ops->close(v);
	}
	v->ops->close(v);
	rj_http2_opened_done(&sides[0]);
	rj_http2_opened_done(&sides[1]);
}

void rj_http2_emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct rj_http2_connection *h = state;

	if (!h->sides[0].has_begun && !h->sides[1].has_begun)
		return;
	v->ops->open(v, &rj_http2_fields[RJ_HTTP2_F_CONNECTION]);
	put_side(v, RJ_HTTP2_F_CONN_OUT, &h->sides[originator]);
	put_side(v, RJ_HTTP2_F_CONN_IN, &h->sides[!originator]);
	if (h->num_streams)
		put_streams(v, h, originator);
	v->ops->close(v);
}
