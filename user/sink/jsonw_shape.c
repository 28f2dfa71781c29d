// SPDX-License-Identifier: BSD-3-Clause
/* Steps as text with values between: the writer itself writes it, once. */
#include "sink/jsonw_shape.h"

#include <string.h>

#include "core/text.h"
#include "core/visitor.h"

/* The longest of a value that stands in a shape's room; strings and hex ask for their own. */
#define VALUE_LEN RJ_TEXT_ADDRESS_LEN

static bool is_quoted(enum rj_step_call call)
{
	return call == RJ_STEP_WORD || call == RJ_STEP_STRING || call == RJ_STEP_HEX ||
	       call == RJ_STEP_ADDRESS;
}

/* Writes the step's value as 0 and takes that out again: there its piece ends. */
static bool end_piece(struct rj_jsonw *writer, struct rj_jsonw_shape *s, size_t *begin,
		      const struct rj_step *step)
{
	struct rj_buffer *text;
	size_t end;

	writer->visitor.ops->u64(&writer->visitor, step->field, 0);
	text = rj_jsonw_lend(writer);
	if (text->is_failed || s->num_pieces + 1 == RJ_JSONW_MAX_PIECES)
		return false;
	rj_buffer_cut(text, text->len - 2); /* the digit and a comma */
	if (is_quoted(step->call))
		rj_buffer_put(text, "\"", 1);
	end = text->len;
	if (end > RJ_JSONW_SHAPE_LEN)
		return false;
	s->pieces[s->num_pieces++] = (struct rj_jsonw_piece){
		.words = step->words,
		.text = s->text + *begin,
		.len = (uint8_t)(end - *begin),
		.call = (uint8_t)step->call,
	};
	*begin = end;
	rj_buffer_put(text, "\",", 2);
	if (!is_quoted(step->call)) {
		rj_buffer_cut(text, end);
		rj_buffer_put(text, ",", 1);
	}
	rj_jsonw_go_on(writer);
	return true;
}

/* Has @writer, in a list or an object, write the steps without their values. */
static bool write_pieces(struct rj_jsonw *writer, struct rj_jsonw_shape *s)
{
	static const uint64_t no_value;
	size_t begin = rj_jsonw_lend(writer)->len;
	struct rj_buffer *text;

	for (size_t i = 0; i < s->num_steps; i++) {
		if (rj_step_takes(&s->steps[i])) {
			if (!end_piece(writer, s, &begin, &s->steps[i]))
				return false;
			continue;
		}
		rj_visitor_step(&writer->visitor, &s->steps[i], &no_value);
		if (!writer->depth)
			return false;
		if (writer->depth - 1 > s->depth)
			s->depth = writer->depth - 1;
	}
	text = rj_jsonw_lend(writer);
	if (writer->depth != 1 || text->is_failed || text->len > RJ_JSONW_SHAPE_LEN)
		return false;
	s->pieces[s->num_pieces++] = (struct rj_jsonw_piece){
		.text = s->text + begin,
		.len = (uint8_t)(text->len - begin),
		.call = RJ_STEP_CLOSE,
	};
	memcpy(s->text, text->data, text->len);
	s->room = sizeof(s->text) + s->num_pieces * VALUE_LEN;
	return true;
}

__attribute__((noinline)) void rj_jsonw_learn(struct rj_jsonw_shape *s, struct rj_jsonw_keys *keys,
					      const struct rj_step *steps, size_t num_steps,
					      bool in_array)
{
	const struct rj_field around = { .type = in_array ? RJ_TYPE_ARRAY : RJ_TYPE_OBJECT };
	struct rj_buffer text;
	struct rj_jsonw writer;

	*s = (struct rj_jsonw_shape){ .steps = steps,
				      .num_steps = num_steps,
				      .is_array = in_array };
	rj_buffer_init(&text, 4 * RJ_JSONW_SHAPE_LEN);
	rj_jsonw_init(&writer, &text, keys);
	writer.visitor.ops->open(&writer.visitor, &around);
	if (!write_pieces(&writer, s))
		s->num_pieces = 0;
	rj_buffer_done(&text);
}
