/* SPDX-License-Identifier: BSD-3-Clause */
/* The messages of SSH's key exchange methods: their names, and what they carry in the clear. */
#ifndef RJ_PROTO_SSH_EXCHANGE_H
#define RJ_PROTO_SSH_EXCHANGE_H

#include "proto/ssh/session.h"

/* What the message numbers from 30 on mean. */
enum rj_ssh_method {
	RJ_SSH_METHOD_DH,   /* RFC 4253 8 */
	RJ_SSH_METHOD_ECDH, /* RFC 5656 4, RFC 8731; hybrids with post-quantum keys too */
	RJ_SSH_METHOD_GEX,  /* RFC 4419 */
	RJ_SSH_METHOD_RSA,  /* RFC 4432 */
	RJ_SSH_METHOD_GSS,  /* RFC 4462, RFC 8732 */
};

/*
 * struct rj_ssh_exchange - what both sides' messages carry, borrowed; parts that did not come are
 * empty (their pointer is NULL).
 * @host_key, @signature: with the name of their type in front
 * @server_key: f, Q_S, or of RSA the transient key
 * @gex: min, n and max of the client's request; n alone in an old one
 */
struct rj_ssh_exchange {
	enum rj_ssh_method method;
	struct rj_cursor client_key;
	struct rj_cursor server_key;
	struct rj_cursor host_key;
	struct rj_cursor signature;
	struct rj_cursor prime;
	struct rj_cursor generator;
	uint32_t gex[3];
	bool has_gex;
	bool has_gex_range;
};

/*
 * rj_ssh_exchange_read - @client is the side of the client; @kex the method agreed on, empty where
 * it is not known: then the numbers tell.
 */
void rj_ssh_exchange_read(const struct rj_ssh_session *session, unsigned int client,
			  struct rj_cursor kex, struct rj_ssh_exchange *out);

/*
 * rj_ssh_ignored - the message that @side sent on a wrong guess and the other side ignores, or
 * NULL.
 */
const struct rj_ssh_message *rj_ssh_ignored(const struct rj_ssh_session *session,
					    unsigned int client, unsigned int side);

/* rj_ssh_message_name - of a message number, or NULL. */
const char *rj_ssh_message_name(uint8_t type, enum rj_ssh_method method);

#endif
