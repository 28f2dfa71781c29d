/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that lives as long as one flow and is given back in one go, with a cap. */
#ifndef RJ_CORE_ARENA_H
#define RJ_CORE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

struct rj_arena_block;
struct rj_blocks;

/*
 * struct rj_arena - embedded; a zeroed one with a cap is ready for use.
 * @cap_bytes:  no more than this is ever held, block headers included
 * @used_bytes: what is held
 * @blocks: where the arena's come from, borrowed, to be set before the first is taken, and with a
 *     cap of at most 2^31 bytes; NULL: the heap
 * @num_refused: allocations that met the cap or a heap without memory
 */
struct rj_arena {
	struct rj_arena_block *head;
	struct rj_blocks *blocks;
	size_t cap_bytes;
	size_t used_bytes;
	uint32_t num_refused;
};

/* rj_arena_init - an empty arena that never holds more than @cap_bytes. */
void rj_arena_init(struct rj_arena *arena, size_t cap_bytes);

/* rj_arena_done - gives everything back; the arena is empty and usable again. */
void rj_arena_done(struct rj_arena *arena);

/*
 * rj_arena_alloc - @len zeroed bytes, aligned to 8, valid until rj_arena_done.
 * NULL when the cap is reached or memory is out; counted in num_refused.
 */
RJ_MUST_CHECK void *rj_arena_alloc(struct rj_arena *arena, size_t len);

/* rj_arena_copy - rj_arena_alloc and a copy of @len bytes of @data into it. */
RJ_MUST_CHECK void *rj_arena_copy(struct rj_arena *arena, const void *data, size_t len);

/*
 * rj_arena_fetch - has the processor fetch the start of the block that came last, to be read soon,
 * or in @step 1 of the one before it.
 */
void rj_arena_fetch(const struct rj_arena *arena, int step);

#endif
