/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/list.h"

#include "tests/unit/unit.h"

static struct rj_blocks blocks;

TEST(list_grows_by_doubling)
{
	struct rj_list l = { 0 };

	for (uint32_t i = 0; i < 1000; i++) {
		uint32_t capacity = l.capacity;

		CHECK(rj_list_put(&l, &blocks, &i, sizeof(i)));
		CHECK(l.capacity == capacity || l.capacity == 2 * capacity || !capacity);
	}
	CHECK_EQ(l.len, 4000);
	CHECK_EQ(l.capacity, 4096);
	for (uint32_t i = 0; i < 1000; i++)
		CHECK(!memcmp(l.data + i * sizeof(i), &i, sizeof(i)));
	rj_list_done(&l, &blocks);
	CHECK(!l.data && !l.len && !l.capacity);
}

TEST(list_refuses_more_than_its_length_can_say)
{
	struct rj_list l = { 0 };

	CHECK(rj_list_put(&l, &blocks, "abc", 3));
	CHECK(!rj_list_room(&l, &blocks, UINT32_MAX / 2, 1));
	CHECK(!rj_list_room(&l, &blocks, UINT32_MAX, 1));
	CHECK_EQ(l.len, 3);
	rj_list_done(&l, &blocks);
}

TEST(list_starts_with_as_much_as_it_is_made_for)
{
	struct rj_list l = { 0 };

	CHECK(rj_list_room(&l, &blocks, 5, 300));
	CHECK_EQ(l.capacity, rj_blocks_len(300));
	CHECK_EQ(blocks.held, rj_blocks_len(300));
	rj_list_done(&l, &blocks);
	CHECK(rj_list_put(&l, &blocks, "abcde", 5));
	CHECK_EQ(l.len, 5);
	CHECK_EQ(l.capacity, rj_blocks_len(5));
	CHECK(!memcmp(l.data, "abcde", 5));
	rj_list_done(&l, &blocks);
	CHECK_EQ(blocks.held, 0);
}
