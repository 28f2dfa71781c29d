/* SPDX-License-Identifier: BSD-3-Clause */
/* DTLS 1.0 to 1.3: records in datagrams, and handshake messages that come in pieces. */
#ifndef RJ_PROTO_TLS_DTLS_H
#define RJ_PROTO_TLS_DTLS_H

#include "proto/dissector.h"
#include "proto/tls/session.h"

struct rj_dtls_pending;

/*
 * struct rj_dtls_side - embedded; a zeroed one has seen nothing.
 * @pending:     messages that came in pieces, in the flow's arena
 * @num_pending: of these
 * @num_records: that were looked at
 * @num_late:    of these, those behind all that is in the clear
 */
struct rj_dtls_side {
	struct rj_dtls_pending *pending;
	uint16_t num_records;
	uint8_t num_pending;
	uint8_t num_late;
};

/*
 * rj_dtls_probe - whether a datagram starts with a record of epoch 0 that has a piece of a
 * handshake message or an alert: 13 bytes of which 7 at least are fixed, and lengths that agree.
 */
enum rj_probe rj_dtls_probe(struct rj_cursor bytes);

/*
 * rj_dtls_parse - parse of struct rj_dissector for datagrams: takes one record. What its first byte
 * says to be of a protocol beside DTLS (RFC 7983 7: STUN, RTP) is handed over.
 */
RJ_MUST_CHECK enum rj_status rj_dtls_parse(struct rj_tls_session *session,
					   struct rj_dtls_side *side, struct rj_message *m,
					   struct rj_cursor *c);

#endif
