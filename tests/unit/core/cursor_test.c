/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cursor.h"

#include "tests/unit/unit.h"

static const uint8_t bytes[] = { 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9 };

static bool is_same(const struct rj_cursor *a, const struct rj_cursor *b)
{
	return a->at == b->at && a->left == b->left && a->is_hard == b->is_hard;
}

TEST(cursor_reads_numbers_in_network_order)
{
	uint8_t *copy = unit_copy(bytes, sizeof(bytes));
	struct rj_cursor c = rj_cursor_init(copy, sizeof(bytes), true);
	uint8_t u8;
	uint16_t u16;
	uint32_t u24, u32;
	uint64_t u64;

	CHECK_EQ(rj_cursor_u8(&c, &u8), RJ_OK);
	CHECK_EQ(u8, 0xf1);
	CHECK_EQ(rj_cursor_u16(&c, &u16), RJ_OK);
	CHECK_EQ(u16, 0xf2f3);
	CHECK_EQ(rj_cursor_u24(&c, &u24), RJ_OK);
	CHECK_EQ(u24, 0xf4f5f6);
	CHECK_EQ(c.left, 3);
	c = rj_cursor_init(copy, sizeof(bytes), true);
	CHECK_EQ(rj_cursor_u32(&c, &u32), RJ_OK);
	CHECK_EQ(u32, 0xf1f2f3f4);
	c = rj_cursor_init(copy, sizeof(bytes), true);
	CHECK_EQ(rj_cursor_u64(&c, &u64), RJ_OK);
	CHECK(u64 == UINT64_C(0xf1f2f3f4f5f6f7f8));
	CHECK_EQ(c.left, 1);
	free(copy);
}

TEST(cursor_reads_every_width)
{
	for (size_t len = 1; len <= 8; len++) {
		uint8_t *copy = unit_copy(bytes, len);
		struct rj_cursor c = rj_cursor_init(copy, len, false);
		uint64_t value = 0;

		CHECK_EQ(rj_cursor_be(&c, len, &value), RJ_OK);
		CHECK(value == UINT64_C(0xf1f2f3f4f5f6f7f8) >> (64 - 8 * len));
		CHECK_EQ(c.left, 0);
		free(copy);
	}
}

/* One read of each kind, of more than there is; -1 when a failed read changed something. */
static int read_too_much(struct rj_cursor c, size_t len)
{
	struct rj_cursor before = c, sub = c;
	const uint8_t *p = bytes;
	uint64_t value = 99;
	enum rj_status st = rj_cursor_bytes(&c, len, &p);

	if (rj_cursor_skip(&c, len) != st || rj_cursor_sub(&c, len, &sub) != st)
		return -1;
	if (len <= 8 && rj_cursor_be(&c, len, &value) != st)
		return -1;
	if (!is_same(&c, &before) || !is_same(&sub, &before) || p != bytes || value != 99)
		return -1;
	return (int)st;
}

TEST(cursor_end_says_who_is_to_blame_and_nothing_moves)
{
	for (size_t have = 0; have < 8; have++) {
		uint8_t *copy = unit_copy(bytes, have);

		CHECK_EQ(read_too_much(rj_cursor_init(copy, have, false), have + 1), RJ_TRUNCATED);
		CHECK_EQ(read_too_much(rj_cursor_init(copy, have, true), have + 1), RJ_MALFORMED);
		CHECK_EQ(read_too_much(rj_cursor_init(copy, have, true), SIZE_MAX), RJ_MALFORMED);
		free(copy);
	}
}

TEST(cursor_reads_nothing_from_nothing)
{
	struct rj_cursor c = rj_cursor_init(NULL, 0, false);
	const uint8_t *p = bytes;

	CHECK_EQ(rj_cursor_bytes(&c, 0, &p), RJ_OK);
	CHECK(!p);
	CHECK_EQ(rj_cursor_skip(&c, 0), RJ_OK);
	CHECK(rj_cursor_starts(&c, "any"));
}

TEST(cursor_sub_has_a_hard_end_of_its_own)
{
	struct rj_cursor c = rj_cursor_init(bytes, sizeof(bytes), false), sub;

	CHECK_EQ(rj_cursor_sub(&c, 2, &sub), RJ_OK);
	CHECK(sub.at == bytes);
	CHECK_EQ(sub.left, 2);
	CHECK_EQ(rj_cursor_skip(&sub, 3), RJ_MALFORMED);
	CHECK(c.at == bytes + 2);
	CHECK_EQ(rj_cursor_skip(&c, sizeof(bytes)), RJ_TRUNCATED);
}

TEST(cursor_prefixed_takes_the_length_from_the_wire)
{
	static const uint8_t wire[] = { 0, 0, 2, 7, 8, 9 };

	for (size_t len_bytes = 1; len_bytes <= 3; len_bytes++) {
		struct rj_cursor c = rj_cursor_init(wire + 3 - len_bytes, len_bytes + 3, false);
		struct rj_cursor sub = { 0 };

		CHECK_EQ(rj_cursor_prefixed(&c, len_bytes, &sub), RJ_OK);
		CHECK(sub.at == wire + 3);
		CHECK_EQ(sub.left, 2);
		CHECK(sub.is_hard);
		CHECK(c.at == wire + 5);
		CHECK_EQ(c.left, 1);
	}
}

TEST(cursor_prefixed_fails_as_a_whole)
{
	static const uint8_t wire[] = { 0, 4, 1, 2, 3 };

	for (size_t have = 0; have <= sizeof(wire); have++) {
		uint8_t *copy = unit_copy(wire, have);
		struct rj_cursor c = rj_cursor_init(copy, have, false), before = c, sub = c;

		CHECK_EQ(rj_cursor_prefixed(&c, 2, &sub), RJ_TRUNCATED);
		CHECK(is_same(&c, &before));
		CHECK(is_same(&sub, &before));
		c.is_hard = true;
		CHECK_EQ(rj_cursor_prefixed(&c, 2, &sub), RJ_MALFORMED);
		free(copy);
	}
}

TEST(cursor_starts_compares_what_is_there)
{
	struct rj_cursor c = rj_cursor_init("GET /", 5, false);

	CHECK(rj_cursor_starts(&c, "GET "));
	CHECK(rj_cursor_starts(&c, "GET /"));
	CHECK(rj_cursor_starts(&c, "GET /index"));
	CHECK(rj_cursor_starts(&c, ""));
	CHECK(!rj_cursor_starts(&c, "GEX"));
	CHECK(!rj_cursor_starts(&c, "GET x"));
	CHECK(!rj_cursor_starts(&c, "HEAD /index"));
	CHECK_EQ(c.left, 5);
}
