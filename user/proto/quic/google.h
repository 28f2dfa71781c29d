/* SPDX-License-Identifier: BSD-3-Clause */
/* Google's QUIC before it had TLS: the first packet of a client, which is not encrypted. */
#ifndef RJ_PROTO_QUIC_GOOGLE_H
#define RJ_PROTO_QUIC_GOOGLE_H

#include "core/cursor.h"

/*
 * struct rj_quic_hail - what a packet that names its version says; the cursors borrow it.
 * @has_chlo:   it carries a CHLO in the clear, which a client sends
 * @sni, @user_agent: tags SNI and UAID of that; empty: they are not there
 */
struct rj_quic_hail {
	uint32_t version;
	struct rj_cursor cid;
	struct rj_cursor sni;
	struct rj_cursor user_agent;
	bool has_chlo;
};

/*
 * rj_quic_hail_read - reads a datagram of Google's QUIC that names a version of Q001 to Q059 or of
 * T050 to T059 ("QUIC Wire Layout Specification"; from Q044 on with the header of the drafts of
 * that time). From Q050 on nothing behind the header is in the clear. RJ_MALFORMED: it is none.
 */
RJ_MUST_CHECK enum rj_status rj_quic_hail_read(struct rj_cursor datagram, struct rj_quic_hail *out);

#endif
