/* SPDX-License-Identifier: BSD-3-Clause */
/* What bench.bpf.c and bpf_bench.c agree on. [both] */
#ifndef RJ_TESTS_PERF_BENCH_H
#define RJ_TESTS_PERF_BENCH_H

#include <linux/types.h>

/*
 * struct bench_rotation - the flows that frames are spread over, each once a round.
 * @first, @num_flows: clients are numbered from @first on
 * @payload_len: how far the TCP sequence moves on with each round
 * @ifindex: where bench_xdp_send sends frames
 * @num_refused: flows that found no room in bench_counts
 * @at, @round: where the rotation stands
 */
struct bench_rotation {
	__u32 first;
	__u32 num_flows;
	__u32 payload_len;
	__u32 num_refused;
	__u32 ifindex;
	__u32 zero;
	__u64 at;
	__u64 round;
};

#endif
