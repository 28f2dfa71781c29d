/* SPDX-License-Identifier: BSD-3-Clause */
/* What is known of one QUIC connection: packets in; its hellos go to the TLS session. */
#ifndef RJ_PROTO_QUIC_CONNECTION_H
#define RJ_PROTO_QUIC_CONNECTION_H

#include <rejoice/record.h>

#include "core/arena.h"
#include "proto/quic/crypto_stream.h"
#include "proto/quic/google.h"
#include "proto/quic/packet.h"
#include "proto/quic/protection.h"
#include "proto/tls/session.h"

/* Versions kept of a Version Negotiation packet. Ours: servers list fewer than ten. */
#define RJ_QUIC_VERSIONS_MAX 32u

/* A token that is longer is not kept. Ours: one has to fit in a datagram with a hello. */
#define RJ_QUIC_TOKEN_MAX 1536u

/* A name, or a user agent, of Google's QUIC that is longer is not kept (RFC 1035 2.3.4). */
#define RJ_QUIC_NAME_MAX 255u

/* The words of a CONNECTION_CLOSE that are kept. Ours. */
#define RJ_QUIC_REASON_MAX 256u

/* struct rj_quic_cid - a connection id. */
struct rj_quic_cid {
	uint8_t bytes[RJ_QUIC_CID_MAX];
	uint8_t len;
};

/* struct rj_quic_bytes - in the flow's arena; NULL: none. */
struct rj_quic_bytes {
	const uint8_t *bytes;
	uint32_t len;
};

/*
 * struct rj_quic_side - what one side sent.
 * @dcid, @scid, @version: of its first long header; the client's, of the connection that is shown
 * @failed: the connection id with which a packet of @failed_version was no client's first
 * @next_number: behind the highest packet number of its Initials
 */
struct rj_quic_side {
	struct rj_quic_cid dcid;
	struct rj_quic_cid scid;
	struct rj_quic_cid failed;
	uint32_t version;
	uint32_t failed_version;
	uint64_t next_number;
	bool has_header;
};

struct rj_quic_waiting;

/*
 * struct rj_quic_connection - embedded; a zeroed one knows nothing.
 * @session:  both hellos as the TLS code keeps them
 * @sides, @streams: by side
 * @version:  whose keys are in use, and so the one that was agreed on as far as can be told
 * @hello_version: of the packets in which the ClientHello came
 * @key_cid, @secret: what the keys were derived from
 * @keys:     by enum rj_quic_sender
 * @client:   the side that is the client, once @has_keys or @has_chlo
 * @sni, @user_agent: of a CHLO of Google's QUIC
 * @is_hello_old: session.client_hello is of an attempt before the one that is read now
 * @waiting:  Initials that no key opened yet, @waiting_bytes of them
 * @versions: of a Version Negotiation packet, four bytes each
 * @token:    of the client's first Initial that had one before any Retry
 * @retry_scid, @retry_token: of the first Retry
 * @error, @reason: of the first CONNECTION_CLOSE in an Initial
 */
struct rj_quic_connection {
	struct rj_tls_session session;
	struct rj_quic_side sides[2];
	struct rj_quic_crypto_stream streams[2];
	const struct rj_quic_rules *rules;
	uint32_t version;
	uint32_t hello_version;
	struct rj_quic_cid key_cid;
	struct rj_quic_secret secret;
	struct rj_quic_keys keys[2];
	struct rj_quic_waiting *waiting;
	uint32_t waiting_bytes;
	struct rj_quic_bytes versions;
	struct rj_quic_bytes token;
	struct rj_quic_bytes retry_token;
	struct rj_quic_cid retry_scid;
	struct rj_quic_bytes reason;
	struct rj_quic_bytes sni;
	struct rj_quic_bytes user_agent;
	uint64_t error;
	uint8_t client;
	uint8_t num_attempts;
	bool has_keys;
	bool has_server_keys;
	bool has_chlo;
	bool is_hello_old;
	bool has_retry;
	bool has_error;
	bool is_malformed;
};

/*
 * rj_quic_connection_packet - takes in a packet of @side (0 or 1), of which the end may be missing.
 * RJ_MALFORMED: it was opened, and what it says breaks the format.
 */
RJ_MUST_CHECK enum rj_status rj_quic_connection_packet(struct rj_quic_connection *q,
						       unsigned int side,
						       const struct rj_quic_packet *packet,
						       struct rj_arena *arena);

/*
 * rj_quic_connection_hail - takes in a packet of @side that names a version of Google's; false when
 * the connection is another one.
 */
bool rj_quic_connection_hail(struct rj_quic_connection *q, unsigned int side,
			     const struct rj_quic_hail *hail, struct rj_arena *arena);

/* rj_quic_connection_is_over - whether @side can tell nothing more. */
bool rj_quic_connection_is_over(const struct rj_quic_connection *q, unsigned int side);

/* rj_quic_connection_client - the side that is the client, -1 where that is not known. */
int rj_quic_connection_client(const struct rj_quic_connection *q);

/*
 * rj_quic_connection_emit - writes the quic object, nothing when nothing is known. (emit.c)
 * @originator: the client where nothing else tells
 */
void rj_quic_connection_emit(const struct rj_quic_connection *q, unsigned int originator,
			     struct rj_visitor *v);

#endif
