/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that are read at once, and stay where they are until all who look at them are done. */
#ifndef RJ_SOURCE_BATCH_H
#define RJ_SOURCE_BATCH_H

#include "source/intake.h"

/*
 * struct rj_batch - a zeroed one is empty.
 * @frames: @num of them, in memory for @room
 * @bytes: where theirs are, @len of @size
 * @decimals: digits of a second that times have (struct rj_source)
 * @quiet_until_ns: behind the frames, time has come to this without another; 0: it has not
 */
struct rj_batch {
	struct rj_capture *frames;
	size_t num;
	size_t room;
	uint8_t *bytes;
	size_t len;
	size_t size;
	int decimals;
	uint64_t quiet_until_ns;
};

/* rj_batch_add - appends a frame whose bytes stay where they are; false without memory. */
RJ_MUST_CHECK bool rj_batch_add(struct rj_batch *b, const struct rj_capture *frame);

/* rj_batch_copy - appends a frame with a copy of its bytes; likewise. */
RJ_MUST_CHECK bool rj_batch_copy(struct rj_batch *b, const struct rj_capture *frame);

/* rj_batch_is_full - whether there are enough copies. */
bool rj_batch_is_full(const struct rj_batch *b);

/* rj_batch_empty - forgets the frames, keeps the memory. */
void rj_batch_empty(struct rj_batch *b);

/* rj_batch_done - gives the memory back. */
void rj_batch_done(struct rj_batch *b);

#endif
