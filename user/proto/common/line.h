/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines and words of protocols that are text, read through the cursor. */
#ifndef RJ_PROTO_COMMON_LINE_H
#define RJ_PROTO_COMMON_LINE_H

#include "core/cursor.h"

/*
 * rj_line_read - the bytes up to the next LF as a cursor of their own with a
 * hard end, in *@out; the LF and one CR before it are passed and not part of
 * it. Without a LF: RJ_TRUNCATED before a soft end, RJ_MALFORMED before a hard
 * one, @c and @out as they were.
 */
RJ_MUST_CHECK enum rj_status rj_line_read(struct rj_cursor *c, struct rj_cursor *out);

/* rj_line_word - the bytes up to the next @end, which is passed, like rj_line_read. */
RJ_MUST_CHECK enum rj_status rj_line_word(struct rj_cursor *c, char end, struct rj_cursor *out);

/* rj_line_trim - @c without spaces and tabs at its two ends. */
struct rj_cursor rj_line_trim(struct rj_cursor c);

/* rj_line_has - whether one of the bytes of @c is @ch. */
static inline bool rj_line_has(struct rj_cursor c, char ch)
{
	return c.left && memchr(c.at, ch, c.left);
}

/*
 * rj_line_begins - whether @text begins with the bytes of @c, of which there are no more than it
 * has; ASCII letters are compared without case.
 */
bool rj_line_begins(struct rj_cursor c, const char *text);

/* rj_line_equals - whether @c is @text, ASCII letters compared without case. */
static inline bool rj_line_equals(struct rj_cursor c, const char *text)
{
	return c.left == strlen(text) && rj_line_begins(c, text);
}

#endif
