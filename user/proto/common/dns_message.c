/* SPDX-License-Identifier: BSD-3-Clause */
/* One DNS message, whatever carried it: how far it can be read, and writing it out. */
#include "proto/common/dns_message.h"

#include "proto/common/dns_fields.h"
#include "proto/common/dns_rdata.h"
#include "proto/common/dns_text.h"

#define MDNS_CLASS_FLAG 0x8000u
#define NOWHERE SIZE_MAX /* in no message */

/* struct named - the name written last: nearly all records of an answer have the question's. */
struct named {
	size_t place;
	struct rj_dns_name name;
};

/*
 * What the data of @r is like. The flush bit of mDNS is not looked at for
 * this: no class in use has it.
 */
static enum rj_status check_rdata(const struct rj_dns_record *r)
{
	return rj_dns_rdata_read(r, r->class & ~MDNS_CLASS_FLAG & 0xffff, NULL);
}

RJ_MUST_CHECK static enum rj_status scan_record(struct rj_dns_part *p, struct rj_dns_extent *e)
{
	struct rj_dns_record r;
	enum rj_status st = rj_dns_record_read(p, &r);

	if (st)
		return st;
	st = check_rdata(&r);
	if (st == RJ_TRUNCATED)
		return st;
	if (st)
		e->has_bad_rdata = true;
	if (r.type == RJ_DNS_TYPE_OPT)
		e->rcode_high = (uint8_t)(r.ttl >> 24);
	e->num_records++;
	return RJ_OK;
}

static uint32_t records_declared(const struct rj_dns_header *h)
{
	return (uint32_t)h->counts[RJ_DNS_AN] + h->counts[RJ_DNS_NS] + h->counts[RJ_DNS_AR];
}

/* As rj_dns_message_scan, over all of @p; the first name, unless @first is NULL, goes to there. */
static enum rj_status scan(struct rj_dns_part *p, struct named *first, struct rj_dns_extent *out)
{
	struct rj_dns_extent e = { .has_header = false };
	enum rj_status st = rj_dns_header_read(p, &e.header);

	e.has_header = !st;
	while (!st && e.num_questions < e.header.counts[RJ_DNS_QD]) {
		struct named *named = e.num_questions ? NULL : first;
		struct rj_dns_question q;

		st = rj_dns_question_read(p, named ? &named->name : NULL, &q);
		if (st)
			break;
		e.num_questions++;
		if (named)
			named->place = rj_dns_name_place(&q.name);
	}
	while (!st && e.num_records < records_declared(&e.header))
		st = scan_record(p, &e);
	e.trailing_bytes = p->c.left;
	*out = e;
	return st;
}

enum rj_status rj_dns_message_scan(struct rj_cursor bytes, struct rj_dns_extent *out)
{
	struct rj_dns_message message = rj_dns_message_init(bytes);
	struct rj_dns_part p = rj_dns_part_init(&message);

	return scan(&p, NULL, out);
}

static void put_text(struct rj_visitor *v, enum rj_dns_field f, const struct rj_dns_text *text)
{
	rj_dns_put_string(v, f, text->at, text->len);
}

static void put_name(struct rj_visitor *v, enum rj_dns_field f, struct rj_dns_part at,
		     struct named *last)
{
	size_t place = rj_dns_name_place(&at);
	bool is_known = place == last->place || !rj_dns_name_read(&at, &last->name);

	last->place = is_known ? place : NOWHERE;
	if (is_known)
		rj_dns_put_string(v, f, last->name.text, last->name.len);
}

static void put_type_class(const struct rj_dns_question *q, bool is_mdns, struct rj_visitor *v)
{
	struct rj_dns_text text;
	uint16_t class = q->class;

	rj_dns_type_text(q->type, &text);
	put_text(v, RJ_DNS_F_QT, &text);
	if (is_mdns)
		class &= ~MDNS_CLASS_FLAG & 0xffff;
	rj_dns_class_text(class, &text);
	put_text(v, RJ_DNS_F_QC, &text);
	if (class != q->class)
		rj_dns_put_boolean(v, RJ_DNS_F_QU, 1);
}

static void put_flags(const struct rj_dns_header *h, struct rj_visitor *v)
{
	static const struct {
		uint16_t bit;
		uint8_t len;
		char name[3];
	} flags[] = {
		{ RJ_DNS_QR, 2, "qr" }, { RJ_DNS_AA, 2, "aa" }, { RJ_DNS_TC, 2, "tc" },
		{ RJ_DNS_RD, 2, "rd" }, { RJ_DNS_RA, 2, "ra" }, { RJ_DNS_Z, 1, "z" },
		{ RJ_DNS_AD, 2, "ad" }, { RJ_DNS_CD, 2, "cd" },
	};

	rj_dns_put_open(v, RJ_DNS_F_FLAGS);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (h->flags & flags[i].bit)
			rj_dns_put_string(v, RJ_DNS_F_FLAG, flags[i].name, flags[i].len);
	rj_dns_put_close(v);
}

/* The header and, when it is there, the first question, in Joy's order. */
static void put_head(struct rj_dns_part *p, const struct rj_dns_extent *e, bool is_mdns,
		     struct named *last, struct rj_visitor *v)
{
	bool is_response = e->header.flags & RJ_DNS_QR;
	struct rj_dns_question q;
	bool has_question = e->num_questions && !rj_dns_question_again(p, &q);

	if (has_question)
		put_name(v, is_response ? RJ_DNS_F_RN : RJ_DNS_F_QN, q.name, last);
	rj_dns_put_u64(v, RJ_DNS_F_ID, e->header.id);
	if (has_question)
		put_type_class(&q, is_mdns, v);
	if (is_response)
		rj_dns_put_u64(v, RJ_DNS_F_RC,
			       (uint64_t)e->rcode_high << 4 | (e->header.flags & 0xfu));
	put_flags(&e->header, v);
	if (rj_dns_header_opcode(&e->header))
		rj_dns_put_u64(v, RJ_DNS_F_OPCODE, rj_dns_header_opcode(&e->header));
}

/* Passes the questions after the first, of which *@max_items at most are written. */
static void put_more_questions(struct rj_dns_part *p, uint32_t num, bool is_mdns,
			       uint32_t *max_items, struct named *last, struct rj_visitor *v)
{
	struct rj_dns_question q;

	if (!num)
		return;
	rj_dns_put_open(v, RJ_DNS_F_MORE_QUESTIONS);
	for (uint32_t i = 0; i < num && !rj_dns_question_again(p, &q); i++) {
		if (!*max_items)
			continue;
		--*max_items;
		rj_dns_put_open(v, RJ_DNS_F_QUESTION);
		put_name(v, RJ_DNS_F_NAME, q.name, last);
		put_type_class(&q, is_mdns, v);
		rj_dns_put_close(v);
	}
	rj_dns_put_close(v);
}

/* @may_be_bad: data of some record of the message is */
static void put_record(const struct rj_dns_record *r, const char *section, bool is_mdns,
		       bool may_be_bad, struct named *last, struct rj_visitor *v)
{
	uint16_t class = is_mdns ? r->class & ~MDNS_CLASS_FLAG & 0xffff : r->class;
	bool is_bad = may_be_bad && check_rdata(r) != RJ_OK;
	struct rj_dns_text text;

	rj_dns_put_open(v, RJ_DNS_F_RECORD);
	put_name(v, RJ_DNS_F_NAME, r->name, last);
	rj_dns_type_text(r->type, &text);
	put_text(v, RJ_DNS_F_TYPE, &text);
	rj_dns_put_string(v, RJ_DNS_F_SECTION, section, 2);
	if (!is_bad)
		is_bad = rj_dns_rdata_read(r, class, v) != RJ_OK;
	if (is_bad) {
		rj_dns_rdata_put_raw(r, v);
		rj_dns_put_boolean(v, RJ_DNS_F_MALFORMED, 1);
	}
	if (r->class != class && r->type != RJ_DNS_TYPE_OPT)
		rj_dns_put_boolean(v, RJ_DNS_F_FLUSH, 1);
	rj_dns_put_u64(v, RJ_DNS_F_TTL, r->ttl);
	rj_dns_put_close(v);
}

/* Two letters. */
static const char *section_of(const struct rj_dns_header *h, uint32_t index)
{
	if (index < h->counts[RJ_DNS_AN])
		return "an";
	return index - h->counts[RJ_DNS_AN] < h->counts[RJ_DNS_NS] ? "ns" : "ar";
}

static void put_records(struct rj_dns_part *p, const struct rj_dns_extent *e, bool is_mdns,
			uint32_t max_items, struct named *last, struct rj_visitor *v)
{
	uint32_t num = e->num_records < max_items ? e->num_records : max_items;
	struct rj_dns_record r;

	if (!num)
		return;
	rj_dns_put_open(v, RJ_DNS_F_RR);
	for (uint32_t i = 0; i < num && !rj_dns_record_again(p, &r); i++)
		put_record(&r, section_of(&e->header, i), is_mdns, e->has_bad_rdata, last, v);
	rj_dns_put_close(v);
}

static void put_end(enum rj_status st, const struct rj_dns_extent *e, uint32_t num_skipped,
		    struct rj_visitor *v)
{
	if (num_skipped)
		rj_dns_put_u64(v, RJ_DNS_F_RR_SKIPPED, num_skipped);
	if (!st && e->trailing_bytes)
		rj_dns_put_u64(v, RJ_DNS_F_TRAILING_BYTES, e->trailing_bytes);
	if (st == RJ_TRUNCATED)
		rj_dns_put_boolean(v, RJ_DNS_F_TRUNCATED, 1);
	if (st == RJ_MALFORMED || e->has_bad_rdata)
		rj_dns_put_boolean(v, RJ_DNS_F_MALFORMED, 1);
}

void rj_dns_message_emit(struct rj_cursor bytes, uint32_t *room, bool is_mdns, struct rj_visitor *v)
{
	struct rj_dns_message message = rj_dns_message_init(bytes);
	struct rj_dns_part ahead = rj_dns_part_init(&message), p = ahead;
	struct rj_dns_header unused;
	struct rj_dns_extent e;
	struct named last;
	enum rj_status st;
	uint32_t num_more, num_all, max_items;

	last.place = NOWHERE; /* its kilobyte needs no zeros */
	st = scan(&ahead, &last, &e);
	num_more = e.num_questions > 1 ? e.num_questions - 1 : 0;
	num_all = e.num_questions + e.num_records;
	max_items = num_all < *room ? num_all : *room;
	rj_dns_put_open(v, RJ_DNS_F_MESSAGE);
	if (e.has_header && !rj_dns_header_read(&p, &unused)) {
		uint32_t left = max_items;

		put_head(&p, &e, is_mdns, &last, v);
		put_more_questions(&p, num_more, is_mdns, &left, &last, v);
		put_records(&p, &e, is_mdns, left, &last, v);
	}
	num_more += e.num_records;
	put_end(st, &e, num_more > max_items ? num_more - max_items : 0, v);
	rj_dns_put_close(v);
	*room -= max_items;
}
