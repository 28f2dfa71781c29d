/* SPDX-License-Identifier: BSD-3-Clause */
/* The first bytes of one TCP direction, put together again from segments in any order. */
#ifndef RJ_FLOW_STREAM_H
#define RJ_FLOW_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/*
 * Without a SYN the stream starts at the first segment seen; one that lies no
 * further than this before it moves the start back. Ours: the window of a
 * sender that scales nothing (RFC 9293 3.1).
 */
#define RJ_STREAM_BACK_BYTES 65536u

/*
 * How much is kept behind bytes that the capture cut off: the first flight (10
 * segments, RFC 6928), which may be on its way before a retransmission fills the
 * gap. A short snap length thus never costs max_bytes a flow.
 */
#define RJ_STREAM_CUT_BYTES 16384u

/*
 * struct rj_segment - one TCP segment, or a part of one.
 * @seq: sequence number of the first byte (a SYN's own number already passed over)
 * @bytes, @len: what was captured of it; borrowed
 * @wire_len: how many bytes there were, at least @len
 * @is_syn, @is_fin: its flags
 */
struct rj_segment {
	uint32_t seq;
	uint32_t len;
	uint32_t wire_len;
	bool is_syn;
	bool is_fin;
	const uint8_t *bytes;
};

/*
 * struct rj_stream - embedded; holds no memory while it has no bytes. Which bytes
 * are there is a bit each, so that no order of arrival is worse than another.
 * Indexes count from the first byte of the block:
 *
 *   0       start          end            high      capacity
 *   | gone  | contiguous   | some of them | nothing  |
 *
 * @block: capacity bits (meaning something from end to high), then capacity bytes
 * @lent: with @is_lent the bytes up to end are here, the caller's, and there is no block
 * @first_seq: sequence number of index 0
 * @consumed: bytes taken off the start so far
 * @max_bytes: of the stream, from its start; what lies behind is dropped
 * @fin_seq, @cut_seq: first number behind the last byte; first byte that the capture cut off
 * @is_ahead: it was moved on past all bytes that came, and none of those behind did yet
 * @num_beyond: bytes dropped because they lay behind max_bytes or too far behind a cut; no more
 *       than fit
 * @num_conflicts: segments that said otherwise than the first copy of a byte still held
 */
struct rj_stream {
	union {
		uint64_t *block;
		const uint8_t *lent;
	};
	uint32_t num_beyond;
	uint32_t num_conflicts;
	uint32_t first_seq;
	uint32_t start;
	uint32_t end;
	uint32_t high;
	uint32_t capacity;
	uint32_t consumed;
	uint32_t max_bytes;
	uint32_t fin_seq;
	uint32_t cut_seq;
	bool has_start : 1;
	bool seen_syn : 1;
	bool seen_fin : 1;
	bool seen_cut : 1;
	bool is_ahead : 1;
	bool is_lent : 1;
};

/* What rj_stream_put did to the contiguous bytes. */
enum rj_stream_news {
	RJ_STREAM_SAME,
	RJ_STREAM_GREW,	 /* more of them behind the old ones */
	RJ_STREAM_MOVED, /* they start elsewhere now: what was learnt from them is void */
};

/* rj_stream_init - an empty stream of at most @max_bytes (up to 2^28). */
void rj_stream_init(struct rj_stream *s, uint32_t max_bytes);

/* rj_stream_done - gives the memory back; the stream is empty and usable again. */
void rj_stream_done(struct rj_stream *s);

/* rj_stream_limit - another max_bytes from now on; what lies behind a lower one is not shown. */
void rj_stream_limit(struct rj_stream *s, uint32_t max_bytes);

/* rj_stream_start - it is empty, and as a SYN says begins at @seq. */
void rj_stream_start(struct rj_stream *s, uint32_t seq);

/*
 * rj_stream_put - takes in what is new of @seg; of a byte that comes twice the
 * first copy stays. enum rj_stream_news, or -ENOMEM: the segment was not taken in.
 */
RJ_MUST_CHECK int rj_stream_put(struct rj_stream *s, const struct rj_segment *seg);

/*
 * rj_stream_lend - rj_stream_put that copies nothing where all that the stream has is in @seg,
 * which nearly always is so: then the bytes of @seg are borrowed until rj_stream_keep.
 */
RJ_MUST_CHECK int rj_stream_lend(struct rj_stream *s, const struct rj_segment *seg);

/*
 * rj_stream_keep - copies what is left of borrowed bytes; comes before the next put. 0, or -ENOMEM:
 * they are not there any more.
 */
RJ_MUST_CHECK int rj_stream_keep(struct rj_stream *s);

/*
 * rj_stream_hold - makes an empty stream one of these bytes, as if rj_stream_put had taken them
 * first. 0, or -ENOMEM: it is empty still.
 */
RJ_MUST_CHECK int rj_stream_hold(struct rj_stream *s, uint32_t seq, const uint8_t *bytes,
				 uint32_t len);

/* rj_stream_bytes - the contiguous bytes not consumed yet, borrowed until the next put or keep. */
const uint8_t *rj_stream_bytes(const struct rj_stream *s, size_t *ret_len);

/* rj_stream_consume - takes @len of those off the start. */
void rj_stream_consume(struct rj_stream *s, size_t len);

/* What rj_stream_skip passes over at most: behind it sequence numbers could mean either way. */
#define RJ_STREAM_MOST_SKIPPED (1u << 30)

/*
 * rj_stream_skip - moves the start on by @len bytes, which need not be there and do not count to
 * max_bytes; what comes of them later is dropped.
 */
void rj_stream_skip(struct rj_stream *s, uint32_t len);

/* rj_stream_budget_end - sequence number of the first byte behind max_bytes. */
uint32_t rj_stream_budget_end(const struct rj_stream *s);

/* rj_stream_can_move - whether the start may still change: no SYN was seen, nothing consumed. */
bool rj_stream_can_move(const struct rj_stream *s);

/* rj_stream_is_full - whether the contiguous bytes reach to max_bytes. */
bool rj_stream_is_full(const struct rj_stream *s);

/* rj_stream_is_closed - whether a FIN stands right behind the contiguous bytes; nothing waits. */
bool rj_stream_is_closed(const struct rj_stream *s);

/* rj_stream_num_waiting - bytes held that wait for others before them. */
uint32_t rj_stream_num_waiting(const struct rj_stream *s);

/* rj_stream_memory - bytes held from the heap. */
size_t rj_stream_memory(const struct rj_stream *s);

#endif
