/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/slab.h"

#include "tests/unit/unit.h"

#define NUM_MANY 100u /* of a few regions */

static void take_many(struct rj_slab *slab, uint8_t **chunks)
{
	for (unsigned int i = 0; i < NUM_MANY; i++) {
		chunks[i] = rj_slab_take(slab);
		CHECK(chunks[i] && !((uintptr_t)chunks[i] & 63));
		memset(chunks[i], (int)(i + 1), RJ_SLAB_CHUNK_BYTES);
	}
}

TEST(slab_chunks_are_aligned_and_apart)
{
	struct rj_slab slab = { 0 };
	uint8_t *chunks[NUM_MANY];

	take_many(&slab, chunks);
	for (unsigned int i = 0; i < NUM_MANY; i++)
		CHECK(chunks[i][0] == i + 1 && chunks[i][RJ_SLAB_CHUNK_BYTES - 1] == i + 1);
	for (unsigned int i = 0; i < NUM_MANY; i++)
		rj_slab_put(&slab, chunks[i]);
	rj_slab_done(&slab);
}

TEST(slab_takes_again_what_was_put_back)
{
	struct rj_slab slab = { 0 };
	uint8_t *chunks[NUM_MANY];

	take_many(&slab, chunks);
	rj_slab_put(&slab, chunks[7]);
	rj_slab_put(&slab, chunks[42]);
	CHECK(rj_slab_take(&slab) == chunks[42]);
	CHECK(rj_slab_take(&slab) == chunks[7]);
	CHECK_EQ(slab.num_taken, NUM_MANY);
	for (unsigned int i = 0; i < NUM_MANY; i++)
		rj_slab_put(&slab, chunks[i]);
	CHECK_EQ(slab.num_taken, 0);
	CHECK(!slab.spare && slab.regions);
	rj_slab_done(&slab);
	CHECK(!slab.regions);
}

TEST(slab_begins_again_when_all_is_back)
{
	struct rj_slab slab = { 0 };
	uint8_t *chunks[NUM_MANY];

	for (unsigned int round = 0; round < 3; round++) {
		take_many(&slab, chunks);
		for (unsigned int i = 0; i < NUM_MANY; i++)
			rj_slab_put(&slab, chunks[i * 7 % NUM_MANY]);
		CHECK_EQ(slab.num_taken, 0);
	}
	rj_slab_done(&slab);
}
