/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of flows, by kind: the parts of a worker share it, so that it is used while warm. */
#ifndef RJ_FLOW_POOLS_H
#define RJ_FLOW_POOLS_H

#include "bpf/abi.h"
#include "core/blocks.h"

/* Entries whose sequences can be unpacked at once: two that become one. */
#define RJ_FLOW_ROOMS 2u

/*
 * struct rj_flow_pools - of one thread.
 * @entries, @sides, @sequences: of tables; @dissects, @paused, @all_bytes, @all_traits: of
 * entries; @blocks: what traits and dissectors hold, and lists of TLS records
 * @slab: where all of these have their memory
 * @splt, @ids: room for unpacked sequences, of each side of RJ_FLOW_ROOMS entries
 */
struct rj_flow_pools {
	struct rj_pool entries;
	struct rj_pool sides;
	struct rj_pool dissects;
	struct rj_pool paused;
	struct rj_pool sequences;
	struct rj_pool all_bytes;
	struct rj_pool all_traits;
	struct rj_blocks blocks;
	__u64 *splt;
	__u16 *ids;
	struct rj_slab slab;
};

/* rj_flow_pools_init - empty, for flows with these limits; 0 or -ENOMEM. */
RJ_MUST_CHECK int rj_flow_pools_init(struct rj_flow_pools *p, const struct rj_limits *limits);

/* rj_flow_pools_done - gives all memory back; every block was put back. Takes zeros. */
void rj_flow_pools_done(struct rj_flow_pools *p);

#endif
