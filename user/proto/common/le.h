/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers whose least significant byte comes first, read through the cursor. */
#ifndef RJ_PROTO_COMMON_LE_H
#define RJ_PROTO_COMMON_LE_H

#include "core/cursor.h"

/* rj_le_u16, _u32, _u64 - the next number in *@out, like rj_cursor_u16. */
RJ_MUST_CHECK static inline enum rj_status rj_le_u16(struct rj_cursor *c, uint16_t *out)
{
	enum rj_status st = rj_cursor_u16(c, out);

	if (!st)
		*out = __builtin_bswap16(*out);
	return st;
}

RJ_MUST_CHECK static inline enum rj_status rj_le_u32(struct rj_cursor *c, uint32_t *out)
{
	enum rj_status st = rj_cursor_u32(c, out);

	if (!st)
		*out = __builtin_bswap32(*out);
	return st;
}

RJ_MUST_CHECK static inline enum rj_status rj_le_u64(struct rj_cursor *c, uint64_t *out)
{
	enum rj_status st = rj_cursor_u64(c, out);

	if (!st)
		*out = __builtin_bswap64(*out);
	return st;
}

#endif
