/* SPDX-License-Identifier: BSD-3-Clause */
/* A QUIC connection for tests: builds protected packets and shows them to the dissector. */
#ifndef RJ_TESTS_UNIT_PROTO_QUIC_TALK_H
#define RJ_TESTS_UNIT_PROTO_QUIC_TALK_H

#include <openssl/evp.h>

#include "proto/quic/protection.h"
#include "proto/registry.h"
#include "tests/unit/proto/quic/vectors.h"
#include "tests/unit/unit.h"

#define DATAGRAM_ROOM 4096u

/* struct datagram - bytes to be shown. */
struct datagram {
	uint8_t bytes[DATAGRAM_ROOM];
	size_t len;
};

static inline void put(struct datagram *d, const void *bytes, size_t len)
{
	if (len > sizeof(d->bytes) - d->len)
		abort();
	if (len)
		memcpy(d->bytes + d->len, bytes, len);
	d->len += len;
}

static inline void put_hex(struct datagram *d, const char *hex)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);

	put(d, bytes, len);
	free(bytes);
}

static inline void put_byte(struct datagram *d, unsigned int byte)
{
	uint8_t value = (uint8_t)byte;

	put(d, &value, 1);
}

/* A varint of two bytes. */
static inline void put_varint2(struct datagram *d, size_t value)
{
	put_byte(d, 0x40u | (unsigned int)(value >> 8));
	put_byte(d, value & 0xff);
}

/*
 * struct initial - what an Initial is made of; connection ids and token in hexadecimal.
 * @key_cid: from which its keys come
 * @payload: frames
 */
struct initial {
	uint32_t version;
	enum rj_quic_sender sender;
	const char *key_cid;
	const char *dcid;
	const char *scid;
	const char *token;
	uint8_t number;
	const struct datagram *payload;
};

static inline void put_cid(struct datagram *d, const char *hex)
{
	put_byte(d, (unsigned int)strlen(hex) / 2);
	put_hex(d, hex);
}

/* AES-128-GCM by another way than what is tested. */
static inline void seal(const uint8_t key[16], const uint8_t nonce[12], const uint8_t *header,
			size_t header_len, const uint8_t *plain, size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	if (!EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, nonce) ||
	    !EVP_EncryptUpdate(ctx, NULL, &n, header, (int)header_len) ||
	    !EVP_EncryptUpdate(ctx, out, &n, plain, (int)len) ||
	    !EVP_EncryptFinal_ex(ctx, out + len, &n) ||
	    !EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, out + len))
		abort();
	EVP_CIPHER_CTX_free(ctx);
}

static inline void mask_header(const uint8_t hp[16], uint8_t *first, uint8_t *number)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t mask[16];
	int n;

	if (!EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, hp, NULL) ||
	    !EVP_EncryptUpdate(ctx, mask, &n, number + 4, 16))
		abort();
	EVP_CIPHER_CTX_free(ctx);
	*first ^= mask[0] & 0x0f;
	*number ^= mask[1];
}

/* Appends a protected Initial with a packet number of one byte. */
static inline void put_initial(struct datagram *d, const struct initial *p)
{
	const struct rj_quic_rules *rules = rj_quic_rules_of(p->version);
	const char *token = p->token ? p->token : "";
	struct rj_quic_secret secret;
	struct rj_quic_keys keys;
	size_t start = d->len, cid_len, len = p->payload->len;
	uint8_t *cid = unit_unhex(p->key_cid, &cid_len);

	if (!rules || len < 3 ||
	    rj_quic_secret_derive(rules, rj_cursor_init(cid, cid_len, true), &secret) ||
	    rj_quic_keys_derive(rules, &secret, p->sender, &keys))
		abort();
	free(cid);
	put_byte(d, 0xc0u | (unsigned int)rules->first_type << 4);
	for (int shift = 24; shift >= 0; shift -= 8)
		put_byte(d, p->version >> shift & 0xff);
	put_cid(d, p->dcid);
	put_cid(d, p->scid);
	put_varint2(d, strlen(token) / 2);
	put_hex(d, token);
	put_varint2(d, 1 + len + 16);
	put_byte(d, p->number);
	keys.iv[11] ^= p->number;
	if (d->len + len + 16 > sizeof(d->bytes))
		abort();
	seal(keys.key, keys.iv, d->bytes + start, d->len - start, p->payload->bytes, len,
	     d->bytes + d->len);
	d->len += len + 16;
	mask_header(keys.hp, d->bytes + start, d->bytes + d->len - 16 - len - 1);
}

/* A CRYPTO frame with @len bytes of @message from @offset on. */
static inline void put_crypto(struct datagram *d, const uint8_t *message, size_t offset, size_t len)
{
	put_byte(d, 6);
	put_varint2(d, offset);
	put_varint2(d, len);
	put(d, message + offset, len);
}

/*
 * A ClientHello with the random of bytes @fill, for server a.test, and an extension 21 of @padding
 * bytes; with the handshake header. On the heap.
 */
static inline uint8_t *make_hello(unsigned int fill, size_t padding, size_t *ret_len)
{
	static const uint8_t name[] = { 0, 0, 0, 11, 0, 9, 0, 0, 6, 'a', '.', 't', 'e', 's', 't' };
	size_t extensions = sizeof(name) + 4 + padding;
	size_t body = 2 + 32 + 1 + 4 + 2 + 2 + extensions, at = 0;
	uint8_t *hello = calloc(1, 4 + body);

	if (!hello)
		abort();
	hello[at++] = 1;
	hello[at++] = (uint8_t)(body >> 16);
	hello[at++] = (uint8_t)(body >> 8);
	hello[at++] = (uint8_t)body;
	hello[at++] = 3;
	hello[at++] = 3;
	memset(hello + at, (int)fill, 32);
	at += 33; /* no session id */
	memcpy(hello + at, "\0\2\x13\1\1\0", 6);
	at += 6;
	hello[at++] = (uint8_t)(extensions >> 8);
	hello[at++] = (uint8_t)extensions;
	memcpy(hello + at, name, sizeof(name));
	at += sizeof(name);
	hello[at++] = 0;
	hello[at++] = 21;
	hello[at++] = (uint8_t)(padding >> 8);
	hello[at++] = (uint8_t)padding;
	*ret_len = at + padding;
	return hello;
}

/* A ServerHello with the random of bytes @fill, of TLS 1.3, with the handshake header. */
static inline void put_server_hello(struct datagram *d, unsigned int fill)
{
	put_hex(d, "06 00 4032 02 00002e 0303");
	for (int i = 0; i < 32; i++)
		put_byte(d, fill);
	put_hex(d, "00 1301 00 0006 002b 0002 0304");
}

/* struct talk - a flow that is shown datagrams. */
struct talk {
	void *state;
	struct rj_arena arena;
	bool is_done[2];
};

static inline void talk_begin(struct talk *t)
{
	t->state = calloc(1, rj_quic.state_bytes);
	if (!t->state)
		abort();
	rj_arena_init(&t->arena, 256u << 10);
	t->is_done[0] = t->is_done[1] = false;
}

/* Shows @len bytes of @side, 0 the client; @is_last: no more of a cut datagram will come. */
static inline enum rj_status talk_show(struct talk *t, unsigned int side, const void *bytes,
				       size_t len, bool is_hard, bool is_last)
{
	struct rj_message m = { .side = side,
				.over = RJ_OVER_UDP,
				.src_port = side ? 443 : 40000,
				.dst_port = side ? 40000 : 443,
				.arena = &t->arena,
				.is_done = is_last };
	uint8_t *exact = unit_copy(bytes, len);
	struct rj_cursor c = rj_cursor_init(exact, len, is_hard);
	enum rj_status st = rj_quic.parse(t->state, &m, &c);

	CHECK(st || !c.left);
	if (!st)
		t->is_done[side] = m.is_done;
	free(exact);
	return st;
}

static inline enum rj_status talk_datagram(struct talk *t, unsigned int side,
					   const struct datagram *d)
{
	return talk_show(t, side, d->bytes, d->len, true, false);
}

static inline enum rj_status talk_hex(struct talk *t, unsigned int side, const char *hex)
{
	struct datagram d = { .len = 0 };

	put_hex(&d, hex);
	return talk_datagram(t, side, &d);
}

static inline enum rj_status talk_initial(struct talk *t, unsigned int side,
					  const struct initial *p)
{
	struct datagram d = { .len = 0 };

	put_initial(&d, p);
	return talk_datagram(t, side, &d);
}

/* What the flow says, on the heap. */
static inline char *talk_json(const struct talk *t)
{
	return unit_json(&rj_quic, t->state, 0);
}

static inline void talk_end(struct talk *t)
{
	free(t->state);
	rj_arena_done(&t->arena);
}

/* Ends the flow, which says @want in some place and @unwanted (unless NULL) in none. */
static inline void talk_check(struct talk *t, const char *want, const char *unwanted)
{
	char *json = talk_json(t);

	CHECK(strstr(json, want) != NULL);
	CHECK(!unwanted || !strstr(json, unwanted));
	if (!strstr(json, want) || (unwanted && strstr(json, unwanted)))
		fprintf(stderr, "got: %s\nwant: %s\nnot: %s\n", json, want,
			unwanted ? unwanted : "-");
	free(json);
	talk_end(t);
}

#endif
