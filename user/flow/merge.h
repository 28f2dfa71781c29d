/* SPDX-License-Identifier: BSD-3-Clause */
/* Joining two pieces of one flow that were accumulated in different places. */
#ifndef RJ_FLOW_MERGE_H
#define RJ_FLOW_MERGE_H

#include <stdbool.h>

#include "flow/seq.h"

/*
 * struct rj_piece - a state, whose rest is there; borrowed.
 */
struct rj_piece {
	struct rj_flow *flow;
	struct rj_seq *seq; /* RJ_NUM_SIDES of them */
};

/*
 * rj_flow_joins - whether @later goes on where @earlier stopped: by the limits
 * that cut flows, no packet of it would have started a new one.
 */
bool rj_flow_joins(const struct rj_flow *earlier, const struct rj_flow *later,
		   const struct rj_limits *limits);

/*
 * rj_flow_merge - makes of two pieces of one flow one, in @earlier. Counters,
 * histograms and sequences are as if all packets had met one place;
 * retransmissions across the seam are not seen. @blocks: where @earlier's TLS records are.
 */
void rj_flow_merge(struct rj_piece earlier, struct rj_blocks *blocks, const struct rj_piece *later,
		   const struct rj_limits *limits);

#endif
