/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzzes reassembly. The first byte of the input chooses between two properties:
 * flow/stream shows what a naive model of it shows after every operation, and
 * flow/dissect finds in any delivery of a message what it finds in it whole.
 */
#include "flow/dissect.h"
#include "flow/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cursor.h"
#include "proto/dissector.h"

#define SLOTS 8192u	/* more than TOP_BYTES, so that bytes held never share one */
#define TOP_BYTES 4096u /* below RJ_STREAM_CUT_BYTES, which the model does not know */
#define MESSAGE_LEN 700u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool is_true, const char *what)
{
	if (is_true)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

/* struct model - the same stream, one slot a byte. */
struct model {
	uint32_t start;
	uint32_t high; /* behind the last byte held */
	uint32_t consumed;
	uint32_t max_bytes;
	bool has_start;
	bool seen_syn;
	struct {
		uint32_t seq;
		bool is_held;
		uint8_t byte;
	} slots[SLOTS];
};

static bool model_holds(const struct model *m, uint32_t seq)
{
	return m->slots[seq % SLOTS].is_held && m->slots[seq % SLOTS].seq == seq;
}

static void model_start(struct model *m, const struct rj_segment *seg)
{
	int32_t back = (int32_t)(m->start - seg->seq);
	uint32_t held = m->high - m->start;
	bool is_known = m->has_start;

	if (is_known && (m->seen_syn || m->consumed))
		return;
	if (!seg->len && !seg->is_syn)
		return;
	m->has_start = true;
	m->seen_syn = seg->is_syn;
	if (is_known && back > 0 && back <= (int32_t)RJ_STREAM_BACK_BYTES &&
	    held + (uint32_t)back <= m->max_bytes) {
		m->start = seg->seq;
		if (!held)
			m->high = seg->seq;
		return;
	}
	if (is_known && (!seg->is_syn || !back))
		return;
	m->start = seg->seq;
	if (is_known && back < 0 && 0u - (uint32_t)back < held) /* the rest stays */
		return;
	memset(m->slots, 0, sizeof(m->slots));
	m->high = seg->seq;
}

static void model_put(struct model *m, const struct rj_segment *seg)
{
	model_start(m, seg);
	for (uint32_t i = 0; m->has_start && i < seg->len; i++) {
		uint32_t seq = seg->seq + i;
		int32_t at = (int32_t)(seq - m->start);

		if (at < 0 || (uint32_t)at >= m->max_bytes - m->consumed || model_holds(m, seq))
			continue;
		m->slots[seq % SLOTS].seq = seq;
		m->slots[seq % SLOTS].is_held = true;
		m->slots[seq % SLOTS].byte = seg->bytes[i];
		if ((int32_t)(seq + 1 - m->high) > 0)
			m->high = seq + 1;
	}
}

/* Compares what both show; how many contiguous bytes that is. */
static uint32_t compare(const struct model *m, const struct rj_stream *s)
{
	size_t len;
	const uint8_t *bytes = rj_stream_bytes(s, &len);
	uint32_t num_waiting = 0;

	for (size_t i = 0; i < len; i++) {
		uint32_t seq = m->start + (uint32_t)i;

		require(model_holds(m, seq), "a byte shown came");
		require(m->slots[seq % SLOTS].byte == bytes[i], "its first copy is shown");
	}
	require(!m->has_start || !model_holds(m, m->start + (uint32_t)len), "all are shown");
	for (uint32_t seq = m->start + (uint32_t)len; seq != m->high; seq++)
		num_waiting += model_holds(m, seq);
	require(rj_stream_num_waiting(s) == num_waiting, "as many wait");
	require(rj_stream_memory(s) <= 2 * (m->max_bytes + 128) * 9 / 8, "memory is bounded");
	return (uint32_t)len;
}

static uint8_t next_u8(struct rj_cursor *c)
{
	uint8_t value = 0;

	if (rj_cursor_u8(c, &value))
		return 0;
	return value;
}

static uint16_t next_u16(struct rj_cursor *c)
{
	return (uint16_t)(next_u8(c) << 8 | next_u8(c));
}

/* A segment out of the input, its bytes in an exact heap block; the caller frees them. */
static struct rj_segment next_segment(struct rj_cursor *c, uint32_t first, uint8_t op)
{
	struct rj_segment seg = { .seq = first + next_u16(c) % (TOP_BYTES + 1000),
				  .is_syn = (op & 0xf0) == 0x10,
				  .is_fin = (op & 0xf0) == 0x20 };
	uint8_t salt = next_u8(c);
	uint8_t *bytes;

	if ((op & 0xf0) == 0x30)
		seg.seq += (uint32_t)next_u16(c) << 16; /* anywhere */
	seg.len = op & 4 ? next_u16(c) % 2000 : next_u8(c) % 32;
	seg.wire_len = seg.len + (op & 8 ? next_u8(c) : 0);
	seg.bytes = bytes = malloc(seg.len ? seg.len : 1);
	if (!bytes)
		abort();
	for (uint32_t i = 0; i < seg.len; i++)
		bytes[i] = (uint8_t)(salt + i);
	return seg;
}

/* Takes some of the @shown bytes off both. */
static void consume(struct model *m, struct rj_stream *s, struct rj_cursor *c, uint32_t shown)
{
	uint32_t num = shown ? next_u16(c) % (shown + 1) : 0;

	rj_stream_consume(s, num);
	m->start += num;
	m->consumed += num;
}

static void fuzz_stream(struct rj_cursor *c)
{
	static struct model m;
	uint32_t first = (uint32_t)next_u16(c) << 16 | next_u16(c);
	struct rj_stream s;

	memset(&m, 0, sizeof(m));
	m.max_bytes = 1 + next_u16(c) % TOP_BYTES;
	rj_stream_init(&s, m.max_bytes);
	for (unsigned int i = 0; c->left && i < 200; i++) {
		uint8_t op = next_u8(c);
		uint32_t shown = compare(&m, &s);

		if (op & 1 && op & 2) {
			consume(&m, &s, c, shown);
		} else {
			struct rj_segment seg = next_segment(c, first, op);

			require(rj_stream_lend(&s, &seg) >= 0, "there is memory");
			model_put(&m, &seg);
			shown = compare(&m, &s);
			if (op & 0x80)
				consume(&m, &s, c, shown);
			require(!rj_stream_keep(&s), "there is memory to keep it");
			free((void *)(uintptr_t)seg.bytes);
		}
	}
	compare(&m, &s);
	rj_stream_done(&s);
}

/* A protocol whose message is 0xfa and MESSAGE_LEN - 1 other bytes; it keeps a sum of each side. */
struct digest {
	uint32_t sums[2];
};

static enum rj_probe digest_probe(const struct rj_message *m, struct rj_cursor bytes)
{
	uint8_t first;

	(void)m;
	if (rj_cursor_u8(&bytes, &first))
		return RJ_PROBE_MORE;
	return first == 0xfa ? RJ_PROBE_YES : RJ_PROBE_NO;
}

static enum rj_status digest_parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct digest *digest = state;
	const uint8_t *bytes;
	uint32_t sum = 1;
	enum rj_status st = rj_cursor_bytes(c, MESSAGE_LEN, &bytes);

	if (st)
		return st;
	for (uint32_t i = 0; i < MESSAGE_LEN; i++)
		sum = sum * 31 + bytes[i];
	digest->sums[m->side] = digest->sums[m->side] * 7 + sum;
	return RJ_OK;
}

static void digest_emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct digest *digest = state;

	(void)originator;
	v->ops->u64(v, NULL, digest->sums[0]);
	v->ops->u64(v, NULL, digest->sums[1]);
}

static const struct rj_dissector digest_dissector = {
	.name = "digest",
	.over = RJ_OVER_TCP,
	.state_bytes = sizeof(struct digest),
	.max_bytes = MESSAGE_LEN,
	.probe = digest_probe,
	.parse = digest_parse,
	.emit = digest_emit,
};

static const struct rj_dissector *const table[] = { &digest_dissector, NULL };

/* struct sums - the visitor that takes what digest_emit gives. */
struct sums {
	struct rj_visitor visitor;
	uint64_t values[2];
	unsigned int num;
};

static void take_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	struct sums *sums = (struct sums *)(void *)v; /* its first member */

	(void)f;
	sums->values[sums->num++ % 2] = value;
}

static uint8_t message_byte(unsigned int side, uint32_t at)
{
	return at ? (uint8_t)((at * 7 + side) % 0xfa) : 0xfa;
}

/* struct delivery - one way to hand the messages of both sides over. */
struct delivery {
	struct rj_dissect *d;
	struct rj_dissect_counts counts;
	uint32_t first;
	bool came[2][MESSAGE_LEN];
	uint32_t num_bytes;
};

/* Bytes that were not seen before are right; the others may lie. */
static void deliver(struct delivery *delivery, unsigned int side, uint32_t at, uint32_t len,
		    uint8_t lie)
{
	uint8_t *bytes = malloc(len ? len : 1);
	struct rj_payload p = {
		.side = side,
		.over = RJ_OVER_TCP,
		.seq = delivery->first + at,
		.bytes = bytes,
		.len = len,
		.wire_len = len,
	};

	if (!bytes)
		abort();
	for (uint32_t i = 0; i < len; i++) {
		bool *came = &delivery->came[side][at + i];

		bytes[i] = (uint8_t)(message_byte(side, at + i) ^ (*came ? lie : 0));
		*came = true;
	}
	delivery->num_bytes += len;
	rj_dissect_payload(delivery->d, &p, &delivery->counts);
	free(bytes);
}

static struct delivery delivery_begin(uint32_t first, bool has_syn)
{
	struct delivery delivery = { .d = rj_dissect_new_with(table, 1), .first = first };
	struct rj_payload p = { .over = RJ_OVER_TCP, .seq = first, .is_syn = true };

	if (!delivery.d)
		abort();
	for (p.side = 0; has_syn && p.side < 2; p.side++)
		rj_dissect_payload(delivery.d, &p, &delivery.counts);
	return delivery;
}

static struct sums delivery_end(struct delivery *delivery)
{
	static const struct rj_visitor_ops ops = { .u64 = take_u64 };
	struct sums sums = { .visitor = { .ops = &ops } };

	rj_dissect_end(delivery->d, &delivery->counts);
	rj_dissect_emit(delivery->d, UINT32_MAX, 0, &sums.visitor);
	rj_dissect_free(delivery->d);
	require(!delivery->counts.malformed && !delivery->counts.holes, "nothing is given up");
	return sums;
}

static struct sums deliver_whole(void)
{
	struct delivery delivery = delivery_begin(0, true);

	deliver(&delivery, 0, 0, MESSAGE_LEN, 0);
	deliver(&delivery, 1, 0, MESSAGE_LEN, 0);
	return delivery_end(&delivery);
}

static void fuzz_dissect(struct rj_cursor *c, bool has_syn)
{
	uint32_t first = (uint32_t)next_u16(c) << 16 | next_u16(c);
	struct delivery delivery = delivery_begin(first, has_syn);
	struct sums want = deliver_whole(), got;
	/* how much may come of a side that is refused as long as its start does not */
	uint32_t most = (has_syn ? 16384 : 4380) - 2 * MESSAGE_LEN;

	while (c->left && delivery.num_bytes < most) {
		uint8_t op = next_u8(c);
		uint32_t at = next_u16(c) % MESSAGE_LEN;
		uint32_t len = op & 2 ? next_u16(c) : next_u8(c) % 8;

		if (len > MESSAGE_LEN - at)
			len = MESSAGE_LEN - at;
		deliver(&delivery, op & 1, at, len, op & 0xf8);
	}
	for (unsigned int side = 0; side < 2; side++)
		for (uint32_t at = MESSAGE_LEN; at--;)
			if (!delivery.came[side][at])
				deliver(&delivery, side, at, 1, 0);
	got = delivery_end(&delivery);
	require(want.num == 2 && got.num == 2, "it was recognised");
	require(!memcmp(want.values, got.values, sizeof(want.values)), "the same was found");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rj_cursor c = rj_cursor_init(data, len, true);
	uint8_t property = next_u8(&c);

	if (property & 1)
		fuzz_stream(&c);
	else
		fuzz_dissect(&c, property & 2);
	return 0;
}
