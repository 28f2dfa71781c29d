/* SPDX-License-Identifier: BSD-3-Clause */
/* How often each of several named things came, as an object of numbers. */
#ifndef RJ_PROTO_COMMON_TALLY_H
#define RJ_PROTO_COMMON_TALLY_H

#include <rejoice/record.h>

#include <stddef.h>
#include <stdint.h>

/*
 * rj_tally_put - writes @object with a number, which @item describes, for each of @num @counts that
 * is not 0: under its name, or where that is NULL under its place in the list. Nothing where all
 * are 0.
 */
void rj_tally_put(struct rj_visitor *v, const struct rj_field *object, const struct rj_field *item,
		  const char *const *names, const uint32_t *counts, size_t num);

#endif
