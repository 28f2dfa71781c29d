/* SPDX-License-Identifier: BSD-3-Clause */
/* Fingerprints of hellos: Mercury's NPF, JA3, JA3S, JA4 (of clients, its free part), Joy's. */
#ifndef RJ_PROTO_TLS_FINGERPRINT_H
#define RJ_PROTO_TLS_FINGERPRINT_H

#include "core/cursor.h"
#include "proto/fingerprint.h"
#include "proto/tls/session.h"

/*
 * rj_tls_npf_client - appends "(version)(suites)" and the extensions of the session's ClientHello
 * in notation @npf. False where there is none, or it is longer than any text may be.
 */
bool rj_tls_npf_client(struct rj_fp_text *t, const struct rj_tls_session *session,
		       unsigned int npf);

/* rj_tls_fingerprints - all of a session; of QUIC but for NPF, of which its version is a part. */
void rj_tls_fingerprints(const struct rj_tls_session *session, struct rj_fingerprints *f);

/*
 * rj_tls_fpx - appends the session's ClientHello as Joy writes it: version, suites and extensions
 * as they came, with the data of those that Joy keeps. The side that sent it; -1: there is none.
 */
int rj_tls_fpx(const struct rj_tls_session *session, struct rj_fp_text *t);

#endif
