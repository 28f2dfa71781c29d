/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of putting handshake bytes together. */
#include "proto/quic/crypto_stream.h"

#include "tests/unit/unit.h"

#define LEN 5000u /* of the message, with its header */

struct fixture {
	struct rj_quic_crypto_stream stream;
	struct rj_arena arena;
	uint8_t message[LEN];
};

static void begin(struct fixture *f)
{
	memset(&f->stream, 0, sizeof(f->stream));
	rj_arena_init(&f->arena, 256u << 10);
	for (size_t i = 0; i < LEN; i++)
		f->message[i] = (uint8_t)(i * 7 + i / 256);
	f->message[0] = 1;
	f->message[1] = 0;
	f->message[2] = (LEN - 4) >> 8;
	f->message[3] = (LEN - 4) & 0xff;
}

static enum rj_status put(struct fixture *f, size_t from, size_t len)
{
	return rj_quic_crypto_stream_put(&f->stream, &f->arena, from,
					 rj_cursor_init(f->message + from, len, true));
}

static enum rj_status take(struct fixture *f)
{
	struct rj_tls_body body;
	uint8_t type;
	enum rj_status st = rj_quic_crypto_stream_message(&f->stream, &type, &body);

	if (st)
		return st;
	CHECK_EQ(type, 1);
	CHECK_EQ(body.len, LEN - 4);
	CHECK(body.len == LEN - 4 && !memcmp(body.bytes, f->message + 4, LEN - 4));
	return RJ_OK;
}

TEST(quic_crypto_stream_in_one_piece)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(take(&f), RJ_TRUNCATED);
	CHECK_EQ(put(&f, 0, LEN), RJ_OK);
	CHECK_EQ(take(&f), RJ_OK);
	CHECK_EQ(take(&f), RJ_TRUNCATED);
	rj_arena_done(&f.arena);
}

/* A step that has no factor in common with the length visits each byte once. */
TEST(quic_crypto_stream_of_single_bytes_in_any_order)
{
	static const size_t steps[] = { 1, LEN - 1, 7, 1237, 2503 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct fixture f;
		size_t at = 0;

		begin(&f);
		for (size_t n = 0; n < LEN; n++, at = (at + steps[i]) % LEN) {
			CHECK_EQ(take(&f), RJ_TRUNCATED);
			CHECK_EQ(put(&f, at, 1), RJ_OK);
		}
		CHECK_EQ(take(&f), RJ_OK);
		rj_arena_done(&f.arena);
	}
}

TEST(quic_crypto_stream_cut_at_every_byte)
{
	for (size_t cut = 1; cut < LEN; cut++) {
		struct fixture f;

		begin(&f);
		CHECK_EQ(put(&f, cut, LEN - cut), RJ_OK);
		CHECK_EQ(take(&f), RJ_TRUNCATED);
		CHECK_EQ(put(&f, 0, cut), RJ_OK);
		CHECK_EQ(take(&f), RJ_OK);
		rj_arena_done(&f.arena);
	}
}

TEST(quic_crypto_stream_with_overlaps)
{
	struct fixture f;

	begin(&f);
	for (size_t at = 0; at + 100 <= LEN; at += 60) {
		CHECK_EQ(put(&f, at, 100), RJ_OK);
		CHECK_EQ(put(&f, at, 100), RJ_OK);
	}
	CHECK_EQ(put(&f, LEN - 50, 50), RJ_OK);
	CHECK_EQ(take(&f), RJ_OK);
	rj_arena_done(&f.arena);
}

TEST(quic_crypto_stream_of_other_bytes_in_the_same_place_the_first_stand)
{
	struct fixture f;
	uint8_t other[10] = { 0 };

	begin(&f);
	CHECK_EQ(put(&f, 100, 5), RJ_OK);
	CHECK_EQ(rj_quic_crypto_stream_put(&f.stream, &f.arena, 98,
					   rj_cursor_init(other, sizeof(other), true)),
		 RJ_MALFORMED);
	CHECK(!memcmp(f.stream.assembly.bytes + 100, f.message + 100, 5));
	rj_arena_done(&f.arena);
}

TEST(quic_crypto_stream_ends_where_its_cap_is)
{
	struct fixture f;
	uint8_t byte = 0;
	struct rj_cursor one = rj_cursor_init(&byte, 1, true);

	begin(&f);
	CHECK_EQ(rj_quic_crypto_stream_put(&f.stream, &f.arena, RJ_QUIC_CRYPTO_MAX - 1, one),
		 RJ_OK);
	CHECK_EQ(rj_quic_crypto_stream_put(&f.stream, &f.arena, RJ_QUIC_CRYPTO_MAX, one),
		 RJ_MALFORMED);
	CHECK_EQ(rj_quic_crypto_stream_put(&f.stream, &f.arena, UINT64_MAX, one), RJ_MALFORMED);
	CHECK_EQ(f.stream.assembly.room, RJ_QUIC_CRYPTO_MAX);
	rj_arena_done(&f.arena);
}

static enum rj_status put_header(struct fixture *f, size_t len)
{
	uint8_t header[] = { 1, (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len };
	struct rj_tls_body body;
	uint8_t type;

	begin(f);
	if (rj_quic_crypto_stream_put(&f->stream, &f->arena, 0,
				      rj_cursor_init(header, sizeof(header), true)))
		abort();
	return rj_quic_crypto_stream_message(&f->stream, &type, &body);
}

TEST(quic_crypto_stream_refuses_a_message_that_would_pass_its_cap)
{
	struct fixture f;

	CHECK_EQ(put_header(&f, RJ_QUIC_CRYPTO_MAX - 4), RJ_TRUNCATED);
	rj_arena_done(&f.arena);
	CHECK_EQ(put_header(&f, RJ_QUIC_CRYPTO_MAX - 3), RJ_MALFORMED);
	rj_arena_done(&f.arena);
	CHECK_EQ(put_header(&f, 0xffffff), RJ_MALFORMED);
	rj_arena_done(&f.arena);
}

TEST(quic_crypto_stream_takes_little_for_a_small_hello)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(put(&f, 0, 300), RJ_OK);
	CHECK_EQ(f.stream.assembly.room, 512);
	CHECK_EQ(put(&f, 300, 300), RJ_OK);
	CHECK_EQ(f.stream.assembly.room, 1024);
	rj_arena_done(&f.arena);
}

TEST(quic_crypto_stream_without_memory)
{
	struct fixture f;

	begin(&f);
	f.arena.cap_bytes = 0;
	CHECK_EQ(put(&f, 0, 10), RJ_MALFORMED);
	CHECK_EQ(f.arena.num_refused, 1);
	CHECK_EQ(f.stream.assembly.room, 0);
	rj_arena_done(&f.arena);
}
