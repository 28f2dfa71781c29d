/* SPDX-License-Identifier: BSD-3-Clause */
/* A visitor that drops everything: the same code that writes a value can then check it first. */
#include "proto/common/nowhere.h"

static void drop_open(struct rj_visitor *v, const struct rj_field *f)
{
	(void)v, (void)f;
}

static void drop_close(struct rj_visitor *v)
{
	(void)v;
}

static void drop_name(struct rj_visitor *v, const void *name, size_t len)
{
	(void)v, (void)name, (void)len;
}

static void drop_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	(void)v, (void)f, (void)value;
}

static void drop_i64(struct rj_visitor *v, const struct rj_field *f, int64_t value)
{
	(void)v, (void)f, (void)value;
}

static void drop_f64(struct rj_visitor *v, const struct rj_field *f, double value)
{
	(void)v, (void)f, (void)value;
}

static void drop_boolean(struct rj_visitor *v, const struct rj_field *f, int value)
{
	(void)v, (void)f, (void)value;
}

static void drop_bytes(struct rj_visitor *v, const struct rj_field *f, const void *bytes,
		       size_t len)
{
	(void)v, (void)f, (void)bytes, (void)len;
}

static void drop_address(struct rj_visitor *v, const struct rj_field *f, const uint8_t addr[16])
{
	(void)v, (void)f, (void)addr;
}

static void drop_time(struct rj_visitor *v, const struct rj_field *f, uint64_t ns, int decimals)
{
	(void)v, (void)f, (void)ns, (void)decimals;
}

static const struct rj_visitor_ops nowhere = {
	.open = drop_open,
	.close = drop_close,
	.name = drop_name,
	.u64 = drop_u64,
	.i64 = drop_i64,
	.f64 = drop_f64,
	.boolean = drop_boolean,
	.null = drop_open,
	.string = drop_bytes,
	.hex = drop_bytes,
	.address = drop_address,
	.time = drop_time,
};

struct rj_visitor rj_visitor_nowhere(void)
{
	return (struct rj_visitor){ .ops = &nowhere };
}
