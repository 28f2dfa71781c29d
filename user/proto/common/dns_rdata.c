/* SPDX-License-Identifier: BSD-3-Clause */
/* The data of DNS resource records, type by type. */
#include "proto/common/dns_rdata.h"

#include "proto/common/dns_fields.h"
#include "proto/common/dns_options.h"
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
		rj_dns_put_ipv6(v, f, addr);
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

/* RFC 1876 section 2: a size has a digit and a power of ten, in centimetres */
static double loc_metres(uint8_t size)
{
	double cm = size >> 4;

	for (unsigned int i = size & 0xf; i; i--)
		cm *= 10;
	return cm / 100;
}

RJ_MUST_CHECK static enum rj_status loc_size(struct rj_dns_part *p, enum rj_dns_field f,
					     struct rj_visitor *v)
{
	uint8_t size;
	enum rj_status st = rj_cursor_u8(&p->c, &size);

	if (!st && (size >> 4 > 9 || (size & 0xf) > 9))
		st = RJ_MALFORMED;
	if (!st)
		rj_dns_put_f64(v, f, loc_metres(size));
	return st;
}

RJ_MUST_CHECK static enum rj_status loc_number(struct rj_dns_part *p, double zero, double unit,
					       enum rj_dns_field f, struct rj_visitor *v)
{
	uint32_t value;
	enum rj_status st = rj_cursor_u32(&p->c, &value);

	if (!st)
		rj_dns_put_f64(v, f, (value - zero) / unit);
	return st;
}

/* RFC 1876 section 2: angles in thousandths of a second of arc, the altitude in centimetres */
RJ_MUST_CHECK static enum rj_status read_loc(struct rj_dns_part *p, enum rj_dns_field f,
					     struct rj_visitor *v)
{
	uint8_t version;
	enum rj_status st = rj_cursor_u8(&p->c, &version);

	if (!st && version)
		st = RJ_MALFORMED;
	if (st)
		return st;
	rj_dns_put_open(v, f);
	st = loc_size(p, RJ_DNS_F_SIZE, v);
	if (!st)
		st = loc_size(p, RJ_DNS_F_HORIZ_PRE, v);
	if (!st)
		st = loc_size(p, RJ_DNS_F_VERT_PRE, v);
	if (!st)
		st = loc_number(p, 2147483648.0, 3600000, RJ_DNS_F_LATITUDE, v);
	if (!st)
		st = loc_number(p, 2147483648.0, 3600000, RJ_DNS_F_LONGITUDE, v);
	if (!st)
		st = loc_number(p, 10000000, 100, RJ_DNS_F_ALTITUDE, v);
	rj_dns_put_close(v);
	return st;
}

/* What a step of the tables below reads; the field has the value. */
enum kind {
	END, /* of the steps */
	U8,
	U16,
	U32,
	U48,
	NAME,
	TEXT,	   /* a character string, RFC 1035 section 3.3 */
	SOME_TEXT, /* one of at least an octet */
	TEXT_REST, /* all that is left, as text */
	STRINGS,   /* all that is left, as character strings */
	HEX8,	   /* bytes behind 8 bits of length */
	HEX16,
	HEX_8, /* so many bytes */
	HEX_REST,
	BASE32, /* bytes behind 8 bits of length, RFC 5155 section 3.3 */
	TYPE,	/* of records, by name */
	TYPES,	/* all that is left, a set of them, RFC 4034 section 4.1.2 */
	IPV4,
	SVC_PARAMS,
};

struct step {
	uint8_t kind;
	uint8_t field;
};

RJ_MUST_CHECK static enum rj_status text(struct rj_dns_part *p, size_t min_len, enum rj_dns_field f,
					 struct rj_visitor *v)
{
	struct rj_cursor c;
	enum rj_status st = rj_cursor_prefixed(&p->c, 1, &c);

	if (!st && c.left < min_len)
		st = RJ_MALFORMED;
	return st ? st : string(&c, c.left, f, v);
}

RJ_MUST_CHECK static enum rj_status hex(struct rj_cursor *c, size_t len, enum rj_dns_field f,
					struct rj_visitor *v)
{
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(c, len, &bytes);

	if (!st)
		rj_dns_put_hex(v, f, bytes, len);
	return st;
}

/* RFC 7043 section 3.1 */
RJ_MUST_CHECK static enum rj_status read_eui48(struct rj_dns_part *p, enum rj_dns_field f,
					       struct rj_visitor *v)
{
	return hex(&p->c, 6, f, v);
}

/* RFC 7043 section 4.1 */
RJ_MUST_CHECK static enum rj_status read_eui64(struct rj_dns_part *p, enum rj_dns_field f,
					       struct rj_visitor *v)
{
	return hex(&p->c, 8, f, v);
}

RJ_MUST_CHECK static enum rj_status prefixed_hex(struct rj_dns_part *p, size_t len_bytes,
						 enum rj_dns_field f, struct rj_visitor *v)
{
	struct rj_cursor c;
	enum rj_status st = rj_cursor_prefixed(&p->c, len_bytes, &c);

	return st ? st : hex(&c, c.left, f, v);
}

/* RFC 4648 section 7, lower case and without padding, as RFC 5155 section 3.3 has it. */
RJ_MUST_CHECK static enum rj_status base32(struct rj_dns_part *p, enum rj_dns_field f,
					   struct rj_visitor *v)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	char out[(UINT8_MAX * 8 + 4) / 5];
	size_t len = 0;
	unsigned int num_bits = 0;
	uint32_t bits = 0;
	struct rj_cursor c;
	uint8_t octet;
	enum rj_status st = rj_cursor_prefixed(&p->c, 1, &c);

	if (st)
		return st;
	while (!rj_cursor_u8(&c, &octet)) {
		bits = bits << 8 | octet;
		for (num_bits += 8; num_bits >= 5; num_bits -= 5)
			out[len++] = digits[bits >> (num_bits - 5) & 31];
	}
	if (num_bits)
		out[len++] = digits[bits << (5 - num_bits) & 31];
	rj_dns_put_string(v, f, out, len);
	return RJ_OK;
}

static void put_type(uint16_t type, enum rj_dns_field f, struct rj_visitor *v)
{
	struct rj_dns_text told;

	rj_dns_type_text(type, &told);
	rj_dns_put_string(v, f, told.at, told.len);
}

RJ_MUST_CHECK static enum rj_status one_type(struct rj_dns_part *p, enum rj_dns_field f,
					     struct rj_visitor *v)
{
	uint16_t type;
	enum rj_status st = rj_cursor_u16(&p->c, &type);

	if (!st && v)
		put_type(type, f, v);
	return st;
}

/* One window of 256 types, a bit for each; windows come in order. */
RJ_MUST_CHECK static enum rj_status window(struct rj_cursor *c, int *last, struct rj_visitor *v)
{
	struct rj_cursor map;
	uint8_t number, octet;
	enum rj_status st = rj_cursor_u8(c, &number);

	if (!st)
		st = rj_cursor_prefixed(c, 1, &map);
	if (!st && (number <= *last || !map.left || map.left > 32))
		st = RJ_MALFORMED;
	if (st)
		return st;
	*last = number;
	for (unsigned int at = 0; !rj_cursor_u8(&map, &octet); at += 8)
		for (unsigned int bit = 0; v && bit < 8; bit++)
			if (octet & 0x80u >> bit)
				put_type((uint16_t)(number << 8 | (at + bit)), RJ_DNS_F_RR_TYPE, v);
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status types(struct rj_dns_part *p, enum rj_dns_field f,
					  struct rj_visitor *v)
{
	enum rj_status st = RJ_OK;
	int last = -1;

	rj_dns_put_open(v, f);
	while (!st && p->c.left)
		st = window(&p->c, &last, v);
	rj_dns_put_close(v);
	return st;
}

RJ_MUST_CHECK static enum rj_status take_step(struct rj_dns_part *p, const struct step *step,
					      struct rj_visitor *v)
{
	enum rj_dns_field f = step->field;

	switch ((enum kind)step->kind) {
	case U8:
		return number(p, 1, f, v);
	case U16:
		return number(p, 2, f, v);
	case U32:
		return number(p, 4, f, v);
	case U48:
		return number(p, 6, f, v);
	case NAME:
		return name(p, f, v);
	case TEXT:
		return text(p, 0, f, v);
	case SOME_TEXT:
		return text(p, 1, f, v);
	case TEXT_REST:
		return string(&p->c, p->c.left, f, v);
	case STRINGS:
		return read_txt(p, f, v);
	case HEX8:
		return prefixed_hex(p, 1, f, v);
	case HEX16:
		return prefixed_hex(p, 2, f, v);
	case HEX_8:
		return hex(&p->c, 8, f, v);
	case HEX_REST:
		return hex(&p->c, p->c.left, f, v);
	case BASE32:
		return base32(p, f, v);
	case TYPE:
		return one_type(p, f, v);
	case TYPES:
		return types(p, f, v);
	case IPV4:
		return read_a(p, f, v);
	case SVC_PARAMS:
		return rj_dns_svcb_params_read(&p->c, v);
	case END:
		break;
	}
	return RJ_OK;
}

#define STEPS(...)                                                                                 \
	(const struct step[])                                                                      \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			END, 0                                                                     \
		}                                                                                  \
	}

/*
 * struct rdata_type - how the data of a type is read, in the order of its figure: by @read, or
 * into an object by @steps.
 * @is_joys: Joy takes it apart as well, and so nobody asks for its length
 */
struct rdata_type {
	enum rj_status (*read)(struct rj_dns_part *p, enum rj_dns_field f, struct rj_visitor *v);
	const struct step *steps;
	uint8_t field;
	bool is_in_only; /* the format is that of class IN alone */
	bool is_joys;
};
_Static_assert(RJ_DNS_NUM_FIELDS <= UINT8_MAX, "the number of a field has 8 bits");

/* clang-format off */
#define F(name) RJ_DNS_F_##name
#define JOYS(read, field, is_in_only) { read, NULL, F(field), is_in_only, true }
#define READ(read, field) { read, NULL, F(field), false, false }
#define OBJECT(field, ...) { NULL, STEPS(__VA_ARGS__), F(field), false, false }
#define IN_OBJECT(field, ...) { NULL, STEPS(__VA_ARGS__), F(field), true, false }

static const struct rdata_type rdata_types[] = {
	[1] = JOYS(read_a, A, true),
	[2] = JOYS(read_name, NS, false),
	[3] = READ(read_name, MD),
	[4] = READ(read_name, MF),
	[5] = JOYS(read_name, CNAME, false),
	[6] = JOYS(read_soa, SOA, false),
	[7] = READ(read_name, MB),
	[8] = READ(read_name, MG),
	[9] = READ(read_name, MR),
	[12] = JOYS(read_name, PTR, false),
	/* RFC 1035 section 3.3.2 */
	[13] = OBJECT(HINFO, { TEXT, F(CPU) }, { TEXT, F(OS) }),
	/* RFC 1035 section 3.3.7 */
	[14] = OBJECT(MINFO, { NAME, F(RMAILBX) }, { NAME, F(EMAILBX) }),
	[15] = JOYS(read_mx, MX, false),
	[16] = JOYS(read_txt, TXT, false),
	/* RFC 1183 section 2.2 */
	[17] = OBJECT(RP, { NAME, F(MBOX) }, { NAME, F(TXT_NAME) }),
	/* RFC 1183 section 1 */
	[18] = OBJECT(AFSDB, { U16, F(SUBTYPE) }, { NAME, F(HOSTNAME) }),
	/* RFC 2535 section 4.1, for SIG(0) of RFC 2931 */
	[24] = OBJECT(SIG, { TYPE, F(TYPE_COVERED) }, { U8, F(ALGORITHM) }, { U8, F(LABELS) },
		{ U32, F(ORIGINAL_TTL) }, { U32, F(EXPIRATION) }, { U32, F(INCEPTION) },
		{ U16, F(KEY_TAG) }, { NAME, F(SIGNER) }, { HEX_REST, F(SIGNATURE) }),
	/* RFC 2535 section 3.1 */
	[25] = OBJECT(KEY, { U16, F(DNSKEY_FLAGS) }, { U8, F(PROTOCOL) }, { U8, F(ALGORITHM) },
		{ HEX_REST, F(PUBLIC_KEY) }),
	[28] = JOYS(read_aaaa, AAAA, true),
	[29] = READ(read_loc, LOC),
	/* RFC 2782; compressed targets are met (RFC 6762 section 18.14) and taken */
	[33] = IN_OBJECT(SRV, { U16, F(PRIORITY) }, { U16, F(WEIGHT) }, { U16, F(PORT) },
		{ NAME, F(TARGET) }),
	/* RFC 3403 section 4.1 */
	[35] = OBJECT(NAPTR, { U16, F(ORDER) }, { U16, F(NAPTR_PREFERENCE) },
		{ TEXT, F(NAPTR_FLAGS) }, { TEXT, F(SERVICES) }, { TEXT, F(REGEXP) },
		{ NAME, F(REPLACEMENT) }),
	/* RFC 2230 section 3.1 */
	[36] = OBJECT(KX, { U16, F(KX_PREFERENCE) }, { NAME, F(EXCHANGER) }),
	/* RFC 4398 section 2 */
	[37] = OBJECT(CERT, { U16, F(CERT_TYPE) }, { U16, F(KEY_TAG) }, { U8, F(ALGORITHM) },
		{ HEX_REST, F(CERTIFICATE) }),
	[39] = READ(read_name, DNAME),
	/* RFC 4034 section 5.1 */
	[43] = OBJECT(DS, { U16, F(KEY_TAG) }, { U8, F(ALGORITHM) }, { U8, F(DIGEST_TYPE) },
		{ HEX_REST, F(DIGEST) }),
	/* RFC 4255 section 3.1 */
	[44] = OBJECT(SSHFP, { U8, F(ALGORITHM) }, { U8, F(FP_TYPE) }, { HEX_REST, F(FINGERPRINT) }),
	/* RFC 4034 section 3.1 */
	[46] = OBJECT(RRSIG, { TYPE, F(TYPE_COVERED) }, { U8, F(ALGORITHM) }, { U8, F(LABELS) },
		{ U32, F(ORIGINAL_TTL) }, { U32, F(EXPIRATION) }, { U32, F(INCEPTION) },
		{ U16, F(KEY_TAG) }, { NAME, F(SIGNER) }, { HEX_REST, F(SIGNATURE) }),
	/* RFC 4034 section 4.1 */
	[47] = OBJECT(NSEC, { NAME, F(NEXT) }, { TYPES, F(TYPES) }),
	/* RFC 4034 section 2.1 */
	[48] = OBJECT(DNSKEY, { U16, F(DNSKEY_FLAGS) }, { U8, F(PROTOCOL) }, { U8, F(ALGORITHM) },
		{ HEX_REST, F(PUBLIC_KEY) }),
	/* RFC 5155 section 3.2 */
	[50] = OBJECT(NSEC3, { U8, F(HASH_ALGORITHM) }, { U8, F(NSEC3_FLAGS) }, { U16, F(ITERATIONS) },
		{ HEX8, F(SALT) }, { BASE32, F(NEXT_HASHED) }, { TYPES, F(TYPES) }),
	/* RFC 5155 section 4.2 */
	[51] = OBJECT(NSEC3PARAM, { U8, F(HASH_ALGORITHM) }, { U8, F(NSEC3_FLAGS) },
		{ U16, F(ITERATIONS) }, { HEX8, F(SALT) }),
	/* RFC 6698 section 2.1, RFC 8162 section 2 */
	[52] = OBJECT(TLSA, { U8, F(USAGE) }, { U8, F(SELECTOR) }, { U8, F(MATCHING_TYPE) },
		{ HEX_REST, F(ASSOCIATION_DATA) }),
	[53] = OBJECT(SMIMEA, { U8, F(USAGE) }, { U8, F(SELECTOR) }, { U8, F(MATCHING_TYPE) },
		{ HEX_REST, F(ASSOCIATION_DATA) }),
	[56] = READ(read_txt, NINFO),
	/* RFC 7344 section 3 */
	[59] = OBJECT(CDS, { U16, F(KEY_TAG) }, { U8, F(ALGORITHM) }, { U8, F(DIGEST_TYPE) },
		{ HEX_REST, F(DIGEST) }),
	[60] = OBJECT(CDNSKEY, { U16, F(DNSKEY_FLAGS) }, { U8, F(PROTOCOL) }, { U8, F(ALGORITHM) },
		{ HEX_REST, F(PUBLIC_KEY) }),
	[61] = READ(hex_rest, OPENPGPKEY),
	/* RFC 7477 section 2.1 */
	[62] = OBJECT(CSYNC, { U32, F(ZONE_SERIAL) }, { U16, F(CSYNC_FLAGS) }, { TYPES, F(TYPES) }),
	/* RFC 8976 section 2.2 */
	[63] = OBJECT(ZONEMD, { U32, F(ZONE_SERIAL) }, { U8, F(SCHEME) }, { U8, F(HASH_ALGORITHM) },
		{ HEX_REST, F(DIGEST) }),
	/* RFC 9460 section 2.2 */
	[64] = IN_OBJECT(SVCB, { U16, F(PRIORITY) }, { NAME, F(TARGET) }, { SVC_PARAMS, F(PARAMS) }),
	[65] = IN_OBJECT(HTTPS, { U16, F(PRIORITY) }, { NAME, F(TARGET) }, { SVC_PARAMS, F(PARAMS) }),
	[99] = READ(read_txt, SPF),
	/* RFC 6742 section 2 */
	[104] = OBJECT(NID, { U16, F(ILNP_PREFERENCE) }, { HEX_8, F(NODE_ID) }),
	[105] = OBJECT(L32, { U16, F(ILNP_PREFERENCE) }, { IPV4, F(LOCATOR32) }),
	[106] = OBJECT(L64, { U16, F(ILNP_PREFERENCE) }, { HEX_8, F(LOCATOR64) }),
	[107] = OBJECT(LP, { U16, F(ILNP_PREFERENCE) }, { NAME, F(FQDN) }),
	/* RFC 7043 */
	[108] = READ(read_eui48, EUI48),
	[109] = READ(read_eui64, EUI64),
	/* RFC 2930 section 2 */
	[249] = OBJECT(TKEY, { NAME, F(ALGORITHM_NAME) }, { U32, F(INCEPTION) },
		{ U32, F(EXPIRATION) }, { U16, F(MODE) }, { U16, F(ERROR) }, { HEX16, F(KEY_DATA) },
		{ HEX16, F(OTHER) }),
	/* RFC 8945 section 4.2 */
	[250] = OBJECT(TSIG, { NAME, F(ALGORITHM_NAME) }, { U48, F(TIME_SIGNED) }, { U16, F(FUDGE) },
		{ HEX16, F(MAC) }, { U16, F(ORIGINAL_ID) }, { U16, F(ERROR) }, { HEX16, F(OTHER) }),
	/* RFC 7553 section 4.5 */
	[256] = OBJECT(URI, { U16, F(PRIORITY) }, { U16, F(WEIGHT) }, { TEXT_REST, F(URI_TARGET) }),
	/* RFC 8659 section 4.1 */
	[257] = OBJECT(CAA, { U8, F(CAA_FLAGS) }, { SOME_TEXT, F(CAA_TAG) },
		{ TEXT_REST, F(CAA_VALUE) }),
	[258] = READ(read_txt, AVC),
	[261] = READ(read_txt, RESINFO),
	[262] = READ(read_txt, WALLET),
};
/* clang-format on */

RJ_MUST_CHECK static enum rj_status read_data(const struct rdata_type *t, struct rj_dns_part *p,
					      struct rj_visitor *v)
{
	enum rj_status st = RJ_OK;

	if (t->read)
		return t->read(p, t->field, v);
	rj_dns_put_open(v, t->field);
	for (const struct step *step = t->steps; !st && step->kind != END; step++)
		st = take_step(p, step, v);
	rj_dns_put_close(v);
	return st;
}

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
	if (type == RJ_DNS_TYPE_TA || type == RJ_DNS_TYPE_DLV) /* RFC 4431 section 2 */
		type = RJ_DNS_TYPE_DS;
	if (type >= NUM(rdata_types) || !rdata_types[type].field)
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
		st = rj_dns_opt_read(r, &p, v);
	} else if (t) {
		st = read_data(t, &p, v);
		if (!st && class != RJ_DNS_CLASS_IN)
			rj_dns_put_u64(v, RJ_DNS_F_CLASS, class);
		if (!st && !t->is_joys)
			rj_dns_put_u64(v, RJ_DNS_F_RDLENGTH, r->rdata.c.left);
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
