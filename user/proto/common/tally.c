/* SPDX-License-Identifier: BSD-3-Clause */
/* How often each of several named things came, as an object of numbers. */
#include "proto/common/tally.h"

#include <stdbool.h>
#include <string.h>

#include "core/text.h"

static void put_name(struct rj_visitor *v, const char *name, size_t place)
{
	uint8_t text[RJ_TEXT_U64_LEN];

	if (name)
		v->ops->name(v, name, strlen(name));
	else
		v->ops->name(v, text, (size_t)(rj_text_u64(text, place) - text));
}

void rj_tally_put(struct rj_visitor *v, const struct rj_field *object, const struct rj_field *item,
		  const char *const *names, const uint32_t *counts, size_t num)
{
	bool is_open = false;

	for (size_t i = 0; i < num; i++) {
		if (!counts[i])
			continue;
		if (!is_open)
			v->ops->open(v, object);
		is_open = true;
		put_name(v, names[i], i);
		v->ops->u64(v, item, counts[i]);
	}
	if (is_open)
		v->ops->close(v);
}
