/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls to a visitor of records that several make. */
#ifndef RJ_CORE_VISITOR_H
#define RJ_CORE_VISITOR_H

#include <string.h>

#include <rejoice/record.h>

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

/* rj_visitor_rows - see rows of struct rj_visitor_ops. */
static inline void rj_visitor_rows(struct rj_visitor *v, const struct rj_field *item,
				   const struct rj_column *columns, size_t num_columns,
				   const uint64_t *values, size_t num)
{
	if (v->ops->rows) {
		v->ops->rows(v, item, columns, num_columns, values, num);
		return;
	}
	for (; num; num--) {
		v->ops->open(v, item);
		for (size_t i = 0; i < num_columns; i++, values++) {
			const char *const *words = columns[i].words;

			if (words)
				v->ops->string(v, columns[i].field, words[*values],
					       strlen(words[*values]));
			else
				v->ops->u64(v, columns[i].field, *values);
		}
		v->ops->close(v);
	}
}

#endif
