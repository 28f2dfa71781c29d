/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines and words of protocols that are text, read through the cursor. */
#include "proto/common/line.h"

static bool is_blank(uint8_t ch)
{
	return ch == ' ' || ch == '\t';
}

/* The last byte of @c, which has one. */
static uint8_t last_byte(const struct rj_cursor *c)
{
	return c->at[c->left - 1];
}

static uint8_t lower(uint8_t ch)
{
	return ch >= 'A' && ch <= 'Z' ? (uint8_t)(ch - 'A' + 'a') : ch;
}

enum rj_status rj_line_word(struct rj_cursor *c, char end, struct rj_cursor *out)
{
	const uint8_t *found = c->left ? memchr(c->at, end, c->left) : NULL;
	struct rj_cursor ahead = *c, word;
	enum rj_status st;

	if (!found)
		return rj_cursor_short(c);
	st = rj_cursor_sub(&ahead, (size_t)(found - c->at), &word);
	if (!st)
		st = rj_cursor_skip(&ahead, 1);
	if (st)
		return st;
	*c = ahead;
	*out = word;
	return RJ_OK;
}

enum rj_status rj_line_read(struct rj_cursor *c, struct rj_cursor *out)
{
	struct rj_cursor line;
	enum rj_status st = rj_line_word(c, '\n', &line);

	if (st)
		return st;
	if (line.left && last_byte(&line) == '\r')
		line.left--;
	*out = line;
	return RJ_OK;
}

struct rj_cursor rj_line_trim(struct rj_cursor c)
{
	struct rj_cursor ahead = c;
	uint8_t ch;

	while (!rj_cursor_u8(&ahead, &ch) && is_blank(ch))
		c = ahead;
	while (c.left && is_blank(last_byte(&c)))
		c.left--;
	return c;
}

bool rj_line_begins(struct rj_cursor c, const char *text)
{
	uint8_t ch;

	for (; !rj_cursor_u8(&c, &ch); text++)
		if (ch != (uint8_t)*text && lower(ch) != lower((uint8_t)*text))
			return false;
	return true;
}
