/* SPDX-License-Identifier: BSD-3-Clause */
/* Takes ClientHello and ServerHello bodies apart. */
#include "proto/tls/hello.h"

#define RANDOM_BYTES 32u
#define SESSION_ID_MAX 32u /* RFC 8446 4.1.2: legacy_session_id<0..32> */
#define NAME_TYPE_HOST 0u  /* RFC 6066 3 */
#define NUM_PAGES 256u	   /* of extension types, by their upper byte */
#define PAGE_TYPES 256u

/* Drafts 0 to 21 of TLS 1.3 announced themselves in the ServerHello's version, which had neither
 * session id nor compression (draft-ietf-tls-tls13-21 4.1.3). */
#define DRAFT_FIRST 0x7f00u
#define DRAFT_LAST 0x7f15u

RJ_MUST_CHECK static enum rj_status read_session_id(struct rj_cursor *c, struct rj_tls_hello *hello)
{
	enum rj_status st = rj_cursor_prefixed(c, 1, &hello->session_id);

	if (!st && hello->session_id.left > SESSION_ID_MAX)
		return RJ_MALFORMED;
	return st;
}

/*
 * What is left of a hello is nothing (RFC 5246 7.4.1.2) or one block behind its
 * length. Of a block with a lying length as much is kept as both agree on.
 */
static void open_extensions(struct rj_cursor rest, struct rj_tls_hello *hello)
{
	uint16_t len;

	hello->extensions = rj_cursor_init(NULL, 0, true);
	if (!rest.left)
		return;
	if (rj_cursor_u16(&rest, &len)) {
		hello->is_malformed = true;
		return;
	}
	hello->is_malformed = len != rest.left;
	hello->extensions = rest;
	if (len < rest.left)
		hello->extensions.left = len;
}

enum rj_status rj_tls_client_hello_read(struct rj_cursor body, bool has_cookie,
					struct rj_tls_hello *out)
{
	struct rj_tls_hello hello; /* not zeroed: nearly all of it is set below */
	enum rj_status st;

	hello.is_server = hello.is_malformed = false;
	hello.cookie = rj_cursor_init(NULL, 0, true);
	body.is_hard = true;
	st = rj_cursor_u16(&body, &hello.version);
	if (!st)
		st = rj_cursor_sub(&body, RANDOM_BYTES, &hello.random);
	if (!st)
		st = read_session_id(&body, &hello);
	if (!st && has_cookie)
		st = rj_cursor_prefixed(&body, 1, &hello.cookie);
	if (!st)
		st = rj_cursor_prefixed(&body, 2, &hello.suites);
	if (!st && (!hello.suites.left || hello.suites.left % 2)) /* cipher_suites<2..2^16-2> */
		st = RJ_MALFORMED;
	if (!st)
		st = rj_cursor_prefixed(&body, 1, &hello.compression);
	if (!st && !hello.compression.left) /* legacy_compression_methods<1..2^8-1> */
		st = RJ_MALFORMED;
	if (st)
		return st;
	open_extensions(body, &hello);
	*out = hello;
	return RJ_OK;
}

enum rj_status rj_tls_server_hello_read(struct rj_cursor body, struct rj_tls_hello *out)
{
	struct rj_tls_hello hello; /* not zeroed: nearly all of it is set below */
	bool is_draft;
	enum rj_status st;

	hello.is_server = true;
	hello.is_malformed = false;
	hello.session_id = hello.cookie = hello.compression = rj_cursor_init(NULL, 0, true);
	body.is_hard = true;
	st = rj_cursor_u16(&body, &hello.version);
	is_draft = !st && hello.version >= DRAFT_FIRST && hello.version <= DRAFT_LAST;
	if (!st)
		st = rj_cursor_sub(&body, RANDOM_BYTES, &hello.random);
	if (!st && !is_draft)
		st = read_session_id(&body, &hello);
	if (!st)
		st = rj_cursor_sub(&body, 2, &hello.suites);
	if (!st && !is_draft)
		st = rj_cursor_sub(&body, 1, &hello.compression);
	if (st)
		return st;
	open_extensions(body, &hello);
	*out = hello;
	return RJ_OK;
}

bool rj_tls_hello_is_retry(const struct rj_tls_hello *hello)
{
	/* RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest" */
	static const uint8_t retry_random[RANDOM_BYTES] = {
		0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
		0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
		0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
	};
	struct rj_cursor random = hello->random;
	const uint8_t *bytes;

	return hello->is_server && !rj_cursor_bytes(&random, sizeof(retry_random), &bytes) &&
	       !memcmp(bytes, retry_random, sizeof(retry_random));
}

struct rj_cursor rj_tls_extension_find(const struct rj_tls_hello *hello, uint16_t type)
{
	struct rj_cursor block = hello->extensions;
	struct rj_tls_extension extension;

	while (block.left && !rj_tls_extension_next(&block, &extension))
		if (extension.type == type)
			return extension.data;
	return rj_cursor_init(NULL, 0, true);
}

/* Where data of that type goes, NULL when it is not looked into. */
static struct rj_cursor *place_of(struct rj_tls_looked *looked, uint16_t type)
{
	switch (type) {
	case RJ_TLS_EXT_SERVER_NAME:
		return &looked->server_name;
	case RJ_TLS_EXT_SUPPORTED_GROUPS:
		return &looked->supported_groups;
	case RJ_TLS_EXT_SIGNATURE_ALGORITHMS:
		return &looked->signature_algorithms;
	case RJ_TLS_EXT_ALPN:
		return &looked->alpn;
	case RJ_TLS_EXT_PRE_SHARED_KEY:
		return &looked->pre_shared_key;
	case RJ_TLS_EXT_EARLY_DATA:
		return &looked->early_data;
	case RJ_TLS_EXT_SUPPORTED_VERSIONS:
		return &looked->supported_versions;
	case RJ_TLS_EXT_KEY_SHARE:
	case RJ_TLS_EXT_KEY_SHARE_DRAFT:
		return &looked->key_share;
	case RJ_TLS_EXT_ECH:
		return &looked->ech;
	default:
		return NULL;
	}
}

void rj_tls_extensions_look(const struct rj_tls_hello *hello, struct rj_tls_looked *out)
{
	struct rj_cursor block = hello->extensions;
	struct rj_tls_extension extension;

	*out = (struct rj_tls_looked){ .ech = { .at = NULL } };
	while (block.left && !rj_tls_extension_next(&block, &extension)) {
		struct rj_cursor *place = place_of(out, extension.type);

		if (place && !place->at)
			*place = extension.data;
	}
}

enum rj_status rj_tls_list_open(enum rj_tls_list kind, struct rj_cursor data, struct rj_cursor *out)
{
	struct rj_cursor list;
	enum rj_status st = rj_cursor_prefixed(&data, kind == RJ_TLS_LIST_VERSIONS ? 1 : 2, &list);

	if (st)
		return st;
	if (data.left || !list.left)
		return RJ_MALFORMED;
	*out = list;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status next_server_name(struct rj_cursor *list, struct rj_cursor *out)
{
	struct rj_cursor ahead = *list, name;
	uint8_t type;
	enum rj_status st = rj_cursor_u8(&ahead, &type);

	if (!st)
		st = rj_cursor_prefixed(&ahead, 2, &name);
	if (st)
		return st;
	if (type == NAME_TYPE_HOST && !name.left) /* HostName<1..2^16-1> */
		return RJ_MALFORMED;
	if (type != NAME_TYPE_HOST)
		name.left = 0;
	*list = ahead;
	*out = name;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status next_protocol(struct rj_cursor *list, struct rj_cursor *out)
{
	struct rj_cursor ahead = *list, name;
	enum rj_status st = rj_cursor_prefixed(&ahead, 1, &name);

	if (st)
		return st;
	if (!name.left) /* ProtocolName<1..2^8-1> */
		return RJ_MALFORMED;
	*list = ahead;
	*out = name;
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status next_share(struct rj_cursor *list, struct rj_cursor *out)
{
	struct rj_cursor ahead = *list, group, key;
	enum rj_status st = rj_cursor_sub(&ahead, 2, &group);

	if (!st)
		st = rj_cursor_prefixed(&ahead, 2, &key);
	if (st)
		return st;
	*list = ahead;
	*out = group;
	return RJ_OK;
}

enum rj_status rj_tls_list_next(enum rj_tls_list kind, struct rj_cursor *list,
				struct rj_cursor *out)
{
	switch (kind) {
	case RJ_TLS_LIST_NAMES:
		return next_server_name(list, out);
	case RJ_TLS_LIST_PROTOCOLS:
		return next_protocol(list, out);
	case RJ_TLS_LIST_SHARES:
		return next_share(list, out);
	case RJ_TLS_LIST_GROUPS:
	case RJ_TLS_LIST_VERSIONS:
		break;
	}
	return rj_cursor_sub(list, 2, out);
}

RJ_MUST_CHECK static enum rj_status check_list(enum rj_tls_list kind, struct rj_cursor data)
{
	struct rj_cursor list, item;
	enum rj_status st = rj_tls_list_open(kind, data, &list);

	if (!st && (kind == RJ_TLS_LIST_GROUPS || kind == RJ_TLS_LIST_VERSIONS))
		return list.left % 2 ? RJ_MALFORMED : RJ_OK;
	while (!st && list.left)
		st = rj_tls_list_next(kind, &list, &item);
	return st;
}

/* What a server answers differs: server_name is empty, supported_versions is a single number. */
RJ_MUST_CHECK static enum rj_status check_extension(const struct rj_tls_hello *hello,
						    const struct rj_tls_extension *extension)
{
	switch (extension->type) {
	case RJ_TLS_EXT_SERVER_NAME:
		return hello->is_server ? RJ_OK : check_list(RJ_TLS_LIST_NAMES, extension->data);
	case RJ_TLS_EXT_SUPPORTED_GROUPS:
		return hello->is_server ? RJ_OK : check_list(RJ_TLS_LIST_GROUPS, extension->data);
	case RJ_TLS_EXT_ALPN:
		return check_list(RJ_TLS_LIST_PROTOCOLS, extension->data);
	case RJ_TLS_EXT_SUPPORTED_VERSIONS:
		if (hello->is_server)
			return extension->data.left == 2 ? RJ_OK : RJ_MALFORMED;
		return check_list(RJ_TLS_LIST_VERSIONS, extension->data);
	default:
		return RJ_OK;
	}
}

/*
 * struct seen - the types that a block has had, a bit each.
 * @low: those below 64, as nearly all are
 * @pages: the others, those of one upper byte together; few are met, and only theirs are cleared
 * @has_page: which these are
 */
struct seen {
	uint64_t low;
	uint64_t pages[NUM_PAGES][PAGE_TYPES / 64];
	uint64_t has_page[NUM_PAGES / 64];
};

/* Whether bit @at was set before; from now on it is. */
static inline bool is_set(uint64_t *bits, unsigned int at)
{
	uint64_t before = bits[at / 64], bit = UINT64_C(1) << at % 64;

	bits[at / 64] = before | bit;
	return before & bit;
}

/* Whether @type was there before; from now on it was. */
static inline bool is_seen(struct seen *seen, uint16_t type)
{
	uint64_t *page = seen->pages[type / PAGE_TYPES];

	if (type < 64)
		return is_set(&seen->low, type);
	if (!is_set(seen->has_page, type / PAGE_TYPES))
		memset(page, 0, sizeof(seen->pages[0]));
	return is_set(page, type % PAGE_TYPES);
}

enum rj_status rj_tls_hello_check(const struct rj_tls_hello *hello)
{
	struct rj_cursor block = hello->extensions;
	struct seen seen;

	if (hello->is_malformed)
		return RJ_MALFORMED;
	seen.low = 0; /* the pages need no zeros */
	memset(seen.has_page, 0, sizeof(seen.has_page));
	while (block.left) {
		struct rj_tls_extension extension;
		enum rj_status st = rj_tls_extension_next(&block, &extension);

		if (!st)
			st = check_extension(hello, &extension);
		if (st)
			return st;
		if (is_seen(&seen, extension.type)) /* RFC 8446 4.2: no type twice in a block */
			return RJ_MALFORMED;
	}
	return RJ_OK;
}

unsigned int rj_tls_version_rank(uint16_t version)
{
	switch (version) {
	case RJ_DTLS_OPENSSL:
	case RJ_DTLS_1_0:
		return 4;
	case RJ_DTLS_1_2:
		return 5;
	case RJ_DTLS_1_3:
		return 6;
	default:
		return version >= RJ_TLS_SSL3_0 && version <= RJ_TLS_1_3 ?
			       version - RJ_TLS_SSL3_0 + 2u :
			       0;
	}
}

static uint16_t highest_offered(struct rj_cursor data)
{
	struct rj_cursor list;
	uint16_t highest, version;

	if (rj_tls_list_open(RJ_TLS_LIST_VERSIONS, data, &list) || rj_cursor_u16(&list, &highest))
		return 0;
	while (list.left && !rj_cursor_u16(&list, &version)) {
		if (rj_tls_version_rank(version) > rj_tls_version_rank(highest))
			highest = version;
	}
	return highest;
}

uint16_t rj_tls_hello_version(const struct rj_tls_hello *hello, struct rj_cursor supported)
{
	uint16_t version = 0;

	if (!supported.at)
		return hello->version;
	if (!hello->is_server)
		version = highest_offered(supported);
	else if (rj_cursor_u16(&supported, &version))
		return hello->version;
	return version ? version : hello->version;
}
