/* SPDX-License-Identifier: BSD-3-Clause */
/* Histograms of payload lengths and gaps in powers of two. [both] */
#ifndef RJ_BPF_HIST_H
#define RJ_BPF_HIST_H

#include "bpf/abi.h"
#include "bpf/side.h"

/* rj_log2_bin - 0 for 0, i for 2^(i-1) <= value < 2^i; at most @num_bins - 1. */
static __always_inline __u32 rj_log2_bin(__u64 value, __u32 num_bins)
{
	__u32 bin = 0;

	/* BPF has no instruction for it: binary search over the bit length */
	if (value >> 32) {
		bin += 32;
		value >>= 32;
	}
	if (value >> 16) {
		bin += 16;
		value >>= 16;
	}
	if (value >> 8) {
		bin += 8;
		value >>= 8;
	}
	if (value >> 4) {
		bin += 4;
		value >>= 4;
	}
	if (value >> 2) {
		bin += 2;
		value >>= 2;
	}
	bin += value >> 1 ? 2 : (__u32)value;
	return bin < num_bins ? bin : num_bins - 1;
}

static __always_inline void rj_hist_count_len(struct rj_hist *h, __u32 len, __u32 times)
{
	rj_count(&h->len[rj_log2_bin(len, RJ_LEN_BINS)], times);
}

/*
 * rj_hist_add - counts a packet of one side: each segment by its length, the
 * gap of @gap_ns before the first of them when the side had sent before, and
 * no gap between the others.
 */
static __always_inline void rj_hist_add(struct rj_hist *h, const struct rj_packet *p, int has_gap,
					__u64 gap_ns)
{
	__u32 others = p->num_segments - 1u;
	__u32 last_len = p->payload_len;

	if (others) {
		last_len = p->payload_len - others * p->segment_len;
		rj_hist_count_len(h, p->segment_len, others);
		rj_count(&h->gap[0], others);
	}
	rj_hist_count_len(h, last_len, 1);
	if (has_gap)
		rj_count(&h->gap[rj_log2_bin(gap_ns / 1000, RJ_GAP_BINS)], 1);
}

#endif
