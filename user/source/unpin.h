/* SPDX-License-Identifier: BSD-3-Clause */
/* Ends what is pinned, and counts what is lost with it. */
#ifndef RJ_SOURCE_UNPIN_H
#define RJ_SOURCE_UNPIN_H

#include "source/pin.h"

/*
 * struct rj_unpin_counts - @num_flows, @num_packets: in the flow map and in the ring.
 * @packets_killed: as in struct rj_meta. @is_counted: these three are known.
 */
struct rj_unpin_counts {
	struct rj_pin_removed removed;
	bool is_counted;
	uint64_t num_flows;
	uint64_t num_packets;
	uint64_t packets_killed;
};

/*
 * rj_unpin_directory - takes away what is within reach: all links, and filters of this namespace
 * and of the one that --netns named. Where others are left (removed.num_elsewhere), all maps stay
 * pinned and nothing is counted. 0, or a negative errno with @error set: -ENOENT nothing is pinned.
 */
RJ_MUST_CHECK int rj_unpin_directory(const char *path, struct rj_unpin_counts *out,
				     struct rj_error *error);

#endif
