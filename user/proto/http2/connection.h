/* SPDX-License-Identifier: BSD-3-Clause */
/* What is kept of an HTTP/2 connection: streams, and header blocks as they came. */
#ifndef RJ_PROTO_HTTP2_CONNECTION_H
#define RJ_PROTO_HTTP2_CONNECTION_H

#include <rejoice/record.h>

#include "proto/dissector.h"

#define RJ_HTTP2_MAX_STREAMS 15u  /* a connection; as messages of HTTP/1 */
#define RJ_HTTP2_MAX_BODY 16u	  /* as of HTTP/1 */
#define RJ_HTTP2_MAX_SETTINGS 32u /* a side; there are 8 registered, clients send 3 to 7 */
#define RJ_HTTP2_MAX_DEBUG 128u	  /* of a GOAWAY; a sentence. Ours */
/*
 * Header blocks of a side: interim response, response and trailers of each stream. All are needed,
 * as each changes the table that the next is read by.
 */
#define RJ_HTTP2_MAX_BLOCKS (3 * RJ_HTTP2_MAX_STREAMS)
#define RJ_HTTP2_MAX_PIECES (2 * RJ_HTTP2_MAX_BLOCKS) /* with CONTINUATION. Ours */
#define RJ_HTTP2_MAX_BLOCK_BYTES (32u << 10) /* a side, compressed. Ours: some 100 a request */

/*
 * struct rj_http2_piece - of a header block, which is one of HEADERS or PUSH_PROMISE and all
 * CONTINUATION behind it; in the flow's arena.
 * @stream: that the block is of; the promised one
 */
struct rj_http2_piece {
	struct rj_http2_piece *next;
	uint32_t stream;
	uint32_t len;
	bool is_promise;
	bool is_last;
	uint8_t bytes[];
};

/* struct rj_http2_half - what one side said on a stream, but for headers. */
struct rj_http2_half {
	uint32_t reset;
	uint8_t body_len;
	uint8_t body[RJ_HTTP2_MAX_BODY];
	bool has_reset;
	bool has_ended;
};

struct rj_http2_stream {
	uint32_t id;
	struct rj_http2_half halves[2];
};

struct rj_http2_goaway {
	uint32_t last_stream;
	uint32_t error;
	uint32_t debug_len;
	uint8_t debug[];
};

/*
 * struct rj_http2_side - one sender.
 * @settings: of its first SETTINGS, six bytes each, in the arena
 * @window: of its first WINDOW_UPDATE for the connection; 0: none came
 * @num_consumed: bytes taken of it, those passed over left out
 * @open_on: the stream on which CONTINUATION has to follow; 0: none has to
 * @open_of: the stream that the header block is of, a promised one with @is_open_promise
 * @data: the stream of the frame being read, of which @data_left bytes of body and then @pad_left
 *        of padding are still to come
 * @has_more: there were more streams, or longer headers, than are kept
 */
struct rj_http2_side {
	struct rj_http2_piece *first;
	struct rj_http2_piece *last;
	uint32_t num_blocks;
	uint32_t num_pieces;
	uint32_t block_bytes;
	const uint8_t *settings;
	uint32_t num_settings;
	uint32_t window;
	const struct rj_http2_goaway *goaway;
	uint32_t num_consumed;
	uint32_t open_on;
	uint32_t open_of;
	struct rj_http2_stream *data;
	uint32_t data_left;
	uint32_t pad_left;
	bool is_open_promise;
	bool has_preface;
	bool has_begun;
	bool has_settings;
	bool has_more;
	bool is_malformed;
};

/* struct rj_http2_connection - the state of the dissector. A zeroed one knows nothing. */
struct rj_http2_connection {
	struct rj_http2_side sides[2];
	struct rj_http2_stream *streams[RJ_HTTP2_MAX_STREAMS];
	uint32_t num_streams;
};

/* rj_http2_stream_of - the stream of that number among those kept, or NULL. */
struct rj_http2_stream *rj_http2_stream_of(const struct rj_http2_connection *h, uint32_t id);

enum rj_http2_field_id {
	RJ_HTTP2_F_CONNECTION, /* first: the value of the dissector itself */
	RJ_HTTP2_F_CONN_OUT,
	RJ_HTTP2_F_CONN_IN,
	RJ_HTTP2_F_SETTINGS,
	RJ_HTTP2_F_SETTING,
	RJ_HTTP2_F_SETTING_VALUE,
	RJ_HTTP2_F_SETTING_ID,
	RJ_HTTP2_F_SETTING_UNKNOWN,
	RJ_HTTP2_F_WINDOW,
	RJ_HTTP2_F_GOAWAY,
	RJ_HTTP2_F_ERROR,
	RJ_HTTP2_F_LAST_STREAM,
	RJ_HTTP2_F_DEBUG,
	RJ_HTTP2_F_MORE,
	RJ_HTTP2_F_MALFORMED,
	RJ_HTTP2_F_STREAMS,
	RJ_HTTP2_F_EXCHANGE,
	RJ_HTTP2_F_STREAM,
	RJ_HTTP2_F_PUSH,
	RJ_HTTP2_F_OUT,
	RJ_HTTP2_F_IN,
	RJ_HTTP2_F_ELEMENT,
	RJ_HTTP2_F_HEADER,
	RJ_HTTP2_F_PATH,
	RJ_HTTP2_F_HEADERS_SKIPPED,
	RJ_HTTP2_F_TRUNCATED,
	RJ_HTTP2_F_BODY,
	RJ_HTTP2_F_TRAILERS,
	RJ_HTTP2_F_RESET,
	RJ_HTTP2_NUM_FIELDS
};

extern const struct rj_field rj_http2_fields[RJ_HTTP2_NUM_FIELDS];

/* rj_http2_emit - what struct rj_dissector calls emit. */
void rj_http2_emit(const void *state, unsigned int originator, struct rj_visitor *v);

#endif
