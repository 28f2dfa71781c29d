// SPDX-License-Identifier: BSD-3-Clause
/* Byte values of a flow's payload: counts, mean, deviation, entropy; and their transform. */
#include "features/bytes.h"

#include <math.h>
#include <pthread.h>
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
 * @ranges: counted positions, in order, none next to another; behind num_ranges anything
 */
struct side {
	uint64_t num;
	int64_t high;
	uint32_t high_seq;
	uint32_t num_ranges;
	bool has_start;
	struct range ranges[MAX_RANGES];
};

/*
 * One count cannot be added to before the addition before it is done: so there are two of each,
 * which take turns.
 */
#define NUM_TURNS 2u

/*
 * Most flows are short, and what is small stays in the cache: what was counted is added to wider
 * counts, which few flows ever have, before a turn could hold no more, be all of one value.
 */
typedef uint16_t turns[NUM_TURNS][RJ_BYTE_VALUES];
#define MAX_IN_TURNS UINT16_MAX

/* So much is counted in one go: whole groups, for the transform. */
#define MAX_PIECE (RJ_WHT_AT_ONCE * RJ_WHT_BLOCK)

/* Most flows have less payload than counts would take: so much of it waits as it is. */
#define FEW_BYTES 512u

/*
 * struct rj_bytes - @turn: what was counted last, @in_turns bytes; @wide: all before, NULL for none
 * @few: those bytes, as long as they were not @is_counted
 */
struct rj_bytes {
	struct rj_wht wht;
	uint64_t *wide;
	uint32_t in_turns;
	bool with_wht;
	bool is_counted;
	struct side sides[2];
	union {
		turns turn;
		uint8_t few[FEW_BYTES];
	};
};

#define WIDE_BYTES (RJ_BYTE_VALUES * sizeof(uint64_t))

size_t rj_bytes_size(void)
{
	return sizeof(struct rj_bytes);
}

void rj_bytes_init(struct rj_bytes *b)
{
	memset(b, 0, offsetof(struct rj_bytes, sides));
	for (unsigned int side = 0; side < 2; side++)
		memset(&b->sides[side], 0, offsetof(struct side, ranges));
}

void rj_bytes_done(struct rj_bytes *b)
{
	free(b->wide);
	b->wide = NULL;
}

size_t rj_bytes_memory(const struct rj_bytes *b)
{
	return sizeof(*b) + (b->wide ? WIDE_BYTES : 0);
}

void rj_bytes_transform(struct rj_bytes *b)
{
	b->with_wht = true;
}

uint64_t rj_bytes_total(const struct rj_bytes *b)
{
	return b->sides[0].num + b->sides[1].num;
}

static int64_t min_i64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t max_i64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static inline void count_eight(turns turn, const uint8_t bytes[8])
{
	turn[0][bytes[0]]++;
	turn[1][bytes[1]]++;
	turn[0][bytes[2]]++;
	turn[1][bytes[3]]++;
	turn[0][bytes[4]]++;
	turn[1][bytes[5]]++;
	turn[0][bytes[6]]++;
	turn[1][bytes[7]]++;
}

/* Counts, and where it is not NULL adds to the transform, which takes no time beside that. */
static inline void count_turns(turns turn, struct rj_wht *wht, const uint8_t *bytes, uint32_t len)
{
	struct rj_wht_blocks blocks = { 0 };
	uint8_t last[RJ_WHT_BLOCK] = { 0 };

	for (uint32_t num = len / RJ_WHT_BLOCK; num; num--, bytes += RJ_WHT_BLOCK) {
		if (wht)
			rj_wht_block(&blocks, bytes);
		count_eight(turn, bytes);
		count_eight(turn, bytes + 8);
	}
	for (uint32_t i = 0; i < len % RJ_WHT_BLOCK; i++) {
		last[i] = bytes[i];
		turn[0][bytes[i]]++;
	}
	if (!wht)
		return;
	rj_wht_block(&blocks, last);
	rj_wht_add_blocks(wht, &blocks);
}

/* From here on they are counted as they come. */
static __attribute__((noinline)) void count_few(struct rj_bytes *b)
{
	uint8_t few[FEW_BYTES];

	memcpy(few, b->few, b->in_turns);
	memset(b->turn, 0, sizeof(b->turn));
	count_turns(b->turn, NULL, few, b->in_turns);
	b->is_counted = true;
}

static void counts_of(const struct rj_bytes *b, uint64_t *out)
{
	if (!b->is_counted) {
		memset(out, 0, RJ_BYTE_VALUES * sizeof(*out));
		for (uint32_t i = 0; i < b->in_turns; i++)
			out[b->few[i]]++;
		return;
	}
	for (unsigned int i = 0; i < RJ_BYTE_VALUES; i++)
		out[i] = (uint32_t)b->turn[0][i] + b->turn[1][i];
	for (unsigned int i = 0; b->wide && i < RJ_BYTE_VALUES; i++)
		out[i] += b->wide[i];
}

/* What is in the turns goes to the wide counts, with @more of each value. */
static __attribute__((noinline)) bool widen(struct rj_bytes *b, const uint64_t *more)
{
	if (!b->wide)
		b->wide = calloc(RJ_BYTE_VALUES, sizeof(*b->wide));
	if (!b->wide)
		return false;
	if (!b->is_counted)
		count_few(b);
	for (unsigned int i = 0; i < RJ_BYTE_VALUES; i++)
		b->wide[i] += (uint64_t)b->turn[0][i] + b->turn[1][i] + (more ? more[i] : 0);
	memset(b->turn, 0, sizeof(b->turn));
	b->in_turns = 0;
	return true;
}

static bool count_all(struct rj_bytes *b, const uint8_t *bytes, uint32_t len)
{
	uint32_t num;

	if (!b->is_counted && len <= FEW_BYTES - b->in_turns) {
		if (b->with_wht)
			rj_wht_add(&b->wht, bytes, len);
		memcpy(b->few + b->in_turns, bytes, len);
		b->in_turns += len;
		return true;
	}
	if (!b->is_counted)
		count_few(b);
	for (; len; bytes += num, len -= num) {
		num = len < MAX_PIECE ? len : MAX_PIECE;
		if (num > MAX_IN_TURNS - b->in_turns && !widen(b, NULL))
			return false;
		if (b->with_wht)
			count_turns(b->turn, &b->wht, bytes, num);
		else
			count_turns(b->turn, NULL, bytes, num);
		b->in_turns += num;
	}
	return true;
}

static bool count(struct rj_bytes *b, struct side *s, const uint8_t *bytes, uint32_t len,
		  uint64_t limit)
{
	uint64_t room = limit > s->num ? limit - s->num : 0;

	if (len > room)
		len = (uint32_t)room;
	s->num += len;
	return count_all(b, bytes, len);
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
	if (behind != first + 1) /* else it takes the place of one, as it nearly always does */
		memmove(&s->ranges[first + 1], &s->ranges[behind],
			(s->num_ranges - behind) * sizeof(s->ranges[0]));
	s->num_ranges = s->num_ranges + 1 - (behind - first);
	s->ranges[first] = (struct range){ start, end };
}

/* Counts what of [@start, @end) is in no range yet; its bytes are at @bytes. */
static bool count_new(struct rj_bytes *b, struct side *s, int64_t start, int64_t end,
		      const uint8_t *bytes, uint64_t limit)
{
	int64_t at = start;
	bool is_counted = true;

	for (uint32_t i = 0; i < s->num_ranges && at < end; i++) {
		const struct range *r = &s->ranges[i];

		if (r->start > at)
			is_counted &= count(b, s, bytes + (at - start),
					    (uint32_t)(min_i64(r->start, end) - at), limit);
		at = max_i64(at, r->end);
	}
	if (at < end)
		is_counted &= count(b, s, bytes + (at - start), (uint32_t)(end - at), limit);
	return is_counted;
}

void rj_bytes_start(struct rj_bytes *b, unsigned int side, uint32_t seq)
{
	struct side *s = &b->sides[side];

	if (s->has_start)
		return;
	s->has_start = true;
	s->high_seq = seq;
}

bool rj_bytes_stream(struct rj_bytes *b, unsigned int side, uint32_t seq, const uint8_t *bytes,
		     uint32_t len, uint64_t limit)
{
	struct side *s = &b->sides[side];
	int64_t start, end;

	rj_bytes_start(b, side, seq);
	start = s->high + (int32_t)(seq - s->high_seq);
	end = start + len;
	if (start < -MAX_BACK_BYTES)
		return true;
	if (end > s->high) {
		s->high = end;
		s->high_seq = seq + len;
	}
	if (limit < INT64_MAX)
		end = min_i64(end, (int64_t)limit);
	if (start >= end)
		return true;
	if (s->num_ranges == 1 && start == s->ranges[0].end) { /* nearly always */
		s->ranges[0].end = end;
		return count(b, s, bytes, (uint32_t)(end - start), limit);
	}
	if (!count_new(b, s, start, end, bytes, limit))
		return false;
	add_range(s, start, end);
	return true;
}

bool rj_bytes_datagram(struct rj_bytes *b, unsigned int side, const uint8_t *bytes, uint32_t len,
		       uint64_t limit)
{
	return count(b, &b->sides[side], bytes, len, limit);
}

bool rj_bytes_add(struct rj_bytes *to, const struct rj_bytes *from)
{
	uint64_t counts[RJ_BYTE_VALUES];

	counts_of(from, counts);
	if (!widen(to, counts))
		return false;
	to->sides[0].num += from->sides[0].num;
	to->sides[1].num += from->sides[1].num;
	rj_wht_join(&to->wht, &from->wht);
	return true;
}

/* n log2(n) of counts; most are small. */
#define NUM_KNOWN_LOGS 256u

static double known_logs[NUM_KNOWN_LOGS];
static pthread_once_t known_once = PTHREAD_ONCE_INIT;

static void learn_logs(void)
{
	for (unsigned int n = 1; n < NUM_KNOWN_LOGS; n++)
		known_logs[n] = n * log2(n);
}

static double n_log2_of(uint64_t n)
{
	return n < NUM_KNOWN_LOGS ? known_logs[n] : (double)n * log2((double)n);
}

/*
 * struct moments - of all counts c of values i, with j = RJ_BYTE_VALUES - i
 * @first: the sum of c j; @second: that of c j (j + 1) / 2
 * @logs: that of c log2(c)
 */
struct moments {
	uint64_t first;
	uint64_t second;
	double logs;
};

/* A sum of sums takes in each count as often as it has steps behind it; @sum: of those so far. */
static inline void add_count(struct moments *m, uint64_t *sum, uint64_t count)
{
	*sum += count;
	m->first += *sum;
	m->second += m->first;
	m->logs += n_log2_of(count);
}

static struct moments moments_of(const uint64_t *count)
{
	struct moments m = { 0 };
	uint64_t sum = 0;

	pthread_once(&known_once, learn_logs);
	for (unsigned int i = 0; i < RJ_BYTE_VALUES; i += 4) {
		if (!(count[i] | count[i + 1] | count[i + 2] | count[i + 3])) {
			m.second += 4 * m.first + 10 * sum;
			m.first += 4 * sum;
			continue;
		}
		add_count(&m, &sum, count[i]);
		add_count(&m, &sum, count[i + 1]);
		add_count(&m, &sum, count[i + 2]);
		add_count(&m, &sum, count[i + 3]);
	}
	return m;
}

/* H = log2(N) - sum of n log2(n) / N, which is - sum of n/N log2(n/N). */
static double entropy_of(const struct moments *m, uint64_t total)
{
	double entropy = log2((double)total) - m->logs / (double)total;

	return entropy > 0 ? entropy : 0; /* of one value it may come out below */
}

/* By the distances from a whole number next to the mean: what is subtracted is small then. */
static double deviation_of(const struct moments *m, uint64_t total)
{
	uint64_t middle = (m->first + total / 2) / total;
	uint64_t squares =
		2 * m->second - m->first - 2 * middle * m->first + middle * middle * total;
	double beside = (double)(int64_t)(m->first - middle * total);

	return sqrt(((double)squares - beside * beside / (double)total) / (double)(total - 1));
}

void rj_bytes_dist(const struct rj_bytes *b, struct rj_byte_dist *out)
{
	uint64_t total = rj_bytes_total(b);
	struct moments m;

	counts_of(b, out->count);
	out->total = total;
	out->mean = out->deviation = out->entropy = 0;
	if (!total)
		return;
	m = moments_of(out->count);
	out->mean = (double)(RJ_BYTE_VALUES * total - m.first) / (double)total;
	if (total > 1)
		out->deviation = deviation_of(&m, total);
	out->entropy = entropy_of(&m, total);
}

const struct rj_wht *rj_bytes_wht(const struct rj_bytes *b)
{
	return &b->wht;
}
