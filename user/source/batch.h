/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that are read at once, and stay where they are until all who look at them are done. */
#ifndef RJ_SOURCE_BATCH_H
#define RJ_SOURCE_BATCH_H

#include "source/intake.h"

/*
 * struct rj_batch - a zeroed one is empty.
 * @frames: @num of them, in memory for @room
 * @chosen: room for @num_choosers lists of @room frames (struct rj_chosen), one behind the other,
 *     for whoever hands them out
 * @bytes: where theirs are, @len of @size
 * @decimals: digits of a second that times have (struct rj_source)
 * @quiet_until_ns: behind the frames, time has come to this without another; 0: it has not
 */
struct rj_batch {
	struct rj_capture *frames;
	uint32_t *chosen;
	uint32_t num_choosers;
	size_t num;
	size_t room;
	uint8_t *bytes;
	size_t len;
	size_t size;
	int decimals;
	uint64_t quiet_until_ns;
};

/* rj_batch_list - of one of those who choose. */
static inline uint32_t *rj_batch_list(const struct rj_batch *b, uint32_t chooser)
{
	return b->chosen + b->room * chooser;
}

/* rj_batch_grow - makes room for more frames; false without memory. */
RJ_MUST_CHECK bool rj_batch_grow(struct rj_batch *b);

/* rj_batch_room - a place for the next frame, not in the batch as yet; NULL without memory. */
RJ_MUST_CHECK static inline struct rj_capture *rj_batch_room(struct rj_batch *b)
{
	return b->num < b->room || rj_batch_grow(b) ? &b->frames[b->num] : NULL;
}

/* rj_batch_add - appends what was written there; the frame's bytes stay where they are. */
static inline void rj_batch_add(struct rj_batch *b)
{
	b->num++;
}

/* rj_batch_copy - appends a frame, which may be there, with a copy of its bytes; false likewise. */
RJ_MUST_CHECK bool rj_batch_copy(struct rj_batch *b, const struct rj_capture *frame);

/* rj_batch_is_full - whether there are enough copies. */
bool rj_batch_is_full(const struct rj_batch *b);

/* rj_batch_empty - forgets the frames, keeps the memory. */
void rj_batch_empty(struct rj_batch *b);

/* rj_batch_done - gives the memory back. */
void rj_batch_done(struct rj_batch *b);

#endif
