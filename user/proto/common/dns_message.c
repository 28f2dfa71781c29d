/* SPDX-License-Identifier: BSD-3-Clause */
/* One DNS message, whatever carried it: how far it can be read, and writing it out. */
#include "proto/common/dns_message.h"

#include "proto/common/dns_fields.h"
#include "proto/common/dns_nbns.h"
#include "proto/common/dns_rdata.h"
#include "proto/common/dns_steps.h"
#include "proto/common/dns_text.h"

#define MDNS_CLASS_FLAG 0x8000u
#define NOWHERE SIZE_MAX /* in no message */

#define MAX_KEPT 8u /* records of a message that are not read again; most have fewer */

/*
 * struct reading - how far a message can be read, and what was read, to be written.
 * @question: the first, if there is one
 * @records: as many as there are of the first ones
 * @behind_question, @behind_records: what follows them
 */
struct reading {
	struct rj_dns_extent e;
	struct rj_dns_question question;
	struct rj_dns_part behind_question;
	struct rj_dns_part behind_records;
	struct rj_dns_record records[MAX_KEPT];
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

/* The next record; what it is like and, of the first ones, itself goes to @out. */
RJ_MUST_CHECK static enum rj_status scan_record(struct rj_dns_part *p, enum rj_dns_kind kind,
						struct reading *out)
{
	struct rj_dns_record unkept;
	struct rj_dns_record *r =
		out->e.num_records < MAX_KEPT ? &out->records[out->e.num_records] : &unkept;
	enum rj_status st = rj_dns_record_read(p, r);

	if (st)
		return st;
	if (!rj_dns_address_len(r))
		st = check_rdata(r, kind);
	if (st == RJ_TRUNCATED)
		return st;
	if (st)
		out->e.has_bad_rdata = true;
	if (r->type == RJ_DNS_TYPE_OPT)
		out->e.rcode_high = (uint8_t)(r->ttl >> 24);
	if (out->e.num_records++ < MAX_KEPT)
		out->behind_records = *p;
	return RJ_OK;
}

static uint32_t records_declared(const struct rj_dns_header *h)
{
	return (uint32_t)h->counts[RJ_DNS_AN] + h->counts[RJ_DNS_NS] + h->counts[RJ_DNS_AR];
}

/* The first question; the text of its name goes to @names, unless that is NULL or has it. */
RJ_MUST_CHECK static enum rj_status scan_first(struct rj_dns_part *p, enum rj_dns_kind kind,
					       struct rj_dns_names *names, struct reading *out)
{
	struct rj_dns_question *q = &out->question;
	enum rj_status st;

	if (!names)
		return rj_dns_question_read(p, NULL, q);
	if (names->kind != kind || !rj_dns_question_same(p, names->octets, q)) {
		names->octets.left = 0;
		names->kind = kind;
		st = rj_dns_question_read(p, &names->question, q);
		if (st)
			return st;
		names->octets = rj_dns_name_octets(&q->name);
		if (kind == RJ_DNS_NBNS)
			rj_dns_nbns_name_decode(&names->question);
	}
	names->place = rj_dns_name_place(&q->name);
	out->behind_question = *p;
	return RJ_OK;
}

/* As rj_dns_message_scan, over all of @p; the first name, unless @names is NULL, goes to there. */
static enum rj_status scan(struct rj_dns_part *p, enum rj_dns_kind kind, struct rj_dns_names *names,
			   struct reading *out)
{
	struct rj_dns_extent *e = &out->e;
	enum rj_status st;

	*e = (struct rj_dns_extent){ .has_header = false };
	st = rj_dns_header_read(p, &e->header);
	e->has_header = !st;
	while (!st && e->num_questions < e->header.counts[RJ_DNS_QD]) {
		struct rj_dns_question q;

		st = e->num_questions ? rj_dns_question_read(p, NULL, &q) :
					scan_first(p, kind, names, out);
		e->num_questions += !st;
	}
	while (!st && e->num_records < records_declared(&e->header))
		st = scan_record(p, kind, out);
	e->trailing_bytes = p->c.left;
	return st;
}

enum rj_status rj_dns_message_scan(struct rj_cursor bytes, struct rj_dns_extent *out)
{
	struct rj_dns_message message = rj_dns_message_init(bytes);
	struct rj_dns_part p = rj_dns_part_init(&message);
	struct reading r;
	enum rj_status st = scan(&p, RJ_DNS_UNICAST, NULL, &r);

	*out = r.e;
	return st;
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

static bool read_other(struct rj_dns_part at, size_t place, enum rj_dns_kind kind,
		       struct rj_dns_names *names)
{
	names->other_place = NOWHERE;
	if (rj_dns_name_read(&at, &names->other))
		return false;
	if (kind == RJ_DNS_NBNS)
		rj_dns_nbns_name_decode(&names->other);
	names->other_place = place;
	return true;
}

/* The text of the name at @at; NULL when it cannot be read. */
static const struct rj_dns_name *name_at(const struct rj_dns_part *at, enum rj_dns_kind kind,
					 struct rj_dns_names *names)
{
	size_t place = rj_dns_name_place(at);

	if (place == names->place)
		return &names->question;
	if (place == names->other_place || read_other(*at, place, kind, names))
		return &names->other;
	return NULL;
}

static void put_name(struct rj_visitor *v, enum rj_dns_field f, const struct rj_dns_part *at,
		     enum rj_dns_kind kind, struct rj_dns_names *names)
{
	const struct rj_dns_name *name = name_at(at, kind, names);

	if (name)
		rj_dns_put_string(v, f, name->text, name->len);
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
static void put_head(const struct reading *r, enum rj_dns_kind kind, struct rj_dns_names *names,
		     struct rj_visitor *v)
{
	const struct rj_dns_header *h = &r->e.header;
	const struct rj_dns_question *q = r->e.num_questions ? &r->question : NULL;
	const struct rj_dns_name *name = q ? name_at(&q->name, kind, names) : NULL;
	bool is_response = h->flags & RJ_DNS_QR;
	uint32_t rcode = (uint32_t)r->e.rcode_high << 4 | (h->flags & 0xfu);

	if (name && kind <= RJ_DNS_MDNS && rj_dns_head_put(h, q, name, rcode, v))
		return;
	if (name)
		rj_dns_put_string(v, is_response ? RJ_DNS_F_RN : RJ_DNS_F_QN, name->text,
				  name->len);
	rj_dns_put_u64(v, RJ_DNS_F_ID, h->id);
	if (q)
		put_type_class(q, kind, v);
	if (is_response)
		rj_dns_put_u64(v, RJ_DNS_F_RC, rcode);
	put_flags(h, kind, v);
}

/* The @num questions after the first, of which *@max_items at most are written. */
static void put_more_questions(const struct reading *r, uint32_t num, enum rj_dns_kind kind,
			       uint32_t *max_items, struct rj_dns_names *names,
			       struct rj_visitor *v)
{
	struct rj_dns_part p = r->behind_question;
	struct rj_dns_question q;

	rj_dns_put_open(v, RJ_DNS_F_MORE_QUESTIONS);
	for (uint32_t i = 0; i < num && !rj_dns_question_again(&p, &q); i++) {
		if (!*max_items)
			continue;
		--*max_items;
		rj_dns_put_open(v, RJ_DNS_F_QUESTION);
		put_name(v, RJ_DNS_F_NAME, &q.name, kind, names);
		put_type_class(&q, kind, v);
		rj_dns_put_close(v);
	}
	rj_dns_put_close(v);
}

/* @may_be_bad: data of some record of the message is */
static void put_record(const struct rj_dns_record *r, enum rj_dns_section section,
		       enum rj_dns_kind kind, bool may_be_bad, struct rj_dns_names *names,
		       struct rj_visitor *v)
{
	uint16_t class = kind == RJ_DNS_MDNS ? r->class & ~MDNS_CLASS_FLAG & 0xffff : r->class;
	bool is_bad = may_be_bad && check_rdata(r, kind) != RJ_OK;

	rj_dns_put_open(v, RJ_DNS_F_RECORD);
	put_name(v, RJ_DNS_F_NAME, &r->name, kind, names);
	put_type(v, RJ_DNS_F_TYPE, r->type, kind);
	rj_dns_put_string(v, RJ_DNS_F_SECTION, rj_dns_section_words[section].text, 2);
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

static enum rj_dns_section section_of(const struct rj_dns_header *h, uint32_t index)
{
	if (index < h->counts[RJ_DNS_AN])
		return RJ_DNS_ANSWER;
	return index - h->counts[RJ_DNS_AN] < h->counts[RJ_DNS_NS] ? RJ_DNS_AUTHORITY :
								     RJ_DNS_ADDITIONAL;
}

/* The record at that place, from @p if it was not kept. */
static const struct rj_dns_record *record_at(struct rj_dns_part *p, const struct reading *r,
					     uint32_t index, struct rj_dns_record *room)
{
	if (index < MAX_KEPT)
		return &r->records[index];
	return rj_dns_record_again(p, room) ? NULL : room;
}

static void put_records(const struct reading *r, enum rj_dns_kind kind, uint32_t max_items,
			struct rj_dns_names *names, struct rj_visitor *v)
{
	uint32_t num = r->e.num_records < max_items ? r->e.num_records : max_items;
	struct rj_dns_part p = r->behind_records;
	struct rj_dns_run run;

	run.num = 0; /* its values need no zeros */
	rj_dns_put_open(v, RJ_DNS_F_RR);
	for (uint32_t i = 0; i < num; i++) {
		struct rj_dns_record room;
		const struct rj_dns_record *at = record_at(&p, r, i, &room);
		const struct rj_dns_name *name = NULL;

		if (!at)
			break;
		if (rj_dns_address_len(at))
			name = name_at(&at->name, kind, names);
		if (name)
			rj_dns_run_add(&run, at, section_of(&r->e.header, i), name, v);
		if (name != &names->question) /* another name's text, or no address */
			rj_dns_run_put(&run, v);
		if (!name)
			put_record(at, section_of(&r->e.header, i), kind, r->e.has_bad_rdata, names,
				   v);
	}
	rj_dns_run_put(&run, v);
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

void rj_dns_names_init(struct rj_dns_names *names)
{
	names->octets = rj_cursor_init(NULL, 0, true); /* their kilobytes need no zeros */
	names->kind = RJ_DNS_UNICAST;
}

void rj_dns_message_emit(struct rj_cursor bytes, uint32_t *room, const struct rj_dns_about *about,
			 struct rj_dns_names *names, struct rj_visitor *v)
{
	struct rj_dns_message message = rj_dns_message_init(bytes);
	struct rj_dns_part p = rj_dns_part_init(&message);
	struct reading r;
	enum rj_status st;
	uint32_t num_more, num_all, max_items;

	names->place = names->other_place = NOWHERE;
	st = scan(&p, about->kind, names, &r);
	num_more = r.e.num_questions > 1 ? r.e.num_questions - 1 : 0;
	num_all = r.e.num_questions + r.e.num_records;
	max_items = num_all < *room ? num_all : *room;
	rj_dns_put_open(v, RJ_DNS_F_MESSAGE);
	if (r.e.has_header) {
		uint32_t left = max_items;

		put_head(&r, about->kind, names, v);
		if (rj_dns_header_opcode(&r.e.header))
			rj_dns_put_u64(v, RJ_DNS_F_OPCODE, rj_dns_header_opcode(&r.e.header));
		put_about(about, v);
		if (num_more)
			put_more_questions(&r, num_more, about->kind, &left, names, v);
		if (r.e.num_records && left)
			put_records(&r, about->kind, left, names, v);
	}
	num_more += r.e.num_records;
	put_end(st, &r.e, num_more > max_items ? num_more - max_items : 0, v);
	rj_dns_put_close(v);
	*room -= max_items;
}
