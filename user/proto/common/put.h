/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls to a visitor that several protocols make: words, numbers that have names, who sent it. */
#ifndef RJ_PROTO_COMMON_PUT_H
#define RJ_PROTO_COMMON_PUT_H

#include <rejoice/record.h>

#include <stdbool.h>
#include <string.h>

#include "core/cursor.h"
#include "core/text.h"

/* rj_put_word - text of ours. */
static inline void rj_put_word(struct rj_visitor *v, const struct rj_field *f, const char *word)
{
	v->ops->string(v, f, word, strlen(word));
}

/* rj_put_text - the bytes of @text, unless there are none. */
static inline void rj_put_text(struct rj_visitor *v, const struct rj_field *f,
			       struct rj_cursor text)
{
	if (text.left)
		v->ops->string(v, f, text.at, text.left);
}

/* rj_put_hex - likewise as hexadecimal. */
static inline void rj_put_hex(struct rj_visitor *v, const struct rj_field *f,
			      struct rj_cursor bytes)
{
	if (bytes.left)
		v->ops->hex(v, f, bytes.at, bytes.left);
}

/* rj_put_code - what @names, of @num of which any may be NULL, has for @code; else its digits. */
static inline void rj_put_code(struct rj_visitor *v, const struct rj_field *f,
			       const char *const *names, size_t num, uint64_t code)
{
	uint8_t digits[RJ_TEXT_U64_LEN];

	if (code < num && names[code])
		rj_put_word(v, f, names[code]);
	else
		v->ops->string(v, f, digits, (size_t)(rj_text_u64(digits, code) - digits));
}

/* rj_put_true - a flag that is written where it is set. */
static inline void rj_put_true(struct rj_visitor *v, const struct rj_field *f, bool is_set)
{
	if (is_set)
		v->ops->boolean(v, f, 1);
}

/* rj_put_dir - > for what the originator sent, < for the other. */
static inline void rj_put_dir(struct rj_visitor *v, const struct rj_field *f, unsigned int side,
			      unsigned int originator)
{
	v->ops->string(v, f, side == originator ? ">" : "<", 1);
}

/* rj_put_address4 - four bytes as an address. */
static inline void rj_put_address4(struct rj_visitor *v, const struct rj_field *f,
				   const uint8_t bytes[4])
{
	uint8_t addr[16] = { [10] = 0xff, [11] = 0xff };

	memcpy(addr + 12, bytes, 4);
	v->ops->address(v, f, addr);
}

#endif
