/* SPDX-License-Identifier: BSD-3-Clause */
/* Where FTP's data connections go to, in its four notations. */
#ifndef RJ_PROTO_FTP_ENDPOINT_H
#define RJ_PROTO_FTP_ENDPOINT_H

#include "core/cursor.h"

/* struct rj_endpoint - @address: IPv4 as ::ffff:a.b.c.d */
struct rj_endpoint {
	uint8_t address[16];
	uint16_t port;
	bool has_address;
};

/* rj_endpoint_of_port - h1,h2,h3,h4,p1,p2: RFC 959 4.1.2. Of all: false where it is none. */
bool rj_endpoint_of_port(struct rj_cursor argument, struct rj_endpoint *out);

/* rj_endpoint_of_pasv - the same within text: RFC 1123 4.1.2.6. */
bool rj_endpoint_of_pasv(struct rj_cursor text, struct rj_endpoint *out);

/* rj_endpoint_of_eprt - |1|192.0.2.1|6275| or |2|2001:db8::1|6275|: RFC 2428 2. */
bool rj_endpoint_of_eprt(struct rj_cursor argument, struct rj_endpoint *out);

/* rj_endpoint_of_epsv - (|||6446|) within text, without an address: RFC 2428 3. */
bool rj_endpoint_of_epsv(struct rj_cursor text, struct rj_endpoint *out);

#endif
