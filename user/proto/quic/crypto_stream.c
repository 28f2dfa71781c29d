/* SPDX-License-Identifier: BSD-3-Clause */
/* Reassembly of handshake bytes, with a bit for each byte: any order will do. */
#include "proto/quic/crypto_stream.h"

#define ROOM_UNIT 512u	  /* room grows by so much at least: most hellos need one or two */
#define MESSAGE_HEADER 4u /* RFC 8446 4: msg_type, uint24 length */
#define WORD_BITS 64u

_Static_assert(RJ_QUIC_CRYPTO_MAX % ROOM_UNIT == 0 && ROOM_UNIT % WORD_BITS == 0,
	       "the bits of any room fill whole words");

/* Bits @from to @to (not included) that lie in word @word. */
static uint64_t mask_of(uint32_t word, uint32_t from, uint32_t to)
{
	uint32_t first = word * WORD_BITS;
	uint64_t mask = ~UINT64_C(0);

	if (from > first)
		mask <<= from - first;
	if (to < first + WORD_BITS)
		mask &= (UINT64_C(1) << (to - first)) - 1;
	return mask;
}

/* How many words bits up to @to reach into. */
static uint32_t word_end(uint32_t to)
{
	return (to + WORD_BITS - 1) / WORD_BITS;
}

static bool is_any_seen(const struct rj_quic_crypto_stream *s, uint32_t from, uint32_t to)
{
	for (uint32_t word = from / WORD_BITS; word < word_end(to); word++)
		if (s->seen[word] & mask_of(word, from, to))
			return true;
	return false;
}

static bool is_all_seen(const struct rj_quic_crypto_stream *s, uint32_t from, uint32_t to)
{
	if (to > s->room)
		return false;
	for (uint32_t word = from / WORD_BITS; word < word_end(to); word++)
		if (~s->seen[word] & mask_of(word, from, to))
			return false;
	return true;
}

static bool is_seen(const struct rj_quic_crypto_stream *s, uint32_t at)
{
	return s->seen[at / WORD_BITS] >> at % WORD_BITS & 1;
}

/* Puts only what is new of bytes of which some were there. False: others were there. */
static bool put_new(struct rj_quic_crypto_stream *s, uint32_t at, const uint8_t *data, uint32_t len)
{
	bool is_same = true;

	for (uint32_t i = 0; i < len; i++) {
		if (!is_seen(s, at + i))
			s->bytes[at + i] = data[i];
		else if (s->bytes[at + i] != data[i])
			is_same = false;
	}
	return is_same;
}

static void set_seen(struct rj_quic_crypto_stream *s, uint32_t from, uint32_t to)
{
	for (uint32_t word = from / WORD_BITS; word < word_end(to); word++)
		s->seen[word] |= mask_of(word, from, to);
}

enum rj_status rj_quic_crypto_stream_grow(struct rj_quic_crypto_stream *s, struct rj_arena *arena,
					  uint64_t end)
{
	struct rj_quic_crypto_stream grown = *s;

	if (end <= s->room)
		return RJ_OK;
	if (end > RJ_QUIC_CRYPTO_MAX)
		return RJ_MALFORMED;
	grown.room = 2 * s->room < end ? (uint32_t)end : 2 * s->room;
	grown.room = (grown.room + ROOM_UNIT - 1) / ROOM_UNIT * ROOM_UNIT;
	if (grown.room > RJ_QUIC_CRYPTO_MAX)
		grown.room = RJ_QUIC_CRYPTO_MAX;
	grown.bytes = rj_arena_alloc(arena, grown.room + grown.room / 8);
	if (!grown.bytes)
		return RJ_MALFORMED;
	grown.seen = (uint64_t *)(void *)(grown.bytes + grown.room);
	if (s->room) {
		memcpy(grown.bytes, s->bytes, s->room);
		memcpy(grown.seen, s->seen, s->room / 8);
	}
	*s = grown;
	return RJ_OK;
}

enum rj_status rj_quic_crypto_stream_put(struct rj_quic_crypto_stream *s, struct rj_arena *arena,
					 uint64_t offset, struct rj_cursor data)
{
	enum rj_status st;
	uint32_t from, to;
	bool is_same = true;

	if (!data.left)
		return RJ_OK;
	if (offset > RJ_QUIC_CRYPTO_MAX || data.left > RJ_QUIC_CRYPTO_MAX - offset)
		return RJ_MALFORMED;
	st = rj_quic_crypto_stream_grow(s, arena, offset + data.left);
	if (st)
		return st;
	from = (uint32_t)offset;
	to = from + (uint32_t)data.left;
	if (is_any_seen(s, from, to))
		is_same = put_new(s, from, data.at, to - from);
	else
		memcpy(s->bytes + from, data.at, data.left);
	set_seen(s, from, to);
	return is_same ? RJ_OK : RJ_MALFORMED;
}

enum rj_status rj_quic_crypto_stream_message(struct rj_quic_crypto_stream *s, uint8_t *ret_type,
					     struct rj_tls_body *out)
{
	struct rj_cursor c;
	uint32_t len, end;
	uint8_t type;
	enum rj_status st;

	if (!is_all_seen(s, s->next, s->next + MESSAGE_HEADER))
		return RJ_TRUNCATED;
	c = rj_cursor_init(s->bytes + s->next, MESSAGE_HEADER, true);
	st = rj_cursor_u8(&c, &type);
	if (!st)
		st = rj_cursor_u24(&c, &len);
	if (st)
		return st;
	if (len > RJ_QUIC_CRYPTO_MAX - s->next - MESSAGE_HEADER)
		return RJ_MALFORMED;
	end = s->next + MESSAGE_HEADER + len;
	if (!is_all_seen(s, s->next, end))
		return RJ_TRUNCATED;
	*ret_type = type;
	*out = (struct rj_tls_body){ .bytes = s->bytes + s->next + MESSAGE_HEADER, .len = len };
	s->next = end;
	return RJ_OK;
}
