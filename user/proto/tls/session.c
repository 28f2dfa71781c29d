/* SPDX-License-Identifier: BSD-3-Clause */
/* Puts handshake messages together into what is known of a session. */
#include "proto/tls/session.h"

#include "proto/tls/hello.h"

bool rj_tls_session_reads(uint8_t type)
{
	return type == RJ_TLS_CLIENT_HELLO || type == RJ_TLS_SERVER_HELLO ||
	       type == RJ_TLS_CLIENT_KEY_EXCHANGE;
}

static struct rj_cursor body_cursor(const struct rj_tls_body *body)
{
	return rj_cursor_init(body->bytes, body->len, true);
}

bool rj_tls_session_hello(const struct rj_tls_session *session, enum rj_tls_which which,
			  struct rj_tls_hello *out)
{
	if (which == RJ_TLS_THE_CLIENT)
		return !rj_tls_client_hello_read(body_cursor(&session->client_hello), out);
	return !rj_tls_server_hello_read(body_cursor(&session->server_hello), out);
}

static uint16_t version_of(const struct rj_tls_hello *hello)
{
	return rj_tls_hello_version(hello,
				    rj_tls_extension_find(hello, RJ_TLS_EXT_SUPPORTED_VERSIONS));
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

RJ_MUST_CHECK static enum rj_status take_client_hello(struct rj_tls_session *s, unsigned int side,
						      struct rj_tls_body body)
{
	struct rj_tls_hello hello;
	enum rj_status st = rj_tls_client_hello_read(body_cursor(&body), &hello);

	if (st || !take_role(s, side, RJ_TLS_ROLE_CLIENT))
		return RJ_MALFORMED;
	if (s->client_hello.len) {
		s->is_retried = true;
		s->is_over[side] = true;
	} else {
		s->client_hello = body;
	}
	return rj_tls_hello_check(&hello);
}

static bool is_retry(const struct rj_tls_body *server_hello)
{
	struct rj_tls_hello hello;

	return !rj_tls_server_hello_read(body_cursor(server_hello), &hello) &&
	       rj_tls_hello_is_retry(&hello);
}

RJ_MUST_CHECK static enum rj_status take_server_hello(struct rj_tls_session *s, unsigned int side,
						      struct rj_tls_body body)
{
	struct rj_tls_hello hello;
	enum rj_status st = rj_tls_server_hello_read(body_cursor(&body), &hello);
	uint16_t version;

	if (st || !take_role(s, side, RJ_TLS_ROLE_SERVER))
		return RJ_MALFORMED;
	if (s->server_hello.len && (!is_retry(&s->server_hello) || rj_tls_hello_is_retry(&hello)))
		return RJ_MALFORMED; /* one ServerHello, after at most one retry (RFC 8446 4.1.4) */
	s->server_hello = body;
	version = version_of(&hello);
	if (rj_tls_hello_is_retry(&hello))
		s->is_retried = true;
	else if (version < RJ_TLS_SSL3_0 || version > RJ_TLS_1_2)
		s->is_over[side] = true; /* the rest is encrypted */
	return rj_tls_hello_check(&hello);
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
		if (!take_role(session, side, RJ_TLS_ROLE_SERVER))
			return RJ_MALFORMED;
		session->is_retried = true;
		return RJ_OK;
	case RJ_TLS_SERVER_HELLO_DONE:
		if (!take_role(session, side, RJ_TLS_ROLE_SERVER))
			return RJ_MALFORMED;
		session->is_over[side] = true;
		return RJ_OK;
	case RJ_TLS_CLIENT_KEY_EXCHANGE:
		if (!take_role(session, side, RJ_TLS_ROLE_CLIENT))
			return RJ_MALFORMED;
		session->client_key_exchange = body;
		session->is_over[side] = true;
		return RJ_OK;
	default:
		return RJ_OK;
	}
}

static bool offers_tls13(const struct rj_tls_body *client_hello)
{
	struct rj_tls_hello hello;

	return !rj_tls_client_hello_read(body_cursor(client_hello), &hello) &&
	       version_of(&hello) == RJ_TLS_1_3;
}

bool rj_tls_session_may_retry(const struct rj_tls_session *session, unsigned int side)
{
	bool seen_final = session->server_hello.len && !is_retry(&session->server_hello);

	if (seen_final || session->is_over[side])
		return false;
	if (session->roles[side] == RJ_TLS_ROLE_SERVER)
		return session->is_retried;
	return offers_tls13(&session->client_hello);
}
