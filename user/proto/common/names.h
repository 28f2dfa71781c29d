/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers of protocols by their names, texts of peers kept and written. */
#ifndef RJ_PROTO_COMMON_NAMES_H
#define RJ_PROTO_COMMON_NAMES_H

#include "proto/common/put.h"
#include "proto/dissector.h"

/* struct rj_name - a row of a table, which ends with one without a name. */
struct rj_name {
	int64_t number;
	const char *name;
};

/* rj_name_of - NULL: it has none. */
const char *rj_name_of(const struct rj_name *table, int64_t number);

/* rj_put_name - the number's name as text, or its digits. */
void rj_put_name(struct rj_visitor *v, const struct rj_field *f, const struct rj_name *table,
		 int64_t number);

/*
 * rj_put_bits - an array @f of the names of the bits that are set in @bits, in the table's order,
 * whose numbers are masks; what has no name comes last, as one hexadecimal number (0x80).
 */
void rj_put_bits(struct rj_visitor *v, const struct rj_field *f, const struct rj_field *item,
		 const struct rj_name *table, uint32_t bits);

/*
 * rj_put_utf16 - text of UTF-16, least significant byte first, up to its first NUL, as UTF-8; of at
 * most RJ_UTF16_MAX_BYTES, what is more is left out. Nothing, when there is none.
 */
#define RJ_UTF16_MAX_BYTES 512u
void rj_put_utf16(struct rj_visitor *v, const struct rj_field *f, struct rj_cursor text);

/*
 * rj_keep - a copy of the first @max bytes of @text (all, where it has no more) in the arena; empty
 * without memory.
 */
struct rj_cursor rj_keep(struct rj_arena *arena, struct rj_cursor text, size_t max);

#endif
