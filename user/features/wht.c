// SPDX-License-Identifier: BSD-3-Clause
/* Walsh-Hadamard transform of payload. */
#include "features/wht.h"

#include <string.h>

/*
 * The four sums follow from those of the first, second, third and fourth bytes of all groups. These
 * are added up a block at a time, each byte of it on its own, in fields of 16 bits, for as many
 * blocks as they cannot overflow. That is what compilers make vectors of.
 */
#define BLOCK_BYTES 16u
#define BLOCKS_AT_ONCE 256u

static void add_places(struct rj_wht *w, const uint64_t place[4])
{
	int64_t even = (int64_t)(place[0] + place[2]), odd = (int64_t)(place[1] + place[3]);
	int64_t even_less = (int64_t)(place[0] - place[2]);
	int64_t odd_less = (int64_t)(place[1] - place[3]);

	w->sum[0] += even + odd;
	w->sum[1] += even - odd;
	w->sum[2] += even_less + odd_less;
	w->sum[3] += even_less - odd_less;
}

static void add_blocks(const uint8_t *bytes, uint64_t num, uint64_t place[4])
{
	uint16_t sum[BLOCK_BYTES] = { 0 };

	for (; num; num--, bytes += BLOCK_BYTES) {
		uint8_t block[BLOCK_BYTES];

		memcpy(block, bytes, sizeof(block));
		for (unsigned int i = 0; i < BLOCK_BYTES; i++)
			sum[i] = (uint16_t)(sum[i] + block[i]);
	}
	for (unsigned int i = 0; i < BLOCK_BYTES; i += 4) {
		place[0] += sum[i];
		place[1] += sum[i + 1];
		place[2] += sum[i + 2];
		place[3] += sum[i + 3];
	}
}

void rj_wht_add(struct rj_wht *w, const uint8_t *bytes, uint64_t len)
{
	uint64_t place[4] = { 0 };

	while (len >= BLOCK_BYTES) {
		uint64_t num = len / BLOCK_BYTES;

		if (num > BLOCKS_AT_ONCE)
			num = BLOCKS_AT_ONCE;
		add_blocks(bytes, num, place);
		bytes += BLOCK_BYTES * num;
		len -= BLOCK_BYTES * num;
	}
	for (uint64_t i = 0; i < len; i++)
		place[i % 4] += bytes[i];
	add_places(w, place);
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
