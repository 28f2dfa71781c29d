/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the keys of a connection, opens its Initials and puts its handshake together. */
#include "proto/quic/connection.h"

#include "proto/quic/frames.h"

/*
 * Connection ids from which keys are derived for a flow: the first one, that of a Retry, the next
 * connection's on the same ports. Ours: each costs microseconds.
 */
#define ATTEMPTS_MAX 8u

/* Initials that wait for the one that tells the keys, all told. Ours: five full datagrams. */
#define WAITING_BYTES_MAX 8192u

/* struct rj_quic_waiting - a whole packet, in the arena. */
struct rj_quic_waiting {
	struct rj_quic_waiting *next;
	uint32_t len;
	uint8_t side;
	uint8_t bytes[];
};

/* Those of packets have no more bytes than there is room for. */
static struct rj_quic_cid cid_of(struct rj_cursor c)
{
	struct rj_quic_cid cid = { .len = (uint8_t)c.left };
	const uint8_t *bytes;

	if (c.left > sizeof(cid.bytes) || rj_cursor_bytes(&c, c.left, &bytes))
		return (struct rj_quic_cid){ .len = 0 };
	if (cid.len)
		memcpy(cid.bytes, bytes, cid.len);
	return cid;
}

static struct rj_cursor cid_cursor(const struct rj_quic_cid *cid)
{
	return rj_cursor_init(cid->bytes, cid->len, true);
}

static bool is_cid(const struct rj_quic_cid *cid, struct rj_cursor c)
{
	return cid->len == c.left && (!c.left || !memcmp(cid->bytes, c.at, c.left));
}

/* A copy of at most @max bytes; none at all where there are more, or no memory. */
static struct rj_quic_bytes keep(struct rj_arena *arena, struct rj_cursor c, uint32_t max)
{
	struct rj_quic_bytes kept = { .bytes = NULL };

	if (!c.left || c.left > max)
		return kept;
	kept.bytes = rj_arena_copy(arena, c.at, c.left);
	kept.len = kept.bytes ? (uint32_t)c.left : 0;
	return kept;
}

static void take_header(struct rj_quic_side *side, const struct rj_quic_packet *packet)
{
	side->dcid = cid_of(packet->dcid);
	side->scid = cid_of(packet->scid);
	side->version = packet->version;
	side->has_header = true;
}

bool rj_quic_connection_is_over(const struct rj_quic_connection *q, unsigned int side)
{
	const struct rj_tls_session *s = &q->session;

	if (q->has_chlo)
		return true;
	if (!q->has_keys || !s->is_over[!q->client])
		return false;
	return side != q->client || s->client_hello.len;
}

int rj_quic_connection_client(const struct rj_quic_connection *q)
{
	return q->has_keys || q->has_chlo ? q->client : -1;
}

bool rj_quic_connection_hail(struct rj_quic_connection *q, unsigned int side,
			     const struct rj_quic_hail *hail, struct rj_arena *arena)
{
	struct rj_quic_side *s = &q->sides[side];

	if (q->has_keys || (s->has_header && !rj_quic_is_google(s->version)))
		return false;
	if (!s->has_header) {
		s->version = hail->version;
		s->dcid = cid_of(hail->cid);
		s->has_header = true;
	}
	if (hail->has_chlo && !q->has_chlo) {
		q->has_chlo = true;
		q->client = (uint8_t)side;
		q->sni = keep(arena, hail->sni, RJ_QUIC_NAME_MAX);
		q->user_agent = keep(arena, hail->user_agent, RJ_QUIC_NAME_MAX);
	}
	return true;
}

/* A ClientHello of the client or a ServerHello of the server: an Initial has no other message. */
RJ_MUST_CHECK static enum rj_status take_message(struct rj_quic_connection *q, unsigned int side,
						 uint8_t type, struct rj_tls_body body)
{
	enum rj_status st;

	if (type != (side == q->client ? RJ_TLS_CLIENT_HELLO : RJ_TLS_SERVER_HELLO))
		return RJ_MALFORMED;
	if (side == q->client && q->is_hello_old) {
		q->session = (struct rj_tls_session){ .is_retried = false };
		q->is_hello_old = false;
	}
	if (side == q->client && !q->session.client_hello.len)
		q->hello_version = q->version;
	q->session.transport = RJ_TLS_OVER_QUIC;
	st = rj_tls_session_message(&q->session, side, type, body);
	if (st)
		q->session.is_malformed = true;
	return st;
}

RJ_MUST_CHECK static enum rj_status take_messages(struct rj_quic_connection *q, unsigned int side)
{
	for (;;) {
		struct rj_tls_body body;
		uint8_t type;
		enum rj_status st = rj_quic_crypto_stream_message(&q->streams[side], &type, &body);

		if (st == RJ_TRUNCATED)
			return RJ_OK;
		if (!st)
			st = take_message(q, side, type, body);
		if (st)
			return st;
	}
}

static void take_close(struct rj_quic_connection *q, const struct rj_quic_frame *frame,
		       struct rj_arena *arena)
{
	struct rj_cursor reason = frame->data;

	if (q->has_error)
		return;
	if (reason.left > RJ_QUIC_REASON_MAX)
		reason.left = RJ_QUIC_REASON_MAX;
	q->has_error = true;
	q->error = frame->error;
	q->reason = keep(arena, reason, RJ_QUIC_REASON_MAX);
}

/* Where the furthest CRYPTO frame ends: RJ_OK means that all frames can be read. */
RJ_MUST_CHECK static enum rj_status survey(struct rj_cursor payload, uint64_t *ret_end)
{
	uint64_t end = 0;

	while (payload.left) {
		struct rj_quic_frame frame;
		enum rj_status st = rj_quic_frame_next(&payload, &frame);

		if (st)
			return st;
		if (frame.type == RJ_QUIC_FRAME_CRYPTO && frame.offset + frame.data.left > end)
			end = frame.offset + frame.data.left;
	}
	*ret_end = end;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_frames(struct rj_quic_connection *q, unsigned int side,
						struct rj_cursor payload, struct rj_arena *arena)
{
	struct rj_quic_crypto_stream *stream = &q->streams[side];
	uint32_t num_refused = arena->num_refused;
	uint64_t end;
	enum rj_status st = survey(payload, &end);

	if (!st)
		st = rj_quic_crypto_stream_grow(stream, arena, end);
	while (!st && payload.left) {
		struct rj_quic_frame frame;

		st = rj_quic_frame_next(&payload, &frame);
		if (!st && frame.type == RJ_QUIC_FRAME_CRYPTO)
			st = rj_quic_crypto_stream_put(stream, arena, frame.offset, frame.data);
		else if (!st && frame.type == RJ_QUIC_FRAME_CLOSE)
			take_close(q, &frame, arena);
	}
	if (!st)
		st = take_messages(q, side);
	if (arena->num_refused != num_refused)
		return RJ_OK; /* no fault of the packet's */
	if (st)
		q->is_malformed = true;
	return st;
}

/* Opens @packet of @side with @keys; its frames are *@out. */
RJ_MUST_CHECK static enum rj_status open_packet(struct rj_quic_connection *q, unsigned int side,
						const struct rj_quic_keys *keys,
						const struct rj_quic_packet *packet,
						struct rj_cursor *out)
{
	uint64_t *next = &q->sides[side].next_number, number;
	enum rj_status st = rj_quic_open(keys, packet, *next, &number, out);

	if (!st && number >= *next)
		*next = number + 1;
	return st;
}

/* The keys of @sender for packets of that version, from connection id @cid. */
static int derive(const struct rj_quic_rules *rules, const struct rj_quic_cid *cid,
		  enum rj_quic_sender sender, struct rj_quic_keys *out)
{
	struct rj_quic_secret secret;
	int err = rj_quic_secret_derive(rules, cid_cursor(cid), &secret);

	return err ? err : rj_quic_keys_derive(rules, &secret, sender, out);
}

/* Keys of both are those of @packet's version from now on, and of connection id @cid. */
RJ_MUST_CHECK static enum rj_status use_version(struct rj_quic_connection *q,
						const struct rj_quic_packet *packet)
{
	const struct rj_quic_rules *rules = packet->rules;
	struct rj_quic_keys keys[2];
	struct rj_quic_secret secret;

	if (rj_quic_secret_derive(rules, cid_cursor(&q->key_cid), &secret) ||
	    rj_quic_keys_derive(rules, &secret, RJ_QUIC_CLIENT, &keys[RJ_QUIC_CLIENT]) ||
	    rj_quic_keys_derive(rules, &secret, RJ_QUIC_SERVER, &keys[RJ_QUIC_SERVER]))
		return RJ_MALFORMED;
	memcpy(q->keys, keys, sizeof(keys));
	q->secret = secret;
	q->rules = packet->rules;
	q->version = packet->version;
	q->has_server_keys = true;
	return RJ_OK;
}

/*
 * A server's Initial. It may be of another version than the client's, which from then on is that of
 * both (RFC 9368 2.3); the keys still come from the same connection id.
 */
RJ_MUST_CHECK static enum rj_status open_servers(struct rj_quic_connection *q, unsigned int side,
						 const struct rj_quic_packet *packet,
						 struct rj_cursor *out)
{
	struct rj_quic_keys keys = q->keys[RJ_QUIC_SERVER];
	bool is_present = packet->version == q->version;
	int err = 0;
	enum rj_status st;

	if (!is_present)
		err = derive(packet->rules, &q->key_cid, RJ_QUIC_SERVER, &keys);
	else if (!q->has_server_keys)
		err = rj_quic_keys_derive(q->rules, &q->secret, RJ_QUIC_SERVER, &keys);
	if (err)
		return RJ_MALFORMED;
	st = open_packet(q, side, &keys, packet, out);
	if (st)
		return st;
	if (!is_present)
		return use_version(q, packet);
	q->keys[RJ_QUIC_SERVER] = keys;
	q->has_server_keys = true;
	return RJ_OK;
}

/* What was known of the connection before goes; a complete hello stays until another is. */
static void begin_attempt(struct rj_quic_connection *q, unsigned int side,
			  const struct rj_quic_packet *packet, const struct rj_quic_secret *secret,
			  const struct rj_quic_keys *keys)
{
	bool is_retried = q->has_retry && is_cid(&q->retry_scid, packet->dcid);

	if (q->has_keys) {
		q->is_hello_old = q->session.client_hello.len;
		memset(q->streams, 0, sizeof(q->streams));
		q->sides[!side].next_number = 0;
	}
	if (!is_retried || !q->sides[side].has_header)
		take_header(&q->sides[side], packet);
	q->client = (uint8_t)side;
	q->has_keys = true;
	q->has_server_keys = false;
	q->secret = *secret;
	q->keys[RJ_QUIC_CLIENT] = *keys;
	q->key_cid = cid_of(packet->dcid);
	q->rules = packet->rules;
	q->version = packet->version;
}

/* Whether keys from the packet's own connection id were tried without success. */
static bool has_failed(const struct rj_quic_side *side, const struct rj_quic_packet *packet)
{
	return side->failed_version == packet->version && is_cid(&side->failed, packet->dcid);
}

/*
 * Whether the packet is a client's first: such are protected by the connection id that they are
 * addressed to, and no others are. The first packet of a connection, the one after a Retry or
 * after a negotiation of versions, and the first of another connection on the same ports.
 */
RJ_MUST_CHECK static enum rj_status open_first(struct rj_quic_connection *q, unsigned int side,
					       const struct rj_quic_packet *packet,
					       struct rj_cursor *out)
{
	struct rj_quic_side *s = &q->sides[side];
	struct rj_quic_secret secret;
	struct rj_quic_keys keys;
	uint64_t number;

	if (q->num_attempts == ATTEMPTS_MAX || has_failed(s, packet))
		return RJ_MALFORMED;
	if (rj_quic_secret_derive(packet->rules, packet->dcid, &secret) ||
	    rj_quic_keys_derive(packet->rules, &secret, RJ_QUIC_CLIENT, &keys))
		return RJ_MALFORMED;
	q->num_attempts++;
	if (rj_quic_open(&keys, packet, 0, &number, out)) {
		s->failed = cid_of(packet->dcid);
		s->failed_version = packet->version;
		return RJ_MALFORMED;
	}
	begin_attempt(q, side, packet, &secret, &keys);
	s->next_number = number + 1;
	return RJ_OK;
}

/*
 * Whether the packet answers the other side's first, of which nothing could be opened: the capture
 * cut it, or it was damaged, but its connection id is known.
 */
RJ_MUST_CHECK static enum rj_status open_answer(struct rj_quic_connection *q, unsigned int side,
						const struct rj_quic_packet *packet,
						struct rj_cursor *out)
{
	const struct rj_quic_side *other = &q->sides[!side];
	struct rj_quic_keys keys;
	enum rj_status st;

	if (q->num_attempts == ATTEMPTS_MAX || !other->has_header ||
	    derive(packet->rules, &other->dcid, RJ_QUIC_SERVER, &keys))
		return RJ_MALFORMED;
	q->num_attempts++;
	st = open_packet(q, side, &keys, packet, out);
	if (st)
		return st;
	q->client = !side;
	q->has_keys = true;
	q->key_cid = other->dcid;
	return use_version(q, packet);
}

/*
 * A client's Initial under the keys there are, or as those of another version: a client that was
 * answered in one goes over to it (RFC 9368 2.3), but what it sent before may come late.
 */
RJ_MUST_CHECK static enum rj_status open_clients(struct rj_quic_connection *q, unsigned int side,
						 const struct rj_quic_packet *packet,
						 struct rj_cursor *out)
{
	struct rj_quic_keys keys = q->keys[RJ_QUIC_CLIENT];

	if (packet->version == q->version)
		return open_packet(q, side, &keys, packet, out);
	if (q->versions.len || derive(packet->rules, &q->key_cid, RJ_QUIC_CLIENT, &keys))
		return RJ_MALFORMED;
	return open_packet(q, side, &keys, packet, out);
}

/* *@ret_is_first: its keys were not known before it. */
RJ_MUST_CHECK static enum rj_status open_initial(struct rj_quic_connection *q, unsigned int side,
						 const struct rj_quic_packet *packet,
						 bool *ret_is_first, struct rj_cursor *out)
{
	enum rj_status st = RJ_MALFORMED;

	*ret_is_first = false;
	if (q->has_keys && side != q->client)
		return open_servers(q, side, packet, out);
	if (q->has_keys)
		st = open_clients(q, side, packet, out);
	if (!st)
		return st;
	st = open_first(q, side, packet, out);
	if (st && !q->has_keys)
		st = open_answer(q, side, packet, out);
	*ret_is_first = !st;
	return st;
}

/* Keeps a packet that may be opened once the client's first came. */
static void wait_for_keys(struct rj_quic_connection *q, unsigned int side,
			  const struct rj_quic_packet *packet, struct rj_arena *arena)
{
	size_t len = packet->header.left + packet->rest.left;
	struct rj_quic_waiting *w;

	if (len > WAITING_BYTES_MAX - q->waiting_bytes)
		return;
	w = rj_arena_alloc(arena, sizeof(*w) + len);
	if (!w)
		return;
	w->len = (uint32_t)len;
	w->side = (uint8_t)side;
	memcpy(w->bytes, packet->header.at, packet->header.left);
	memcpy(w->bytes + packet->header.left, packet->rest.at, packet->rest.left);
	w->next = q->waiting;
	q->waiting = w;
	q->waiting_bytes += w->len;
}

/* Tries those that waited; the order does not matter, and none waits again. */
RJ_MUST_CHECK static enum rj_status take_waiting(struct rj_quic_connection *q,
						 struct rj_arena *arena)
{
	struct rj_quic_waiting *w = q->waiting;
	enum rj_status st = RJ_OK;

	q->waiting = NULL;
	for (; w && !st; w = w->next) {
		struct rj_cursor c = rj_cursor_init(w->bytes, w->len, true), payload;
		struct rj_quic_packet packet;

		st = rj_quic_packet_read(&c, &packet);
		if (st)
			return st;
		if (w->side == q->client ? open_clients(q, w->side, &packet, &payload) :
					   open_servers(q, w->side, &packet, &payload))
			continue;
		st = take_frames(q, w->side, payload, arena);
	}
	return st;
}

RJ_MUST_CHECK static enum rj_status take_initial(struct rj_quic_connection *q, unsigned int side,
						 const struct rj_quic_packet *packet,
						 struct rj_arena *arena)
{
	struct rj_cursor payload;
	bool is_first;
	enum rj_status st;

	if (rj_quic_connection_is_over(q, side))
		return RJ_OK;
	if (open_initial(q, side, packet, &is_first, &payload)) {
		wait_for_keys(q, side, packet, arena);
		return RJ_OK;
	}
	if (side == q->client && !q->token.len && !q->has_retry)
		q->token = keep(arena, packet->token, RJ_QUIC_TOKEN_MAX);
	st = take_frames(q, side, payload, arena);
	if (is_first && !st)
		st = take_waiting(q, arena);
	return st;
}

static void take_retry(struct rj_quic_connection *q, const struct rj_quic_packet *packet,
		       struct rj_arena *arena)
{
	if (q->has_retry)
		return;
	q->has_retry = true;
	q->retry_scid = cid_of(packet->scid);
	q->retry_token = keep(arena, packet->token, RJ_QUIC_TOKEN_MAX);
}

static void take_versions(struct rj_quic_connection *q, const struct rj_quic_packet *packet,
			  struct rj_arena *arena)
{
	struct rj_cursor list = packet->rest;

	if (q->versions.len)
		return;
	list.left -= list.left % 4;
	if (list.left > 4 * RJ_QUIC_VERSIONS_MAX)
		list.left = 4 * RJ_QUIC_VERSIONS_MAX;
	q->versions = keep(arena, list, 4 * RJ_QUIC_VERSIONS_MAX);
}

enum rj_status rj_quic_connection_packet(struct rj_quic_connection *q, unsigned int side,
					 const struct rj_quic_packet *packet,
					 struct rj_arena *arena)
{
	switch (packet->type) {
	case RJ_QUIC_SHORT:
		return RJ_OK;
	case RJ_QUIC_RETRY:
		take_retry(q, packet, arena);
		return RJ_OK;
	case RJ_QUIC_VERSIONS:
		take_versions(q, packet, arena);
		return RJ_OK;
	case RJ_QUIC_INITIAL:
	case RJ_QUIC_ZERO_RTT:
	case RJ_QUIC_HANDSHAKE:
	case RJ_QUIC_OTHER:
		break;
	}
	if (!q->sides[side].has_header)
		take_header(&q->sides[side], packet);
	if (packet->type != RJ_QUIC_INITIAL || !packet->is_whole)
		return RJ_OK;
	return take_initial(q, side, packet, arena);
}
