// SPDX-License-Identifier: BSD-3-Clause
/* Frames beside each other. */
#include "source/batch.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_FRAMES 1024u
#define FIRST_BYTES (1u << 17)
#define MANY_BYTES (1u << 16)

bool rj_batch_grow(struct rj_batch *b)
{
	size_t room = b->room ? 2 * b->room : FIRST_FRAMES;
	struct rj_capture *frames = realloc(b->frames, room * sizeof(*frames));
	uint32_t *chosen;

	if (!frames)
		return false;
	b->frames = frames;
	if (b->num_choosers) {
		chosen = realloc(b->chosen, room * b->num_choosers * sizeof(*chosen));
		if (!chosen)
			return false;
		b->chosen = chosen;
	}
	b->room = room;
	return true;
}

static bool make_room(struct rj_batch *b, size_t len)
{
	size_t size = b->size ? b->size : FIRST_BYTES;
	uint8_t *bytes;

	while (size < b->len + len)
		size *= 2;
	if (size == b->size)
		return true;
	bytes = realloc(b->bytes, size);
	if (!bytes)
		return false;
	for (size_t i = 0, at = 0; i < b->num; at += b->frames[i++].captured_len)
		b->frames[i].data = bytes + at;
	b->bytes = bytes;
	b->size = size;
	return true;
}

bool rj_batch_copy(struct rj_batch *b, const struct rj_capture *frame)
{
	struct rj_capture copy = *frame;
	struct rj_capture *at;

	if (!make_room(b, copy.captured_len))
		return false;
	at = rj_batch_room(b);
	if (!at)
		return false;
	if (copy.captured_len)
		memcpy(b->bytes + b->len, copy.data, copy.captured_len);
	copy.data = b->bytes + b->len;
	b->len += copy.captured_len;
	*at = copy;
	rj_batch_add(b);
	return true;
}

bool rj_batch_is_full(const struct rj_batch *b)
{
	return b->len >= MANY_BYTES || b->num >= FIRST_FRAMES;
}

void rj_batch_empty(struct rj_batch *b)
{
	b->num = 0;
	b->len = 0;
	b->quiet_until_ns = 0;
}

void rj_batch_done(struct rj_batch *b)
{
	free(b->frames);
	free(b->chosen);
	free(b->bytes);
	*b = (struct rj_batch){ 0 };
}
