/* SPDX-License-Identifier: BSD-3-Clause */
/* Fingerprints of hellos: Mercury's NPF, JA3, JA3S, JA4 (of clients, its free part). */
#ifndef RJ_PROTO_TLS_FINGERPRINT_H
#define RJ_PROTO_TLS_FINGERPRINT_H

#include "core/cursor.h"
#include "proto/fingerprint.h"
#include "proto/tls/session.h"

/*
 * rj_tls_npf_client - appends "(version)(suites)" and the extensions of ClientHello @body in
 * notation @npf, 0 to 2. False where there is none: the body is not a whole ClientHello.
 */
bool rj_tls_npf_client(struct rj_fp_text *t, struct rj_cursor body, unsigned int npf);

/* rj_tls_fingerprints - all of a session over TCP. */
void rj_tls_fingerprints(const struct rj_tls_session *session, struct rj_fingerprints *f);

/* rj_tls_ja - JA3, JA4 and JA3S of a session; @transport: 't' TCP, 'q' QUIC, 'd' DTLS. */
void rj_tls_ja(const struct rj_tls_session *session, char transport, struct rj_fingerprints *f);

#endif
