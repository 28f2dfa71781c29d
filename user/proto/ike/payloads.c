/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads and writes IKE messages. */
#include "proto/ike/payloads.h"

#include "core/text.h"
#include "proto/ike/names.h"
#include "proto/ike/vendors.h"

#define MAX_PAYLOADS 64u /* of a message; real ones have up to some twenty. Ours */

#define DOI_IPSEC 1u	      /* RFC 2407 */
#define SITUATION_IDENTITY 1u /* RFC 2407 4.2.1: no more fields behind it */
#define PROTOCOL_IKE 1u
#define TRANSFORM_KEY_IKE 1u	/* RFC 2407 4.4.2 */
#define TRANSFORM_GROUP 4u	/* RFC 7296 3.3.2 */
#define ATTRIBUTE_SHORT 0x8000u /* RFC 7296 3.3.5: AF */
#define ATTRIBUTE_KEY_LENGTH 14u
#define CRITICAL 0x80u

/* Payload types: of version 1 RFC 2408 3.1, of version 2 RFC 7296 3.2. */
enum {
	V1_SA = 1,
	V1_KEY_EXCHANGE = 4,
	V1_IDENTIFICATION = 5,
	V1_CERTIFICATE = 6,
	V1_CERTIFICATE_REQUEST = 7,
	V1_NONCE = 10,
	V1_NOTIFICATION = 11,
	V1_DELETE = 12,
	V1_VENDOR_ID = 13,
	V2_SA = 33,
	V2_KEY_EXCHANGE = 34,
	V2_IDENTIFICATION_INITIATOR = 35,
	V2_IDENTIFICATION_RESPONDER = 36,
	V2_CERTIFICATE = 37,
	V2_CERTIFICATE_REQUEST = 38,
	V2_NONCE = 40,
	V2_NOTIFY = 41,
	V2_DELETE = 42,
	V2_VENDOR_ID = 43,
	V2_ENCRYPTED = 46,
	V2_ENCRYPTED_FRAGMENT = 53,
};

static void put_u64(struct rj_visitor *v, enum rj_ike_field f, uint64_t value)
{
	v->ops->u64(v, &rj_ike_fields[f], value);
}

static void put_word(struct rj_visitor *v, enum rj_ike_field f, const char *word)
{
	v->ops->string(v, &rj_ike_fields[f], word, strlen(word));
}

static void put_hex(struct rj_visitor *v, enum rj_ike_field f, struct rj_cursor bytes)
{
	v->ops->hex(v, &rj_ike_fields[f], bytes.at, bytes.left);
}

static void put_open(struct rj_visitor *v, enum rj_ike_field f)
{
	v->ops->open(v, &rj_ike_fields[f]);
}

static void put_close(struct rj_visitor *v)
{
	v->ops->close(v);
}

/* struct text - a name, or in @room a number. */
struct text {
	const char *at;
	size_t len;
	uint8_t room[RJ_TEXT_U64_LEN];
};

static void text_of(const struct rj_ike_name *table, uint32_t number, struct text *out)
{
	out->at = rj_ike_name_of(table, number);
	if (out->at) {
		out->len = strlen(out->at);
	} else {
		out->len = (size_t)(rj_text_u64(out->room, number) - out->room);
		out->at = (const char *)out->room;
	}
}

static void put_name_of(struct rj_visitor *v, enum rj_ike_field f, const struct rj_ike_name *table,
			uint32_t number)
{
	struct text text;

	text_of(table, number, &text);
	v->ops->string(v, &rj_ike_fields[f], text.at, text.len);
}

/* The next value is called by the name of @number. */
static void call(struct rj_visitor *v, const struct rj_ike_name *table, uint32_t number)
{
	struct text text;

	text_of(table, number, &text);
	v->ops->name(v, text.at, text.len);
}

static const struct rj_ike_name *exchanges_of(const struct rj_ike_header *h)
{
	return h->major == 1 ? rj_ike_exchanges1 : rj_ike_exchanges2;
}

enum rj_status rj_ike_header_read(struct rj_cursor *c, struct rj_ike_header *out)
{
	struct rj_cursor at = *c;
	uint8_t version;
	enum rj_status st = rj_cursor_sub(&at, RJ_IKE_SPI_BYTES, &out->init_spi);

	if (!st)
		st = rj_cursor_sub(&at, RJ_IKE_SPI_BYTES, &out->resp_spi);
	if (!st)
		st = rj_cursor_u8(&at, &out->next_payload);
	if (!st)
		st = rj_cursor_u8(&at, &version);
	if (!st)
		st = rj_cursor_u8(&at, &out->exchange_type);
	if (st)
		return st;
	out->major = version >> 4;
	out->minor = version & 0xfu;
	if (out->major < 1 || out->major > 2)
		return RJ_MALFORMED;
	st = rj_cursor_u8(&at, &out->flags);
	if (!st)
		st = rj_cursor_u32(&at, &out->message_id);
	if (!st)
		st = rj_cursor_u32(&at, &out->length);
	if (!st && out->length < RJ_IKE_HEADER_BYTES)
		return RJ_MALFORMED;
	if (!st)
		*c = at;
	return st;
}

bool rj_ike_is_first(const struct rj_ike_header *h)
{
	struct rj_cursor spi = h->resp_spi;
	uint64_t value;

	return !rj_cursor_u64(&spi, &value) && !value;
}

/* Each flag says something, set or not; in Joy's words. */
static void put_flags(const struct rj_ike_header *h, struct rj_visitor *v)
{
	static const struct {
		uint8_t major;
		uint8_t flag;
		const char *set;
		const char *unset;
	} flags[] = {
		{ 1, RJ_IKE_ENCRYPTION, "encryption", "no_encryption" },
		{ 1, RJ_IKE_COMMIT, "commit", "no_commit" },
		{ 1, RJ_IKE_AUTHENTICATION, "authentication", "no_authentication" },
		{ 2, RJ_IKE_INITIATOR, "initiator", "responder" },
		{ 2, RJ_IKE_VERSION, "higher_version", "no_higher_version" },
		{ 2, RJ_IKE_RESPONSE, "response", "request" },
	};
	const uint8_t bytes[] = { 0, h->flags };

	put_open(v, RJ_IKE_F_FLAGS);
	put_hex(v, RJ_IKE_F_HEX, rj_cursor_init(bytes, sizeof(bytes), true));
	put_open(v, RJ_IKE_F_PARSED);
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (flags[i].major == h->major)
			put_word(v, RJ_IKE_F_FLAG,
				 h->flags & flags[i].flag ? flags[i].set : flags[i].unset);
	put_close(v);
	put_close(v);
}

void rj_ike_header_put(const struct rj_ike_header *h, struct rj_visitor *v)
{
	put_open(v, RJ_IKE_F_HEADER);
	put_hex(v, RJ_IKE_F_INIT_SPI, h->init_spi);
	put_hex(v, RJ_IKE_F_RESP_SPI, h->resp_spi);
	put_u64(v, RJ_IKE_F_MAJOR, h->major);
	put_u64(v, RJ_IKE_F_MINOR, h->minor);
	put_name_of(v, RJ_IKE_F_EXCHANGE_TYPE, exchanges_of(h), h->exchange_type);
	put_flags(h, v);
	put_u64(v, RJ_IKE_F_MESSAGE_ID, h->message_id);
	put_u64(v, RJ_IKE_F_LENGTH, h->length);
	put_close(v);
}

/* Names of the values of an attribute in phase 1 (RFC 2409 appendix A); NULL: it is bytes. */
static const struct rj_ike_name *values_of(uint16_t attribute)
{
	switch (attribute) {
	case 1:
		return rj_ike_encryption1;
	case 2:
		return rj_ike_hashes1;
	case 3:
		return rj_ike_methods1;
	case 4:
		return rj_ike_groups;
	case 5:
		return rj_ike_group_types;
	case 11:
		return rj_ike_life_types;
	default:
		return NULL;
	}
}

static const struct rj_ike_name key_length_alone[] = { { ATTRIBUTE_KEY_LENGTH, "key_length" },
						       { 0, NULL } };

/* RFC 7296 3.3.5, RFC 2408 3.3: AF and type, value of two bytes or length and value. */
RJ_MUST_CHECK static enum rj_status
put_attribute(struct rj_cursor *c, const struct rj_ike_name *names, struct rj_visitor *v)
{
	const struct rj_ike_name *words;
	struct rj_cursor value, number;
	uint16_t type, word;
	enum rj_status st = rj_cursor_u16(c, &type);

	if (!st && type & ATTRIBUTE_SHORT)
		st = rj_cursor_sub(c, 2, &value);
	else if (!st)
		st = rj_cursor_prefixed(c, 2, &value);
	if (st)
		return st;
	type &= (uint16_t)~ATTRIBUTE_SHORT;
	words = names == rj_ike_attributes1 ? values_of(type) : NULL;
	number = value;
	put_open(v, RJ_IKE_F_ATTRIBUTE);
	if (!rj_ike_name_of(names, type)) {
		put_name_of(v, RJ_IKE_F_TYPE, names, type);
		put_hex(v, RJ_IKE_F_DATA, value);
	} else {
		call(v, names, type);
		if (words && value.left == 2 && !rj_cursor_u16(&number, &word))
			put_name_of(v, RJ_IKE_F_WORD, words, word);
		else
			put_hex(v, RJ_IKE_F_BYTES, value);
	}
	put_close(v);
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status
put_attributes(struct rj_cursor c, const struct rj_ike_name *names, struct rj_visitor *v)
{
	enum rj_status st = RJ_OK;

	if (!c.left)
		return RJ_OK;
	put_open(v, RJ_IKE_F_ATTRIBUTES);
	while (!st && c.left)
		st = put_attribute(&c, names, v);
	put_close(v);
	return st;
}

/* The identifiers of a transform's type (RFC 7296 3.3.2). */
static const struct rj_ike_name *identifiers_of(uint8_t type)
{
	static const struct rj_ike_name *const tables[] = {
		[1] = rj_ike_encryption, [2] = rj_ike_prfs,	[3] = rj_ike_integrity,
		[4] = rj_ike_groups,	 [5] = rj_ike_sequence, [6] = rj_ike_groups,
		[7] = rj_ike_groups,	 [8] = rj_ike_groups,	[9] = rj_ike_groups,
		[10] = rj_ike_groups,	 [11] = rj_ike_groups,	[12] = rj_ike_groups,
	};
	static const struct rj_ike_name none[] = { { 0, NULL } };

	if (type < 1 || type >= sizeof(tables) / sizeof(*tables))
		return none;
	return tables[type];
}

/* What is between its length and its attributes. */
RJ_MUST_CHECK static enum rj_status put_transform2(struct rj_cursor c, struct rj_visitor *v)
{
	uint8_t type;
	uint16_t id;
	enum rj_status st = rj_cursor_u8(&c, &type);

	if (!st)
		st = rj_cursor_skip(&c, 1);
	if (!st)
		st = rj_cursor_u16(&c, &id);
	if (st)
		return st;
	call(v, rj_ike_transform_types, type);
	put_name_of(v, RJ_IKE_F_WORD, identifiers_of(type), id);
	return put_attributes(c, key_length_alone, v);
}

/* RFC 2408 3.6: number, identifier, two reserved bytes, attributes. */
RJ_MUST_CHECK static enum rj_status put_transform1(struct rj_cursor c, uint8_t protocol,
						   struct rj_visitor *v)
{
	static const struct rj_ike_name key_ike[] = { { TRANSFORM_KEY_IKE, "key_ike" },
						      { 0, NULL } };
	static const struct rj_ike_name none[] = { { 0, NULL } };
	bool is_ike = protocol == PROTOCOL_IKE;
	uint8_t num, id;
	enum rj_status st = rj_cursor_u8(&c, &num);

	if (!st)
		st = rj_cursor_u8(&c, &id);
	if (!st)
		st = rj_cursor_skip(&c, 2);
	if (st)
		return st;
	put_name_of(v, RJ_IKE_F_ID, is_ike ? key_ike : none, id);
	put_u64(v, RJ_IKE_F_NUM, num);
	return put_attributes(c, is_ike ? rj_ike_attributes1 : rj_ike_attributes_doi, v);
}

/* The substructures of proposals and transforms: more follows, reserved, length of all. */
RJ_MUST_CHECK static enum rj_status open_part(struct rj_cursor *c, struct rj_cursor *out)
{
	struct rj_cursor at = *c;
	uint16_t len;
	enum rj_status st = rj_cursor_skip(&at, 2);

	if (!st)
		st = rj_cursor_u16(&at, &len);
	if (!st && len < 4)
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_sub(&at, len - 4u, out);
	if (!st)
		*c = at;
	return st;
}

/* RFC 7296 3.3.1, RFC 2408 3.5. */
RJ_MUST_CHECK static enum rj_status put_proposal(struct rj_cursor c, uint8_t major,
						 struct rj_visitor *v)
{
	struct rj_cursor spi, transform;
	uint8_t num, protocol, spi_len;
	enum rj_status st = rj_cursor_u8(&c, &num);

	if (!st)
		st = rj_cursor_u8(&c, &protocol);
	if (!st)
		st = rj_cursor_u8(&c, &spi_len);
	if (!st)
		st = rj_cursor_skip(&c, 1); /* how many there are */
	if (!st)
		st = rj_cursor_sub(&c, spi_len, &spi);
	if (st)
		return st;
	put_u64(v, RJ_IKE_F_NUM, num);
	put_name_of(v, RJ_IKE_F_PROTOCOL_ID, rj_ike_protocols, protocol);
	if (spi.left)
		put_hex(v, RJ_IKE_F_SPI, spi);
	put_open(v, RJ_IKE_F_TRANSFORMS);
	while (!st && c.left) {
		st = open_part(&c, &transform);
		if (st)
			break;
		put_open(v, RJ_IKE_F_TRANSFORM);
		st = major == 1 ? put_transform1(transform, protocol, v) :
				  put_transform2(transform, v);
		put_close(v);
	}
	put_close(v);
	return st;
}

RJ_MUST_CHECK static enum rj_status put_proposals(struct rj_cursor c, uint8_t major,
						  struct rj_visitor *v)
{
	struct rj_cursor proposal;
	enum rj_status st = RJ_OK;

	put_open(v, RJ_IKE_F_PROPOSALS);
	while (!st && c.left) {
		st = open_part(&c, &proposal);
		if (st)
			break;
		put_open(v, RJ_IKE_F_PROPOSAL);
		st = put_proposal(proposal, major, v);
		put_close(v);
	}
	put_close(v);
	return st;
}

static const struct rj_ike_name dois[] = { { 0, "isakmp" }, { DOI_IPSEC, "ipsec" }, { 0, NULL } };

RJ_MUST_CHECK static enum rj_status put_doi(struct rj_cursor *c, uint32_t *ret_doi,
					    struct rj_visitor *v)
{
	enum rj_status st = rj_cursor_u32(c, ret_doi);

	if (!st)
		put_name_of(v, RJ_IKE_F_DOI, dois, *ret_doi);
	return st;
}

/* RFC 2408 3.4 and RFC 2407 4.6.1: domain, situation; labels of secrecy are left as they are. */
RJ_MUST_CHECK static enum rj_status put_sa1(struct rj_cursor c, struct rj_visitor *v)
{
	uint32_t doi, situation;
	enum rj_status st = put_doi(&c, &doi, v);

	if (!st)
		st = rj_cursor_u32(&c, &situation);
	if (st)
		return st;
	put_u64(v, RJ_IKE_F_SITUATION, situation);
	if (doi > DOI_IPSEC || (doi == DOI_IPSEC && situation != SITUATION_IDENTITY)) {
		put_hex(v, RJ_IKE_F_DATA, c);
		return RJ_OK;
	}
	return put_proposals(c, 1, v);
}

/* RFC 7296 3.4: group, reserved, value, which stands under the group's name. */
RJ_MUST_CHECK static enum rj_status put_key2(struct rj_cursor c, struct rj_visitor *v)
{
	uint16_t group;
	enum rj_status st = rj_cursor_u16(&c, &group);

	if (!st)
		st = rj_cursor_skip(&c, 2);
	if (st)
		return st;
	call(v, rj_ike_groups, group);
	put_hex(v, RJ_IKE_F_BYTES, c);
	return RJ_OK;
}

/* What notifications and deletions begin with: RFC 7296 3.10 and 3.11; RFC 2408 3.14 and 3.15. */
struct spi_head {
	uint8_t protocol;
	uint8_t spi_len;
	uint16_t number; /* type of the one, how many of the other */
};

RJ_MUST_CHECK static enum rj_status read_spi_head(struct rj_cursor *c, uint8_t major,
						  struct spi_head *out, struct rj_visitor *v)
{
	uint32_t doi;
	enum rj_status st = major == 1 ? put_doi(c, &doi, v) : RJ_OK;

	if (!st)
		st = rj_cursor_u8(c, &out->protocol);
	if (!st)
		st = rj_cursor_u8(c, &out->spi_len);
	if (!st)
		st = rj_cursor_u16(c, &out->number);
	return st;
}

static void put_protocol_of(const struct spi_head *head, uint8_t major, struct rj_visitor *v)
{
	put_name_of(v, RJ_IKE_F_PROTOCOL_ID, major == 1 ? rj_ike_notified1 : rj_ike_protocols,
		    head->protocol);
}

/* RFC 7296 3.10; RFC 2408 3.14 has the domain in front. The data stand under the type's name. */
RJ_MUST_CHECK static enum rj_status put_notify(struct rj_cursor c, uint8_t major,
					       struct rj_visitor *v)
{
	struct rj_cursor spi;
	struct spi_head head;
	enum rj_status st = read_spi_head(&c, major, &head, v);

	if (!st)
		st = rj_cursor_sub(&c, head.spi_len, &spi);
	if (st)
		return st;
	put_protocol_of(&head, major, v);
	if (spi.left)
		put_hex(v, RJ_IKE_F_SPI, spi);
	call(v, major == 1 ? rj_ike_notify1 : rj_ike_notify2, head.number);
	put_hex(v, RJ_IKE_F_BYTES, c);
	return RJ_OK;
}

/* RFC 7296 3.11, RFC 2408 3.15. */
RJ_MUST_CHECK static enum rj_status put_delete(struct rj_cursor c, uint8_t major,
					       struct rj_visitor *v)
{
	struct rj_cursor spi;
	struct spi_head head;
	enum rj_status st = read_spi_head(&c, major, &head, v);

	if (st)
		return st;
	put_protocol_of(&head, major, v);
	if (!c.left)
		return RJ_OK;
	if (!head.spi_len)
		return RJ_MALFORMED;
	put_open(v, RJ_IKE_F_SPIS);
	while (!st && c.left) {
		st = rj_cursor_sub(&c, head.spi_len, &spi);
		if (!st)
			put_hex(v, RJ_IKE_F_SPI, spi);
	}
	put_close(v);
	return st;
}

/* A kind of one byte, @num_passed bytes of no use here, and data: identities, certificates. */
RJ_MUST_CHECK static enum rj_status put_typed(struct rj_cursor c, const struct rj_ike_name *types,
					      size_t num_passed, struct rj_visitor *v)
{
	uint8_t type;
	enum rj_status st = rj_cursor_u8(&c, &type);

	if (!st)
		st = rj_cursor_skip(&c, num_passed);
	if (st)
		return st;
	put_name_of(v, RJ_IKE_F_TYPE, types, type);
	put_hex(v, RJ_IKE_F_DATA, c);
	return RJ_OK;
}

/* RFC 7296 3.14, RFC 7383 2.5: what is inside is not opened. */
RJ_MUST_CHECK static enum rj_status put_encrypted(struct rj_cursor c, uint8_t next,
						  bool is_fragment, struct rj_visitor *v)
{
	uint16_t number, total;
	enum rj_status st = RJ_OK;

	if (is_fragment) {
		st = rj_cursor_u16(&c, &number);
		if (!st)
			st = rj_cursor_u16(&c, &total);
		if (st)
			return st;
		put_u64(v, RJ_IKE_F_FRAGMENT_NUMBER, number);
		put_u64(v, RJ_IKE_F_FRAGMENT_TOTAL, total);
	}
	if (next)
		put_name_of(v, RJ_IKE_F_NEXT_PAYLOAD, rj_ike_payloads2, next);
	put_u64(v, RJ_IKE_F_LENGTH, c.left);
	return RJ_OK;
}

/* The members of a payload that is an object. */
RJ_MUST_CHECK static enum rj_status put_body(uint8_t type, uint8_t next, struct rj_cursor c,
					     struct rj_visitor *v)
{
	switch (type) {
	case V1_SA:
		return put_sa1(c, v);
	case V2_SA:
		return put_proposals(c, 2, v);
	case V2_KEY_EXCHANGE:
		return put_key2(c, v);
	case V1_NOTIFICATION:
		return put_notify(c, 1, v);
	case V2_NOTIFY:
		return put_notify(c, 2, v);
	case V1_DELETE:
		return put_delete(c, 1, v);
	case V2_DELETE:
		return put_delete(c, 2, v);
	case V1_IDENTIFICATION:
	case V2_IDENTIFICATION_INITIATOR:
	case V2_IDENTIFICATION_RESPONDER:
		return put_typed(c, rj_ike_identities, 3, v);
	case V1_CERTIFICATE:
	case V1_CERTIFICATE_REQUEST:
	case V2_CERTIFICATE:
	case V2_CERTIFICATE_REQUEST:
		return put_typed(c, rj_ike_certificates, 0, v);
	case V2_ENCRYPTED:
	case V2_ENCRYPTED_FRAGMENT:
		return put_encrypted(c, next, type == V2_ENCRYPTED_FRAGMENT, v);
	default:
		put_hex(v, RJ_IKE_F_DATA, c);
		return RJ_OK;
	}
}

static void put_vendor(struct rj_cursor c, struct rj_visitor *v)
{
	const char *name = rj_ike_vendor(c);

	if (name)
		put_word(v, RJ_IKE_F_WORD, name);
	else if (rj_ike_is_text(c))
		v->ops->string(v, &rj_ike_fields[RJ_IKE_F_WORD], c.at, c.left);
	else
		put_hex(v, RJ_IKE_F_BYTES, c);
}

/* struct payload - RFC 7296 3.2. */
struct payload {
	uint8_t type;
	uint8_t next;
	uint8_t flags;
	struct rj_cursor data;
};

/* Numbers of the other version's payloads mean nothing: 0. */
static uint8_t type_in(uint8_t type, uint8_t major)
{
	return (type < V2_SA) == (major == 1) ? type : 0;
}

static void put_payload(const struct payload *p, uint8_t major, struct rj_visitor *v)
{
	uint8_t type = type_in(p->type, major);
	bool is_bytes = type == V1_NONCE || type == V2_NONCE;
	bool is_vendor = type == V1_VENDOR_ID || type == V2_VENDOR_ID;

	put_open(v, RJ_IKE_F_PAYLOAD);
	call(v, major == 1 ? rj_ike_payloads1 : rj_ike_payloads2, p->type);
	if (is_bytes) {
		put_hex(v, RJ_IKE_F_BYTES, p->data);
	} else if (is_vendor) {
		put_vendor(p->data, v);
	} else {
		put_open(v, RJ_IKE_F_BODY);
		if (put_body(type, p->next, p->data, v))
			v->ops->boolean(v, &rj_ike_fields[RJ_IKE_F_MALFORMED], 1);
		put_close(v);
	}
	if (major == 2 && p->flags & CRITICAL)
		v->ops->boolean(v, &rj_ike_fields[RJ_IKE_F_CRITICAL], 1);
	put_close(v);
}

RJ_MUST_CHECK static enum rj_status read_payload(struct rj_cursor *c, struct payload *out)
{
	uint16_t len;
	enum rj_status st = rj_cursor_u8(c, &out->next);

	if (!st)
		st = rj_cursor_u8(c, &out->flags);
	if (!st)
		st = rj_cursor_u16(c, &len);
	if (!st && len < 4)
		return RJ_MALFORMED;
	return st ? st : rj_cursor_sub(c, len - 4u, &out->data);
}

enum rj_status rj_ike_payloads_put(const struct rj_ike_header *h, struct rj_cursor c,
				   struct rj_visitor *v)
{
	struct payload p = { .next = h->next_payload };
	enum rj_status st = RJ_OK;

	if (v)
		put_open(v, RJ_IKE_F_PAYLOADS);
	for (unsigned int num = 0; !st && p.next; num++) {
		p.type = p.next;
		st = num < MAX_PAYLOADS ? read_payload(&c, &p) : RJ_MALFORMED;
		if (st)
			break;
		if (v)
			put_payload(&p, h->major, v);
		if (h->major == 2 && (p.type == V2_ENCRYPTED || p.type == V2_ENCRYPTED_FRAGMENT))
			break; /* the last; next is inside */
	}
	if (v)
		put_close(v);
	return st;
}
