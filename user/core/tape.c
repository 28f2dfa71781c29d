/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls to a visitor, one behind the other in bytes. */
#include "core/tape.h"

#include <string.h>

enum call {
	CALL_OPEN,
	CALL_CLOSE,
	CALL_NAME,
	CALL_U64,
	CALL_I64,
	CALL_F64,
	CALL_BOOLEAN,
	CALL_NULL,
	CALL_STRING,
	CALL_HEX,
	CALL_ADDRESS,
	CALL_TIME,
};

/* struct entry - a call; @len bytes of its value follow. */
struct entry {
	const struct rj_field *field;
	uint32_t len;
	uint8_t call;
};

/* struct instant - value of CALL_TIME. */
struct instant {
	uint64_t ns;
	int decimals;
};

static void keep(struct rj_visitor *v, enum call call, const struct rj_field *field,
		 const void *value, size_t len)
{
	struct rj_tape *tape = (struct rj_tape *)v;
	struct entry entry = { .field = field, .len = (uint32_t)len, .call = (uint8_t)call };
	size_t room = tape->size - tape->len;

	if (tape->is_over || room < sizeof(entry) || len > room - sizeof(entry)) {
		tape->is_over = true;
		return;
	}
	memcpy(tape->bytes + tape->len, &entry, sizeof(entry));
	if (len)
		memcpy(tape->bytes + tape->len + sizeof(entry), value, len);
	tape->len += sizeof(entry) + len;
}

static void tape_open(struct rj_visitor *v, const struct rj_field *f)
{
	keep(v, CALL_OPEN, f, NULL, 0);
	rj_relay_open(v, f);
}

static void tape_close(struct rj_visitor *v)
{
	keep(v, CALL_CLOSE, NULL, NULL, 0);
	rj_relay_next(v)->ops->close(rj_relay_next(v));
}

static void tape_name(struct rj_visitor *v, const void *name, size_t len)
{
	keep(v, CALL_NAME, NULL, name, len);
	rj_relay_name(v, name, len);
}

static void tape_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	keep(v, CALL_U64, f, &value, sizeof(value));
	rj_relay_u64(v, f, value);
}

static void tape_i64(struct rj_visitor *v, const struct rj_field *f, int64_t value)
{
	keep(v, CALL_I64, f, &value, sizeof(value));
	rj_relay_i64(v, f, value);
}

static void tape_f64(struct rj_visitor *v, const struct rj_field *f, double value)
{
	keep(v, CALL_F64, f, &value, sizeof(value));
	rj_relay_f64(v, f, value);
}

static void tape_boolean(struct rj_visitor *v, const struct rj_field *f, int value)
{
	keep(v, CALL_BOOLEAN, f, &value, sizeof(value));
	rj_relay_boolean(v, f, value);
}

static void tape_null(struct rj_visitor *v, const struct rj_field *f)
{
	keep(v, CALL_NULL, f, NULL, 0);
	rj_relay_null(v, f);
}

static void tape_string(struct rj_visitor *v, const struct rj_field *f, const void *text,
			size_t len)
{
	keep(v, CALL_STRING, f, text, len);
	rj_relay_next(v)->ops->string(rj_relay_next(v), f, text, len);
}

static void tape_hex(struct rj_visitor *v, const struct rj_field *f, const void *bytes, size_t len)
{
	keep(v, CALL_HEX, f, bytes, len);
	rj_relay_hex(v, f, bytes, len);
}

static void tape_address(struct rj_visitor *v, const struct rj_field *f, const uint8_t addr[16])
{
	keep(v, CALL_ADDRESS, f, addr, 16);
	rj_relay_next(v)->ops->address(rj_relay_next(v), f, addr);
}

static void tape_time(struct rj_visitor *v, const struct rj_field *f, uint64_t ns, int decimals)
{
	struct instant value = { ns, decimals };

	keep(v, CALL_TIME, f, &value, sizeof(value));
	rj_relay_time(v, f, ns, decimals);
}

static const struct rj_visitor_ops tape_ops = {
	.open = tape_open,
	.close = tape_close,
	.name = tape_name,
	.u64 = tape_u64,
	.i64 = tape_i64,
	.f64 = tape_f64,
	.boolean = tape_boolean,
	.null = tape_null,
	.string = tape_string,
	.hex = tape_hex,
	.address = tape_address,
	.time = tape_time,
};

void rj_tape_start(struct rj_tape *tape, struct rj_visitor *next, void *bytes, size_t size)
{
	*tape = (struct rj_tape){
		.relay = { .visitor = { .ops = &tape_ops }, .next = next },
		.bytes = bytes,
		.size = size,
	};
}

/* The value of an entry, which lies where it fell. */
union value {
	uint64_t u64;
	int64_t i64;
	double f64;
	int boolean;
	struct instant time;
};

static void play_number(const struct entry *entry, const uint8_t *at, struct rj_visitor *v)
{
	union value value;

	memcpy(&value, at, entry->len);
	if (entry->call == CALL_U64)
		v->ops->u64(v, entry->field, value.u64);
	else if (entry->call == CALL_I64)
		v->ops->i64(v, entry->field, value.i64);
	else if (entry->call == CALL_F64)
		v->ops->f64(v, entry->field, value.f64);
	else if (entry->call == CALL_BOOLEAN)
		v->ops->boolean(v, entry->field, value.boolean);
	else
		v->ops->time(v, entry->field, value.time.ns, value.time.decimals);
}

static void play_one(const struct entry *entry, const uint8_t *at, struct rj_visitor *v)
{
	switch ((enum call)entry->call) {
	case CALL_OPEN:
		v->ops->open(v, entry->field);
		break;
	case CALL_CLOSE:
		v->ops->close(v);
		break;
	case CALL_NAME:
		v->ops->name(v, at, entry->len);
		break;
	case CALL_NULL:
		v->ops->null(v, entry->field);
		break;
	case CALL_STRING:
		v->ops->string(v, entry->field, at, entry->len);
		break;
	case CALL_HEX:
		v->ops->hex(v, entry->field, at, entry->len);
		break;
	case CALL_ADDRESS:
		v->ops->address(v, entry->field, at);
		break;
	default:
		play_number(entry, at, v);
	}
}

void rj_tape_play(const uint8_t *bytes, size_t len, struct rj_visitor *v)
{
	struct entry entry;

	for (size_t at = 0; at < len; at += sizeof(entry) + entry.len) {
		memcpy(&entry, bytes + at, sizeof(entry));
		play_one(&entry, bytes + at + sizeof(entry), v);
	}
}
