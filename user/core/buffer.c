/* SPDX-License-Identifier: BSD-3-Clause */
/* A growing run of bytes with a cap. */
#include "core/buffer.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES ((size_t)1024)

void rj_buffer_init(struct rj_buffer *b, size_t cap_bytes)
{
	*b = (struct rj_buffer){ .cap_bytes = cap_bytes };
}

void rj_buffer_done(struct rj_buffer *b)
{
	free(b->data);
	rj_buffer_init(b, b->cap_bytes);
}

void rj_buffer_cut(struct rj_buffer *b, size_t len)
{
	if (len < b->len)
		b->len = len;
	b->is_failed = false;
}

/* What to ask the heap for when @needed (<= cap_bytes) bytes must fit. */
static size_t next_capacity(const struct rj_buffer *b, size_t needed)
{
	size_t want = b->capacity > b->cap_bytes / 2 ? b->cap_bytes : 2 * b->capacity;

	if (want < FIRST_BYTES)
		want = FIRST_BYTES;
	if (want < needed)
		want = needed;
	return want < b->cap_bytes ? want : b->cap_bytes;
}

uint8_t *rj_buffer_grow(struct rj_buffer *b, size_t len)
{
	size_t capacity;
	uint8_t *data;

	if (b->is_failed || len > b->cap_bytes - b->len) {
		b->is_failed = true;
		return NULL;
	}
	capacity = next_capacity(b, b->len + len);
	data = realloc(b->data, capacity ? capacity : 1);
	if (!data) {
		b->is_failed = true;
		return NULL;
	}
	b->data = data;
	b->capacity = capacity;
	return data + b->len;
}

void rj_buffer_put(struct rj_buffer *b, const void *data, size_t len)
{
	uint8_t *at = rj_buffer_room(b, len);

	if (!at || !len)
		return;
	memcpy(at, data, len);
	b->len += len;
}
