/* SPDX-License-Identifier: BSD-3-Clause */
/* Header blocks of a side opened (HPACK, RFC 7541), by nghttp2. */
#include "proto/http2/inflate.h"

#include <nghttp2/nghttp2.h>
#include <string.h>

/*
 * The largest table that is kept, whatever was announced: how large a table the receiver allowed
 * is not followed, as only a sender that lies would make one that is larger. Ours; Chrome and
 * Firefox announce as much.
 */
#define MAX_TABLE 65536u

struct lengths {
	uint32_t name;
	uint32_t value;
};

static bool is_text(const uint8_t *bytes, size_t len, const char *text)
{
	return len == strlen(text) && !memcmp(bytes, text, len);
}

/* Adds a header, or all of it is left out. */
static void put_header(struct rj_http2_opened *out, struct rj_http2_block *block,
		       const nghttp2_nv *nv, unsigned int nr)
{
	struct lengths lengths = { (uint32_t)nv->namelen, (uint32_t)nv->valuelen };
	size_t len = out->bytes.len;

	if (is_text(nv->name, nv->namelen, ":status") && nv->valuelen == 3 && nv->value[0] == '1')
		block->is_interim = true;
	if (nr >= RJ_HTTP2_MAX_HEADERS) {
		block->num_skipped++;
		return;
	}
	rj_buffer_put(&out->bytes, &lengths, sizeof(lengths));
	rj_buffer_put(&out->bytes, nv->name, nv->namelen);
	rj_buffer_put(&out->bytes, nv->value, nv->valuelen);
	if (!out->bytes.is_failed)
		return;
	rj_buffer_cut(&out->bytes, len);
	block->is_truncated = true;
}

/* Opens one piece; false: no more of this side can be read. */
static bool open_piece(nghttp2_hd_inflater *inflater, const struct rj_http2_piece *piece,
		       struct rj_http2_opened *out, struct rj_http2_block *block, unsigned int *nr)
{
	const uint8_t *at = piece->bytes;
	size_t left = piece->len;
	int flags = 0;

	do {
		nghttp2_nv nv;
		ssize_t len =
			nghttp2_hd_inflate_hd2(inflater, &nv, &flags, at, left, piece->is_last);

		if (len < 0) {
			block->is_malformed = true;
			return false;
		}
		at += len;
		left -= (size_t)len;
		if (flags & NGHTTP2_HD_INFLATE_EMIT)
			put_header(out, block, &nv, (*nr)++);
		if (block->is_truncated)
			return false;
	} while (flags & NGHTTP2_HD_INFLATE_EMIT || (left && !(flags & NGHTTP2_HD_INFLATE_FINAL)));
	if (piece->is_last)
		nghttp2_hd_inflate_end_headers(inflater);
	return true;
}

/* Opens the block that begins with @piece; what stands behind it, NULL at the end. */
static const struct rj_http2_piece *open_block(nghttp2_hd_inflater *inflater,
					       const struct rj_http2_piece *piece,
					       struct rj_http2_opened *out)
{
	struct rj_http2_block *block = &out->blocks[out->num_blocks++];
	unsigned int nr = 0;
	bool is_last = false;

	*block = (struct rj_http2_block){
		.stream = piece->stream,
		.start = (uint32_t)out->bytes.len,
		.is_promise = piece->is_promise,
	};
	while (piece && !is_last) {
		is_last = piece->is_last;
		if (!open_piece(inflater, piece, out, block, &nr)) {
			piece = NULL;
			is_last = true;
		} else {
			piece = piece->next;
		}
	}
	block->is_truncated = block->is_truncated || !is_last;
	block->end = (uint32_t)out->bytes.len;
	return piece;
}

void rj_http2_open(const struct rj_http2_side *side, struct rj_http2_opened *out)
{
	const struct rj_http2_piece *piece = side->first;
	nghttp2_hd_inflater *inflater;

	out->num_blocks = 0;
	rj_buffer_init(&out->bytes, RJ_HTTP2_MAX_OPEN_BYTES);
	if (!piece || nghttp2_hd_inflate_new(&inflater))
		return;
	if (!nghttp2_hd_inflate_change_table_size(inflater, MAX_TABLE))
		while (piece && out->num_blocks < RJ_HTTP2_MAX_BLOCKS)
			piece = open_block(inflater, piece, out);
	nghttp2_hd_inflate_del(inflater);
}

void rj_http2_opened_done(struct rj_http2_opened *opened)
{
	rj_buffer_done(&opened->bytes);
}

bool rj_http2_header_next(const struct rj_http2_opened *opened, const struct rj_http2_block *block,
			  uint32_t *at, struct rj_http2_header *out)
{
	const uint8_t *bytes = opened->bytes.data;
	struct lengths lengths;

	if (*at == block->end)
		return false;
	memcpy(&lengths, bytes + *at, sizeof(lengths));
	out->name = bytes + *at + sizeof(lengths);
	out->name_len = lengths.name;
	out->value = out->name + lengths.name;
	out->value_len = lengths.value;
	*at += (uint32_t)sizeof(lengths) + lengths.name + lengths.value;
	return true;
}
