// SPDX-License-Identifier: BSD-3-Clause
/* Frames beside each other. */
#include "source/batch.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(struct rj_batch *b, size_t len)
{
	size_t size = b->size ? b->size : RJ_BATCH_BYTES;
	uint8_t *bytes;

	while (size < b->len + len)
		size *= 2;
	if (size == b->size)
		return true;
	bytes = realloc(b->bytes, size);
	if (!bytes)
		return false;
	for (size_t i = 0; i < b->num; i++)
		b->frames[i].data = bytes + (b->frames[i].data - b->bytes);
	b->bytes = bytes;
	b->size = size;
	return true;
}

bool rj_batch_add(struct rj_batch *b, const struct rj_capture *frame)
{
	if (b->num == b->room) {
		size_t room = b->room ? 2 * b->room : 1024;
		struct rj_capture *frames = realloc(b->frames, room * sizeof(*frames));

		if (!frames)
			return false;
		b->frames = frames;
		b->room = room;
	}
	if (!make_room(b, frame->captured_len))
		return false;
	b->frames[b->num] = *frame;
	b->frames[b->num++].data = b->bytes + b->len;
	if (frame->captured_len)
		memcpy(b->bytes + b->len, frame->data, frame->captured_len);
	b->len += frame->captured_len;
	return true;
}

void rj_batch_done(struct rj_batch *b)
{
	free(b->frames);
	free(b->bytes);
	*b = (struct rj_batch){ 0 };
}
