/* SPDX-License-Identifier: BSD-3-Clause */
#include "bpf/hist.h"

#include "tests/unit/unit.h"

TEST(hist_puts_zero_into_bin_zero)
{
	CHECK_EQ(rj_log2_bin(0, RJ_LEN_BINS), 0);
	CHECK_EQ(rj_log2_bin(0, 1), 0);
}

TEST(hist_bins_change_at_every_power_of_two)
{
	for (unsigned int i = 0; i < 64; i++) {
		uint64_t power = 1ull << i;

		CHECK_EQ(rj_log2_bin(power, 65), i + 1);
		CHECK_EQ(rj_log2_bin(power - 1, 65), i);
		CHECK_EQ(rj_log2_bin(power + 1, 65), i ? i + 1 : 2);
	}
	CHECK_EQ(rj_log2_bin(UINT64_MAX, 65), 64);
}

TEST(hist_last_bin_is_open)
{
	CHECK_EQ(rj_log2_bin(65535, RJ_LEN_BINS), 16);
	CHECK_EQ(rj_log2_bin(65536, RJ_LEN_BINS), 17);
	CHECK_EQ(rj_log2_bin(131072, RJ_LEN_BINS), 17);
	CHECK_EQ(rj_log2_bin(UINT32_MAX, RJ_LEN_BINS), 17);
	CHECK_EQ(rj_log2_bin((1ull << 30) - 1, RJ_GAP_BINS), 30);
	CHECK_EQ(rj_log2_bin(1ull << 30, RJ_GAP_BINS), 31);
	CHECK_EQ(rj_log2_bin(UINT64_MAX, RJ_GAP_BINS), 31);
}

static uint64_t sum(const uint32_t *bins, unsigned int num)
{
	uint64_t total = 0;

	while (num--)
		total += bins[num];
	return total;
}

TEST(hist_counts_no_gap_before_the_first_packet)
{
	struct rj_hist h = { 0 };
	struct rj_packet p = { .payload_len = 100, .num_segments = 1 };

	rj_hist_add(&h, &p, 0, 123456);
	CHECK_EQ(sum(h.gap, RJ_GAP_BINS), 0);
	CHECK_EQ(h.len[7], 1);
	rj_hist_add(&h, &p, 1, 1999);
	CHECK_EQ(h.gap[1], 1); /* whole microseconds */
	rj_hist_add(&h, &p, 1, 999);
	CHECK_EQ(h.gap[0], 1);
	CHECK_EQ(h.len[7], 3);
}

TEST(hist_counts_each_segment_of_a_super_packet)
{
	struct rj_hist h = { 0 };
	struct rj_packet p = { .payload_len = 4 * 1448 + 3,
			       .num_segments = 5,
			       .segment_len = 1448 };

	rj_hist_add(&h, &p, 1, 5000);
	CHECK_EQ(h.len[11], 4);
	CHECK_EQ(h.len[2], 1);
	CHECK_EQ(sum(h.len, RJ_LEN_BINS), 5);
	CHECK_EQ(h.gap[0], 4);
	CHECK_EQ(h.gap[3], 1);
	CHECK_EQ(sum(h.gap, RJ_GAP_BINS), 5);
}

TEST(hist_counts_the_most_segments_there_can_be)
{
	struct rj_hist h = { 0 };
	struct rj_packet p = { .payload_len = 65535, .num_segments = 65535, .segment_len = 1 };

	rj_hist_add(&h, &p, 0, 0);
	CHECK_EQ(h.len[1], 65535);
	CHECK_EQ(h.gap[0], 65534);
}
