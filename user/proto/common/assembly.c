/* SPDX-License-Identifier: BSD-3-Clause */
/* Puts bytes together in any order, with a bit for each that came. */
#include "proto/common/assembly.h"

#define ROOM_UNIT 512u /* room grows by so much at least: most hellos need one or two */
#define WORD_BITS 64u

_Static_assert(ROOM_UNIT % WORD_BITS == 0, "the bits of any room fill whole words");

/* Bits @from to @to (not included) that lie in word @word. */
static uint64_t mask_of(uint32_t word, uint32_t from, uint32_t to)
{
	uint32_t first = word * WORD_BITS;
	uint64_t mask = ~UINT64_C(0);

	if (from > first)
		mask <<= from - first;
	if (to < first + WORD_BITS)
		mask &= (UINT64_C(1) << (to - first)) - 1;
	return mask;
}

/* How many words bits up to @to reach into. */
static uint32_t word_end(uint32_t to)
{
	return (to + WORD_BITS - 1) / WORD_BITS;
}

static bool is_any_seen(const struct rj_assembly *a, uint32_t from, uint32_t to)
{
	for (uint32_t word = from / WORD_BITS; word < word_end(to); word++)
		if (a->seen[word] & mask_of(word, from, to))
			return true;
	return false;
}

bool rj_assembly_has(const struct rj_assembly *a, uint32_t from, uint32_t to)
{
	if (to > a->room)
		return false;
	for (uint32_t word = from / WORD_BITS; word < word_end(to); word++)
		if (~a->seen[word] & mask_of(word, from, to))
			return false;
	return true;
}

static bool is_seen(const struct rj_assembly *a, uint32_t at)
{
	return a->seen[at / WORD_BITS] >> at % WORD_BITS & 1;
}

/* Puts only what is new of bytes of which some were there. False: others were there. */
static bool put_new(struct rj_assembly *a, uint32_t at, const uint8_t *data, uint32_t len)
{
	bool is_same = true;

	for (uint32_t i = 0; i < len; i++) {
		if (!is_seen(a, at + i))
			a->bytes[at + i] = data[i];
		else if (a->bytes[at + i] != data[i])
			is_same = false;
	}
	return is_same;
}

static void set_seen(struct rj_assembly *a, uint32_t from, uint32_t to)
{
	for (uint32_t word = from / WORD_BITS; word < word_end(to); word++)
		a->seen[word] |= mask_of(word, from, to);
}

enum rj_status rj_assembly_grow(struct rj_assembly *a, struct rj_arena *arena, uint32_t max,
				uint64_t end)
{
	struct rj_assembly grown = *a;

	if (end <= a->room)
		return RJ_OK;
	if (end > max)
		return RJ_MALFORMED;
	grown.room = 2 * a->room < end ? (uint32_t)end : 2 * a->room;
	grown.room = (grown.room + ROOM_UNIT - 1) / ROOM_UNIT * ROOM_UNIT;
	if (grown.room > max)
		grown.room = max;
	grown.bytes = rj_arena_alloc(arena, grown.room + grown.room / 8);
	if (!grown.bytes)
		return RJ_MALFORMED;
	grown.seen = (uint64_t *)(void *)(grown.bytes + grown.room);
	if (a->room) {
		memcpy(grown.bytes, a->bytes, a->room);
		memcpy(grown.seen, a->seen, a->room / 8);
	}
	*a = grown;
	return RJ_OK;
}

enum rj_status rj_assembly_put(struct rj_assembly *a, struct rj_arena *arena, uint32_t max,
			       uint64_t offset, struct rj_cursor data)
{
	enum rj_status st;
	uint32_t from, to;
	bool is_same = true;

	if (!data.left)
		return RJ_OK;
	if (offset > max || data.left > max - offset)
		return RJ_MALFORMED;
	st = rj_assembly_grow(a, arena, max, offset + data.left);
	if (st)
		return st;
	from = (uint32_t)offset;
	to = from + (uint32_t)data.left;
	if (is_any_seen(a, from, to))
		is_same = put_new(a, from, data.at, to - from);
	else
		memcpy(a->bytes + from, data.at, data.left);
	set_seen(a, from, to);
	return is_same ? RJ_OK : RJ_MALFORMED;
}
