/* SPDX-License-Identifier: BSD-3-Clause */
/* The bounded cursor: the one way in which payload bytes are read. */
#ifndef RJ_CORE_CURSOR_H
#define RJ_CORE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/status.h"

/*
 * struct rj_cursor - a view of bytes not read yet. It borrows them.
 * @at:   next byte
 * @left: number of bytes from there to the end
 * @is_hard: whose end it is. Soft: ours (snap length, last segment so far), a
 *        read past it is RJ_TRUNCATED. Hard: the sender's (end of datagram,
 *        FIN, declared length), a read past it is RJ_MALFORMED.
 *
 * Every read either succeeds and moves the cursor, or fails and leaves the
 * cursor and its outputs as they were.
 */
struct rj_cursor {
	const uint8_t *at;
	uint32_t left;
	bool is_hard;
};

/* rj_cursor_init - a cursor over @len bytes at @data, whose end is hard or soft. */
static inline struct rj_cursor rj_cursor_init(const void *data, size_t len, bool is_hard)
{
	return (struct rj_cursor){ .at = data, .left = (uint32_t)len, .is_hard = is_hard };
}

/* rj_cursor_short - what running into the end of @c means. */
static inline enum rj_status rj_cursor_short(const struct rj_cursor *c)
{
	return c->is_hard ? RJ_MALFORMED : RJ_TRUNCATED;
}

/* rj_cursor_bytes - the next @len bytes, borrowed, in *@out. */
RJ_MUST_CHECK static inline enum rj_status rj_cursor_bytes(struct rj_cursor *c, size_t len,
							   const uint8_t **out)
{
	if (len > c->left) /* the one length comparison */
		return rj_cursor_short(c);
	*out = c->at;
	if (len) {
		c->at += len;
		c->left -= (uint32_t)len;
	}
	return RJ_OK;
}

/* rj_cursor_skip - passes over @len bytes. */
RJ_MUST_CHECK static inline enum rj_status rj_cursor_skip(struct rj_cursor *c, size_t len)
{
	const uint8_t *unused;

	return rj_cursor_bytes(c, len, &unused);
}

/* rj_cursor_be - the next @len (1..8) bytes as a big-endian number in *@out. */
RJ_MUST_CHECK static inline enum rj_status rj_cursor_be(struct rj_cursor *c, size_t len,
							uint64_t *out)
{
	const uint8_t *p;
	enum rj_status st = rj_cursor_bytes(c, len, &p);
	uint64_t value = 0;

	if (st)
		return st;
	for (; len >= 2; len -= 2, p += 2) /* by two: short enough for a compiler to unroll */
		value = value << 16 | (uint64_t)(p[0] << 8 | p[1]);
	*out = len ? value << 8 | *p : value;
	return RJ_OK;
}

#define RJ_CURSOR_READ_BE(name, type, len)                                                         \
	RJ_MUST_CHECK static inline enum rj_status rj_cursor_##name(struct rj_cursor *c,           \
								    type *out)                     \
	{                                                                                          \
		uint64_t value;                                                                    \
		enum rj_status st = rj_cursor_be(c, len, &value);                                  \
                                                                                                   \
		if (!st)                                                                           \
			*out = (type)value;                                                        \
		return st;                                                                         \
	}

/* rj_cursor_u8, _u16, _u24, _u32, _u64 - the next big-endian number in *@out. */
RJ_CURSOR_READ_BE(u8, uint8_t, 1)
RJ_CURSOR_READ_BE(u16, uint16_t, 2)
RJ_CURSOR_READ_BE(u24, uint32_t, 3)
RJ_CURSOR_READ_BE(u32, uint32_t, 4)
RJ_CURSOR_READ_BE(u64, uint64_t, 8)
#undef RJ_CURSOR_READ_BE

/* rj_cursor_within - passes over a byte that has to be @first to @last, else RJ_MALFORMED. */
RJ_MUST_CHECK static inline enum rj_status rj_cursor_within(struct rj_cursor *c, uint8_t first,
							    uint8_t last)
{
	struct rj_cursor ahead = *c;
	uint8_t byte;
	enum rj_status st = rj_cursor_u8(&ahead, &byte);

	if (st)
		return st;
	if (byte < first || byte > last)
		return RJ_MALFORMED;
	*c = ahead;
	return RJ_OK;
}

/* rj_cursor_sub - opens the next @len bytes as a cursor of their own, with a hard end. */
RJ_MUST_CHECK static inline enum rj_status rj_cursor_sub(struct rj_cursor *c, size_t len,
							 struct rj_cursor *out)
{
	const uint8_t *p;
	enum rj_status st = rj_cursor_bytes(c, len, &p);

	if (!st)
		*out = rj_cursor_init(p, len, true);
	return st;
}

/*
 * rj_cursor_prefixed - opens what stands behind a length of @len_bytes (1..3)
 * bytes as a cursor of its own, with a hard end. Fails as a whole: @c stays
 * before the length when the bytes behind it are not all there.
 */
RJ_MUST_CHECK static inline enum rj_status rj_cursor_prefixed(struct rj_cursor *c, size_t len_bytes,
							      struct rj_cursor *out)
{
	struct rj_cursor ahead = *c;
	uint64_t len;
	enum rj_status st = rj_cursor_be(&ahead, len_bytes, &len);

	if (!st)
		st = rj_cursor_sub(&ahead, (size_t)len, out);
	if (!st)
		*c = ahead;
	return st;
}

/* rj_cursor_starts - whether the bytes ahead are @text (a prefix of it when fewer are there). */
static inline bool rj_cursor_starts(const struct rj_cursor *c, const char *text)
{
	size_t len = strlen(text);

	return !c->left || !memcmp(c->at, text, c->left < len ? c->left : len);
}

#endif
