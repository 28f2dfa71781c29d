/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's piece of a flow: made an entry, and how it lies to packets that went around. */
#ifndef RJ_FLOW_PIECES_H
#define RJ_FLOW_PIECES_H

#include <stdbool.h>

#include "flow/dissect.h"
#include "flow/table.h"

/*
 * rj_piece_take - makes the kernel's state that of an entry, which has at most samples so far, and
 * opens both sides. False without memory: nothing was done.
 */
RJ_MUST_CHECK bool rj_piece_take(struct rj_table *t, struct rj_entry *entry,
				 const struct rj_flow *flow, const struct rj_seq seq[RJ_NUM_SIDES],
				 const struct rj_limits *limits);

/* rj_piece_join_ways - takes what @from knows of the flow's tunnels and owners and @to does not. */
void rj_piece_join_ways(struct rj_entry *to, struct rj_entry *from);

/*
 * rj_piece_tell_bounds - tells the entry's dissectors where its TCP sides start and end, by the
 * kernel's state: SYN and FIN without payload are no samples.
 */
void rj_piece_tell_bounds(struct rj_entry *entry, struct rj_dissect_counts *counts);

/*
 * rj_piece_fits - whether the kernel's flow and @around, packets of it in user space, may become
 * one record: no counter of 32 bits comes round.
 */
bool rj_piece_fits(const struct rj_entry *around, const struct rj_flow *flow);

/*
 * rj_piece_is_before - whether @around, packets that went around the kernel or NULL, is the
 * beginning of the kernel's flow. rj_piece_is_within - whether they, fragments that came before
 * their first, lie within its time.
 */
bool rj_piece_is_before(const struct rj_entry *around, const struct rj_flow *flow,
			const struct rj_limits *limits);
bool rj_piece_is_within(const struct rj_entry *around, const struct rj_flow *flow,
			const struct rj_limits *limits);

#endif
