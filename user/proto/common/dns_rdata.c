/* SPDX-License-Identifier: BSD-3-Clause */
/* The data of DNS resource records, type by type. */
#include "proto/common/dns_rdata.h"

#include "proto/common/dns_fields.h"
#include "proto/common/dns_svcb.h"
#include "proto/common/dns_text.h"

#define NUM(a) (sizeof(a) / sizeof((a)[0]))

/*
 * The small reads that rdata is made of: each reads a value from @p and gives
 * it to @v as field @f.
 */
RJ_MUST_CHECK static enum rj_status number(struct rj_dns_part *p, size_t len, enum rj_dns_field f,
					   struct rj_visitor *v)
{
	uint64_t value;
	enum rj_status st = rj_cursor_be(&p->c, len, &value);

	if (!st)
		rj_dns_put_u64(v, f, value);
	return st;
}

RJ_MUST_CHECK static enum rj_status name(struct rj_dns_part *p, enum rj_dns_field f,
					 struct rj_visitor *v)
{
	struct rj_dns_name n;
	enum rj_status st;

	if (!v)
		return rj_dns_name_skip(p);
	st = rj_dns_name_read(p, &n);
	if (!st)
		rj_dns_put_string(v, f, n.text, n.len);
	return st;
}

RJ_MUST_CHECK static enum rj_status hex_rest(struct rj_dns_part *p, enum rj_dns_field f,
					     struct rj_visitor *v)
{
	size_t len = p->c.left;
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(&p->c, len, &bytes);

	if (!st)
		rj_dns_put_hex(v, f, bytes, len);
	return st;
}

RJ_MUST_CHECK static enum rj_status string(struct rj_cursor *c, size_t len, enum rj_dns_field f,
					   struct rj_visitor *v)
{
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(c, len, &bytes);

	if (!st)
		rj_dns_put_string(v, f, bytes, len);
	return st;
}

/* RFC 1035 section 3.4.1 */
RJ_MUST_CHECK static enum rj_status read_a(struct rj_dns_part *p, enum rj_dns_field f,
					   struct rj_visitor *v)
{
	uint8_t addr[16] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(&p->c, 4, &bytes);

	if (st)
		return st;
	memcpy(addr + 12, bytes, 4);
	rj_dns_put_address(v, f, addr);
	return RJ_OK;
}

/* RFC 3596 section 2.2 */
RJ_MUST_CHECK static enum rj_status read_aaaa(struct rj_dns_part *p, enum rj_dns_field f,
					      struct rj_visitor *v)
{
	const uint8_t *addr;
	enum rj_status st = rj_cursor_bytes(&p->c, 16, &addr);

	if (!st)
		rj_dns_put_address(v, f, addr);
	return st;
}

/* CNAME, DNAME, NS, PTR: RFC 1035 section 3.3 */
RJ_MUST_CHECK static enum rj_status read_name(struct rj_dns_part *p, enum rj_dns_field f,
					      struct rj_visitor *v)
{
	return name(p, f, v);
}

/* RFC 1035 section 3.3.13 */
RJ_MUST_CHECK static enum rj_status read_soa(struct rj_dns_part *p, enum rj_dns_field f,
					     struct rj_visitor *v)
{
	enum rj_status st = name(p, f, v);

	if (!st)
		st = name(p, RJ_DNS_F_RNAME, v);
	if (!st)
		st = number(p, 4, RJ_DNS_F_SERIAL, v);
	if (!st)
		st = number(p, 4, RJ_DNS_F_REFRESH, v);
	if (!st)
		st = number(p, 4, RJ_DNS_F_RETRY, v);
	if (!st)
		st = number(p, 4, RJ_DNS_F_EXPIRE, v);
	if (!st)
		st = number(p, 4, RJ_DNS_F_MINIMUM, v);
	return st;
}

/* RFC 1035 section 3.3.9; the name comes first in the output, as Joy has it */
RJ_MUST_CHECK static enum rj_status read_mx(struct rj_dns_part *p, enum rj_dns_field f,
					    struct rj_visitor *v)
{
	uint16_t preference;
	enum rj_status st = rj_cursor_u16(&p->c, &preference);

	if (!st)
		st = name(p, f, v);
	if (!st)
		rj_dns_put_u64(v, RJ_DNS_F_PREFERENCE, preference);
	return st;
}

/* RFC 1035 section 3.3.14: one character string or more; none at all is met and let pass */
RJ_MUST_CHECK static enum rj_status read_txt(struct rj_dns_part *p, enum rj_dns_field f,
					     struct rj_visitor *v)
{
	enum rj_status st = RJ_OK;

	rj_dns_put_open(v, f);
	while (!st && p->c.left) {
		struct rj_cursor text;

		st = rj_cursor_prefixed(&p->c, 1, &text);
		if (!st)
			st = string(&text, text.left, RJ_DNS_F_TXT_STRING, v);
	}
	rj_dns_put_close(v);
	return st;
}

/* RFC 2782; compressed targets are met (RFC 6762 section 18.14) and taken */
RJ_MUST_CHECK static enum rj_status read_srv(struct rj_dns_part *p, enum rj_dns_field f,
					     struct rj_visitor *v)
{
	enum rj_status st;

	rj_dns_put_open(v, f);
	st = number(p, 2, RJ_DNS_F_PRIORITY, v);
	if (!st)
		st = number(p, 2, RJ_DNS_F_WEIGHT, v);
	if (!st)
		st = number(p, 2, RJ_DNS_F_PORT, v);
	if (!st)
		st = name(p, RJ_DNS_F_TARGET, v);
	rj_dns_put_close(v);
	return st;
}

/* RFC 8659 section 4.1 */
RJ_MUST_CHECK static enum rj_status read_caa(struct rj_dns_part *p, enum rj_dns_field f,
					     struct rj_visitor *v)
{
	struct rj_cursor tag;
	enum rj_status st;

	rj_dns_put_open(v, f);
	st = number(p, 1, RJ_DNS_F_CAA_FLAGS, v);
	if (!st)
		st = rj_cursor_prefixed(&p->c, 1, &tag);
	if (!st && !tag.left)
		st = RJ_MALFORMED;
	if (!st)
		st = string(&tag, tag.left, RJ_DNS_F_CAA_TAG, v);
	if (!st)
		st = string(&p->c, p->c.left, RJ_DNS_F_CAA_VALUE, v);
	rj_dns_put_close(v);
	return st;
}

/* RFC 9460 section 2.2 */
RJ_MUST_CHECK static enum rj_status read_svcb(struct rj_dns_part *p, enum rj_dns_field f,
					      struct rj_visitor *v)
{
	enum rj_status st;

	rj_dns_put_open(v, f);
	st = number(p, 2, RJ_DNS_F_PRIORITY, v);
	if (!st)
		st = name(p, RJ_DNS_F_TARGET, v);
	if (!st)
		st = rj_dns_svcb_params_read(&p->c, v);
	rj_dns_put_close(v);
	return st;
}

/* RFC 4034 section 5.1 */
RJ_MUST_CHECK static enum rj_status read_ds(struct rj_dns_part *p, enum rj_dns_field f,
					    struct rj_visitor *v)
{
	enum rj_status st;

	rj_dns_put_open(v, f);
	st = number(p, 2, RJ_DNS_F_KEY_TAG, v);
	if (!st)
		st = number(p, 1, RJ_DNS_F_ALGORITHM, v);
	if (!st)
		st = number(p, 1, RJ_DNS_F_DIGEST_TYPE, v);
	if (!st)
		st = hex_rest(p, RJ_DNS_F_DIGEST, v);
	rj_dns_put_close(v);
	return st;
}

/* RFC 4034 section 2.1 */
RJ_MUST_CHECK static enum rj_status read_dnskey(struct rj_dns_part *p, enum rj_dns_field f,
						struct rj_visitor *v)
{
	enum rj_status st;

	rj_dns_put_open(v, f);
	st = number(p, 2, RJ_DNS_F_DNSKEY_FLAGS, v);
	if (!st)
		st = number(p, 1, RJ_DNS_F_PROTOCOL, v);
	if (!st)
		st = number(p, 1, RJ_DNS_F_ALGORITHM, v);
	if (!st)
		st = hex_rest(p, RJ_DNS_F_PUBLIC_KEY, v);
	rj_dns_put_close(v);
	return st;
}

RJ_MUST_CHECK static enum rj_status type_covered(struct rj_dns_part *p, struct rj_visitor *v)
{
	struct rj_dns_text text;
	uint16_t type;
	enum rj_status st = rj_cursor_u16(&p->c, &type);

	if (st)
		return st;
	rj_dns_type_text(type, &text);
	rj_dns_put_string(v, RJ_DNS_F_TYPE_COVERED, text.at, text.len);
	return RJ_OK;
}

/* RFC 4034 section 3.1 */
RJ_MUST_CHECK static enum rj_status read_rrsig(struct rj_dns_part *p, enum rj_dns_field f,
					       struct rj_visitor *v)
{
	enum rj_status st;

	rj_dns_put_open(v, f);
	st = type_covered(p, v);
	if (!st)
		st = number(p, 1, RJ_DNS_F_ALGORITHM, v);
	if (!st)
		st = number(p, 1, RJ_DNS_F_LABELS, v);
	if (!st)
		st = number(p, 4, RJ_DNS_F_ORIGINAL_TTL, v);
	if (!st)
		st = number(p, 4, RJ_DNS_F_EXPIRATION, v);
	if (!st)
		st = number(p, 4, RJ_DNS_F_INCEPTION, v);
	if (!st)
		st = number(p, 2, RJ_DNS_F_KEY_TAG, v);
	if (!st)
		st = name(p, RJ_DNS_F_SIGNER, v);
	if (!st)
		st = hex_rest(p, RJ_DNS_F_SIGNATURE, v);
	rj_dns_put_close(v);
	return st;
}

static void put_option(uint16_t code, const uint8_t *bytes, size_t len, struct rj_visitor *v)
{
	static const struct {
		uint16_t code; /* IANA "DNS EDNS0 Option Codes" */
		enum rj_dns_field field;
	} named[] = {
		{ 3, RJ_DNS_F_NSID },	  { 8, RJ_DNS_F_CLIENT_SUBNET }, { 10, RJ_DNS_F_COOKIE },
		{ 12, RJ_DNS_F_PADDING }, { 15, RJ_DNS_F_EDE },
	};

	for (size_t i = 0; i < NUM(named); i++) {
		if (named[i].code == code) {
			rj_dns_put_hex(v, named[i].field, bytes, len);
			return;
		}
	}
	rj_dns_put_u64(v, RJ_DNS_F_OPTION_CODE, code);
	rj_dns_put_hex(v, RJ_DNS_F_OPTION_DATA, bytes, len);
}

RJ_MUST_CHECK static enum rj_status read_option(struct rj_cursor *c, struct rj_visitor *v)
{
	struct rj_cursor data;
	const uint8_t *bytes;
	uint16_t code;
	size_t len;
	enum rj_status st = rj_cursor_u16(c, &code);

	if (!st)
		st = rj_cursor_prefixed(c, 2, &data);
	if (st)
		return st;
	len = data.left;
	st = rj_cursor_bytes(&data, len, &bytes);
	if (st)
		return st;
	rj_dns_put_open(v, RJ_DNS_F_OPTION);
	put_option(code, bytes, len, v);
	rj_dns_put_close(v);
	return RJ_OK;
}

/* RFC 6891 section 6.1: the class is a size, the TTL is more flags */
RJ_MUST_CHECK static enum rj_status read_opt(const struct rj_dns_record *r, struct rj_dns_part *p,
					     struct rj_visitor *v)
{
	enum rj_status st = RJ_OK;

	rj_dns_put_open(v, RJ_DNS_F_OPT);
	rj_dns_put_u64(v, RJ_DNS_F_UDP_SIZE, r->class);
	rj_dns_put_u64(v, RJ_DNS_F_VERSION, r->ttl >> 16 & 0xff);
	rj_dns_put_boolean(v, RJ_DNS_F_DO, r->ttl >> 15 & 1);
	if (p->c.left) {
		rj_dns_put_open(v, RJ_DNS_F_OPTIONS);
		while (!st && p->c.left)
			st = read_option(&p->c, v);
		rj_dns_put_close(v);
	}
	rj_dns_put_close(v);
	return st;
}

struct rdata_type {
	enum rj_status (*read)(struct rj_dns_part *p, enum rj_dns_field f, struct rj_visitor *v);
	uint8_t field;
	bool is_in_only; /* the format is that of class IN alone */
};
_Static_assert(RJ_DNS_NUM_FIELDS <= UINT8_MAX, "the number of a field has 8 bits");

static const struct rdata_type rdata_types[] = {
	[1] = { read_a, RJ_DNS_F_A, true },
	[2] = { read_name, RJ_DNS_F_NS, false },
	[5] = { read_name, RJ_DNS_F_CNAME, false },
	[6] = { read_soa, RJ_DNS_F_SOA, false },
	[12] = { read_name, RJ_DNS_F_PTR, false },
	[15] = { read_mx, RJ_DNS_F_MX, false },
	[16] = { read_txt, RJ_DNS_F_TXT, false },
	[28] = { read_aaaa, RJ_DNS_F_AAAA, true },
	[33] = { read_srv, RJ_DNS_F_SRV, true },
	[39] = { read_name, RJ_DNS_F_DNAME, false },
	[43] = { read_ds, RJ_DNS_F_DS, false },
	[46] = { read_rrsig, RJ_DNS_F_RRSIG, false },
	[48] = { read_dnskey, RJ_DNS_F_DNSKEY, false },
	[64] = { read_svcb, RJ_DNS_F_SVCB, true },
	[65] = { read_svcb, RJ_DNS_F_HTTPS, true },
	[257] = { read_caa, RJ_DNS_F_CAA, false },
};

/*
 * The row for data of that type and class. What has data in the classes NONE (RFC 2136 section
 * 2.5.4) and ANY has those of the zone, which is one of IN.
 */
static const struct rdata_type *find_type(uint16_t type, uint16_t class, bool has_data)
{
	bool is_in = class == RJ_DNS_CLASS_IN ||
		     (has_data && (class == RJ_DNS_CLASS_NONE || class == RJ_DNS_CLASS_ANY));

	if (!is_in && class != RJ_DNS_CLASS_CH && class != RJ_DNS_CLASS_HS)
		return NULL;
	if (type >= NUM(rdata_types) || !rdata_types[type].read)
		return NULL;
	return is_in || !rdata_types[type].is_in_only ? &rdata_types[type] : NULL;
}

enum rj_status rj_dns_rdata_read(const struct rj_dns_record *r, uint16_t class,
				 struct rj_visitor *v)
{
	const struct rdata_type *t = find_type(r->type, class, r->rdata.c.left);
	struct rj_dns_part p = r->rdata;
	enum rj_status st;

	if (r->type == RJ_DNS_TYPE_OPT) {
		st = read_opt(r, &p, v);
	} else if (t) {
		st = t->read(&p, t->field, v);
		if (!st && class != RJ_DNS_CLASS_IN)
			rj_dns_put_u64(v, RJ_DNS_F_CLASS, class);
	} else {
		rj_dns_rdata_put_raw(r, v);
		return RJ_OK;
	}
	if (!st && p.c.left) /* rdlength says more than the type holds */
		return RJ_MALFORMED;
	return st;
}

void rj_dns_rdata_put_raw(const struct rj_dns_record *r, struct rj_visitor *v)
{
	struct rj_cursor c = r->rdata.c;
	size_t len = c.left;
	const uint8_t *bytes;

	rj_dns_put_u64(v, RJ_DNS_F_CLASS, r->class);
	rj_dns_put_u64(v, RJ_DNS_F_RDLENGTH, len);
	if (!rj_cursor_bytes(&c, len, &bytes))
		rj_dns_put_hex(v, RJ_DNS_F_DATA, bytes, len);
}
