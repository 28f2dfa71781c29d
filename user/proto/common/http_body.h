/* SPDX-License-Identifier: BSD-3-Clause */
/* Where HTTP/1 bodies end (RFC 9112 sections 6 and 7). */
#ifndef RJ_PROTO_COMMON_HTTP_BODY_H
#define RJ_PROTO_COMMON_HTTP_BODY_H

#include "proto/common/http_head.h"

/* How the end of the body that follows a head is found (RFC 9112 section 6.3). */
enum rj_http_body_kind {
	RJ_HTTP_BODY_NONE,	  /* the next byte starts a message */
	RJ_HTTP_BODY_LENGTH,	  /* after left bytes */
	RJ_HTTP_BODY_CHUNK_SIZE,  /* at a line with the size of a chunk */
	RJ_HTTP_BODY_CHUNK_DATA,  /* after left bytes a chunk ends */
	RJ_HTTP_BODY_CHUNK_END,	  /* at the line end behind a chunk */
	RJ_HTTP_BODY_TRAILER,	  /* at fields behind the last chunk */
	RJ_HTTP_BODY_UNTIL_CLOSE, /* with the connection */
};

/* struct rj_http_body - the body being passed over; a zeroed one is none. */
struct rj_http_body {
	enum rj_http_body_kind kind;
	uint64_t left;
};

/* What the fields of a head say about the body. */
struct rj_http_framing {
	uint64_t length;
	bool has_length;
	bool has_coding;
	bool is_chunked;
	bool is_upgrade;
	bool is_broken;
};

/* rj_http_framing_note - takes from @field of a head what it says about the body. */
void rj_http_framing_note(struct rj_http_framing *f, const struct rj_http_field *field);

/*
 * rj_http_framing_body - the body behind a head of start line @start, whose
 * fields gave @f (RFC 9112 section 6.3). @is_to_head, @is_to_connect: it is
 * the response to a request of method HEAD, CONNECT.
 */
struct rj_http_body rj_http_framing_body(const struct rj_http_framing *f,
					 const struct rj_http_start *start, bool is_to_head,
					 bool is_to_connect);

/*
 * rj_http_body_skip - passes over a piece of @body, which is not none. RJ_OK:
 * @c is at least a byte further. RJ_TRUNCATED, RJ_MALFORMED: @body is as it was.
 */
RJ_MUST_CHECK enum rj_status rj_http_body_skip(struct rj_http_body *body, struct rj_cursor *c);

#endif
