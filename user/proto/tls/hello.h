/* SPDX-License-Identifier: BSD-3-Clause */
/* ClientHello and ServerHello bodies as slices; no record layer, no transport, no output. */
#ifndef RJ_PROTO_TLS_HELLO_H
#define RJ_PROTO_TLS_HELLO_H

#include "core/cursor.h"

/* ExtensionType values that are looked into (IANA). */
#define RJ_TLS_EXT_SERVER_NAME 0x0000u
#define RJ_TLS_EXT_SUPPORTED_GROUPS 0x000au
#define RJ_TLS_EXT_SIGNATURE_ALGORITHMS 0x000du
#define RJ_TLS_EXT_ALPN 0x0010u
#define RJ_TLS_EXT_CLIENT_CERT_TYPE 0x0013u
#define RJ_TLS_EXT_SERVER_CERT_TYPE 0x0014u
#define RJ_TLS_EXT_PRE_SHARED_KEY 0x0029u
#define RJ_TLS_EXT_EARLY_DATA 0x002au
#define RJ_TLS_EXT_SUPPORTED_VERSIONS 0x002bu
#define RJ_TLS_EXT_KEY_SHARE_DRAFT 0x0028u /* before draft 23 of TLS 1.3 */
#define RJ_TLS_EXT_KEY_SHARE 0x0033u
#define RJ_TLS_EXT_ECH 0xfe0du

#define RJ_TLS_SSL3_0 0x0300u
#define RJ_TLS_1_2 0x0303u
#define RJ_TLS_1_3 0x0304u
#define RJ_DTLS_1_0 0xfeffu	/* RFC 4347 4.1: one's complement of 1.0 */
#define RJ_DTLS_1_2 0xfefdu	/* RFC 6347 4.1 */
#define RJ_DTLS_1_3 0xfefcu	/* RFC 9147 5.3 */
#define RJ_DTLS_OPENSSL 0x0100u /* of OpenSSL before 0.9.8f, for DTLS 1.0 */

/* rj_tls_is_grease - a value that means nothing and is there to be passed over (RFC 8701 2). */
static inline bool rj_tls_is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/* enum rj_tls_list - how the length-prefixed list inside an extension is laid out. */
enum rj_tls_list {
	RJ_TLS_LIST_NAMES,     /* u16 length; items: type u8, name behind u16 (RFC 6066 3) */
	RJ_TLS_LIST_PROTOCOLS, /* u16 length; items: name behind u8 (RFC 7301 3.1) */
	RJ_TLS_LIST_GROUPS,    /* u16 length; items: u16 (RFC 8446 4.2.7) */
	RJ_TLS_LIST_VERSIONS,  /* u8 length; items: u16 (RFC 8446 4.2.1, ClientHello) */
	RJ_TLS_LIST_SHARES,    /* u16 length; items: group u16, key behind u16 (RFC 8446 4.2.8) */
};

/*
 * struct rj_tls_hello - a hello body taken apart. The cursors have hard ends and
 * borrow the body; numbers are host order.
 * @is_server:    a ServerHello (or HelloRetryRequest) rather than a ClientHello
 * @is_malformed: what stands behind the compression methods is not one extension
 *                block of exactly its length
 * @version:      legacy_version
 * @random:       32 bytes
 * @session_id:   0..32 bytes
 * @cookie:       of a ClientHello of DTLS (RFC 6347 4.2.1), else empty
 * @suites:       two bytes each; in a ServerHello the one selected
 * @compression:  one byte each
 * @extensions:   the extension block without its length, as far as it is there
 */
struct rj_tls_hello {
	bool is_server;
	bool is_malformed;
	uint16_t version;
	struct rj_cursor random;
	struct rj_cursor session_id;
	struct rj_cursor cookie;
	struct rj_cursor suites;
	struct rj_cursor compression;
	struct rj_cursor extensions;
};

/* struct rj_tls_extension - one extension: its type and its data, which are borrowed. */
struct rj_tls_extension {
	uint16_t type;
	struct rj_cursor data;
};

/*
 * rj_tls_client_hello_read, rj_tls_server_hello_read - take @body, a whole hello
 * without the handshake header, apart into *@out (RFC 8446 4.1.2 and 4.1.3, RFC
 * 5246 7.4.1). @has_cookie: the hello is of DTLS. RJ_MALFORMED: a part before the extensions is
 * missing or out of its range. Faults of the extension block leave RJ_OK and is_malformed.
 */
RJ_MUST_CHECK enum rj_status rj_tls_client_hello_read(struct rj_cursor body, bool has_cookie,
						      struct rj_tls_hello *out);
RJ_MUST_CHECK enum rj_status rj_tls_server_hello_read(struct rj_cursor body,
						      struct rj_tls_hello *out);

/*
 * rj_tls_hello_check - RJ_MALFORMED when the extension block is not one of whole extensions, has a
 * type twice (RFC 8446 4.2), or a list that is shown does not fill its extension.
 */
RJ_MUST_CHECK enum rj_status rj_tls_hello_check(const struct rj_tls_hello *hello);

/* rj_tls_hello_is_retry - whether a ServerHello is a HelloRetryRequest (RFC 8446 4.1.3). */
bool rj_tls_hello_is_retry(const struct rj_tls_hello *hello);

/*
 * rj_tls_hello_version - of a ServerHello: the version selected, which is that of
 * supported_versions, else legacy_version. Of a ClientHello: the highest of SSL
 * 3.0 to TLS 1.3, or of DTLS, in supported_versions; where all are others (drafts) the first of
 * them; without that extension legacy_version. @supported: the data of its supported_versions, as
 * rj_tls_extension_find gives it.
 */
uint16_t rj_tls_hello_version(const struct rj_tls_hello *hello, struct rj_cursor supported);

/*
 * rj_tls_version_rank - SSL 3.0 is 2, TLS 1.0 to 1.3 are 3 to 6, and DTLS is what it was made of:
 * 1.0 (OpenSSL's too) of TLS 1.1, 1.2 and 1.3 of their TLS. 0: a version that is none of them.
 */
unsigned int rj_tls_version_rank(uint16_t version);

/*
 * rj_tls_extension_next - takes the next extension off @block into *@out (RFC 8446 4.2: its type,
 * its data behind a length of 16 bits).
 */
RJ_MUST_CHECK static inline enum rj_status rj_tls_extension_next(struct rj_cursor *block,
								 struct rj_tls_extension *out)
{
	struct rj_cursor ahead = *block, data;
	uint32_t type_and_len;
	enum rj_status st = rj_cursor_u32(&ahead, &type_and_len);

	if (!st)
		st = rj_cursor_sub(&ahead, type_and_len & 0xffff, &data);
	if (st)
		return st;
	*block = ahead;
	*out = (struct rj_tls_extension){ (uint16_t)(type_and_len >> 16), data };
	return RJ_OK;
}

/* rj_tls_extension_find - data of the first extension @type of @hello; its at is NULL: none. */
struct rj_cursor rj_tls_extension_find(const struct rj_tls_hello *hello, uint16_t type);

/* struct rj_tls_looked - what rj_tls_extension_find gives for each type that is looked into. */
struct rj_tls_looked {
	struct rj_cursor server_name;
	struct rj_cursor supported_groups;
	struct rj_cursor signature_algorithms;
	struct rj_cursor alpn;
	struct rj_cursor pre_shared_key;
	struct rj_cursor early_data;
	struct rj_cursor supported_versions;
	struct rj_cursor key_share;
	struct rj_cursor ech;
};

/* rj_tls_extensions_look - finds all of them at once. */
void rj_tls_extensions_look(const struct rj_tls_hello *hello, struct rj_tls_looked *out);

/*
 * rj_tls_list_open - opens the list that fills extension @data into *@out.
 * RJ_MALFORMED: its length is not that of the data, or it is empty.
 */
RJ_MUST_CHECK enum rj_status rj_tls_list_open(enum rj_tls_list kind, struct rj_cursor data,
					      struct rj_cursor *out);

/*
 * rj_tls_list_next - takes the next item off @list: a name in *@out, or a number (of a key share
 * its group) as its two bytes. A server name of a type other than host_name (RFC 6066 3)
 * is passed over and gives an empty *@out; every other item has bytes.
 */
RJ_MUST_CHECK enum rj_status rj_tls_list_next(enum rj_tls_list kind, struct rj_cursor *list,
					      struct rj_cursor *out);

#endif
