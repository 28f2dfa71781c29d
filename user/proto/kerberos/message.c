/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads messages of Kerberos 5. */
#include "proto/kerberos/message.h"

#include "proto/common/ber.h"
#include "proto/kerberos/names.h"

#define VERSION 5
#define APPLICATION 0x60u /* constructed; the number is that of the type (RFC 4120 5.10) */
#define TICKET 0x61u
#define PA_ETYPE_INFO 11
#define PA_ETYPE_INFO2 19

enum { AS_REQ = 10, AS_REP, TGS_REQ, TGS_REP, AP_REQ, KRB_ERROR = 30 };

RJ_MUST_CHECK static enum rj_status read_int32(struct rj_cursor *c, int32_t *out)
{
	int64_t value;
	enum rj_status st = rj_ber_int(c, RJ_BER_INTEGER, &value);

	if (!st && (value < INT32_MIN || value > INT32_MAX))
		st = RJ_MALFORMED;
	if (!st)
		*out = (int32_t)value;
	return st;
}

RJ_MUST_CHECK static enum rj_status read_realm(struct rj_cursor c, struct rj_cursor *out)
{
	return rj_ber_open(&c, RJ_BER_GENERAL_STRING, out);
}

/* RFC 4120 5.2.2: name-type, name-string; each component has to be a string. */
RJ_MUST_CHECK static enum rj_status read_name(struct rj_cursor c, struct rj_cursor *out)
{
	struct rj_cursor name, part, parts, string;
	enum rj_status st = rj_ber_open(&c, RJ_BER_SEQUENCE, &name);

	if (!st)
		st = rj_ber_open(&name, RJ_BER_CONTEXT(0), &part);
	if (!st)
		st = rj_ber_open(&name, RJ_BER_CONTEXT(1), &part);
	if (!st)
		st = rj_ber_open(&part, RJ_BER_SEQUENCE, &parts);
	if (st)
		return st;
	*out = parts;
	while (!st && parts.left)
		st = rj_ber_open(&parts, RJ_BER_GENERAL_STRING, &string);
	return st;
}

/* RFC 4120 5.2.9: etype, kvno, cipher. */
RJ_MUST_CHECK static enum rj_status read_encrypted(struct rj_cursor c, int32_t *ret_etype)
{
	struct rj_cursor data, part;
	enum rj_status st = rj_ber_open(&c, RJ_BER_SEQUENCE, &data);

	if (!st)
		st = rj_ber_open(&data, RJ_BER_CONTEXT(0), &part);
	return st ? st : read_int32(&part, ret_etype);
}

static void note_etype(struct rj_kerberos_message *m, int32_t etype)
{
	for (unsigned int i = 0; i < m->num_etypes; i++)
		if (m->etypes[i] == etype)
			return;
	if (m->num_etypes < RJ_KERBEROS_MAX_ETYPES)
		m->etypes[m->num_etypes++] = etype;
}

/* SEQUENCE OF Int32. */
RJ_MUST_CHECK static enum rj_status read_etypes(struct rj_cursor c, struct rj_kerberos_message *m)
{
	struct rj_cursor list;
	enum rj_status st = rj_ber_open(&c, RJ_BER_SEQUENCE, &list);

	while (!st && list.left) {
		int32_t etype;

		st = read_int32(&list, &etype);
		if (!st && m->num_etypes < RJ_KERBEROS_MAX_ETYPES)
			m->etypes[m->num_etypes++] = etype;
	}
	return st;
}

/* ETYPE-INFO and ETYPE-INFO2 (RFC 4120 5.2.7.4, 5.2.7.5): entries that begin with the type. */
RJ_MUST_CHECK static enum rj_status read_etype_info(struct rj_cursor c,
						    struct rj_kerberos_message *m)
{
	struct rj_cursor list, entry, part;
	enum rj_status st = rj_ber_open(&c, RJ_BER_SEQUENCE, &list);

	while (!st && list.left) {
		int32_t etype;

		st = rj_ber_open(&list, RJ_BER_SEQUENCE, &entry);
		if (!st)
			st = rj_ber_open(&entry, RJ_BER_CONTEXT(0), &part);
		if (!st)
			st = read_int32(&part, &etype);
		if (!st)
			note_etype(m, etype);
	}
	return st;
}

/* RFC 4120 5.2.7: padata-type [1], padata-value [2]. */
RJ_MUST_CHECK static enum rj_status read_padata_one(struct rj_cursor *list,
						    struct rj_kerberos_message *m)
{
	struct rj_cursor one, type, value, bytes;
	int32_t number;
	enum rj_status st = rj_ber_open(list, RJ_BER_SEQUENCE, &one);

	if (!st)
		st = rj_ber_open(&one, RJ_BER_CONTEXT(1), &type);
	if (!st)
		st = read_int32(&type, &number);
	if (!st)
		st = rj_ber_open(&one, RJ_BER_CONTEXT(2), &value);
	if (!st)
		st = rj_ber_open(&value, RJ_BER_OCTET_STRING, &bytes);
	if (st)
		return st;
	if (m->num_padata < RJ_KERBEROS_MAX_PADATA)
		m->padata[m->num_padata++] = number;
	if ((number == PA_ETYPE_INFO || number == PA_ETYPE_INFO2) && bytes.left)
		return read_etype_info(bytes, m);
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status read_padata(struct rj_cursor c, struct rj_kerberos_message *m)
{
	struct rj_cursor list;
	enum rj_status st = rj_ber_open(&c, RJ_BER_SEQUENCE, &list);

	while (!st && list.left)
		st = read_padata_one(&list, m);
	return st;
}

/* A BIT STRING of 32 bits or more, behind the number of those that are unused (X.690 8.6.2). */
RJ_MUST_CHECK static enum rj_status read_options(struct rj_cursor c, uint32_t *out)
{
	struct rj_cursor bits;
	enum rj_status st = rj_ber_open(&c, RJ_BER_BIT_STRING, &bits);

	if (!st)
		st = rj_cursor_skip(&bits, 1);
	return st ? st : rj_cursor_u32(&bits, out);
}

/* RFC 4120 5.4.1: KDC-REQ-BODY. */
RJ_MUST_CHECK static enum rj_status read_body_field(struct rj_kerberos_message *m, uint16_t tag,
						    struct rj_cursor c)
{
	switch (tag) {
	case RJ_BER_CONTEXT(0):
		m->has_options = true;
		return read_options(c, &m->options);
	case RJ_BER_CONTEXT(1):
		return read_name(c, &m->cname);
	case RJ_BER_CONTEXT(2):
		return read_realm(c, &m->realm);
	case RJ_BER_CONTEXT(3):
		return read_name(c, &m->sname);
	case RJ_BER_CONTEXT(8):
		return read_etypes(c, m);
	default:
		return RJ_OK;
	}
}

RJ_MUST_CHECK static enum rj_status read_body(struct rj_kerberos_message *m, struct rj_cursor c)
{
	struct rj_cursor body, value;
	enum rj_status st = rj_ber_open(&c, RJ_BER_SEQUENCE, &body);
	uint16_t tag;

	while (!st && body.left) {
		st = rj_ber_read(&body, &tag, &value);
		if (!st)
			st = read_body_field(m, tag, value);
	}
	return st;
}

/* RFC 4120 5.4.1: KDC-REQ, of AS and TGS. */
RJ_MUST_CHECK static enum rj_status read_request_field(struct rj_kerberos_message *m, uint16_t tag,
						       struct rj_cursor c)
{
	if (tag == RJ_BER_CONTEXT(3))
		return read_padata(c, m);
	return tag == RJ_BER_CONTEXT(4) ? read_body(m, c) : RJ_OK;
}

/* RFC 4120 5.3: tkt-vno [0], realm [1], sname [2], enc-part [3]. */
RJ_MUST_CHECK static enum rj_status read_ticket(struct rj_kerberos_message *m, struct rj_cursor c)
{
	struct rj_cursor ticket, fields, part;
	enum rj_status st = rj_ber_open(&c, TICKET, &ticket);

	if (!st)
		st = rj_ber_open(&ticket, RJ_BER_SEQUENCE, &fields);
	if (!st)
		st = rj_ber_open(&fields, RJ_BER_CONTEXT(0), &part);
	if (!st)
		st = rj_ber_open(&fields, RJ_BER_CONTEXT(1), &part);
	if (!st)
		st = read_realm(part, &m->realm);
	if (!st)
		st = rj_ber_open(&fields, RJ_BER_CONTEXT(2), &part);
	if (!st)
		st = read_name(part, &m->sname);
	if (!st)
		st = rj_ber_open(&fields, RJ_BER_CONTEXT(3), &part);
	m->has_ticket_etype = !st;
	return st ? st : read_encrypted(part, &m->ticket_etype);
}

/* RFC 4120 5.4.2: KDC-REP. */
RJ_MUST_CHECK static enum rj_status read_answer_field(struct rj_kerberos_message *m, uint16_t tag,
						      struct rj_cursor c)
{
	switch (tag) {
	case RJ_BER_CONTEXT(2):
		return read_padata(c, m);
	case RJ_BER_CONTEXT(3):
		return read_realm(c, &m->crealm);
	case RJ_BER_CONTEXT(4):
		return read_name(c, &m->cname);
	case RJ_BER_CONTEXT(5):
		return read_ticket(m, c);
	case RJ_BER_CONTEXT(6):
		m->has_etype = true;
		return read_encrypted(c, &m->etype);
	default:
		return RJ_OK;
	}
}

/* What an error says besides is of other forms too: of those nothing is read. */
static void read_error_data(struct rj_kerberos_message *m, struct rj_cursor c)
{
	struct rj_kerberos_message with = *m;
	struct rj_cursor data;

	if (!rj_ber_open(&c, RJ_BER_OCTET_STRING, &data) && !read_padata(data, &with))
		*m = with;
}

/* RFC 4120 5.9.1: KRB-ERROR. */
RJ_MUST_CHECK static enum rj_status read_error_field(struct rj_kerberos_message *m, uint16_t tag,
						     struct rj_cursor c)
{
	switch (tag) {
	case RJ_BER_CONTEXT(6):
		m->has_error = true;
		return read_int32(&c, &m->error);
	case RJ_BER_CONTEXT(7):
		return read_realm(c, &m->crealm);
	case RJ_BER_CONTEXT(8):
		return read_name(c, &m->cname);
	case RJ_BER_CONTEXT(9):
		return read_realm(c, &m->realm);
	case RJ_BER_CONTEXT(10):
		return read_name(c, &m->sname);
	case RJ_BER_CONTEXT(12):
		read_error_data(m, c);
		return RJ_OK;
	default:
		return RJ_OK;
	}
}

/* RFC 4120 5.5.1: AP-REQ; its ticket tells which service it is for. */
RJ_MUST_CHECK static enum rj_status read_field(struct rj_kerberos_message *m, uint16_t tag,
					       struct rj_cursor c)
{
	switch (m->type) {
	case AS_REQ:
	case TGS_REQ:
		return read_request_field(m, tag, c);
	case AS_REP:
	case TGS_REP:
		return read_answer_field(m, tag, c);
	case KRB_ERROR:
		return read_error_field(m, tag, c);
	case AP_REQ:
		return tag == RJ_BER_CONTEXT(3) ? read_ticket(m, c) : RJ_OK;
	default:
		return RJ_OK;
	}
}

/* The first field of each: of requests to a KDC it is the one with number 1. */
static uint16_t version_tag(uint8_t type)
{
	return RJ_BER_CONTEXT(type == AS_REQ || type == TGS_REQ ? 1 : 0);
}

/* Application tag and SEQUENCE, of which the second fills the first, and the version's element. */
RJ_MUST_CHECK static enum rj_status read_head(struct rj_cursor *c, uint8_t *ret_type,
					      uint32_t *ret_len)
{
	uint16_t tag;
	uint32_t len, inner_len;
	size_t left;
	enum rj_status st = rj_ber_head(c, &tag, &len);

	if (!st && ((tag & 0xe0) != APPLICATION || tag > 0xff ||
		    !rj_name_of(rj_kerberos_types, tag & 0x1f)))
		st = RJ_MALFORMED;
	if (st)
		return st;
	left = c->left;
	*ret_type = tag & 0x1f;
	st = rj_ber_head(c, &tag, &inner_len);
	if (!st && (tag != RJ_BER_SEQUENCE || len != inner_len + (uint64_t)(left - c->left)))
		st = RJ_MALFORMED;
	if (!st)
		*ret_len = inner_len;
	return st;
}

RJ_MUST_CHECK static enum rj_status read_version(struct rj_cursor *c, uint8_t type)
{
	struct rj_cursor part;
	int32_t version;
	enum rj_status st = rj_ber_open(c, version_tag(type), &part);

	if (!st)
		st = read_int32(&part, &version);
	return !st && version != VERSION ? RJ_MALFORMED : st;
}

enum rj_probe rj_kerberos_probe(struct rj_cursor bytes)
{
	struct rj_cursor first = bytes; /* says no before the length is there */
	uint8_t type;
	uint32_t len;
	enum rj_status st = rj_cursor_within(&first, APPLICATION, APPLICATION | 0x1f);

	if (!st)
		st = read_head(&bytes, &type, &len);
	if (!st && bytes.is_hard && len != bytes.left)
		return RJ_PROBE_NO;
	if (!st)
		st = read_version(&bytes, type);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

enum rj_status rj_kerberos_read(struct rj_cursor *c, struct rj_kerberos_message *out)
{
	struct rj_kerberos_message m = { 0 };
	struct rj_cursor ahead = *c, fields, value;
	uint32_t len;
	uint16_t tag;
	enum rj_status st = read_head(&ahead, &m.type, &len);

	if (!st)
		st = rj_cursor_sub(&ahead, len, &fields);
	if (!st)
		st = read_version(&fields, m.type);
	while (!st && fields.left) {
		st = rj_ber_read(&fields, &tag, &value);
		if (!st)
			st = read_field(&m, tag, value);
	}
	if (st)
		return st;
	*out = m;
	*c = ahead;
	return RJ_OK;
}
