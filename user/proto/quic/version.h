/* SPDX-License-Identifier: BSD-3-Clause */
/* QUIC's versions: their names, and what differs between them before keys are agreed on. */
#ifndef RJ_PROTO_QUIC_VERSION_H
#define RJ_PROTO_QUIC_VERSION_H

#include <stdbool.h>
#include <stdint.h>

#define RJ_QUIC_NEGOTIATION 0u /* RFC 8999 6: in place of a version */
#define RJ_QUIC_V1 1u
#define RJ_QUIC_V2 0x6b3343cfu /* RFC 9369 3.1 */

#define RJ_QUIC_SALT_BYTES 20u

/*
 * struct rj_quic_rules - how packets of a version are read.
 * @salt: for the keys of Initial packets (RFC 9001 5.2, RFC 9369 3.3.1)
 * @label: before " key", " iv", " hp" (RFC 9001 5.1, RFC 9369 3.3.2)
 * @first_type: of the long header, of an Initial; the others follow (RFC 9000 17.2, RFC 9369 3.2)
 * @has_bare_retry: a Retry as in drafts before 25: the client's connection id behind its length,
 *                  then the token, and no tag
 * @has_listed_params: transport parameters as in drafts before 27: a list behind its length,
 *                     numbers and lengths of 16 bits
 */
struct rj_quic_rules {
	uint8_t salt[RJ_QUIC_SALT_BYTES];
	const char *label;
	uint8_t first_type;
	bool has_bare_retry;
	bool has_listed_params;
};

/* rj_quic_rules_of - NULL for a version whose Initial packets cannot be opened. */
const struct rj_quic_rules *rj_quic_rules_of(uint32_t version);

/* rj_quic_is_reserved - whether it is one of those that only provoke negotiation: RFC 9000 15. */
static inline bool rj_quic_is_reserved(uint32_t version)
{
	return (version & 0x0f0f0f0fu) == 0x0a0a0a0au;
}

/* rj_quic_is_google - whether it is one of Google's, which are text: Q043, T051. */
bool rj_quic_is_google(uint32_t version);

#define RJ_QUIC_VERSION_TEXT 16u

/* rj_quic_version_text - v1, v2, draft-29, Q043, else as 0xfaceb002; the length of *@out. */
unsigned int rj_quic_version_text(uint32_t version, char out[RJ_QUIC_VERSION_TEXT]);

#endif
