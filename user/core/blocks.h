/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory for many small blocks of bytes that grow, by pools of a few sizes. */
#ifndef RJ_CORE_BLOCKS_H
#define RJ_CORE_BLOCKS_H

#include "core/pool.h"

/* Sizes of pools: 64, 96, 128, 192 and so on to 4096. */
#define RJ_BLOCKS_LEAST 64u
#define RJ_BLOCKS_MOST 4096u
#define RJ_BLOCKS_NUM 13u

/*
 * struct rj_blocks - embedded; zero is ready for use.
 * @slab: borrowed, for the pools; NULL: they are of the heap
 * @held: bytes of all blocks that are taken
 */
struct rj_blocks {
	struct rj_pool pools[RJ_BLOCKS_NUM];
	size_t held;
	struct rj_slab *slab;
};

/* rj_blocks_done - gives all memory back; every block was put back. */
void rj_blocks_done(struct rj_blocks *b);

/* rj_blocks_len - how long a block is that was asked for with @len (1 to 2^31) bytes. */
uint32_t rj_blocks_len(uint32_t len);

/* rj_blocks_take - rj_blocks_len(@len) bytes, aligned to 8, not zeroed; NULL without memory. */
RJ_MUST_CHECK void *rj_blocks_take(struct rj_blocks *b, uint32_t len);

/* rj_blocks_put - puts a block back that was taken with this @len, or its rj_blocks_len. */
void rj_blocks_put(struct rj_blocks *b, void *block, uint32_t len);

#endif
