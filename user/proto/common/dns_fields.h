/* SPDX-License-Identifier: BSD-3-Clause */
/* The field rows of `dns`, and how its parts hand values to a visitor. */
#ifndef RJ_PROTO_COMMON_DNS_FIELDS_H
#define RJ_PROTO_COMMON_DNS_FIELDS_H

#include <stdbool.h>
#include <string.h>

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
	RJ_DNS_F_SERVICE,
	RJ_DNS_F_QUERY,
	RJ_DNS_F_RETRANSMISSION,
	RJ_DNS_F_RESPONSE_US,
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
	RJ_DNS_F_MD,
	RJ_DNS_F_MF,
	RJ_DNS_F_MB,
	RJ_DNS_F_MG,
	RJ_DNS_F_MR,
	RJ_DNS_F_HINFO,
	RJ_DNS_F_CPU,
	RJ_DNS_F_OS,
	RJ_DNS_F_MINFO,
	RJ_DNS_F_RMAILBX,
	RJ_DNS_F_EMAILBX,
	RJ_DNS_F_RP,
	RJ_DNS_F_MBOX,
	RJ_DNS_F_TXT_NAME,
	RJ_DNS_F_AFSDB,
	RJ_DNS_F_SUBTYPE,
	RJ_DNS_F_HOSTNAME,
	RJ_DNS_F_SIG,
	RJ_DNS_F_KEY,
	RJ_DNS_F_LOC,
	RJ_DNS_F_SIZE,
	RJ_DNS_F_HORIZ_PRE,
	RJ_DNS_F_VERT_PRE,
	RJ_DNS_F_LATITUDE,
	RJ_DNS_F_LONGITUDE,
	RJ_DNS_F_ALTITUDE,
	RJ_DNS_F_NAPTR,
	RJ_DNS_F_ORDER,
	RJ_DNS_F_NAPTR_PREFERENCE,
	RJ_DNS_F_NAPTR_FLAGS,
	RJ_DNS_F_SERVICES,
	RJ_DNS_F_REGEXP,
	RJ_DNS_F_REPLACEMENT,
	RJ_DNS_F_KX,
	RJ_DNS_F_KX_PREFERENCE,
	RJ_DNS_F_EXCHANGER,
	RJ_DNS_F_CERT,
	RJ_DNS_F_CERT_TYPE,
	RJ_DNS_F_CERTIFICATE,
	RJ_DNS_F_SSHFP,
	RJ_DNS_F_FP_TYPE,
	RJ_DNS_F_FINGERPRINT,
	RJ_DNS_F_NSEC,
	RJ_DNS_F_NEXT,
	RJ_DNS_F_TYPES,
	RJ_DNS_F_RR_TYPE,
	RJ_DNS_F_NSEC3,
	RJ_DNS_F_HASH_ALGORITHM,
	RJ_DNS_F_NSEC3_FLAGS,
	RJ_DNS_F_ITERATIONS,
	RJ_DNS_F_SALT,
	RJ_DNS_F_NEXT_HASHED,
	RJ_DNS_F_NSEC3PARAM,
	RJ_DNS_F_TLSA,
	RJ_DNS_F_SMIMEA,
	RJ_DNS_F_USAGE,
	RJ_DNS_F_SELECTOR,
	RJ_DNS_F_MATCHING_TYPE,
	RJ_DNS_F_ASSOCIATION_DATA,
	RJ_DNS_F_NINFO,
	RJ_DNS_F_CDS,
	RJ_DNS_F_CDNSKEY,
	RJ_DNS_F_OPENPGPKEY,
	RJ_DNS_F_CSYNC,
	RJ_DNS_F_ZONE_SERIAL,
	RJ_DNS_F_CSYNC_FLAGS,
	RJ_DNS_F_ZONEMD,
	RJ_DNS_F_SCHEME,
	RJ_DNS_F_SPF,
	RJ_DNS_F_NID,
	RJ_DNS_F_L32,
	RJ_DNS_F_L64,
	RJ_DNS_F_LP,
	RJ_DNS_F_ILNP_PREFERENCE,
	RJ_DNS_F_NODE_ID,
	RJ_DNS_F_LOCATOR32,
	RJ_DNS_F_LOCATOR64,
	RJ_DNS_F_FQDN,
	RJ_DNS_F_EUI48,
	RJ_DNS_F_EUI64,
	RJ_DNS_F_TKEY,
	RJ_DNS_F_ALGORITHM_NAME,
	RJ_DNS_F_MODE,
	RJ_DNS_F_ERROR,
	RJ_DNS_F_KEY_DATA,
	RJ_DNS_F_OTHER,
	RJ_DNS_F_TSIG,
	RJ_DNS_F_TIME_SIGNED,
	RJ_DNS_F_FUDGE,
	RJ_DNS_F_MAC,
	RJ_DNS_F_ORIGINAL_ID,
	RJ_DNS_F_URI,
	RJ_DNS_F_URI_TARGET,
	RJ_DNS_F_AVC,
	RJ_DNS_F_RESINFO,
	RJ_DNS_F_WALLET,
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
	RJ_DNS_F_DAU,
	RJ_DNS_F_DHU,
	RJ_DNS_F_N3U,
	RJ_DNS_F_OPTION_NUMBER,
	RJ_DNS_F_SUBNET,
	RJ_DNS_F_SOURCE_PREFIX,
	RJ_DNS_F_SCOPE_PREFIX,
	RJ_DNS_F_EDNS_EXPIRE,
	RJ_DNS_F_COOKIE_CLIENT,
	RJ_DNS_F_COOKIE_SERVER,
	RJ_DNS_F_TCP_KEEPALIVE,
	RJ_DNS_F_CHAIN,
	RJ_DNS_F_KEY_TAGS,
	RJ_DNS_F_INFO_CODE,
	RJ_DNS_F_EXTRA_TEXT,
	RJ_DNS_F_REPORT_CHANNEL,
	RJ_DNS_F_OPTION_CODE,
	RJ_DNS_F_OPTION_DATA,
	RJ_DNS_F_NB,
	RJ_DNS_F_NB_NAME,
	RJ_DNS_F_NB_ADDRESS,
	RJ_DNS_F_GROUP,
	RJ_DNS_F_NODE_TYPE,
	RJ_DNS_F_NBSTAT,
	RJ_DNS_F_NB_NAMES,
	RJ_DNS_F_NB_ACTIVE,
	RJ_DNS_F_NB_PERMANENT,
	RJ_DNS_F_NB_CONFLICT,
	RJ_DNS_F_NB_DEREGISTERED,
	RJ_DNS_F_NB_UNIT,
	RJ_DNS_F_NB_WAIT,
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

static inline void rj_dns_put_f64(struct rj_visitor *v, enum rj_dns_field f, double value)
{
	if (v)
		v->ops->f64(v, &rj_dns_fields[f], value);
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

/*
 * rj_dns_is_mapped - whether an IPv6 address has the form in which IPv4 is kept here.
 * rj_dns_put_ipv6 - an address that IPv6 is said of: such a one is text ("::ffff:192.0.2.1"), so
 * that it is not taken for IPv4.
 */
static inline bool rj_dns_is_mapped(const uint8_t addr[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(addr, mapped, sizeof(mapped));
}

void rj_dns_put_ipv6(struct rj_visitor *v, enum rj_dns_field f, const uint8_t addr[16]);

#endif
