// SPDX-License-Identifier: BSD-3-Clause
/* The first payload bytes of a side. */
#include "features/prefix.h"

#include <string.h>

#define FIRST_BYTES 32u /* what Joy prints of each side */

/* Room for @need bytes (<= @limit) and what is known of them. */
static bool grow(struct rj_prefix *x, uint32_t need, uint32_t limit, struct rj_blocks *blocks)
{
	uint32_t capacity = x->capacity ? x->capacity : FIRST_BYTES;
	uint8_t *bytes;

	if (need <= x->capacity)
		return true;
	while (capacity < need)
		capacity *= 2;
	if (capacity > limit)
		capacity = limit;
	bytes = rj_blocks_take(blocks, 2 * capacity);
	if (!bytes)
		return false;
	memset(bytes + capacity, 0, capacity);
	if (x->capacity) {
		memcpy(bytes, x->bytes, x->capacity);
		memcpy(bytes + capacity, x->bytes + x->capacity, x->capacity);
		rj_blocks_put(blocks, x->bytes, 2 * x->capacity);
	}
	x->bytes = bytes;
	x->capacity = capacity;
	return true;
}

void rj_prefix_start(struct rj_prefix *x, uint32_t seq)
{
	if (x->has_start)
		return;
	x->has_start = true;
	x->start_seq = seq;
}

/* Bytes for the places from @at on, those that are not taken yet. */
static void fill(struct rj_prefix *x, uint32_t at, const uint8_t *bytes, uint32_t len)
{
	uint8_t *known = x->bytes + x->capacity;
	bool is_free = !memchr(known + at, 1, len);
	const uint8_t *gap;

	if (is_free)
		memcpy(x->bytes + at, bytes, len);
	for (uint32_t i = 0; !is_free && i < len; i++)
		if (!known[at + i])
			x->bytes[at + i] = bytes[i];
	memset(known + at, 1, len);
	gap = memchr(known + x->len, 0, x->capacity - x->len);
	x->len = gap ? (uint32_t)(gap - known) : x->capacity;
}

bool rj_prefix_stream(struct rj_prefix *x, uint32_t seq, const uint8_t *bytes, uint32_t len,
		      uint32_t limit, struct rj_blocks *blocks)
{
	int32_t at;
	uint32_t skip;

	if (!len)
		return true;
	rj_prefix_start(x, seq);
	at = (int32_t)(seq - x->start_seq);
	skip = at < 0 ? 0u - (uint32_t)at : 0;
	if (skip >= len || (at > 0 && (uint32_t)at >= limit) || x->len >= limit)
		return true;
	bytes += skip;
	len -= skip;
	at = at < 0 ? 0 : at;
	if (len > limit - (uint32_t)at)
		len = limit - (uint32_t)at;
	if (!grow(x, (uint32_t)at + len, limit, blocks))
		return false;
	fill(x, (uint32_t)at, bytes, len);
	return true;
}

bool rj_prefix_datagram(struct rj_prefix *x, const uint8_t *bytes, uint32_t len, uint32_t limit,
			struct rj_blocks *blocks)
{
	if (x->len || !len)
		return true;
	len = len < limit ? len : limit;
	if (!grow(x, len, limit, blocks))
		return false;
	fill(x, 0, bytes, len);
	return true;
}

void rj_prefix_done(struct rj_prefix *x, struct rj_blocks *blocks)
{
	if (x->bytes)
		rj_blocks_put(blocks, x->bytes, 2 * x->capacity);
	*x = (struct rj_prefix){ 0 };
}
