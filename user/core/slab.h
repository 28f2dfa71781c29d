/* SPDX-License-Identifier: BSD-3-Clause */
/* Chunks of one size for pools, side by side on large pages: the processor finds them faster. */
#ifndef RJ_CORE_SLAB_H
#define RJ_CORE_SLAB_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* Little enough for a pool of a few objects. Ours. */
#define RJ_SLAB_CHUNK_BYTES ((size_t)64 * 1024)

struct rj_slab_region;
struct rj_slab_chunk;

/*
 * struct rj_slab - embedded; zero is ready for use.
 * @spare: chunks that were put back
 * @fresh: of the newest region what was never taken, up to @end
 */
struct rj_slab {
	struct rj_slab_region *regions;
	struct rj_slab_chunk *spare;
	uint8_t *fresh;
	uint8_t *end;
	size_t num_taken;
};

/* rj_slab_take - RJ_SLAB_CHUNK_BYTES, aligned to 64, not zeroed; NULL without memory. */
RJ_MUST_CHECK void *rj_slab_take(struct rj_slab *slab);

/* rj_slab_put - a chunk that was taken; memory goes back when none is taken any more. */
void rj_slab_put(struct rj_slab *slab, void *chunk);

/* rj_slab_done - gives all memory back; every chunk was put back. */
void rj_slab_done(struct rj_slab *slab);

#endif
