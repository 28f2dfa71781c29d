/* SPDX-License-Identifier: BSD-3-Clause */
#include "sink/jsonw.h"

#include <float.h>
#include <math.h>

#include "core/visitor.h"
#include "tests/unit/unit.h"

static const struct rj_field object = { .name = "object", .type = RJ_TYPE_OBJECT };
static const struct rj_field array = { .name = "array", .type = RJ_TYPE_ARRAY };
static const struct rj_field a = { .name = "a", .type = RJ_TYPE_UINT };
static const struct rj_field b = { .name = "b", .type = RJ_TYPE_STRING };

static struct rj_buffer out;
static struct rj_jsonw w;
static struct rj_visitor *v;

static void begin(void)
{
	static struct rj_jsonw_keys keys;

	keys = (struct rj_jsonw_keys){ 0 };
	rj_buffer_init(&out, 1 << 20);
	rj_jsonw_init(&w, &out, &keys);
	v = &w.visitor;
}

/* The text so far; the buffer is given back. */
static const char *text(void)
{
	static char copy[1 << 16];

	CHECK(!rj_jsonw_failed(&w));
	CHECK(out.len < sizeof(copy));
	memcpy(copy, out.data ? out.data : (const uint8_t *)"", out.len);
	copy[out.len] = 0;
	rj_buffer_done(&out);
	return copy;
}

/* What a string of these bytes, in an exact heap block, becomes. */
static const char *string(const void *bytes, size_t len)
{
	uint8_t *exact = unit_copy(bytes, len);

	begin();
	v->ops->string(v, &b, exact, len);
	free(exact);
	return text();
}

#define STRING(literal) string(literal, sizeof(literal) - 1)

TEST(jsonw_writes_bare_values_at_the_top)
{
	begin();
	v->ops->u64(v, &a, 7);
	CHECK_STR(text(), "7");
	begin();
	v->ops->null(v, NULL);
	CHECK_STR(text(), "null");
	begin();
	CHECK_STR(text(), "");
}

TEST(jsonw_writes_number_extremes)
{
	begin();
	v->ops->open(v, &array);
	v->ops->u64(v, &a, 0);
	v->ops->u64(v, &a, UINT64_MAX);
	v->ops->i64(v, &a, 0);
	v->ops->i64(v, &a, -1);
	v->ops->i64(v, &a, INT64_MIN);
	v->ops->i64(v, &a, INT64_MAX);
	v->ops->f64(v, &a, -0.5);
	v->ops->f64(v, &a, (double)NAN);
	v->ops->f64(v, &a, (double)INFINITY);
	v->ops->f64(v, &a, -(double)INFINITY);
	v->ops->time(v, &a, UINT64_C(1502118721015234567), 6);
	v->ops->time(v, &a, UINT64_C(1502118721015234567), 9);
	v->ops->close(v);
	CHECK_STR(text(), "[0,18446744073709551615,0,-1,-9223372036854775808,9223372036854775807,"
			  "-0.5,null,null,null,1502118721.015234,1502118721.015234567]");
}

TEST(jsonw_writes_words_hex_and_addresses)
{
	static const uint8_t ipv4[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	static const uint8_t ipv6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };

	begin();
	v->ops->open(v, &array);
	v->ops->boolean(v, &a, 1);
	v->ops->boolean(v, &a, 0);
	v->ops->boolean(v, &a, -5);
	v->ops->null(v, &a);
	v->ops->hex(v, &a, "\x00\xaf\xff", 3);
	v->ops->hex(v, &a, NULL, 0);
	v->ops->address(v, &a, ipv4);
	v->ops->address(v, &a, ipv6);
	v->ops->close(v);
	CHECK_STR(text(), "[true,false,true,null,\"00afff\",\"\",\"192.0.2.1\",\"2001:db8::1\"]");
}

TEST(jsonw_nests_with_keys_in_objects_only)
{
	begin();
	v->ops->open(v, &object);
	v->ops->open(v, &object);
	v->ops->close(v);
	v->ops->open(v, &array);
	v->ops->open(v, &array);
	v->ops->u64(v, &a, 1);
	v->ops->u64(v, NULL, 2);
	v->ops->close(v);
	v->ops->open(v, NULL); /* an object where the row says nothing else */
	v->ops->string(v, &b, "x", 1);
	v->ops->u64(v, &a, 3);
	v->ops->close(v);
	v->ops->close(v);
	v->ops->u64(v, &a, 4);
	v->ops->close(v);
	CHECK_STR(text(), "{\"object\":{},\"array\":[[1,2],{\"b\":\"x\",\"a\":3}],\"a\":4}");
}

TEST(jsonw_name_replaces_the_key_once)
{
	begin();
	v->ops->open(v, &object);
	v->ops->name(v, "Host", 4);
	v->ops->string(v, &b, "h", 1);
	v->ops->string(v, &b, "i", 1);
	v->ops->name(v, "q\"\n\xff", 4);
	v->ops->open(v, &array);
	v->ops->close(v);
	v->ops->name(v, "", 0);
	v->ops->null(v, NULL);
	v->ops->close(v);
	CHECK_STR(text(), "{\"Host\":\"h\",\"b\":\"i\",\"q\\\"\\n\xef\xbf\xbd\":[],\"\":null}");
}

TEST(jsonw_name_without_a_member_leaves_nothing)
{
	begin();
	v->ops->name(v, "top", 3);
	v->ops->open(v, &object);
	v->ops->name(v, "lost", 4);
	v->ops->name(v, "kept", 4);
	v->ops->open(v, &array);
	v->ops->name(v, "element", 7);
	v->ops->u64(v, &a, 1);
	v->ops->close(v);
	v->ops->u64(v, &a, 2);
	v->ops->name(v, "last", 4);
	v->ops->close(v);
	CHECK_STR(text(), "{\"kept\":[1],\"a\":2}");
}

TEST(jsonw_escapes_every_ascii_byte_as_rfc8259_says)
{
	for (unsigned int byte = 0; byte < 0x80; byte++) {
		static const char shorts[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
		const char *at = byte ? strchr(shorts, (int)byte) : NULL;
		char want[16];
		uint8_t raw = (uint8_t)byte;

		if (at)
			snprintf(want, sizeof(want), "\"\\%c\"", letters[at - shorts]);
		else if (byte < 0x20)
			snprintf(want, sizeof(want), "\"\\u%04x\"", byte);
		else
			snprintf(want, sizeof(want), "\"%c\"", (int)byte);
		CHECK_STR(string(&raw, 1), want);
	}
}

TEST(jsonw_finds_the_byte_to_escape_at_every_place)
{
	static const char special[] = { 0, 0x1f, '"', '\\', '\n', (char)0x80, (char)0xff };
	char raw[40], want[64];

	for (size_t len = 1; len <= sizeof(raw); len++) {
		for (size_t at = 0; at < len; at++) {
			for (size_t s = 0; s < sizeof(special); s++) {
				const char *one = string(&special[s], 1);

				memset(raw, s % 2 ? 0x7f : ' ', len);
				raw[at] = special[s];
				snprintf(want, sizeof(want), "\"%.*s%.*s%.*s\"", (int)at, raw,
					 (int)strlen(one) - 2, one + 1, (int)(len - at - 1),
					 raw + at + 1);
				CHECK_STR(string(raw, len), want);
			}
		}
	}
}

TEST(jsonw_leaves_valid_utf8_alone)
{
	static const char valid[] = "\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 "
				    "\xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf "
				    "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80";
	char want[sizeof(valid) + 2];

	snprintf(want, sizeof(want), "\"%s\"", valid);
	CHECK_STR(STRING(valid), want);
}

TEST(jsonw_replaces_maximal_subparts)
{
#define FFFD "\xef\xbf\xbd"
	CHECK_STR(STRING("\x80"), "\"" FFFD "\"");
	CHECK_STR(STRING("\xc0\xaf"), "\"" FFFD FFFD "\"");		      /* overlong / */
	CHECK_STR(STRING("\xe0\x80\xaf"), "\"" FFFD FFFD FFFD "\"");	      /* overlong */
	CHECK_STR(STRING("\xf0\x8f\xbf\xbf"), "\"" FFFD FFFD FFFD FFFD "\""); /* overlong */
	CHECK_STR(STRING("\xed\xa0\x80"), "\"" FFFD FFFD FFFD "\"");	      /* surrogate */
	CHECK_STR(STRING("\xf4\x90\x80\x80"), "\"" FFFD FFFD FFFD FFFD "\""); /* > U+10FFFF */
	CHECK_STR(STRING("\xf5\x80"), "\"" FFFD FFFD "\"");
	CHECK_STR(STRING("\xe2\x82"), "\"" FFFD "\""); /* truncated by the end */
	CHECK_STR(STRING("\xf0\x9f\x98"), "\"" FFFD "\"");
	CHECK_STR(STRING("\xe2\x82\"\xf0\x9f\n"), "\"" FFFD "\\\"" FFFD "\\n\"");
	/* Unicode 15, table 3-11 */
	CHECK_STR(STRING("\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64"),
		  "\"a" FFFD FFFD FFFD "b" FFFD "c" FFFD FFFD "d\"");
#undef FFFD
}

TEST(jsonw_leaves_out_what_is_nested_too_deep)
{
	begin();
	for (int i = 0; i < 40; i++)
		v->ops->open(v, i == 31 ? &object : &array);
	v->ops->name(v, "no", 2);
	v->ops->u64(v, &a, 1);
	for (int i = 0; i < 8; i++)
		v->ops->close(v);
	CHECK(w.is_too_deep);
	v->ops->name(v, "no", 2);
	v->ops->open(v, &array);
	v->ops->close(v);
	v->ops->u64(v, &a, 2);
	for (int i = 0; i < 31; i++)
		v->ops->close(v);
	CHECK_EQ(w.depth, 1);
	v->ops->close(v);
	CHECK_EQ(w.depth + w.num_skipped, 0);
	CHECK_STR(text(),
		  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{\"a\":2}]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
}

static void write_something(void)
{
	v->ops->open(v, &object);
	v->ops->string(v, &b, "some\ntext \xff", 11);
	v->ops->name(v, "gone", 4);
	v->ops->name(v, "hex", 3);
	v->ops->hex(v, &a, "0123456789", 10);
	v->ops->open(v, &array);
	v->ops->f64(v, &a, -DBL_MAX);
	v->ops->close(v);
	v->ops->close(v);
}

TEST(jsonw_tells_when_the_buffer_refuses)
{
	size_t len, num_failed = 0;

	begin();
	write_something();
	len = out.len;
	rj_buffer_done(&out);
	for (size_t cap_bytes = 0; cap_bytes < len + 64; cap_bytes++) {
		begin();
		rj_buffer_put(&out, "before", 6);
		out.cap_bytes = cap_bytes + 6;
		rj_buffer_done(&out);
		rj_buffer_put(&out, "before", 6);
		write_something();
		CHECK(rj_jsonw_failed(&w) || out.len == len + 6);
		CHECK(out.len >= 6 && !memcmp(out.data, "before", 6));
		num_failed += rj_jsonw_failed(&w);
		rj_buffer_done(&out);
	}
	CHECK(num_failed >= len && num_failed < len + 64);
}

static const struct rj_field long_name = {
	.name = "a name longer than any that the writer keeps, and than a piece of its text",
	.type = RJ_TYPE_UINT
};
static const struct rj_step_word words[] = { { "<", 1 }, { "fifteen letters", 15 }, { "", 0 } };

#define OPEN(field)                                                                                \
	{                                                                                          \
		RJ_STEP_OPEN, field, NULL                                                          \
	}
#define CLOSE                                                                                      \
	{                                                                                          \
		RJ_STEP_CLOSE, NULL, NULL                                                          \
	}
#define NUMBER                                                                                     \
	{                                                                                          \
		RJ_STEP_U64, &a, NULL                                                              \
	}

static const struct rj_step all_calls[] = {
	OPEN(&object),
	NUMBER,
	{ RJ_STEP_WORD, &b, words },
	{ RJ_STEP_I64, &a, NULL },
	OPEN(&array),
	{ RJ_STEP_NULL, &a, NULL },
	OPEN(&object),
	CLOSE,
	NUMBER,
	CLOSE,
	CLOSE,
	{ RJ_STEP_WORD, &b, words },
};
#define NUM_VALUES 5u
static const uint64_t values[][NUM_VALUES] = {
	{ 0, 1, (uint64_t)-1, 10000, 0 },
	{ UINT64_MAX, 0, (uint64_t)INT64_MIN, 9999, 2 },
	{ 7, 2, INT64_MAX, 99999999, 1 },
};

TEST(jsonw_writes_steps)
{
	begin();
	v->ops->open(v, &array);
	v->ops->steps(v, all_calls, RJ_NUM_STEPS(all_calls), values[0], 0);
	v->ops->close(v);
	CHECK_STR(text(), "[]");
	begin();
	v->ops->open(v, &array);
	v->ops->steps(v, all_calls, RJ_NUM_STEPS(all_calls), values[0], 1);
	v->ops->open(v, &object);
	v->ops->steps(v, all_calls, RJ_NUM_STEPS(all_calls), values[1], 1);
	v->ops->close(v);
	v->ops->close(v);
	CHECK_STR(text(),
		  "[{\"a\":0,\"b\":\"fifteen letters\",\"a\":-1,\"array\":[null,{},10000]},\"<\","
		  "{\"object\":{\"a\":18446744073709551615,\"b\":\"<\",\"a\":-9223372036854775808,"
		  "\"array\":[null,{},9999]},\"b\":\"\"}]");
}

/* What the writer makes of steps, or of single calls in their place; inside of so many arrays. */
static const char *written(bool in_steps, unsigned int depth, const struct rj_field *inside,
			   const char *name, const struct rj_step *steps, size_t num,
			   const uint64_t *all, size_t times)
{
	begin();
	for (unsigned int i = 0; i < depth; i++)
		v->ops->open(v, &array);
	if (inside)
		v->ops->open(v, inside);
	if (name)
		v->ops->name(v, name, strlen(name));
	if (in_steps)
		rj_visitor_steps(v, steps, num, all, times);
	else
		rj_visitor_each_step(v, steps, num, all, times);
	if (inside)
		v->ops->close(v);
	for (unsigned int i = 0; i < depth; i++)
		v->ops->close(v);
	return text();
}

static void check_steps(unsigned int depth, const struct rj_field *inside, const char *name,
			const struct rj_step *steps, size_t num, const uint64_t *all, size_t times)
{
	char *want = strdup(written(false, depth, inside, name, steps, num, all, times));
	bool was_too_deep = w.is_too_deep;

	CHECK_STR(written(true, depth, inside, name, steps, num, all, times), want);
	CHECK_EQ(w.is_too_deep, was_too_deep);
	free(want);
}

TEST(jsonw_writes_steps_as_calls_would)
{
	size_t num = RJ_NUM_STEPS(all_calls);

	for (unsigned int depth = 0; depth <= RJ_JSONW_MAX_DEPTH + 1; depth++) {
		check_steps(depth, &array, NULL, all_calls, num, values[0], 3);
		check_steps(depth, &object, NULL, all_calls, num, values[0], 3);
		check_steps(depth, &object, "by name", all_calls, num, values[0], 3);
	}
	check_steps(0, NULL, NULL, all_calls, num - 1, values[0], 1);
}

TEST(jsonw_writes_steps_that_are_too_many_or_too_long_to_be_kept)
{
	static const struct rj_step many[] = {
		NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER,
		NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER,
	};
	static const struct rj_step longest[] = {
		{ RJ_STEP_NULL, &long_name, NULL },
		NUMBER,
		{ RJ_STEP_NULL, &long_name, NULL },
		{ RJ_STEP_NULL, &long_name, NULL },
	};
	const uint64_t numbers[RJ_NUM_STEPS(many)] = { 1, 20, 300, 4000, 50000 };

	for (size_t num = 1; num <= RJ_NUM_STEPS(many); num++)
		check_steps(1, &object, NULL, many, num, numbers, 1);
	for (size_t num = 1; num <= RJ_NUM_STEPS(longest); num++)
		check_steps(1, &object, NULL, longest, num, numbers, 2);
}

#define STEP(kind)                                                                                 \
	{                                                                                          \
		RJ_STEP_##kind, &a, NULL                                                           \
	}

TEST(jsonw_writes_steps_of_two_values)
{
	static const struct rj_step steps[] = { OPEN(&object), STEP(STRING), STEP(HEX),
						STEP(ADDRESS), STEP(TIME),   STEP(STRING),
						CLOSE };
	static const uint8_t ipv4[16] = { [10] = 0xff, [11] = 0xff, 10, 0, 255, 3 };
	static const char *const texts[] = { "", "plain", "a \"quote\"", "\xff and \x01" };
	static char text[3000];
	uint64_t pairs[2 * 10] = { 0 };

	memset(text, 'x', sizeof(text));
	text[2000] = '\n';
	for (unsigned int i = 0; i < 4; i++) {
		rj_step_bytes(pairs, texts[i], strlen(texts[i]));
		rj_step_bytes(pairs + 2, text, i % 2 ? sizeof(text) : i);
		rj_step_address(pairs + 4, ipv4);
		pairs[6] = UINT64_MAX;
		pairs[7] = i % 2 ? 6 : 9;
		rj_step_bytes(pairs + 8, text, i % 2 ? i : sizeof(text));
		memcpy(pairs + 10, pairs, 10 * sizeof(*pairs));
		check_steps(1, NULL, NULL, steps, RJ_NUM_STEPS(steps), pairs, 2);
		check_steps(0, NULL, NULL, steps, RJ_NUM_STEPS(steps), pairs, 1);
		check_steps(1, &object, "name", steps, RJ_NUM_STEPS(steps), pairs, 1);
	}
	for (size_t cap_bytes = 0; cap_bytes < 12000; cap_bytes += 7) {
		begin();
		out.cap_bytes = cap_bytes;
		v->ops->open(v, &array);
		v->ops->steps(v, steps, RJ_NUM_STEPS(steps), pairs, 2);
		v->ops->close(v);
		CHECK(rj_jsonw_failed(&w) || out.data[out.len - 1] == ']');
		CHECK(out.len <= cap_bytes);
		rj_buffer_done(&out);
	}
}

TEST(jsonw_forgets_steps_for_others)
{
	struct rj_step many[2 * RJ_JSONW_NUM_SHAPES];
	uint64_t number = 0;
	size_t len = 1;

	begin();
	v->ops->open(v, &array);
	for (unsigned int turn = 0; turn < 3; turn++)
		for (size_t i = 0; i < RJ_NUM_STEPS(many); i++, number++) {
			many[i] = (struct rj_step)NUMBER;
			v->ops->steps(v, &many[i], 1, &number, 1);
			len += number < 10 ? 2 : number < 100 ? 3 : 4;
		}
	v->ops->close(v);
	CHECK_EQ(strlen(text()), len);
}

TEST(jsonw_writes_lists_of_short_hexes)
{
	static const uint8_t bytes[] = { 0x00, 0x1d, 0xab, 0xff, 0x0a, 0x90 };

	begin();
	v->ops->open(v, &object);
	v->ops->hexes(v, &array, &b, bytes, 2, 3);
	v->ops->hexes(v, &array, &b, bytes, 3, 2);
	v->ops->hexes(v, &array, &b, NULL, 2, 0);
	v->ops->close(v);
	CHECK_STR(text(), "{\"array\":[\"001d\",\"abff\",\"0a90\"],"
			  "\"array\":[\"001dab\",\"ff0a90\"],\"array\":[]}");
	begin();
	for (unsigned int i = 0; i < RJ_JSONW_MAX_DEPTH; i++)
		v->ops->open(v, &array);
	v->ops->hexes(v, &array, &b, bytes, 2, 3);
	for (unsigned int i = 0; i < RJ_JSONW_MAX_DEPTH; i++)
		v->ops->close(v);
	CHECK(!strchr(text(), '"'));
	CHECK(w.is_too_deep);
}

TEST(jsonw_writes_pairs_of_bytes_in_lists_of_any_length)
{
	uint8_t bytes[2 * 20];
	char want[256];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(7 * i + 1);
	for (size_t num = 0; num <= 20; num++) {
		size_t len = 0;

		want[len++] = '[';
		for (size_t i = 0; i < num; i++)
			len += (size_t)snprintf(want + len, sizeof(want) - len, "%s\"%02x%02x\"",
						i ? "," : "", bytes[2 * i], bytes[2 * i + 1]);
		snprintf(want + len, sizeof(want) - len, "]");
		begin();
		v->ops->hexes(v, &array, &b, bytes, 2, num);
		CHECK_STR(text(), want);
	}
}

TEST(jsonw_writes_named_bytes_as_the_single_calls)
{
	static const uint8_t bytes[] = { 0x00, 0xff, 0x10 };
	static const struct rj_named_bytes named[] = {
		{ "none", NULL, 4, 0 },
		{ "a", bytes, 1, 3 },
		{ "a name of more than some 16 bytes", bytes + 1, 33, 1 },
	};

	begin();
	v->ops->open(v, &array);
	v->ops->u64(v, &b, 1);
	v->ops->named_hexes(v, &object, &b, named, 3);
	v->ops->named_hexes(v, &object, &b, named, 0);
	v->ops->u64(v, &b, 2);
	v->ops->close(v);
	CHECK_STR(text(), "[1,{\"none\":\"\"},{\"a\":\"00ff10\"},"
			  "{\"a name of more than some 16 bytes\":\"ff\"},2]");
	begin(); /* where no array is */
	v->ops->open(v, &object);
	v->ops->named_hexes(v, &object, &b, named + 1, 1);
	v->ops->close(v);
	CHECK_STR(text(), "{\"object\":{\"a\":\"00ff10\"}}");
	begin();
	v->ops->named_hexes(v, &object, &b, named + 1, 1);
	CHECK_STR(text(), "{\"a\":\"00ff10\"}");
	begin(); /* too deep, by itself and within what is */
	for (unsigned int i = 0; i < RJ_JSONW_MAX_DEPTH + 1; i++) {
		v->ops->open(v, &array);
		if (i + 2 > RJ_JSONW_MAX_DEPTH)
			v->ops->named_hexes(v, &object, &b, named, 3);
	}
	for (unsigned int i = 0; i < RJ_JSONW_MAX_DEPTH + 1; i++)
		v->ops->close(v);
	CHECK(!strchr(text(), '"'));
	CHECK(w.is_too_deep);
}

TEST(jsonw_writes_numbers_of_any_length_in_lists)
{
	uint64_t numbers[64 + 3];
	char want[2048] = "[";
	size_t num = sizeof(numbers) / sizeof(*numbers), len = 1;

	for (unsigned int turn = 0; turn < 64; turn++) {
		for (size_t i = 0; i < num; i++)
			numbers[i] = i % 16 < 8 ? (i + turn) % 10 : UINT64_MAX >> (i + turn) % 64;
		for (size_t i = len = 1; i <= num; i++)
			len += (size_t)snprintf(want + len, sizeof(want) - len, "%" PRIu64 "%s",
						numbers[i - 1], i < num ? "," : "]");
		begin();
		v->ops->numbers(v, &array, &a, numbers, num);
		CHECK_STR(text(), want);
	}
}

TEST(jsonw_steps_are_left_out_where_there_is_no_room_or_too_much_depth)
{
	static const struct rj_step steps[] = { OPEN(&object), NUMBER, CLOSE };
	static struct rj_jsonw_keys keys;

	rj_buffer_init(&out, 20);
	rj_jsonw_init(&w, &out, &keys);
	v = &w.visitor;
	v->ops->open(v, &array);
	v->ops->steps(v, steps, RJ_NUM_STEPS(steps), values[0], 3);
	v->ops->close(v);
	CHECK(rj_jsonw_failed(&w));
	rj_buffer_done(&out);
	begin();
	for (unsigned int i = 0; i <= RJ_JSONW_MAX_DEPTH; i++)
		v->ops->open(v, &array);
	v->ops->steps(v, steps, RJ_NUM_STEPS(steps), values[0], 3);
	for (unsigned int i = 0; i <= RJ_JSONW_MAX_DEPTH; i++)
		v->ops->close(v);
	CHECK(!strchr(text(), '{'));
	CHECK(w.is_too_deep);
}
