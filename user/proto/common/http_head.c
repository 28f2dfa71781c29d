/* SPDX-License-Identifier: BSD-3-Clause */
/* The grammar of HTTP/1 heads: start line and fields (RFC 9112). */
#include "proto/common/http_head.h"

#include "core/vector.h"
#include "proto/common/line.h"

#define VERSION_LEN 8 /* HTTP/1.1 */

static bool is_digit(uint8_t ch)
{
	return ch >= '0' && ch <= '9';
}

/* token, RFC 9110 section 5.6.2: letters, digits and !#$%&'*+-.^_`|~ */
#define T(ch) [ch] = true
/* clang-format off */
static const bool token_chars[256] = {
	T('!'), T('#'), T('$'), T('%'), T('&'), T('\''), T('*'), T('+'), T('-'), T('.'),
	T('0'), T('1'), T('2'), T('3'), T('4'), T('5'), T('6'), T('7'), T('8'), T('9'),
	T('A'), T('B'), T('C'), T('D'), T('E'), T('F'), T('G'), T('H'), T('I'), T('J'), T('K'),
	T('L'), T('M'), T('N'), T('O'), T('P'), T('Q'), T('R'), T('S'), T('T'), T('U'), T('V'),
	T('W'), T('X'), T('Y'), T('Z'), T('^'), T('_'), T('`'),
	T('a'), T('b'), T('c'), T('d'), T('e'), T('f'), T('g'), T('h'), T('i'), T('j'), T('k'),
	T('l'), T('m'), T('n'), T('o'), T('p'), T('q'), T('r'), T('s'), T('t'), T('u'), T('v'),
	T('w'), T('x'), T('y'), T('z'), T('|'), T('~'),
};
/* clang-format on */
#undef T

/* Where the first of LF, CR and NUL is; c->left: there is none. */
static inline size_t plain_len(const struct rj_cursor *c)
{
	size_t len = 0;

	for (; len + 16 <= c->left; len += 16) {
		rj_chars16 x = rj_load16(c->at + len);
		size_t first = rj_first16((rj_halves16)((x == '\n') | (x == '\r') | (x == '\0')));

		if (first < 16)
			return len + first;
	}
	while (len < c->left && c->at[len] != '\n' && c->at[len] != '\r' && c->at[len])
		len++;
	return len;
}

static size_t token_len(const struct rj_cursor *c)
{
	size_t len = 0;

	while (len < c->left && token_chars[c->at[len]])
		len++;
	return len;
}

static bool is_token(struct rj_cursor c)
{
	return c.left && token_len(&c) == c.left;
}

/* Bytes above ASCII are not the standard's, but are what clients send. */
static bool is_uri(struct rj_cursor c)
{
	size_t i = 0;

	for (; i + 16 <= c.left; i += 16) {
		rj_octets16 x = (rj_octets16)rj_load16(c.at + i);

		if (!rj_is_none16((rj_halves16)((x <= ' ') | (x == 0x7f))))
			return false;
	}
	for (; i < c.left; i++)
		if (c.at[i] <= ' ' || c.at[i] == 0x7f)
			return false;
	return c.left;
}

static bool is_reason_char(uint8_t ch)
{
	return ch == '\t' || (ch >= ' ' && ch != 0x7f);
}

/* What RFC 9110 section 5.5 calls dangerous in a line is refused, other controls are let pass. */
static bool is_value(struct rj_cursor line)
{
	return !rj_line_has(line, '\0') && !rj_line_has(line, '\r');
}

static bool is_blank(uint8_t ch)
{
	return ch == ' ' || ch == '\t';
}

static bool is_all(struct rj_cursor c, bool (*is_good)(uint8_t ch))
{
	uint8_t ch;

	while (!rj_cursor_u8(&c, &ch))
		if (!is_good(ch))
			return false;
	return true;
}

/* HTTP-version, RFC 9112 section 2.3; other major versions are not written like this. */
RJ_MUST_CHECK static enum rj_status read_version(struct rj_cursor *c, struct rj_cursor *out)
{
	struct rj_cursor version, minor;
	enum rj_status st = rj_cursor_sub(c, VERSION_LEN, &version);

	if (st)
		return st;
	minor = version;
	if (!rj_cursor_starts(&version, "HTTP/1."))
		return RJ_MALFORMED;
	st = rj_cursor_skip(&minor, VERSION_LEN - 1);
	if (st)
		return st;
	if (!is_all(minor, is_digit))
		return RJ_MALFORMED;
	*out = version;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status read_space(struct rj_cursor *c)
{
	uint8_t ch;
	enum rj_status st = rj_cursor_u8(c, &ch);

	if (st)
		return st;
	return ch == ' ' ? RJ_OK : RJ_MALFORMED;
}

/* request-line, RFC 9112 section 3; the version's length is known, so the target is what is left */
RJ_MUST_CHECK static enum rj_status read_request_line(struct rj_cursor line,
						      struct rj_http_start *out)
{
	struct rj_http_start s = { .is_request = true };
	enum rj_status st = rj_line_word(&line, ' ', &s.method);

	if (!st && line.left <= 1 + VERSION_LEN)
		st = RJ_MALFORMED;
	if (!st)
		st = rj_cursor_sub(&line, line.left - 1 - VERSION_LEN, &s.uri);
	if (!st)
		st = read_space(&line);
	if (!st)
		st = read_version(&line, &s.version);
	if (st)
		return st;
	if (!is_token(s.method) || !is_uri(s.uri))
		return RJ_MALFORMED;
	*out = s;
	return RJ_OK;
}

/* status-line, RFC 9112 section 4 */
RJ_MUST_CHECK static enum rj_status read_status_line(struct rj_cursor line,
						     struct rj_http_start *out)
{
	struct rj_http_start s = { .is_request = false };
	struct rj_cursor digits;
	uint8_t digit;
	enum rj_status st = read_version(&line, &s.version);

	if (!st)
		st = read_space(&line);
	if (!st)
		st = rj_cursor_sub(&line, 3, &s.code);
	if (!st && line.left)
		st = read_space(&line);
	if (st)
		return st;
	s.reason = line;
	if (!is_all(s.code, is_digit) || !is_all(s.reason, is_reason_char))
		return RJ_MALFORMED;
	digits = s.code;
	while (!rj_cursor_u8(&digits, &digit))
		s.status = s.status * 10 + (digit - (unsigned int)'0');
	if (s.status < 100)
		return RJ_MALFORMED;
	*out = s;
	return RJ_OK;
}

enum rj_status rj_http_start_read(struct rj_cursor *c, struct rj_http_start *out)
{
	struct rj_cursor ahead = *c, line;
	enum rj_status st = rj_line_read(&ahead, &line);

	if (st)
		return st;
	if (rj_cursor_starts(&line, "HTTP/"))
		st = read_status_line(line, out);
	else
		st = read_request_line(line, out);
	if (!st)
		*c = ahead;
	return st;
}

/* The bytes up to the next @end, which is passed, or all. */
static struct rj_cursor take_word(struct rj_cursor *c, char end)
{
	struct rj_cursor word = *c;

	if (rj_line_word(c, end, &word))
		c->left = 0;
	return word;
}

void rj_http_start_guess(struct rj_cursor *c, struct rj_http_start *out)
{
	struct rj_cursor rest = *c;
	struct rj_cursor line = take_word(&rest, '\n');
	struct rj_cursor first = take_word(&line, '\r');

	if (line.left) /* a lone CR */
		rest = rj_cursor_init(line.at, c->left - (size_t)(line.at - c->at), c->is_hard);
	*c = rest;
	line = first;
	*out = (struct rj_http_start){ .is_request = line.left < 5 ||
						     !rj_cursor_starts(&line, "HTTP/") };
	if (out->is_request) {
		out->method = take_word(&line, ' ');
		out->uri = take_word(&line, ' ');
		out->version = line;
	} else {
		out->version = take_word(&line, ' ');
		out->code = take_word(&line, ' ');
		out->reason = line;
	}
}

bool rj_http_field_guess(struct rj_cursor *line, struct rj_http_field *out)
{
	while (line->left) {
		struct rj_cursor part = take_word(line, '\r');

		if (!rj_line_has(part, ':'))
			continue;
		out->is_end = false;
		out->name = rj_line_trim(take_word(&part, ':'));
		out->value = rj_line_trim(part);
		return true;
	}
	return false;
}

static bool is_fold(const struct rj_cursor *c)
{
	struct rj_cursor ahead = *c;
	uint8_t ch;

	return !rj_cursor_u8(&ahead, &ch) && (ch == ' ' || ch == '\t');
}

/* Adds a line to the value, which is then one of several, after one space, as far as it fits. */
static void fold(struct rj_http_field *f, struct rj_cursor text)
{
	uint32_t len = f->value.left;

	if (len >= sizeof(f->folded))
		return;
	if (text.left >= sizeof(f->folded) - len)
		text.left = (uint32_t)sizeof(f->folded) - len - 1;
	if (f->value.at != f->folded)
		memcpy(f->folded, f->value.at, len);
	f->folded[len++] = ' ';
	memcpy(f->folded + len, text.at, text.left);
	f->value = rj_cursor_init(f->folded, len + text.left, true);
}

/* Adds a line to the value, which is empty at first. */
RJ_MUST_CHECK static enum rj_status add_line(struct rj_http_field *f, struct rj_cursor line)
{
	struct rj_cursor text = rj_line_trim(line);

	if (!text.left)
		return RJ_OK;
	if (!is_value(text))
		return RJ_MALFORMED;
	if (f->value.left)
		fold(f, text);
	else
		f->value = text;
	return RJ_OK;
}

/*
 * rj_http_field_read of a header as nearly all are, a line that ends in CRLF and with the next one
 * behind it; false: it is to be looked at more closely.
 */
static inline bool read_usual(struct rj_cursor *c, struct rj_http_field *out)
{
	const uint8_t *at = c->at;
	size_t name_len = 0, first, end = plain_len(c), behind = end;

	if (c->left - end < 3 || at[end] != '\r' || at[end + 1] != '\n' || is_blank(at[end + 2]))
		return false;
	while (token_chars[at[name_len]]) /* CR is none */
		name_len++;
	if (!name_len || at[name_len] != ':')
		return false;
	first = name_len + 1;
	while (is_blank(at[first]))
		first++;
	while (end > first && is_blank(at[end - 1]))
		end--;
	out->is_end = false;
	out->name = rj_cursor_init(at, name_len, true);
	out->value = rj_cursor_init(at + first, end - first, true);
	return !rj_cursor_skip(c, behind + 2);
}

enum rj_status rj_http_field_read(struct rj_cursor *c, struct rj_http_field *out)
{
	struct rj_cursor ahead = *c, line;
	enum rj_status st;

	if (read_usual(c, out))
		return RJ_OK;
	st = rj_line_read(&ahead, &line);
	if (st)
		return st;
	out->is_end = !line.left;
	if (out->is_end) {
		*c = ahead;
		return RJ_OK;
	}
	out->value = rj_cursor_init(out->folded, 0, true);
	st = rj_line_word(&line, ':', &out->name);
	if (st)
		return st;
	if (!is_token(out->name)) /* no space before the colon: section 5.1 */
		return RJ_MALFORMED;
	st = add_line(out, line);
	while (!st && is_fold(&ahead)) {
		st = rj_line_read(&ahead, &line);
		if (!st)
			st = add_line(out, line);
	}
	if (!st)
		*c = ahead;
	return st;
}
