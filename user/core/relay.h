/* SPDX-License-Identifier: BSD-3-Clause */
/* A visitor in front of another, to which it hands on what it does not change. */
#ifndef RJ_CORE_RELAY_H
#define RJ_CORE_RELAY_H

#include <rejoice/record.h>

/* struct rj_relay - embedded first in such a visitor, whose ops are its own and these. */
struct rj_relay {
	struct rj_visitor visitor;
	struct rj_visitor *next;
};

static inline struct rj_visitor *rj_relay_next(struct rj_visitor *v)
{
	return ((struct rj_relay *)v)->next;
}

/* Ops as in struct rj_visitor_ops, handed on. */
void rj_relay_open(struct rj_visitor *v, const struct rj_field *f);
void rj_relay_name(struct rj_visitor *v, const void *name, size_t len);
void rj_relay_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value);
void rj_relay_i64(struct rj_visitor *v, const struct rj_field *f, int64_t value);
void rj_relay_f64(struct rj_visitor *v, const struct rj_field *f, double value);
void rj_relay_boolean(struct rj_visitor *v, const struct rj_field *f, int value);
void rj_relay_null(struct rj_visitor *v, const struct rj_field *f);
void rj_relay_hex(struct rj_visitor *v, const struct rj_field *f, const void *bytes, size_t len);
void rj_relay_time(struct rj_visitor *v, const struct rj_field *f, uint64_t ns, int decimals);

#endif
