/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/blocks.h"

#include "tests/unit/unit.h"

TEST(blocks_are_the_least_that_is_enough)
{
	static const uint32_t sizes[] = { 64,  96,   128,  192,	 256,  384, 512,
					  768, 1024, 1536, 2048, 3072, 4096 };
	unsigned int at = 0;

	for (uint32_t len = 1; len <= RJ_BLOCKS_MOST; len++) {
		at += len > sizes[at];
		CHECK_EQ(rj_blocks_len(len), sizes[at]);
	}
	CHECK_EQ(rj_blocks_len(RJ_BLOCKS_MOST + 1), RJ_BLOCKS_MOST + 1);
	CHECK_EQ(rj_blocks_len(1u << 31), 1u << 31);
}

TEST(blocks_are_as_long_as_they_say_and_apart)
{
	static const uint32_t lens[] = { 1, 64, 65, 100, 1500, 4096, 4097, 100000 };
	uint8_t *block[8][50];
	struct rj_blocks b = { 0 };
	size_t held = 0;

	for (unsigned int i = 0; i < 8 * 50; i++) {
		uint32_t len = rj_blocks_len(lens[i / 50]);
		uint8_t *taken = rj_blocks_take(&b, lens[i / 50]);

		CHECK(taken && !((uintptr_t)taken & 7));
		memset(taken, (int)(i % 251), len);
		block[i / 50][i % 50] = taken;
		held += len;
	}
	CHECK_EQ(b.held, held);
	for (unsigned int i = 0; i < 8 * 50; i++) {
		uint32_t len = rj_blocks_len(lens[i / 50]);

		CHECK(block[i / 50][i % 50][0] == i % 251 &&
		      block[i / 50][i % 50][len - 1] == i % 251);
		rj_blocks_put(&b, block[i / 50][i % 50], i % 2 ? len : lens[i / 50]);
	}
	CHECK_EQ(b.held, 0);
	rj_blocks_done(&b);
}

TEST(blocks_that_were_put_back_are_taken_again)
{
	struct rj_blocks b = { 0 };
	void *kept = rj_blocks_take(&b, 70), *block = rj_blocks_take(&b, 70);

	CHECK(kept && block);
	rj_blocks_put(&b, block, 70);
	CHECK(rj_blocks_take(&b, 96) == block);
	rj_blocks_put(&b, block, 96);
	rj_blocks_put(&b, kept, 96);
	rj_blocks_done(&b);
}
