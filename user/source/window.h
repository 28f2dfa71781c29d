/* SPDX-License-Identifier: BSD-3-Clause */
/* A piece of a stream in memory, which moves on: what a reader of a file format looks at. */
#ifndef RJ_SOURCE_WINDOW_H
#define RJ_SOURCE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/status.h"
#include "source/input.h"

/*
 * struct rj_window - what was read of @in and not used yet: [@at, @end) of @bytes.
 * @offset: where in the stream @at is
 * @err: what reading failed with, a negative errno; 0: it did not. -EAGAIN is not for good: of a
 *       file that is followed there is nothing more as yet
 * @is_over: the stream has no more
 * @is_held: the bytes are to stay where they are: what is not there is as if it had not come as yet
 */
struct rj_window {
	struct rj_input *in;
	uint8_t *bytes;
	size_t at;
	size_t end;
	size_t size;
	uint64_t offset;
	int err;
	bool is_over;
	bool is_held;
};

/* rj_window_more - rj_window_need where it is not there yet. */
const uint8_t *rj_window_more(struct rj_window *w, size_t len);

/*
 * rj_window_need - the next @len bytes, without using them; NULL where the stream ends before or
 * @w->err is set. What an earlier call gave is gone.
 */
static inline const uint8_t *rj_window_need(struct rj_window *w, size_t len)
{
	return w->end - w->at >= len ? w->bytes + w->at : rj_window_more(w, len);
}

/* rj_window_use - passes over @len bytes that are there. */
static inline void rj_window_use(struct rj_window *w, size_t len)
{
	w->at += len;
	w->offset += len;
}

/* rj_window_ended - whether the stream ended here, with nothing of it left. */
static inline bool rj_window_ended(const struct rj_window *w)
{
	return !w->err && w->at == w->end;
}

/* rj_u16_at, rj_u32_at - a number in the byte order of this host, or of the other. */
static inline uint16_t rj_u16_at(const uint8_t *at, bool is_swapped)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return is_swapped ? __builtin_bswap16(value) : value;
}

static inline uint32_t rj_u32_at(const uint8_t *at, bool is_swapped)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return is_swapped ? __builtin_bswap32(value) : value;
}

/*
 * rj_window_skip - passes over *@len bytes, there or not, and counts them down; false where the
 * stream has fewer: as far as it has them, they are passed over.
 */
bool rj_window_skip(struct rj_window *w, uint64_t *len);

/*
 * rj_window_swap - gives the memory with all that was used of it away, for *@bytes of *@size, into
 * which the rest is copied. False without memory: nothing happened.
 */
RJ_MUST_CHECK bool rj_window_swap(struct rj_window *w, uint8_t **bytes, size_t *size);

/* rj_window_done - gives the memory back. */
void rj_window_done(struct rj_window *w);

#endif
