/* SPDX-License-Identifier: BSD-3-Clause */
/* Handshake bytes of one side, put together from CRYPTO frames in any order. */
#ifndef RJ_PROTO_QUIC_CRYPTO_STREAM_H
#define RJ_PROTO_QUIC_CRYPTO_STREAM_H

#include "proto/common/assembly.h"
#include "proto/tls/session.h"

/*
 * Handshake bytes of a side that are put together. Ours: a hello with two post-quantum keys and ECH
 * has some 4 KiB, and a second one follows where the server asks for it.
 */
#define RJ_QUIC_CRYPTO_MAX 16384u

/*
 * struct rj_quic_crypto_stream - embedded; a zeroed one is empty.
 * @next: where the next message starts
 */
struct rj_quic_crypto_stream {
	struct rj_assembly assembly;
	uint32_t next;
};

/*
 * rj_quic_crypto_stream_put - takes in @data, which stands at @offset. Of bytes that come twice the
 * first stand. RJ_MALFORMED: behind RJ_QUIC_CRYPTO_MAX, other bytes than before in the same place
 * (RFC 9000 2.2), or no memory, which the arena counts.
 */
RJ_MUST_CHECK enum rj_status rj_quic_crypto_stream_put(struct rj_quic_crypto_stream *s,
						       struct rj_arena *arena, uint64_t offset,
						       struct rj_cursor data);

/*
 * rj_quic_crypto_stream_grow - makes room for bytes up to @end, when it is known that they come;
 * else it is made as they do.
 */
RJ_MUST_CHECK enum rj_status rj_quic_crypto_stream_grow(struct rj_quic_crypto_stream *s,
							struct rj_arena *arena, uint64_t end);

/*
 * rj_quic_crypto_stream_message - takes the next handshake message off, once all of it is there:
 * its type and its body, which stays where it is until the flow ends. RJ_TRUNCATED: it is not.
 * RJ_MALFORMED: it would not end before RJ_QUIC_CRYPTO_MAX.
 */
RJ_MUST_CHECK enum rj_status rj_quic_crypto_stream_message(struct rj_quic_crypto_stream *s,
							   uint8_t *ret_type,
							   struct rj_tls_body *out);

#endif
