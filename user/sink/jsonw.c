/* SPDX-License-Identifier: BSD-3-Clause */
/* The JSON writer. The hot path of the program: some 150 values for a flow of 50 packets. */
#include "sink/jsonw.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/text.h"

#define KEY_EXTRA_BYTES 4u /* comma, two quotes, colon */

static struct rj_jsonw *writer_of(struct rj_visitor *v)
{
	return (struct rj_jsonw *)v; /* embedded first */
}

static bool is_in_object(const struct rj_jsonw *w)
{
	return w->depth && !(w->arrays & 1);
}

/* Learns how the row's name is written. */
static const struct rj_jsonw_key *learn_key(struct rj_jsonw_keys *keys, const struct rj_field *f)
{
	struct rj_jsonw_key *key = &keys->at[((uintptr_t)f / sizeof(*f)) % RJ_JSONW_NUM_KEYS];
	size_t len = strlen(f->name);

	if (len + KEY_EXTRA_BYTES > sizeof(key->text))
		return NULL;
	key->field = f;
	key->len = (uint8_t)(len + 3);
	key->text[0] = '"';
	memcpy(key->text + 1, f->name, len);
	memcpy(key->text + 1 + len, "\":", 2);
	return key;
}

static const struct rj_jsonw_key *key_of(struct rj_jsonw *w, const struct rj_field *f)
{
	struct rj_jsonw_key *key = &w->keys->at[((uintptr_t)f / sizeof(*f)) % RJ_JSONW_NUM_KEYS];

	return key->field == f ? key : learn_key(w->keys, f);
}

/* A name that is too long to be kept. */
static uint8_t *put_long_key(struct rj_jsonw *w, const struct rj_field *f, size_t len)
{
	size_t key_len = strlen(f->name);
	uint8_t *at = rj_buffer_room(w->out, key_len + KEY_EXTRA_BYTES + len);

	if (!at)
		return NULL;
	*at = ',';
	at += w->needs_comma;
	*at++ = '"';
	memcpy(at, f->name, key_len);
	at += key_len;
	*at++ = '"';
	*at++ = ':';
	return at;
}

/*
 * Writes what stands before a value: comma and key. Returns the place for the
 * value's @len bytes, NULL when it is to be left out; what is written there
 * counts with end_value.
 */
static uint8_t *begin_value(struct rj_jsonw *w, const struct rj_field *f, size_t len)
{
	const struct rj_jsonw_key *key = NULL;
	uint8_t *at;

	if (w->num_skipped)
		return NULL;
	if (is_in_object(w) && !w->has_name) {
		key = key_of(w, f);
		if (!key) {
			at = put_long_key(w, f, len);
			w->needs_comma = true;
			return at;
		}
	}
	at = rj_buffer_room(w->out, 1 + sizeof(key->text) + len);
	if (!at)
		return NULL;
	*at = ',';
	at += w->needs_comma && !w->has_name;
	if (key) { /* all of it at once: a length that is constant costs least */
		memcpy(at, key->text, sizeof(key->text));
		at += key->len;
	}
	w->has_name = false;
	w->needs_comma = w->depth > 0;
	return at;
}

static void end_value(struct rj_jsonw *w, const uint8_t *end)
{
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

/* Whether one of the 8 bytes of @x is zero (exact as a whole, not byte by byte). */
static bool has_zero_byte(uint64_t x)
{
	return (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
}

/* Whether none of 8 bytes needs a look: printable ASCII (or DEL), no quote, no backslash. */
static bool is_plain8(const uint8_t *text)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	uint64_t x;

	memcpy(&x, text, sizeof(x));
	if ((x & tops) || (((x | tops) - ones * 0x20) & tops) != tops)
		return false;
	return !has_zero_byte(x ^ ones * '"') && !has_zero_byte(x ^ ones * '\\');
}

/* How many bytes from the start can go out as they are. */
static size_t plain_len(const uint8_t *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		int step = 1;

		if (len - at >= 8 && is_plain8(text + at)) {
			at += 8;
			continue;
		}
		if (text[at] < 0x20 || text[at] == '"' || text[at] == '\\')
			return at;
		if (text[at] >= 0x80)
			step = rj_text_utf8(text + at, len - at);
		if (step < 0)
			return at;
		at += (size_t)step;
	}
	return at;
}

/* Writes what replaces the byte or bytes at @text; returns how many they are. */
static size_t put_escape(struct rj_buffer *out, const uint8_t *text, size_t len)
{
	static const char shorts[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	};
	uint8_t c = text[0];
	uint8_t escape[6] = { '\\', 'u', '0', '0' };

	if (c >= 0x80) {
		rj_buffer_put(out, "\xef\xbf\xbd", 3); /* U+FFFD */
		return (size_t)-rj_text_utf8(text, len);
	}
	if (c >= 0x20 || shorts[c]) {
		escape[1] = c >= 0x20 ? c : (uint8_t)shorts[c];
		rj_buffer_put(out, escape, 2);
		return 1;
	}
	rj_text_hex(escape + 4, &c, 1);
	rj_buffer_put(out, escape, sizeof(escape));
	return 1;
}

static void put_text(struct rj_buffer *out, const uint8_t *text, size_t len)
{
	for (;;) {
		size_t step = plain_len(text, len);

		rj_buffer_put(out, text, step);
		if (step == len)
			return;
		text += step;
		len -= step;
		step = put_escape(out, text, len);
		text += step;
		len -= step;
	}
}

/* A name without a value is taken back. */
static void drop_name(struct rj_jsonw *w)
{
	if (!w->has_name)
		return;
	w->has_name = false;
	if (w->out->len > w->name_at)
		w->out->len = w->name_at;
}

static void write_open(struct rj_visitor *v, const struct rj_field *f)
{
	struct rj_jsonw *w = writer_of(v);
	bool is_array = f && f->type == RJ_TYPE_ARRAY;

	if (w->num_skipped || w->depth == RJ_JSONW_MAX_DEPTH) {
		drop_name(w);
		w->num_skipped++;
		w->is_too_deep = true;
		return;
	}
	put_word(w, f, is_array ? "[" : "{", 1);
	w->depth++;
	w->arrays = w->arrays << 1 | is_array;
	w->needs_comma = false;
}

static void write_close(struct rj_visitor *v)
{
	struct rj_jsonw *w = writer_of(v);
	uint8_t *at;

	if (w->num_skipped) {
		w->num_skipped--;
		return;
	}
	assert(w->depth);
	drop_name(w);
	at = rj_buffer_room(w->out, 1);
	if (at) {
		*at = w->arrays & 1 ? ']' : '}';
		w->out->len++;
	}
	w->depth--;
	w->arrays >>= 1;
	w->needs_comma = w->depth > 0;
}

static void write_name(struct rj_visitor *v, const void *name, size_t len)
{
	struct rj_jsonw *w = writer_of(v);

	if (w->num_skipped || !is_in_object(w))
		return;
	drop_name(w);
	w->name_at = w->out->len;
	w->has_name = true;
	rj_buffer_put(w->out, ",", w->needs_comma);
	rj_buffer_put(w->out, "\"", 1);
	put_text(w->out, name, len);
	rj_buffer_put(w->out, "\":", 2);
}

static void write_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	struct rj_jsonw *w = writer_of(v);
	uint8_t *at = begin_value(w, f, RJ_TEXT_U64_LEN);

	if (at)
		end_value(w, rj_text_u64(at, value));
}

/* As many at a time as there is room for at once. */
#define NUMBERS_AT_ONCE 64u

static void put_numbers(struct rj_jsonw *w, const uint64_t *values, size_t num)
{
	uint8_t *at = rj_buffer_room(w->out, num * (RJ_TEXT_U64_LEN + 1));

	if (!at)
		return;
	for (size_t i = 0; i < num; i++) {
		*at = ',';
		at += w->needs_comma;
		at = rj_text_u64(at, values[i]);
		w->needs_comma = true;
	}
	end_value(w, at);
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

static void write_i64(struct rj_visitor *v, const struct rj_field *f, int64_t value)
{
	struct rj_jsonw *w = writer_of(v);
	uint8_t *at = begin_value(w, f, 1 + RJ_TEXT_U64_LEN);

	if (!at)
		return;
	if (value < 0)
		*at++ = '-';
	end_value(w, rj_text_u64(at, value < 0 ? -(uint64_t)value : (uint64_t)value));
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

static void write_string(struct rj_visitor *v, const struct rj_field *f, const void *text,
			 size_t len)
{
	struct rj_jsonw *w = writer_of(v);
	size_t plain = plain_len(text, len);
	uint8_t *at = begin_value(w, f, plain + 2);

	if (!at)
		return;
	*at++ = '"';
	if (plain)
		memcpy(at, text, plain);
	at += plain;
	*at = '"'; /* nearly always the end */
	end_value(w, at + (plain == len));
	if (plain == len)
		return;
	put_text(w->out, (const uint8_t *)text + plain, len - plain);
	rj_buffer_put(w->out, "\"", 1);
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
};

void rj_jsonw_init(struct rj_jsonw *w, struct rj_buffer *out, struct rj_jsonw_keys *keys)
{
	*w = (struct rj_jsonw){ .visitor = { &json_ops }, .out = out, .keys = keys };
}

void rj_jsonw_number(struct rj_jsonw *w, const struct rj_field *f, double value, const char *text)
{
	if (isfinite(value))
		put_word(w, f, text, strlen(text));
	else
		write_null(&w->visitor, f);
}

bool rj_jsonw_failed(const struct rj_jsonw *w)
{
	return w->out->is_failed;
}
