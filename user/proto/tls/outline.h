/* SPDX-License-Identifier: BSD-3-Clause */
/* What of a hello fingerprints follow from. */
#ifndef RJ_PROTO_TLS_OUTLINE_H
#define RJ_PROTO_TLS_OUTLINE_H

#include "proto/fingerprint.h"
#include "proto/tls/session.h"

#define RJ_TLS_EXT_QUIC_PARAMETERS 0x0039u
#define RJ_TLS_EXT_QUIC_PARAMETERS_DRAFT 0xffa5u

/* What stands for all values of GREASE. */
#define RJ_TLS_GREASE 0x0a0au

static inline uint16_t rj_tls_degrease(uint16_t value)
{
	return rj_is_grease(value) ? RJ_TLS_GREASE : value;
}

static inline bool rj_tls_is_quic_parameters(uint16_t type)
{
	return type == RJ_TLS_EXT_QUIC_PARAMETERS || type == RJ_TLS_EXT_QUIC_PARAMETERS_DRAFT;
}

/* rj_tls_keeps_data - whether NPF has the data of an extension as it is, and not its type alone. */
static inline bool rj_tls_keeps_data(uint16_t type)
{
#define BIT(type) UINT64_C(1) << (type)
	const uint64_t types = BIT(1) | BIT(5) | BIT(7) | BIT(8) | BIT(9) | BIT(10) | BIT(11) |
			       BIT(13) | BIT(15) | BIT(16) | BIT(17) | BIT(24) | BIT(27) | BIT(28) |
			       BIT(43) | BIT(45) | BIT(50);
#undef BIT

	return type < 64 ? types >> type & 1 : type == 0x5500;
}

/*
 * struct rj_tls_outline - a hello without what changes from flow to flow and is in no fingerprint:
 * random, session, data of most extensions, which value of GREASE it is.
 * @hello: borrows @bytes
 * @len: of @bytes
 */
struct rj_tls_outline {
	struct rj_tls_hello hello;
	size_t len;
	uint8_t bytes[RJ_FP_KEY_MAX];
};

/*
 * rj_tls_outline_make - that of @hello: with the same transport, notation and bytes, fingerprints
 * are the same. False: it is too long, or has one of the lists twice that NPF sorts by their bytes.
 */
bool rj_tls_outline_make(struct rj_tls_outline *o, const struct rj_tls_hello *hello,
			 enum rj_tls_transport transport, unsigned int npf);

#endif
