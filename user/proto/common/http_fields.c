/* SPDX-License-Identifier: BSD-3-Clause */
/* The field rows of `http`. */
#include "proto/common/http_fields.h"

/* clang-format off */
const struct rj_field rj_http_fields[RJ_HTTP_NUM_FIELDS] = {
	[RJ_HTTP_F_EXCHANGES] = { "http", RJ_TYPE_ARRAY, "", 0, "RFC 9112",
		"HTTP/1 messages of the flow, the first of each side together, the second, "
		"and so on." },
	[RJ_HTTP_F_EXCHANGE] = { "exchange", RJ_TYPE_OBJECT, "", 0, "RFC 9110 section 3.4",
		"A request and its final response, as far as each was seen; interim "
		"responses are left out." },
	[RJ_HTTP_F_OUT] = { "out", RJ_TYPE_ARRAY, "", 0, "RFC 9112 section 2",
		"Head of the originator's message, one object per part, in the order of the "
		"wire." },
	[RJ_HTTP_F_IN] = { "in", RJ_TYPE_ARRAY, "", 0, "RFC 9112 section 2",
		"Head of the responder's message, one object per part, in the order of the wire." },
	[RJ_HTTP_F_ELEMENT] = { "element", RJ_TYPE_OBJECT, "", 0, "RFC 9112 section 2",
		"One part of a message." },
	[RJ_HTTP_F_METHOD] = { "method", RJ_TYPE_STRING, "", 0, "RFC 9110 section 9",
		"Method of the request." },
	[RJ_HTTP_F_URI] = { "uri", RJ_TYPE_PATH, "", 0, "RFC 9112 section 3.2",
		"Target of the request as it was sent." },
	[RJ_HTTP_F_VERSION] = { "version", RJ_TYPE_STRING, "", 0, "RFC 9112 section 2.3",
		"Protocol version the sender names." },
	[RJ_HTTP_F_CODE] = { "code", RJ_TYPE_STRING, "", 0, "RFC 9110 section 15",
		"Status code of the response, three digits." },
	[RJ_HTTP_F_REASON] = { "reason", RJ_TYPE_STRING, "", 0, "RFC 9112 section 4",
		"Reason phrase of the response, left out when empty." },
	[RJ_HTTP_F_HEADER] = { "header", RJ_TYPE_STRING, "", 0, "RFC 9112 section 5",
		"Value of a header field under the field's own name." },
	[RJ_HTTP_F_HEADERS_SKIPPED] = { "headers_skipped", RJ_TYPE_UINT, "", 0, "",
		"Number of header fields left out after the first 64." },
	[RJ_HTTP_F_BODY] = { "body", RJ_TYPE_HEX, "", 0, "RFC 9112 section 6",
		"First 16 bytes of the body as sent, chunk sizes included; left out when it "
		"has none." },
	[RJ_HTTP_F_TRUNCATED] = { "truncated", RJ_TYPE_BOOL, "", 0, "",
		"The head is longer than what is kept of a connection, or its end was not captured." },
	[RJ_HTTP_F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "RFC 9112",
		"The message breaks the grammar. Of its head is shown what could be told apart; the "
		"rest of its side was not read." },
	[RJ_HTTP_F_SWITCHED_TO] = { "switched_to", RJ_TYPE_STRING, "", 0, "RFC 9110 section 7.8",
		"What the connection speaks from here on, as the response with code 101 says: "
		"websocket, h2c." },
	[RJ_HTTP_F_MORE] = { "more", RJ_TYPE_BOOL, "", 0, "",
		"Stands alone at the end: a side sent more messages than are kept." },
};
/* clang-format on */
