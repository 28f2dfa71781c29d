/* SPDX-License-Identifier: BSD-3-Clause */
/* Transport parameters, which a ClientHello carries as an extension: RFC 9000 18, RFC 9001 8.2. */
#ifndef RJ_PROTO_QUIC_PARAMS_H
#define RJ_PROTO_QUIC_PARAMS_H

#include "core/cursor.h"

#define RJ_TLS_EXT_QUIC_PARAMS 0x0039u	     /* RFC 9001 8.2 */
#define RJ_TLS_EXT_QUIC_PARAMS_DRAFT 0xffa5u /* drafts 13 to 32 */

#define RJ_QUIC_PARAM_USER_AGENT 0x3129u /* Chromium's */

/* enum rj_quic_param_form - what the value of a parameter is. */
enum rj_quic_param_form {
	RJ_QUIC_PARAM_BYTES,
	RJ_QUIC_PARAM_NUMBER, /* a varint */
	RJ_QUIC_PARAM_TEXT,
	RJ_QUIC_PARAM_VERSIONS, /* RFC 9368 3: the chosen one, then those that are available */
};

/*
 * struct rj_quic_param - one parameter; cursors borrow the extension.
 * @raw_id: the id as it was written, of which there may be several ways
 * @name: NULL when it has none
 */
struct rj_quic_param {
	uint64_t id;
	struct rj_cursor raw_id;
	struct rj_cursor value;
	const char *name;
	enum rj_quic_param_form form;
};

/*
 * rj_quic_params_open - the parameters in extension data @data into *@out. @is_listed: as in drafts
 * before 27, behind a length of 16 bits. RJ_MALFORMED: that length is not theirs.
 */
RJ_MUST_CHECK enum rj_status rj_quic_params_open(struct rj_cursor data, bool is_listed,
						 struct rj_cursor *out);

/* rj_quic_params_next - takes the next parameter off @params into *@out. */
RJ_MUST_CHECK enum rj_status rj_quic_params_next(struct rj_cursor *params, bool is_listed,
						 struct rj_quic_param *out);

#endif
