/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys of Initial packets, and opening them: RFC 9001 5, by OpenSSL. */
#ifndef RJ_PROTO_QUIC_PROTECTION_H
#define RJ_PROTO_QUIC_PROTECTION_H

#include "proto/quic/packet.h"

/* struct rj_quic_keys - of one direction: AEAD_AES_128_GCM, and AES for the header. */
struct rj_quic_keys {
	uint8_t key[16];
	uint8_t iv[12];
	uint8_t hp[16];
};

enum rj_quic_sender {
	RJ_QUIC_CLIENT,
	RJ_QUIC_SERVER,
};

/* struct rj_quic_secret - what the keys of both directions come from. */
struct rj_quic_secret {
	uint8_t bytes[32];
};

/*
 * rj_quic_secret_derive - by the connection id that the client chose first (RFC 9001 5.2).
 * 0; -ENOMEM: OpenSSL refused.
 */
RJ_MUST_CHECK int rj_quic_secret_derive(const struct rj_quic_rules *rules, struct rj_cursor dcid,
					struct rj_quic_secret *out);

/*
 * rj_quic_keys_derive - the keys that @sender's Initial packets are protected with (RFC 9001 5.2,
 * 5.1). 0; -ENOMEM: OpenSSL refused.
 */
RJ_MUST_CHECK int rj_quic_keys_derive(const struct rj_quic_rules *rules,
				      const struct rj_quic_secret *secret,
				      enum rj_quic_sender sender, struct rj_quic_keys *out);

/*
 * rj_quic_open - takes the protection off @packet, a whole Initial: RFC 9001 5.4, 5.3.
 * @next_number: one more than the highest packet number that came before, 0 where none did
 * @ret_number:  that of this packet
 * @out:         the frames; valid until the next call of the same thread
 * RJ_OK; RJ_MALFORMED: it was not made with these keys (or OpenSSL refused).
 */
RJ_MUST_CHECK enum rj_status rj_quic_open(const struct rj_quic_keys *keys,
					  const struct rj_quic_packet *packet, uint64_t next_number,
					  uint64_t *ret_number, struct rj_cursor *out);

#endif
