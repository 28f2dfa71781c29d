/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer harness for what stands inside of QUIC's Initial packets, which a
 * fuzzer cannot reach through their protection: the input is what is protected.
 *
 * It is a list of packets: one byte of flags, two of length (little endian), then
 * the frames. Flags: 1 side (0 the client), 2 version 2 instead of 1, 4 the
 * connection ids of a second connection.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "proto/quic/protection.h"
#include "proto/registry.h"
#include "sink/jsonw.h"
#include "tests/fuzz/must.h"

#define SERVER 1u
#define VERSION_2 2u
#define SECOND 4u

#define FRAMES_MIN 3u /* less has no sample */
#define FRAMES_MAX 1400u
#define PACKETS_MAX 64u
#define HEADER_BYTES 14u /* to the packet number, which has one byte */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct packet {
	uint8_t bytes[HEADER_BYTES + FRAMES_MAX + RJ_QUIC_TAG_BYTES];
	size_t len;
};

/* The keys of every kind of packet, made once: they follow from the flags. */
static const struct rj_quic_keys *keys_of(unsigned int flags)
{
	static struct rj_quic_keys all[8];
	static bool is_made[8];
	const struct rj_quic_rules *rules =
		rj_quic_rules_of(flags & VERSION_2 ? RJ_QUIC_V2 : RJ_QUIC_V1);
	uint8_t dcid[1] = { (uint8_t)(flags & SECOND) };
	struct rj_quic_secret secret;

	if (!is_made[flags & 7]) {
		MUST(!rj_quic_secret_derive(rules, rj_cursor_init(dcid, 1, true), &secret));
		MUST(!rj_quic_keys_derive(rules, &secret,
					  flags & SERVER ? RJ_QUIC_SERVER : RJ_QUIC_CLIENT,
					  &all[flags & 7]));
		is_made[flags & 7] = true;
	}
	return &all[flags & 7];
}

static void seal(struct packet *p, const struct rj_quic_keys *keys, const uint8_t *frames,
		 size_t len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t *out = p->bytes + HEADER_BYTES, mask[16];
	int n;

	MUST(ctx && EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, keys->key, keys->iv));
	MUST(EVP_EncryptUpdate(ctx, NULL, &n, p->bytes, HEADER_BYTES));
	MUST(EVP_EncryptUpdate(ctx, out, &n, frames, (int)len));
	MUST(EVP_EncryptFinal_ex(ctx, out + len, &n));
	MUST(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, out + len));
	MUST(EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, keys->hp, NULL));
	MUST(EVP_EncryptUpdate(ctx, mask, &n, out + 3, sizeof(mask)));
	EVP_CIPHER_CTX_free(ctx);
	p->bytes[0] ^= mask[0] & 0x0f;
	p->bytes[HEADER_BYTES - 1] ^= mask[1];
	p->len = HEADER_BYTES + len + RJ_QUIC_TAG_BYTES;
}

/* An Initial whose number is 0; the ids have one byte, 0xcc of the client, 0x55 of the server. */
static void build(struct packet *p, unsigned int flags, const uint8_t *frames, size_t len)
{
	uint32_t version = flags & VERSION_2 ? RJ_QUIC_V2 : RJ_QUIC_V1;
	size_t length = 1 + len + RJ_QUIC_TAG_BYTES;
	const uint8_t header[HEADER_BYTES] = {
		flags & VERSION_2 ? 0xd0 : 0xc0,
		(uint8_t)(version >> 24),
		(uint8_t)(version >> 16),
		(uint8_t)(version >> 8),
		(uint8_t)version,
		1,
		flags & SERVER ? 0xcc : (uint8_t)(flags & SECOND),
		1,
		flags & SERVER ? 0x55 : 0xcc,
		1,
		0x77, /* the token */
		(uint8_t)(0x40 | length >> 8),
		(uint8_t)length,
		0,
	};

	memcpy(p->bytes, header, sizeof(header));
	seal(p, keys_of(flags), frames, len);
}

/* Shows the packet as a datagram; what it says may be wrong, but never too short. */
static void show(void *state, struct rj_arena *arena, unsigned int side, const struct packet *p)
{
	struct rj_message m = { .side = side,
				.over = RJ_OVER_UDP,
				.src_port = 40000,
				.dst_port = 443,
				.arena = arena };
	uint8_t *exact = malloc(p->len);
	struct rj_cursor c = rj_cursor_init(exact, p->len, true);
	enum rj_status st;

	MUST(exact);
	memcpy(exact, p->bytes, p->len);
	MUST(rj_quic.probe(&m, c) == RJ_PROBE_YES);
	st = rj_quic.parse(state, &m, &c);
	MUST(st == RJ_OK || st == RJ_MALFORMED);
	MUST(st || !c.left);
	free(exact);
}

static void check_json(const void *state)
{
	static const struct rj_field record = { "", RJ_TYPE_OBJECT, "", 0, "", "" };
	struct rj_buffer out;
	struct rj_jsonw w;

	rj_buffer_init(&out, 64u << 20);
	rj_jsonw_init(&w, &out, &(struct rj_jsonw_keys){ 0 });
	w.visitor.ops->open(&w.visitor, &record);
	rj_quic.emit(state, 0, &w.visitor);
	w.visitor.ops->close(&w.visitor);
	MUST(!w.depth && !w.num_skipped && !w.is_too_deep);
	MUST(!rj_jsonw_failed(&w));
	rj_buffer_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *state = calloc(1, rj_quic.state_bytes);
	struct rj_arena arena;

	MUST(state);
	rj_arena_init(&arena, 256u << 10);
	for (unsigned int i = 0; size >= 3 && i < PACKETS_MAX; i++) {
		unsigned int flags = data[0];
		size_t len = (size_t)(data[1] | data[2] << 8);
		uint8_t frames[FRAMES_MAX] = { 0 };
		struct packet p;

		data += 3;
		size -= 3;
		len = len < size ? len : size;
		len = len < FRAMES_MAX ? len : FRAMES_MAX;
		memcpy(frames, data, len);
		build(&p, flags, frames, len < FRAMES_MIN ? FRAMES_MIN : len);
		show(state, &arena, flags & SERVER, &p);
		data += len;
		size -= len;
	}
	check_json(state);
	rj_arena_done(&arena);
	free(state);
	return 0;
}
