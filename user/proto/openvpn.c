/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for OpenVPN over UDP and TCP (openvpn.net, and draft-schwabe-openvpn). */
#include "proto/common/kept.h"
#include "proto/common/tally.h"
#include "proto/dissector.h"
#include "proto/openvpn/channel.h"
#include "proto/openvpn/packet.h"
#include "proto/registry.h"

#define PORT_OPENVPN 1194u

/* Of a packet over TCP that is longer only the start is read: control packets fit into a frame. */
#define WHOLE_MAX 2048u
#define START_BYTES 9u /* opcode and session */

/*
 * struct openvpn_side - one sender.
 * @session: of its last control packet
 * @key_ids: a bit each
 * @num_bytes: of its packets
 */
struct openvpn_side {
	uint32_t counts[RJ_OVPN_NUM_OPCODES];
	uint8_t session[RJ_OVPN_SESSION_BYTES];
	uint32_t num_bytes;
	uint32_t peer_id;
	uint8_t key_ids;
	bool has_session;
	bool has_peer_id;
	bool is_malformed;
};

struct openvpn_state {
	struct openvpn_side sides[2];
	struct rj_ovpn_form form;
	struct rj_ovpn_channels channels;
};

static const uint16_t ports[] = { PORT_OPENVPN, 0 };

/* A hard reset of a form there is: what begins every connection, on any port. */
static enum rj_probe probe_reset(struct rj_cursor packet)
{
	struct rj_ovpn_packet p;
	enum rj_status st = rj_ovpn_packet_read(packet, &p);

	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	if (!rj_ovpn_is_reset(p.opcode) || p.key_id)
		return RJ_PROBE_NO;
	if (!packet.is_hard)
		return RJ_PROBE_MORE;
	return rj_ovpn_form_of(&p).wrapping ? RJ_PROBE_YES : RJ_PROBE_NO;
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	struct rj_cursor packet, start = bytes;
	uint16_t len;
	uint8_t high;

	if (m->over == RJ_OVER_UDP)
		return probe_reset(bytes);
	if (!rj_cursor_u8(&start, &high) && high >= WHOLE_MAX >> 8)
		return RJ_PROBE_NO;
	if (rj_cursor_u16(&bytes, &len))
		return RJ_PROBE_MORE;
	if (len > bytes.left)
		return probe_reset(rj_cursor_init(bytes.at, bytes.left, false));
	return rj_cursor_sub(&bytes, len, &packet) ? RJ_PROBE_NO : probe_reset(packet);
}

/* What was found in a packet is kept. */
static void take(struct openvpn_state *s, const struct rj_message *m,
		 const struct rj_ovpn_packet *p)
{
	struct openvpn_side *side = &s->sides[m->side];
	struct rj_ovpn_control control;

	side->counts[p->opcode]++;
	side->key_ids |= (uint8_t)(1u << p->key_id);
	if (p->has_session) {
		memcpy(side->session, p->session, RJ_OVPN_SESSION_BYTES);
		side->has_session = true;
	}
	if (p->has_peer_id) {
		side->peer_id = p->peer_id;
		side->has_peer_id = true;
	}
	if (!s->form.wrapping)
		s->form = rj_ovpn_form_of(p);
	if (p->opcode == RJ_OVPN_CONTROL_V1 && p->rest.is_hard &&
	    (s->form.wrapping == RJ_OVPN_PLAIN || s->form.wrapping == RJ_OVPN_TLS_AUTH) &&
	    !p->key_id && !rj_ovpn_control_read(p, s->form, &control))
		rj_ovpn_channel_put(&s->channels, m, &control);
}

static void count_bytes(struct openvpn_side *side, struct rj_message *m, size_t len)
{
	side->num_bytes += (uint32_t)len;
	m->is_done = side->num_bytes >= RJ_OPENING_BYTES;
}

RJ_MUST_CHECK static enum rj_status parse_datagram(struct openvpn_state *s, struct rj_message *m,
						   struct rj_cursor *c)
{
	struct rj_ovpn_packet p;
	enum rj_status st = rj_ovpn_packet_read(*c, &p);

	/* of a reset the least has to be there */
	if (!st && rj_ovpn_is_reset(p.opcode) && !c->is_hard && !m->is_done)
		st = rj_ovpn_control_read(&p, (struct rj_ovpn_form){ RJ_OVPN_PLAIN, 0 },
					  &(struct rj_ovpn_control){ 0 });
	if (st)
		return st;
	take(s, m, &p);
	count_bytes(&s->sides[m->side], m, c->left);
	return rj_cursor_skip(c, c->left);
}

/* Over TCP a length stands before each packet. */
RJ_MUST_CHECK static enum rj_status parse_stream(struct openvpn_state *s, struct rj_message *m,
						 struct rj_cursor *c)
{
	struct openvpn_side *side = &s->sides[m->side];
	struct rj_cursor ahead = *c, packet;
	struct rj_ovpn_packet p;
	uint16_t len;
	enum rj_status st = rj_cursor_u16(&ahead, &len);

	if (!st &&
	    side->num_bytes + 2u + (len < WHOLE_MAX ? len : START_BYTES) > RJ_OPENING_BYTES) {
		m->is_done = true;
		return rj_cursor_skip(c, c->left);
	}
	if (!st)
		st = rj_cursor_sub(&ahead, len < WHOLE_MAX ? len : START_BYTES, &packet);
	if (!st)
		st = rj_ovpn_packet_read(packet, &p);
	if (st)
		return st;
	take(s, m, &p);
	count_bytes(side, m, 2u + len);
	if (len >= WHOLE_MAX)
		m->skip = len - START_BYTES;
	*c = ahead;
	return RJ_OK;
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct openvpn_state *s = state;
	enum rj_status st;

	if (m->over == RJ_OVER_UDP)
		return c->left ? parse_datagram(s, m, c) : rj_cursor_short(c);
	st = parse_stream(s, m, c);
	if (st == RJ_MALFORMED && c->left)
		s->sides[m->side].is_malformed = true;
	return st;
}

static bool has_client_reset(const struct openvpn_side *side)
{
	return side->counts[RJ_OVPN_HARD_RESET_CLIENT_V1] ||
	       side->counts[RJ_OVPN_HARD_RESET_CLIENT_V2] ||
	       side->counts[RJ_OVPN_HARD_RESET_CLIENT_V3];
}

static bool has_server_reset(const struct openvpn_side *side)
{
	return side->counts[RJ_OVPN_HARD_RESET_SERVER_V1] ||
	       side->counts[RJ_OVPN_HARD_RESET_SERVER_V2];
}

static int client_of(const void *state)
{
	const struct openvpn_state *s = state;
	bool is_client[2];

	for (unsigned int i = 0; i < 2; i++)
		is_client[i] = has_client_reset(&s->sides[i]) || has_server_reset(&s->sides[!i]);
	return is_client[0] == is_client[1] ? -1 : is_client[1];
}

enum field {
	F_OPENVPN,
	F_WRAPPING,
	F_HMAC_BYTES,
	F_CLI,
	F_SRV,
	F_SESSION_ID,
	F_KEY_IDS,
	F_KEY_ID,
	F_PEER_ID,
	F_PACKETS,
	F_PACKET,
	F_MALFORMED,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_OPENVPN] = { "openvpn", RJ_TYPE_OBJECT, "", 0, "OpenVPN",
		"An OpenVPN connection, as far as the first 8 KiB of either side tell; its TLS, where it is not encrypted, is in tls." },
	[F_WRAPPING] = { "wrapping", RJ_TYPE_STRING, "", 0, "OpenVPN",
		"What protects the control channel: none, tls-auth, tls-crypt or tls-crypt-v2." },
	[F_HMAC_BYTES] = { "hmac_bytes", RJ_TYPE_UINT, "bytes", 0, "OpenVPN",
		"Length of the HMAC of tls-auth, by which its digest is known." },
	[F_CLI] = { "cli", RJ_TYPE_OBJECT, "", 0, "", "What the client, or the originator, sent." },
	[F_SRV] = { "srv", RJ_TYPE_OBJECT, "", 0, "", "What the server sent." },
	[F_SESSION_ID] = { "session_id", RJ_TYPE_HEX, "", 0, "OpenVPN",
		"Session that the side chose, of its last control packet." },
	[F_KEY_IDS] = { "key_ids", RJ_TYPE_ARRAY, "", 0, "OpenVPN",
		"Keys that its packets name; each renewal takes the next." },
	[F_KEY_ID] = { "key_id", RJ_TYPE_UINT, "", 0, "OpenVPN", "One of them, 0 to 7." },
	[F_PEER_ID] = { "peer_id", RJ_TYPE_UINT, "", 0, "OpenVPN",
		"Client's number at the server, of its last data packet of version 2." },
	[F_PACKETS] = { "packets", RJ_TYPE_OBJECT, "", 0, "OpenVPN",
		"How many packets of each opcode." },
	[F_PACKET] = { "packet", RJ_TYPE_UINT, "packets", 0, "OpenVPN",
		"Packets of one opcode, under its name." },
	[F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "",
		"What followed on the side was no packet; nothing behind it was read." },
};
/* clang-format on */

static const char *const opcode_names[RJ_OVPN_NUM_OPCODES] = {
	[RJ_OVPN_HARD_RESET_CLIENT_V1] = "hard_reset_client_v1",
	[RJ_OVPN_HARD_RESET_SERVER_V1] = "hard_reset_server_v1",
	[RJ_OVPN_SOFT_RESET_V1] = "soft_reset_v1",
	[RJ_OVPN_CONTROL_V1] = "control_v1",
	[RJ_OVPN_ACK_V1] = "ack_v1",
	[RJ_OVPN_DATA_V1] = "data_v1",
	[RJ_OVPN_HARD_RESET_CLIENT_V2] = "hard_reset_client_v2",
	[RJ_OVPN_HARD_RESET_SERVER_V2] = "hard_reset_server_v2",
	[RJ_OVPN_DATA_V2] = "data_v2",
	[RJ_OVPN_HARD_RESET_CLIENT_V3] = "hard_reset_client_v3",
	[RJ_OVPN_CONTROL_WKC_V1] = "control_wkc_v1",
};

static const char *const wrapping_names[] = {
	[RJ_OVPN_PLAIN] = "none",
	[RJ_OVPN_TLS_AUTH] = "tls-auth",
	[RJ_OVPN_TLS_CRYPT] = "tls-crypt",
	[RJ_OVPN_TLS_CRYPT_V2] = "tls-crypt-v2",
};

static void put_form(struct rj_ovpn_form form, struct rj_visitor *v)
{
	const char *name = wrapping_names[form.wrapping];

	if (!name)
		return;
	v->ops->string(v, &fields[F_WRAPPING], name, strlen(name));
	if (form.hmac_bytes)
		v->ops->u64(v, &fields[F_HMAC_BYTES], form.hmac_bytes);
}

static void put_key_ids(uint8_t key_ids, struct rj_visitor *v)
{
	v->ops->open(v, &fields[F_KEY_IDS]);
	for (unsigned int i = 0; i < 8; i++)
		if (key_ids >> i & 1)
			v->ops->u64(v, &fields[F_KEY_ID], i);
	v->ops->close(v);
}

static bool is_seen(const struct openvpn_side *side)
{
	return side->num_bytes || side->is_malformed;
}

static void put_side(const struct openvpn_side *side, enum field f, struct rj_visitor *v)
{
	if (!is_seen(side))
		return;
	v->ops->open(v, &fields[f]);
	if (side->has_session)
		v->ops->hex(v, &fields[F_SESSION_ID], side->session, RJ_OVPN_SESSION_BYTES);
	if (side->key_ids)
		put_key_ids(side->key_ids, v);
	if (side->has_peer_id)
		v->ops->u64(v, &fields[F_PEER_ID], side->peer_id);
	rj_tally_put(v, &fields[F_PACKETS], &fields[F_PACKET], opcode_names, side->counts,
		     RJ_OVPN_NUM_OPCODES);
	if (side->is_malformed)
		v->ops->boolean(v, &fields[F_MALFORMED], 1);
	v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct openvpn_state *s = state;
	int seen = client_of(state);
	unsigned int client = seen < 0 ? originator : (unsigned int)seen;

	if (s->channels.tls)
		rj_tls.emit(s->channels.tls, originator, v);
	if (!is_seen(&s->sides[0]) && !is_seen(&s->sides[1]))
		return;
	v->ops->open(v, &fields[F_OPENVPN]);
	put_form(s->form, v);
	put_side(&s->sides[client], F_CLI, v);
	put_side(&s->sides[!client], F_SRV, v);
	v->ops->close(v);
}

static void fingerprints(const void *state, struct rj_fingerprints *out)
{
	const struct openvpn_state *s = state;

	if (s->channels.tls)
		rj_tls.fingerprints(s->channels.tls, out);
}

const struct rj_dissector rj_openvpn = {
	.name = "openvpn",
	.reference = "OpenVPN",
	.over = RJ_OVER_TCP | RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct openvpn_state),
	.max_bytes = 65535, /* RFC 768; of a stream RJ_OPENING_BYTES */
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.fingerprints = fingerprints,
	.originator = client_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
