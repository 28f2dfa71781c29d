/* SPDX-License-Identifier: BSD-3-Clause */
/* Where HTTP/1 bodies end (RFC 9112 sections 6 and 7). */
#include "proto/common/http_body.h"

#include "proto/common/line.h"

/* Content-Length, RFC 9110 section 8.6: digits, or a list that repeats one number. */
static void note_length(struct rj_http_framing *f, struct rj_cursor value)
{
	while (value.left && !f->is_broken) {
		struct rj_cursor item;
		uint64_t length = 0;
		uint8_t ch;

		if (rj_line_word(&value, ',', &item)) {
			item = value;
			value.left = 0;
		}
		item = rj_line_trim(item);
		if (!item.left)
			f->is_broken = true;
		while (!rj_cursor_u8(&item, &ch)) {
			if (ch < '0' || ch > '9' || length > UINT64_MAX / 10 - 1)
				f->is_broken = true;
			length = length * 10 + (ch & 0xfu);
		}
		if (f->has_length && f->length != length)
			f->is_broken = true;
		f->has_length = true;
		f->length = length;
	}
}

/* Transfer-Encoding, RFC 9112 section 6.1: what counts is whether chunked is the last. */
static void note_coding(struct rj_http_framing *f, struct rj_cursor value)
{
	struct rj_cursor before;

	while (!rj_line_word(&value, ',', &before))
		;
	f->has_coding = true;
	f->is_chunked = rj_line_equals(rj_line_trim(value), "chunked");
}

void rj_http_framing_note(struct rj_http_framing *f, const struct rj_http_field *field)
{
	if (rj_line_equals(field->name, "content-length")) {
		f->is_broken = f->is_broken || !field->value.left;
		note_length(f, field->value);
	} else if (rj_line_equals(field->name, "transfer-encoding")) {
		note_coding(f, field->value);
	} else if (rj_line_equals(field->name, "upgrade")) {
		f->is_upgrade = true;
	}
}

struct rj_http_body rj_http_framing_body(const struct rj_http_framing *f,
					 const struct rj_http_start *start, bool is_to_head,
					 bool is_to_connect)
{
	struct rj_http_body none = { .kind = RJ_HTTP_BODY_NONE };

	if (!start->is_request) {
		if (is_to_head || (is_to_connect && start->status < 300))
			return none;
		if (start->status < 200 || start->status == 204 || start->status == 304)
			return none;
	}
	if (f->is_chunked)
		return (struct rj_http_body){ .kind = RJ_HTTP_BODY_CHUNK_SIZE };
	if (f->has_coding || (!f->has_length && !start->is_request))
		return (struct rj_http_body){ .kind = RJ_HTTP_BODY_UNTIL_CLOSE };
	if (!f->length)
		return none;
	return (struct rj_http_body){ .kind = RJ_HTTP_BODY_LENGTH, .left = f->length };
}

/* Passes over at most @len bytes of a body, at least one. */
RJ_MUST_CHECK static enum rj_status skip_bytes(struct rj_cursor *c, uint64_t len, uint64_t *skipped)
{
	uint64_t num = len < c->left ? len : c->left;

	if (!num)
		return rj_cursor_short(c);
	*skipped = num;
	return rj_cursor_skip(c, (size_t)num);
}

/* chunk-size and extensions, RFC 9112 section 7.1 */
RJ_MUST_CHECK static enum rj_status read_chunk_size(struct rj_cursor *c, uint64_t *out)
{
	struct rj_cursor line, digits;
	uint64_t size = 0;
	unsigned int num = 0;
	uint8_t ch;
	enum rj_status st = rj_line_read(c, &line);

	if (st)
		return st;
	if (rj_line_word(&line, ';', &digits))
		digits = line;
	digits = rj_line_trim(digits);
	for (; !rj_cursor_u8(&digits, &ch); num++) {
		uint8_t letter = ch | 0x20;
		bool is_decimal = ch >= '0' && ch <= '9';

		if (size >> 60 || !(is_decimal || (letter >= 'a' && letter <= 'f')))
			return RJ_MALFORMED;
		size = size << 4 | (unsigned int)(is_decimal ? ch - '0' : letter - 'a' + 10);
	}
	*out = size;
	return num ? RJ_OK : RJ_MALFORMED;
}

RJ_MUST_CHECK static enum rj_status skip_chunk_size(struct rj_http_body *body, struct rj_cursor *c)
{
	uint64_t size;
	enum rj_status st = read_chunk_size(c, &size);

	if (st)
		return st;
	body->kind = size ? RJ_HTTP_BODY_CHUNK_DATA : RJ_HTTP_BODY_TRAILER;
	body->left = size;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status skip_chunk_end(struct rj_http_body *body, struct rj_cursor *c)
{
	struct rj_cursor line;
	enum rj_status st = rj_line_read(c, &line);

	if (st)
		return st;
	if (line.left)
		return RJ_MALFORMED;
	body->kind = RJ_HTTP_BODY_CHUNK_SIZE;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status skip_trailer(struct rj_http_body *body, struct rj_cursor *c)
{
	struct rj_cursor ahead = *c;
	struct rj_http_field field;
	enum rj_status st = rj_http_field_read(&ahead, &field);

	if (st)
		return st;
	if (!field.is_end && !ahead.left) /* whether it goes on in a fold is not known */
		return rj_cursor_short(c);
	if (field.is_end)
		body->kind = RJ_HTTP_BODY_NONE;
	*c = ahead;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status skip_counted(struct rj_http_body *body, struct rj_cursor *c)
{
	uint64_t skipped;
	enum rj_status st = skip_bytes(c, body->left, &skipped);

	if (st)
		return st;
	body->left -= skipped;
	if (body->left)
		return RJ_OK;
	body->kind = body->kind == RJ_HTTP_BODY_LENGTH ? RJ_HTTP_BODY_NONE : RJ_HTTP_BODY_CHUNK_END;
	return RJ_OK;
}

enum rj_status rj_http_body_skip(struct rj_http_body *body, struct rj_cursor *c)
{
	uint64_t skipped;

	switch (body->kind) {
	case RJ_HTTP_BODY_CHUNK_SIZE:
		return skip_chunk_size(body, c);
	case RJ_HTTP_BODY_CHUNK_END:
		return skip_chunk_end(body, c);
	case RJ_HTTP_BODY_TRAILER:
		return skip_trailer(body, c);
	case RJ_HTTP_BODY_LENGTH:
	case RJ_HTTP_BODY_CHUNK_DATA:
		return skip_counted(body, c);
	case RJ_HTTP_BODY_UNTIL_CLOSE:
	case RJ_HTTP_BODY_NONE:
		break;
	}
	return skip_bytes(c, c->left, &skipped);
}
