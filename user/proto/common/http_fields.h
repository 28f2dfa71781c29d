/* SPDX-License-Identifier: BSD-3-Clause */
/* The field rows of `http`. */
#ifndef RJ_PROTO_COMMON_HTTP_FIELDS_H
#define RJ_PROTO_COMMON_HTTP_FIELDS_H

#include <rejoice/record.h>

enum rj_http_field_id {
	RJ_HTTP_F_EXCHANGES, /* first: the value of the dissector itself */
	RJ_HTTP_F_EXCHANGE,
	RJ_HTTP_F_OUT,
	RJ_HTTP_F_IN,
	RJ_HTTP_F_ELEMENT,
	RJ_HTTP_F_METHOD,
	RJ_HTTP_F_URI,
	RJ_HTTP_F_VERSION,
	RJ_HTTP_F_CODE,
	RJ_HTTP_F_REASON,
	RJ_HTTP_F_HEADER,
	RJ_HTTP_F_HEADERS_SKIPPED,
	RJ_HTTP_F_BODY,
	RJ_HTTP_F_TRUNCATED,
	RJ_HTTP_F_MALFORMED,
	RJ_HTTP_F_SWITCHED_TO,
	RJ_HTTP_F_MORE,
	RJ_HTTP_NUM_FIELDS
};

extern const struct rj_field rj_http_fields[RJ_HTTP_NUM_FIELDS];

#endif
