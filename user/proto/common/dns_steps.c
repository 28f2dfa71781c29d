/* SPDX-License-Identifier: BSD-3-Clause */
/* What most DNS messages consist of, as steps (rejoice/record.h). */
#include "proto/common/dns_steps.h"

#include "core/visitor.h"
#include "proto/common/dns_fields.h"
#include "proto/common/dns_text.h"

/* Of each bit, as in flags_of_dns of dns_message.c. */
#define FLAGS                                                                                      \
	(RJ_DNS_QR | RJ_DNS_AA | RJ_DNS_TC | RJ_DNS_RD | RJ_DNS_RA | RJ_DNS_Z | RJ_DNS_AD |        \
	 RJ_DNS_CD)
static const struct rj_step_word flag_words[16] = {
	[15] = { "qr", 2 }, [10] = { "aa", 2 }, [9] = { "tc", 2 }, [8] = { "rd", 2 },
	[7] = { "ra", 2 },  [6] = { "z", 1 },	[5] = { "ad", 2 }, [4] = { "cd", 2 },
};

const struct rj_step_word rj_dns_section_words[] = {
	[RJ_DNS_ANSWER] = { "an", 2 },
	[RJ_DNS_AUTHORITY] = { "ns", 2 },
	[RJ_DNS_ADDITIONAL] = { "ar", 2 },
};

/* clang-format off */
#define STEP(call, field, words) { RJ_STEP_##call, &rj_dns_fields[RJ_DNS_F_##field], words }
#define CLOSE { RJ_STEP_CLOSE, NULL, NULL }
#define FLAG STEP(WORD, FLAG, flag_words),
#define QUESTION(name)                                                                             \
	STEP(STRING, name, NULL), STEP(U64, ID, NULL), STEP(WORD, QT, rj_dns_type_words),          \
	STEP(WORD, QC, rj_dns_class_words)
#define QUERY(flags) { QUESTION(QN), STEP(OPEN, FLAGS, NULL), flags CLOSE }
#define RESPONSE(flags)                                                                            \
	{ QUESTION(RN), STEP(U64, RC, NULL), STEP(OPEN, FLAGS, NULL), flags CLOSE }

#define MAX_FLAGS 5u
#define QUERY_STEPS 6u /* without flags */
#define RESPONSE_STEPS 7u
static const struct rj_step queries[MAX_FLAGS + 1][QUERY_STEPS + MAX_FLAGS] = {
	QUERY(), QUERY(FLAG), QUERY(FLAG FLAG), QUERY(FLAG FLAG FLAG), QUERY(FLAG FLAG FLAG FLAG),
	QUERY(FLAG FLAG FLAG FLAG FLAG),
};
static const struct rj_step responses[MAX_FLAGS + 1][RESPONSE_STEPS + MAX_FLAGS] = {
	RESPONSE(), RESPONSE(FLAG), RESPONSE(FLAG FLAG), RESPONSE(FLAG FLAG FLAG),
	RESPONSE(FLAG FLAG FLAG FLAG), RESPONSE(FLAG FLAG FLAG FLAG FLAG),
};

#define ADDRESS(field)                                                                             \
	{ STEP(OPEN, RECORD, NULL), STEP(STRING, NAME, NULL),                                      \
	  STEP(WORD, TYPE, rj_dns_type_words), STEP(WORD, SECTION, rj_dns_section_words),          \
	  STEP(ADDRESS, field, NULL), STEP(U64, TTL, NULL), CLOSE }
#define ADDRESS_STEPS 7u
static const struct rj_step a[ADDRESS_STEPS] = ADDRESS(A);
static const struct rj_step aaaa[ADDRESS_STEPS] = ADDRESS(AAAA);
/* clang-format on */

static bool is_in_words(const struct rj_dns_question *q)
{
	return q->type < RJ_DNS_NUM_TYPE_WORDS && rj_dns_type_words[q->type].len &&
	       q->class < RJ_DNS_NUM_CLASS_WORDS && rj_dns_class_words[q->class].len;
}

bool rj_dns_head_put(const struct rj_dns_header *h, const struct rj_dns_question *q,
		     const struct rj_dns_name *name, uint32_t rcode, struct rj_visitor *v)
{
	uint64_t values[6 + MAX_FLAGS];
	bool is_response = h->flags & RJ_DNS_QR;
	uint64_t *flags = values + (is_response ? 6 : 5);
	unsigned int bits = h->flags & FLAGS;
	size_t num = 0;

	if (!is_in_words(q))
		return false;
	for (; bits && num < MAX_FLAGS; num++) {
		unsigned int highest = 31u - (unsigned int)__builtin_clz(bits);

		flags[num] = highest;
		bits ^= 1u << highest;
	}
	if (bits)
		return false;
	rj_step_bytes(values, name->text, name->len);
	values[2] = h->id;
	values[3] = q->type;
	values[4] = q->class;
	if (is_response)
		values[5] = rcode;
	if (is_response)
		rj_visitor_steps(v, responses[num], RESPONSE_STEPS + num, values, 1);
	else
		rj_visitor_steps(v, queries[num], QUERY_STEPS + num, values, 1);
	return true;
}

void rj_dns_run_put(struct rj_dns_run *run, struct rj_visitor *v)
{
	if (run->num)
		rj_visitor_steps(v, run->steps, ADDRESS_STEPS, run->values[0], run->num);
	run->num = 0;
}

void rj_dns_run_add(struct rj_dns_run *run, const struct rj_dns_record *r,
		    enum rj_dns_section section, const struct rj_dns_name *name,
		    struct rj_visitor *v)
{
	const struct rj_step *steps = r->type == RJ_DNS_TYPE_A ? a : aaaa;
	uint8_t addr[16] = { [10] = 0xff, [11] = 0xff };
	uint64_t *values;

	if (run->num == RJ_DNS_MAX_RUN || (run->num && run->steps != steps))
		rj_dns_run_put(run, v);
	run->steps = steps;
	values = run->values[run->num++];
	if (r->rdata.c.left == 4)
		memcpy(addr + 12, r->rdata.c.at, 4);
	else
		memcpy(addr, r->rdata.c.at, 16);
	rj_step_bytes(values, name->text, name->len);
	values[2] = r->type;
	values[3] = section;
	rj_step_address(values + 4, addr);
	values[6] = r->ttl;
}
