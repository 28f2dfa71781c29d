/* SPDX-License-Identifier: BSD-3-Clause */
/* The field rows of `dns`, and how its parts hand values to a visitor. */
#ifndef RJ_PROTO_COMMON_DNS_FIELDS_H
#define RJ_PROTO_COMMON_DNS_FIELDS_H

#include <rejoice/record.h>

enum rj_dns_field {
	RJ_DNS_F_MESSAGES, /* first: the value of the dissector itself */
	RJ_DNS_F_MESSAGE,
	RJ_DNS_F_QN,
	RJ_DNS_F_RN,
	RJ_DNS_F_ID,
	RJ_DNS_F_QT,
	RJ_DNS_F_QC,
	RJ_DNS_F_QU,
	RJ_DNS_F_RC,
	RJ_DNS_F_FLAGS,
	RJ_DNS_F_FLAG,
	RJ_DNS_F_OPCODE,
	RJ_DNS_F_MORE_QUESTIONS,
	RJ_DNS_F_QUESTION,
	RJ_DNS_F_RR,
	RJ_DNS_F_RECORD,
	RJ_DNS_F_NAME,
	RJ_DNS_F_SECTION,
	RJ_DNS_F_TYPE,
	RJ_DNS_F_CLASS,
	RJ_DNS_F_FLUSH,
	RJ_DNS_F_RDLENGTH,
	RJ_DNS_F_DATA,
	RJ_DNS_F_TTL,
	RJ_DNS_F_A,
	RJ_DNS_F_AAAA,
	RJ_DNS_F_CNAME,
	RJ_DNS_F_DNAME,
	RJ_DNS_F_NS,
	RJ_DNS_F_PTR,
	RJ_DNS_F_SOA,
	RJ_DNS_F_RNAME,
	RJ_DNS_F_SERIAL,
	RJ_DNS_F_REFRESH,
	RJ_DNS_F_RETRY,
	RJ_DNS_F_EXPIRE,
	RJ_DNS_F_MINIMUM,
	RJ_DNS_F_MX,
	RJ_DNS_F_PREFERENCE,
	RJ_DNS_F_TXT,
	RJ_DNS_F_TXT_STRING,
	RJ_DNS_F_SRV,
	RJ_DNS_F_PRIORITY,
	RJ_DNS_F_WEIGHT,
	RJ_DNS_F_PORT,
	RJ_DNS_F_TARGET,
	RJ_DNS_F_CAA,
	RJ_DNS_F_CAA_FLAGS,
	RJ_DNS_F_CAA_TAG,
	RJ_DNS_F_CAA_VALUE,
	RJ_DNS_F_SVCB,
	RJ_DNS_F_HTTPS,
	RJ_DNS_F_PARAMS,
	RJ_DNS_F_MANDATORY,
	RJ_DNS_F_MANDATORY_KEY,
	RJ_DNS_F_ALPN,
	RJ_DNS_F_ALPN_ID,
	RJ_DNS_F_NO_DEFAULT_ALPN,
	RJ_DNS_F_IPV4HINT,
	RJ_DNS_F_IPV6HINT,
	RJ_DNS_F_HINT,
	RJ_DNS_F_ECH,
	RJ_DNS_F_DOHPATH,
	RJ_DNS_F_PARAM,
	RJ_DNS_F_DS,
	RJ_DNS_F_KEY_TAG,
	RJ_DNS_F_ALGORITHM,
	RJ_DNS_F_DIGEST_TYPE,
	RJ_DNS_F_DIGEST,
	RJ_DNS_F_DNSKEY,
	RJ_DNS_F_DNSKEY_FLAGS,
	RJ_DNS_F_PROTOCOL,
	RJ_DNS_F_PUBLIC_KEY,
	RJ_DNS_F_RRSIG,
	RJ_DNS_F_TYPE_COVERED,
	RJ_DNS_F_LABELS,
	RJ_DNS_F_ORIGINAL_TTL,
	RJ_DNS_F_EXPIRATION,
	RJ_DNS_F_INCEPTION,
	RJ_DNS_F_SIGNER,
	RJ_DNS_F_SIGNATURE,
	RJ_DNS_F_OPT,
	RJ_DNS_F_UDP_SIZE,
	RJ_DNS_F_VERSION,
	RJ_DNS_F_DO,
	RJ_DNS_F_OPTIONS,
	RJ_DNS_F_OPTION,
	RJ_DNS_F_NSID,
	RJ_DNS_F_CLIENT_SUBNET,
	RJ_DNS_F_COOKIE,
	RJ_DNS_F_PADDING,
	RJ_DNS_F_EDE,
	RJ_DNS_F_OPTION_CODE,
	RJ_DNS_F_OPTION_DATA,
	RJ_DNS_F_RR_SKIPPED,
	RJ_DNS_F_TRAILING_BYTES,
	RJ_DNS_F_TRUNCATED,
	RJ_DNS_F_MALFORMED,
	RJ_DNS_F_SKIPPED,
	RJ_DNS_NUM_FIELDS
};

extern const struct rj_field rj_dns_fields[RJ_DNS_NUM_FIELDS];

/*
 * rj_dns_put_… - give the value of field @f to @v, as the operation of the same name does. @v is
 * NULL where the code that writes a value only checks it.
 */
static inline void rj_dns_put_open(struct rj_visitor *v, enum rj_dns_field f)
{
	if (v)
		v->ops->open(v, &rj_dns_fields[f]);
}

static inline void rj_dns_put_close(struct rj_visitor *v)
{
	if (v)
		v->ops->close(v);
}

/* what the next value is called instead of by its field */
static inline void rj_dns_put_name(struct rj_visitor *v, const void *name, size_t len)
{
	if (v)
		v->ops->name(v, name, len);
}

static inline void rj_dns_put_u64(struct rj_visitor *v, enum rj_dns_field f, uint64_t value)
{
	if (v)
		v->ops->u64(v, &rj_dns_fields[f], value);
}

static inline void rj_dns_put_boolean(struct rj_visitor *v, enum rj_dns_field f, int value)
{
	if (v)
		v->ops->boolean(v, &rj_dns_fields[f], value);
}

static inline void rj_dns_put_string(struct rj_visitor *v, enum rj_dns_field f, const void *text,
				     size_t len)
{
	if (v)
		v->ops->string(v, &rj_dns_fields[f], text, len);
}

static inline void rj_dns_put_hex(struct rj_visitor *v, enum rj_dns_field f, const void *bytes,
				  size_t len)
{
	if (v)
		v->ops->hex(v, &rj_dns_fields[f], bytes, len);
}

static inline void rj_dns_put_address(struct rj_visitor *v, enum rj_dns_field f,
				      const uint8_t addr[16])
{
	if (v)
		v->ops->address(v, &rj_dns_fields[f], addr);
}

#endif
