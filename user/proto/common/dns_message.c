/* SPDX-License-Identifier: BSD-3-Clause */
/* One DNS message, whatever carried it: how far it can be read, and writing it out. */
#include "proto/common/dns_message.h"

#include "proto/common/dns_fields.h"
#include "proto/common/dns_nbns.h"
#include "proto/common/dns_rdata.h"
#include "proto/common/dns_text.h"

#define MDNS_CLASS_FLAG 0x8000u
#define NOWHERE SIZE_MAX /* in no message */

/* struct named - the name written last: nearly all records of an answer have the question's. */
struct named {
	size_t place;
	struct rj_dns_name name;
};

RJ_MUST_CHECK static enum rj_status read_rdata(const struct rj_dns_record *r, uint16_t class,
					       enum rj_dns_kind kind, struct rj_visitor *v)
{
	if (kind == RJ_DNS_NBNS && rj_dns_nbns_type_text(r->type))
		return rj_dns_nbns_rdata_read(r, v);
	return rj_dns_rdata_read(r, class, v);
}

/*
 * What the data of @r is like. The flush bit of mDNS is not looked at for
 * this: no class in use has it.
 */
static enum rj_status check_rdata(const struct rj_dns_record *r, enum rj_dns_kind kind)
{
	return read_rdata(r, r->class & ~MDNS_CLASS_FLAG & 0xffff, kind, NULL);
}

RJ_MUST_CHECK static enum rj_status scan_record(struct rj_dns_part *p, enum rj_dns_kind kind,
						struct rj_dns_extent *e)
{
	struct rj_dns_record r;
	enum rj_status st = rj_dns_record_read(p, &r);

	if (st)
		return st;
	st = check_rdata(&r, kind);
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
static enum rj_status scan(struct rj_dns_part *p, enum rj_dns_kind kind, struct named *first,
			   struct rj_dns_extent *out)
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
		if (!named)
			continue;
		named->place = rj_dns_name_place(&q.name);
		if (kind == RJ_DNS_NBNS)
			rj_dns_nbns_name_decode(&named->name);
	}
	while (!st && e.num_records < records_declared(&e.header))
		st = scan_record(p, kind, &e);
	e.trailing_bytes = p->c.left;
	*out = e;
	return st;
}

enum rj_status rj_dns_message_scan(struct rj_cursor bytes, struct rj_dns_extent *out)
{
	struct rj_dns_message message = rj_dns_message_init(bytes);
	struct rj_dns_part p = rj_dns_part_init(&message);

	return scan(&p, RJ_DNS_UNICAST, NULL, out);
}

static void put_text(struct rj_visitor *v, enum rj_dns_field f, const struct rj_dns_text *text)
{
	rj_dns_put_string(v, f, text->at, text->len);
}

static void put_type(struct rj_visitor *v, enum rj_dns_field f, uint16_t type,
		     enum rj_dns_kind kind)
{
	const char *own = kind == RJ_DNS_NBNS ? rj_dns_nbns_type_text(type) : NULL;
	struct rj_dns_text text;

	if (own) {
		rj_dns_put_string(v, f, own, strlen(own));
	} else {
		rj_dns_type_text(type, &text);
		put_text(v, f, &text);
	}
}

static bool read_name(struct rj_dns_part at, size_t place, enum rj_dns_kind kind,
		      struct named *last)
{
	last->place = NOWHERE;
	if (rj_dns_name_read(&at, &last->name))
		return false;
	if (kind == RJ_DNS_NBNS)
		rj_dns_nbns_name_decode(&last->name);
	last->place = place;
	return true;
}

static void put_name(struct rj_visitor *v, enum rj_dns_field f, struct rj_dns_part at,
		     enum rj_dns_kind kind, struct named *last)
{
	size_t place = rj_dns_name_place(&at);

	if (place == last->place || read_name(at, place, kind, last))
		rj_dns_put_string(v, f, last->name.text, last->name.len);
}

static void put_type_class(const struct rj_dns_question *q, enum rj_dns_kind kind,
			   struct rj_visitor *v)
{
	struct rj_dns_text text;
	uint16_t class = q->class;

	put_type(v, RJ_DNS_F_QT, q->type, kind);
	if (kind == RJ_DNS_MDNS)
		class &= ~MDNS_CLASS_FLAG & 0xffff;
	rj_dns_class_text(class, &text);
	put_text(v, RJ_DNS_F_QC, &text);
	if (class != q->class)
		rj_dns_put_boolean(v, RJ_DNS_F_QU, 1);
}

struct flag {
	uint16_t bit;
	uint8_t len;
	char name[3];
};

#define NUM_FLAGS 8

/* In LLMNR and NBNS bits of DNS have other meanings; what has none there is not told. */
static const struct flag flags_of_dns[NUM_FLAGS] = {
	{ RJ_DNS_QR, 2, "qr" }, { RJ_DNS_AA, 2, "aa" }, { RJ_DNS_TC, 2, "tc" },
	{ RJ_DNS_RD, 2, "rd" }, { RJ_DNS_RA, 2, "ra" }, { RJ_DNS_Z, 1, "z" },
	{ RJ_DNS_AD, 2, "ad" }, { RJ_DNS_CD, 2, "cd" },
};
static const struct flag flags_of_llmnr[NUM_FLAGS] = {
	{ RJ_DNS_QR, 2, "qr" },
	{ RJ_DNS_AA, 1, "c" }, /* conflict */
	{ RJ_DNS_TC, 2, "tc" },
	{ RJ_DNS_RD, 1, "t" }, /* tentative */
};
static const struct flag flags_of_nbns[NUM_FLAGS] = {
	{ RJ_DNS_QR, 2, "qr" }, { RJ_DNS_AA, 2, "aa" }, { RJ_DNS_TC, 2, "tc" },
	{ RJ_DNS_RD, 2, "rd" }, { RJ_DNS_RA, 2, "ra" }, { RJ_DNS_CD, 1, "b" }, /* broadcast */
};

static const struct flag *const flags_of[] = {
	[RJ_DNS_UNICAST] = flags_of_dns,
	[RJ_DNS_MDNS] = flags_of_dns,
	[RJ_DNS_LLMNR] = flags_of_llmnr,
	[RJ_DNS_NBNS] = flags_of_nbns,
};

static void put_flags(const struct rj_dns_header *h, enum rj_dns_kind kind, struct rj_visitor *v)
{
	const struct flag *flags = flags_of[kind];

	rj_dns_put_open(v, RJ_DNS_F_FLAGS);
	for (size_t i = 0; i < NUM_FLAGS; i++)
		if (h->flags & flags[i].bit)
			rj_dns_put_string(v, RJ_DNS_F_FLAG, flags[i].name, flags[i].len);
	rj_dns_put_close(v);
}

static void put_about(const struct rj_dns_about *about, struct rj_visitor *v)
{
	static const char kinds[][6] = { "", "mdns", "llmnr", "nbns" };

	if (about->kind)
		rj_dns_put_string(v, RJ_DNS_F_SERVICE, kinds[about->kind],
				  strlen(kinds[about->kind]));
	if (!about->has_query)
		return;
	rj_dns_put_u64(v, RJ_DNS_F_QUERY, about->query);
	if (about->is_again)
		rj_dns_put_boolean(v, RJ_DNS_F_RETRANSMISSION, 1);
	else
		rj_dns_put_u64(v, RJ_DNS_F_RESPONSE_US, about->response_ns / 1000);
}

/* The header and, when it is there, the first question, in Joy's order. */
static void put_head(struct rj_dns_part *p, const struct rj_dns_extent *e, enum rj_dns_kind kind,
		     struct named *last, struct rj_visitor *v)
{
	bool is_response = e->header.flags & RJ_DNS_QR;
	struct rj_dns_question q;
	bool has_question = e->num_questions && !rj_dns_question_again(p, &q);

	if (has_question)
		put_name(v, is_response ? RJ_DNS_F_RN : RJ_DNS_F_QN, q.name, kind, last);
	rj_dns_put_u64(v, RJ_DNS_F_ID, e->header.id);
	if (has_question)
		put_type_class(&q, kind, v);
	if (is_response)
		rj_dns_put_u64(v, RJ_DNS_F_RC,
			       (uint64_t)e->rcode_high << 4 | (e->header.flags & 0xfu));
	put_flags(&e->header, kind, v);
	if (rj_dns_header_opcode(&e->header))
		rj_dns_put_u64(v, RJ_DNS_F_OPCODE, rj_dns_header_opcode(&e->header));
}

/* Passes the questions after the first, of which *@max_items at most are written. */
static void put_more_questions(struct rj_dns_part *p, uint32_t num, enum rj_dns_kind kind,
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
		put_name(v, RJ_DNS_F_NAME, q.name, kind, last);
		put_type_class(&q, kind, v);
		rj_dns_put_close(v);
	}
	rj_dns_put_close(v);
}

/* @may_be_bad: data of some record of the message is */
static void put_record(const struct rj_dns_record *r, const char *section, enum rj_dns_kind kind,
		       bool may_be_bad, struct named *last, struct rj_visitor *v)
{
	uint16_t class = kind == RJ_DNS_MDNS ? r->class & ~MDNS_CLASS_FLAG & 0xffff : r->class;
	bool is_bad = may_be_bad && check_rdata(r, kind) != RJ_OK;

	rj_dns_put_open(v, RJ_DNS_F_RECORD);
	put_name(v, RJ_DNS_F_NAME, r->name, kind, last);
	put_type(v, RJ_DNS_F_TYPE, r->type, kind);
	rj_dns_put_string(v, RJ_DNS_F_SECTION, section, 2);
	if (!is_bad)
		is_bad = read_rdata(r, class, kind, v) != RJ_OK;
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

static void put_records(struct rj_dns_part *p, const struct rj_dns_extent *e, enum rj_dns_kind kind,
			uint32_t max_items, struct named *last, struct rj_visitor *v)
{
	uint32_t num = e->num_records < max_items ? e->num_records : max_items;
	struct rj_dns_record r;

	if (!num)
		return;
	rj_dns_put_open(v, RJ_DNS_F_RR);
	for (uint32_t i = 0; i < num && !rj_dns_record_again(p, &r); i++)
		put_record(&r, section_of(&e->header, i), kind, e->has_bad_rdata, last, v);
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

void rj_dns_message_emit(struct rj_cursor bytes, uint32_t *room, const struct rj_dns_about *about,
			 struct rj_visitor *v)
{
	struct rj_dns_message message = rj_dns_message_init(bytes);
	struct rj_dns_part ahead = rj_dns_part_init(&message), p = ahead;
	struct rj_dns_header unused;
	struct rj_dns_extent e;
	struct named last;
	enum rj_status st;
	uint32_t num_more, num_all, max_items;

	last.place = NOWHERE; /* its kilobyte needs no zeros */
	st = scan(&ahead, about->kind, &last, &e);
	num_more = e.num_questions > 1 ? e.num_questions - 1 : 0;
	num_all = e.num_questions + e.num_records;
	max_items = num_all < *room ? num_all : *room;
	rj_dns_put_open(v, RJ_DNS_F_MESSAGE);
	if (e.has_header && !rj_dns_header_read(&p, &unused)) {
		uint32_t left = max_items;

		put_head(&p, &e, about->kind, &last, v);
		put_about(about, v);
		put_more_questions(&p, num_more, about->kind, &left, &last, v);
		put_records(&p, &e, about->kind, left, &last, v);
	}
	num_more += e.num_records;
	put_end(st, &e, num_more > max_items ? num_more - max_items : 0, v);
	rj_dns_put_close(v);
	*room -= max_items;
}
