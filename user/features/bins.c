// SPDX-License-Identifier: BSD-3-Clause
/* Byte values in 16 bins. */
#include "features/bins.h"

#include <errno.h>
#include <string.h>

#include "features/numbers.h"

#define EQUAL_LEN (RJ_BYTE_VALUES / RJ_NUM_BYTE_BINS)

void rj_bins_equal(struct rj_byte_bins *out)
{
	out->is_equal = true;
	for (unsigned int i = 0; i < RJ_BYTE_VALUES; i++)
		out->bin[i] = (uint8_t)(i / EQUAL_LEN);
}

static bool is_whole_below(double value, unsigned int limit)
{
	return value >= 0 && value < limit && value == (double)(unsigned int)value;
}

int rj_bins_read(const char *path, struct rj_byte_bins *out, struct rj_error *error)
{
	double numbers[2 * RJ_BYTE_VALUES];
	bool is_known[RJ_BYTE_VALUES] = { false };
	struct rj_byte_bins bins = { 0 };
	int err = rj_numbers_read(path, 2 * RJ_BYTE_VALUES, numbers, error);

	for (unsigned int i = 0; !err && i < RJ_BYTE_VALUES; i++) {
		double value = numbers[2 * i], bin = numbers[2 * i + 1];

		if (!is_whole_below(value, RJ_BYTE_VALUES) ||
		    !is_whole_below(bin, RJ_NUM_BYTE_BINS))
			return rj_error_set(error, -EINVAL,
					    "%s: pair %u: must be a byte value and a bin below %u",
					    path, i + 1, RJ_NUM_BYTE_BINS);
		if (is_known[(unsigned int)value])
			return rj_error_set(error, -EINVAL, "%s: byte value %u stands there twice",
					    path, (unsigned int)value);
		is_known[(unsigned int)value] = true;
		bins.bin[(unsigned int)value] = (uint8_t)bin;
	}
	if (!err)
		*out = bins;
	return err;
}

/* Adding to a bin in memory waits for the addition before; these do not. */
static void fold_equal(const uint64_t count[RJ_BYTE_VALUES], uint64_t out[RJ_NUM_BYTE_BINS])
{
	for (unsigned int bin = 0; bin < RJ_NUM_BYTE_BINS; bin++, count += EQUAL_LEN) {
		uint64_t sum = 0;

		for (unsigned int i = 0; i < EQUAL_LEN; i += 4)
			sum += (count[i] + count[i + 1]) + (count[i + 2] + count[i + 3]);
		out[bin] = sum;
	}
}

void rj_bins_fold(const struct rj_byte_bins *bins, const uint64_t count[RJ_BYTE_VALUES],
		  uint64_t out[RJ_NUM_BYTE_BINS])
{
	if (bins->is_equal) {
		fold_equal(count, out);
		return;
	}
	memset(out, 0, RJ_NUM_BYTE_BINS * sizeof(*out));
	for (unsigned int i = 0; i < RJ_BYTE_VALUES; i += 4) {
		out[bins->bin[i]] += count[i];
		out[bins->bin[i + 1]] += count[i + 1];
		out[bins->bin[i + 2]] += count[i + 2];
		out[bins->bin[i + 3]] += count[i + 3];
	}
}
