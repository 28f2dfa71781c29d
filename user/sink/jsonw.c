/* SPDX-License-Identifier: BSD-3-Clause */
/* The JSON writer. The hot path of the program: some 150 values for a flow of 50 packets. */
#include "sink/jsonw.h"

#include <assert.h>
#include <endian.h>
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "core/visitor.h"
#include "sink/jsonw_shape.h"
#include "sink/jsonw_text.h"

#define KEY_EXTRA_BYTES 3u /* two quotes, colon */
/* What goes before and behind any value: a name that is kept, a comma. */
#define ROOM_AROUND (sizeof(((struct rj_jsonw_key *)0)->text) + 1)

static struct rj_jsonw *writer_of(struct rj_visitor *v)
{
	return (struct rj_jsonw *)v; /* embedded first */
}

/* By address, without a division by a row's size: each row is further on than a step. */
#define KEY_STEP (sizeof(struct rj_field) > 32 ? 32u : 16u)
_Static_assert(sizeof(struct rj_field) >= KEY_STEP, "each row has a place of its own");

static struct rj_jsonw_key *key_of(const struct rj_jsonw *w, const struct rj_field *f)
{
	return &w->keys->at[(uintptr_t)f / KEY_STEP % RJ_JSONW_NUM_KEYS];
}

/* Learns how the row's name is written, unless it is too long to be kept. */
static __attribute__((noinline)) bool learn_key(struct rj_jsonw *w, const struct rj_field *f)
{
	struct rj_jsonw_key *key = key_of(w, f);
	size_t len = strlen(f->name);

	if (len + KEY_EXTRA_BYTES > sizeof(key->text))
		return false;
	key->field = f;
	key->len = (uint8_t)(len + KEY_EXTRA_BYTES);
	key->text[0] = '"';
	memcpy(key->text + 1, f->name, len);
	memcpy(key->text + 1 + len, "\":", 2);
	return true;
}

/* What was written counts as the buffer's. */
static void settle(struct rj_jsonw *w)
{
	if (!w->out->is_failed && w->depth)
		w->out->len = (size_t)(w->at - w->out->data);
}

/* Has the usual way go on where the buffer ends, or not go where it must not. */
static void go_on(struct rj_jsonw *w)
{
	struct rj_buffer *out = w->out;

	w->at = out->data ? out->data + out->len : NULL;
	w->end = !w->depth || w->num_skipped || out->is_failed ? w->at : out->data + out->capacity;
}

/* Room for @len bytes, wherever the writer is. */
static __attribute__((noinline)) uint8_t *room_slowly(struct rj_jsonw *w, size_t len)
{
	uint8_t *at;

	settle(w);
	at = rj_buffer_room(w->out, len);
	go_on(w);
	return at;
}

static inline uint8_t *room(struct rj_jsonw *w, size_t len)
{
	return (size_t)(w->end - w->at) < len ? room_slowly(w, len) : w->at;
}

/* Writes a name that is too long to be kept, with room for what follows. */
static __attribute__((noinline)) uint8_t *put_long_key(struct rj_jsonw *w, const struct rj_field *f,
						       size_t len)
{
	size_t key_len = strlen(f->name);
	uint8_t *at = room(w, key_len + KEY_EXTRA_BYTES + ROOM_AROUND + len);

	if (!at)
		return NULL;
	*at++ = '"';
	memcpy(at, f->name, key_len);
	at += key_len;
	*at++ = '"';
	*at++ = ':';
	return at;
}

/* begin_value where something is to be found out first. */
static __attribute__((noinline)) uint8_t *begin_slowly(struct rj_jsonw *w, const struct rj_field *f,
						       size_t len)
{
	const struct rj_jsonw_key *key;
	uint8_t *at;

	if (w->num_skipped)
		return NULL;
	at = room(w, ROOM_AROUND + len);
	if (!at || w->is_named)
		return at;
	key = key_of(w, f);
	if (key->field != f && !learn_key(w, f))
		return put_long_key(w, f, len);
	memcpy(at, key->text, sizeof(key->text));
	return at + key->len;
}

/* begin_value as it nearly always goes; NULL where it does not. */
static inline uint8_t *begin_usual(struct rj_jsonw *w, const struct rj_field *f, size_t len)
{
	const struct rj_jsonw_key *key;
	uint8_t *at = w->at;

	if ((size_t)(w->end - at) < ROOM_AROUND + len)
		return NULL;
	if (w->is_named)
		return at;
	key = key_of(w, f);
	if (key->field != f)
		return NULL;
	/* all of it at once: a length that is constant costs least */
	memcpy(at, key->text, sizeof(key->text));
	return at + key->len;
}

/*
 * Writes what stands before a value, its key. Returns the place for the value's @len bytes, NULL
 * when it is to be left out; what is written there counts with end_value.
 */
static inline uint8_t *begin_value(struct rj_jsonw *w, const struct rj_field *f, size_t len)
{
	uint8_t *at = begin_usual(w, f, len);

	return at ? at : begin_slowly(w, f, len);
}

/*
 * A comma behind each value, which close takes back: so there is none to be decided on before. Of
 * one that begin_usual began.
 */
static inline void end_usual(struct rj_jsonw *w, uint8_t *end)
{
	*end = ',';
	w->at = end + 1;
	w->is_named = w->is_array;
}

static inline void end_value(struct rj_jsonw *w, uint8_t *end)
{
	if (w->depth)
		end_usual(w, end);
	else
		w->out->len = (size_t)(end - w->out->data);
}

static void put_word(struct rj_jsonw *w, const struct rj_field *f, const char *word, size_t len)
{
	uint8_t *at = begin_value(w, f, len);

	if (!at)
		return;
	memcpy(at, word, len);
	end_value(w, at + len);
}

/* Text of which some is escaped or replaced, behind what is written. */
static void put_text(struct rj_jsonw *w, const uint8_t *text, size_t len)
{
	settle(w);
	rj_jsonw_escape(w->out, text, len);
	go_on(w);
}

/* A name without a value is taken back. */
static void drop_name(struct rj_jsonw *w)
{
	if (!w->is_named || w->is_array)
		return;
	w->is_named = false;
	settle(w);
	if (w->out->len > w->name_at)
		w->out->len = w->name_at;
	go_on(w);
}

static inline void enter_level(struct rj_jsonw *w, uint8_t *at, bool is_array)
{
	*at = is_array ? '[' : '{';
	w->at = at + 1;
	w->depth++;
	w->arrays = w->arrays << 1 | is_array;
	w->is_array = w->is_named = is_array;
}

/* One that is too deep, or that has no room at once. */
static __attribute__((noinline)) void open_slowly(struct rj_jsonw *w, const struct rj_field *f,
						  bool is_array)
{
	uint8_t unused, *at;

	if (w->num_skipped || w->depth == RJ_JSONW_MAX_DEPTH) {
		drop_name(w);
		w->num_skipped++;
		w->is_too_deep = true;
		settle(w);
		go_on(w);
		return;
	}
	at = begin_slowly(w, f, 1);
	enter_level(w, at ? at : &unused, is_array);
	settle(w);
	go_on(w);
}

static void write_open(struct rj_visitor *v, const struct rj_field *f)
{
	struct rj_jsonw *w = writer_of(v);
	bool is_array = f && f->type == RJ_TYPE_ARRAY;
	uint8_t *at = w->depth < RJ_JSONW_MAX_DEPTH ? begin_usual(w, f, 1) : NULL;

	if (at)
		enter_level(w, at, is_array);
	else
		open_slowly(w, f, is_array);
}

/* There is room for two bytes. */
static inline void leave_level(struct rj_jsonw *w, uint8_t *at)
{
	at -= at[-1] == ','; /* text ends with a quote, so that it is not text's */
	at[0] = w->is_array ? ']' : '}';
	at[1] = ',';
	w->at = at + 2;
	w->depth--;
	w->arrays >>= 1;
	w->is_array = w->is_named = w->arrays & 1;
}

/* One that was not written, with a name before it, the last, or without room at once. */
static __attribute__((noinline)) void close_slowly(struct rj_jsonw *w)
{
	uint8_t unused[3] = { 0 }, *at;

	if (w->num_skipped) {
		w->num_skipped--;
		settle(w);
		go_on(w);
		return;
	}
	assert(w->depth);
	drop_name(w);
	at = room(w, 2);
	leave_level(w, at ? at : unused + 1);
	if (w->depth)
		settle(w);
	else if (at)
		w->out->len = (size_t)(w->at - 1 - w->out->data);
	go_on(w);
}

static void write_close(struct rj_visitor *v)
{
	struct rj_jsonw *w = writer_of(v);

	if (w->depth <= 1 || w->is_named != w->is_array || w->end - w->at < 2)
		close_slowly(w);
	else
		leave_level(w, w->at);
}

/* One that is to be left out or escaped, that replaces another, or that has no room at once. */
static __attribute__((noinline)) void name_slowly(struct rj_jsonw *w, const void *name, size_t len)
{
	uint8_t *at;

	if (w->num_skipped || w->is_array)
		return;
	drop_name(w);
	at = room(w, 1);
	w->name_at = (size_t)(w->at - w->out->data);
	w->is_named = true;
	if (!at)
		return;
	*at = '"';
	w->at = at + 1;
	put_text(w, name, len);
	at = room(w, 2);
	if (!at)
		return;
	memcpy(at, "\":", 2);
	w->at = at + 2;
}

static void write_name(struct rj_visitor *v, const void *name, size_t len)
{
	struct rj_jsonw *w = writer_of(v);
	uint8_t *at = w->at;

	if (w->is_named || (size_t)(w->end - at) < len + KEY_EXTRA_BYTES ||
	    rj_jsonw_copy_plain(at + 1, name, len) < len) {
		name_slowly(w, name, len);
		return;
	}
	w->name_at = (size_t)(at - w->out->data);
	w->is_named = true;
	*at = '"';
	memcpy(at + 1 + len, "\":", 2);
	w->at = at + len + KEY_EXTRA_BYTES;
}

static __attribute__((noinline)) void write_big_u64(struct rj_jsonw *w, const struct rj_field *f,
						    uint64_t value)
{
	uint8_t *at = begin_value(w, f, RJ_TEXT_U64_LEN);

	if (at)
		end_value(w, rj_text_u64(at, value));
}

static void write_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	struct rj_jsonw *w = writer_of(v);
	uint8_t *at = value < 100000 ? begin_usual(w, f, 5) : NULL;

	if (at)
		end_usual(w, rj_text_small(at, (uint32_t)value));
	else
		write_big_u64(w, f, value);
}

/* As many at a time as there is room for at once. */
#define NUMBERS_AT_ONCE 64u

static inline uint8_t *put_number(uint8_t *at, uint64_t value)
{
	return value < 100000 ? rj_text_small(at, (uint32_t)value) : rj_text_u64(at, value);
}

/* Four of a digit each, each with its comma. */
static inline uint8_t *put_four_digits(uint8_t *at, const uint64_t *values)
{
	uint64_t text = values[0] | values[1] << 16 | values[2] << 32 | values[3] << 48;

	text = htole64(text | UINT64_C(0x2c302c302c302c30));
	memcpy(at, &text, sizeof(text));
	return at + sizeof(text);
}

static inline uint8_t *put_listed(uint8_t *at, uint64_t value)
{
	at = value < 1000 ? rj_text_three(at, (uint32_t)value) : put_number(at, value);
	*at = ',';
	return at + 1;
}

static void put_numbers(struct rj_jsonw *w, const uint64_t *values, size_t num)
{
	uint8_t *at = room(w, num * (RJ_TEXT_U64_LEN + 1));
	size_t i;

	if (!at)
		return;
	for (i = 0; i + 4 <= num; i += 4) {
		if ((values[i] | values[i + 1] | values[i + 2] | values[i + 3]) < 8) {
			at = put_four_digits(at, values + i);
			continue;
		}
		at = put_listed(at, values[i]);
		at = put_listed(at, values[i + 1]);
		at = put_listed(at, values[i + 2]);
		at = put_listed(at, values[i + 3]);
	}
	for (; i < num; i++)
		at = put_listed(at, values[i]);
	w->at = at;
}

static void write_numbers(struct rj_visitor *v, const struct rj_field *f,
			  const struct rj_field *item, const uint64_t *values, size_t num)
{
	struct rj_jsonw *w = writer_of(v);

	(void)item;
	write_open(v, f);
	for (size_t at = 0; !w->num_skipped && at < num; at += NUMBERS_AT_ONCE)
		put_numbers(w, values + at,
			    num - at < NUMBERS_AT_ONCE ? num - at : NUMBERS_AT_ONCE);
	write_close(v);
}

static inline uint8_t *put_signed(uint8_t *at, int64_t value)
{
	if (value >= 0)
		return put_number(at, (uint64_t)value);
	*at = '-';
	return put_number(at + 1, -(uint64_t)value);
}

static void write_i64(struct rj_visitor *v, const struct rj_field *f, int64_t value)
{
	struct rj_jsonw *w = writer_of(v);
	uint8_t *at = begin_value(w, f, 1 + RJ_TEXT_U64_LEN);

	if (at)
		end_value(w, put_signed(at, value));
}

static void write_null(struct rj_visitor *v, const struct rj_field *f)
{
	put_word(writer_of(v), f, "null", 4);
}

static void write_f64(struct rj_visitor *v, const struct rj_field *f, double value)
{
	struct rj_jsonw *w = writer_of(v);
	uint8_t *at;

	if (!isfinite(value)) { /* JSON has no word for it */
		write_null(v, f);
		return;
	}
	at = begin_value(w, f, RJ_TEXT_F64_LEN);
	if (at)
		end_value(w, rj_text_f64(at, value));
}

static void write_boolean(struct rj_visitor *v, const struct rj_field *f, int value)
{
	put_word(writer_of(v), f, value ? "true" : "false", value ? 4 : 5);
}

/* One of which some is escaped, or that has no room at once. */
static __attribute__((noinline)) void string_slowly(struct rj_jsonw *w, const struct rj_field *f,
						    const void *text, size_t len)
{
	uint8_t *at = begin_value(w, f, len + 2);

	if (!at)
		return;
	*at++ = '"';
	if (!w->depth)
		w->out->len = (size_t)(at - w->out->data);
	w->at = at;
	put_text(w, text, len);
	at = room(w, 2);
	if (!at)
		return;
	*at++ = '"';
	end_value(w, at);
}

static void write_string(struct rj_visitor *v, const struct rj_field *f, const void *text,
			 size_t len)
{
	struct rj_jsonw *w = writer_of(v);
	uint8_t *at = begin_usual(w, f, len + 2);

	if (!at || rj_jsonw_copy_plain(at + 1, text, len) < len) {
		string_slowly(w, f, text, len);
		return;
	}
	*at = '"';
	at[1 + len] = '"';
	end_usual(w, at + 2 + len);
}

static void write_hex(struct rj_visitor *v, const struct rj_field *f, const void *bytes, size_t len)
{
	struct rj_jsonw *w = writer_of(v);
	uint8_t *at = begin_value(w, f, 2 * len + 2);

	if (!at)
		return;
	*at++ = '"';
	at = rj_text_hex(at, bytes, len);
	*at++ = '"';
	end_value(w, at);
}

/* Texts of a few bytes each. */
static void put_hexes(struct rj_jsonw *w, const uint8_t *bytes, size_t size, size_t num)
{
	uint8_t *at = room(w, num * (2 * size + 3) + 1);

	if (!at)
		return;
	if (size == 2) {
		w->at = rj_jsonw_pairs(at, bytes, num);
		return;
	}
	for (; num; num--) {
		*at++ = '"';
		for (size_t i = 0; i < size; i++)
			at = rj_text_hex_byte(at, *bytes++);
		*at++ = '"';
		*at++ = ',';
	}
	w->at = at;
}

static void write_hexes(struct rj_visitor *v, const struct rj_field *f, const struct rj_field *item,
			const void *bytes, size_t size, size_t num)
{
	struct rj_jsonw *w = writer_of(v);

	(void)item;
	write_open(v, f);
	if (!w->num_skipped)
		put_hexes(w, bytes, size, num);
	write_close(v);
}

static void put_named(struct rj_jsonw *w, const struct rj_named_bytes *named, size_t num)
{
	for (; num; num--, named++) {
		uint8_t *at = room(w, named->name_len + 2 * named->len + 8);

		if (!at)
			return;
		memcpy(at, "{\"", 2);
		memcpy(at + 2, named->name, named->name_len);
		at += 2 + named->name_len;
		memcpy(at, "\":\"", 3);
		at = rj_text_hex(at + 3, named->bytes, named->len);
		memcpy(at, "\"},", 3);
		w->at = at + 3;
	}
}

static void write_named_hexes(struct rj_visitor *v, const struct rj_field *f,
			      const struct rj_field *item, const struct rj_named_bytes *named,
			      size_t num)
{
	struct rj_jsonw *w = writer_of(v);

	if (w->depth && w->is_array && w->depth < RJ_JSONW_MAX_DEPTH && !w->num_skipped)
		put_named(w, named, num);
	else
		rj_visitor_each_named(v, f, item, named, num);
}

static void write_address(struct rj_visitor *v, const struct rj_field *f, const uint8_t addr[16])
{
	struct rj_jsonw *w = writer_of(v);
	uint8_t *at = begin_value(w, f, RJ_TEXT_ADDRESS_LEN + 2);

	if (!at)
		return;
	*at++ = '"';
	at = rj_text_address(at, addr);
	*at++ = '"';
	end_value(w, at);
}

static void write_time(struct rj_visitor *v, const struct rj_field *f, uint64_t ns, int decimals)
{
	struct rj_jsonw *w = writer_of(v);
	uint8_t *at = begin_value(w, f, RJ_TEXT_TIME_LEN);

	if (at)
		end_value(w, rj_text_time(at, ns, decimals));
}

static inline const struct rj_jsonw_shape *shape_of(struct rj_jsonw *w, const struct rj_step *steps,
						    size_t num_steps)
{
	struct rj_jsonw_shape *s = NULL;
	size_t place = (uintptr_t)steps / sizeof(*steps);

	for (unsigned int i = 0; i < RJ_JSONW_NUM_SHAPES; i++) {
		s = &w->keys->shapes[place++ % RJ_JSONW_NUM_SHAPES];
		if (s->steps == steps && s->num_steps == num_steps && s->is_array == w->is_array)
			return s;
		if (!s->steps)
			break;
	}
	rj_jsonw_learn(s, w->keys, steps, num_steps, w->is_array);
	return s;
}

static inline uint8_t *put_piece(uint8_t *at, const char *text, size_t len)
{
	memcpy(at, text, 16);
	if (len > 16)
		memcpy(at + 16, text + 16, RJ_JSONW_PIECE_SIZE - 16);
	if (len > RJ_JSONW_PIECE_SIZE)
		memcpy(at, text, len);
	return at + len;
}

/* A string of any length, with room behind it for the rest of the shape; NULL: there is none. */
static inline uint8_t *put_string(struct rj_jsonw *w, const struct rj_jsonw_shape *s, uint8_t *at,
				  const uint64_t *value)
{
	const uint8_t *text = (const uint8_t *)(uintptr_t)value[0];
	size_t len = (size_t)value[1], done;

	w->at = at;
	at = room(w, len + s->room);
	if (!at)
		return NULL;
	done = rj_jsonw_copy_plain(at, text, len);
	if (done == len)
		return at + len;
	w->at = at + done;
	put_text(w, text + done, len - done);
	return room(w, s->room);
}

static inline uint8_t *put_hex(struct rj_jsonw *w, const struct rj_jsonw_shape *s, uint8_t *at,
			       const uint64_t *value)
{
	size_t len = (size_t)value[1];

	w->at = at;
	at = room(w, 2 * len + s->room);
	return at ? rj_text_hex(at, (const void *)(uintptr_t)value[0], len) : NULL;
}

/* A value that takes two. */
static uint8_t *put_value(struct rj_jsonw *w, const struct rj_jsonw_shape *s,
			  enum rj_step_call call, uint8_t *at, const uint64_t *value)
{
	switch (call) {
	case RJ_STEP_STRING:
		return put_string(w, s, at, value);
	case RJ_STEP_HEX:
		return put_hex(w, s, at, value);
	case RJ_STEP_ADDRESS:
		return rj_text_address(at, (const uint8_t *)value);
	case RJ_STEP_TIME:
		return rj_text_time(at, value[0], (int)value[1]);
	default:
		return at;
	}
}

/* Returns where the values of the next one are; NULL: there is no room. */
static inline const uint64_t *put_shape(struct rj_jsonw *w, const struct rj_jsonw_shape *s,
					uint8_t *at, const uint64_t *value)
{
	if (!at)
		return NULL;
	for (const struct rj_jsonw_piece *piece = s->pieces;; piece++) {
		at = put_piece(at, piece->text, piece->len);
		if (piece->call == RJ_STEP_U64) {
			at = put_number(at, *value++);
		} else if (piece->call == RJ_STEP_WORD) {
			const struct rj_step_word *word = &piece->words[*value++];

			memcpy(at, word, sizeof(*word));
			at += word->len;
		} else if (piece->call == RJ_STEP_CLOSE) { /* the last */
			w->at = at;
			return value;
		} else if (piece->call == RJ_STEP_I64) {
			at = put_signed(at, (int64_t)*value++);
		} else {
			at = put_value(w, s, piece->call, at, value);
			if (!at)
				return NULL;
			value += 2;
		}
	}
}

static void write_steps(struct rj_visitor *v, const struct rj_step *steps, size_t num_steps,
			const uint64_t *values, size_t times)
{
	struct rj_jsonw *w = writer_of(v);
	const struct rj_jsonw_shape *s;

	if (w->num_skipped)
		return;
	s = shape_of(w, steps, num_steps);
	if (!s->num_pieces || !w->depth || w->depth + s->depth > RJ_JSONW_MAX_DEPTH ||
	    w->is_named != w->is_array) {
		rj_visitor_each_step(v, steps, num_steps, values, times);
		return;
	}
	for (; values && times; times--)
		values = put_shape(w, s, room(w, s->room), values);
}

static const struct rj_visitor_ops json_ops = {
	.open = write_open,
	.close = write_close,
	.name = write_name,
	.u64 = write_u64,
	.i64 = write_i64,
	.f64 = write_f64,
	.boolean = write_boolean,
	.null = write_null,
	.string = write_string,
	.hex = write_hex,
	.address = write_address,
	.time = write_time,
	.numbers = write_numbers,
	.steps = write_steps,
	.hexes = write_hexes,
	.named_hexes = write_named_hexes,
};

void rj_jsonw_init(struct rj_jsonw *w, struct rj_buffer *out, struct rj_jsonw_keys *keys)
{
	*w = (struct rj_jsonw){ .visitor = { &json_ops },
				.out = out,
				.keys = keys,
				.arrays = 1,
				.is_named = true,
				.is_array = true };
}

void rj_jsonw_number(struct rj_jsonw *w, const struct rj_field *f, double value, const char *text)
{
	if (isfinite(value))
		put_word(w, f, text, strlen(text));
	else
		write_null(&w->visitor, f);
}

struct rj_buffer *rj_jsonw_lend(struct rj_jsonw *w)
{
	settle(w);
	return w->out;
}

void rj_jsonw_go_on(struct rj_jsonw *w)
{
	go_on(w);
}

bool rj_jsonw_failed(const struct rj_jsonw *w)
{
	return w->out->is_failed;
}
