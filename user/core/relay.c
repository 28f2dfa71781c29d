/* SPDX-License-Identifier: BSD-3-Clause */
/* What a visitor hands on to the next as it is. */
#include "core/relay.h"

void rj_relay_open(struct rj_visitor *v, const struct rj_field *f)
{
	rj_relay_next(v)->ops->open(rj_relay_next(v), f);
}

void rj_relay_name(struct rj_visitor *v, const void *name, size_t len)
{
	rj_relay_next(v)->ops->name(rj_relay_next(v), name, len);
}

void rj_relay_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	rj_relay_next(v)->ops->u64(rj_relay_next(v), f, value);
}

void rj_relay_i64(struct rj_visitor *v, const struct rj_field *f, int64_t value)
{
	rj_relay_next(v)->ops->i64(rj_relay_next(v), f, value);
}

void rj_relay_f64(struct rj_visitor *v, const struct rj_field *f, double value)
{
	rj_relay_next(v)->ops->f64(rj_relay_next(v), f, value);
}

void rj_relay_boolean(struct rj_visitor *v, const struct rj_field *f, int value)
{
	rj_relay_next(v)->ops->boolean(rj_relay_next(v), f, value);
}

void rj_relay_null(struct rj_visitor *v, const struct rj_field *f)
{
	rj_relay_next(v)->ops->null(rj_relay_next(v), f);
}

void rj_relay_hex(struct rj_visitor *v, const struct rj_field *f, const void *bytes, size_t len)
{
	rj_relay_next(v)->ops->hex(rj_relay_next(v), f, bytes, len);
}

void rj_relay_time(struct rj_visitor *v, const struct rj_field *f, uint64_t ns, int decimals)
{
	rj_relay_next(v)->ops->time(rj_relay_next(v), f, ns, decimals);
}
