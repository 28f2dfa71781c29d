/* SPDX-License-Identifier: BSD-3-Clause */
/* BitTorrent over UDP: messages of the DHT (BEP 5), of trackers (BEP 15), and uTP (BEP 29). */
#include "proto/bittorrent/session.h"

/* BEP 15: what a client says first, in place of a connection id. */
#define TRACKER_MAGIC 0x00, 0x00, 0x04, 0x17, 0x27, 0x10, 0x19, 0x80
#define TRACKER_CONNECT_BYTES 16u
#define TRACKER_ANNOUNCE_BYTES 98u
#define TRACKER_ERROR 3u

enum tracker_action { TRACKER_CONNECT, TRACKER_ANNOUNCE, TRACKER_SCRAPE };

/* BEP 29: type in the high half of the first byte, version 1 in the low half. */
#define UTP_VERSION 1u
#define UTP_SYN 4u
#define UTP_DATA 0u
#define UTP_EXTENSIONS_MAX 4u /* in one header. Ours */

const char *const rj_bt_krpc_names[RJ_BT_NUM_KRPC] = {
	[RJ_BT_PING] = "ping",
	[RJ_BT_FIND_NODE] = "find_node",
	[RJ_BT_GET_PEERS] = "get_peers",
	[RJ_BT_ANNOUNCE_PEER] = "announce_peer",
	[RJ_BT_GET] = "get",
	[RJ_BT_PUT] = "put",
	[RJ_BT_SAMPLE_INFOHASHES] = "sample_infohashes",
	[RJ_BT_OTHER_QUERY] = "other",
	[RJ_BT_RESPONSE] = "response",
	[RJ_BT_ERROR] = "error",
};

static void keep_id(struct rj_bt_ids *ids, struct rj_cursor id)
{
	if (id.left != RJ_BT_ID_BYTES)
		return;
	for (uint32_t i = 0; i < ids->num; i++)
		if (!memcmp(ids->first[i], id.at, RJ_BT_ID_BYTES))
			return;
	if (ids->num < RJ_BT_IDS_MAX)
		memcpy(ids->first[ids->num++], id.at, RJ_BT_ID_BYTES);
}

static bool is_text(struct rj_cursor c, const char *text)
{
	return c.left == strlen(text) && !memcmp(c.at, text, c.left);
}

static enum rj_bt_krpc query_of(struct rj_cursor method)
{
	for (unsigned int i = 0; i < RJ_BT_OTHER_QUERY; i++)
		if (is_text(method, rj_bt_krpc_names[i]))
			return (enum rj_bt_krpc)i;
	return RJ_BT_OTHER_QUERY;
}

/* BEP 5: a dictionary with a transaction and one of three kinds. */
RJ_MUST_CHECK static enum rj_status read_krpc(struct rj_cursor *c, struct rj_bencode *out,
					      enum rj_bt_krpc *ret_kind)
{
	struct rj_cursor ahead = *c;
	struct rj_bencode message, value;
	enum rj_status st;

	if (!rj_cursor_starts(c, "d"))
		return RJ_MALFORMED;
	st = rj_bencode_read(&ahead, &message);
	if (st)
		return st;
	if (!rj_bencode_find(&message, "t", RJ_BENCODE_STRING, &value) ||
	    !rj_bencode_find(&message, "y", RJ_BENCODE_STRING, &value))
		return RJ_MALFORMED;
	if (is_text(value.bytes, "q") && rj_bencode_find(&message, "q", RJ_BENCODE_STRING, &value))
		*ret_kind = query_of(value.bytes);
	else if (is_text(value.bytes, "r"))
		*ret_kind = RJ_BT_RESPONSE;
	else if (is_text(value.bytes, "e"))
		*ret_kind = RJ_BT_ERROR;
	else
		return RJ_MALFORMED;
	*c = ahead;
	*out = message;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_krpc(struct rj_bt_side *side, struct rj_arena *arena,
					      struct rj_cursor c)
{
	struct rj_bencode message, arguments, value;
	enum rj_bt_krpc kind;
	enum rj_status st = read_krpc(&c, &message, &kind);

	if (st)
		return st;
	side->krpc[kind]++;
	if (rj_bencode_find(&message, "v", RJ_BENCODE_STRING, &value) &&
	    !rj_kept_is(side->node_version, value.bytes, RJ_BT_TEXT_MAX))
		side->node_version = rj_kept_of(arena, value.bytes, RJ_BT_TEXT_MAX);
	if (kind == RJ_BT_ERROR && !side->error.bytes &&
	    rj_bencode_find(&message, "e", RJ_BENCODE_LIST, &arguments) &&
	    !rj_bencode_read(&arguments.bytes, &value) &&
	    !rj_bencode_read(&arguments.bytes, &value) && value.kind == RJ_BENCODE_STRING)
		side->error = rj_kept_of(arena, value.bytes, RJ_BT_TEXT_MAX);
	if (kind >= RJ_BT_RESPONSE ||
	    !rj_bencode_find(&message, "a", RJ_BENCODE_DICTIONARY, &arguments))
		return RJ_OK;
	if (rj_bencode_find(&arguments, "info_hash", RJ_BENCODE_STRING, &value))
		keep_id(&side->info_hashes, value.bytes);
	if (rj_bencode_find(&arguments, "target", RJ_BENCODE_STRING, &value))
		keep_id(&side->targets, value.bytes);
	return RJ_OK;
}

/* BEP 15: magic, action 0, transaction. */
RJ_MUST_CHECK static enum rj_status read_connect(struct rj_cursor c)
{
	static const uint8_t start[] = { TRACKER_MAGIC, 0, 0, 0, 0 };

	if (c.left && memcmp(c.at, start, c.left < sizeof(start) ? c.left : sizeof(start)))
		return RJ_MALFORMED;
	return rj_cursor_skip(&c, TRACKER_CONNECT_BYTES);
}

/* What an announcement says behind its connection, action and transaction. */
RJ_MUST_CHECK static enum rj_status take_announce(struct rj_bt_side *side, struct rj_cursor c)
{
	struct rj_cursor info_hash;
	const uint8_t *peer_id;
	uint32_t event;
	uint16_t port;
	enum rj_status st = rj_cursor_sub(&c, RJ_BT_ID_BYTES, &info_hash);

	if (!st)
		st = rj_cursor_bytes(&c, RJ_BT_ID_BYTES, &peer_id);
	if (!st)
		st = rj_cursor_skip(&c, 24); /* downloaded, left, uploaded */
	if (!st)
		st = rj_cursor_u32(&c, &event);
	if (!st)
		st = rj_cursor_skip(&c, 12); /* address, key, number wanted */
	if (!st)
		st = rj_cursor_u16(&c, &port);
	if (st)
		return st;
	keep_id(&side->announced, info_hash);
	memcpy(side->peer_id, peer_id, RJ_BT_ID_BYTES);
	side->event = event;
	side->port = port;
	side->has_announced = true;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_request(struct rj_bt_side *side, struct rj_cursor c)
{
	struct rj_cursor info_hash;
	uint32_t action;
	enum rj_status st = read_connect(c);

	if (!st) {
		side->actions[TRACKER_CONNECT]++;
		return RJ_OK;
	}
	if (st == RJ_TRUNCATED)
		return st;
	st = rj_cursor_skip(&c, 8); /* connection */
	if (!st)
		st = rj_cursor_u32(&c, &action);
	if (!st && action != TRACKER_ANNOUNCE && action != TRACKER_SCRAPE)
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_skip(&c, 4); /* transaction */
	if (!st && action == TRACKER_ANNOUNCE)
		st = take_announce(side, c);
	if (st)
		return st;
	while (action == TRACKER_SCRAPE && !rj_cursor_sub(&c, RJ_BT_ID_BYTES, &info_hash))
		keep_id(&side->announced, info_hash);
	side->actions[action]++;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_response(struct rj_bt_side *side, struct rj_arena *arena,
						  struct rj_cursor c)
{
	uint32_t action;
	enum rj_status st = rj_cursor_u32(&c, &action);

	if (!st && action >= RJ_BT_TRACKER_ACTIONS)
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_skip(&c, 4); /* transaction */
	if (st)
		return st;
	side->actions[action]++;
	if (action == TRACKER_ERROR && !side->error.bytes)
		side->error = rj_kept_of(arena, c, RJ_BT_TEXT_MAX);
	return RJ_OK;
}

/* struct utp_header - BEP 29; its extensions are passed over. */
struct utp_header {
	uint8_t type;
	uint32_t difference;
	uint16_t ack;
};

RJ_MUST_CHECK static enum rj_status skip_extensions(struct rj_cursor *c, uint8_t next)
{
	enum rj_status st = RJ_OK;

	for (unsigned int i = 0; !st && next; i++) {
		struct rj_cursor data;

		if (i == UTP_EXTENSIONS_MAX)
			return RJ_MALFORMED;
		st = rj_cursor_u8(c, &next);
		if (!st)
			st = rj_cursor_prefixed(c, 1, &data);
	}
	return st;
}

RJ_MUST_CHECK static enum rj_status read_utp(struct rj_cursor *c, struct utp_header *out)
{
	struct utp_header h = { 0 };
	struct rj_cursor ahead = *c;
	uint8_t first, extension;
	enum rj_status st = rj_cursor_u8(&ahead, &first);

	if (!st && ((first & 15) != UTP_VERSION || first >> 4 >= RJ_BT_UTP_TYPES))
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u8(&ahead, &extension);
	if (!st)
		st = rj_cursor_skip(&ahead, 6); /* connection, time */
	if (!st)
		st = rj_cursor_u32(&ahead, &h.difference);
	if (!st)
		st = rj_cursor_skip(&ahead, 6); /* window, number */
	if (!st)
		st = rj_cursor_u16(&ahead, &h.ack);
	if (!st)
		st = skip_extensions(&ahead, extension);
	if (st)
		return st;
	h.type = first >> 4;
	*c = ahead;
	*out = h;
	return RJ_OK;
}

/* A SYN answers nothing and has nothing behind it; data is known by what it carries. */
static enum rj_probe probe_utp(struct rj_cursor c)
{
	struct rj_bt_handshake handshake;
	struct utp_header h;
	enum rj_status st = read_utp(&c, &h);

	if (!st && h.type == UTP_SYN)
		return c.left || h.ack || h.difference ? RJ_PROBE_NO : RJ_PROBE_YES;
	if (!st)
		st = h.type == UTP_DATA ? rj_bt_handshake_read(&c, &handshake) : RJ_MALFORMED;
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

/* The handshake, and what follows it at once; later datagrams are not put in order. */
static void take_utp_data(struct rj_bt_side *side, struct rj_arena *arena, struct rj_cursor c)
{
	struct rj_cursor message;
	uint32_t len;

	if (side->handshake.is_there || rj_bt_handshake_read(&c, &side->handshake))
		return;
	while (!side->handshake.is_extended && !rj_cursor_u32(&c, &len) &&
	       !rj_cursor_sub(&c, len, &message))
		rj_bt_extended_read(message, arena, &side->handshake);
}

RJ_MUST_CHECK static enum rj_status take_utp(struct rj_bt_side *side, struct rj_arena *arena,
					     struct rj_cursor c)
{
	struct utp_header h;
	enum rj_status st = read_utp(&c, &h);

	if (st)
		return st;
	side->utp[h.type]++;
	if (h.type == UTP_DATA)
		take_utp_data(side, arena, c);
	return RJ_OK;
}

enum rj_probe rj_bt_datagram_probe(struct rj_cursor bytes)
{
	struct rj_bencode message;
	enum rj_bt_krpc kind;
	struct rj_cursor c = bytes;
	uint8_t first;
	enum rj_status st;

	if (rj_cursor_u8(&c, &first))
		return RJ_PROBE_MORE;
	if ((first & 15) == UTP_VERSION)
		return probe_utp(bytes);
	if (first && first != 'd')
		return RJ_PROBE_NO;
	st = first ? read_krpc(&bytes, &message, &kind) : read_connect(bytes);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return first || bytes.left == TRACKER_CONNECT_BYTES ? RJ_PROBE_YES : RJ_PROBE_NO;
}

/* Which of them it is: a program has all of them on one port. */
RJ_MUST_CHECK static enum rj_status take(struct rj_bt_session *s, struct rj_message *m,
					 struct rj_cursor c)
{
	struct rj_bt_side *side = &s->sides[m->side];
	enum rj_status st;

	if (rj_cursor_starts(&c, "d"))
		return take_krpc(side, m->arena, c);
	if (s->has_tracker && s->asker != m->side)
		return take_response(side, m->arena, c);
	if (!s->has_tracker) {
		st = take_utp(side, m->arena, c);
		if (st != RJ_MALFORMED)
			return st;
		st = read_connect(c);
		if (st)
			return st;
	}
	st = take_request(side, c);
	if (!st) {
		s->has_tracker = true;
		s->asker = (uint8_t)m->side;
	}
	return st;
}

enum rj_status rj_bt_datagram_take(struct rj_bt_session *s, struct rj_message *m,
				   struct rj_cursor *c)
{
	struct rj_bt_side *side = &s->sides[m->side];
	enum rj_status st;

	if (!c->left)
		return rj_cursor_short(c);
	st = take(s, m, *c);
	if (st)
		return st;
	side->num_bytes += c->left;
	m->is_done = side->num_bytes >= RJ_OPENING_BYTES;
	return rj_cursor_skip(c, c->left);
}
