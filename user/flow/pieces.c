// SPDX-License-Identifier: BSD-3-Clause
/* The kernel's piece of a flow, and how long and large entries get. */
#include "flow/pieces.h"

#include <stdint.h>
#include <stdlib.h>

#include "bpf/accumulate.h"
#include "flow/about.h"
#include "flow/engine.h"
#include "flow/fragments.h"
#include "flow/merge.h"
#include "flow/seq.h"

uint64_t rj_engine_max_bytes(const struct rj_engine_options *o)
{
	uint64_t sequence = rj_packed_max_bytes(o->limits.num_packets);
	/* grown by doubling */
	uint64_t records = 2ull * rj_tls_words(&o->limits) * sizeof(uint64_t);
	uint64_t entry = rj_entry_len(o->limits.with_hist) + rj_side_len(o->limits.with_hist) +
			 RJ_NUM_SIDES * (sequence + records + sizeof(struct rj_sampled)) +
			 sizeof(struct rj_tunnels) + sizeof(struct rj_abouts) +
			 RJ_NUM_SIDES * sizeof(struct rj_owner);

	/* beside an entry: its heads in the heap, and up to two places in the table's array */
	return o->max_flows * (entry + 9 * 2 * sizeof(void *) + 2 * sizeof(void *)) +
	       o->max_dissect_bytes + RJ_MAX_WAITING_BYTES + RJ_MAX_DATAGRAM_BYTES;
}

/* Without memory some of its packets are missing, and not counted in the rest. */
static void take_side(struct rj_side *to, struct rj_flow_pools *pools, const struct rj_seq *from,
		      const struct rj_limits *limits)
{
	struct rj_seq kept = { .rest = &to->rest };
	struct rj_seq lists = *from;

	to->rest = *from->rest;
	lists.rest = &to->rest;
	/* two CPUs at once may have counted more than there is room for */
	to->rest.num_splt = rj_seq_len(from);
	to->rest.num_ids = rj_seq_num_ids(from);
	to->rest.tls.num_words = 0;
	(void)!rj_packed_add(&to->packed, &pools->sequences, &lists, 0, 0);
	to->rest.tls.num_words =
		rj_seq_append_records(&kept, &pools->blocks, from, 0, rj_tls_words(limits));
	to->packed.records = kept.records;
	to->packed.num_words = (uint16_t)kept.num_words;
	if (limits->with_hist)
		to->hist = *from->hist;
}

static bool is_owned(const struct rj_owner *owner)
{
	return owner->opener || owner->user;
}

static void take_owner(struct rj_owner *to, const struct rj_owner *from)
{
	if (is_owned(from) && !is_owned(to))
		*to = *from;
}

/* Without memory the flow has no owners. */
static void take_owners(struct rj_entry *entry, const struct rj_owner from[RJ_NUM_SIDES])
{
	if (!is_owned(&from[0]) && !is_owned(&from[1]))
		return;
	if (!entry->owners)
		entry->owners = calloc(RJ_NUM_SIDES, sizeof(*entry->owners));
	if (!entry->owners)
		return;
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		take_owner(&entry->owners[side], &from[side]);
}

/* Who sent knows better than who asked whom it was for. */
static void take_slot_owners(struct rj_entry *entry, const struct rj_seq seq[RJ_NUM_SIDES])
{
	struct rj_owner owners[RJ_NUM_SIDES] = { { .user = 0 } };

	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		if (seq[side].owners)
			take_owner(&owners[side], &seq[side].owners[RJ_OWNER_SENDER]);
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		if (seq[side].owners)
			take_owner(&owners[!side], &seq[side].owners[RJ_OWNER_RECEIVER]);
	take_owners(entry, owners);
}

void rj_piece_join_ways(struct rj_entry *to, struct rj_entry *from)
{
	if (!to->tunnels) {
		to->tunnels = from->tunnels;
		from->tunnels = NULL;
	}
	if (from->owners)
		take_owners(to, from->owners);
}

bool rj_piece_take(struct rj_table *t, struct rj_entry *entry, const struct rj_flow *flow,
		   const struct rj_seq seq[RJ_NUM_SIDES], const struct rj_limits *limits)
{
	if (!rj_table_open_both(t, entry))
		return false;
	entry->flow = *flow;
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		if (seq[side].rest) /* else no packet of this side came */
			take_side(entry->side[side], t->pools, &seq[side], limits);
	take_slot_owners(entry, seq);
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
