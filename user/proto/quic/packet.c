/* SPDX-License-Identifier: BSD-3-Clause */
/* Takes a datagram of QUIC apart into packets. */
#include "proto/quic/packet.h"

#define LONG_HEADER 0x80u
#define FIXED_BIT 0x40u

/* What header protection needs: a packet number of four bytes and a sample (RFC 9001 5.4.2). */
#define PROTECTED_MIN (4u + RJ_QUIC_TAG_BYTES)

enum rj_status rj_quic_varint(struct rj_cursor *c, uint64_t *out)
{
	struct rj_cursor ahead = *c;
	uint8_t first;
	uint64_t value;
	size_t len;
	enum rj_status st = rj_cursor_u8(&ahead, &first);

	if (st)
		return st;
	len = (size_t)1 << (first >> 6);
	st = rj_cursor_be(c, len, &value);
	if (!st)
		*out = value & ((UINT64_C(1) << (8 * len - 2)) - 1);
	return st;
}

/* The length and what stands behind it. */
RJ_MUST_CHECK static enum rj_status read_token(struct rj_cursor *c, struct rj_cursor *out)
{
	struct rj_cursor ahead = *c;
	uint64_t len;
	enum rj_status st = rj_quic_varint(&ahead, &len);

	if (!st && len > SIZE_MAX)
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_sub(&ahead, (size_t)len, out);
	if (!st)
		*c = ahead;
	return st;
}

RJ_MUST_CHECK static enum rj_status read_cid(struct rj_cursor *c, struct rj_cursor *out)
{
	struct rj_cursor cid;
	enum rj_status st = rj_cursor_prefixed(c, 1, &cid);

	if (!st && cid.left > RJ_QUIC_CID_MAX)
		return RJ_MALFORMED;
	if (!st)
		*out = cid;
	return st;
}

/* All that is left; only the end of the datagram says how much that is. */
RJ_MUST_CHECK static enum rj_status take_rest(struct rj_cursor *c, struct rj_cursor *out,
					      struct rj_quic_packet *p)
{
	*out = *c;
	p->is_whole = c->is_hard;
	return rj_cursor_skip(c, c->left);
}

/* draft-ietf-quic-transport-24 17.2.5: connection id of the client's first packet, token. */
RJ_MUST_CHECK static enum rj_status read_bare_retry(struct rj_cursor *c, struct rj_quic_packet *p)
{
	struct rj_cursor original;
	enum rj_status st = read_cid(c, &original);

	if (!st && !c->left)
		return rj_cursor_short(c);
	return st ? st : take_rest(c, &p->token, p);
}

/* RFC 9000 17.2.5: the token, and a tag over it. */
RJ_MUST_CHECK static enum rj_status read_retry(struct rj_cursor *c, struct rj_quic_packet *p)
{
	enum rj_status st;

	if (c->left <= RJ_QUIC_TAG_BYTES)
		return rj_cursor_short(c);
	if (!c->is_hard)
		return take_rest(c, &p->token, p);
	st = rj_cursor_sub(c, c->left - RJ_QUIC_TAG_BYTES, &p->token);
	p->is_whole = true;
	return st ? st : rj_cursor_skip(c, c->left);
}

/* RFC 9000 17.2.2: token, length, packet number, payload. 17.2.3 and 17.2.4: without token. */
RJ_MUST_CHECK static enum rj_status read_protected(struct rj_cursor *c, struct rj_quic_packet *p)
{
	enum rj_status st = p->type == RJ_QUIC_INITIAL ? read_token(c, &p->token) : RJ_OK;
	uint64_t len;

	if (!st)
		st = rj_quic_varint(c, &len);
	if (st)
		return st;
	if (len < PROTECTED_MIN)
		return RJ_MALFORMED;
	if (len > c->left && c->is_hard)
		return RJ_MALFORMED;
	if (len > c->left)
		return take_rest(c, &p->rest, p);
	p->is_whole = true;
	return rj_cursor_sub(c, (size_t)len, &p->rest);
}

/* RFC 9000 17.2.1: at least one version, four bytes each. */
RJ_MUST_CHECK static enum rj_status read_versions(struct rj_cursor *c, struct rj_quic_packet *p)
{
	if (c->left < 4)
		return rj_cursor_short(c);
	if (c->is_hard && c->left % 4)
		return RJ_MALFORMED;
	p->type = RJ_QUIC_VERSIONS;
	return take_rest(c, &p->rest, p);
}

RJ_MUST_CHECK static enum rj_status read_behind_cids(struct rj_cursor *c, uint8_t first,
						     struct rj_quic_packet *p)
{
	static const enum rj_quic_type types[] = { RJ_QUIC_INITIAL, RJ_QUIC_ZERO_RTT,
						   RJ_QUIC_HANDSHAKE, RJ_QUIC_RETRY };

	if (p->version == RJ_QUIC_NEGOTIATION)
		return read_versions(c, p);
	if (!p->rules) {
		p->type = RJ_QUIC_OTHER;
		return take_rest(c, &p->rest, p);
	}
	p->has_fixed_bit = first & FIXED_BIT;
	p->type = types[((first >> 4 & 3u) - p->rules->first_type) & 3u];
	if (p->type != RJ_QUIC_RETRY)
		return read_protected(c, p);
	return p->rules->has_bare_retry ? read_bare_retry(c, p) : read_retry(c, p);
}

/* RFC 8999 5.1: version, connection ids; the rest is the version's. */
RJ_MUST_CHECK static enum rj_status read_long(struct rj_cursor *c, uint8_t first,
					      struct rj_quic_packet *p)
{
	enum rj_status st = rj_cursor_u32(c, &p->version);

	if (!st)
		st = read_cid(c, &p->dcid);
	if (!st)
		st = read_cid(c, &p->scid);
	if (st)
		return st;
	p->rules = rj_quic_rules_of(p->version);
	return read_behind_cids(c, first, p);
}

enum rj_status rj_quic_packet_read(struct rj_cursor *datagram, struct rj_quic_packet *out)
{
	struct rj_cursor c = *datagram;
	struct rj_quic_packet p = { .type = RJ_QUIC_SHORT };
	uint8_t first;
	enum rj_status st = rj_cursor_u8(&c, &first);

	if (st)
		return st;
	st = first & LONG_HEADER ? read_long(&c, first, &p) : take_rest(&c, &p.rest, &p);
	if (st)
		return st;
	p.header = rj_cursor_init(datagram->at, datagram->left - c.left - p.rest.left, true);
	*datagram = c;
	*out = p;
	return RJ_OK;
}
