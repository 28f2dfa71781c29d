/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/arena.h"

#include "core/blocks.h"
#include "tests/unit/unit.h"

static bool is_all(const uint8_t *at, uint8_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] != value)
			return false;
	return true;
}

TEST(arena_holds_nothing_before_the_first_allocation)
{
	struct rj_arena arena;

	rj_arena_init(&arena, 1000);
	CHECK_EQ(arena.used_bytes, 0);
	CHECK(!arena.head);
	rj_arena_done(&arena);
}

TEST(arena_is_ready_when_zeroed_with_a_cap)
{
	struct rj_arena arena = { .cap_bytes = 1000 };

	CHECK(rj_arena_alloc(&arena, 1));
	rj_arena_done(&arena);
}

TEST(arena_starts_small)
{
	struct rj_arena arena = { .cap_bytes = 1 << 20 };

	CHECK(rj_arena_alloc(&arena, 10));
	CHECK(arena.used_bytes <= 512);
	rj_arena_done(&arena);
}

TEST(arena_gives_zeroed_aligned_separate_bytes)
{
	struct rj_arena arena = { .cap_bytes = 1 << 20 };
	uint8_t *at[300];

	for (size_t i = 0; i < 300; i++) {
		at[i] = rj_arena_alloc(&arena, i);
		CHECK(at[i] && !((uintptr_t)at[i] % 8));
		CHECK(is_all(at[i], 0, i));
		memset(at[i], (int)(i % 255 + 1), i);
	}
	for (size_t i = 0; i < 300; i++)
		CHECK(is_all(at[i], (uint8_t)(i % 255 + 1), i));
	CHECK(arena.used_bytes < 4 * 300 * 150);
	CHECK_EQ(arena.num_refused, 0);
	rj_arena_done(&arena);
}

TEST(arena_gives_empty_allocations_places_of_their_own)
{
	struct rj_arena arena = { .cap_bytes = 1000 };
	void *one = rj_arena_alloc(&arena, 0), *two = rj_arena_alloc(&arena, 0);

	CHECK(one && two && one != two);
	rj_arena_done(&arena);
}

TEST(arena_grows_geometrically)
{
	struct rj_arena arena = { .cap_bytes = 1 << 24 };
	size_t num_blocks = 0, used_bytes = 0;

	for (int i = 0; i < 100000; i++) {
		CHECK(rj_arena_alloc(&arena, 8));
		num_blocks += arena.used_bytes != used_bytes;
		used_bytes = arena.used_bytes;
	}
	CHECK(num_blocks < 16);
	CHECK(used_bytes < 2 * 800000 + 4096);
	rj_arena_done(&arena);
}

TEST(arena_never_exceeds_its_cap_and_counts_refusals)
{
	for (size_t cap_bytes = 0; cap_bytes < 3000; cap_bytes += 7) {
		struct rj_arena arena = { .cap_bytes = cap_bytes };
		uint32_t num_refused = 0;

		for (int i = 0; i < 500; i++) {
			num_refused += !rj_arena_alloc(&arena, 16);
			CHECK(arena.used_bytes <= cap_bytes);
		}
		CHECK(num_refused > 0);
		CHECK_EQ(arena.num_refused, num_refused);
		rj_arena_done(&arena);
	}
}

TEST(arena_spends_its_cap)
{
	struct rj_arena arena = { .cap_bytes = 4096 };
	size_t sum = 0;

	while (rj_arena_alloc(&arena, 16))
		sum += 16;
	CHECK(sum > 3900);
	rj_arena_done(&arena);
}

TEST(arena_refuses_absurd_lengths)
{
	struct rj_arena arena = { .cap_bytes = 4096 }, endless = { .cap_bytes = SIZE_MAX };

	CHECK(!rj_arena_alloc(&arena, SIZE_MAX));
	CHECK(!rj_arena_alloc(&arena, SIZE_MAX - 7));
	CHECK(!rj_arena_alloc(&arena, 4097));
	CHECK(!rj_arena_alloc(&arena, 4096)); /* the header counts too */
	CHECK(!rj_arena_alloc(&endless, SIZE_MAX));
	CHECK(!rj_arena_alloc(&endless, SIZE_MAX - 15));
	CHECK_EQ(arena.num_refused, 4);
	CHECK_EQ(endless.num_refused, 2);
	CHECK(rj_arena_alloc(&arena, 100));
	rj_arena_done(&arena);
}

TEST(arena_copies)
{
	struct rj_arena arena = { .cap_bytes = 100000 };
	uint8_t data[1000];
	const uint8_t *copy;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	copy = rj_arena_copy(&arena, data, sizeof(data));
	CHECK(copy && copy != data && !memcmp(copy, data, sizeof(data)));
	CHECK(rj_arena_copy(&arena, NULL, 0));
	arena.cap_bytes = 100;
	rj_arena_done(&arena);
	CHECK(!rj_arena_copy(&arena, data, sizeof(data)));
	rj_arena_done(&arena);
}

TEST(arena_is_usable_after_done)
{
	struct rj_arena arena = { .cap_bytes = 500 };

	CHECK(!rj_arena_alloc(&arena, 1000));
	CHECK(rj_arena_alloc(&arena, 100));
	rj_arena_done(&arena);
	CHECK_EQ(arena.used_bytes, 0);
	CHECK_EQ(arena.cap_bytes, 500);
	CHECK(rj_arena_alloc(&arena, 100));
	rj_arena_done(&arena);
	rj_arena_done(&arena);
}

TEST(arena_takes_small_blocks_from_a_pool_zeroed_and_puts_them_back)
{
	struct rj_blocks blocks = { 0 };
	struct rj_arena arena = { .cap_bytes = 100000, .blocks = &blocks };

	for (unsigned int round = 0; round < 3; round++) {
		uint8_t *bytes = rj_arena_alloc(&arena, 100);

		CHECK(bytes);
		for (size_t i = 0; bytes && i < 100; i++)
			CHECK_EQ(bytes[i], 0);
		if (bytes)
			memset(bytes, 0xee, 100);
		CHECK(blocks.held);
		CHECK(rj_arena_alloc(&arena, 5000)); /* of the heap */
		CHECK(rj_arena_alloc(&arena, 5000));
		rj_arena_done(&arena);
		CHECK_EQ(blocks.held, 0);
		CHECK(arena.blocks == &blocks);
	}
	rj_blocks_done(&blocks);
}
