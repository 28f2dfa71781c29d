/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that lives as long as one flow: a chain of blocks, each twice the size of the last. */
#include "core/arena.h"

#include <stdlib.h>
#include <string.h>

#include "core/blocks.h"
#include "core/poison.h"

#define ALIGN_BYTES ((size_t)8)
#define FIRST_BLOCK_BYTES ((size_t)512) /* an answer of DNS; nine in ten flows need over 256 */

struct rj_arena_block {
	struct rj_arena_block *next;
	size_t len;  /* of data */
	size_t used; /* of data */
	_Alignas(8) uint8_t data[];
};

void rj_arena_init(struct rj_arena *arena, size_t cap_bytes)
{
	*arena = (struct rj_arena){ .cap_bytes = cap_bytes };
}

static struct rj_arena_block *take(struct rj_arena *arena, size_t bytes)
{
	return arena->blocks ? rj_blocks_take(arena->blocks, (uint32_t)bytes) : malloc(bytes);
}

static void give(struct rj_arena *arena, struct rj_arena_block *block)
{
	size_t bytes = sizeof(*block) + block->len;

	if (arena->blocks)
		rj_blocks_put(arena->blocks, block, (uint32_t)bytes);
	else
		free(block);
}

void rj_arena_done(struct rj_arena *arena)
{
	while (arena->head) {
		struct rj_arena_block *next = arena->head->next;

		give(arena, arena->head);
		arena->head = next;
	}
	arena->used_bytes = 0;
	arena->num_refused = 0;
}

/* The size of a new block, header included, that holds @len bytes; 0 when the cap forbids it. */
static size_t block_bytes(const struct rj_arena *arena, size_t len)
{
	const size_t header_bytes = sizeof(struct rj_arena_block);
	size_t left = arena->cap_bytes - arena->used_bytes;
	size_t want = FIRST_BLOCK_BYTES;

	if (left < header_bytes || len > left - header_bytes)
		return 0;
	if (arena->head)
		want = 2 * (header_bytes + arena->head->len);
	if (want < header_bytes + len)
		want = header_bytes + len;
	return want < left ? want : left;
}

static struct rj_arena_block *add_block(struct rj_arena *arena, size_t len)
{
	size_t bytes = block_bytes(arena, len);
	struct rj_arena_block *block = bytes ? take(arena, bytes) : NULL;

	if (!block)
		return NULL;
	block->len = bytes - sizeof(*block);
	block->used = 0;
	block->next = arena->head;
	arena->head = block;
	arena->used_bytes += bytes;
	/* a read past one allocation is seen although the next one stands right behind it */
	rj_poison(block->data, block->len);
	return block;
}

/* A block with @len bytes to spare, or NULL; only the newest is looked at. */
static struct rj_arena_block *block_with(struct rj_arena *arena, size_t len)
{
	struct rj_arena_block *block = arena->head;

	if (block && len <= block->len - block->used)
		return block;
	return add_block(arena, len);
}

/* Not zeroed. */
static void *alloc_raw(struct rj_arena *arena, size_t len)
{
	size_t aligned = len ? (len + ALIGN_BYTES - 1) & ~(ALIGN_BYTES - 1) : ALIGN_BYTES;
	struct rj_arena_block *block = NULL;
	uint8_t *at;

	if (aligned >= len) /* else rounding went past SIZE_MAX */
		block = block_with(arena, aligned);
	if (!block) {
		arena->num_refused++;
		return NULL;
	}
	at = block->data + block->used;
	block->used += aligned;
	rj_unpoison(at, len);
	return at;
}

void *rj_arena_alloc(struct rj_arena *arena, size_t len)
{
	void *at = alloc_raw(arena, len);

	return at ? memset(at, 0, len) : NULL;
}

void *rj_arena_copy(struct rj_arena *arena, const void *data, size_t len)
{
	void *copy = alloc_raw(arena, len);

	if (copy && len)
		memcpy(copy, data, len);
	return copy;
}

void rj_arena_fetch(const struct rj_arena *arena, int step)
{
	const struct rj_arena_block *block = arena->head;

	if (block && step)
		block = block->next;
	for (size_t at = 0; block && at < FIRST_BLOCK_BYTES; at += 64)
		__builtin_prefetch((const char *)block + at);
}
