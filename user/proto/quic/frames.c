/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads frames: RFC 9000 19. */
#include "proto/quic/frames.h"

#include "proto/quic/packet.h"

#define FRAME_PADDING 0x00u
#define FRAME_PING 0x01u
#define FRAME_ACK 0x02u
#define FRAME_ACK_ECN 0x03u
#define FRAME_CRYPTO 0x06u
#define FRAME_CLOSE 0x1cu

RJ_MUST_CHECK static enum rj_status skip_numbers(struct rj_cursor *c, uint64_t num)
{
	enum rj_status st = RJ_OK;
	uint64_t value;

	for (; num && !st; num--)
		st = rj_quic_varint(c, &value);
	return st;
}

/* RFC 9000 19.3: largest, delay, number of ranges, first range; two a range; three of ECN. */
RJ_MUST_CHECK static enum rj_status skip_ack(struct rj_cursor *c, bool has_ecn)
{
	uint64_t num_ranges;
	enum rj_status st = skip_numbers(c, 2);

	if (!st)
		st = rj_quic_varint(c, &num_ranges);
	if (!st)
		st = skip_numbers(c, 1);
	if (!st && num_ranges > c->left / 2) /* each has two numbers of a byte at least */
		return rj_cursor_short(c);
	if (!st)
		st = skip_numbers(c, 2 * num_ranges);
	if (!st && has_ecn)
		st = skip_numbers(c, 3);
	return st;
}

RJ_MUST_CHECK static enum rj_status read_data(struct rj_cursor *c, struct rj_cursor *out)
{
	uint64_t len;
	enum rj_status st = rj_quic_varint(c, &len);

	if (!st && len > c->left)
		return rj_cursor_short(c);
	return st ? st : rj_cursor_sub(c, (size_t)len, out);
}

/* RFC 9000 19.6: offset, length, data. */
RJ_MUST_CHECK static enum rj_status read_crypto(struct rj_cursor *c, struct rj_quic_frame *frame)
{
	enum rj_status st = rj_quic_varint(c, &frame->offset);

	frame->type = RJ_QUIC_FRAME_CRYPTO;
	return st ? st : read_data(c, &frame->data);
}

/* RFC 9000 19.19: error, type of the frame that caused it, reason. */
RJ_MUST_CHECK static enum rj_status read_close(struct rj_cursor *c, struct rj_quic_frame *frame)
{
	enum rj_status st = rj_quic_varint(c, &frame->error);

	frame->type = RJ_QUIC_FRAME_CLOSE;
	if (!st)
		st = skip_numbers(c, 1);
	return st ? st : read_data(c, &frame->data);
}

static void skip_padding(struct rj_cursor *c)
{
	struct rj_cursor ahead = *c;
	uint64_t word;
	uint8_t byte;

	while (!rj_cursor_u64(&ahead, &word) && !word)
		*c = ahead;
	ahead = *c;
	while (!rj_cursor_u8(&ahead, &byte) && byte == FRAME_PADDING)
		*c = ahead;
}

enum rj_status rj_quic_frame_next(struct rj_cursor *c, struct rj_quic_frame *out)
{
	struct rj_cursor ahead = *c;
	struct rj_quic_frame frame = { .type = RJ_QUIC_FRAME_NOTHING };
	uint64_t type;
	enum rj_status st = rj_quic_varint(&ahead, &type);

	if (st)
		return st;
	switch (type) {
	case FRAME_PADDING:
		skip_padding(&ahead);
		break;
	case FRAME_PING:
		break;
	case FRAME_ACK:
	case FRAME_ACK_ECN:
		st = skip_ack(&ahead, type == FRAME_ACK_ECN);
		break;
	case FRAME_CRYPTO:
		st = read_crypto(&ahead, &frame);
		break;
	case FRAME_CLOSE:
		st = read_close(&ahead, &frame);
		break;
	default:
		return RJ_MALFORMED;
	}
	if (st)
		return st;
	*c = ahead;
	*out = frame;
	return RJ_OK;
}
