/* SPDX-License-Identifier: BSD-3-Clause */
/* What most DNS messages consist of, as steps (rejoice/record.h); for dns_message.c. */
#ifndef RJ_PROTO_COMMON_DNS_STEPS_H
#define RJ_PROTO_COMMON_DNS_STEPS_H

#include <rejoice/record.h>

#include "proto/common/dns_fields.h"
#include "proto/common/dns_wire.h"

/*
 * rj_dns_head_put - writes the first question @q of a message of DNS or mDNS, whose name is @name,
 * the identifier, of a response @rcode, and flags. False, and nothing is written: some of it has no
 * word.
 */
bool rj_dns_head_put(const struct rj_dns_header *h, const struct rj_dns_question *q,
		     const struct rj_dns_name *name, uint32_t rcode, struct rj_visitor *v);

enum rj_dns_section { RJ_DNS_ANSWER, RJ_DNS_AUTHORITY, RJ_DNS_ADDITIONAL };
extern const struct rj_step_word rj_dns_section_words[];

/*
 * struct rj_dns_run - addresses one after the other that are not written yet.
 * @steps: of all of them
 */
#define RJ_DNS_MAX_RUN 8u
#define RJ_DNS_ADDRESS_VALUES 7u
struct rj_dns_run {
	const struct rj_step *steps;
	size_t num;
	uint64_t values[RJ_DNS_MAX_RUN][RJ_DNS_ADDRESS_VALUES];
};

/*
 * rj_dns_address_len - how many bytes @r has of data if they are an address that is shown as it is
 * kept; else 0.
 */
static inline size_t rj_dns_address_len(const struct rj_dns_record *r)
{
	size_t len = r->type == RJ_DNS_TYPE_A ? 4 : r->type == RJ_DNS_TYPE_AAAA ? 16 : 0;

	if (r->class != RJ_DNS_CLASS_IN || r->rdata.c.left != len)
		return 0;
	return len == 16 && rj_dns_is_mapped(r->rdata.c.at) ? 0 : len;
}

/*
 * rj_dns_run_add - puts @r, which is an address, last of the run, of which some may be written;
 * its name stays where it is until all are.
 * rj_dns_run_put - writes all of them.
 */
void rj_dns_run_add(struct rj_dns_run *run, const struct rj_dns_record *r,
		    enum rj_dns_section section, const struct rj_dns_name *name,
		    struct rj_visitor *v);
void rj_dns_run_put(struct rj_dns_run *run, struct rj_visitor *v);

#endif
