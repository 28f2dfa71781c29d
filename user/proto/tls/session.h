/* SPDX-License-Identifier: BSD-3-Clause */
/* What is known of one TLS session: handshake messages in, the tls object out. */
#ifndef RJ_PROTO_TLS_SESSION_H
#define RJ_PROTO_TLS_SESSION_H

#include <rejoice/record.h>

#include "proto/dissector.h"
#include "proto/tls/hello.h"
#include "proto/tls/ssl2.h"

/* HandshakeType (RFC 8446 4, RFC 5246 7.4, RFC 6347 4.2.2, and 6 of the drafts of TLS 1.3). */
#define RJ_TLS_CLIENT_HELLO 1u
#define RJ_TLS_SERVER_HELLO 2u
#define RJ_TLS_HELLO_VERIFY_REQUEST 3u
#define RJ_TLS_NEW_SESSION_TICKET 4u
#define RJ_TLS_HELLO_RETRY_REQUEST 6u
#define RJ_TLS_CERTIFICATE 11u
#define RJ_TLS_SERVER_KEY_EXCHANGE 12u
#define RJ_TLS_SERVER_HELLO_DONE 14u
#define RJ_TLS_CLIENT_KEY_EXCHANGE 16u
#define RJ_TLS_COMPRESSED_CERTIFICATE 25u

/*
 * The longest message that is read. The format allows a ClientHello of 128 KiB (RFC 8446 4.1.2);
 * those in use, with post-quantum keys and ECH, have a few KiB.
 */
#define RJ_TLS_MESSAGE_MAX 65536u

/*
 * The longest Certificate message that is read; a longer one is passed over. Chains in use have 2
 * to 8 KiB; OpenSSL takes 100 KiB (SSL_MAX_CERT_LIST_DEFAULT), more than the kernel hands up.
 */
#define RJ_TLS_CERTIFICATES_MAX 65536u

/* struct rj_tls_body - a message body as it came; in the flow's arena, not ours to free. */
struct rj_tls_body {
	const uint8_t *bytes;
	size_t len;
};

/* enum rj_tls_transport - what carries the messages; told in the object unless it is TCP. */
enum rj_tls_transport {
	RJ_TLS_OVER_TCP,
	RJ_TLS_OVER_DTLS,
	RJ_TLS_OVER_QUIC,
};

enum rj_tls_role {
	RJ_TLS_ROLE_UNKNOWN,
	RJ_TLS_ROLE_CLIENT,
	RJ_TLS_ROLE_SERVER,
};

/* Alerts in the clear that are kept. Ours: a warning, the fatal one, close_notify and one more. */
#define RJ_TLS_ALERTS_MAX 4u

/* struct rj_tls_alert - @level and @description as on the wire (RFC 8446 6). */
struct rj_tls_alert {
	uint8_t side;
	uint8_t level;
	uint8_t description;
};

/*
 * struct rj_tls_session - embedded; a zeroed one knows nothing. All but transport and is_malformed
 * are set by rj_tls_session_message and rj_tls_session_alerts alone.
 * @client_hello: the first that came; over DTLS the last before the server answered
 * @server_hello: the ServerHello that is no HelloRetryRequest
 * @retry:        the HelloRetryRequest
 * @certificates: by side: the body of its Certificate message
 * @server_key_exchange, @ticket, @compressed: the beginnings of these messages, see session.c
 * @ssl2_client, @ssl2_server: hellos of SSL 2, from msg_type on
 * @transport:    enum rj_tls_transport; whoever feeds the session sets it before the first message
 * @roles:        enum rj_tls_role by side
 * @is_over:      by side: no message that would be read can come any more
 * @is_retried:   a HelloRetryRequest was seen
 * @is_verified:  DTLS: the server asked for its cookie (HelloVerifyRequest)
 * @is_malformed: set by whoever finds it; goes out as it is
 */
struct rj_tls_session {
	struct rj_tls_body client_hello;
	struct rj_tls_body server_hello;
	struct rj_tls_body retry;
	struct rj_tls_body client_key_exchange;
	struct rj_tls_body server_key_exchange;
	struct rj_tls_body ticket;
	struct rj_tls_body certificates[2];
	struct rj_tls_body compressed[2];
	struct rj_tls_body ssl2_client;
	struct rj_tls_body ssl2_server;
	struct rj_tls_alert alerts[RJ_TLS_ALERTS_MAX];
	uint8_t num_alerts;
	uint8_t transport;
	uint8_t roles[2];
	bool is_over[2];
	bool is_retried;
	bool is_verified;
	bool is_malformed;
};

/* Which hello of a session: its ClientHello, the ServerHello, the HelloRetryRequest. */
enum rj_tls_which { RJ_TLS_THE_CLIENT, RJ_TLS_THE_SERVER, RJ_TLS_THE_RETRY };

/*
 * rj_tls_session_hello - takes that hello apart into *@out, for fingerprints and output: legacy
 * version, cipher suites and extensions with their data as slices in wire order, GREASE and
 * duplicates included, which borrow the session's memory. False: it was not seen.
 */
bool rj_tls_session_hello(const struct rj_tls_session *session, enum rj_tls_which which,
			  struct rj_tls_hello *out);

/*
 * rj_tls_session_of - the session in @state of the tls dissector, as its emit is given it. (tls.c)
 */
const struct rj_tls_session *rj_tls_session_of(const void *state);

/*
 * rj_tls_session_wants - how many bytes of the body of a handshake message of @type and @len bytes
 * are to be handed over: all, the first ones, or 0.
 */
uint32_t rj_tls_session_wants(uint8_t type, uint32_t len);

/*
 * rj_tls_probe_alert - whether a record of @len bytes, from @c on, has alerts in the clear: one, or
 * several up to TLS 1.2 (RFC 5246 6.2.1), at most RJ_TLS_ALERTS_MAX.
 */
enum rj_probe rj_tls_probe_alert(struct rj_cursor c, uint16_t len);

/*
 * rj_tls_session_message - takes in one handshake message of @side (0 or 1).
 * @body, without the handshake header, is kept by reference where it is of
 * interest; of it rj_tls_session_wants bytes have to be there. RJ_MALFORMED: the message breaks
 * its own format or this side cannot have sent it; a hello with a broken extension block
 * is kept all the same, to show what it has.
 */
RJ_MUST_CHECK enum rj_status rj_tls_session_message(struct rj_tls_session *session,
						    unsigned int side, uint8_t type,
						    struct rj_tls_body body);

/*
 * rj_tls_session_ssl2 - takes in a hello in the form of SSL 2, from its msg_type on; @body is kept
 * by reference. RJ_MALFORMED as above.
 */
RJ_MUST_CHECK enum rj_status rj_tls_session_ssl2(struct rj_tls_session *session, unsigned int side,
						 struct rj_tls_body body);

/*
 * rj_tls_session_alerts - takes in the alerts of a record of @side; none where they are encrypted.
 * True: one of them says that nothing follows.
 */
bool rj_tls_session_alerts(struct rj_tls_session *session, unsigned int side,
			   struct rj_cursor record);

/*
 * rj_tls_session_may_retry - whether @side may yet send a hello in the clear after
 * its ChangeCipherSpec, as TLS 1.3 does after a HelloRetryRequest (RFC 8446 D.4).
 */
bool rj_tls_session_may_retry(const struct rj_tls_session *session, unsigned int side);

/*
 * rj_tls_session_emit - writes the tls object, nothing when nothing is known. (emit.c)
 * @records: the flow's TLS records, or NULL
 */
struct rj_tls_records;
void rj_tls_session_emit(const struct rj_tls_session *session, struct rj_tls_records *records,
			 struct rj_visitor *v);

/* rj_tls_fields - the rows that rj_tls_session_emit uses; the first is the object. (fields.c) */
#define RJ_TLS_NUM_FIELDS 90u
extern const struct rj_field rj_tls_fields[RJ_TLS_NUM_FIELDS];

#endif
