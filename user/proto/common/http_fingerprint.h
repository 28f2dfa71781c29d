/* SPDX-License-Identifier: BSD-3-Clause */
/* Mercury's fingerprints of HTTP/1 heads. */
#ifndef RJ_PROTO_COMMON_HTTP_FINGERPRINT_H
#define RJ_PROTO_COMMON_HTTP_FINGERPRINT_H

#include "core/cursor.h"
#include "proto/fingerprint.h"

/*
 * rj_http_npf - appends that of @head, a request's or a response's by its start line; false where
 * it has none.
 */
bool rj_http_npf(struct rj_fp_text *t, struct rj_cursor head);

#endif
