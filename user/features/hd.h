/* SPDX-License-Identifier: BSD-3-Clause */
/* What the first bytes of a side's segments have in common: constant bits, counters. */
#ifndef RJ_FEATURES_HD_H
#define RJ_FEATURES_HD_H

#include "features/seen.h"

#define RJ_HD_MAX_LEN 32u  /* Joy's: hd=0…32 */
#define RJ_HD_SEGMENTS 10u /* Joy's: segments that are compared */

/*
 * struct rj_hd - of one side; what is not @num means something where that is not 0.
 * @num: segments compared
 * @first, @last: the first bytes of the first and the last of them
 * @constant: bits that were the same in all of them
 * @low: bytes that were one more (modulo 256) in each than in the one before, bit i for byte i
 * @carried: bytes that were more by what the byte behind them carried over
 */
struct rj_hd {
	uint8_t num;
	uint8_t first[RJ_HD_MAX_LEN];
	uint8_t last[RJ_HD_MAX_LEN];
	uint8_t constant[RJ_HD_MAX_LEN];
	uint32_t low;
	uint32_t carried;
};

/* rj_hd_init - none yet. */
static inline void rj_hd_init(struct rj_hd *hd)
{
	hd->num = 0;
}

/* rj_hd_add - the first @len (1…RJ_HD_MAX_LEN) bytes of a segment, unless there are enough. */
void rj_hd_add(struct rj_hd *hd, const uint8_t *bytes, uint32_t len);

/* rj_hd_packet - rj_hd_add of a TCP segment with that many bytes of payload, not sent again. */
void rj_hd_packet(struct rj_hd *hd, const struct rj_seen *s, uint32_t len);

/*
 * rj_hd_counts - 0xff in @out for each of the @len bytes that belongs to a counter in network
 * order, which was one more in each segment than in the one before, else 0. Bytes of it that have
 * not changed yet are taken for constants.
 */
void rj_hd_counts(const struct rj_hd *hd, uint32_t len, uint8_t *out);

#endif
