/* SPDX-License-Identifier: BSD-3-Clause */
/* Walsh-Hadamard transform of payload: four sums over groups of four bytes. */
#ifndef RJ_FEATURES_WHT_H
#define RJ_FEATURES_WHT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RJ_WHT_LEN 4u

/*
 * struct rj_wht - what the sums follow from: those of the first, second, third and fourth bytes of
 * all groups. Zero is none yet.
 */
struct rj_wht {
	uint64_t place[RJ_WHT_LEN];
};

/* rj_wht_add - @len bytes in groups from the first on; zeros fill the last one up, as in Joy. */
void rj_wht_add(struct rj_wht *w, const uint8_t *bytes, uint64_t len);

/*
 * struct rj_wht_blocks - of up to RJ_WHT_AT_ONCE blocks of RJ_WHT_BLOCK bytes, and one more that
 * zeros fill up, for who reads the bytes anyway: sums in fields of 16 bits, those of lower bytes
 * and those of higher ones. Zero is none yet.
 */
#define RJ_WHT_BLOCK 16u
#define RJ_WHT_AT_ONCE 256u /* of 255 each, and one behind them, is what a field holds */

typedef uint16_t rj_wht_fields __attribute__((vector_size(RJ_WHT_BLOCK)));

struct rj_wht_blocks {
	rj_wht_fields low;
	rj_wht_fields high;
};

static inline void rj_wht_block(struct rj_wht_blocks *b, const uint8_t bytes[RJ_WHT_BLOCK])
{
	rj_wht_fields block;

	memcpy(&block, bytes, sizeof(block));
	b->low += block & 0xff;
	b->high += block >> 8;
}

/* rj_wht_add_blocks - as rj_wht_add of their bytes. */
void rj_wht_add_blocks(struct rj_wht *w, const struct rj_wht_blocks *b);

/* rj_wht_join - adds the sums of another piece. */
void rj_wht_join(struct rj_wht *to, const struct rj_wht *from);

/*
 * rj_wht_sums - with groups d0…d3 the sums of d0 + d1 + d2 + d3, d0 - d1 + d2 - d3,
 * d0 + d1 - d2 - d3, d0 - d1 - d2 + d3; exact up to 2^55 bytes.
 */
void rj_wht_sums(const struct rj_wht *w, int64_t out[RJ_WHT_LEN]);

/* rj_wht_mean - the sums by the @total (not 0) bytes that they are of. */
void rj_wht_mean(const struct rj_wht *w, uint64_t total, double out[RJ_WHT_LEN]);

#endif
