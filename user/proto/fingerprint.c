// SPDX-License-Identifier: BSD-3-Clause
/* Texts of fingerprints and their digests. */
#include "proto/fingerprint.h"

#include <string.h>

#include "core/text.h"

#define NPF "Mercury NPF"

/* clang-format off: a table */
const struct rj_field rj_fingerprint_fields[RJ_FP_NUM_FIELDS] = {
	[RJ_FP_OBJECT] = { "fingerprints", RJ_TYPE_OBJECT, "", 0, NPF,
			   "What tells programs apart by what they say in the clear; absent where nothing does." },
	[RJ_FP_TCP] = { "tcp", RJ_TYPE_STRING, "", 0, NPF, "Of the SYN." },
	[RJ_FP_TCP_SERVER] = { "tcp_server", RJ_TYPE_STRING, "", 0, NPF, "Of the SYN/ACK." },
	[RJ_FP_TLS] = { "tls", RJ_TYPE_STRING, "", 0, NPF,
			"Of the first ClientHello; --npf chooses tls/, tls/1/ or tls/2/." },
	[RJ_FP_TLS_SERVER] = { "tls_server", RJ_TYPE_STRING, "", 0, NPF, "Of the ServerHello." },
	[RJ_FP_QUIC] = { "quic", RJ_TYPE_STRING, "", 0, NPF,
			 "Of QUIC's version and its ClientHello; quic/ with --npf 0, else quic/1/." },
	[RJ_FP_HTTP] = { "http", RJ_TYPE_STRING, "", 0, NPF, "Of the first request." },
	[RJ_FP_HTTP_SERVER] = { "http_server", RJ_TYPE_STRING, "", 0, NPF,
				"Of the first response." },
	[RJ_FP_SSH] = { "ssh", RJ_TYPE_STRING, "", 0, NPF, "Of the client's KEXINIT." },
	[RJ_FP_SSH_SERVER] = { "ssh_server", RJ_TYPE_STRING, "", 0, NPF,
			       "Of the server's KEXINIT." },
	[RJ_FP_DHCP] = { "dhcp", RJ_TYPE_STRING, "", 0, NPF, "Of the first DHCPREQUEST." },
	[RJ_FP_JA3] = { "ja3", RJ_TYPE_STRING, "", 0, "JA3", "MD5 of ja3_r, in hex." },
	[RJ_FP_JA3_RAW] = { "ja3_r", RJ_TYPE_STRING, "", 0, "JA3",
			    "Version, ciphers, extensions, groups and point formats of the ClientHello." },
	[RJ_FP_JA3S] = { "ja3s", RJ_TYPE_STRING, "", 0, "JA3", "MD5 of ja3s_r, in hex." },
	[RJ_FP_JA3S_RAW] = { "ja3s_r", RJ_TYPE_STRING, "", 0, "JA3",
			     "Version, cipher and extensions of the ServerHello." },
	[RJ_FP_JA4] = { "ja4", RJ_TYPE_STRING, "", 0, "JA4", "JA4 of the ClientHello." },
	[RJ_FP_JA4_RAW] = { "ja4_r", RJ_TYPE_STRING, "", 0, "JA4",
			    "The same with its lists instead of hashes." },
	[RJ_FP_HASSH] = { "hassh", RJ_TYPE_STRING, "", 0, "HASSH", "MD5 of hassh_r, in hex." },
	[RJ_FP_HASSH_RAW] = { "hassh_r", RJ_TYPE_STRING, "", 0, "HASSH",
			      "Algorithms of the client's KEXINIT: key exchange, and to the server ciphers, MACs, compression." },
	[RJ_FP_HASSH_SERVER] = { "hassh_server", RJ_TYPE_STRING, "", 0, "HASSH",
				 "MD5 of hassh_server_r, in hex." },
	[RJ_FP_HASSH_SERVER_RAW] = { "hassh_server_r", RJ_TYPE_STRING, "", 0, "HASSH",
				     "Likewise of the server's KEXINIT, to the client." },
	[RJ_FP_REVERSED] = { "reversed", RJ_TYPE_BOOL, "", 0, "",
			     "True where the protocol's client is da, as where a server calls home: the client's fingerprints are of that end, the server's of sa; tcp and tcp_server are not meant." },
};
/* clang-format on */

void rj_fp_start(struct rj_fingerprints *f, struct rj_visitor *v, unsigned int npf, bool with_raw)
{
	f->v = v;
	f->known = NULL;
	f->npf = npf;
	f->with_raw = with_raw;
	f->is_open = false;
	f->written = 0;
	f->client = -1;
}

void rj_fp_begin(struct rj_fp_text *t, enum rj_fp_digest kind)
{
	t->len = 0;
	t->is_over = false;
	t->kind = kind;
}

static void begin_digest(struct rj_fp_text *t)
{
	if (t->kind == RJ_FP_MD5)
		MD5_Init(&t->md5);
	else if (t->kind == RJ_FP_SHA256)
		SHA256_Init(&t->sha256);
}

/* Takes what there is into the digest. */
static void take_in(struct rj_fp_text *t)
{
	if (!t->is_over)
		begin_digest(t);
	if (t->kind == RJ_FP_MD5)
		MD5_Update(&t->md5, t->at, t->len);
	else if (t->kind == RJ_FP_SHA256)
		SHA256_Update(&t->sha256, t->at, t->len);
}

void rj_fp_spill(struct rj_fp_text *t)
{
	take_in(t);
	t->is_over = true;
	t->len = 0;
}

void rj_fp_put(struct rj_fp_text *t, const char *text, size_t len)
{
	while (len) {
		size_t some = len < sizeof(t->at) ? len : sizeof(t->at);

		memcpy(rj_fp_room(t, some), text, some);
		text += some;
		len -= some;
	}
}

void rj_fp_word(struct rj_fp_text *t, const char *text)
{
	rj_fp_put(t, text, strlen(text));
}

void rj_fp_hex(struct rj_fp_text *t, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len) {
		size_t some = len < sizeof(t->at) / 2 ? len : sizeof(t->at) / 2;

		rj_text_hex((uint8_t *)rj_fp_room(t, 2 * some), at, some);
		at += some;
		len -= some;
	}
}

void rj_fp_hex32(struct rj_fp_text *t, uint32_t value)
{
	rj_fp_hex16(t, (uint16_t)(value >> 16));
	rj_fp_hex16(t, (uint16_t)value);
}

void rj_fp_decimal(struct rj_fp_text *t, uint32_t value)
{
	uint8_t digits[RJ_TEXT_U64_LEN];
	size_t len = (size_t)(rj_text_u64(digits, value) - digits);

	memcpy(rj_fp_room(t, len), digits, len);
}

/* All hex digits of the digest. */
static void digest_text(struct rj_fp_text *t, char *out)
{
	uint8_t digest[SHA256_DIGEST_LENGTH] = { 0 };

	take_in(t);
	if (t->kind == RJ_FP_MD5)
		MD5_Final(digest, &t->md5);
	else
		SHA256_Final(digest, &t->sha256);
	rj_text_hex((uint8_t *)out, digest, sizeof(digest));
}

/*
 * A few programs make most of a link's flows: what was made for them lately is kept, by what it
 * was made of. That is compared as a whole, so that it does not show who shares it. Ours.
 */
#define NUM_KNOWN 64u
#define KNOWN_MAX_LEN 512u
#define MAX_PIECES 5u

/* struct digest - of a text. */
struct digest {
	size_t len;
	enum rj_fp_digest kind;
	char digest[RJ_FP_SHA256_LEN];
	char text[KNOWN_MAX_LEN];
};

/* struct piece - where the text of a field is. */
struct piece {
	uint8_t field;
	uint16_t at;
	uint16_t len;
};

/*
 * struct rj_fp_known - texts of fields, of one key.
 * @len: of the key and of the texts behind it
 */
struct rj_fp_known {
	bool is_taken;
	uint8_t num;
	uint16_t key_len;
	uint16_t len;
	struct piece pieces[MAX_PIECES];
	uint8_t bytes[1500];
};

static _Thread_local struct digest all_digests[NUM_KNOWN];
static _Thread_local struct rj_fp_known all_known[2][NUM_KNOWN];

static uint64_t mixed(uint64_t hash, const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

/* A number below NUM_KNOWN; texts with fewer than 8 bytes share theirs. */
static size_t place_of(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	uint64_t hash = len;

	if (len < 8)
		return 0;
	for (size_t i = 0; i + 8 < len; i += 8)
		hash = mixed(hash, at + i);
	return mixed(hash, at + len - 8) % NUM_KNOWN;
}

void rj_fp_digest(struct rj_fp_text *t, char *out, size_t len)
{
	char digest[RJ_FP_SHA256_LEN];
	struct digest *k;

	if (t->is_over || !t->len || t->len > KNOWN_MAX_LEN) {
		digest_text(t, digest);
		memcpy(out, digest, len);
		return;
	}
	k = &all_digests[place_of(t->at, t->len)];
	if (k->len != t->len || k->kind != t->kind || memcmp(k->text, t->at, t->len)) {
		digest_text(t, k->digest);
		k->len = t->len;
		k->kind = t->kind;
		memcpy(k->text, t->at, t->len);
	}
	memcpy(out, k->digest, len);
}

struct rj_fp_known *rj_fp_known(const uint8_t *key, size_t len, bool is_server)
{
	struct rj_fp_known *known = &all_known[is_server][place_of(key, len)];

	if (known->is_taken || len > RJ_FP_KEY_MAX)
		return NULL;
	if (known->key_len != len || memcmp(known->bytes, key, len)) {
		known->num = 0;
		known->len = known->key_len = (uint16_t)len;
		memcpy(known->bytes, key, len);
	}
	known->is_taken = true;
	return known;
}

void rj_fp_known_end(struct rj_fp_known *known)
{
	if (known)
		known->is_taken = false;
}

static const struct piece *piece_of(const struct rj_fp_known *known, enum rj_fp_field field)
{
	for (unsigned int i = 0; i < known->num; i++)
		if (known->pieces[i].field == field)
			return &known->pieces[i];
	return NULL;
}

/* What has no room is made anew each time. */
static void keep(struct rj_fp_known *known, enum rj_fp_field field, const char *text, size_t len)
{
	if (known->num == MAX_PIECES || len > sizeof(known->bytes) - known->len ||
	    piece_of(known, field))
		return;
	known->pieces[known->num++] = (struct piece){ field, known->len, (uint16_t)len };
	memcpy(known->bytes + known->len, text, len);
	known->len += (uint16_t)len;
}

static void put_string(struct rj_fingerprints *f, enum rj_fp_field field, const void *text,
		       size_t len)
{
	if (f->written >> field & 1)
		return;
	f->written |= 1u << field;
	if (!f->is_open)
		f->v->ops->open(f->v, &rj_fingerprint_fields[RJ_FP_OBJECT]);
	f->is_open = true;
	f->v->ops->string(f->v, &rj_fingerprint_fields[field], text, len);
}

static void put_piece(struct rj_fingerprints *f, const struct piece *piece)
{
	put_string(f, piece->field, f->known->bytes + piece->at, piece->len);
}

bool rj_fp_write_known(struct rj_fingerprints *f, enum rj_fp_field field, enum rj_fp_field raw)
{
	bool has_raw = f->with_raw && raw != RJ_FP_OBJECT;
	const struct piece *piece, *raw_piece = NULL;

	if (!f->known)
		return false;
	piece = piece_of(f->known, field);
	if (has_raw)
		raw_piece = piece_of(f->known, raw);
	if (!piece || (has_raw && !raw_piece))
		return false;
	put_piece(f, piece);
	if (has_raw)
		put_piece(f, raw_piece);
	return true;
}

void rj_fp_string(struct rj_fingerprints *f, enum rj_fp_field field, const char *text, size_t len)
{
	if (f->known)
		keep(f->known, field, text, len);
	put_string(f, field, text, len);
}

bool rj_fp_type_of_tls2(uint16_t type, uint16_t *out)
{
	static const uint16_t ranges[][2] = {
		{ 0, 20 },	  { 22, 34 },	    { 36, 40 },	      { 43, 62 },
		{ 2570, 2570 },	  { 13172, 13172 }, { 21760, 21760 }, { 30031, 30032 },
		{ 64768, 64768 }, { 65037, 65037 }, { 65280, 65281 }, { 65283, 65283 },
		{ 65445, 65445 }, { 65486, 65486 },
	};

	*out = type;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (type >= ranges[i][0] && type <= ranges[i][1])
			return true;
	if (type == 65280 || type >= 65282)
		*out = 0xff00;
	else
		*out = 0x003e;
	return type >= 62;
}

void rj_fp_write(struct rj_fingerprints *f, enum rj_fp_field field)
{
	if (!f->text.is_over)
		rj_fp_string(f, field, f->text.at, f->text.len);
}

void rj_fp_write_md5(struct rj_fingerprints *f, enum rj_fp_field field, enum rj_fp_field raw)
{
	char digest[RJ_FP_MD5_LEN];

	rj_fp_digest(&f->text, digest, sizeof(digest));
	rj_fp_string(f, field, digest, sizeof(digest));
	if (f->with_raw)
		rj_fp_write(f, raw);
}

void rj_fp_reversed(struct rj_fingerprints *f)
{
	const uint32_t tcp = 1u << RJ_FP_TCP | 1u << RJ_FP_TCP_SERVER;

	if (f->written & ~tcp)
		f->v->ops->boolean(f->v, &rj_fingerprint_fields[RJ_FP_REVERSED], true);
}

void rj_fp_end(struct rj_fingerprints *f)
{
	if (f->is_open)
		f->v->ops->close(f->v);
}
