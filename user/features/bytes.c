// SPDX-License-Identifier: BSD-3-Clause
/* Byte values of a flow's payload: counts, mean, deviation, entropy; and their transform. */
#include "features/bytes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/policy.h"

/*
 * Pieces of a stream that are apart from each other. Ours: a lossy path leaves a few; one that
 * would be too many closes the earliest gap, whose bytes are then not counted when they come.
 */
#define MAX_RANGES 16u

/*
 * How far before the first byte of a stream one that counts may lie: it was overtaken, where no SYN
 * was seen. What is further back is no part of the stream; the kernel samples as far as that.
 */
#define MAX_BACK_BYTES RJ_SAMPLE_REORDER_BYTES

/* Positions [start, end) of a stream that are counted. */
struct range {
	int64_t start;
	int64_t end;
};

/*
 * struct side - one direction.
 * @num: bytes counted
 * @high_seq, @high: sequence number and position of the furthest byte met: positions are of 64
 *                   bits, so that a stream may come round
 * @ranges: counted positions, in order, none next to another
 */
struct side {
	uint64_t num;
	int64_t high;
	uint32_t high_seq;
	uint32_t num_ranges;
	bool has_start;
	struct range ranges[MAX_RANGES];
};

struct rj_bytes {
	uint64_t count[RJ_BYTE_VALUES];
	struct side sides[2];
	bool with_wht;
	struct rj_wht wht;
};

struct rj_bytes *rj_bytes_new(bool with_wht)
{
	struct rj_bytes *b = calloc(1, sizeof(*b));

	if (b)
		b->with_wht = with_wht;
	return b;
}

void rj_bytes_free(struct rj_bytes *b)
{
	free(b);
}

size_t rj_bytes_size(void)
{
	return sizeof(struct rj_bytes);
}

static int64_t min_i64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t max_i64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/*
 * One count cannot be added to before the addition before it is done: so there are four of each,
 * which take turns. They pay where there are some hundred bytes.
 */
#define MANY_BYTES 256u
#define NUM_TURNS 4u

static void count_many(uint64_t *counts, const uint8_t *bytes, uint32_t len)
{
	uint32_t turn[NUM_TURNS][RJ_BYTE_VALUES] = { 0 };
	uint32_t i = 0;

	for (; i + NUM_TURNS <= len; i += NUM_TURNS) {
		turn[0][bytes[i]]++;
		turn[1][bytes[i + 1]]++;
		turn[2][bytes[i + 2]]++;
		turn[3][bytes[i + 3]]++;
	}
	for (; i < len; i++)
		turn[0][bytes[i]]++;
	for (i = 0; i < RJ_BYTE_VALUES; i++)
		counts[i] += (uint64_t)turn[0][i] + turn[1][i] + turn[2][i] + turn[3][i];
}

static void count_values(uint64_t *counts, const uint8_t *bytes, uint64_t len)
{
	while (len >= MANY_BYTES) {
		uint32_t some = len < UINT16_MAX ? (uint32_t)len : UINT16_MAX;

		count_many(counts, bytes, some);
		bytes += some;
		len -= some;
	}
	for (uint64_t i = 0; i < len; i++)
		counts[bytes[i]]++;
}

static void count(struct rj_bytes *b, struct side *s, const uint8_t *bytes, uint64_t len,
		  uint64_t limit)
{
	uint64_t room = limit > s->num ? limit - s->num : 0;

	if (len > room)
		len = room;
	count_values(b->count, bytes, len);
	if (b->with_wht)
		rj_wht_add(&b->wht, bytes, len);
	s->num += len;
}

/* Makes room for one more: the two earliest become one, and the gap between them is closed. */
static void join_first(struct side *s)
{
	s->ranges[0].end = s->ranges[1].end;
	s->num_ranges--;
	memmove(&s->ranges[1], &s->ranges[2], (s->num_ranges - 1) * sizeof(s->ranges[0]));
}

/* Enters [@start, @end), joined with every range that it meets. */
static void add_range(struct side *s, int64_t start, int64_t end)
{
	uint32_t first = 0, behind;

	if (s->num_ranges == MAX_RANGES)
		join_first(s);
	while (first < s->num_ranges && s->ranges[first].end < start)
		first++;
	behind = first;
	while (behind < s->num_ranges && s->ranges[behind].start <= end)
		behind++;
	if (behind > first) {
		start = min_i64(start, s->ranges[first].start);
		end = max_i64(end, s->ranges[behind - 1].end);
	}
	memmove(&s->ranges[first + 1], &s->ranges[behind],
		(s->num_ranges - behind) * sizeof(s->ranges[0]));
	s->num_ranges = s->num_ranges + 1 - (behind - first);
	s->ranges[first] = (struct range){ start, end };
}

/* Counts what of [@start, @end) is in no range yet; its bytes are at @bytes. */
static void count_new(struct rj_bytes *b, struct side *s, int64_t start, int64_t end,
		      const uint8_t *bytes, uint64_t limit)
{
	int64_t at = start;

	for (uint32_t i = 0; i < s->num_ranges && at < end; i++) {
		const struct range *r = &s->ranges[i];

		if (r->start > at)
			count(b, s, bytes + (at - start), (uint64_t)(min_i64(r->start, end) - at),
			      limit);
		at = max_i64(at, r->end);
	}
	if (at < end)
		count(b, s, bytes + (at - start), (uint64_t)(end - at), limit);
}

void rj_bytes_start(struct rj_bytes *b, unsigned int side, uint32_t seq)
{
	struct side *s = &b->sides[side];

	if (s->has_start)
		return;
	s->has_start = true;
	s->high_seq = seq;
}

void rj_bytes_stream(struct rj_bytes *b, unsigned int side, uint32_t seq, const uint8_t *bytes,
		     uint32_t len, uint64_t limit)
{
	struct side *s = &b->sides[side];
	int64_t start, end;

	rj_bytes_start(b, side, seq);
	start = s->high + (int32_t)(seq - s->high_seq);
	end = start + len;
	if (start < -MAX_BACK_BYTES)
		return;
	if (end > s->high) {
		s->high = end;
		s->high_seq = seq + len;
	}
	if (limit < INT64_MAX)
		end = min_i64(end, (int64_t)limit);
	if (start >= end)
		return;
	count_new(b, s, start, end, bytes, limit);
	add_range(s, start, end);
}

void rj_bytes_datagram(struct rj_bytes *b, unsigned int side, const uint8_t *bytes, uint32_t len,
		       uint64_t limit)
{
	count(b, &b->sides[side], bytes, len, limit);
}

void rj_bytes_add(struct rj_bytes *to, const struct rj_bytes *from)
{
	for (unsigned int i = 0; i < RJ_BYTE_VALUES; i++)
		to->count[i] += from->count[i];
	to->sides[0].num += from->sides[0].num;
	to->sides[1].num += from->sides[1].num;
	rj_wht_join(&to->wht, &from->wht);
}

/* Most counts are small, and many are the same. */
#define NUM_KNOWN_LOGS 128u

static double log2_of(uint64_t n, double *known)
{
	if (n >= NUM_KNOWN_LOGS)
		return log2((double)n);
	if (!known[n] && n > 1)
		known[n] = log2((double)n);
	return known[n];
}

/* H = log2(N) - sum of n log2(n) / N, which is - sum of n/N log2(n/N). */
static double entropy_of(const uint64_t *count, uint64_t total)
{
	double known[NUM_KNOWN_LOGS] = { 0 };
	double sum = 0, entropy;

	for (unsigned int i = 0; i < RJ_BYTE_VALUES; i++)
		sum += (double)count[i] * log2_of(count[i], known);
	entropy = log2((double)total) - sum / (double)total;
	return entropy > 0 ? entropy : 0; /* of one value it may come out below */
}

uint64_t rj_bytes_total(const struct rj_bytes *b)
{
	return b->sides[0].num + b->sides[1].num;
}

void rj_bytes_dist(const struct rj_bytes *b, struct rj_byte_dist *out)
{
	uint64_t total = rj_bytes_total(b);
	double sum = 0, squares = 0;

	*out = (struct rj_byte_dist){ .count = b->count, .total = total };
	if (!total)
		return;
	for (unsigned int i = 0; i < RJ_BYTE_VALUES; i++)
		sum += (double)b->count[i] * i;
	out->mean = sum / (double)total;
	for (unsigned int i = 0; i < RJ_BYTE_VALUES; i++)
		squares += (double)b->count[i] * (i - out->mean) * (i - out->mean);
	if (total > 1)
		out->deviation = sqrt(squares / (double)(total - 1));
	out->entropy = entropy_of(b->count, total);
}

const struct rj_wht *rj_bytes_wht(const struct rj_bytes *b)
{
	return &b->wht;
}
