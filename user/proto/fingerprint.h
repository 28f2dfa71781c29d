/* SPDX-License-Identifier: BSD-3-Clause */
/* Fingerprints of a flow: where dissectors write them, and what their notations have in common. */
#ifndef RJ_PROTO_FINGERPRINT_H
#define RJ_PROTO_FINGERPRINT_H

#include <rejoice/record.h>

#define OPENSSL_SUPPRESS_DEPRECATED /* as in features/community.c: EVP allocates for each hash */
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text.h"

/* Mercury's notations of TLS and QUIC: 0 to 2. */
#define RJ_NPF_NUM 3u

/* The longest text: Mercury writes no fingerprint that is longer. */
#define RJ_FP_MAX_LEN 8191u

/* Fields of fingerprints; the first is the object. */
enum rj_fp_field {
	RJ_FP_OBJECT,
	RJ_FP_TCP,
	RJ_FP_TCP_SERVER,
	RJ_FP_TLS,
	RJ_FP_TLS_SERVER,
	RJ_FP_QUIC,
	RJ_FP_HTTP,
	RJ_FP_HTTP_SERVER,
	RJ_FP_SSH,
	RJ_FP_SSH_SERVER,
	RJ_FP_DHCP,
	RJ_FP_JA3,
	RJ_FP_JA3_RAW,
	RJ_FP_JA3S,
	RJ_FP_JA3S_RAW,
	RJ_FP_JA4,
	RJ_FP_JA4_RAW,
	RJ_FP_HASSH,
	RJ_FP_HASSH_RAW,
	RJ_FP_HASSH_SERVER,
	RJ_FP_HASSH_SERVER_RAW,
	RJ_FP_REVERSED,
	RJ_FP_NUM_FIELDS,
};

extern const struct rj_field rj_fingerprint_fields[RJ_FP_NUM_FIELDS];

enum rj_fp_digest { RJ_FP_NO_DIGEST, RJ_FP_MD5, RJ_FP_SHA256 };

/*
 * struct rj_fp_text - a text that is built piece by piece, and its digest where one is wanted.
 * @is_over: it was longer than RJ_FP_MAX_LEN: only its digest is right
 */
struct rj_fp_text {
	size_t len;
	bool is_over;
	enum rj_fp_digest kind;
	union {
		MD5_CTX md5;
		SHA256_CTX sha256;
	};
	char at[RJ_FP_MAX_LEN];
};

struct rj_fp_known;

/*
 * struct rj_fingerprints - what a flow's are written to; the object is opened with the first.
 * @known: what is written is kept there, unless it is NULL
 * @npf: Mercury's notation of TLS and QUIC, 0 to 2
 * @with_raw: the text beside each hash
 * @written: bits by enum rj_fp_field; of a kind that comes twice, as where both sides sent a SYN,
 *     the first stays
 * @client: the side of the protocol's client, as who writes its fingerprint says; -1: nobody did
 * @text: scratch
 */
struct rj_fingerprints {
	struct rj_visitor *v;
	struct rj_fp_known *known;
	unsigned int npf;
	bool with_raw;
	bool is_open;
	uint32_t written;
	int client;
	struct rj_fp_text text;
};

/* rj_fp_start - for the fingerprints of a flow. */
void rj_fp_start(struct rj_fingerprints *f, struct rj_visitor *v, unsigned int npf, bool with_raw);

/* rj_fp_begin - an empty text. */
void rj_fp_begin(struct rj_fp_text *t, enum rj_fp_digest kind);

/* rj_fp_spill - takes the text, which got too long, into its digest and begins anew. */
void rj_fp_spill(struct rj_fp_text *t);

/* rj_fp_room - room for @len more bytes, which are few. */
static inline char *rj_fp_room(struct rj_fp_text *t, size_t len)
{
	if (sizeof(t->at) - t->len < len)
		rj_fp_spill(t);
	t->len += len;
	return t->at + t->len - len;
}

/* rj_fp_put, rj_fp_char, rj_fp_hex, rj_fp_decimal - append text, a byte, hex, a number. */
void rj_fp_put(struct rj_fp_text *t, const char *text, size_t len);
void rj_fp_word(struct rj_fp_text *t, const char *text);
void rj_fp_hex(struct rj_fp_text *t, const void *bytes, size_t len);
void rj_fp_hex32(struct rj_fp_text *t, uint32_t value);
void rj_fp_decimal(struct rj_fp_text *t, uint32_t value);

static inline void rj_fp_char(struct rj_fp_text *t, char c)
{
	*rj_fp_room(t, 1) = c;
}

static inline void rj_fp_hex16(struct rj_fp_text *t, uint16_t value)
{
	uint8_t *at = (uint8_t *)rj_fp_room(t, 4);

	rj_text_hex_byte(rj_text_hex_byte(at, (uint8_t)(value >> 8)), (uint8_t)value);
}

/* rj_fp_digest - the first @len hex digits of the digest, at most all of them, at @out. */
#define RJ_FP_MD5_LEN 32u
#define RJ_FP_SHA256_LEN 64u
void rj_fp_digest(struct rj_fp_text *t, char *out, size_t len);

/*
 * rj_fp_type_of_tls2 - the number that Mercury's tls/2 writes for the type of an extension which is
 * no GREASE: its own, or one for all of its range. False: it is left out.
 */
bool rj_fp_type_of_tls2(uint16_t type, uint16_t *out);

/* rj_fp_write - writes the text; nothing where it was too long. */
void rj_fp_write(struct rj_fingerprints *f, enum rj_fp_field field);

/* rj_fp_write_md5 - the digest of what was begun with RJ_FP_MD5; the text where asked for. */
void rj_fp_write_md5(struct rj_fingerprints *f, enum rj_fp_field field, enum rj_fp_field raw);

/* rj_fp_string - any other text of this field. */
void rj_fp_string(struct rj_fingerprints *f, enum rj_fp_field field, const char *text, size_t len);

/*
 * rj_fp_known - takes the place of @key among what this thread wrote lately, of clients or of
 * servers, to be given back by rj_fp_known_end. What is written with it has to follow from the key
 * alone. NULL: there is no place.
 */
#define RJ_FP_KEY_MAX 512u
struct rj_fp_known *rj_fp_known(const uint8_t *key, size_t len, bool is_server);
void rj_fp_known_end(struct rj_fp_known *known);

/*
 * rj_fp_write_known - writes the field, and @raw where asked for and not RJ_FP_OBJECT, as @f->known
 * has them. False: nothing was written, because it does not.
 */
bool rj_fp_write_known(struct rj_fingerprints *f, enum rj_fp_field field, enum rj_fp_field raw);

/* rj_fp_reversed - the client of what was written is the responder; not of TCP, whose SYN tells. */
void rj_fp_reversed(struct rj_fingerprints *f);

/* rj_fp_end - closes the object where it was opened. */
void rj_fp_end(struct rj_fingerprints *f);

/* GREASE (RFC 8701 2): 16 values of 16 bits that mean nothing. */
static inline bool rj_is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

#endif
