/* SPDX-License-Identifier: BSD-3-Clause */
/* The JSON writer: a visitor of records that appends text to a buffer. */
#ifndef RJ_SINK_JSONW_H
#define RJ_SINK_JSONW_H

#include <rejoice/record.h>

#include "core/buffer.h"

/* A record is one line, which a hostile flow must not make endless. */
#define RJ_MAX_LINE_BYTES (16u << 20)
#define RJ_JSONW_MAX_DEPTH 32u /* ours: a bit a level in one word; flows nest 8 deep */

/*
 * struct rj_jsonw_keys - zero at first: names of rows as they are written, which writers of one
 * thread share. A row's place follows from its address, that of steps begins the search for theirs.
 * There are more places than all rows span (4558): no two have one, wherever they lie.
 */
#define RJ_JSONW_NUM_KEYS 8192u
struct rj_jsonw_key {
	const struct rj_field *field;
	char text[23];
	uint8_t len;
};

/*
 * struct rj_jsonw_shape - steps as they are written, once: pieces of @text, with values between.
 * @is_array: where they are
 * @num_pieces: 0 where they do not fit; behind the last one comes no value
 * @depth: levels they open at most
 * @room: for what they write at once
 */
#define RJ_JSONW_NUM_SHAPES 64u
#define RJ_JSONW_MAX_PIECES 16u
#define RJ_JSONW_SHAPE_LEN 192u
#define RJ_JSONW_PIECE_SIZE 64u /* most are shorter; a copy of constant length costs least */
struct rj_jsonw_piece {
	const char *text;
	const struct rj_step_word *words;
	uint8_t len;
	uint8_t call;
};
struct rj_jsonw_shape {
	const struct rj_step *steps;
	size_t num_steps;
	size_t room;
	uint32_t depth;
	uint8_t num_pieces;
	bool is_array;
	struct rj_jsonw_piece pieces[RJ_JSONW_MAX_PIECES];
	char text[RJ_JSONW_SHAPE_LEN + RJ_JSONW_PIECE_SIZE];
};

struct rj_jsonw_keys {
	struct rj_jsonw_key at[RJ_JSONW_NUM_KEYS];
	struct rj_jsonw_shape shapes[RJ_JSONW_NUM_SHAPES];
};

/*
 * struct rj_jsonw - embedded; writes one JSON value (RFC 8259) for any balanced
 * sequence of visitor calls, whatever the bytes of strings and names. A member
 * of an object takes its key from its row or from the last name() before it;
 * elsewhere both are ignored. Row names are written as they are.
 * @visitor: hand this out
 * @keys:    borrowed, for any time
 * @out:     borrowed; the text is appended, without a newline
 *           Up to date while no level is open, else by rj_jsonw_lend
 * @is_too_deep: something nested deeper than RJ_JSONW_MAX_DEPTH was left out
 * @depth, @num_skipped: 0 when all that was opened is closed
 * The others are the writer's own.
 */
struct rj_jsonw {
	struct rj_visitor visitor;
	struct rj_buffer *out;
	struct rj_jsonw_keys *keys;
	uint8_t *at;	      /* behind what is written, while a level is open */
	uint8_t *end;	      /* up to which may be written at once; @at where nothing may */
	size_t name_at;	      /* where the pending name began in @out */
	uint64_t arrays;      /* a bit a level, innermost lowest, and one: 1 is no object */
	uint32_t depth;	      /* levels open */
	uint32_t num_skipped; /* levels open that are not written */
	bool is_named;	      /* the next value takes no key: it has one, or stands in no object */
	bool is_array;	      /* the innermost level is no object */
	bool is_too_deep;
};

/* rj_jsonw_init - a writer at the end of @out, for one value; init again for the next. */
void rj_jsonw_init(struct rj_jsonw *w, struct rj_buffer *out, struct rj_jsonw_keys *keys);

#define RJ_JSONW_NUMBER_LEN 330 /* "%f" of -DBL_MAX is shorter */

/* rj_jsonw_number - @value as @text spells it; null where it is not finite. */
void rj_jsonw_number(struct rj_jsonw *w, const struct rj_field *f, double value, const char *text);

/*
 * rj_jsonw_lend - @out with all that was written, in the middle of a value: whoever changes it
 * calls rj_jsonw_go_on before the writer is visited again.
 */
struct rj_buffer *rj_jsonw_lend(struct rj_jsonw *w);
void rj_jsonw_go_on(struct rj_jsonw *w);

/*
 * rj_jsonw_failed - whether @out refused something: what was written is not
 * JSON, and the caller must drop it (rj_buffer_cut to where it began).
 */
RJ_MUST_CHECK bool rj_jsonw_failed(const struct rj_jsonw *w);

#endif
