/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the protection of Initial packets: RFC 9001 appendix A, RFC 9369 appendix A. */
#include "proto/quic/protection.h"

#include <pthread.h>

#include "tests/unit/proto/quic/talk.h"

static struct rj_quic_keys keys_of(uint32_t version, enum rj_quic_sender sender)
{
	static const uint8_t dcid[] = { 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08 };
	const struct rj_quic_rules *rules = rj_quic_rules_of(version);
	struct rj_quic_keys keys = { .key = { 0 } };
	struct rj_quic_secret secret;

	CHECK_EQ(rj_quic_secret_derive(rules, rj_cursor_init(dcid, sizeof(dcid), true), &secret),
		 0);
	CHECK_EQ(rj_quic_keys_derive(rules, &secret, sender, &keys), 0);
	return keys;
}

static void check_bytes(const uint8_t *got, size_t len, const char *want)
{
	size_t want_len;
	uint8_t *bytes = unit_unhex(want, &want_len);

	CHECK_EQ(len, want_len);
	CHECK(len == want_len && !memcmp(got, bytes, len));
	free(bytes);
}

static void check_keys(uint32_t version, enum rj_quic_sender sender, const char *key,
		       const char *iv, const char *hp)
{
	struct rj_quic_keys keys = keys_of(version, sender);

	check_bytes(keys.key, sizeof(keys.key), key);
	check_bytes(keys.iv, sizeof(keys.iv), iv);
	check_bytes(keys.hp, sizeof(keys.hp), hp);
}

TEST(quic_keys_of_rfc9001_a1_and_rfc9369_a1)
{
	check_keys(1, RJ_QUIC_CLIENT, "1f369613dd76d5467730efcbe3b1a22d",
		   "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2");
	check_keys(1, RJ_QUIC_SERVER, "cf3a5331653c364c88f0f379b6067e37",
		   "0ac1493ca1905853b0bba03e", "c206b8d9b9f0f37644430b490eeaa314");
	check_keys(RJ_QUIC_V2, RJ_QUIC_CLIENT, "8b1a0bc121284290a29e0971b5cd045d",
		   "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9");
	check_keys(RJ_QUIC_V2, RJ_QUIC_SERVER, "82db637861d55e1d011f19ea71d5d2a7",
		   "dd13c276499c0249d3310652", "edf6d05c83121201b436e16877593c3a");
}

/* Opens a packet; *@out is the length of its frames and their first byte. */
static enum rj_status open_hex(const char *hex, const struct rj_quic_keys *keys, uint64_t next,
			       uint64_t *ret_number, struct rj_cursor *out)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, true);
	struct rj_quic_packet p;
	enum rj_status st = rj_quic_packet_read(&c, &p);

	if (!st)
		st = rj_quic_open(keys, &p, next, ret_number, out);
	free(bytes);
	return st;
}

static void check_opens(const char *hex, uint32_t version, enum rj_quic_sender sender,
			uint64_t number, size_t len, uint8_t first)
{
	struct rj_quic_keys keys = keys_of(version, sender), other = keys_of(version, !sender);
	struct rj_cursor frames;
	uint64_t got;

	CHECK_EQ(open_hex(hex, &other, 0, &got, &frames), RJ_MALFORMED);
	CHECK_EQ(open_hex(hex, &keys, 0, &got, &frames), RJ_OK);
	CHECK_EQ(got, number);
	CHECK_EQ(frames.left, len);
	CHECK_EQ(*frames.at, first);
}

TEST(quic_packets_of_rfc9001_and_rfc9369_open_with_their_keys_alone)
{
	check_opens(VECTOR_CLIENT_V1, 1, RJ_QUIC_CLIENT, 2, 1162, 6);
	check_opens(VECTOR_SERVER_V1, 1, RJ_QUIC_SERVER, 1, 99, 2);
	check_opens(VECTOR_CLIENT_V2, RJ_QUIC_V2, RJ_QUIC_CLIENT, 2, 1162, 6);
	check_opens(VECTOR_SERVER_V2, RJ_QUIC_V2, RJ_QUIC_SERVER, 1, 99, 2);
}

TEST(quic_packet_with_any_byte_changed_does_not_open)
{
	struct rj_quic_keys keys = keys_of(1, RJ_QUIC_SERVER);
	size_t len;
	uint8_t *bytes = unit_unhex(VECTOR_SERVER_V1, &len);

	for (size_t i = 0; i < len; i++) {
		struct rj_cursor c = rj_cursor_init(bytes, len, true), frames;
		struct rj_quic_packet p;
		uint64_t number;

		bytes[i] ^= 1;
		if (!rj_quic_packet_read(&c, &p) && p.rules && p.rest.left >= 20)
			CHECK_EQ(rj_quic_open(&keys, &p, 0, &number, &frames), RJ_MALFORMED);
		bytes[i] ^= 1;
	}
	free(bytes);
}

/* RFC 9000 A.3: the highest number so far makes a short one whole. */
TEST(quic_packet_numbers_are_made_whole)
{
	static const struct {
		uint64_t whole;
		uint64_t next;
		bool is_found;
	} rows[] = {
		{ 7, 0, true },	    { 255, 200, true },	 { 256, 255, true },
		{ 300, 300, true }, { 300, 420, true },	 { 300, 429, false },
		{ 300, 172, true }, { 300, 171, false }, { 0x12345, 0x12340, true },
	};
	struct datagram payload = { .len = 0 };

	put_hex(&payload, "01 01 01 01");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rj_quic_keys keys = keys_of(1, RJ_QUIC_CLIENT), used = keys;
		struct datagram d = { .len = 0 };
		struct rj_cursor c, frames;
		struct rj_quic_packet p;
		uint64_t number;
		uint8_t low = (uint8_t)rows[i].whole;

		put_hex(&d, "c0 00000001 00 00 00 15");
		put_byte(&d, low);
		for (int b = 0; b < 8; b++)
			used.iv[11 - b] ^= (uint8_t)(rows[i].whole >> (8 * b));
		seal(used.key, used.iv, d.bytes, d.len, payload.bytes, payload.len,
		     d.bytes + d.len);
		mask_header(keys.hp, d.bytes, d.bytes + d.len - 1);
		d.len += payload.len + 16;
		c = rj_cursor_init(d.bytes, d.len, true);
		CHECK_EQ(rj_quic_packet_read(&c, &p), RJ_OK);
		CHECK_EQ(rj_quic_open(&keys, &p, rows[i].next, &number, &frames),
			 rows[i].is_found ? RJ_OK : RJ_MALFORMED);
		CHECK(!rows[i].is_found || number == rows[i].whole);
	}
}

static void *open_one(void *arg)
{
	(void)arg;
	check_opens(VECTOR_CLIENT_V1, 1, RJ_QUIC_CLIENT, 2, 1162, 6);
	return NULL;
}

/* What a thread made is given back when it ends; a sanitizer or valgrind would tell. */
TEST(quic_threads_have_contexts_of_their_own)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, open_one, NULL), 0);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
}
