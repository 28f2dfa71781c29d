/* SPDX-License-Identifier: BSD-3-Clause */
/* Header and payloads of an IKE message, written as they are read (RFC 2408, RFC 7296). */
#ifndef RJ_PROTO_IKE_PAYLOADS_H
#define RJ_PROTO_IKE_PAYLOADS_H

#include <rejoice/record.h>

#include "core/cursor.h"

#define RJ_IKE_SPI_BYTES 8u
#define RJ_IKE_HEADER_BYTES 28u

/* Flags of the header: RFC 7296 3.1; in version 1 the low ones, RFC 2408 3.1. */
#define RJ_IKE_ENCRYPTION 0x01u
#define RJ_IKE_COMMIT 0x02u
#define RJ_IKE_AUTHENTICATION 0x04u
#define RJ_IKE_INITIATOR 0x08u
#define RJ_IKE_VERSION 0x10u
#define RJ_IKE_RESPONSE 0x20u

/* struct rj_ike_header - RFC 7296 3.1. The cursors borrow the message. */
struct rj_ike_header {
	struct rj_cursor init_spi;
	struct rj_cursor resp_spi;
	uint8_t next_payload;
	uint8_t major;
	uint8_t minor;
	uint8_t exchange_type;
	uint8_t flags;
	uint32_t message_id;
	uint32_t length;
};

/* rj_ike_header_read - moves @c behind it. RJ_MALFORMED: it is too short, or names no exchange. */
RJ_MUST_CHECK enum rj_status rj_ike_header_read(struct rj_cursor *c, struct rj_ike_header *out);

/* rj_ike_is_first - whether no responder's SPI is in it yet: the initiator's first message. */
bool rj_ike_is_first(const struct rj_ike_header *h);

/* rj_ike_header_put - the header's object. */
void rj_ike_header_put(const struct rj_ike_header *h, struct rj_visitor *v);

/*
 * rj_ike_payloads_put - the array of payloads, of @c behind the header. With @v NULL they are only
 * passed. RJ_MALFORMED: the chain breaks off; RJ_TRUNCATED: at a soft end.
 */
RJ_MUST_CHECK enum rj_status rj_ike_payloads_put(const struct rj_ike_header *h, struct rj_cursor c,
						 struct rj_visitor *v);

enum rj_ike_field {
	RJ_IKE_F_IKE,
	RJ_IKE_F_INIT,
	RJ_IKE_F_RESP,
	RJ_IKE_F_MESSAGES,
	RJ_IKE_F_MESSAGE,
	RJ_IKE_F_TIME,
	RJ_IKE_F_HEADER,
	RJ_IKE_F_INIT_SPI,
	RJ_IKE_F_RESP_SPI,
	RJ_IKE_F_MAJOR,
	RJ_IKE_F_MINOR,
	RJ_IKE_F_EXCHANGE_TYPE,
	RJ_IKE_F_FLAGS,
	RJ_IKE_F_HEX,
	RJ_IKE_F_PARSED,
	RJ_IKE_F_FLAG,
	RJ_IKE_F_MESSAGE_ID,
	RJ_IKE_F_LENGTH,
	RJ_IKE_F_PAYLOADS,
	RJ_IKE_F_PAYLOAD,
	RJ_IKE_F_BODY,
	RJ_IKE_F_DOI,
	RJ_IKE_F_SITUATION,
	RJ_IKE_F_PROPOSALS,
	RJ_IKE_F_PROPOSAL,
	RJ_IKE_F_NUM,
	RJ_IKE_F_PROTOCOL_ID,
	RJ_IKE_F_SPI,
	RJ_IKE_F_TRANSFORMS,
	RJ_IKE_F_TRANSFORM,
	RJ_IKE_F_ID,
	RJ_IKE_F_ATTRIBUTES,
	RJ_IKE_F_ATTRIBUTE,
	RJ_IKE_F_WORD,
	RJ_IKE_F_BYTES,
	RJ_IKE_F_TYPE,
	RJ_IKE_F_DATA,
	RJ_IKE_F_SPIS,
	RJ_IKE_F_FRAGMENT_NUMBER,
	RJ_IKE_F_FRAGMENT_TOTAL,
	RJ_IKE_F_NEXT_PAYLOAD,
	RJ_IKE_F_CRITICAL,
	RJ_IKE_F_TRUNCATED,
	RJ_IKE_F_MALFORMED,
	RJ_IKE_F_SKIPPED,
	RJ_IKE_NUM_FIELDS
};

extern const struct rj_field rj_ike_fields[RJ_IKE_NUM_FIELDS];

#endif
