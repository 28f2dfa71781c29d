/* SPDX-License-Identifier: BSD-3-Clause */
/* Walsh-Hadamard transform of payload: four sums over groups of four bytes. */
#ifndef RJ_FEATURES_WHT_H
#define RJ_FEATURES_WHT_H

#include <stddef.h>
#include <stdint.h>

#define RJ_WHT_LEN 4u

/*
 * struct rj_wht - the sums, with groups d0…d3: of d0 + d1 + d2 + d3, d0 - d1 + d2 - d3,
 * d0 + d1 - d2 - d3, d0 - d1 - d2 + d3. Zero is none yet. They are exact up to 2^55 bytes.
 */
struct rj_wht {
	int64_t sum[RJ_WHT_LEN];
};

/* rj_wht_add - @len bytes in groups from the first on; zeros fill the last one up, as in Joy. */
void rj_wht_add(struct rj_wht *w, const uint8_t *bytes, uint64_t len);

/* rj_wht_join - adds the sums of another piece. */
void rj_wht_join(struct rj_wht *to, const struct rj_wht *from);

/* rj_wht_mean - the sums by the @total (not 0) bytes that they are of. */
void rj_wht_mean(const struct rj_wht *w, uint64_t total, double out[RJ_WHT_LEN]);

#endif
