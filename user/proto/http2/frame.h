/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of HTTP/2: their header, and the names that their numbers have (RFC 9113). */
#ifndef RJ_PROTO_HTTP2_FRAME_H
#define RJ_PROTO_HTTP2_FRAME_H

#include "core/cursor.h"

#define RJ_HTTP2_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" /* RFC 9113 section 3.4 */
#define RJ_HTTP2_FRAME_HEADER 9u			    /* RFC 9113 section 4.1 */

/* Types, RFC 9113 section 6; others are passed over. */
enum rj_http2_type {
	RJ_HTTP2_DATA,
	RJ_HTTP2_HEADERS,
	RJ_HTTP2_PRIORITY,
	RJ_HTTP2_RST_STREAM,
	RJ_HTTP2_SETTINGS,
	RJ_HTTP2_PUSH_PROMISE,
	RJ_HTTP2_PING,
	RJ_HTTP2_GOAWAY,
	RJ_HTTP2_WINDOW_UPDATE,
	RJ_HTTP2_CONTINUATION,
};

/* Flags, RFC 9113 section 6; what they say depends on the type. */
#define RJ_HTTP2_END_STREAM 0x1u
#define RJ_HTTP2_ACK 0x1u
#define RJ_HTTP2_END_HEADERS 0x4u
#define RJ_HTTP2_PADDED 0x8u
#define RJ_HTTP2_PRIORITISED 0x20u

/* struct rj_http2_frame - a frame's header. @len: of what follows it. @stream: 31 bits. */
struct rj_http2_frame {
	uint32_t len;
	uint32_t stream;
	uint8_t type;
	uint8_t flags;
};

/*
 * rj_http2_frame_read - reads a frame's header. RJ_MALFORMED also where the length is none that
 * the type has, or the stream is none that it can be of.
 */
RJ_MUST_CHECK enum rj_status rj_http2_frame_read(struct rj_cursor *c, struct rj_http2_frame *out);

/* rj_http2_setting_name - of a setting's number; NULL: not known. */
const char *rj_http2_setting_name(uint16_t id);

/* rj_http2_error_name - of an error code; NULL: not known. */
const char *rj_http2_error_name(uint32_t code);

#endif
