/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for WireGuard's messages (Donenfeld, NDSS 2017, and wireguard.com/protocol). */
#include "proto/common/kept.h"
#include "proto/common/tally.h"
#include "proto/dissector.h"
#include "proto/registry.h"

#define PORT_WIREGUARD 51820u

/* Bytes of each message: all of it, of data the least. */
#define INITIATION_BYTES 148u
#define RESPONSE_BYTES 92u
#define COOKIE_BYTES 64u
#define DATA_BYTES_MIN 32u
#define DATA_ALIGNMENT 16u

#define MAC_BYTES 16u

/*
 * Keys, nonces and what is encrypted look random: of n such bytes n/256 are zero. A quarter of them
 * is something else.
 */
#define ZERO_SHARE 4u

enum message {
	HANDSHAKE_INITIATION = 1,
	HANDSHAKE_RESPONSE,
	COOKIE_REPLY,
	TRANSPORT_DATA,
	NUM_MESSAGES,
};

static const char *const message_names[NUM_MESSAGES] = {
	[HANDSHAKE_INITIATION] = "handshake_initiation",
	[HANDSHAKE_RESPONSE] = "handshake_response",
	[COOKIE_REPLY] = "cookie_reply",
	[TRANSPORT_DATA] = "transport_data",
};

/*
 * struct header - what a message begins with, in the order of its bytes.
 * @sender: index of the handshakes; @receiver: of all but the first
 */
struct header {
	enum message type;
	uint32_t sender;
	uint32_t receiver;
};

/*
 * struct wireguard_side - one sender.
 * @sender: of its last handshake message; @receiver: of the last message that has one
 * @has_mac2: a handshake message had a cookie's MAC in it
 * @num_bytes: of its datagrams
 */
struct wireguard_side {
	uint32_t counts[NUM_MESSAGES];
	uint32_t sender;
	uint32_t receiver;
	uint32_t num_bytes;
	bool has_sender;
	bool has_receiver;
	bool has_mac2;
};

struct wireguard_state {
	struct wireguard_side sides[2];
};

static const uint16_t ports[] = { PORT_WIREGUARD, 0 };

/* Numbers of this protocol have their least byte first. */
RJ_MUST_CHECK static enum rj_status read_le32(struct rj_cursor *c, uint32_t *out)
{
	uint32_t be;
	enum rj_status st = rj_cursor_u32(c, &be);

	if (!st)
		*out = __builtin_bswap32(be);
	return st;
}

static bool has_sender(enum message type)
{
	return type == HANDSHAKE_INITIATION || type == HANDSHAKE_RESPONSE;
}

/* Type, three reserved zeros, indices. */
RJ_MUST_CHECK static enum rj_status read_header(struct rj_cursor *c, struct header *out)
{
	struct rj_cursor ahead = *c;
	struct header h = { 0 };
	uint8_t type, reserved = 0;
	enum rj_status st = rj_cursor_u8(&ahead, &type);

	if (!st && (!type || type >= NUM_MESSAGES))
		return RJ_MALFORMED;
	for (unsigned int i = 0; !st && i < 3; i++) {
		st = rj_cursor_u8(&ahead, &reserved);
		if (!st && reserved)
			return RJ_MALFORMED;
	}
	if (st)
		return st;
	h.type = (enum message)type;
	if (has_sender(h.type))
		st = read_le32(&ahead, &h.sender);
	if (!st && h.type != HANDSHAKE_INITIATION)
		st = read_le32(&ahead, &h.receiver);
	if (st)
		return st;
	*c = ahead;
	*out = h;
	return RJ_OK;
}

/* Of the whole message of @type; 0: there are many. */
static uint32_t length_of(enum message type)
{
	switch (type) {
	case HANDSHAKE_INITIATION:
		return INITIATION_BYTES;
	case HANDSHAKE_RESPONSE:
		return RESPONSE_BYTES;
	case COOKIE_REPLY:
		return COOKIE_BYTES;
	default:
		return 0;
	}
}

/* Whether a datagram of @len bytes, of which the end is ours or the sender's, can be of @type. */
RJ_MUST_CHECK static enum rj_status check_length(enum message type, const struct rj_cursor *c)
{
	uint32_t want = length_of(type);

	if (want && c->left > want)
		return RJ_MALFORMED;
	if (c->left < (want ? want : DATA_BYTES_MIN))
		return rj_cursor_short(c);
	if (!want && c->is_hard && c->left % DATA_ALIGNMENT)
		return RJ_MALFORMED;
	return RJ_OK;
}

static bool looks_random(struct rj_cursor c)
{
	uint32_t num_zero = 0;
	size_t len = c.left;
	uint8_t byte;

	while (!rj_cursor_u8(&c, &byte))
		num_zero += !byte;
	return num_zero < len / ZERO_SHARE;
}

/* Handshakes are known on any port by length, zeros and noise; all else on its own port. */
static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	bool is_at_port = m->src_port == PORT_WIREGUARD || m->dst_port == PORT_WIREGUARD;
	struct rj_cursor rest = bytes;
	struct header h;
	enum rj_status st = read_header(&rest, &h);

	if (!st)
		st = check_length(h.type, &bytes);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	if (has_sender(h.type)) /* without the second MAC, which mostly is zero */
		rest.left -= MAC_BYTES;
	if (!is_at_port && (h.type == TRANSPORT_DATA || !looks_random(rest)))
		return RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

/* The last of a handshake message: zero unless the other side has sent a cookie. */
static bool has_mac2(struct rj_cursor rest)
{
	uint8_t byte;

	if (rest.left < MAC_BYTES || rj_cursor_skip(&rest, rest.left - MAC_BYTES))
		return false;
	while (!rj_cursor_u8(&rest, &byte))
		if (byte)
			return true;
	return false;
}

static void take(struct wireguard_side *side, const struct header *h, struct rj_cursor rest)
{
	side->counts[h->type]++;
	if (has_sender(h->type)) {
		side->sender = h->sender;
		side->has_sender = true;
		side->has_mac2 |= has_mac2(rest);
	}
	if (h->type != HANDSHAKE_INITIATION) {
		side->receiver = h->receiver;
		side->has_receiver = true;
	}
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct wireguard_state *s = state;
	struct wireguard_side *side = &s->sides[m->side];
	struct rj_cursor rest = *c;
	struct header h;
	size_t len = c->left;
	enum rj_status st = read_header(&rest, &h);
	bool is_whole;

	if (st)
		return st;
	st = check_length(h.type, c);
	is_whole = !st;
	if (st == RJ_TRUNCATED && m->is_done) /* the header says enough */
		st = RJ_OK;
	if (st)
		return st;
	if (!is_whole)
		rest.left = 0;
	take(side, &h, rest);
	side->num_bytes += (uint32_t)len;
	m->is_done = side->num_bytes >= RJ_OPENING_BYTES;
	return rj_cursor_skip(c, len);
}

/* Who sent the first message of a handshake, -1 where neither or both did. */
static int initiator_of(const void *state)
{
	const struct wireguard_state *s = state;
	int score[2];

	for (unsigned int i = 0; i < 2; i++)
		score[i] = s->sides[i].counts[HANDSHAKE_INITIATION] ||
			   s->sides[!i].counts[HANDSHAKE_RESPONSE];
	return score[0] == score[1] ? -1 : score[1];
}

enum field {
	F_WIREGUARD,
	F_INIT,
	F_RESP,
	F_MESSAGES,
	F_MESSAGE,
	F_SENDER,
	F_RECEIVER,
	F_MAC2,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_WIREGUARD] = { "wireguard", RJ_TYPE_OBJECT, "", 0, "wireguard.com/protocol",
		"WireGuard messages, as far as the first 8 KiB of either side tell." },
	[F_INIT] = { "init", RJ_TYPE_OBJECT, "", 0, "",
		"Of the handshake's initiator, or of the originator." },
	[F_RESP] = { "resp", RJ_TYPE_OBJECT, "", 0, "", "Of the responder." },
	[F_MESSAGES] = { "messages", RJ_TYPE_OBJECT, "", 0, "wireguard.com/protocol",
		"How many messages of each type the side sent; cookie_reply: it is under load." },
	[F_MESSAGE] = { "message", RJ_TYPE_UINT, "messages", 0, "wireguard.com/protocol",
		"Messages of one type, under its name." },
	[F_SENDER] = { "sender", RJ_TYPE_UINT, "", 0, "wireguard.com/protocol",
		"Index that the side chose for its last handshake." },
	[F_RECEIVER] = { "receiver", RJ_TYPE_UINT, "", 0, "wireguard.com/protocol",
		"Index that the other side chose, of the last message with one." },
	[F_MAC2] = { "mac2", RJ_TYPE_BOOL, "", 0, "wireguard.com/protocol",
		"A handshake message proves the address by the cookie it was asked for." },
};
/* clang-format on */

static bool is_seen(const struct wireguard_side *side)
{
	return side->has_sender || side->has_receiver;
}

static void put_side(const struct wireguard_side *side, enum field f, struct rj_visitor *v)
{
	if (!is_seen(side))
		return;
	v->ops->open(v, &fields[f]);
	rj_tally_put(v, &fields[F_MESSAGES], &fields[F_MESSAGE], message_names, side->counts,
		     NUM_MESSAGES);
	if (side->has_sender)
		v->ops->u64(v, &fields[F_SENDER], side->sender);
	if (side->has_receiver)
		v->ops->u64(v, &fields[F_RECEIVER], side->receiver);
	if (side->has_mac2)
		v->ops->boolean(v, &fields[F_MAC2], 1);
	v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct wireguard_state *s = state;
	int seen = initiator_of(state);
	unsigned int init = seen < 0 ? originator : (unsigned int)seen;

	if (!is_seen(&s->sides[0]) && !is_seen(&s->sides[1]))
		return;
	v->ops->open(v, &fields[F_WIREGUARD]);
	put_side(&s->sides[init], F_INIT, v);
	put_side(&s->sides[!init], F_RESP, v);
	v->ops->close(v);
}

const struct rj_dissector rj_wireguard = {
	.name = "wireguard",
	.reference = "wireguard.com/protocol",
	.over = RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct wireguard_state),
	.max_bytes = 65535, /* RFC 768 */
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
