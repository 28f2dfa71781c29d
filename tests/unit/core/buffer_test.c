/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/buffer.h"

#include "tests/unit/unit.h"

TEST(buffer_appends_in_order)
{
	struct rj_buffer b = { .cap_bytes = 1 << 20 };

	for (unsigned int i = 0; i < 100000; i++) {
		uint8_t byte = (uint8_t)(i * 31 >> 3);

		rj_buffer_put(&b, &byte, 1);
	}
	CHECK_EQ(b.len, 100000);
	for (unsigned int i = 0; i < 100000; i++)
		if (b.data[i] != (uint8_t)(i * 31 >> 3))
			return unit_failed(__FILE__, __LINE__, "byte differs");
	CHECK(!b.is_failed);
	rj_buffer_done(&b);
}

TEST(buffer_fills_to_its_cap_and_not_beyond)
{
	for (size_t cap_bytes = 0; cap_bytes < 5000; cap_bytes += 499) {
		struct rj_buffer b;

		rj_buffer_init(&b, cap_bytes);
		for (size_t i = 0; i < cap_bytes; i++)
			rj_buffer_put(&b, "x", 1);
		CHECK(!b.is_failed);
		CHECK_EQ(b.len, cap_bytes);
		CHECK(b.capacity <= cap_bytes);
		rj_buffer_put(&b, "x", 1);
		CHECK(b.is_failed);
		CHECK_EQ(b.len, cap_bytes);
		rj_buffer_done(&b);
	}
}

TEST(buffer_takes_all_or_nothing_and_stays_failed)
{
	struct rj_buffer b = { .cap_bytes = 10 };

	rj_buffer_put(&b, "1234567", 7);
	rj_buffer_put(&b, "8901", 4);
	CHECK_EQ(b.len, 7);
	CHECK(b.is_failed);
	rj_buffer_put(&b, "8", 1);
	CHECK_EQ(b.len, 7);
	CHECK(!rj_buffer_room(&b, 0));
	rj_buffer_cut(&b, 3);
	CHECK(!b.is_failed);
	rj_buffer_put(&b, "abcdefg", 7);
	CHECK(b.len == 10 && !memcmp(b.data, "123abcdefg", 10));
	rj_buffer_done(&b);
}

TEST(buffer_refuses_absurd_lengths)
{
	struct rj_buffer b = { .cap_bytes = SIZE_MAX };

	rj_buffer_put(&b, "1", 1);
	CHECK(!rj_buffer_room(&b, SIZE_MAX));
	CHECK(b.is_failed);
	rj_buffer_cut(&b, 1);
	CHECK(!rj_buffer_room(&b, SIZE_MAX - 1 - (1u << 20))); /* the heap says no */
	CHECK(b.is_failed);
	CHECK(b.len == 1 && b.data[0] == '1');
	rj_buffer_done(&b);
}

TEST(buffer_takes_nothing_from_nowhere)
{
	struct rj_buffer b = { .cap_bytes = 0 };

	rj_buffer_put(&b, NULL, 0);
	CHECK(!b.is_failed);
	CHECK_EQ(b.len, 0);
	rj_buffer_done(&b);
}

TEST(buffer_cut_never_lengthens_and_keeps_memory)
{
	struct rj_buffer b = { .cap_bytes = 100 };
	const uint8_t *data;

	rj_buffer_put(&b, "abc", 3);
	data = b.data;
	rj_buffer_cut(&b, 50);
	CHECK_EQ(b.len, 3);
	rj_buffer_cut(&b, 0);
	CHECK_EQ(b.len, 0);
	rj_buffer_put(&b, "def", 3);
	CHECK(b.data == data && !memcmp(data, "def", 3));
	rj_buffer_done(&b);
}

TEST(buffer_is_usable_after_done)
{
	struct rj_buffer b = { .cap_bytes = 4 };

	rj_buffer_put(&b, "12345", 5);
	rj_buffer_done(&b);
	CHECK(!b.is_failed && !b.data && !b.len);
	rj_buffer_put(&b, "1234", 4);
	CHECK_EQ(b.len, 4);
	rj_buffer_done(&b);
}
