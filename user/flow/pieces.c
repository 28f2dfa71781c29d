// SPDX-License-Identifier: BSD-3-Clause
/* The kernel's piece of a flow, and how long and large entries get. */
#include "flow/pieces.h"

#include <stdint.h>

#include "bpf/accumulate.h"
#include "flow/about.h"
#include "flow/engine.h"
#include "flow/fragments.h"
#include "flow/merge.h"
#include "flow/seq.h"

uint64_t rj_engine_max_bytes(const struct rj_engine_options *o)
{
	uint64_t sequence = o->limits.num_packets * (sizeof(uint64_t) + sizeof(uint16_t));
	/* grown by doubling */
	uint64_t records = 2ull * rj_tls_words(&o->limits) * sizeof(uint64_t);
	uint64_t entry = rj_entry_len(o->limits.with_hist) + rj_side_len(o->limits.with_hist) +
			 RJ_NUM_SIDES * (sequence + records + sizeof(struct rj_sampled)) +
			 sizeof(struct rj_tunnels) + sizeof(struct rj_abouts);

	/* beside an entry: its heads in the heap, and up to two places in the table's array */
	return o->max_flows * (entry + 9 * 2 * sizeof(void *) + 2 * sizeof(void *)) +
	       o->max_dissect_bytes + RJ_MAX_WAITING_BYTES + RJ_MAX_DATAGRAM_BYTES;
}

bool rj_piece_take(struct rj_table *t, struct rj_entry *entry, const struct rj_flow *flow,
		   const struct rj_seq seq[RJ_NUM_SIDES], const struct rj_limits *limits)
{
	if (!rj_table_open_both(t, entry))
		return false;
	entry->flow = *flow;
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		struct rj_seq *to = &entry->seq[side];
		const struct rj_seq *from = &seq[side];
		uint16_t num_words;

		if (!from->rest) /* no packet of this side came */
			continue;
		rj_seq_append(to, from, 0, limits->num_packets);
		num_words = rj_seq_append_records(to, from, 0, rj_tls_words(limits));
		*to->rest = *from->rest;
		to->rest->tls.num_words = num_words;
		if (limits->with_hist)
			*to->hist = *from->hist;
	}
	return true;
}

void rj_piece_tell_bounds(struct rj_entry *entry, struct rj_dissect_counts *counts)
{
	if (!entry->dissect || entry->key.proto != RJ_IP_TCP)
		return;
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		const struct rj_half *half = &entry->flow.half[side];

		if (half->tcp_bits & RJ_TCP_HAS_SYN)
			rj_dissect_bound(entry->dissect, side, RJ_BOUND_START,
					 rj_rest_of(entry, side)->syn_seq + 1, counts);
		if (half->tcp_flags & RJ_TCP_FIN)
			rj_dissect_bound(entry->dissect, side, RJ_BOUND_END, half->next_seq - 1,
					 counts);
	}
}

bool rj_piece_fits(const struct rj_entry *around, const struct rj_flow *flow)
{
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		if (flow->half[side].packets > UINT32_MAX - around->flow.half[side].packets)
			return false;
	return true;
}

bool rj_piece_is_before(const struct rj_entry *around, const struct rj_flow *flow,
			const struct rj_limits *limits)
{
	return around && around->flow.start_ns <= flow->start_ns &&
	       rj_flow_joins(&around->flow, flow, limits);
}

bool rj_piece_is_within(const struct rj_entry *around, const struct rj_flow *flow,
			const struct rj_limits *limits)
{
	return around && around->flow.start_ns >= flow->start_ns &&
	       around->flow.start_ns <= rj_flow_last(flow) &&
	       !rj_is_late(rj_flow_last(&around->flow), rj_flow_last(flow), limits->idle_ns);
}
