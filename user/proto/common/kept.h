/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes of a message that are kept until the flow ends. */
#ifndef RJ_PROTO_COMMON_KEPT_H
#define RJ_PROTO_COMMON_KEPT_H

#include <rejoice/record.h>

#include "core/arena.h"
#include "core/cursor.h"

/*
 * What is looked at of a side's datagrams: as much as live hands up unless told otherwise
 * (sample_bytes), so that files give the same counts.
 */
#define RJ_OPENING_BYTES 8192u

/* struct rj_kept - in the flow's arena; NULL: none. */
struct rj_kept {
	const uint8_t *bytes;
	uint32_t len;
};

/* rj_kept_of - a copy of what @c has left, but for bytes over @max; none where memory is out. */
static inline struct rj_kept rj_kept_of(struct rj_arena *arena, struct rj_cursor c, uint32_t max)
{
	uint32_t len = c.left < max ? (uint32_t)c.left : max;
	const uint8_t *bytes = len ? rj_arena_copy(arena, c.at, len) : (const uint8_t *)"";

	return (struct rj_kept){ bytes, bytes ? len : 0 };
}

/* rj_kept_is - whether it is what @c has left, but for bytes over @max. */
static inline bool rj_kept_is(struct rj_kept kept, struct rj_cursor c, uint32_t max)
{
	return kept.bytes && kept.len == (c.left < max ? c.left : max) &&
	       (!kept.len || !memcmp(kept.bytes, c.at, kept.len));
}

/* rj_kept_put_text, rj_kept_put_hex - writes it as @f says; nothing when there is none. */
static inline void rj_kept_put_text(struct rj_visitor *v, const struct rj_field *f,
				    struct rj_kept kept)
{
	if (kept.bytes)
		v->ops->string(v, f, kept.bytes, kept.len);
}

static inline void rj_kept_put_hex(struct rj_visitor *v, const struct rj_field *f,
				   struct rj_kept kept)
{
	if (kept.bytes)
		v->ops->hex(v, f, kept.bytes, kept.len);
}

#endif
