/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random calls, twice from one seed: first into the writer, then, once json-c
 * has read what was written, into a visitor that expects each value there.
 */
#include <float.h>
#include <json-c/json.h>
#include <math.h>

#include "sink/jsonw.h"
#include "tests/unit/unit.h"

#define MAX_MEMBERS 6  /* of one object or array */
#define MAX_VALUES 300 /* of one document; else its size has no bound */

static uint64_t random_state;

static uint64_t next_random(void) /* xorshift64, Marsaglia 2003 */
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Of the last string or name: what a reader must find for the bytes that were handed over. */
static char raw[256], expected[256];
static size_t raw_len, expected_len;

static void random_text(bool is_key, size_t member)
{
	static const struct {
		const char *raw, *expected;
	} pieces[] = {
		{ "plain words of text", "plain words of text" },
		{ "\"\\/\b\f\n\r\t", "\"\\/\b\f\n\r\t" },
		{ "\x01\x1f\x7f", "\x01\x1f\x7f" },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\xff", "\xef\xbf\xbd" },
		{ "\xf0\x9f\x98", "\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	};

	raw_len = (size_t)snprintf(raw, sizeof(raw), "%zu", member);
	memcpy(expected, raw, raw_len);
	expected_len = raw_len;
	for (uint64_t num = next_random() % 5; num; num--) {
		uint64_t pick = next_random() % 8;

		if (pick == 7) { /* json-c's keys end at a NUL */
			raw[raw_len++] = expected[expected_len++] = is_key ? 'x' : 0;
			continue;
		}
		raw_len += (size_t)snprintf(raw + raw_len, sizeof(raw) - raw_len, "%s.",
					    pieces[pick].raw);
		expected_len += (size_t)snprintf(expected + expected_len,
						 sizeof(expected) - expected_len, "%s.",
						 pieces[pick].expected);
	}
	expected[expected_len] = 0;
}

static const struct rj_field rows[] = {
	{ .name = "one" },  { .name = "two" },	{ .name = "three" },
	{ .name = "four" }, { .name = "five" }, { .name = "six" },
};
static const struct rj_field array_rows[] = {
	{ .name = "one", .type = RJ_TYPE_ARRAY },   { .name = "two", .type = RJ_TYPE_ARRAY },
	{ .name = "three", .type = RJ_TYPE_ARRAY }, { .name = "four", .type = RJ_TYPE_ARRAY },
	{ .name = "five", .type = RJ_TYPE_ARRAY },  { .name = "six", .type = RJ_TYPE_ARRAY },
};

static void random_scalar(struct rj_visitor *v, size_t member)
{
	const struct rj_field *f = &rows[member];
	uint64_t bits = next_random(), kind = next_random() % 8;

	if (kind == 0)
		v->ops->u64(v, f, bits >> (bits & 63));
	else if (kind == 1)
		v->ops->i64(v, f, (int64_t)bits >> (bits & 63));
	else if (kind == 2)
		v->ops->f64(v, f, (double)(int64_t)bits / (double)(next_random() | 1));
	else if (kind == 3)
		v->ops->boolean(v, f, bits & 1);
	else if (kind == 4)
		v->ops->null(v, f);
	else if (kind == 5)
		v->ops->time(v, f, bits, bits & 1 ? 6 : 9);
	else if (kind == 6)
		v->ops->hex(v, f, &bits, bits & 7);
	else {
		random_text(false, member);
		v->ops->string(v, f, raw, raw_len);
	}
}

/* One balanced sequence of calls: a container at the top, then a walk down and up. */
static void random_calls(struct rj_visitor *v, uint64_t seed, uint64_t depth_limit)
{
	size_t num_members[64]; /* of each level, depth_limit of them at most */
	size_t depth = 1, num_values = 0;

	random_state = seed;
	num_members[0] = 0;
	v->ops->open(v, next_random() % 2 ? &rows[0] : &array_rows[0]);
	while (depth) {
		size_t member = num_members[depth - 1]++;

		if (member == MAX_MEMBERS || ++num_values > MAX_VALUES || next_random() % 8 == 0) {
			v->ops->close(v);
			depth--;
			continue;
		}
		if (next_random() % 3 == 0) {
			random_text(true, member);
			v->ops->name(v, raw, raw_len);
		}
		if (depth == depth_limit || next_random() % 3) {
			random_scalar(v, member);
			continue;
		}
		v->ops->open(v, next_random() % 2 ? &rows[member] : &array_rows[member]);
		num_members[depth++] = 0;
	}
}

struct checker {
	struct rj_visitor visitor;
	struct json_object *levels[RJ_JSONW_MAX_DEPTH + 1]; /* [0] is the document */
	size_t num_seen[RJ_JSONW_MAX_DEPTH + 1];
	size_t depth, num_skipped, num_wrong;
	bool has_name;
	char name[256];
};

/* The value that stands where the next one is expected; NULL also for JSON's null. */
static struct json_object *next_value(struct checker *c, const struct rj_field *f)
{
	struct json_object *level = c->levels[c->depth], *value = NULL;
	size_t seen = c->num_seen[c->depth]++;

	if (!c->depth)
		value = level;
	else if (json_object_is_type(level, json_type_array))
		value = json_object_array_get_idx(level, seen);
	else if (!json_object_object_get_ex(level, c->has_name ? c->name : f->name, &value))
		c->num_wrong++;
	c->has_name = false;
	return value;
}

static void expect(struct rj_visitor *v, bool is_right)
{
	((struct checker *)v)->num_wrong += !is_right;
}

static struct json_object *typed(struct rj_visitor *v, const struct rj_field *f, json_type type)
{
	struct json_object *value;

	if (((struct checker *)v)->num_skipped)
		return NULL;
	value = next_value((struct checker *)v, f);
	expect(v, json_object_is_type(value, type));
	return value;
}

static void check_open(struct rj_visitor *v, const struct rj_field *f)
{
	struct checker *c = (struct checker *)v;

	if (c->num_skipped || c->depth == RJ_JSONW_MAX_DEPTH) {
		c->num_skipped++;
		c->has_name = false;
		return;
	}
	c->levels[c->depth + 1] =
		typed(v, f, f->type == RJ_TYPE_ARRAY ? json_type_array : json_type_object);
	c->num_seen[++c->depth] = 0;
}

static void check_close(struct rj_visitor *v)
{
	struct checker *c = (struct checker *)v;
	struct json_object *level = c->levels[c->depth];

	c->has_name = false;
	if (c->num_skipped) {
		c->num_skipped--;
		return;
	}
	if (json_object_is_type(level, json_type_array))
		expect(v, json_object_array_length(level) == c->num_seen[c->depth]);
	else
		expect(v, (size_t)json_object_object_length(level) == c->num_seen[c->depth]);
	c->depth--;
}

static void check_name(struct rj_visitor *v, const void *name, size_t len)
{
	struct checker *c = (struct checker *)v;

	expect(v, name == raw && len == raw_len);
	if (c->num_skipped || !json_object_is_type(c->levels[c->depth], json_type_object))
		return;
	c->has_name = true;
	memcpy(c->name, expected, expected_len + 1);
}

static void check_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	struct json_object *got = typed(v, f, json_type_int);

	expect(v, !got || json_object_get_uint64(got) == value);
}

static void check_i64(struct rj_visitor *v, const struct rj_field *f, int64_t value)
{
	struct json_object *got = typed(v, f, json_type_int);

	expect(v, !got || json_object_get_int64(got) == value);
}

static void check_f64(struct rj_visitor *v, const struct rj_field *f, double value)
{
	struct json_object *got;

	if (((struct checker *)v)->num_skipped)
		return;
	got = next_value((struct checker *)v, f);
	expect(v, json_object_is_type(got, json_type_double) ||
			  json_object_is_type(got, json_type_int));
	expect(v, fabs(json_object_get_double(got) - value) <=
			  0.5000001e-6 + fabs(value) * DBL_EPSILON);
}

static void check_boolean(struct rj_visitor *v, const struct rj_field *f, int value)
{
	struct json_object *got = typed(v, f, json_type_boolean);

	expect(v, !got || json_object_get_boolean(got) == value);
}

static void check_null(struct rj_visitor *v, const struct rj_field *f)
{
	typed(v, f, json_type_null);
}

static void check_text(struct rj_visitor *v, struct json_object *got, const char *text, size_t len)
{
	expect(v, !got || ((size_t)json_object_get_string_len(got) == len &&
			   !memcmp(json_object_get_string(got), text, len)));
}

static void check_string(struct rj_visitor *v, const struct rj_field *f, const void *text,
			 size_t len)
{
	expect(v, text == raw && len == raw_len);
	check_text(v, typed(v, f, json_type_string), expected, expected_len);
}

static void check_hex(struct rj_visitor *v, const struct rj_field *f, const void *bytes, size_t len)
{
	char text[32] = "";

	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", ((const uint8_t *)bytes)[i]);
	check_text(v, typed(v, f, json_type_string), text, 2 * len);
}

static void check_time(struct rj_visitor *v, const struct rj_field *f, uint64_t ns, int decimals)
{
	struct json_object *got =
		typed(v, f, json_type_double); /* keeps the text it was read from */
	uint64_t fraction = ns % 1000000000;
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64 ".%0*" PRIu64, ns / 1000000000, decimals,
		 decimals == 6 ? fraction / 1000 : fraction);
	expect(v, !got || !strcmp(json_object_to_json_string(got), text));
}

static const struct rj_visitor_ops check_ops = {
	.open = check_open,
	.close = check_close,
	.name = check_name,
	.u64 = check_u64,
	.i64 = check_i64,
	.f64 = check_f64,
	.boolean = check_boolean,
	.null = check_null,
	.string = check_string,
	.hex = check_hex,
	.time = check_time,
};

static bool is_right(uint64_t seed, uint64_t depth_limit)
{
	struct json_tokener *reader = json_tokener_new_ex(RJ_JSONW_MAX_DEPTH + 2);
	struct checker c = { .visitor = { &check_ops } };
	struct rj_buffer out = { .cap_bytes = 1u << 30 };
	struct rj_jsonw w;

	rj_jsonw_init(&w, &out, &(struct rj_jsonw_keys){ 0 });
	random_calls(&w.visitor, seed, depth_limit);
	json_tokener_set_flags(reader, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	c.levels[0] = json_tokener_parse_ex(reader, (const char *)out.data, (int)out.len);
	c.num_wrong = rj_jsonw_failed(&w) || json_tokener_get_error(reader) != json_tokener_success;
	c.num_wrong += json_tokener_get_parse_end(reader) != out.len;
	if (!c.num_wrong)
		random_calls(&c.visitor, seed, depth_limit);
	if (c.num_wrong)
		fprintf(stderr, "seed %" PRIu64 ": %.*s\n", seed, (int)out.len, (char *)out.data);
	json_object_put(c.levels[0]);
	json_tokener_free(reader);
	rj_buffer_done(&out);
	return !c.num_wrong;
}

TEST(jsonw_output_of_random_calls_reads_back)
{
	for (uint64_t seed = 1; seed <= 3000; seed++)
		CHECK(is_right(seed, 12));
}

TEST(jsonw_output_of_random_deep_calls_reads_back)
{
	for (uint64_t seed = 1; seed <= 3000; seed++)
		CHECK(is_right(seed * UINT64_C(0x9e3779b97f4a7c15), 60));
}
