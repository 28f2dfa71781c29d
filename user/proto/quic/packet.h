/* SPDX-License-Identifier: BSD-3-Clause */
/* The packets of a datagram: their headers as far as they are in the clear. No keys, no state. */
#ifndef RJ_PROTO_QUIC_PACKET_H
#define RJ_PROTO_QUIC_PACKET_H

#include "core/cursor.h"
#include "proto/quic/version.h"

#define RJ_QUIC_CID_MAX 20u   /* RFC 9000 17.2 */
#define RJ_QUIC_TAG_BYTES 16u /* of AEAD_AES_128_GCM, and of a Retry: RFC 9001 5.3, 5.8 */

enum rj_quic_type {
	RJ_QUIC_SHORT, /* RFC 9000 17.3; and whatever is no long header */
	RJ_QUIC_INITIAL,
	RJ_QUIC_ZERO_RTT,
	RJ_QUIC_HANDSHAKE,
	RJ_QUIC_RETRY,
	RJ_QUIC_VERSIONS, /* a Version Negotiation packet */
	RJ_QUIC_OTHER,	  /* of a version of which only the invariants are known: RFC 8999 5.1 */
};

/*
 * struct rj_quic_packet - one packet; the cursors borrow the datagram.
 * @rules: of @version; NULL of SHORT, VERSIONS and OTHER
 * @token: of an Initial or a Retry
 * @rest:  of INITIAL, ZERO_RTT, HANDSHAKE: the protected rest, from the packet number on; of
 *         VERSIONS the list, of four bytes each. Its end is soft where the capture cut it
 * @header: the bytes before @rest
 * @is_whole: nothing of it is missing
 * @has_fixed_bit: of a known version: the second bit is 1, as it is unless both ends agreed to play
 *         with it (RFC 9287)
 */
struct rj_quic_packet {
	enum rj_quic_type type;
	uint32_t version;
	const struct rj_quic_rules *rules;
	struct rj_cursor dcid;
	struct rj_cursor scid;
	struct rj_cursor token;
	struct rj_cursor header;
	struct rj_cursor rest;
	bool is_whole;
	bool has_fixed_bit;
};

/*
 * rj_quic_varint - RFC 9000 16: a number of 1, 2, 4 or 8 bytes, of which two bits say how many.
 */
RJ_MUST_CHECK enum rj_status rj_quic_varint(struct rj_cursor *c, uint64_t *out);

/*
 * rj_quic_packet_read - takes the next packet off @datagram into *@out: RFC 9000 12.2, 17.2, RFC
 * 9369 3.2. What has no length of its own (SHORT, RETRY, VERSIONS, OTHER) is all that is left.
 * RJ_MALFORMED: no packet can start so. With a soft end RJ_TRUNCATED: its header is cut; what is
 * cut behind its header is given with is_whole false, as is what has no length.
 */
RJ_MUST_CHECK enum rj_status rj_quic_packet_read(struct rj_cursor *datagram,
						 struct rj_quic_packet *out);

#endif
