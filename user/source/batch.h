/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that are read at once, and stay where they are until all who look at them are done. */
#ifndef RJ_SOURCE_BATCH_H
#define RJ_SOURCE_BATCH_H

#include "source/intake.h"

/* Bytes of a batch: what stays in a processor's cache beside the flows. Ours, measured. */
#define RJ_BATCH_BYTES (1u << 18)

/*
 * struct rj_batch - a zeroed one is empty.
 * @frames: @num of them, in memory for @room
 * @bytes: theirs, @len of @size
 */
struct rj_batch {
	struct rj_capture *frames;
	size_t num;
	size_t room;
	uint8_t *bytes;
	size_t len;
	size_t size;
};

/* rj_batch_add - appends a frame with a copy of its bytes; false without memory. */
RJ_MUST_CHECK bool rj_batch_add(struct rj_batch *b, const struct rj_capture *frame);

/* rj_batch_is_full - whether another frame may find no room without asking the heap. */
static inline bool rj_batch_is_full(const struct rj_batch *b)
{
	return b->len >= RJ_BATCH_BYTES - RJ_BATCH_BYTES / 4;
}

/* rj_batch_empty - forgets the frames, keeps the memory. */
static inline void rj_batch_empty(struct rj_batch *b)
{
	b->num = 0;
	b->len = 0;
}

/* rj_batch_done - gives the memory back. */
void rj_batch_done(struct rj_batch *b);

#endif
