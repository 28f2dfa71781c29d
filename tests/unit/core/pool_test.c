/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/pool.h"

#include "tests/unit/unit.h"

#define NUM_MANY 3000u /* objects: many chunks */

static bool is_zero(const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i])
			return false;
	return true;
}

TEST(pool_holds_nothing_before_the_first_object)
{
	struct rj_pool pool;

	rj_pool_init(&pool, 100, NULL);
	CHECK(!pool.chunks);
	rj_pool_done(&pool);
}

TEST(pool_objects_are_zero_aligned_and_apart)
{
	static const size_t lens[] = { 1, 8, 9, 224, 623, 4096 };

	for (size_t l = 0; l < sizeof(lens) / sizeof(*lens); l++) {
		uint8_t *objects[NUM_MANY];
		struct rj_pool pool;

		rj_pool_init(&pool, lens[l], NULL);
		for (uint32_t i = 0; i < NUM_MANY; i++) {
			objects[i] = rj_pool_take(&pool);
			CHECK(objects[i] && !((uintptr_t)objects[i] & 7));
			CHECK(is_zero(objects[i], lens[l]));
			memset(objects[i], (int)(i % 255 + 1), lens[l]);
		}
		for (uint32_t i = 0; i < NUM_MANY; i++)
			CHECK(objects[i][0] == i % 255 + 1 &&
			      objects[i][lens[l] - 1] == i % 255 + 1);
		rj_pool_done(&pool);
	}
}

TEST(pool_leaves_raw_objects_as_they_are)
{
	struct rj_pool pool;
	uint8_t *kept, *raw;

	rj_pool_init(&pool, 200, NULL);
	kept = rj_pool_take(&pool);
	raw = rj_pool_take_raw(&pool);
	CHECK(kept && raw && raw != kept && !((uintptr_t)raw & 7));
	memset(raw, 3, 200);
	rj_pool_put(&pool, raw);
	CHECK(rj_pool_take_raw(&pool) == raw);
	CHECK(raw[8] == 3 && raw[199] == 3);
	rj_pool_done(&pool);
}

TEST(pool_takes_again_what_was_put_back_and_zeroes_it)
{
	struct rj_pool pool;
	uint8_t *kept, *a, *b;

	rj_pool_init(&pool, 200, NULL);
	kept = rj_pool_take(&pool);
	a = rj_pool_take(&pool);
	b = rj_pool_take(&pool);
	CHECK(kept && a && b);
	memset(kept, 1, 200);
	memset(a, 2, 200);
	rj_pool_put(&pool, b);
	rj_pool_put(&pool, a);
	CHECK(rj_pool_take(&pool) == a);
	CHECK(is_zero(a, 200));
	CHECK(rj_pool_take(&pool) == b);
	CHECK_EQ(kept[199], 1);
	CHECK_EQ(pool.num_taken, 3);
	rj_pool_done(&pool);
}

TEST(pool_gives_memory_back_when_nothing_is_taken)
{
	static uint8_t *objects[NUM_MANY];
	struct rj_slab slab = { 0 };
	struct rj_pool pool;

	rj_pool_init(&pool, 400, &slab);
	for (unsigned int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < NUM_MANY; i++)
			objects[i] = rj_pool_take(&pool);
		CHECK(slab.num_taken > 1);
		for (uint32_t i = 0; i < NUM_MANY; i++)
			rj_pool_put(&pool, objects[i * 7 % NUM_MANY]); /* in another order */
		CHECK(!pool.chunks && !pool.spare);
		CHECK_EQ(pool.num_taken, 0);
		CHECK_EQ(slab.num_taken, 0);
	}
	rj_pool_done(&pool);
	rj_slab_done(&slab);
}
