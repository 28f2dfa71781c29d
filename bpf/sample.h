/* SPDX-License-Identifier: BSD-3-Clause */
/* Payload for the dissectors: the first bytes of each side, copied into the ring buffer. */
#ifndef RJ_BPF_SAMPLE_H
#define RJ_BPF_SAMPLE_H

#include "bpf/abi.h"
#include "bpf/config.h"
#include "bpf/ctx.h"
#include "bpf/maps.h"

/* Packets of one side that are sampled at most: retransmissions must not fill the ring. */
#define RJ_MAX_SAMPLED_PACKETS 64u
/* A datagram protocol's side may ask and answer more often than a stream has first segments. */
#define RJ_MAX_SAMPLED_DATAGRAMS 400u
/* Records of one packet at most (a super-packet carries up to 64 KiB). */
#define RJ_MAX_SAMPLE_RECORDS 12u
/* Fragments without their first that are sampled in 2^30 ns, each CPU: floods are of those. */
#define RJ_MAX_WAITING_SAMPLES 256u
/* How far before the first segment seen one that was overtaken may start. */
#define RJ_SAMPLE_REORDER_BYTES 65536

/* Ports whose datagrams are handed up whole and for as long as RJ_MAX_SAMPLED_DATAGRAMS allows. */
static __always_inline int rj_is_name_port(__u16 port)
{
	return port == 53 || port == 5353 || port == 5355;
}

/* rj_sample_want - how many of the packet's payload bytes to hand up, from its first on. */
static __always_inline __u32 rj_sample_want(struct rj_half *half, const struct rj_packet *p)
{
	__u32 limit = rj_limits.sample_bytes;
	__s64 at;

	if (!limit || !p->payload_len)
		return 0;
	if (p->bits & RJ_PKT_TCP) {
		__u32 seq = p->tcp_seq + (p->tcp_flags & RJ_TCP_SYN ? 1 : 0);

		if (half->num_samples >= RJ_MAX_SAMPLED_PACKETS)
			return 0;
		if (!half->num_samples)
			half->sample_base = half->tcp_bits & RJ_TCP_HAS_SYN ? half->syn_seq + 1 :
									      seq;
		at = (__s32)(seq - half->sample_base);
		if (at < -RJ_SAMPLE_REORDER_BYTES || at >= limit)
			return 0;
	} else if (p->key.proto == RJ_IP_UDP) {
		if (half->num_samples >= RJ_MAX_SAMPLED_DATAGRAMS)
			return 0;
		if (rj_is_name_port(p->key.port[0]) || rj_is_name_port(p->key.port[1]))
			return p->payload_len;
		if (half->sample_base >= limit)
			return 0;
		at = 0; /* a datagram is handed up whole, or it is of no use */
		half->sample_base += p->payload_len;
		if (limit < p->payload_len)
			limit = p->payload_len;
	} else {
		return 0;
	}
	return p->payload_len < limit - at ? p->payload_len : (__u32)(limit - at);
}

/*
 * rj_sample_record - one record of @class bytes, which must be a constant: the
 * verifier wants fixed sizes of bpf_ringbuf_reserve. False when it was lost.
 */
static __always_inline int rj_sample_record(const struct rj_frame *f, const struct rj_flow *flow,
					    const struct rj_packet *p, __u32 at, __u32 len,
					    const __u32 class)
{
	struct rj_sample *s = bpf_ringbuf_reserve(&rj_ring, sizeof(*s) + class, 0);
	__u64 num = len;

	if (!s)
		return 0;
	s->kind = RJ_RING_SAMPLE;
	s->key = p->key;
	s->flow_start_ns = flow->start_ns;
	s->time_ns = p->time_ns;
	s->stream_seq = p->tcp_seq + (p->tcp_flags & RJ_TCP_SYN ? 1 : 0) + at;
	s->payload_len = p->payload_len;
	s->offset = at;
	if (!(p->bits & RJ_PKT_TCP) && p->bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_LATER_FRAG)) {
		s->stream_seq = p->frag_id;
		s->offset = p->bits & RJ_PKT_LATER_FRAG ? p->frag_off : 0;
	}
	s->side = p->side;
	s->tcp_flags = p->tcp_flags;
	s->bits = p->bits;
	s->zero = 0;
	/*
	 * The verifier must see 1 <= len <= class as two comparisons of the very register that
	 * is passed on ("invalid access to memory" otherwise, every kernel): clang would make
	 * one of them, on a copy.
	 */
	rj_hide(num);
	if (num > class)
		goto lost;
	rj_hide(num);
	if (num == 0)
		goto lost;
	if (!rj_frame_load(f, p->payload_off + at, s->bytes, num))
		goto lost;
	s->len = len;
	bpf_ringbuf_submit(s, 0);
	return 1;
lost:
	bpf_ringbuf_discard(s, BPF_RB_NO_WAKEUP);
	return 0;
}

/* rj_sample_counted - what became of a record. */
static __always_inline void rj_sample_counted(struct rj_flow *flow, struct rj_cpu *cpu, int is_sent)
{
	cpu->counters[is_sent ? RJ_COUNT_SAMPLES : RJ_COUNT_SAMPLES_LOST]++;
	if (!is_sent)
		rj_count(&flow->lost_samples, 1);
}

/* rj_sample_datagram - one record: the dissectors are handed a datagram whole. */
static __always_inline int rj_sample_datagram(const struct rj_frame *f, const struct rj_flow *flow,
					      const struct rj_packet *p, __u32 len)
{
	if (len <= RJ_SAMPLE_SMALL)
		return rj_sample_record(f, flow, p, 0, len, RJ_SAMPLE_SMALL);
	if (len <= RJ_SAMPLE_LARGE)
		return rj_sample_record(f, flow, p, 0, len, RJ_SAMPLE_LARGE);
	if (len > RJ_SAMPLE_HUGE)
		len = RJ_SAMPLE_HUGE;
	return rj_sample_record(f, flow, p, 0, len, RJ_SAMPLE_HUGE);
}

/* rj_sample_stream - as many records as it takes: the dissectors put a stream together anyway. */
static __always_inline void rj_sample_stream(const struct rj_frame *f, struct rj_flow *flow,
					     struct rj_cpu *cpu, __u32 want)
{
	const struct rj_packet *p = &cpu->packet;
	__u32 at = 0;

	for (__u32 i = 0; i < RJ_MAX_SAMPLE_RECORDS; i++) {
		__u32 left = want - at;
		int is_sent;

		if (at >= want)
			break;
		if (left <= RJ_SAMPLE_SMALL) {
			is_sent = rj_sample_record(f, flow, p, at, left, RJ_SAMPLE_SMALL);
		} else {
			if (left > RJ_SAMPLE_LARGE)
				left = RJ_SAMPLE_LARGE;
			is_sent = rj_sample_record(f, flow, p, at, left, RJ_SAMPLE_LARGE);
		}
		rj_sample_counted(flow, cpu, is_sent);
		at += left;
	}
}

/*
 * rj_sample_waiting - payload of a later fragment whose first has not come, where it may be of UDP;
 * user space puts it to the packet, which it has.
 */
static __always_inline void rj_sample_waiting(const struct rj_frame *f, struct rj_cpu *cpu)
{
	const struct rj_packet *p = &cpu->packet;
	__u32 len = p->payload_len;

	if (!rj_limits.sample_bytes || !len || p->key.proto != RJ_IP_UDP)
		return;
	if (cpu->window != p->time_ns >> 30) {
		cpu->window = p->time_ns >> 30;
		cpu->num_waiting = 0;
	}
	if (++cpu->num_waiting > RJ_MAX_WAITING_SAMPLES) {
		cpu->counters[RJ_COUNT_SAMPLES_LOST]++;
		return;
	}
	if (len > RJ_SAMPLE_LARGE)
		len = RJ_SAMPLE_LARGE;
	cpu->fresh.start_ns = 0;
	rj_sample_counted(&cpu->fresh, cpu,
			  rj_sample_record(f, &cpu->fresh, p, 0, len, RJ_SAMPLE_LARGE));
	cpu->fresh.lost_samples = 0;
}

/* rj_sample - hands up what the dissectors may want of a packet's payload. */
static __always_inline void rj_sample(const struct rj_frame *f, struct rj_flow *flow,
				      struct rj_half *half, struct rj_cpu *cpu)
{
	__u32 want = rj_sample_want(half, &cpu->packet);

	if (!want)
		return;
	half->num_samples++;
	if (cpu->packet.bits & RJ_PKT_TCP)
		rj_sample_stream(f, flow, cpu, want);
	else
		rj_sample_counted(flow, cpu, rj_sample_datagram(f, flow, &cpu->packet, want));
}

#endif
