/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/list.h"

#include "tests/unit/unit.h"

TEST(list_grows_by_doubling)
{
	struct rj_list l = { 0 };

	for (uint32_t i = 0; i < 1000; i++) {
		uint32_t capacity = l.capacity;

		CHECK(rj_list_put(&l, &i, sizeof(i)));
		CHECK(l.capacity == capacity || l.capacity == 2 * capacity || !capacity);
	}
	CHECK_EQ(l.len, 4000);
	CHECK_EQ(l.capacity, 4096);
	for (uint32_t i = 0; i < 1000; i++)
		CHECK(!memcmp(l.data + i * sizeof(i), &i, sizeof(i)));
	rj_list_done(&l);
	CHECK(!l.data && !l.len && !l.capacity);
}

TEST(list_refuses_more_than_its_length_can_say)
{
	struct rj_list l = { 0 };

	CHECK(rj_list_put(&l, "abc", 3));
	CHECK(!rj_list_room(&l, UINT32_MAX / 2));
	CHECK(!rj_list_room(&l, UINT32_MAX));
	CHECK_EQ(l.len, 3);
	rj_list_done(&l);
}

TEST(list_set_takes_no_more_than_it_needs)
{
	struct rj_list l = { 0 };

	CHECK(rj_list_set(&l, "abcde", 5));
	CHECK_EQ(l.len, 5);
	CHECK_EQ(l.capacity, 5);
	CHECK(!memcmp(l.data, "abcde", 5));
	rj_list_done(&l);
}
