/* SPDX-License-Identifier: BSD-3-Clause */
/* Values in BitTorrent's encoding: numbers, strings, lists and dictionaries (BEP 3). */
#include "proto/bittorrent/bencode.h"

/* Digits of a number, and of the length of a string, which a datagram or a message holds. */
#define NUMBER_DIGITS_MAX 18u
#define LENGTH_DIGITS_MAX 7u

/* Digits up to @end, which is passed over. */
RJ_MUST_CHECK static enum rj_status read_digits(struct rj_cursor *c, char end, unsigned int max,
						int64_t *out)
{
	int64_t value = 0;

	for (unsigned int num = 0;; num++) {
		uint8_t byte;
		enum rj_status st = rj_cursor_u8(c, &byte);

		if (st)
			return st;
		if (num && byte == end)
			break;
		if (byte < '0' || byte > '9' || num == max)
			return RJ_MALFORMED;
		value = value * 10 + (byte - '0');
	}
	*out = value;
	return RJ_OK;
}

/* Behind the i. */
RJ_MUST_CHECK static enum rj_status read_number(struct rj_cursor *c, int64_t *out)
{
	bool is_negative = c->left && rj_cursor_starts(c, "-");
	enum rj_status st = RJ_OK;

	if (is_negative)
		st = rj_cursor_skip(c, 1);
	if (!st)
		st = read_digits(c, 'e', NUMBER_DIGITS_MAX, out);
	if (!st && is_negative)
		*out = -*out;
	return st;
}

RJ_MUST_CHECK static enum rj_status read_string(struct rj_cursor *c, struct rj_cursor *out)
{
	int64_t len;
	enum rj_status st = read_digits(c, ':', LENGTH_DIGITS_MAX, &len);

	return st ? st : rj_cursor_sub(c, (size_t)len, out);
}

/* What begins here: a string, a number, or a list or dictionary, of which this is only the mark. */
RJ_MUST_CHECK static enum rj_status read_start(struct rj_cursor *c, struct rj_bencode *out,
					       int *ret_deeper)
{
	struct rj_cursor ahead = *c;
	uint8_t byte;
	enum rj_status st = rj_cursor_u8(&ahead, &byte);

	if (st)
		return st;
	*ret_deeper = 0;
	switch (byte) {
	case 'd':
	case 'l':
		out->kind = byte == 'd' ? RJ_BENCODE_DICTIONARY : RJ_BENCODE_LIST;
		*ret_deeper = 1;
		break;
	case 'e':
		*ret_deeper = -1;
		break;
	case 'i':
		out->kind = RJ_BENCODE_NUMBER;
		st = read_number(&ahead, &out->number);
		break;
	default:
		ahead = *c;
		out->kind = RJ_BENCODE_STRING;
		st = read_string(&ahead, &out->bytes);
		break;
	}
	*c = ahead;
	return st;
}

enum rj_status rj_bencode_read(struct rj_cursor *c, struct rj_bencode *out)
{
	struct rj_bencode value = { 0 }, inner = { 0 };
	struct rj_cursor ahead = *c, content = *c;
	int depth = 0, deeper;
	enum rj_status st = read_start(&ahead, &value, &depth);

	if (!st && depth < 0)
		return RJ_MALFORMED;
	while (!st && depth) {
		st = read_start(&ahead, &inner, &deeper);
		if (!st)
			depth += deeper;
		if (depth > (int)RJ_BENCODE_DEPTH_MAX)
			return RJ_MALFORMED;
	}
	if (!st && value.kind >= RJ_BENCODE_LIST) {
		st = rj_cursor_skip(&content, 1);
		if (!st)
			st = rj_cursor_sub(&content, content.left - ahead.left - 1, &value.bytes);
	}
	if (st)
		return st;
	*c = ahead;
	*out = value;
	return RJ_OK;
}

bool rj_bencode_find(const struct rj_bencode *dictionary, const char *key,
		     enum rj_bencode_kind kind, struct rj_bencode *out)
{
	struct rj_cursor c = dictionary->bytes;
	size_t len = strlen(key);

	while (c.left) {
		struct rj_bencode name, value;

		if (rj_bencode_read(&c, &name) || name.kind != RJ_BENCODE_STRING ||
		    rj_bencode_read(&c, &value))
			return false;
		if (name.bytes.left != len || memcmp(name.bytes.at, key, len))
			continue;
		if (value.kind != kind)
			return false;
		*out = value;
		return true;
	}
	return false;
}
