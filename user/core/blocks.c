// SPDX-License-Identifier: BSD-3-Clause
/* Blocks of bytes: of a pool where they are small, else of the heap. */
#include "core/blocks.h"

#include <assert.h>
#include <stdlib.h>

/* The pool of the least size that is enough: of each power of two, that and half as much again. */
static unsigned int pool_for(uint32_t len)
{
	unsigned int power;

	if (len <= RJ_BLOCKS_LEAST)
		return 0;
	power = 31 - (unsigned int)__builtin_clz(len - 1);
	return 2 * (power - 6) + ((len - 1) >> (power - 1) & 1) + 1;
}

static uint32_t len_of(unsigned int pool)
{
	return (RJ_BLOCKS_LEAST + pool % 2 * (RJ_BLOCKS_LEAST / 2)) << pool / 2;
}

uint32_t rj_blocks_len(uint32_t len)
{
	return len <= RJ_BLOCKS_MOST ? len_of(pool_for(len)) : len;
}

void rj_blocks_done(struct rj_blocks *b)
{
	assert(!b->held);
	for (unsigned int i = 0; i < RJ_BLOCKS_NUM; i++)
		if (b->pools[i].object_bytes)
			rj_pool_done(&b->pools[i]);
}

void *rj_blocks_take(struct rj_blocks *b, uint32_t len)
{
	struct rj_pool *pool;
	void *block;

	if (len <= RJ_BLOCKS_MOST) {
		pool = &b->pools[pool_for(len)];
		if (!pool->object_bytes)
			rj_pool_init(pool, rj_blocks_len(len), b->slab);
		block = rj_pool_take_raw(pool);
	} else {
		block = malloc(len);
	}
	if (block)
		b->held += rj_blocks_len(len);
	return block;
}

void rj_blocks_put(struct rj_blocks *b, void *block, uint32_t len)
{
	b->held -= rj_blocks_len(len);
	if (len <= RJ_BLOCKS_MOST)
		rj_pool_put(&b->pools[pool_for(len)], block);
	else
		free(block);
}
