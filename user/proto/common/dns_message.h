/* SPDX-License-Identifier: BSD-3-Clause */
/* One DNS message, whatever carried it: how far it can be read, and writing it out. */
#ifndef RJ_PROTO_COMMON_DNS_MESSAGE_H
#define RJ_PROTO_COMMON_DNS_MESSAGE_H

#include <rejoice/record.h>

#include "proto/common/dns_wire.h"

/* enum rj_dns_kind - whose rules hold for what names, classes, types and flags mean. */
enum rj_dns_kind {
	RJ_DNS_UNICAST,
	RJ_DNS_MDNS,  /* the top bit of classes is a flag, RFC 6762 section 18 */
	RJ_DNS_LLMNR, /* RFC 4795 section 2.1.1 */
	RJ_DNS_NBNS,  /* RFC 1002 section 4.2 */
};

/*
 * struct rj_dns_about - what is known of a message beside its bytes.
 * @has_query: it answers, or with @is_again repeats, the message of the flow at place @query
 * @response_ns: of an answer, since then
 */
struct rj_dns_about {
	enum rj_dns_kind kind;
	bool has_query;
	bool is_again;
	uint32_t query;
	uint64_t response_ns;
};

/*
 * struct rj_dns_extent - how far a message can be read.
 * @header:  all zero when num_items is 0 and the message is shorter than one
 * @has_header: it is there
 * @num_questions, @num_records: of each, how many are there in full, from the start
 * @rcode_high: the upper eight bits of the response code, from OPT
 * @has_bad_rdata: some record is there in full and its data breaks its type's format
 * @trailing_bytes: behind the last thing read
 */
struct rj_dns_extent {
	struct rj_dns_header header;
	bool has_header;
	uint32_t num_questions;
	uint32_t num_records;
	uint8_t rcode_high;
	bool has_bad_rdata;
	size_t trailing_bytes;
};

/*
 * struct rj_dns_names - names as text, of all messages of a flow: an answer has the name of its
 * query, and nearly all of its records do.
 * @octets: of the question's name that was read last, none (left 0) at first; they are borrowed
 * @kind: of its message
 * @place, @other_place: where those names are in the message at hand
 */
struct rj_dns_names {
	struct rj_cursor octets;
	enum rj_dns_kind kind;
	size_t place;
	size_t other_place;
	struct rj_dns_name question;
	struct rj_dns_name other;
};

/*
 * rj_dns_message_scan - reads the message @bytes and says in *@out, which is
 * set whatever is returned, how far that went. RJ_OK: to what its counts
 * declare. RJ_TRUNCATED: to the soft end. RJ_MALFORMED: to a broken rule.
 */
enum rj_status rj_dns_message_scan(struct rj_cursor bytes, struct rj_dns_extent *out);

/*
 * rj_dns_message_emit - writes the message @bytes to @v as one object: what
 * rj_dns_message_scan can read of it, of questions after the first and records
 * together @room at most, from which it takes what the message has, and what @about says. The
 * bytes of messages that were written with the same @names, of which rj_dns_names_init makes the
 * first, stay as they are.
 */
void rj_dns_names_init(struct rj_dns_names *names);
void rj_dns_message_emit(struct rj_cursor bytes, uint32_t *room, const struct rj_dns_about *about,
			 struct rj_dns_names *names, struct rj_visitor *v);

#endif
