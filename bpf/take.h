/* SPDX-License-Identifier: BSD-3-Clause */
/* Cutting a flow in the kernel: handing its state up and starting the next in its place. */
#ifndef RJ_BPF_TAKE_H
#define RJ_BPF_TAKE_H

#include "bpf/abi.h"
#include "bpf/accumulate.h"
#include "bpf/config.h"
#include "bpf/maps.h"
#include "bpf/tlsrec.h"

/* rj_limits_get - the knobs as a plain struct; the loader's constants fold into the code. */
static __always_inline void rj_limits_get(struct rj_limits *out)
{
	out->idle_ns = rj_limits.idle_ns;
	out->active_ns = rj_limits.active_ns;
	out->num_packets = rj_limits.num_packets;
	out->sample_bytes = rj_limits.sample_bytes;
	out->with_zeros = rj_limits.with_zeros;
	out->with_retrans = rj_limits.with_retrans;
	out->with_hist = rj_limits.with_hist;
	out->num_records = rj_limits.num_records;
}

/*
 * rj_take64, rj_take32 - move a counter from @from to @to. Another CPU may add
 * meanwhile: what is subtracted is what was read, so that its addition stands
 * in the one place or the other, never in none.
 */
static __always_inline void rj_take64(__u64 *from, __u64 *to)
{
	__u64 value = *(volatile __u64 *)from;

	*to = value;
	if (value)
		__sync_fetch_and_add(from, -value);
}

static __always_inline void rj_take32(__u32 *from, __u32 *to)
{
	__u32 value = *(volatile __u32 *)from;

	*to = value;
	if (value)
		__sync_fetch_and_add(from, -value);
}

/* rj_take_half - moves one side's state out and leaves it as before its first packet. */
static __always_inline void rj_take_half(struct rj_half *from, struct rj_half *to)
{
	*to = *from;
	rj_take32(&from->packets, &to->packets);
	rj_take64(&from->payload_bytes, &to->payload_bytes);
	rj_take64(&from->ip_bytes, &to->ip_bytes);
	rj_take32(&from->slot, &to->slot); /* one that was just taken is the next flow's */
	from->last_ns = 0;
	from->next_seq = 0;
	from->ttl_min = 0;
	from->tcp_flags = 0;
	from->tcp_bits = 0;
	from->bits = 0;
}

/* rj_slot_find - slot @slot - 1, or NULL where there is none. */
static __always_inline __u8 *rj_slot_find(__u32 slot)
{
	__u32 index = slot - 1;

	return bpf_map_lookup_elem(&rj_slots, &index);
}

/* rj_slot_at - opens slot @slot - 1; its rest, or NULL where there is no such slot. */
static __always_inline struct rj_rest *rj_slot_at(__u32 slot, const struct rj_limits *limits,
						  struct rj_seq *seq)
{
	__u8 *at = rj_slot_find(slot);

	seq->rest = 0;
	seq->slot = slot;
	if (at)
		rj_slot_open(at, limits, seq);
	return seq->rest;
}

/* rj_hist_at - the histograms of slot @slot - 1 alone: opening all of it costs 20 ns. */
static __always_inline struct rj_hist *rj_hist_at(__u32 slot)
{
	__u8 *at = rj_slot_find(slot);

	return at ? rj_slot_hist(at) : 0;
}

/* No slot, but a CPU is about to put one there. */
#define RJ_SLOT_TAKING 0xffffffffu

/*
 * rj_slot_claim - says in a half without slot that this CPU takes one for it; false where there is
 * one, or another CPU takes it. Without rj_swap two may do so at once, and the slot of one is in
 * nobody's hands until a next process finds it (source/recover.h).
 */
static __always_inline int rj_slot_claim(struct rj_half *half)
{
#ifdef RJ_FETCH
	/* packets may be counted meanwhile, but hardly twice */
	for (__u32 i = 0; i < 2; i++) {
		__u64 was = *(volatile __u64 *)&half->packets_slot;

		if (rj_second32(was))
			return 0;
		if (rj_swap(&half->packets_slot, was, rj_join32(rj_first32(was), RJ_SLOT_TAKING)))
			return 1;
	}
	return 0;
#else
	if (half->slot)
		return 0;
	*(volatile __u32 *)&half->slot = RJ_SLOT_TAKING;
	return 1;
#endif
}

/*
 * rj_slot_take - gives the side a slot, unless it has one. Slots are never put back here: who looks
 * for those that nobody has relies on it.
 */
static __always_inline void rj_slot_take(struct rj_half *half)
{
	__u32 index, slot = 0;

	if (!rj_slot_claim(half))
		return;
	if (!bpf_map_pop_elem(&rj_free_slots, &index))
		slot = index + 1;
	*(volatile __u32 *)&half->slot = slot;
}

/* rj_half_go_on - gives a side that goes on a slot with what it has to know of the one before. */
static __always_inline void rj_half_go_on(struct rj_half *half, __u32 slot_before,
					  const struct rj_limits *limits)
{
	struct rj_seq before = {}, seq = {};

	if (!slot_before || slot_before == RJ_SLOT_TAKING) /* who takes it puts it here */
		return;
	rj_slot_take(half);
	/* the slot before is user space's now, which waits with it until this program is done */
	if (rj_slot_at(slot_before, limits, &before) && rj_slot_at(half->slot, limits, &seq))
		rj_tlsrec_go_on(half, seq.rest, before.rest);
}

/*
 * rj_cut_now - hands the flow up as ended by @end and makes its entry the flow that the packet
 * begins. Its slots go along. With the ring full the flow goes on instead, and that is counted.
 */
static __noinline void rj_cut_now(struct rj_flow *flow, struct rj_cpu *cpu, __u32 end)
{
	const struct rj_packet *p = &cpu->packet;
	struct rj_ring_flow *out;
	struct rj_limits limits;
	__u32 slot[RJ_NUM_SIDES];
	int before = -1;

	out = bpf_ringbuf_reserve(&rj_ring, sizeof(*out), 0);
	if (!out) {
		cpu->counters[RJ_COUNT_CUTS_LATE]++;
		return;
	}
	if (end == RJ_END_ACTIVE || end == RJ_END_FOLD)
		before = flow->originator;
	out->kind = RJ_RING_FLOW;
	out->end = end;
	out->key = p->key;
	out->flow = *flow;
	rj_take_half(&flow->half[0], &out->flow.half[0]);
	rj_take_half(&flow->half[1], &out->flow.half[1]);
	slot[0] = out->flow.half[0].slot;
	slot[1] = out->flow.half[1].slot;
	rj_flow_start(flow, p, before);
	bpf_ringbuf_submit(out, 0);
	if (before < 0)
		return;
	rj_limits_get(&limits);
	rj_half_go_on(&flow->half[0], slot[0], &limits);
	rj_half_go_on(&flow->half[1], slot[1], &limits);
}

/*
 * rj_turn - the flow that the packet goes to where the one found has its time behind it, as the
 * packet says or the reaper: cut, and begun anew in its entry. Only who gets the key into
 * rj_cutting may do so, or take the flow: whoever does looks it up again then, as it may just have
 * been taken. @dying: what it said when it was found, as an entry that was taken is another flow's
 * at once. NULL: there is no flow of this key any more, or it is being taken.
 */
static __noinline struct rj_flow *rj_turn(struct rj_flow *flow, struct rj_cpu *cpu, __u32 dying)
{
	const struct rj_packet *p = &cpu->packet;
	struct rj_limits limits;
	enum rj_end end;
	__u32 one = 1;

	if (bpf_map_update_elem(&rj_cutting, &p->key, &one, BPF_NOEXIST))
		return dying ? 0 : flow;
	rj_limits_get(&limits);
	flow = bpf_map_lookup_elem(&rj_flows, &p->key);
	if (flow) {
		flow->dying = 0;
		end = rj_flow_cut(flow, &flow->half[p->side & 1], &flow->half[!(p->side & 1)], p,
				  &limits);
		if (end)
			rj_cut_now(flow, cpu, end);
	}
	bpf_map_delete_elem(&rj_cutting, &p->key);
	return flow;
}

#endif
