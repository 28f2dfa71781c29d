// SPDX-License-Identifier: BSD-3-Clause
/* Objects of one size: cut off chunks, and a list of those that were put back. */
#include "core/pool.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/poison.h"

#define ALIGN_BYTES ((size_t)8)
struct rj_pool_chunk {
	struct rj_pool_chunk *next;
	_Alignas(64) uint8_t data[]; /* objects of whole cache lines stand in as few as can be */
};

void rj_pool_init(struct rj_pool *pool, size_t object_bytes, struct rj_slab *slab)
{
	assert(object_bytes && object_bytes <= 4096);
	*pool = (struct rj_pool){
		.object_bytes = (object_bytes + ALIGN_BYTES - 1) & ~(ALIGN_BYTES - 1),
		.slab = slab,
	};
}

/* Nothing is taken: all memory goes back. */
static void free_chunks(struct rj_pool *pool)
{
	while (pool->chunks) {
		struct rj_pool_chunk *next = pool->chunks->next;

		if (pool->slab)
			rj_slab_put(pool->slab, pool->chunks);
		else
			free(pool->chunks);
		pool->chunks = next;
	}
	pool->spare = NULL;
	pool->fresh = pool->end = NULL;
}

void rj_pool_done(struct rj_pool *pool)
{
	free_chunks(pool);
	pool->num_taken = 0;
}

static bool add_chunk(struct rj_pool *pool)
{
	struct rj_pool_chunk *chunk = pool->slab ? rj_slab_take(pool->slab) :
						   malloc(RJ_SLAB_CHUNK_BYTES);

	if (!chunk)
		return false;
	chunk->next = pool->chunks;
	pool->chunks = chunk;
	pool->fresh = chunk->data;
	pool->end = (uint8_t *)chunk + RJ_SLAB_CHUNK_BYTES;
	rj_poison(pool->fresh, (size_t)(pool->end - pool->fresh));
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

void rj_pool_put(struct rj_pool *pool, void *object)
{
	assert(pool->num_taken);
	memcpy(object, &pool->spare, sizeof(pool->spare));
	pool->spare = object;
	/* but for the name of the next one */
	rj_poison((uint8_t *)object + ALIGN_BYTES, pool->object_bytes - ALIGN_BYTES);
	if (!--pool->num_taken)
		free_chunks(pool);
}
