/* SPDX-License-Identifier: BSD-3-Clause */
/* Header blocks of a side opened (HPACK, RFC 7541), by nghttp2. */
#ifndef RJ_PROTO_HTTP2_INFLATE_H
#define RJ_PROTO_HTTP2_INFLATE_H

#include "core/buffer.h"
#include "proto/http2/connection.h"

#define RJ_HTTP2_MAX_HEADERS 64u /* a block; as of HTTP/1 */

/*
 * What the headers of a side may have when they are opened. Ours: 16 times what is kept of them; a
 * byte can stand for the largest header of the table.
 */
#define RJ_HTTP2_MAX_OPEN_BYTES ((size_t)64 << 10)

/*
 * struct rj_http2_block - one header block.
 * @start, @end: of its headers in the bytes
 * @num_skipped: headers behind the first RJ_HTTP2_MAX_HEADERS
 * @is_interim: of a response of status 1xx
 * @is_truncated: its end, or room for it, was missing
 * @is_malformed: it breaks the format, so that no further block can be read
 */
struct rj_http2_block {
	uint32_t stream;
	uint32_t start;
	uint32_t end;
	uint32_t num_skipped;
	bool is_promise;
	bool is_interim;
	bool is_truncated;
	bool is_malformed;
};

/* struct rj_http2_opened - blocks of a side, in the order in which they came. */
struct rj_http2_opened {
	struct rj_buffer bytes;
	struct rj_http2_block blocks[RJ_HTTP2_MAX_BLOCKS];
	unsigned int num_blocks;
};

/* struct rj_http2_header - borrows from what is opened. */
struct rj_http2_header {
	const uint8_t *name;
	const uint8_t *value;
	size_t name_len;
	size_t value_len;
};

/* rj_http2_open - opens what is kept of @side. Ends with rj_http2_opened_done. */
void rj_http2_open(const struct rj_http2_side *side, struct rj_http2_opened *out);

/* rj_http2_opened_done - gives the memory back. */
void rj_http2_opened_done(struct rj_http2_opened *opened);

/* rj_http2_header_next - the header at *@at, which starts as block->start and moves on; false at
 * the end. */
bool rj_http2_header_next(const struct rj_http2_opened *opened, const struct rj_http2_block *block,
			  uint32_t *at, struct rj_http2_header *out);

#endif
