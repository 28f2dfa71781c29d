/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for IKE of both versions, on port 4500 between ESP (RFC 7296, 2408, 3948). */
#include "proto/common/datagrams.h"
#include "proto/dissector.h"
#include "proto/ike/names.h"
#include "proto/ike/payloads.h"
#include "proto/registry.h"

#define PORT_IKE 500u
#define PORT_NAT_T 4500u

#define MAX_MESSAGES 64u /* a side */

/* Datagrams of ESP one after the other behind which no message of IKE is waited for. Ours. */
#define MAX_ESP 32u

static const uint16_t ports[] = { PORT_IKE, PORT_NAT_T, 0 };

/* @num_esp: since the last message, by side */
struct ike_state {
	struct rj_datagrams messages;
	uint32_t num_esp[2];
};

static bool has_port(const struct rj_message *m, uint16_t port)
{
	return m->src_port == port || m->dst_port == port;
}

/* Passes the four zeros that IKE has on port 4500 where ESP has its SPI (RFC 3948 2.2). */
RJ_MUST_CHECK static enum rj_status skip_marker(const struct rj_message *m, struct rj_cursor *c)
{
	uint32_t marker;
	enum rj_status st;

	if (!has_port(m, PORT_NAT_T))
		return RJ_OK;
	st = rj_cursor_u32(c, &marker);
	return !st && marker ? RJ_MALFORMED : st;
}

static bool is_known_exchange(const struct rj_ike_header *h)
{
	return rj_ike_name_of(h->major == 1 ? rj_ike_exchanges1 : rj_ike_exchanges2,
			      h->exchange_type);
}

/* Neither a datagram nor a message of a stream (RFC 9329 3) is longer. */
static bool is_length_possible(const struct rj_ike_header *h)
{
	return h->length >= RJ_IKE_HEADER_BYTES && h->length <= UINT16_MAX;
}

/* On its ports a header is enough; elsewhere it is the first message, whole, and nothing behind. */
static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	struct rj_ike_header h;
	enum rj_status st = skip_marker(m, &bytes);

	if (!st)
		st = rj_ike_header_read(&bytes, &h);
	if (!st && (!is_known_exchange(&h) || !is_length_possible(&h)))
		return RJ_PROBE_NO;
	if (!st && has_port(m, PORT_IKE))
		return RJ_PROBE_YES;
	if (!st && has_port(m, PORT_NAT_T))
		return RJ_PROBE_YES;
	if (!st && (!rj_ike_is_first(&h) || h.flags & RJ_IKE_ENCRYPTION ||
		    (bytes.is_hard && h.length != RJ_IKE_HEADER_BYTES + bytes.left)))
		return RJ_PROBE_NO;
	if (!st)
		st = rj_ike_payloads_put(&h, bytes, NULL);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

/* ESP, or a single byte that keeps a translation alive (RFC 3948 2.1, 2.3). */
RJ_MUST_CHECK static enum rj_status pass_esp(struct ike_state *s, struct rj_message *m,
					     struct rj_cursor *c)
{
	m->is_done = ++s->num_esp[m->side] > MAX_ESP;
	return rj_cursor_skip(c, c->left);
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct ike_state *s = state;
	struct rj_cursor message = *c, body;
	struct rj_ike_header h;
	bool is_whole;
	enum rj_status st = skip_marker(m, &message);

	if (!c->left)
		return rj_cursor_short(c);
	if (st == RJ_MALFORMED && (message.left != c->left || c->left == 1))
		return pass_esp(s, m, c);
	body = message;
	if (!st)
		st = rj_ike_header_read(&body, &h);
	if (!st && !is_known_exchange(&h))
		return RJ_MALFORMED;
	if (st)
		return st;
	is_whole = h.length - RJ_IKE_HEADER_BYTES <= body.left;
	if (!c->is_hard && !m->is_done && !is_whole)
		return RJ_TRUNCATED;
	m->is_done = false;
	s->num_esp[m->side] = 0;
	st = rj_datagrams_take(&s->messages, m, &message, MAX_MESSAGES);
	return st ? st : rj_cursor_skip(c, c->left);
}

/* The message in a datagram that was kept. */
RJ_MUST_CHECK static enum rj_status read_message(const struct rj_datagram *d, struct rj_cursor *c,
						 struct rj_ike_header *out)
{
	*c = rj_datagram_cursor(d);
	return rj_ike_header_read(c, out);
}

/* Who began: version 2 says so in each message, version 1 by its first. */
static int initiator_of(const void *state)
{
	const struct ike_state *s = state;

	for (const struct rj_datagram *d = s->messages.first; d; d = d->next) {
		struct rj_ike_header h;
		struct rj_cursor c;

		if (read_message(d, &c, &h))
			continue;
		if (h.major == 2)
			return h.flags & RJ_IKE_INITIATOR ? d->side : !d->side;
		if (rj_ike_is_first(&h))
			return d->side;
	}
	return -1;
}

static void put_true(struct rj_visitor *v, enum rj_ike_field f)
{
	v->ops->boolean(v, &rj_ike_fields[f], 1);
}

static void put_message(const struct rj_datagram *d, struct rj_visitor *v)
{
	struct rj_ike_header h;
	struct rj_cursor c;
	enum rj_status st = read_message(d, &c, &h);

	v->ops->open(v, &rj_ike_fields[RJ_IKE_F_MESSAGE]);
	if (!st) {
		rj_ike_header_put(&h, v);
		/* what the header's length leaves out is not the message */
		if (h.length - RJ_IKE_HEADER_BYTES < c.left)
			c = rj_cursor_init(c.at, h.length - RJ_IKE_HEADER_BYTES, true);
		if (h.major == 2 || !(h.flags & RJ_IKE_ENCRYPTION))
			st = rj_ike_payloads_put(&h, c, v);
		else if (h.length - RJ_IKE_HEADER_BYTES > c.left)
			st = rj_cursor_short(&c);
	}
	v->ops->time(v, &rj_ike_fields[RJ_IKE_F_TIME], d->time_ns, 6);
	if (st == RJ_TRUNCATED)
		put_true(v, RJ_IKE_F_TRUNCATED);
	if (st == RJ_MALFORMED)
		put_true(v, RJ_IKE_F_MALFORMED);
	v->ops->close(v);
}

static void put_side(const struct ike_state *s, unsigned int side, enum rj_ike_field f,
		     struct rj_visitor *v)
{
	if (!s->messages.num[side])
		return;
	v->ops->open(v, &rj_ike_fields[f]);
	v->ops->open(v, &rj_ike_fields[RJ_IKE_F_MESSAGES]);
	for (const struct rj_datagram *d = s->messages.first; d; d = d->next)
		if (d->side == side)
			put_message(d, v);
	v->ops->close(v);
	v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct ike_state *s = state;
	int seen = initiator_of(state);
	unsigned int initiator = seen < 0 ? originator : (unsigned int)seen;

	if (!s->messages.first && !s->messages.num_skipped)
		return;
	v->ops->open(v, &rj_ike_fields[RJ_IKE_F_IKE]);
	put_side(s, initiator, RJ_IKE_F_INIT, v);
	put_side(s, !initiator, RJ_IKE_F_RESP, v);
	if (s->messages.num_skipped)
		v->ops->u64(v, &rj_ike_fields[RJ_IKE_F_SKIPPED], s->messages.num_skipped);
	v->ops->close(v);
}

/* The first request's sender; who began the association may be the other one. */
static int originator_of(const void *state)
{
	const struct ike_state *s = state;
	const struct rj_datagram *d = s->messages.first;
	struct rj_ike_header h;
	struct rj_cursor c;

	if (!d || read_message(d, &c, &h))
		return -1;
	if (h.major == 2)
		return h.flags & RJ_IKE_RESPONSE ? !d->side : d->side;
	return rj_ike_is_first(&h) ? d->side : -1;
}

const struct rj_dissector rj_ike = {
	.name = "ike",
	.reference = "RFC 7296",
	.over = RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct ike_state),
	.max_bytes = RJ_DATAGRAM_MAX,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = rj_ike_fields,
	.num_fields = RJ_IKE_NUM_FIELDS,
};
