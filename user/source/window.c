// SPDX-License-Identifier: BSD-3-Clause
/* Moves the window on. */
#include "source/window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* So much stays in the processor's cache beside the flows that the frames go to. */
#define WINDOW_BYTES (1u << 17)

/* Room for @len bytes from @at on. */
static bool make_room(struct rj_window *w, size_t len)
{
	size_t size = w->size ? w->size : WINDOW_BYTES;
	uint8_t *bytes;

	if (w->at) {
		memmove(w->bytes, w->bytes + w->at, w->end - w->at);
		w->end -= w->at;
		w->at = 0;
	}
	while (size < len)
		size *= 2;
	if (size == w->size)
		return true;
	bytes = realloc(w->bytes, size);
	if (!bytes) {
		w->err = -ENOMEM;
		return false;
	}
	w->bytes = bytes;
	w->size = size;
	return true;
}

static bool fill(struct rj_window *w)
{
	ssize_t got;

	if (w->err == -EAGAIN)
		w->err = 0;
	if (w->err || w->is_over)
		return false;
	got = rj_input_read(w->in, w->bytes + w->end, w->size - w->end);
	if (got > 0)
		w->end += (size_t)got;
	else if (got < 0)
		w->err = -errno;
	else
		w->is_over = true;
	return got > 0;
}

const uint8_t *rj_window_more(struct rj_window *w, size_t len)
{
	if (w->is_held) {
		w->err = w->err ? w->err : -EAGAIN;
		return NULL;
	}
	if (!make_room(w, len))
		return NULL;
	while (w->end - w->at < len)
		if (!fill(w))
			return NULL;
	return w->bytes + w->at;
}

bool rj_window_skip(struct rj_window *w, uint64_t *len)
{
	while (*len) {
		size_t some;

		if (!rj_window_need(w, 1))
			return false;
		some = w->end - w->at;
		if (some > *len)
			some = (size_t)*len;
		rj_window_use(w, some);
		*len -= some;
	}
	return true;
}

bool rj_window_swap(struct rj_window *w, uint8_t **bytes, size_t *size)
{
	size_t left = w->end - w->at;
	size_t need = left > WINDOW_BYTES ? left : WINDOW_BYTES;
	uint8_t *new = *bytes;

	if (*size < need) {
		new = realloc(*bytes, need);
		if (!new)
			return false;
		*bytes = new;
		*size = need;
	}
	if (left)
		memcpy(new, w->bytes + w->at, left);
	need = *size;
	*bytes = w->bytes;
	*size = w->size;
	w->bytes = new;
	w->size = need;
	w->at = 0;
	w->end = left;
	return true;
}

void rj_window_done(struct rj_window *w)
{
	free(w->bytes);
	w->bytes = NULL;
	w->at = w->end = w->size = 0;
}
