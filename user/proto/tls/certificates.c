/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates of a session: DER read by OpenSSL, written field by field. */
#define OPENSSL_SUPPRESS_DEPRECATED /* as in features/community.c: EVP allocates for each hash */
#include "proto/tls/certificates.h"

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "core/tape.h"
#include "proto/tls/fields.h"

#define OID_TEXT_BYTES 128u /* longer ones are cut; registered ones have some 30 digits */
#define TIME_TEXT_BYTES 32u
#define RAW_PUBLIC_KEY 2u /* CertificateType (RFC 7250 7) */
#define DER_SEQUENCE 0x30u

static void emit_string(struct rj_visitor *v, enum rj_tls_field field, const char *text)
{
	v->ops->string(v, &rj_tls_fields[field], text, strlen(text));
}

static void emit_octets(struct rj_visitor *v, enum rj_tls_field field, const ASN1_STRING *octets)
{
	v->ops->hex(v, &rj_tls_fields[field], ASN1_STRING_get0_data(octets),
		    (size_t)ASN1_STRING_length(octets));
}

/* OpenSSL's long name of @object, or its number, in @out of OID_TEXT_BYTES. */
static const char *name_of(const ASN1_OBJECT *object, char *out)
{
	int nid = OBJ_obj2nid(object);

	if (nid != NID_undef)
		return OBJ_nid2ln(nid);
	if (OBJ_obj2txt(out, OID_TEXT_BYTES, object, 1) <= 0)
		return "unknown";
	return out;
}

static void emit_name(struct rj_visitor *v, enum rj_tls_field field, const ASN1_OBJECT *object)
{
	char number[OID_TEXT_BYTES];

	emit_string(v, field, name_of(object, number));
}

/* An object of one member, whose key is the name of @object; the value is to be written next. */
static void open_named(struct rj_visitor *v, const ASN1_OBJECT *object)
{
	char number[OID_TEXT_BYTES];
	const char *name = name_of(object, number);

	v->ops->open(v, &rj_tls_fields[F_ATTRIBUTE]);
	v->ops->name(v, name, strlen(name));
}

static size_t at_most(int len)
{
	size_t num = len > 0 ? (size_t)len : 0;

	return num < RJ_TLS_CERT_TEXT_MAX ? num : RJ_TLS_CERT_TEXT_MAX;
}

static void emit_attribute(struct rj_visitor *v, const X509_NAME_ENTRY *entry)
{
	unsigned char *text = NULL;
	int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));

	open_named(v, X509_NAME_ENTRY_get_object(entry));
	v->ops->string(v, &rj_tls_fields[F_ATTRIBUTE_VALUE], len > 0 ? (const char *)text : "",
		       at_most(len));
	v->ops->close(v);
	OPENSSL_free(text);
}

static void emit_x509_name(struct rj_visitor *v, enum rj_tls_field field, const X509_NAME *name)
{
	int num = X509_NAME_entry_count(name);

	v->ops->open(v, &rj_tls_fields[field]);
	for (int i = 0; i < num && i < (int)RJ_TLS_ATTRIBUTES_MAX; i++)
		emit_attribute(v, X509_NAME_get_entry(name, i));
	v->ops->close(v);
}

static void emit_printed(struct rj_visitor *v, BIO *bio)
{
	char *text;
	long len = BIO_get_mem_data(bio, &text);

	while (len > 0 && text[len - 1] == '\n')
		len--;
	v->ops->string(v, &rj_tls_fields[F_ATTRIBUTE_VALUE], text, at_most((int)len));
}

/* As OpenSSL prints it, else its octets. */
static void emit_extension(struct rj_visitor *v, X509_EXTENSION *extension)
{
	BIO *bio = BIO_new(BIO_s_mem());

	open_named(v, X509_EXTENSION_get_object(extension));
	if (bio && X509V3_EXT_print(bio, extension, X509V3_EXT_DEFAULT, 0))
		emit_printed(v, bio);
	else
		emit_octets(v, F_DATA, X509_EXTENSION_get_data(extension));
	v->ops->close(v);
	BIO_free(bio);
}

static void emit_extensions(struct rj_visitor *v, const X509 *cert)
{
	int num = X509_get_ext_count(cert);

	if (num <= 0)
		return;
	v->ops->open(v, &rj_tls_fields[F_CERT_EXTENSIONS]);
	for (int i = 0; i < num && i < (int)RJ_TLS_CERT_EXTENSIONS_MAX; i++)
		emit_extension(v, X509_get_ext(cert, i));
	v->ops->close(v);
}

/* In the form of ASN1_TIME_print; nothing where it is no time. */
static void emit_time(struct rj_visitor *v, enum rj_tls_field field, const ASN1_TIME *time)
{
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	char text[TIME_TEXT_BYTES];
	struct tm tm;

	if (!ASN1_TIME_to_tm(time, &tm) || tm.tm_mon < 0 || tm.tm_mon > 11)
		return;
	snprintf(text, sizeof(text), "%s %2d %02d:%02d:%02d %d GMT", months[tm.tm_mon], tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900);
	emit_string(v, field, text);
}

static void emit_signature(struct rj_visitor *v, const X509 *cert)
{
	const ASN1_BIT_STRING *signature;
	const X509_ALGOR *algorithm;
	const ASN1_OBJECT *object;

	X509_get0_signature(&signature, &algorithm, cert);
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	emit_octets(v, F_CERT_SIGNATURE, signature);
	emit_name(v, F_CERT_SIGNATURE_ALGO, object);
	v->ops->u64(v, &rj_tls_fields[F_CERT_SIGNATURE_SIZE],
		    (uint64_t)ASN1_STRING_length(signature) * 8);
}

static void emit_key(struct rj_visitor *v, X509_PUBKEY *info)
{
	EVP_PKEY *key = X509_PUBKEY_get0(info);
	ASN1_OBJECT *object;

	if (X509_PUBKEY_get0_param(&object, NULL, NULL, NULL, info))
		emit_name(v, F_CERT_KEY_ALGO, object);
	if (key)
		v->ops->u64(v, &rj_tls_fields[F_CERT_KEY_SIZE], (uint64_t)EVP_PKEY_bits(key));
}

static void emit_alt_text(struct rj_visitor *v, const ASN1_STRING *text)
{
	v->ops->string(v, &rj_tls_fields[F_ALT_NAME], ASN1_STRING_get0_data(text),
		       at_most(ASN1_STRING_length(text)));
}

/* RFC 5280 4.2.1.6: 4 or 16 octets. */
static void emit_alt_address(struct rj_visitor *v, const ASN1_STRING *octets)
{
	uint8_t address[16] = { [10] = 0xff, [11] = 0xff };
	size_t len = (size_t)ASN1_STRING_length(octets);

	if (len != 4 && len != 16)
		return;
	memcpy(address + 16 - len, ASN1_STRING_get0_data(octets), len);
	v->ops->address(v, &rj_tls_fields[F_ALT_NAME], address);
}

/* Each kind is told by its form: a host, an address, one with @, one with a scheme. */
static void emit_alt_name(struct rj_visitor *v, const GENERAL_NAME *name)
{
	int kind;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &kind);

	if (kind == GEN_DNS || kind == GEN_EMAIL || kind == GEN_URI)
		emit_alt_text(v, value);
	else if (kind == GEN_IPADD)
		emit_alt_address(v, value);
}

static void emit_alt_names(struct rj_visitor *v, const X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int num = sk_GENERAL_NAME_num(names);

	if (!names)
		return;
	v->ops->open(v, &rj_tls_fields[F_CERT_SAN]);
	for (int i = 0; i < num && i < (int)RJ_TLS_ALT_NAMES_MAX; i++)
		emit_alt_name(v, sk_GENERAL_NAME_value(names, i));
	v->ops->close(v);
	GENERAL_NAMES_free(names);
}

static void emit_x509(struct rj_visitor *v, const X509 *cert)
{
	emit_octets(v, F_CERT_SERIAL, X509_get0_serialNumber(cert));
	emit_signature(v, cert);
	emit_x509_name(v, F_CERT_ISSUER, X509_get_issuer_name(cert));
	emit_x509_name(v, F_CERT_SUBJECT, X509_get_subject_name(cert));
	emit_extensions(v, cert);
	emit_time(v, F_CERT_NOT_BEFORE, X509_get0_notBefore(cert));
	emit_time(v, F_CERT_NOT_AFTER, X509_get0_notAfter(cert));
	emit_key(v, X509_get_X509_PUBKEY(cert));
	emit_alt_names(v, cert);
}

static void open_certificate(struct rj_visitor *v, struct rj_cursor der)
{
	v->ops->open(v, &rj_tls_fields[F_CERTIFICATE]);
	v->ops->u64(v, &rj_tls_fields[F_CERT_LEN], der.left);
}

static void digest_of(struct rj_cursor der, uint8_t digest[SHA256_DIGEST_LENGTH])
{
	SHA256_CTX sha256;

	SHA256_Init(&sha256);
	SHA256_Update(&sha256, der.at, der.left);
	SHA256_Final(digest, &sha256);
}

/* @end: as far as OpenSSL read it; NULL: it did not. */
static void close_certificate(struct rj_visitor *v, struct rj_cursor der,
			      const uint8_t digest[SHA256_DIGEST_LENGTH], const unsigned char *end)
{
	v->ops->hex(v, &rj_tls_fields[F_CERT_SHA256], digest, SHA256_DIGEST_LENGTH);
	if (end != der.at + der.left)
		v->ops->boolean(v, &rj_tls_fields[F_CERT_BROKEN], 1);
	v->ops->close(v);
	ERR_clear_error(); /* what is malformed is nobody's error */
}

/*
 * What was shown of certificates lately is kept: the same few servers make most of a link's flows,
 * and OpenSSL takes a million instructions for each. Ours.
 */
#define NUM_KNOWN 256u

/* struct known - @len: of @bytes in use, 0: none. */
struct known {
	uint8_t digest[SHA256_DIGEST_LENGTH];
	size_t len;
	uint8_t bytes[6 * 1024];
};

/* @starts: of the digests, to be looked through; @next: which makes room. */
static _Thread_local struct {
	uint64_t starts[NUM_KNOWN];
	struct known known[NUM_KNOWN];
	unsigned int next;
} all_known;

/* The one of @digest, or an empty one. */
static struct known *known_of(const uint8_t digest[SHA256_DIGEST_LENGTH])
{
	struct known *known;
	uint64_t start;

	memcpy(&start, digest, sizeof(start));
	for (unsigned int i = 0; i < NUM_KNOWN; i++) {
		known = &all_known.known[i];
		if (all_known.starts[i] == start && known->len &&
		    !memcmp(known->digest, digest, SHA256_DIGEST_LENGTH))
			return known;
	}
	all_known.starts[all_known.next % NUM_KNOWN] = start;
	known = &all_known.known[all_known.next++ % NUM_KNOWN];
	known->len = 0;
	return known;
}

static void read_certificate(struct rj_visitor *v, struct rj_cursor der, const uint8_t *digest)
{
	const unsigned char *at = der.at;
	X509 *cert = d2i_X509(NULL, &at, (long)der.left);

	open_certificate(v, der);
	if (cert)
		emit_x509(v, cert);
	close_certificate(v, der, digest, cert ? at : NULL);
	X509_free(cert);
}

static void emit_certificate(struct rj_visitor *v, struct rj_cursor der)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct rj_tape tape;
	struct known *known;

	digest_of(der, digest);
	known = known_of(digest);
	if (known->len) {
		rj_tape_play(known->bytes, known->len, v);
		return;
	}
	rj_tape_start(&tape, v, known->bytes, sizeof(known->bytes));
	read_certificate(&tape.relay.visitor, der, digest);
	known->len = tape.is_over ? 0 : tape.len;
	memcpy(known->digest, digest, sizeof(digest));
}

/* RFC 7250 3: a SubjectPublicKeyInfo. */
static void emit_raw_key(struct rj_visitor *v, struct rj_cursor der)
{
	const unsigned char *at = der.at;
	X509_PUBKEY *info = d2i_X509_PUBKEY(NULL, &at, (long)der.left);
	uint8_t digest[SHA256_DIGEST_LENGTH];

	digest_of(der, digest);
	open_certificate(v, der);
	if (info)
		emit_key(v, info);
	close_certificate(v, der, digest, info ? at : NULL);
	X509_PUBKEY_free(info);
}

/* Whether the server said that what @type is about is a raw key. */
static bool is_raw_key(const struct rj_tls_session *session, uint16_t type)
{
	struct rj_tls_hello hello;
	struct rj_cursor data;
	uint8_t kind;

	if (!rj_tls_session_hello(session, RJ_TLS_THE_SERVER, &hello))
		return false;
	data = rj_tls_extension_find(&hello, type);
	return data.left == 1 && !rj_cursor_u8(&data, &kind) && kind == RAW_PUBLIC_KEY;
}

/*
 * RFC 5246 7.4.2: a list behind 24 bits of length; each certificate likewise. RFC 7250 3: instead
 * of the list one key, which starts as no list of ours does. @type: the extension that says which.
 */
static void emit_chain(struct rj_visitor *v, enum rj_tls_field field,
		       const struct rj_tls_session *session, const struct rj_tls_body *body,
		       uint16_t type)
{
	struct rj_cursor c = rj_cursor_init(body->bytes, body->len, true), list, der;

	if (rj_cursor_prefixed(&c, 3, &list))
		return;
	v->ops->open(v, &rj_tls_fields[field]);
	if (list.left && *list.at == DER_SEQUENCE && is_raw_key(session, type)) {
		emit_raw_key(v, list);
		list.left = 0;
	}
	for (unsigned int i = 0; i < RJ_TLS_CHAIN_MAX; i++) {
		if (!list.left || rj_cursor_prefixed(&list, 3, &der))
			break;
		emit_certificate(v, der);
	}
	v->ops->close(v);
}

static void emit_compressed(struct rj_visitor *v, enum rj_tls_field field,
			    const struct rj_tls_body *body)
{
	struct rj_cursor c = rj_cursor_init(body->bytes, body->len, true);
	uint16_t algorithm;
	uint32_t len;

	if (rj_cursor_u16(&c, &algorithm) || rj_cursor_u24(&c, &len))
		return;
	v->ops->open(v, &rj_tls_fields[field]);
	v->ops->u64(v, &rj_tls_fields[F_COMPRESSED_ALGORITHM], algorithm);
	v->ops->u64(v, &rj_tls_fields[F_COMPRESSED_LEN], len);
	v->ops->close(v);
}

/* The side of a role; where neither is known, certificates are rather a server's. */
static unsigned int side_of(const struct rj_tls_session *s, enum rj_tls_role role)
{
	for (unsigned int side = 0; side < 2; side++)
		if (s->roles[side] == role)
			return side;
	for (unsigned int side = 0; side < 2; side++)
		if (s->roles[side] != RJ_TLS_ROLE_UNKNOWN)
			return !side;
	return s->certificates[1].len ? role == RJ_TLS_ROLE_SERVER : role == RJ_TLS_ROLE_CLIENT;
}

void rj_tls_emit_certificates(const struct rj_tls_session *session, struct rj_cursor ssl2,
			      struct rj_visitor *v)
{
	unsigned int client = side_of(session, RJ_TLS_ROLE_CLIENT);

	emit_chain(v, F_C_CERT, session, &session->certificates[client],
		   RJ_TLS_EXT_CLIENT_CERT_TYPE);
	emit_chain(v, F_S_CERT, session, &session->certificates[!client],
		   RJ_TLS_EXT_SERVER_CERT_TYPE);
	emit_compressed(v, F_C_COMPRESSED, &session->compressed[client]);
	emit_compressed(v, F_S_COMPRESSED, &session->compressed[!client]);
	if (!ssl2.left)
		return;
	v->ops->open(v, &rj_tls_fields[F_S_CERT]);
	emit_certificate(v, ssl2);
	v->ops->close(v);
}
