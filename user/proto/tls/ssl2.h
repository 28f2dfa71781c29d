/* SPDX-License-Identifier: BSD-3-Clause */
/* Hellos of SSL 2, in which clients of before TLS 1.1 also offered later versions. */
#ifndef RJ_PROTO_TLS_SSL2_H
#define RJ_PROTO_TLS_SSL2_H

#include "core/cursor.h"

#define RJ_SSL2 0x0002u
#define RJ_SSL2_SPEC_BYTES 3u /* of a cipher spec; those of SSL 3 and TLS are 00 and the suite */

/*
 * The longest hello that is read. Ours: a client's has some 100 bytes, a server's one certificate.
 */
#define RJ_SSL2_HELLO_MAX 8191u

/*
 * struct rj_ssl2_hello - a hello taken apart; the cursors have hard ends and borrow the body.
 * @is_server:   SERVER-HELLO rather than CLIENT-HELLO
 * @version:     RJ_SSL2, or of a client a version of TLS
 * @specs:       cipher specs of 3 bytes each: offered, or what the server has of them
 * @session_id:  0 or 16 bytes; of a server its connection id
 * @challenge:   of a client, 16 to 32 bytes
 * @certificate: of a server, DER
 */
struct rj_ssl2_hello {
	bool is_server;
	uint16_t version;
	struct rj_cursor specs;
	struct rj_cursor session_id;
	struct rj_cursor challenge;
	struct rj_cursor certificate;
};

/*
 * rj_ssl2_hello_read - takes @body, a whole hello from its msg_type on, apart into *@out (RFC 5246
 * E.2; SSL 2.0 draft 02 2.5 and 2.6). RJ_MALFORMED: its lengths do not fill it, or a part is out of
 * its range.
 */
RJ_MUST_CHECK enum rj_status rj_ssl2_hello_read(struct rj_cursor body, struct rj_ssl2_hello *out);

/*
 * rj_ssl2_record - opens the record of a hello that @c starts with: two bytes of length with the
 * top bit set, up to RJ_SSL2_HELLO_MAX, and what a hello begins with (RFC 5246 E.2). RJ_MALFORMED:
 * it is not such a record.
 */
RJ_MUST_CHECK enum rj_status rj_ssl2_record(struct rj_cursor *c, struct rj_cursor *out);

/*
 * rj_ssl2_error_pass - passes over a record with an ERROR message, which a server sends instead of
 * its hello (SSL 2.0 draft 02, ERROR). RJ_MALFORMED: @c starts with something else.
 */
RJ_MUST_CHECK enum rj_status rj_ssl2_error_pass(struct rj_cursor *c);

#endif
