/* SPDX-License-Identifier: BSD-3-Clause */
/* The first bytes of one TCP direction: a window of bytes and a bit for each, or the caller's. */
#include "flow/stream.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BITS 64u
#define MOST_BYTES (1u << 28) /* ours: keeps every sum of indexes within 32 bits */

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t whole_words(uint32_t num_bits)
{
	return (num_bits + WORD_BITS - 1) / WORD_BITS * WORD_BITS;
}

/* How far sequence number @a lies behind @b, less than 0 when before (RFC 9293 3.4). */
static int32_t seq_distance(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static uint8_t *data_of(const struct rj_stream *s)
{
	return (uint8_t *)(s->block + s->capacity / WORD_BITS);
}

static uint32_t budget_left(const struct rj_stream *s)
{
	return s->max_bytes > s->consumed ? s->max_bytes - s->consumed : 0;
}

static size_t block_bytes(uint32_t capacity)
{
	return (size_t)capacity + capacity / 8;
}

void rj_stream_init(struct rj_stream *s, uint32_t max_bytes)
{
	*s = (struct rj_stream){ 0 };
	rj_stream_limit(s, max_bytes);
}

/* Lets go of all bytes; those that come next are at index 0. */
static void drop_bytes(struct rj_stream *s)
{
	if (!s->is_lent)
		free(s->block);
	s->block = NULL;
	s->is_lent = false;
	s->first_seq += s->start;
	s->start = s->end = s->high = s->capacity = 0;
}

void rj_stream_done(struct rj_stream *s)
{
	drop_bytes(s);
	rj_stream_init(s, s->max_bytes);
}

void rj_stream_limit(struct rj_stream *s, uint32_t max_bytes)
{
	assert(max_bytes <= MOST_BYTES);
	s->max_bytes = max_bytes;
}

/* Another block with @room more bytes (whole words) before index 0 and @capacity in all. */
static int resize(struct rj_stream *s, uint32_t room, uint32_t capacity)
{
	uint64_t *block = malloc(block_bytes(capacity));

	if (!block)
		return -ENOMEM;
	memset(block, 0, capacity / 8);
	if (s->block) {
		memcpy(block + room / WORD_BITS, s->block, s->capacity / 8);
		memcpy((uint8_t *)(block + capacity / WORD_BITS) + room, data_of(s), s->high);
	}
	free(s->block);
	s->block = block;
	s->capacity = capacity;
	s->first_seq -= room;
	s->start += room;
	s->end += room;
	s->high += room;
	return 0;
}

/* Makes index @needed - 1 (within the budget) a place to write to. */
static int reach(struct rj_stream *s, uint32_t needed)
{
	uint32_t most = whole_words(s->start + budget_left(s));

	if (needed <= s->capacity)
		return 0;
	return resize(s, 0, max_u32(whole_words(needed), min_u32(2 * s->capacity, most)));
}

/* Makes the @back bytes before start, of which @most are enough for ever, places to write to. */
static int reach_back(struct rj_stream *s, uint32_t back, uint32_t most)
{
	uint32_t room;

	if (back <= s->start)
		return 0;
	room = min_u32(max_u32(back, s->high - s->start), most); /* doubling what is held */
	room = whole_words(room - s->start);
	return resize(s, room, room + s->capacity);
}

/* @num (1..64) bits from bit @at on, all of them in one word. */
static uint64_t word_mask(uint32_t at, uint32_t num)
{
	return ~UINT64_C(0) >> (WORD_BITS - num) << at;
}

static void mark_seen(struct rj_stream *s, uint32_t from, uint32_t to)
{
	while (from < to) {
		uint32_t next = min_u32(to, whole_words(from + 1));

		s->block[from / WORD_BITS] |= word_mask(from % WORD_BITS, next - from);
		from = next;
	}
}

/* The first index from @at on whose byte is not there. */
static uint32_t run_end(const struct rj_stream *s, uint32_t at)
{
	while (at < s->high) {
		uint64_t missing = ~s->block[at / WORD_BITS] >> at % WORD_BITS;

		if (missing)
			return min_u32(at + (uint32_t)__builtin_ctzll(missing), s->high);
		at = whole_words(at + 1);
	}
	return s->high;
}

/* Puts bytes at @at where there are none yet; whether those there are others. */
static bool fill(struct rj_stream *s, uint32_t at, const uint8_t *bytes, uint32_t len)
{
	uint8_t *data = data_of(s);
	bool is_other = false;

	for (uint32_t i = 0; i < len; i++, at++) {
		uint64_t *word = &s->block[at / WORD_BITS];
		uint64_t bit = UINT64_C(1) << at % WORD_BITS;

		if (*word & bit) {
			is_other |= data[at] != bytes[i];
			continue;
		}
		data[at] = bytes[i];
		*word |= bit;
	}
	return is_other;
}

/* Stores bytes at @at (from start on, within capacity). */
static void store(struct rj_stream *s, uint32_t at, const uint8_t *bytes, uint32_t len)
{
	uint32_t num_known = at < s->end ? min_u32(len, s->end - at) : 0;
	bool is_other = num_known && memcmp(data_of(s) + at, bytes, num_known);

	at += num_known;
	bytes += num_known;
	len -= num_known;
	if (len && at == s->end && s->high == s->end) { /* in order: nearly always */
		memcpy(data_of(s) + at, bytes, len);
		s->end = s->high = at + len;
	} else if (len) {
		is_other |= fill(s, at, bytes, len);
		s->high = max_u32(s->high, at + len);
		s->end = run_end(s, s->end);
	}
	s->num_conflicts += is_other;
}

/* What was held is not before the SYN's first byte or too far behind it: another stream's. */
static void restart(struct rj_stream *s, uint32_t seq)
{
	drop_bytes(s);
	s->first_seq = seq;
}

/* Moves start @back bytes; the first @len of them are at @bytes. */
static int move_back(struct rj_stream *s, uint32_t back, const uint8_t *bytes, uint32_t len)
{
	uint32_t old_start, most = s->max_bytes - (s->high - s->start);
	int err = reach_back(s, back, most);

	if (err)
		return err;
	old_start = s->start;
	s->start -= back;
	if (len >= back) { /* reaches what is held: still one run */
		memcpy(data_of(s) + s->start, bytes, back);
		return RJ_STREAM_MOVED;
	}
	mark_seen(s, old_start, s->end);
	s->end = s->start;
	return RJ_STREAM_MOVED;
}

/* Learns from @seg where the stream starts. */
static int settle_start(struct rj_stream *s, const struct rj_segment *seg)
{
	int32_t back = seq_distance(s->first_seq + s->start, seg->seq);
	uint32_t held = s->high - s->start;
	bool is_near = back > 0 && back <= (int32_t)RJ_STREAM_BACK_BYTES && held <= s->max_bytes &&
		       (uint32_t)back <= s->max_bytes - held;

	if (!s->has_start) {
		s->first_seq = seg->seq;
		s->has_start = seg->len || seg->is_syn;
		s->seen_syn = seg->is_syn;
		return RJ_STREAM_SAME;
	}
	if (!rj_stream_can_move(s))
		return RJ_STREAM_SAME;
	s->seen_syn = seg->is_syn;
	if (is_near && (seg->len || seg->is_syn))
		return move_back(s, (uint32_t)back, seg->bytes, seg->len);
	if (!seg->is_syn || !back)
		return RJ_STREAM_SAME;
	if (back < 0 && 0u - (uint32_t)back < held) /* a stray segment lies before the first byte */
		rj_stream_skip(s, 0u - (uint32_t)back);
	else
		restart(s, seg->seq);
	return RJ_STREAM_MOVED;
}

/* Remembers where the stream ends, and the first place where the capture left bytes out. */
static void note_end(struct rj_stream *s, const struct rj_segment *seg)
{
	uint32_t end_seq = s->first_seq + s->end;
	uint32_t cut_seq = seg->seq + seg->len;

	if (seg->is_fin && !s->seen_fin) {
		s->seen_fin = true;
		s->fin_seq = seg->seq + seg->wire_len;
	}
	if (s->seen_cut && seq_distance(s->cut_seq, end_seq) < 0)
		s->seen_cut = false; /* filled */
	if (seg->len >= seg->wire_len || seq_distance(cut_seq, end_seq) < 0)
		return;
	if (!s->seen_cut || seq_distance(cut_seq, s->cut_seq) < 0)
		s->cut_seq = cut_seq;
	s->seen_cut = true;
}

/* The index behind the last byte that would be kept. */
static uint32_t keep_end(const struct rj_stream *s)
{
	uint32_t end = s->start + budget_left(s);
	int32_t cut = seq_distance(s->cut_seq, s->first_seq + s->end);

	if (!s->seen_cut || cut < 0 || (uint32_t)cut > s->max_bytes)
		return end;
	return min_u32(end, s->end + (uint32_t)cut + RJ_STREAM_CUT_BYTES);
}

/* Shows the caller's bytes, where there are no others. */
static void borrow(struct rj_stream *s, const uint8_t *bytes, uint32_t len)
{
	s->lent = bytes;
	s->is_lent = true;
	s->end = s->high = len;
}

/* Takes in what lies between start and the limits. */
static int put_bytes(struct rj_stream *s, const struct rj_segment *seg)
{
	int32_t ahead = seq_distance(seg->seq, s->first_seq + s->start);
	uint32_t num_old = ahead < 0 ? min_u32(0u - (uint32_t)ahead, seg->len) : 0;
	uint32_t len = seg->len - num_old;
	uint32_t at = s->start + (ahead < 0 ? 0 : (uint32_t)ahead);
	uint32_t room = keep_end(s) > at ? keep_end(s) - at : 0;
	int err;

	if (len > room) {
		s->num_beyond += min_u32(len - room, UINT32_MAX - s->num_beyond);
		len = room;
	}
	if (!len)
		return 0;
	if (!s->block && at == s->end) { /* nearly always: nothing waits, and this is the next */
		borrow(s, seg->bytes + num_old, len);
	} else {
		err = reach(s, at + len);
		if (err)
			return err;
		store(s, at, seg->bytes + num_old, len);
	}
	s->is_ahead = false;
	return 0;
}

int rj_stream_lend(struct rj_stream *s, const struct rj_segment *seg)
{
	int news, err;
	uint32_t old_end_seq;

	assert(!s->is_lent);
	news = settle_start(s, seg);
	old_end_seq = s->first_seq + s->end;
	if (news < 0)
		return news;
	note_end(s, seg);
	if (!s->has_start)
		return RJ_STREAM_SAME;
	err = put_bytes(s, seg);
	if (err)
		return err;
	if (news == RJ_STREAM_SAME && s->first_seq + s->end != old_end_seq)
		return RJ_STREAM_GREW;
	return news;
}

int rj_stream_keep(struct rj_stream *s)
{
	const uint8_t *bytes;
	uint32_t len = s->end - s->start;
	int err;

	if (!s->is_lent)
		return 0;
	bytes = s->lent + s->start;
	drop_bytes(s);
	err = reach(s, len);
	if (!err)
		store(s, 0, bytes, len);
	return err;
}

void rj_stream_start(struct rj_stream *s, uint32_t seq)
{
	rj_stream_done(s);
	s->first_seq = seq;
	s->has_start = true;
	s->seen_syn = true;
}

int rj_stream_hold(struct rj_stream *s, uint32_t seq, const uint8_t *bytes, uint32_t len)
{
	int err = reach(s, len);

	if (err)
		return err;
	s->first_seq = seq;
	s->has_start = true;
	store(s, 0, bytes, len);
	return 0;
}

int rj_stream_put(struct rj_stream *s, const struct rj_segment *seg)
{
	int news = rj_stream_lend(s, seg);
	int err = rj_stream_keep(s);

	return err ? err : news;
}

const uint8_t *rj_stream_bytes(const struct rj_stream *s, size_t *ret_len)
{
	const uint8_t *bytes = s->is_lent ? s->lent : s->block ? data_of(s) : NULL;

	*ret_len = min_u32(s->end - s->start, budget_left(s));
	return *ret_len ? bytes + s->start : NULL;
}

/* What holds nothing any more holds no memory either. */
static void drop_empty(struct rj_stream *s)
{
	if (s->start == s->high)
		drop_bytes(s);
}

void rj_stream_consume(struct rj_stream *s, size_t len)
{
	assert(len <= s->end - s->start);
	s->start += (uint32_t)len;
	s->consumed += (uint32_t)len;
	drop_empty(s);
}

void rj_stream_skip(struct rj_stream *s, uint32_t len)
{
	assert(len <= RJ_STREAM_MOST_SKIPPED);
	if (len > s->high - s->start) {
		restart(s, s->first_seq + s->start + len);
		s->is_ahead = true;
		return;
	}
	s->start += len;
	if (s->end < s->start)
		s->end = run_end(s, s->start);
	drop_empty(s);
}

uint32_t rj_stream_budget_end(const struct rj_stream *s)
{
	return s->first_seq + s->start + budget_left(s);
}

bool rj_stream_can_move(const struct rj_stream *s)
{
	return s->has_start && !s->seen_syn && !s->consumed;
}

bool rj_stream_is_full(const struct rj_stream *s)
{
	return s->end - s->start >= budget_left(s);
}

bool rj_stream_is_closed(const struct rj_stream *s)
{
	return s->seen_fin && s->high == s->end && s->fin_seq == s->first_seq + s->end;
}

uint32_t rj_stream_num_waiting(const struct rj_stream *s)
{
	uint32_t num = 0;

	for (uint32_t i = s->end; i < s->high; i++)
		num += (uint32_t)(s->block[i / WORD_BITS] >> i % WORD_BITS) & 1;
	return num;
}

size_t rj_stream_memory(const struct rj_stream *s)
{
	return block_bytes(s->capacity);
}
