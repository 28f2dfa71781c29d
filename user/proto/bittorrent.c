/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for BitTorrent: peers over TCP (BEP 3, 10), and what goes over UDP (datagram.c). */
#include "proto/bittorrent/session.h"
#include "proto/dissector.h"
#include "proto/registry.h"

#define PROTOCOL "\023BitTorrent protocol" /* with its length */

/* Messages: uint32 length, identifier (BEP 3); extended ones have an identifier more (BEP 10). */
#define MESSAGE_EXTENDED 20u
#define EXTENDED_HANDSHAKE 0u
/* Longer than any: a piece has 16 KiB, a bit field of a million pieces 128 KiB. Ours. */
#define MESSAGE_MAX (1u << 22)

/* An extension handshake that is longer is passed over; those in use have 200 to 300 bytes. */
#define EXTENDED_MAX 4096u
/* What may stand before it: a bit field, or HAVE of each piece, and so on. Ours. */
#define MESSAGES_MAX 16u
#define STREAM_MAX 16384u

/* 8 bytes for extensions; of the sixth this bit says BEP 10. */
#define EXTENSION_BYTE 5u
#define EXTENSION_BIT 0x10u

RJ_MUST_CHECK static enum rj_status read_id(struct rj_cursor *c, uint8_t out[RJ_BT_ID_BYTES])
{
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(c, RJ_BT_ID_BYTES, &bytes);

	if (!st)
		memcpy(out, bytes, RJ_BT_ID_BYTES);
	return st;
}

enum rj_status rj_bt_handshake_read(struct rj_cursor *c, struct rj_bt_handshake *out)
{
	struct rj_bt_handshake h = { .is_there = true };
	struct rj_cursor ahead = *c;
	const uint8_t *reserved;
	enum rj_status st;

	if (!rj_cursor_starts(c, PROTOCOL))
		return RJ_MALFORMED;
	st = rj_cursor_skip(&ahead, strlen(PROTOCOL));
	if (!st)
		st = rj_cursor_bytes(&ahead, RJ_BT_RESERVED_BYTES, &reserved);
	if (!st)
		st = read_id(&ahead, h.info_hash);
	if (!st)
		st = read_id(&ahead, h.peer_id);
	if (st)
		return st;
	memcpy(h.reserved, reserved, RJ_BT_RESERVED_BYTES);
	*c = ahead;
	*out = h;
	return RJ_OK;
}

void rj_bt_extended_read(struct rj_cursor message, struct rj_arena *arena,
			 struct rj_bt_handshake *out)
{
	struct rj_bencode dictionary, value;
	uint8_t id, extended;

	if (rj_cursor_u8(&message, &id) || id != MESSAGE_EXTENDED ||
	    rj_cursor_u8(&message, &extended) || extended != EXTENDED_HANDSHAKE ||
	    rj_bencode_read(&message, &dictionary) || dictionary.kind != RJ_BENCODE_DICTIONARY)
		return;
	out->is_extended = true;
	if (rj_bencode_find(&dictionary, "v", RJ_BENCODE_STRING, &value))
		out->version = rj_kept_of(arena, value.bytes, RJ_BT_TEXT_MAX);
	if (rj_bencode_find(&dictionary, "p", RJ_BENCODE_NUMBER, &value) && value.number > 0 &&
	    value.number <= UINT16_MAX)
		out->port = (uint16_t)value.number;
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	if (m->over == RJ_OVER_UDP)
		return rj_bt_datagram_probe(bytes);
	if (!rj_cursor_starts(&bytes, PROTOCOL))
		return RJ_PROBE_NO;
	return bytes.left < strlen(PROTOCOL) ? RJ_PROBE_MORE : RJ_PROBE_YES;
}

RJ_MUST_CHECK static enum rj_status read_first(struct rj_bt_side *side, struct rj_message *m,
					       struct rj_cursor *c)
{
	size_t len = c->left;
	enum rj_status st = rj_bt_handshake_read(c, &side->handshake);

	if (st)
		return st;
	side->num_bytes = len - c->left;
	m->is_done = !(side->handshake.reserved[EXTENSION_BYTE] & EXTENSION_BIT);
	return RJ_OK;
}

/* A later message: the extension handshake is read, all else is passed over. */
RJ_MUST_CHECK static enum rj_status read_later(struct rj_bt_side *side, struct rj_message *m,
					       struct rj_cursor *c)
{
	struct rj_cursor ahead = *c, message;
	uint32_t len = 0;
	uint8_t id = 0;
	enum rj_status st = rj_cursor_u32(&ahead, &len);

	if (!st && len > MESSAGE_MAX)
		return RJ_MALFORMED;
	message = ahead;
	if (!st && len)
		st = rj_cursor_u8(&message, &id);
	if (!st && id == MESSAGE_EXTENDED && len <= EXTENDED_MAX) {
		st = rj_cursor_sub(&ahead, len, &message);
		if (!st)
			rj_bt_extended_read(message, m->arena, &side->handshake);
	}
	if (st)
		return st;
	side->num_bytes += 4 + (uint64_t)len;
	side->num_messages++;
	m->skip = 4 + (uint64_t)len - (c->left - ahead.left);
	m->is_done = side->handshake.is_extended || side->num_messages == MESSAGES_MAX ||
		     side->num_bytes > STREAM_MAX;
	*c = ahead;
	return RJ_OK;
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct rj_bt_session *s = state;
	struct rj_bt_side *side = &s->sides[m->side];
	bool is_empty = !c->left;
	enum rj_status st;

	if (m->over == RJ_OVER_UDP)
		return rj_bt_datagram_take(s, m, c);
	if (side->handshake.is_there)
		st = read_later(side, m, c);
	else
		st = read_first(side, m, c);
	if (st == RJ_MALFORMED && !is_empty)
		side->is_malformed = true;
	return st;
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	rj_bt_emit(state, originator, v);
}

const struct rj_dissector rj_bittorrent = {
	.name = "bittorrent",
	.reference = "BEP 3, BEP 5, BEP 15, BEP 29",
	.over = RJ_OVER_TCP | RJ_OVER_UDP,
	.state_bytes = sizeof(struct rj_bt_session),
	.max_bytes = 65535, /* RFC 768; of a stream STREAM_MAX */
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.fields = rj_bt_fields,
	.num_fields = RJ_BT_NUM_FIELDS,
};
