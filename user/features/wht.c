// SPDX-License-Identifier: BSD-3-Clause
/* Walsh-Hadamard transform of payload. */
#include "features/wht.h"

#include <stdbool.h>
#include <string.h>

/*
 * The four sums follow from those of the first, second, third and fourth bytes of all groups. These
 * are added up a block at a time, each byte of a group on its own, in fields of 16 bits, for as
 * many blocks as they cannot overflow.
 */
#define BLOCK_BYTES 16u
#define GROUP_BYTES 4u
#define BLOCKS_AT_ONCE 256u

typedef uint16_t fields __attribute__((vector_size(BLOCK_BYTES)));
typedef uint32_t groups __attribute__((vector_size(BLOCK_BYTES)));

/* struct places - sums of bytes, by where they stand in a group as a number: from the lowest on. */
struct places {
	uint64_t sum[RJ_WHT_LEN];
};

static void add_places(struct rj_wht *w, const struct places *p)
{
	bool is_little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	int64_t d0 = (int64_t)p->sum[is_little ? 0 : 3], d1 = (int64_t)p->sum[is_little ? 1 : 2];
	int64_t d2 = (int64_t)p->sum[is_little ? 2 : 1], d3 = (int64_t)p->sum[is_little ? 3 : 0];

	w->sum[0] += d0 + d2 + (d1 + d3);
	w->sum[1] += d0 + d2 - (d1 + d3);
	w->sum[2] += d0 - d2 + (d1 - d3);
	w->sum[3] += d0 - d2 - (d1 - d3);
}

static uint32_t sum_of(groups g)
{
	return g[0] + g[1] + g[2] + g[3];
}

static void add_blocks(const uint8_t *bytes, uint64_t num, struct places *p)
{
	fields even = { 0 }, odd = { 0 };

#pragma GCC unroll 4
	for (; num; num--, bytes += BLOCK_BYTES) {
		fields block;

		memcpy(&block, bytes, sizeof(block));
		even += block & 0xff;
		odd += block >> 8;
	}
	p->sum[0] += sum_of((groups)even & 0xffff);
	p->sum[1] += sum_of((groups)odd & 0xffff);
	p->sum[2] += sum_of((groups)even >> 16);
	p->sum[3] += sum_of((groups)odd >> 16);
}

/* Less than a block. */
static void add_groups(const uint8_t *bytes, uint64_t len, struct places *p)
{
	uint32_t even = 0, odd = 0, group;

	for (; len >= GROUP_BYTES; len -= GROUP_BYTES, bytes += GROUP_BYTES) {
		memcpy(&group, bytes, sizeof(group));
		even += group & 0xff00ff;
		odd += group >> 8 & 0xff00ff;
	}
	if (len) {
		uint8_t last[GROUP_BYTES] = { bytes[0], len > 1 ? bytes[1] : 0,
					      len > 2 ? bytes[2] : 0 };

		memcpy(&group, last, sizeof(group));
		even += group & 0xff00ff;
		odd += group >> 8 & 0xff00ff;
	}
	p->sum[0] += even & 0xffff;
	p->sum[1] += odd & 0xffff;
	p->sum[2] += even >> 16;
	p->sum[3] += odd >> 16;
}

void rj_wht_add(struct rj_wht *w, const uint8_t *bytes, uint64_t len)
{
	struct places p = { { 0 } };

	while (len >= BLOCK_BYTES) {
		uint64_t num = len / BLOCK_BYTES;

		if (num > BLOCKS_AT_ONCE)
			num = BLOCKS_AT_ONCE;
		add_blocks(bytes, num, &p);
		bytes += BLOCK_BYTES * num;
		len -= BLOCK_BYTES * num;
	}
	add_groups(bytes, len, &p);
	add_places(w, &p);
}

void rj_wht_join(struct rj_wht *to, const struct rj_wht *from)
{
	for (unsigned int i = 0; i < RJ_WHT_LEN; i++)
		to->sum[i] += from->sum[i];
}

void rj_wht_mean(const struct rj_wht *w, uint64_t total, double out[RJ_WHT_LEN])
{
	for (unsigned int i = 0; i < RJ_WHT_LEN; i++)
		out[i] = (double)w->sum[i] / (double)total;
}
