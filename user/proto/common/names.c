/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of numbers, and texts of peers. */
#include "proto/common/names.h"

#include "core/text.h"
#include "proto/common/le.h"

const char *rj_name_of(const struct rj_name *table, int64_t number)
{
	for (; table->name; table++)
		if (table->number == number)
			return table->name;
	return NULL;
}

static void put_digits(struct rj_visitor *v, const struct rj_field *f, int64_t number)
{
	uint8_t digits[1 + RJ_TEXT_U64_LEN], *at = digits;
	uint64_t size = (uint64_t)number;

	if (number < 0) {
		*at++ = '-';
		size = -size;
	}
	at = rj_text_u64(at, size);
	v->ops->string(v, f, digits, (size_t)(at - digits));
}

void rj_put_name(struct rj_visitor *v, const struct rj_field *f, const struct rj_name *table,
		 int64_t number)
{
	const char *name = rj_name_of(table, number);

	if (name)
		v->ops->string(v, f, name, strlen(name));
	else
		put_digits(v, f, number);
}

static void put_rest(struct rj_visitor *v, const struct rj_field *f, uint32_t bits)
{
	char digits[2 + 2 * sizeof(bits)] = "0x";
	unsigned int len = 2;

	for (int shift = 28; shift >= 0; shift -= 4)
		if (bits >> shift)
			digits[len++] = "0123456789abcdef"[bits >> shift & 15];
	v->ops->string(v, f, digits, len);
}

void rj_put_bits(struct rj_visitor *v, const struct rj_field *f, const struct rj_field *item,
		 const struct rj_name *table, uint32_t bits)
{
	v->ops->open(v, f);
	for (; table->name; table++) {
		if (!(bits & table->number))
			continue;
		v->ops->string(v, item, table->name, strlen(table->name));
		bits &= ~(uint32_t)table->number;
	}
	if (bits)
		put_rest(v, item, bits);
	v->ops->close(v);
}

/* A code point as UTF-8; returns where the next one goes. */
static uint8_t *put_utf8(uint8_t *at, uint32_t point)
{
	if (point < 0x80) {
		*at++ = (uint8_t)point;
		return at;
	}
	if (point < 0x800) {
		*at++ = (uint8_t)(0xc0 | point >> 6);
	} else {
		if (point < 0x10000) {
			*at++ = (uint8_t)(0xe0 | point >> 12);
		} else {
			*at++ = (uint8_t)(0xf0 | point >> 18);
			*at++ = (uint8_t)(0x80 | (point >> 12 & 0x3f));
		}
		*at++ = (uint8_t)(0x80 | (point >> 6 & 0x3f));
	}
	*at++ = (uint8_t)(0x80 | (point & 0x3f));
	return at;
}

static bool is_high(uint32_t unit)
{
	return unit >> 10 == 0xd800 >> 10;
}

static bool is_low(uint32_t unit)
{
	return unit >> 10 == 0xdc00 >> 10;
}

/* The next code point; half of a pair that is alone becomes U+FFFD. False at the end. */
static bool next_point(struct rj_cursor *c, uint32_t *ret_point)
{
	struct rj_cursor ahead;
	uint16_t unit, second;

	if (rj_le_u16(c, &unit))
		return false;
	*ret_point = is_high(unit) || is_low(unit) ? 0xfffd : unit;
	ahead = *c;
	if (is_high(unit) && !rj_le_u16(&ahead, &second) && is_low(second)) {
		*ret_point = 0x10000 + ((uint32_t)(unit & 0x3ff) << 10 | (second & 0x3ff));
		*c = ahead;
	}
	return true;
}

void rj_put_utf16(struct rj_visitor *v, const struct rj_field *f, struct rj_cursor text)
{
	uint8_t utf8[RJ_UTF16_MAX_BYTES / 2 * 3], *at = utf8;
	uint32_t point;

	if (text.left > RJ_UTF16_MAX_BYTES)
		text.left = RJ_UTF16_MAX_BYTES;
	while (next_point(&text, &point) && point)
		at = put_utf8(at, point);
	if (at > utf8)
		v->ops->string(v, f, utf8, (size_t)(at - utf8));
}

struct rj_cursor rj_keep(struct rj_arena *arena, struct rj_cursor text, size_t max)
{
	size_t len = text.left < max ? text.left : max;
	const uint8_t *copy = len ? rj_arena_copy(arena, text.at, len) : NULL;

	return rj_cursor_init(copy, copy ? len : 0, true);
}
