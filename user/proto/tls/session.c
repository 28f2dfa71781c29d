/* SPDX-License-Identifier: BSD-3-Clause */
/* Puts handshake messages together into what is known of a session. */
#include "proto/tls/session.h"

/*
 * Beginnings that say all: RFC 8422 5.4 curve_type, curve, length, behind a hint of PSK (RFC 5489
 * 2), which is short; RFC 5077 3.3 lifetime, length.
 */
#define KEY_EXCHANGE_HEAD_BYTES 64u
#define TICKET_HEAD_BYTES 6u
#define COMPRESSED_HEAD_BYTES 5u /* RFC 8879 4: algorithm, uint24 uncompressed_length */

/* RFC 8446 6: level, description */
#define ALERT_BYTES 2u
#define ALERT_WARNING 1u
#define ALERT_FATAL 2u
#define ALERT_CLOSE_NOTIFY 0u

uint32_t rj_tls_session_wants(uint8_t type, uint32_t len)
{
	uint32_t head;

	switch (type) {
	case RJ_TLS_CLIENT_HELLO:
	case RJ_TLS_SERVER_HELLO:
	case RJ_TLS_CLIENT_KEY_EXCHANGE:
		return len;
	case RJ_TLS_CERTIFICATE:
		return len <= RJ_TLS_CERTIFICATES_MAX ? len : 0;
	case RJ_TLS_SERVER_KEY_EXCHANGE:
		head = KEY_EXCHANGE_HEAD_BYTES;
		break;
	case RJ_TLS_NEW_SESSION_TICKET:
		head = TICKET_HEAD_BYTES;
		break;
	case RJ_TLS_COMPRESSED_CERTIFICATE:
		head = COMPRESSED_HEAD_BYTES;
		break;
	default:
		return 0;
	}
	return len < head ? len : head;
}

static struct rj_cursor body_cursor(const struct rj_tls_body *body)
{
	return rj_cursor_init(body->bytes, body->len, true);
}

RJ_MUST_CHECK static enum rj_status read_client(const struct rj_tls_session *s,
						const struct rj_tls_body *body,
						struct rj_tls_hello *out)
{
	return rj_tls_client_hello_read(body_cursor(body), s->transport == RJ_TLS_OVER_DTLS, out);
}

static uint16_t version_of(const struct rj_tls_hello *hello)
{
	return rj_tls_hello_version(hello,
				    rj_tls_extension_find(hello, RJ_TLS_EXT_SUPPORTED_VERSIONS));
}

bool rj_tls_session_hello(const struct rj_tls_session *session, enum rj_tls_which which,
			  struct rj_tls_hello *out)
{
	const struct rj_tls_body *body = which == RJ_TLS_THE_RETRY ? &session->retry :
								     &session->server_hello;

	if (which == RJ_TLS_THE_CLIENT)
		return session->client_hello.len &&
		       !read_client(session, &session->client_hello, out);
	return body->len && !rj_tls_server_hello_read(body_cursor(body), out);
}

/* One client and one server: @side is (or becomes) @role and the other side is not. */
static bool take_role(struct rj_tls_session *s, unsigned int side, enum rj_tls_role role)
{
	if (s->roles[!side] == role)
		return false;
	if (s->roles[side] == RJ_TLS_ROLE_UNKNOWN)
		s->roles[side] = (uint8_t)role;
	return s->roles[side] == role;
}

/*
 * A second ClientHello answers a HelloRetryRequest (RFC 8446 4.1.4). Over DTLS there may be others:
 * one with the cookie of a HelloVerifyRequest (RFC 6347 4.2.1), one of a client that begins anew.
 * There the last one counts that the server has not answered.
 */
static void take_second_hello(struct rj_tls_session *s, unsigned int side, struct rj_tls_body body)
{
	if (s->transport == RJ_TLS_OVER_DTLS && !s->retry.len) {
		if (!s->server_hello.len)
			s->client_hello = body;
		return;
	}
	s->is_over[side] = true;
}

RJ_MUST_CHECK static enum rj_status take_client_hello(struct rj_tls_session *s, unsigned int side,
						      struct rj_tls_body body)
{
	struct rj_tls_hello hello;
	enum rj_status st = read_client(s, &body, &hello);

	if (st || !take_role(s, side, RJ_TLS_ROLE_CLIENT))
		return RJ_MALFORMED;
	if (s->client_hello.len)
		take_second_hello(s, side, body);
	else
		s->client_hello = body;
	return rj_tls_hello_check(&hello);
}

/* Whether nothing follows a ServerHello of that version in the clear. */
static bool hides_the_rest(uint16_t version)
{
	unsigned int rank = rj_tls_version_rank(version);

	return !rank || rank == rj_tls_version_rank(RJ_TLS_1_3);
}

RJ_MUST_CHECK static enum rj_status take_server_hello(struct rj_tls_session *s, unsigned int side,
						      struct rj_tls_body body)
{
	struct rj_tls_hello hello;
	enum rj_status st = rj_tls_server_hello_read(body_cursor(&body), &hello);
	bool is_retry;

	if (st || !take_role(s, side, RJ_TLS_ROLE_SERVER))
		return RJ_MALFORMED;
	is_retry = rj_tls_hello_is_retry(&hello);
	if (s->server_hello.len || (is_retry && s->retry.len)) {
		if (s->transport != RJ_TLS_OVER_TCP)
			return RJ_OK; /* sent again */
		return RJ_MALFORMED;  /* one, after at most one retry (RFC 8446 4.1.4) */
	}
	if (is_retry) {
		s->retry = body;
		s->is_retried = true;
	} else {
		s->server_hello = body;
		s->is_over[side] = hides_the_rest(version_of(&hello));
	}
	return rj_tls_hello_check(&hello);
}

/*
 * SSL 2's hellos have their own form; that of a client may offer later versions, and then the
 * server answers in theirs (RFC 5246 E.2).
 */
enum rj_status rj_tls_session_ssl2(struct rj_tls_session *session, unsigned int side,
				   struct rj_tls_body body)
{
	struct rj_ssl2_hello hello;

	if (rj_ssl2_hello_read(body_cursor(&body), &hello))
		return RJ_MALFORMED;
	if (!take_role(session, side, hello.is_server ? RJ_TLS_ROLE_SERVER : RJ_TLS_ROLE_CLIENT))
		return RJ_MALFORMED;
	if (hello.is_server)
		session->ssl2_server = body;
	else
		session->ssl2_client = body;
	session->is_over[side] = hello.is_server || hello.version == RJ_SSL2;
	return RJ_OK;
}

static void keep_first(struct rj_tls_body *place, struct rj_tls_body body)
{
	if (!place->len)
		*place = body;
}

RJ_MUST_CHECK static enum rj_status take_of_server(struct rj_tls_session *s, unsigned int side,
						   uint8_t type, struct rj_tls_body body)
{
	if (!take_role(s, side, RJ_TLS_ROLE_SERVER))
		return RJ_MALFORMED;
	switch (type) {
	case RJ_TLS_HELLO_RETRY_REQUEST:
		s->is_retried = true;
		return RJ_OK;
	case RJ_TLS_HELLO_VERIFY_REQUEST:
		s->is_verified = true;
		return RJ_OK;
	case RJ_TLS_SERVER_KEY_EXCHANGE:
		keep_first(&s->server_key_exchange, body);
		return RJ_OK;
	case RJ_TLS_NEW_SESSION_TICKET:
		keep_first(&s->ticket, body);
		return RJ_OK;
	default:
		return RJ_OK;
	}
}

/* In the clear: whole alerts, and fewer bytes than a cipher adds (10 at the least, RFC 6066 7). */
static bool is_clear_alerts(size_t len)
{
	return len && len % ALERT_BYTES == 0 && len <= RJ_TLS_ALERTS_MAX * ALERT_BYTES;
}

static bool is_alert_level(uint8_t level)
{
	return level == ALERT_WARNING || level == ALERT_FATAL;
}

enum rj_probe rj_tls_probe_alert(struct rj_cursor c, uint16_t len)
{
	uint8_t level, description;

	if (!is_clear_alerts(len))
		return RJ_PROBE_NO;
	for (size_t at = 0; at < len; at += ALERT_BYTES) {
		if (at && rj_cursor_u8(&c, &description))
			return RJ_PROBE_MORE;
		if (rj_cursor_u8(&c, &level))
			return RJ_PROBE_MORE;
		if (!is_alert_level(level))
			return RJ_PROBE_NO;
	}
	return RJ_PROBE_YES;
}

enum rj_status rj_tls_session_message(struct rj_tls_session *session, unsigned int side,
				      uint8_t type, struct rj_tls_body body)
{
	switch (type) {
	case RJ_TLS_CLIENT_HELLO:
		return take_client_hello(session, side, body);
	case RJ_TLS_SERVER_HELLO:
		return take_server_hello(session, side, body);
	case RJ_TLS_HELLO_RETRY_REQUEST:
	case RJ_TLS_HELLO_VERIFY_REQUEST:
	case RJ_TLS_SERVER_KEY_EXCHANGE:
	case RJ_TLS_SERVER_HELLO_DONE:
	case RJ_TLS_NEW_SESSION_TICKET:
		return take_of_server(session, side, type, body);
	case RJ_TLS_CERTIFICATE:
		keep_first(&session->certificates[side], body);
		return RJ_OK;
	case RJ_TLS_COMPRESSED_CERTIFICATE:
		keep_first(&session->compressed[side], body);
		return RJ_OK;
	case RJ_TLS_CLIENT_KEY_EXCHANGE:
		if (!take_role(session, side, RJ_TLS_ROLE_CLIENT))
			return RJ_MALFORMED;
		keep_first(&session->client_key_exchange, body);
		session->is_over[side] = true;
		return RJ_OK;
	default:
		return RJ_OK;
	}
}

static void keep_alert(struct rj_tls_session *s, unsigned int side, uint8_t level,
		       uint8_t description)
{
	if (s->num_alerts == RJ_TLS_ALERTS_MAX)
		return;
	s->alerts[s->num_alerts++] = (struct rj_tls_alert){
		.side = (uint8_t)side,
		.level = level,
		.description = description,
	};
}

bool rj_tls_session_alerts(struct rj_tls_session *session, unsigned int side,
			   struct rj_cursor record)
{
	bool is_one = record.left == ALERT_BYTES, is_last = false;
	uint8_t level, description;

	if (!is_one && rj_tls_probe_alert(record, (uint16_t)record.left) != RJ_PROBE_YES)
		return false;
	while (!rj_cursor_u8(&record, &level) && !rj_cursor_u8(&record, &description)) {
		keep_alert(session, side, level, description);
		is_last |= level == ALERT_FATAL || description == ALERT_CLOSE_NOTIFY;
	}
	return is_last;
}

static bool offers_tls13(const struct rj_tls_session *s)
{
	struct rj_tls_hello hello;

	return rj_tls_session_hello(s, RJ_TLS_THE_CLIENT, &hello) &&
	       version_of(&hello) == RJ_TLS_1_3;
}

bool rj_tls_session_may_retry(const struct rj_tls_session *session, unsigned int side)
{
	if (session->server_hello.len || session->is_over[side])
		return false;
	if (session->roles[side] == RJ_TLS_ROLE_SERVER)
		return session->is_retried;
	return offers_tls13(session);
}
