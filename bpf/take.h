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
static __always_inline void rj_take_half(struct rj_half *from, struct rj_half *to, int goes_on)
{
	*to = *from;
	rj_take64(&from->packets, &to->packets);
	rj_take64(&from->payload_bytes, &to->payload_bytes);
	rj_take64(&from->ip_bytes, &to->ip_bytes);
	rj_take32(&from->num_splt, &to->num_splt);
	rj_take32(&from->num_ids, &to->num_ids);
	rj_take32(&from->retrans, &to->retrans);
	rj_take32(&from->ooo, &to->ooo);
	from->first_ns = 0;
	from->last_ns = 0;
	from->slot = 0;
	from->ttl_min = 0;
	from->tcp_flags = 0;
	from->tcp_bits = 0;
	from->syn_opt_len = 0;
	from->low_seq = 0;
	from->next_seq = 0;
	rj_zero(from->hole, sizeof(from->hole));
	from->syn_seq = 0;
	from->syn_window = 0;
	from->bad_l4 = 0;
	rj_zero(from->first_ids, sizeof(from->first_ids));
	rj_zero(from->syn_opts, sizeof(from->syn_opts));
	from->sample_base = 0;
	from->num_samples = 0;
	from->sample_bits = 0;
	if (goes_on)
		rj_tlsrec_go_on(from, from);
	else
		rj_zero(&from->tls, sizeof(from->tls));
}

static __always_inline void rj_take_hist(struct rj_hist *from, struct rj_hist *to)
{
	for (__u32 i = 0; i < RJ_LEN_BINS; i++)
		rj_take32(&from->len[i], &to->len[i]);
	for (__u32 i = 0; i < RJ_GAP_BINS; i++)
		rj_take32(&from->gap[i], &to->gap[i]);
}

/*
 * rj_cut_now - hands the flow up as ended by @end and makes its entry the flow that the packet
 * begins. With the ring full the flow goes on instead, and that is counted.
 */
static __noinline void rj_cut_now(struct rj_flow *flow, struct rj_cpu *cpu, __u32 end)
{
	const struct rj_packet *p = &cpu->packet;
	struct rj_ring_flow *out;
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
	rj_copy(&out->flow, flow, __builtin_offsetof(struct rj_flow, half));
	rj_take64(&flow->lost_samples, &out->flow.lost_samples);
	rj_copy(out->flow.also, flow->also,
		RJ_FLOW_LEN_PLAIN - __builtin_offsetof(struct rj_flow, also));
	rj_take_half(&flow->half[0], &out->flow.half[0], before >= 0);
	rj_take_half(&flow->half[1], &out->flow.half[1], before >= 0);
	if (rj_limits.with_hist) {
		rj_take_hist(&flow->hist[0], &out->flow.hist[0]);
		rj_take_hist(&flow->hist[1], &out->flow.hist[1]);
	}
	rj_flow_start(flow, p, before);
	bpf_ringbuf_submit(out, 0);
}

/*
 * rj_turn - the flow that the packet goes to where the one found has its time behind it, as the
 * packet says or the reaper: cut, and begun anew in its entry. Only who gets the key into
 * rj_cutting may do so, or take the flow: whoever does looks it up again then, as it may just have
 * been taken. NULL: there is no flow of this key any more, or it is being taken.
 */
static __noinline struct rj_flow *rj_turn(struct rj_flow *flow, struct rj_cpu *cpu)
{
	const struct rj_packet *p = &cpu->packet;
	struct rj_limits limits;
	enum rj_end end;
	__u32 one = 1;

	if (bpf_map_update_elem(&rj_cutting, &p->key, &one, BPF_NOEXIST))
		return flow->dying ? 0 : flow;
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
