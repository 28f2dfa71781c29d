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
};
/* clang-format on */

void rj_fp_start(struct rj_fingerprints *f, struct rj_visitor *v, unsigned int npf, bool with_raw)
{
	f->v = v;
	f->npf = npf;
	f->with_raw = with_raw;
	f->is_open = false;
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

/* Room for @len more bytes, which are few. */
static char *make_room(struct rj_fp_text *t, size_t len)
{
	if (sizeof(t->at) - t->len < len) {
		take_in(t);
		t->is_over = true;
		t->len = 0;
	}
	t->len += len;
	return t->at + t->len - len;
}

void rj_fp_char(struct rj_fp_text *t, char c)
{
	*make_room(t, 1) = c;
}

void rj_fp_put(struct rj_fp_text *t, const char *text, size_t len)
{
	while (len) {
		size_t some = len < sizeof(t->at) ? len : sizeof(t->at);

		memcpy(make_room(t, some), text, some);
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

		rj_text_hex((uint8_t *)make_room(t, 2 * some), at, some);
		at += some;
		len -= some;
	}
}

void rj_fp_hex16(struct rj_fp_text *t, uint16_t value)
{
	static const char digits[] = "0123456789abcdef";
	char *at = make_room(t, 4);

	at[0] = digits[value >> 12];
	at[1] = digits[value >> 8 & 15];
	at[2] = digits[value >> 4 & 15];
	at[3] = digits[value & 15];
}

void rj_fp_hex32(struct rj_fp_text *t, uint32_t value)
{
	rj_fp_hex16(t, (uint16_t)(value >> 16));
	rj_fp_hex16(t, (uint16_t)value);
}

void rj_fp_decimal(struct rj_fp_text *t, uint32_t value)
{
	uint8_t digits[RJ_TEXT_U64_LEN];

	rj_fp_put(t, (char *)digits, (size_t)(rj_text_u64(digits, value) - digits));
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
 * A few programs make most of a link's flows: digests of texts that came lately are kept. They
 * follow from the texts alone, so that it does not show who shares them. Ours.
 */
#define NUM_KNOWN 64u
#define KNOWN_MAX_LEN 512u

struct known {
	size_t len;
	enum rj_fp_digest kind;
	char digest[RJ_FP_SHA256_LEN];
	char text[KNOWN_MAX_LEN];
};

static _Thread_local struct known all_known[NUM_KNOWN];

static struct known *place_of(const struct rj_fp_text *t)
{
	uint64_t hash = t->len;
	size_t at = 0;

	for (; at + 8 <= t->len; at += 8) {
		uint64_t word;

		memcpy(&word, t->at + at, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return &all_known[hash % NUM_KNOWN];
}

void rj_fp_digest(struct rj_fp_text *t, char *out, size_t len)
{
	char digest[RJ_FP_SHA256_LEN];
	struct known *k;

	if (t->is_over || !t->len || t->len > KNOWN_MAX_LEN) {
		digest_text(t, digest);
		memcpy(out, digest, len);
		return;
	}
	k = place_of(t);
	if (k->len != t->len || k->kind != t->kind || memcmp(k->text, t->at, t->len)) {
		digest_text(t, k->digest);
		k->len = t->len;
		k->kind = t->kind;
		memcpy(k->text, t->at, t->len);
	}
	memcpy(out, k->digest, len);
}

void rj_fp_string(struct rj_fingerprints *f, enum rj_fp_field field, const char *text, size_t len)
{
	if (!f->is_open)
		f->v->ops->open(f->v, &rj_fingerprint_fields[RJ_FP_OBJECT]);
	f->is_open = true;
	f->v->ops->string(f->v, &rj_fingerprint_fields[field], text, len);
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

void rj_fp_end(struct rj_fingerprints *f)
{
	if (f->is_open)
		f->v->ops->close(f->v);
}
