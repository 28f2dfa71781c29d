/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether bytes are HTTP/1. */
#ifndef RJ_PROTO_COMMON_HTTP_PROBE_H
#define RJ_PROTO_COMMON_HTTP_PROBE_H

#include "proto/dissector.h"

/* rj_http_probe - whether @bytes, the first of a message, begin a request or response of HTTP/1. */
enum rj_probe rj_http_probe(struct rj_cursor bytes);

#endif
