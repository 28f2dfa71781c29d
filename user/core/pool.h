/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory for many objects of one size, which come and go: cheaper than the heap, and denser. */
#ifndef RJ_CORE_POOL_H
#define RJ_CORE_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "core/slab.h"
#include "core/status.h"

struct rj_pool_chunk;

/*
 * struct rj_pool - embedded; see rj_pool_init. What is put back is taken again first; the heap gets
 * its memory back when nothing is taken any more.
 * @spare: those that were put back, each naming the next
 * @fresh: of the newest chunk what was never taken, up to @end
 */
struct rj_pool {
	struct rj_pool_chunk *chunks;
	void *spare;
	uint8_t *fresh;
	uint8_t *end;
	size_t object_bytes;
	size_t num_taken;
	struct rj_slab *slab;
};

/*
 * rj_pool_init - an empty pool of objects of @object_bytes, at most 4096, in chunks of @slab,
 * which is borrowed; NULL: of the heap.
 */
void rj_pool_init(struct rj_pool *pool, size_t object_bytes, struct rj_slab *slab);

/* rj_pool_done - gives all memory back, also of what is still taken. */
void rj_pool_done(struct rj_pool *pool);

/* rj_pool_take - an object, zeroed and aligned to 8; NULL without memory. */
RJ_MUST_CHECK void *rj_pool_take(struct rj_pool *pool);

/* rj_pool_take_raw - rj_pool_take of one that is not zeroed: all of it is the caller's to set. */
RJ_MUST_CHECK void *rj_pool_take_raw(struct rj_pool *pool);

/* rj_pool_put - what was taken from this pool. */
void rj_pool_put(struct rj_pool *pool, void *object);

#endif
