/* SPDX-License-Identifier: BSD-3-Clause */
/* What a tape keeps is what passed, call by call; one that is over keeps nothing to be played. */
#include "core/tape.h"

#include "sink/jsonw.h"
#include "tests/unit/unit.h"

static const struct rj_field object = { "object", RJ_TYPE_OBJECT, "", 0, "", "" };
static const struct rj_field list = { "list", RJ_TYPE_ARRAY, "", 0, "", "" };
static const struct rj_field value = { "value", RJ_TYPE_STRING, "", 0, "", "" };

/* struct page - a writer of JSON and what it has written. */
struct page {
	struct rj_jsonw w;
	struct rj_buffer out;
	struct rj_jsonw_keys keys;
};

static void page_start(struct page *page)
{
	memset(page, 0, sizeof(*page));
	rj_buffer_init(&page->out, 1u << 20);
	rj_jsonw_init(&page->w, &page->out, &page->keys);
}

static bool is_same(const struct page *a, const struct page *b)
{
	return a->out.len == b->out.len && !memcmp(a->out.data, b->out.data, a->out.len);
}

/* Each call there is; more than 127 bytes of text for the writers' longer ways. */
static void say_all(struct rj_visitor *v)
{
	static const uint8_t address[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	char text[300];

	memset(text, 'x', sizeof(text));
	v->ops->open(v, &object);
	v->ops->name(v, "named", 5);
	v->ops->string(v, &value, "a\"b", 3);
	v->ops->string(v, &value, text, sizeof(text));
	v->ops->string(v, &value, "", 0);
	v->ops->open(v, &list);
	v->ops->u64(v, &value, UINT64_MAX);
	v->ops->i64(v, &value, INT64_MIN);
	v->ops->f64(v, &value, 0.1);
	v->ops->boolean(v, &value, 0);
	v->ops->boolean(v, &value, 1);
	v->ops->null(v, &value);
	v->ops->hex(v, &value, "\x00\xff", 2);
	v->ops->address(v, &value, address);
	v->ops->time(v, &value, UINT64_C(1700000000123456789), 9);
	v->ops->time(v, &value, UINT64_C(1700000000123456000), 6);
	v->ops->close(v);
	v->ops->close(v);
}

TEST(tape_hands_on_and_plays_every_call)
{
	struct page *pages = malloc(3 * sizeof(*pages));
	uint8_t bytes[2048];
	struct rj_tape tape;

	for (int i = 0; i < 3; i++)
		page_start(&pages[i]);
	say_all(&pages[0].w.visitor);
	rj_tape_start(&tape, &pages[1].w.visitor, bytes, sizeof(bytes));
	say_all(&tape.relay.visitor);
	CHECK(!tape.is_over && tape.len > 300 && tape.len <= sizeof(bytes));
	rj_tape_play(bytes, tape.len, &pages[2].w.visitor);
	CHECK(pages[0].out.len > 400);
	CHECK(is_same(&pages[0], &pages[1]) && is_same(&pages[0], &pages[2]));
	for (int i = 0; i < 3; i++)
		rj_buffer_done(&pages[i].out);
	free(pages);
}

TEST(tape_is_over_where_one_byte_lacks)
{
	struct page *page = malloc(sizeof(*page)), *whole = malloc(sizeof(*whole));
	uint8_t bytes[2048], *exact;
	struct rj_tape tape;
	size_t needed;

	page_start(whole);
	rj_tape_start(&tape, &whole->w.visitor, bytes, sizeof(bytes));
	say_all(&tape.relay.visitor);
	needed = tape.len;
	for (size_t size = 0; size <= needed; size++) {
		exact = malloc(size ? size : 1);
		page_start(page);
		rj_tape_start(&tape, &page->w.visitor, exact, size);
		say_all(&tape.relay.visitor);
		CHECK_EQ(tape.is_over, size < needed);
		CHECK(is_same(page, whole));
		rj_buffer_done(&page->out);
		free(exact);
	}
	rj_buffer_done(&whole->out);
	free(whole);
	free(page);
}
