/* SPDX-License-Identifier: BSD-3-Clause */
/* HKDF, header protection and AEAD for Initial packets, over contexts that each thread keeps. */
#include "proto/quic/protection.h"

#include <assert.h>
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdlib.h>

#define HASH_BYTES 32u	      /* of SHA-256 */
#define DATAGRAM_MAX 65535u   /* RFC 768 */
#define SAMPLE_OFFSET 4u      /* RFC 9001 5.4.2: as if the packet number had four bytes */
#define LABEL_MAX 32u	      /* the longest is "tls13 client in" */
#define RESERVED_BITS 0x0cu   /* RFC 9000 17.2: zero, under protection */
#define NUMBER_LEN_BITS 0x03u /* likewise: length of the packet number less one */
#define PROTECTED_BITS 0x0fu  /* of the first byte: RFC 9001 5.4.1 */

/*
 * struct tools - OpenSSL's contexts are dear to make and cheap to use again, and belong to no flow:
 * a thread makes them with its first Initial and gives them back when it ends.
 * @plain: what the packet just opened says
 */
struct tools {
	EVP_MAC_CTX *mac;
	EVP_CIPHER_CTX *aead;
	EVP_CIPHER_CTX *block;
	uint8_t plain[DATAGRAM_MAX];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t tools_key;
static bool has_tools_key;

static void free_tools(void *arg)
{
	struct tools *t = arg;

	if (!t)
		return;
	EVP_MAC_CTX_free(t->mac);
	EVP_CIPHER_CTX_free(t->aead);
	EVP_CIPHER_CTX_free(t->block);
	free(t);
}

static void make_tools_key(void)
{
	has_tools_key = !pthread_key_create(&tools_key, free_tools);
}

/* A library that is unloaded leaves no function of its own to be called when a thread ends. */
__attribute__((destructor)) static void drop_tools_key(void)
{
	if (has_tools_key)
		pthread_key_delete(tools_key);
}

static EVP_MAC_CTX *new_mac(void)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
				OSSL_PARAM_construct_end() };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;

	EVP_MAC_free(mac);
	if (ctx && EVP_MAC_CTX_set_params(ctx, params))
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

/* A context that knows its cipher and has no key yet. */
static EVP_CIPHER_CTX *new_cipher(const char *name, bool is_encryption)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = cipher ? EVP_CIPHER_CTX_new() : NULL;

	if (ctx && EVP_CipherInit_ex2(ctx, cipher, NULL, NULL, is_encryption, NULL)) {
		EVP_CIPHER_free(cipher);
		return ctx;
	}
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	return NULL;
}

static struct tools *new_tools(void)
{
	struct tools *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->mac = new_mac();
	t->aead = new_cipher("AES-128-GCM", false);
	t->block = new_cipher("AES-128-ECB", true);
	if (t->mac && t->aead && t->block && !pthread_setspecific(tools_key, t))
		return t;
	free_tools(t);
	return NULL;
}

/* Of this thread; NULL without memory. */
static struct tools *my_tools(void)
{
	struct tools *t;

	pthread_once(&once, make_tools_key);
	if (!has_tools_key)
		return NULL;
	t = pthread_getspecific(tools_key);
	return t ? t : new_tools();
}

/* @key: NULL: the one before, which is half the work. */
static int hmac(struct tools *t, const uint8_t *key, size_t key_len, struct rj_cursor data,
		uint8_t out[HASH_BYTES])
{
	size_t len;

	if (!EVP_MAC_init(t->mac, key, key_len, NULL) ||
	    !EVP_MAC_update(t->mac, data.at, data.left) ||
	    !EVP_MAC_final(t->mac, out, &len, HASH_BYTES))
		return -ENOMEM;
	return 0;
}

/* struct info - what HKDF-Expand is given, as it grows. */
struct info {
	uint8_t bytes[3 + LABEL_MAX + 2];
	size_t len;
};

static void append(struct info *info, const char *text)
{
	size_t len = strlen(text);

	assert(len <= LABEL_MAX + 3 - info->len); /* labels are ours */
	memcpy(info->bytes + info->len, text, len);
	info->len += len;
}

/*
 * HKDF-Expand-Label of RFC 8446 7.1 with an empty context, for no more than one hash: length, the
 * label behind its length, the context's length 0, then the counter 1 of RFC 5869 2.3. @secret:
 * NULL: the one before.
 */
static int expand(struct tools *t, const uint8_t *secret, const char *prefix, const char *label,
		  uint8_t *out, size_t len)
{
	struct info info = { .bytes = { 0, (uint8_t)len }, .len = 3 };
	uint8_t block[HASH_BYTES];
	int err;

	append(&info, "tls13 ");
	append(&info, prefix);
	append(&info, label);
	info.bytes[2] = (uint8_t)(info.len - 3);
	info.bytes[info.len++] = 0;
	info.bytes[info.len++] = 1;
	err = hmac(t, secret, secret ? HASH_BYTES : 0, rj_cursor_init(info.bytes, info.len, true),
		   block);
	if (!err)
		memcpy(out, block, len);
	return err;
}

int rj_quic_secret_derive(const struct rj_quic_rules *rules, struct rj_cursor dcid,
			  struct rj_quic_secret *out)
{
	struct tools *t = my_tools();
	struct rj_quic_secret secret;
	int err = t ? hmac(t, rules->salt, sizeof(rules->salt), dcid, secret.bytes) : -ENOMEM;

	if (!err)
		*out = secret;
	return err;
}

int rj_quic_keys_derive(const struct rj_quic_rules *rules, const struct rj_quic_secret *secret,
			enum rj_quic_sender sender, struct rj_quic_keys *out)
{
	static const char *const
		labels[] = { [RJ_QUIC_CLIENT] = "client in", [RJ_QUIC_SERVER] = "server in" };
	struct tools *t = my_tools();
	uint8_t own[HASH_BYTES];
	struct rj_quic_keys keys;
	int err = t ? expand(t, secret->bytes, "", labels[sender], own, sizeof(own)) : -ENOMEM;

	if (!err)
		err = expand(t, own, rules->label, " key", keys.key, sizeof(keys.key));
	if (!err)
		err = expand(t, NULL, rules->label, " iv", keys.iv, sizeof(keys.iv));
	if (!err)
		err = expand(t, NULL, rules->label, " hp", keys.hp, sizeof(keys.hp));
	if (!err)
		*out = keys;
	return err;
}

/* RFC 9000 A.3: the number nearest to the next expected one that ends in these @bits bits. */
static uint64_t whole_number(uint64_t next, uint64_t truncated, unsigned int bits)
{
	uint64_t window = UINT64_C(1) << bits;
	uint64_t number = (next & ~(window - 1)) | truncated;

	if (number + window / 2 <= next && number < (UINT64_C(1) << 62) - window)
		return number + window;
	if (number > next + window / 2 && number >= window)
		return number - window;
	return number;
}

/*
 * struct header - the end of a header without its protection.
 * @number: as it stands there, @number_len bytes
 */
struct header {
	uint8_t first;
	uint8_t number[4];
	size_t number_len;
};

/* RFC 9001 5.4.1: five bytes of mask, one for four bits of the first byte, four for the number. */
RJ_MUST_CHECK static enum rj_status unmask(struct tools *t, const struct rj_quic_keys *keys,
					   const struct rj_quic_packet *packet, struct header *out)
{
	struct rj_cursor header = packet->header, rest = packet->rest;
	const uint8_t *number, *sample;
	uint8_t mask[16], first;
	struct header h = { .number_len = 0 };
	int len = 0;

	if (rj_cursor_u8(&header, &first) || rj_cursor_bytes(&rest, SAMPLE_OFFSET, &number) ||
	    rj_cursor_bytes(&rest, sizeof(mask), &sample))
		return RJ_MALFORMED;
	if (!EVP_EncryptInit_ex2(t->block, NULL, keys->hp, NULL, NULL) ||
	    !EVP_EncryptUpdate(t->block, mask, &len, sample, sizeof(mask)) || len != sizeof(mask))
		return RJ_MALFORMED;
	h.first = first ^ (mask[0] & PROTECTED_BITS);
	if (h.first & RESERVED_BITS)
		return RJ_MALFORMED;
	h.number_len = (h.first & NUMBER_LEN_BITS) + 1u;
	for (size_t i = 0; i < h.number_len; i++)
		h.number[i] = number[i] ^ mask[1 + i];
	*out = h;
	return RJ_OK;
}

/* RFC 9001 5.3: the nonce is the IV with the packet number, left-padded, in it. */
static void make_nonce(const struct rj_quic_keys *keys, uint64_t number, uint8_t out[12])
{
	memcpy(out, keys->iv, 12);
	for (unsigned int i = 0; i < 8; i++)
		out[11 - i] ^= (uint8_t)(number >> (8 * i));
}

/* The header is what is authenticated beside the payload: as it was before it was masked. */
static bool add_header(EVP_CIPHER_CTX *ctx, struct rj_cursor header, const struct header *h)
{
	int len;

	return !rj_cursor_skip(&header, 1) &&
	       EVP_DecryptUpdate(ctx, NULL, &len, &h->first, sizeof(h->first)) &&
	       EVP_DecryptUpdate(ctx, NULL, &len, header.at, (int)header.left) &&
	       EVP_DecryptUpdate(ctx, NULL, &len, h->number, (int)h->number_len);
}

enum rj_status rj_quic_open(const struct rj_quic_keys *keys, const struct rj_quic_packet *packet,
			    uint64_t next_number, uint64_t *ret_number, struct rj_cursor *out)
{
	struct tools *t = my_tools();
	struct rj_cursor rest = packet->rest, payload;
	uint8_t nonce[12], tag[RJ_QUIC_TAG_BYTES];
	struct rj_cursor number_bytes;
	const uint8_t *wire_tag;
	struct header h;
	uint64_t truncated, number;
	int len = 0, end_len;

	if (!t || rest.left > DATAGRAM_MAX || unmask(t, keys, packet, &h))
		return RJ_MALFORMED;
	number_bytes = rj_cursor_init(h.number, h.number_len, true);
	if (rj_cursor_be(&number_bytes, h.number_len, &truncated) ||
	    rj_cursor_skip(&rest, h.number_len) || rest.left < sizeof(tag) ||
	    rj_cursor_sub(&rest, rest.left - sizeof(tag), &payload) ||
	    rj_cursor_bytes(&rest, sizeof(tag), &wire_tag))
		return RJ_MALFORMED;
	number = whole_number(next_number, truncated, (unsigned int)h.number_len * 8);
	make_nonce(keys, number, nonce);
	memcpy(tag, wire_tag, sizeof(tag));
	if (!EVP_DecryptInit_ex2(t->aead, NULL, keys->key, nonce, NULL) ||
	    !add_header(t->aead, packet->header, &h) ||
	    !EVP_DecryptUpdate(t->aead, t->plain, &len, payload.at, (int)payload.left) ||
	    !EVP_CIPHER_CTX_ctrl(t->aead, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) ||
	    EVP_DecryptFinal_ex(t->aead, t->plain + len, &end_len) <= 0)
		return RJ_MALFORMED;
	*ret_number = number;
	*out = rj_cursor_init(t->plain, (size_t)len, true);
	return RJ_OK;
}
