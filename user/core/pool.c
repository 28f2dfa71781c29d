// SPDX-License-Identifier: BSD-3-Clause
/* Objects of one size: cut off chunks, and a list of those that were put back. */
#include "core/pool.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/poison.h"

#define ALIGN_BYTES ((size_t)8)
/* Little enough for a pool of a few objects, and a call of the heap for many. Ours. */
#define CHUNK_BYTES ((size_t)64 * 1024)

struct rj_pool_chunk {
	struct rj_pool_chunk *next;
	_Alignas(8) uint8_t data[];
};

void rj_pool_init(struct rj_pool *pool, size_t object_bytes)
{
	assert(object_bytes && object_bytes <= 4096);
	*pool = (struct rj_pool){
		.object_bytes = (object_bytes + ALIGN_BYTES - 1) & ~(ALIGN_BYTES - 1),
	};
}

/* Frees the chunks from @chunk on. */
static void free_chunks(struct rj_pool_chunk *chunk)
{
	while (chunk) {
		struct rj_pool_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

void rj_pool_done(struct rj_pool *pool)
{
	free_chunks(pool->chunks);
	rj_pool_init(pool, pool->object_bytes);
}

/* All of the newest chunk was never taken. */
static void begin_chunk(struct rj_pool *pool)
{
	pool->fresh = pool->chunks->data;
	pool->end = (uint8_t *)pool->chunks + CHUNK_BYTES;
	rj_poison(pool->fresh, (size_t)(pool->end - pool->fresh));
}

static bool add_chunk(struct rj_pool *pool)
{
	struct rj_pool_chunk *chunk = malloc(CHUNK_BYTES);

	if (!chunk)
		return false;
	chunk->next = pool->chunks;
	pool->chunks = chunk;
	begin_chunk(pool);
	return true;
}

void *rj_pool_take_raw(struct rj_pool *pool)
{
	void *object = pool->spare;

	if (object) {
		memcpy(&pool->spare, object, sizeof(pool->spare));
		__builtin_prefetch(pool->spare); /* put back long ago, and the next to be read */
	} else {
		if ((size_t)(pool->end - pool->fresh) < pool->object_bytes && !add_chunk(pool))
			return NULL;
		object = pool->fresh;
		pool->fresh += pool->object_bytes;
	}
	rj_unpoison(object, pool->object_bytes);
	pool->num_taken++;
	return object;
}

void *rj_pool_take(struct rj_pool *pool)
{
	void *object = rj_pool_take_raw(pool);

	return object ? memset(object, 0, pool->object_bytes) : NULL;
}

/* Nothing is taken: one chunk is enough to go on with. */
static void begin_again(struct rj_pool *pool)
{
	free_chunks(pool->chunks->next);
	pool->chunks->next = NULL;
	pool->spare = NULL;
	begin_chunk(pool);
}

void rj_pool_put(struct rj_pool *pool, void *object)
{
	assert(pool->num_taken);
	memcpy(object, &pool->spare, sizeof(pool->spare));
	pool->spare = object;
	/* but for the name of the next one */
	rj_poison((uint8_t *)object + ALIGN_BYTES, pool->object_bytes - ALIGN_BYTES);
	if (!--pool->num_taken)
		begin_again(pool);
}
