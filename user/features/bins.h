/* SPDX-License-Identifier: BSD-3-Clause */
/* Byte values in 16 bins: Joy's compact byte distribution. */
#ifndef RJ_FEATURES_BINS_H
#define RJ_FEATURES_BINS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/status.h"
#include "features/bytes.h"

#define RJ_NUM_BYTE_BINS 16u

/* struct rj_byte_bins - the bin of each byte value; @is_equal: they are rj_bins_equal's. */
struct rj_byte_bins {
	bool is_equal;
	uint8_t bin[RJ_BYTE_VALUES];
};

/* rj_bins_equal - sixteen bins of sixteen values each, in order. */
void rj_bins_equal(struct rj_byte_bins *out);

/*
 * rj_bins_read - the map in a file of Joy's format: for each byte value once a line of that and its
 * bin, 0 to 15. 0, or a negative errno and the line in *@error; *@out is untouched then.
 */
RJ_MUST_CHECK int rj_bins_read(const char *path, struct rj_byte_bins *out, struct rj_error *error);

/* rj_bins_fold - the sum of counts of each bin. */
void rj_bins_fold(const struct rj_byte_bins *bins, const uint64_t count[RJ_BYTE_VALUES],
		  uint64_t out[RJ_NUM_BYTE_BINS]);

#endif
