// SPDX-License-Identifier: BSD-3-Clause
/* Walsh-Hadamard transform of payload. */
#include "features/wht.h"

#include <stdbool.h>

#define GROUP_BYTES 4u

typedef uint32_t groups __attribute__((vector_size(RJ_WHT_BLOCK)));

static uint32_t sum_of(groups g)
{
	return g[0] + g[1] + g[2] + g[3];
}

/* The place of a group's byte @nr, from the lowest of it as a number on. */
static unsigned int place_of(unsigned int nr)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? nr : GROUP_BYTES - 1 - nr;
}

void rj_wht_add_blocks(struct rj_wht *w, const struct rj_wht_blocks *b)
{
	groups low = (groups)b->low, high = (groups)b->high;

	w->place[place_of(0)] += sum_of(low & 0xffff);
	w->place[place_of(1)] += sum_of(high & 0xffff);
	w->place[place_of(2)] += sum_of(low >> 16);
	w->place[place_of(3)] += sum_of(high >> 16);
}

void rj_wht_add(struct rj_wht *w, const uint8_t *bytes, uint64_t len)
{
	while (len) {
		uint64_t num = len < RJ_WHT_AT_ONCE * RJ_WHT_BLOCK ? len :
								     RJ_WHT_AT_ONCE * RJ_WHT_BLOCK;
		struct rj_wht_blocks blocks = { 0 };
		uint8_t last[RJ_WHT_BLOCK] = { 0 };

		len -= num;
		for (; num >= RJ_WHT_BLOCK; num -= RJ_WHT_BLOCK, bytes += RJ_WHT_BLOCK)
			rj_wht_block(&blocks, bytes);
		memcpy(last, bytes, num);
		rj_wht_block(&blocks, last);
		bytes += num;
		rj_wht_add_blocks(w, &blocks);
	}
}

void rj_wht_join(struct rj_wht *to, const struct rj_wht *from)
{
	for (unsigned int i = 0; i < RJ_WHT_LEN; i++)
		to->place[i] += from->place[i];
}

void rj_wht_sums(const struct rj_wht *w, int64_t out[RJ_WHT_LEN])
{
	int64_t d0 = (int64_t)w->place[0], d1 = (int64_t)w->place[1];
	int64_t d2 = (int64_t)w->place[2], d3 = (int64_t)w->place[3];

	out[0] = d0 + d2 + (d1 + d3);
	out[1] = d0 + d2 - (d1 + d3);
	out[2] = d0 - d2 + (d1 - d3);
	out[3] = d0 - d2 - (d1 - d3);
}

void rj_wht_mean(const struct rj_wht *w, uint64_t total, double out[RJ_WHT_LEN])
{
	int64_t sums[RJ_WHT_LEN];

	rj_wht_sums(w, sums);
	for (unsigned int i = 0; i < RJ_WHT_LEN; i++)
		out[i] = (double)sums[i] / (double)total;
}
