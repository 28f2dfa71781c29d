/* SPDX-License-Identifier: BSD-3-Clause */
/* Which query of a flow a message answers or repeats. */
#ifndef RJ_PROTO_DNS_EXCHANGE_H
#define RJ_PROTO_DNS_EXCHANGE_H

#include "proto/common/dns_message.h"

#define RJ_DNS_MAX_MESSAGES 200u /* a side; Joy's */

/*
 * struct rj_dns_said - one message.
 * @bytes: from its header on, which is there
 * @index: among the messages of the flow
 */
struct rj_dns_said {
	struct rj_cursor bytes;
	uint64_t time_ns;
	uint32_t index;
	uint16_t id;
	uint8_t side;
	bool is_response;
};

/* struct rj_dns_exchange - queries of both sides; only what @num counts is set. */
struct rj_dns_exchange {
	uint32_t num[2];
	struct {
		struct rj_dns_said said;
		bool is_answered;
	} asked[2][RJ_DNS_MAX_MESSAGES];
};

/* rj_dns_exchange_init - no query as yet. */
void rj_dns_exchange_init(struct rj_dns_exchange *x);

/*
 * rj_dns_exchange_take - the next message in the order of time; *@out is set as struct
 * rj_dns_about has it, but for its kind. A response answers the last query of the other side that
 * has its identifier and its question, letters of either case (RFC 1035 section 2.3.3); one
 * without a question has only the identifier. A query that has those of one without an answer
 * repeats it, and the answer is to the first of them. What there are more of than
 * RJ_DNS_MAX_MESSAGES is not kept.
 */
void rj_dns_exchange_take(struct rj_dns_exchange *x, const struct rj_dns_said *said,
			  struct rj_dns_about *out);

#endif
