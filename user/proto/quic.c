/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for QUIC: a datagram is a message, of one packet or several. */
#include "proto/dissector.h"
#include "proto/quic/connection.h"
#include "proto/quic/emit.h"
#include "proto/registry.h"
#include "proto/tls/fingerprint.h"

#define DATAGRAM_MAX 65535u	 /* RFC 768 */
#define FIRST_DATAGRAM_MIN 1200u /* RFC 9000 14.1: of a client */
#define CLIENT_DCID_MIN 8u	 /* RFC 9000 7.2: of its first Initial */

/*
 * Datagrams of a side that are looked at while its hello is missing. Ours: the longest hello has
 * fourteen, each may be lost and sent again.
 */
#define DATAGRAMS_LOOKED_AT 64u

struct quic_state {
	struct rj_quic_connection connection;
	uint8_t num_datagrams[2];
};

static const uint16_t ports[] = { 443, 80, 784, 853, 4433, 4434, 8443, 0 };

/* A Version Negotiation packet could be much else: one version at least must be known. */
static bool lists_known(struct rj_cursor list)
{
	uint32_t version;

	while (!rj_cursor_u32(&list, &version))
		if (rj_quic_rules_of(version))
			return true;
	return false;
}

/* The first packet of a datagram is such that the rest will be QUIC. */
static bool is_telling(const struct rj_quic_packet *p, size_t datagram_len)
{
	switch (p->type) {
	case RJ_QUIC_INITIAL:
		return p->has_fixed_bit || datagram_len >= FIRST_DATAGRAM_MIN;
	case RJ_QUIC_ZERO_RTT:
	case RJ_QUIC_HANDSHAKE:
	case RJ_QUIC_RETRY:
		return p->has_fixed_bit;
	case RJ_QUIC_VERSIONS:
		return lists_known(p->rest);
	case RJ_QUIC_OTHER:
		return rj_quic_is_reserved(p->version) && datagram_len >= FIRST_DATAGRAM_MIN &&
		       p->dcid.left >= CLIENT_DCID_MIN;
	case RJ_QUIC_SHORT:
		break;
	}
	return false;
}

static enum rj_probe quic_probe(const struct rj_message *m, struct rj_cursor bytes)
{
	size_t len = bytes.left;
	struct rj_quic_packet p;
	struct rj_quic_hail hail;
	enum rj_status st = rj_quic_hail_read(bytes, &hail);

	(void)m;
	if (st != RJ_MALFORMED)
		return st ? RJ_PROBE_MORE : RJ_PROBE_YES;
	st = rj_quic_packet_read(&bytes, &p);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return is_telling(&p, len) ? RJ_PROBE_YES : RJ_PROBE_NO;
}

/* Whether a datagram that the capture may have cut (soft end) lacks some of a packet. */
static bool is_cut(struct rj_cursor bytes)
{
	struct rj_quic_hail hail;

	if (rj_quic_hail_read(bytes, &hail) != RJ_MALFORMED)
		return true; /* only the end says how long it is */
	while (bytes.left) {
		struct rj_quic_packet p;
		enum rj_status st = rj_quic_packet_read(&bytes, &p);

		if (st)
			return st == RJ_TRUNCATED;
		if (!p.is_whole)
			return true;
	}
	return false;
}

/*
 * Coalesced packets have one destination (RFC 9000 12.2); what stands behind the last of them
 * is no matter of ours.
 */
RJ_MUST_CHECK static enum rj_status read_packets(struct quic_state *s, struct rj_message *m,
						 struct rj_cursor bytes)
{
	struct rj_quic_packet first, p;
	struct rj_quic_hail hail;
	enum rj_status st;

	if (!rj_quic_hail_read(bytes, &hail) &&
	    rj_quic_connection_hail(&s->connection, m->side, &hail, m->arena))
		return RJ_OK;
	st = rj_quic_packet_read(&bytes, &first);
	if (!st)
		st = rj_quic_connection_packet(&s->connection, m->side, &first, m->arena);
	while (!st && bytes.left && !rj_quic_packet_read(&bytes, &p)) {
		if (p.type == RJ_QUIC_SHORT || p.dcid.left != first.dcid.left ||
		    memcmp(p.dcid.at, first.dcid.at, p.dcid.left))
			break;
		st = rj_quic_connection_packet(&s->connection, m->side, &p, m->arena);
	}
	return st;
}

static enum rj_status quic_parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct quic_state *s = state;
	enum rj_status st;

	if (!c->left || (!c->is_hard && !m->is_done && is_cut(*c)))
		return rj_cursor_short(c);
	m->is_done = false;
	st = read_packets(s, m, *c);
	if (st)
		return st;
	s->num_datagrams[m->side]++;
	m->is_done = s->num_datagrams[m->side] == DATAGRAMS_LOOKED_AT ||
		     rj_quic_connection_is_over(&s->connection, m->side);
	return rj_cursor_skip(c, c->left);
}

static void quic_emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct quic_state *s = state;

	rj_tls_session_emit(&s->connection.session, NULL, v);
	rj_quic_connection_emit(&s->connection, originator, v);
}

/* Mercury's notation 0 of QUIC has the hello in TLS's notation 1, the later one in TLS's 2. */
static void quic_fingerprints(const void *state, struct rj_fingerprints *out)
{
	const struct quic_state *s = state;
	bool is_newer = out->npf > 0;

	rj_fp_begin(&out->text, RJ_FP_NO_DIGEST);
	rj_fp_word(&out->text, is_newer ? "quic/1/(" : "quic/(");
	rj_fp_hex32(&out->text, s->connection.hello_version);
	rj_fp_char(&out->text, ')');
	if (rj_tls_npf_client(&out->text, &s->connection.session, is_newer ? 2 : 1))
		rj_fp_write(out, RJ_FP_QUIC);
	rj_tls_fingerprints(&s->connection.session, out);
}

static int quic_originator(const void *state)
{
	const struct quic_state *s = state;

	return rj_quic_connection_client(&s->connection);
}

const struct rj_dissector rj_quic = {
	.name = "quic",
	.reference = "RFC 9000, RFC 9001, RFC 9369",
	.over = RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct quic_state),
	.max_bytes = DATAGRAM_MAX,
	.probe = quic_probe,
	.parse = quic_parse,
	.emit = quic_emit,
	.fingerprints = quic_fingerprints,
	.originator = quic_originator,
	.fields = rj_quic_fields,
	.num_fields = RJ_QUIC_NUM_FIELDS,
};
