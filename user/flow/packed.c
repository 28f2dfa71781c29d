// SPDX-License-Identifier: BSD-3-Clause
/*
 * Sequences as bytes, one piece a packet. A piece starts with a byte that says how it goes on:
 *
 *   bits 0-1  bytes of the payload length, 0 to 2; 3: see below
 *   bits 2-3  bytes of the gap to the packet before, in units of 8 us, 0 to 3
 *   bit 4     two bytes of an IP identification end the piece
 *   bits 5-7  what is left of the gap
 *
 * All of it is at most 8 bytes, the lowest first. With 3 for the length it is an identification
 * alone, or with 3 for the gap as well a word of the sequence as it is, for what is too large, no
 * packet, or earlier than the packet before.
 */
#include "flow/packed.h"

#include <endian.h>
#include <string.h>

#include "core/pool.h"
#include "flow/seq.h"

#define ONLY_ID 0x13u
#define WHOLE_WORD 0x0fu
#define HAS_ID 0x10u
#define GAP_BITS 27

/* With its head 48 bytes: some seven packets. */
#define BLOCK_BYTES 39u

struct rj_packed_block {
	struct rj_packed_block *next;
	uint8_t used; /* of all but the newest */
	uint8_t bytes[BLOCK_BYTES];
};

void rj_packed_pool(struct rj_pool *pool, struct rj_slab *slab)
{
	rj_pool_init(pool, sizeof(struct rj_packed_block), slab);
}

/* struct piece - its bytes, the first one lowest. */
struct piece {
	uint64_t bytes;
	uint32_t len;
};

static __attribute__((noinline)) bool add_block(struct rj_packed *packed, struct rj_pool *pool)
{
	struct rj_packed_block *block = rj_pool_take_raw(pool);

	if (!block)
		return false;
	if (packed->last) {
		packed->last->used = packed->used;
		block->next = packed->last->next;
		packed->last->next = block;
	} else {
		packed->first_used = packed->used;
		block->next = block;
	}
	packed->last = block;
	packed->used = 0;
	return true;
}

static bool put_piece(struct rj_packed *packed, struct rj_pool *pool, struct piece piece)
{
	uint32_t room = (packed->last ? BLOCK_BYTES : RJ_PACKED_FIRST) - packed->used;
	uint64_t bytes = htole64(piece.bytes);
	uint8_t *at;

	if (room < piece.len) {
		if (!add_block(packed, pool))
			return false;
		room = BLOCK_BYTES;
	}
	at = (packed->last ? packed->last->bytes : packed->first) + packed->used;
	if (room >= sizeof(bytes))
		memcpy(at, &bytes, sizeof(bytes)); /* those behind the piece are not used yet */
	else
		memcpy(at, &bytes, piece.len);
	packed->used = (uint8_t)(packed->used + piece.len);
	return true;
}

bool rj_packed_id(struct rj_packed *packed, struct rj_pool *pool, uint16_t id)
{
	const struct piece piece = { .bytes = ONLY_ID | (uint64_t)id << 8, .len = 3 };

	return put_piece(packed, pool, piece);
}

/* Its first byte must stand right before the word: there is room for both, or for neither. */
static __attribute__((noinline)) bool put_whole(struct rj_packed *packed, struct rj_pool *pool,
						uint64_t entry)
{
	const struct piece mark = { .bytes = WHOLE_WORD, .len = 1 };
	const struct piece word = { .bytes = entry, .len = sizeof(entry) };
	uint32_t room = (packed->last ? BLOCK_BYTES : RJ_PACKED_FIRST) - packed->used;

	if (room < mark.len + word.len && !add_block(packed, pool))
		return false;
	packed->before_us = rj_splt_us(entry);
	return put_piece(packed, pool, mark) && put_piece(packed, pool, word);
}

/* The piece of a packet of @len bytes, @gap_us after the one before. */
static inline struct piece piece_of(uint32_t len, uint64_t gap_us)
{
	uint64_t units = gap_us >> 3;
	unsigned int num_len = (len > 0) + (len > 0xff);
	unsigned int num_units = (units > 0) + (units > 0xff) + (units > 0xffff);

	return (struct piece){
		.bytes = num_len | num_units << 2 | (gap_us & 7) << 5 | (uint64_t)len << 8 |
			 units << (8 + 8 * num_len),
		.len = 1 + num_len + num_units,
	};
}

bool rj_packed_packet(struct rj_packed *packed, struct rj_pool *pool, uint64_t entry, uint32_t id)
{
	uint64_t us = rj_splt_us(entry);
	uint64_t gap_us = us - packed->before_us;
	uint32_t len = rj_splt_len(entry);
	struct piece piece;

	/* without its flags a word of zeros would be no packet */
	if (gap_us >> GAP_BITS || len > 0xffff || !(us | len))
		return put_whole(packed, pool, entry) &&
		       (id == RJ_PACKED_NO_ID || rj_packed_id(packed, pool, (uint16_t)id));
	piece = piece_of(len, gap_us);
	if (id != RJ_PACKED_NO_ID) {
		piece.bytes |= HAS_ID | (uint64_t)id << 8 * piece.len;
		piece.len += 2;
	}
	packed->before_us = us;
	return put_piece(packed, pool, piece);
}

static uint32_t later(uint32_t num, uint32_t before)
{
	return num > before ? num - before : 0;
}

bool rj_packed_add(struct rj_packed *packed, struct rj_pool *pool, const struct rj_seq *from,
		   uint32_t num_splt, uint32_t num_ids)
{
	uint32_t len = rj_seq_len(from);
	uint32_t end = later(rj_seq_num_ids(from), RJ_FIRST_IDS);
	uint32_t at = later(num_ids, RJ_FIRST_IDS);

	for (; num_splt < len; num_splt++) {
		uint32_t id = at < end ? from->ids[at] : RJ_PACKED_NO_ID;

		if (!rj_packed_packet(packed, pool, from->splt[num_splt], id))
			break;
		at += id != RJ_PACKED_NO_ID;
	}
	while (num_splt == len && at < end && rj_packed_id(packed, pool, from->ids[at]))
		at++;
	if (num_splt >= len && at >= end)
		return true;
	from->rest->num_splt = num_splt;
	if (from->rest->num_ids > RJ_FIRST_IDS + at)
		from->rest->num_ids = RJ_FIRST_IDS + at;
	return false;
}

/* struct unpacking - where it has come to. */
struct unpacking {
	const struct rj_seq *to;
	uint32_t num_splt;
	uint32_t num_ids;
	uint64_t us;
};

static uint64_t word_at(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

static uint64_t low_bytes(uint64_t word, unsigned int num)
{
	return word & ((1ull << 8 * num) - 1);
}

static void take_id(struct unpacking *u, uint16_t id)
{
	if (u->num_ids < u->to->capacity)
		u->to->ids[u->num_ids++] = id;
}

static void take_entry(struct unpacking *u, uint64_t entry)
{
	u->us = rj_splt_us(entry);
	if (u->num_splt < u->to->capacity)
		u->to->splt[u->num_splt++] = entry;
}

/* The piece at @at, behind which 8 bytes can be read. How long it is. */
static inline uint32_t take_piece(struct unpacking *u, const uint8_t *at)
{
	uint64_t word = word_at(at);
	unsigned int num_len = word & 3, num_units = word >> 2 & 3;
	uint32_t piece_len = 1 + num_len + num_units;
	uint64_t len = low_bytes(word >> 8, num_len);
	uint64_t units = low_bytes(word >> (8 + 8 * num_len), num_units);

	if ((word & ONLY_ID) == ONLY_ID) {
		take_id(u, (uint16_t)(word >> 8));
		return 3;
	}
	if (num_len == 3) {
		take_entry(u, word_at(at + 1));
		return 9;
	}
	take_entry(u, (u->us + (units << 3 | (word >> 5 & 7))) | len << RJ_SPLT_TIME_BITS);
	if (word & HAS_ID) {
		take_id(u, (uint16_t)(word >> 8 * piece_len));
		piece_len += 2;
	}
	return piece_len;
}

/* All pieces in @used bytes of a block or of first. */
static void take_pieces(struct unpacking *u, const uint8_t *bytes, size_t room, uint32_t used)
{
	uint8_t copy[BLOCK_BYTES + 9]; /* a piece is read by words */

	memcpy(copy, bytes, room);
	for (uint32_t at = 0; at < used;)
		at += take_piece(u, copy + at);
}

/* Each packet a word and an identification of their own; a block ends with less than the former. */
size_t rj_packed_max_bytes(uint32_t num_packets)
{
	size_t least = BLOCK_BYTES - 8;

	return ((size_t)num_packets * (9 + 3) / least + 1) * sizeof(struct rj_packed_block);
}

static void fetch_block(const struct rj_packed_block *block)
{
	__builtin_prefetch(block);
	__builtin_prefetch((const char *)block + sizeof(*block) - 1);
}

void rj_packed_fetch_all(const struct rj_packed *packed, int step)
{
	if (packed->last)
		fetch_block(step ? packed->last->next : packed->last);
}

void rj_packed_open(const struct rj_packed *packed, const struct rj_seq *to)
{
	struct unpacking u = { .to = to };
	const struct rj_packed_block *block = packed->last;

	take_pieces(&u, packed->first, sizeof(packed->first),
		    block ? packed->first_used : packed->used);
	while (block) {
		block = block->next;
		fetch_block(block->next);
		take_pieces(&u, block->bytes, sizeof(block->bytes),
			    block == packed->last ? packed->used : block->used);
		if (block == packed->last)
			break;
	}
}

void rj_packed_clear(struct rj_packed *packed, struct rj_pool *pool)
{
	struct rj_packed_block *block = packed->last ? packed->last->next : NULL;

	while (block) {
		struct rj_packed_block *next = block == packed->last ? NULL : block->next;

		rj_pool_put(pool, block);
		block = next;
	}
	packed->last = NULL;
	packed->before_us = 0;
	packed->used = 0;
}

void rj_packed_free(struct rj_packed *packed, struct rj_pool *pool, struct rj_blocks *blocks)
{
	rj_packed_clear(packed, pool);
	rj_seq_put_records(blocks, packed->records, packed->num_words);
}
