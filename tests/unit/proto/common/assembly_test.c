/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of putting bytes together; orders and overlaps are tested by who uses it. */
#include "proto/common/assembly.h"

#include "tests/unit/unit.h"

#define MAX 1024u

static enum rj_status put(struct rj_assembly *a, struct rj_arena *arena, uint64_t at,
			  const char *text)
{
	return rj_assembly_put(a, arena, MAX, at, rj_cursor_init(text, strlen(text), true));
}

TEST(assembly_has_what_came_and_no_more)
{
	struct rj_assembly a = { .room = 0 };
	struct rj_arena arena;

	rj_arena_init(&arena, 1u << 16);
	CHECK(!rj_assembly_has(&a, 0, 1));
	CHECK_EQ(put(&a, &arena, 62, "abcd"), RJ_OK);
	CHECK(rj_assembly_has(&a, 62, 66));
	CHECK(!rj_assembly_has(&a, 61, 66));
	CHECK(!rj_assembly_has(&a, 62, 67));
	CHECK(!rj_assembly_has(&a, 0, MAX + 1));
	CHECK_EQ(put(&a, &arena, 60, "??aX"), RJ_MALFORMED); /* X is b: it stays */
	CHECK(rj_assembly_has(&a, 60, 66));
	CHECK(!memcmp(a.bytes + 60, "??abcd", 6));
	rj_arena_done(&arena);
}

TEST(assembly_keeps_its_bytes_as_it_grows_to_its_cap)
{
	struct rj_assembly a = { .room = 0 };
	struct rj_arena arena;

	rj_arena_init(&arena, 1u << 16);
	CHECK_EQ(put(&a, &arena, 0, "ab"), RJ_OK);
	CHECK_EQ(a.room, 512);
	CHECK_EQ(put(&a, &arena, MAX - 2, "yz"), RJ_OK);
	CHECK_EQ(a.room, MAX);
	CHECK(!memcmp(a.bytes, "ab", 2) && rj_assembly_has(&a, 0, 2));
	CHECK_EQ(put(&a, &arena, MAX - 1, "zz"), RJ_MALFORMED);
	CHECK_EQ(put(&a, &arena, MAX + 1, "z"), RJ_MALFORMED);
	CHECK_EQ(put(&a, &arena, UINT64_MAX, "z"), RJ_MALFORMED);
	CHECK_EQ(put(&a, &arena, UINT64_MAX, ""), RJ_OK);
	CHECK_EQ(rj_assembly_grow(&a, &arena, MAX, MAX + 1), RJ_MALFORMED);
	rj_arena_done(&arena);
}
