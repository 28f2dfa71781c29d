/* SPDX-License-Identifier: BSD-3-Clause */
/* The grammar of HTTP/1 heads: start line and fields (RFC 9112). */
#ifndef RJ_PROTO_COMMON_HTTP_HEAD_H
#define RJ_PROTO_COMMON_HTTP_HEAD_H

#include "core/cursor.h"

/* What servers take at most by default: 8 KiB (Apache, nginx, a line), 16 KiB (Node.js, a head). */
#define RJ_HTTP_MAX_HEAD 16384u

/*
 * struct rj_http_start - a request line (method, uri, version) or a status
 * line (version, code, reason); the others are empty. They borrow the input.
 * @code: three digits
 * @status: their value, 0 in a request
 */
struct rj_http_start {
	bool is_request;
	struct rj_cursor method;
	struct rj_cursor uri;
	struct rj_cursor version;
	struct rj_cursor code;
	struct rj_cursor reason;
	unsigned int status;
};

/*
 * struct rj_http_field - a header line.
 * @is_end: it was the empty line; name and value are not set
 * @name:   borrows the input
 * @value:  without white space at its ends, each line fold one space; borrows the input, or
 *          @folded when it has more than one line; what does not fit there is left out
 */
struct rj_http_field {
	bool is_end;
	struct rj_cursor name;
	struct rj_cursor value;
	uint8_t folded[RJ_HTTP_MAX_HEAD];
};

/*
 * rj_http_start_read - reads a start line. Lines end in CRLF or LF (RFC 9112
 * section 2.2), the reason may be left out with its space (met often).
 * RJ_TRUNCATED when a soft end comes before that of the line; RJ_MALFORMED
 * when a hard one does or the line is not that of HTTP/1; @c is then as it was.
 */
RJ_MUST_CHECK enum rj_status rj_http_start_read(struct rj_cursor *c, struct rj_http_start *out);

/*
 * rj_http_field_read - reads a header line with the lines folded onto it (RFC
 * 9112 section 5.2), or the empty line. Results as above; @out is undefined
 * unless RJ_OK. What is there decides: a line may yet be continued by bytes
 * that a soft end hides, which is harmless as no head ends there.
 */
RJ_MUST_CHECK enum rj_status rj_http_field_read(struct rj_cursor *c, struct rj_http_field *out);

/*
 * rj_http_start_guess - takes a start line that rj_http_start_read refuses by its words: the first
 * two, and what follows those. One that starts with HTTP/ is a response's; @out->status is 0.
 */
void rj_http_start_guess(struct rj_cursor *c, struct rj_http_start *out);

/*
 * rj_http_field_guess - takes from a line that rj_http_field_read refuses the next header, as what
 * is there about a colon; a lone CR also ends it. @line: what is left of the line. False: none.
 */
bool rj_http_field_guess(struct rj_cursor *line, struct rj_http_field *out);

#endif
