/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the certificates of a session, as OpenSSL reads them. */
#ifndef RJ_PROTO_TLS_CERTIFICATES_H
#define RJ_PROTO_TLS_CERTIFICATES_H

#include "proto/tls/session.h"

/*
 * What is shown at most. Ours: chains in use have 2 to 5 certificates, names some 10 attributes;
 * certificates of content networks have some hundred alternative names.
 */
#define RJ_TLS_CHAIN_MAX 16u
#define RJ_TLS_ATTRIBUTES_MAX 64u
#define RJ_TLS_CERT_EXTENSIONS_MAX 64u
#define RJ_TLS_ALT_NAMES_MAX 1024u
#define RJ_TLS_CERT_TEXT_MAX 4096u /* bytes of an attribute or of an extension's text */

/*
 * rj_tls_emit_certificates - writes c_cert, s_cert and what tells of compressed ones, where there
 * are such. @ssl2: DER of the certificate in an SSL 2 hello, or empty.
 */
void rj_tls_emit_certificates(const struct rj_tls_session *session, struct rj_cursor ssl2,
			      struct rj_visitor *v);

#endif
