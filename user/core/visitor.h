/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls to a visitor of records that several make. */
#ifndef RJ_CORE_VISITOR_H
#define RJ_CORE_VISITOR_H

#include <rejoice/record.h>

#include <string.h>

/* rj_visitor_numbers - gives a whole array @f of @num numbers, each of which @item describes. */
static inline void rj_visitor_numbers(struct rj_visitor *v, const struct rj_field *f,
				      const struct rj_field *item, const uint64_t *values,
				      size_t num)
{
	if (v->ops->numbers) {
		v->ops->numbers(v, f, item, values, num);
		return;
	}
	v->ops->open(v, f);
	for (size_t i = 0; i < num; i++)
		v->ops->u64(v, item, values[i]);
	v->ops->close(v);
}

/* rj_visitor_hexes - gives a whole array @f of @num times @size bytes, which @item describes. */
static inline void rj_visitor_hexes(struct rj_visitor *v, const struct rj_field *f,
				    const struct rj_field *item, const uint8_t *bytes, size_t size,
				    size_t num)
{
	if (v->ops->hexes) {
		v->ops->hexes(v, f, item, bytes, size, num);
		return;
	}
	v->ops->open(v, f);
	for (size_t i = 0; i < num; i++)
		v->ops->hex(v, item, bytes + i * size, size);
	v->ops->close(v);
}

/* rj_visitor_each_named - named_hexes of struct rj_visitor_ops as single calls. */
static inline void rj_visitor_each_named(struct rj_visitor *v, const struct rj_field *f,
					 const struct rj_field *item,
					 const struct rj_named_bytes *named, size_t num)
{
	for (; num; num--, named++) {
		v->ops->open(v, f);
		v->ops->name(v, named->name, named->name_len);
		v->ops->hex(v, item, named->bytes, named->len);
		v->ops->close(v);
	}
}

/* rj_visitor_named_hexes - see named_hexes of struct rj_visitor_ops. */
static inline void rj_visitor_named_hexes(struct rj_visitor *v, const struct rj_field *f,
					  const struct rj_field *item,
					  const struct rj_named_bytes *named, size_t num)
{
	if (v->ops->named_hexes)
		v->ops->named_hexes(v, f, item, named, num);
	else
		rj_visitor_each_named(v, f, item, named, num);
}

/* rj_step_takes - how many values the step takes. */
static inline size_t rj_step_takes(const struct rj_step *step)
{
	switch (step->call) {
	case RJ_STEP_U64:
	case RJ_STEP_I64:
	case RJ_STEP_WORD:
		return 1;
	case RJ_STEP_STRING:
	case RJ_STEP_HEX:
	case RJ_STEP_ADDRESS:
	case RJ_STEP_TIME:
		return 2;
	default:
		return 0;
	}
}

/* rj_step_bytes, rj_step_address - the two values of a string or hex, and of an address. */
static inline void rj_step_bytes(uint64_t *values, const void *bytes, size_t len)
{
	values[0] = (uintptr_t)bytes;
	values[1] = len;
}

static inline void rj_step_address(uint64_t *values, const void *addr)
{
	memcpy(values, addr, 16);
}

/* rj_visitor_step - the call of one step; returns where the value of the next one is. */
static inline const uint64_t *rj_visitor_step(struct rj_visitor *v, const struct rj_step *step,
					      const uint64_t *value)
{
	const struct rj_step_word *word;

	switch (step->call) {
	case RJ_STEP_U64:
		v->ops->u64(v, step->field, *value);
		break;
	case RJ_STEP_I64:
		v->ops->i64(v, step->field, (int64_t)*value);
		break;
	case RJ_STEP_WORD:
		word = &step->words[*value];
		v->ops->string(v, step->field, word->text, word->len);
		break;
	case RJ_STEP_STRING:
		v->ops->string(v, step->field, (const void *)(uintptr_t)value[0], (size_t)value[1]);
		break;
	case RJ_STEP_HEX:
		v->ops->hex(v, step->field, (const void *)(uintptr_t)value[0], (size_t)value[1]);
		break;
	case RJ_STEP_ADDRESS:
		v->ops->address(v, step->field, (const uint8_t *)value);
		break;
	case RJ_STEP_TIME:
		v->ops->time(v, step->field, value[0], (int)value[1]);
		break;
	case RJ_STEP_NULL:
		v->ops->null(v, step->field);
		break;
	case RJ_STEP_OPEN:
		v->ops->open(v, step->field);
		break;
	case RJ_STEP_CLOSE:
		v->ops->close(v);
		break;
	}
	return value + rj_step_takes(step);
}

/* rj_visitor_each_step - steps of struct rj_visitor_ops as single calls. */
static inline void rj_visitor_each_step(struct rj_visitor *v, const struct rj_step *steps,
					size_t num_steps, const uint64_t *values, size_t times)
{
	for (; times; times--)
		for (size_t i = 0; i < num_steps; i++)
			values = rj_visitor_step(v, &steps[i], values);
}

/* rj_visitor_steps - see steps of struct rj_visitor_ops. */
static inline void rj_visitor_steps(struct rj_visitor *v, const struct rj_step *steps,
				    size_t num_steps, const uint64_t *values, size_t times)
{
	if (v->ops->steps)
		v->ops->steps(v, steps, num_steps, values, times);
	else
		rj_visitor_each_step(v, steps, num_steps, values, times);
}

#endif
