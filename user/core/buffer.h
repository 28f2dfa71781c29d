/* SPDX-License-Identifier: BSD-3-Clause */
/* A growing run of bytes with a cap: where output is put together. */
#ifndef RJ_CORE_BUFFER_H
#define RJ_CORE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/*
 * struct rj_buffer - embedded; a zeroed one with a cap is ready for use.
 * @data:      the bytes, NULL before the first
 * @len:       how many there are
 * @capacity:  how many fit without asking the heap
 * @cap_bytes: capacity never exceeds this
 * @is_failed: the cap was met or memory is out: something is missing from the
 *             bytes. Stays set until rj_buffer_cut.
 */
struct rj_buffer {
	uint8_t *data;
	size_t len;
	size_t capacity;
	size_t cap_bytes;
	bool is_failed;
};

/* rj_buffer_init - an empty buffer that never holds more than @cap_bytes. */
void rj_buffer_init(struct rj_buffer *b, size_t cap_bytes);

/* rj_buffer_done - gives the memory back; the buffer is empty and usable again. */
void rj_buffer_done(struct rj_buffer *b);

/* rj_buffer_cut - keeps the first @len (<= b->len) bytes and the memory, forgets a failure. */
void rj_buffer_cut(struct rj_buffer *b, size_t len);

/* rj_buffer_grow - the slow half of rj_buffer_room. */
RJ_MUST_CHECK uint8_t *rj_buffer_grow(struct rj_buffer *b, size_t len);

/*
 * rj_buffer_room - the place behind the last byte, where @len bytes may be
 * written; b->len is the caller's to advance by what it wrote. NULL, and
 * is_failed set, when the cap or the heap does not allow it or earlier did not.
 */
RJ_MUST_CHECK static inline uint8_t *rj_buffer_room(struct rj_buffer *b, size_t len)
{
	if (b->is_failed || !b->data || len > b->capacity - b->len)
		return rj_buffer_grow(b, len);
	return b->data + b->len;
}

/* rj_buffer_put - appends @len bytes, or none of them and sets is_failed. */
void rj_buffer_put(struct rj_buffer *b, const void *data, size_t len);

#endif
