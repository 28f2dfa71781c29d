/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of names and texts as they are written. */
#include "proto/common/names.h"

#include "core/buffer.h"
#include "sink/jsonw.h"
#include "tests/unit/unit.h"

static const struct rj_field list = { "list", RJ_TYPE_ARRAY, "", 0, "", "" };
static const struct rj_field item = { "item", RJ_TYPE_STRING, "", 0, "", "" };

static const struct rj_name table[] = { { -3, "minus" }, { 1, "one" }, { 4, "four" }, { 0, NULL } };

struct shown {
	struct rj_buffer out;
	struct rj_jsonw_keys keys;
	struct rj_jsonw w;
};

static struct rj_visitor *begin(struct shown *s)
{
	rj_buffer_init(&s->out, 1 << 16);
	memset(&s->keys, 0, sizeof(s->keys));
	rj_jsonw_init(&s->w, &s->out, &s->keys);
	s->w.visitor.ops->open(&s->w.visitor, &list);
	return &s->w.visitor;
}

static void expect(struct shown *s, const char *want)
{
	s->w.visitor.ops->close(&s->w.visitor);
	rj_buffer_put(&s->out, "", 1);
	CHECK_STR((const char *)s->out.data, want);
	rj_buffer_done(&s->out);
}

TEST(names_of_numbers_or_their_digits)
{
	struct shown s;
	struct rj_visitor *v = begin(&s);

	rj_put_name(v, &item, table, -3);
	rj_put_name(v, &item, table, 4);
	rj_put_name(v, &item, table, 0);
	rj_put_name(v, &item, table, -128);
	rj_put_name(v, &item, table, UINT32_MAX);
	expect(&s, "[\"minus\",\"four\",\"0\",\"-128\",\"4294967295\"]");
}

TEST(names_of_bits_and_what_has_none)
{
	static const struct rj_name bits[] = { { 1, "a" },
					       { 0x80000000, "b" },
					       { 2, "c" },
					       { 0, NULL } };
	struct shown s;
	struct rj_visitor *v = begin(&s);

	rj_put_bits(v, &list, &item, bits, 0);
	rj_put_bits(v, &list, &item, bits, 0x80000003);
	rj_put_bits(v, &list, &item, bits, 0x00100041);
	expect(&s, "[[],[\"a\",\"b\",\"c\"],[\"a\",\"0x100040\"]]");
}

static void put_utf16(struct rj_visitor *v, const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);

	rj_put_utf16(v, &item, rj_cursor_init(bytes, len, true));
	free(bytes);
}

TEST(names_utf16_becomes_utf8)
{
	struct shown s;
	struct rj_visitor *v = begin(&s);

	put_utf16(v, "4100 df00 ac20 3dd8 00de"); /* of 1, 2, 3 and 4 bytes */
	put_utf16(v, "4100 0000 4200");
	put_utf16(v, "3dd8 4100 00de 3dd8"); /* halves of a pair alone */
	put_utf16(v, "4100 42");
	put_utf16(v, "0000");
	put_utf16(v, "");
	expect(&s, "[\"A\xc3\x9f\xe2\x82\xac\xf0\x9f\x98\x80\",\"A\","
		   "\"\xef\xbf\xbd"
		   "A\xef\xbf\xbd\xef\xbf\xbd\",\"A\"]");
}

TEST(names_utf16_has_a_limit)
{
	uint8_t text[RJ_UTF16_MAX_BYTES + 2];
	char want[RJ_UTF16_MAX_BYTES / 2 * 3 + 5] = "[\"";
	struct shown s;
	struct rj_visitor *v = begin(&s);

	for (size_t i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "\xac\x20", 2);
	for (size_t i = 0; i < RJ_UTF16_MAX_BYTES / 2; i++)
		memcpy(want + 2 + 3 * i, "\xe2\x82\xac", 3);
	memcpy(want + sizeof(want) - 3, "\"]", 3);
	rj_put_utf16(v, &item, rj_cursor_init(text, sizeof(text), true));
	expect(&s, want);
}

TEST(names_what_is_kept_has_a_limit_and_needs_memory)
{
	struct rj_arena arena;
	struct rj_cursor kept;

	rj_arena_init(&arena, 4096);
	kept = rj_keep(&arena, rj_cursor_init("abcdef", 6, true), 4);
	CHECK(kept.left == 4 && !memcmp(kept.at, "abcd", 4));
	CHECK_EQ(rj_keep(&arena, rj_cursor_init("", 0, true), 4).left, 0);
	CHECK_EQ(arena.num_refused, 0);
	rj_arena_done(&arena);
	rj_arena_init(&arena, 0);
	CHECK_EQ(rj_keep(&arena, rj_cursor_init("abcdef", 6, true), 4).left, 0);
	rj_arena_done(&arena);
}
