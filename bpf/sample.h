/* SPDX-License-Identifier: BSD-3-Clause */
/* Payload for the dissectors: the first bytes of each side, copied into the ring buffer. */
#ifndef RJ_BPF_SAMPLE_H
#define RJ_BPF_SAMPLE_H

#include "bpf/abi.h"
#include "bpf/config.h"
#include "bpf/ctx.h"
#include "bpf/maps.h"
#include "bpf/policy.h"

/* Records of one packet at most: a super-packet carries up to 64 KiB. */
#define RJ_MAX_SAMPLE_RECORDS (RJ_SAMPLE_MOST_BYTES / RJ_SAMPLE_HUGE + 1)
/*
 * Fragments without their first that are sampled in 2^30 ns, each CPU: floods are of those. Ours:
 * 6 MiB of the ring, a tenth of what all samples may take.
 */
#define RJ_MAX_WAITING_SAMPLES 4096u

/*
 * struct rj_sampling - what was decided of a packet's payload: @want bytes of it, from its first
 * on, are handed up. @time_ns is precise, which the flow's need not be. @head is that of the
 * side's slot.
 */
struct rj_sampling {
	struct rj_slot_head head;
	__u64 time_ns;
	__u32 want;
	__u32 start_seq;
	__u32 has_start;
};

/* rj_slot_head_get - what user space says of the side whose rest @rest is: it stands before it. */
static __always_inline void rj_slot_head_get(const struct rj_rest *rest, struct rj_slot_head *out)
{
	const volatile struct rj_slot_head *head = (const void *)rest;

	out->until = head[-1].until;
	out->generation = head[-1].generation;
}

/* rj_first_bytes - 8 bytes of the payload, the first the most significant; 0 if it is shorter. */
static __always_inline __u64 rj_first_bytes(const struct rj_frame *f, const struct rj_packet *p)
{
	__u32 word[2];

	if (p->payload_len < sizeof(word) || !rj_frame_load(f, p->payload_off, word, sizeof(word)))
		return 0;
	return (__u64)rj_be32(word[0]) << 32 | rj_be32(word[1]);
}

/*
 * rj_stream_window - how far behind sample_base the side is sampled now. What user space says
 * holds from there on; what it said of an earlier head does not.
 */
static __always_inline __s64 rj_stream_window(const struct rj_half *half,
					      const struct rj_rest *rest, __u32 until)
{
	__s64 window = rj_limits.sample_bytes;
	__s64 said = (__s32)(until - rest->sample_base);

	if (half->bits & RJ_HALF_LATER) {
		window = RJ_LATER_HEAD_BYTES;
		if (said <= 0)
			until = 0;
	}
	if (!until || (rj_limits.with_bytes && said < window))
		return window;
	return said < RJ_SAMPLE_MOST_BYTES ? said : RJ_SAMPLE_MOST_BYTES;
}

static __always_inline __u32 rj_want_stream(const struct rj_frame *f, struct rj_half *half,
					    struct rj_rest *rest, const struct rj_packet *p,
					    struct rj_sampling *s)
{
	__u32 seq = p->tcp_seq + (p->tcp_flags & RJ_TCP_SYN ? 1 : 0);
	int is_later = half->bits & RJ_HALF_LATER && !rj_limits.with_bytes;
	__s64 at, window;

	if (rj_tcp_is_probe(half, rest, p))
		return 0;
	if (rest->num_samples >= rj_max_sampled(is_later, p->payload_len)) {
		half->bits = (half->bits | RJ_HALF_SAMPLED) & (__u8)~RJ_HALF_HEADS;
		return 0;
	}
	if (!rest->num_samples)
		rest->sample_base = half->tcp_bits & RJ_TCP_HAS_SYN ? rest->syn_seq + 1 : seq;
	at = (__s32)(seq - rest->sample_base);
	/* the first segment, which need not come first */
	if (!at && rj_is_http_head(rj_first_bytes(f, p)))
		half->bits |= RJ_HALF_HEADS;
	if (!(half->bits & RJ_HALF_SAMPLED) && at >= -RJ_SAMPLE_REORDER_BYTES &&
	    at < RJ_SAMPLE_MOST_BYTES) {
		rj_slot_head_get(rest, &s->head);
		window = rj_stream_window(half, rest, s->head.until);
		if (at < window)
			return p->payload_len < window - at ? p->payload_len : (__u32)(window - at);
	}
	/* not for a stray segment, whose place nobody has checked */
	if (at >= RJ_SAMPLE_MOST_BYTES && half->payload_bytes >= RJ_SAMPLE_MOST_BYTES)
		half->bits |= RJ_HALF_SAMPLED;
	if (at < 0 || !(half->bits & RJ_HALF_HEADS) || !rj_is_http_head(rj_first_bytes(f, p)))
		return 0;
	rj_slot_head_get(rest, &s->head);
	rest->sample_base = seq;
	half->bits = (half->bits | RJ_HALF_LATER) & (__u8)~RJ_HALF_SAMPLED;
	return p->payload_len < RJ_LATER_HEAD_BYTES ? p->payload_len : RJ_LATER_HEAD_BYTES;
}

/* rj_is_datagram_wanted - as far as can be told before user space is asked. */
static __always_inline int rj_is_datagram_wanted(const struct rj_half *half,
						 const struct rj_rest *rest,
						 const struct rj_packet *p)
{
	int is_udp = p->key.proto == RJ_IP_UDP;

	if (rest->num_samples >= RJ_MAX_SAMPLED_DATAGRAMS || (!is_udp && !rj_limits.with_bytes))
		return 0;
	if (rest->sample_base < rj_limits.sample_bytes ||
	    (is_udp && (rj_is_whole_port(p->key.port[0]) || rj_is_whole_port(p->key.port[1]))))
		return 1;
	return half->bits & RJ_HALF_HELLO && half->packets <= RJ_MAX_HANDSHAKE_DATAGRAMS;
}

/* A datagram is handed up whole, or it is of no use. */
static __always_inline __u32 rj_want_datagram(const struct rj_frame *f, struct rj_half *half,
					      struct rj_rest *rest, const struct rj_packet *p,
					      struct rj_sampling *s)
{
	int is_first_bytes = rest->sample_base < rj_limits.sample_bytes;
	int is_stopped;

	/* of errors the first are told apart from one another by user space */
	if (!rj_limits.with_bytes && rj_is_icmp_error(&p->key)) {
		if (rest->num_samples < RJ_MAX_ABOUT)
			return p->payload_len < RJ_ABOUT_BYTES ? p->payload_len : RJ_ABOUT_BYTES;
		half->bits |= RJ_HALF_SAMPLED;
		return 0;
	}
	rj_slot_head_get(rest, &s->head);
	is_stopped = s->head.until && (!rj_limits.with_bytes || !is_first_bytes);
	/* user space may yet say to go on */
	if (!rj_is_datagram_wanted(half, rest, p) ||
	    (is_stopped && half->packets > RJ_MAX_SAMPLED_DATAGRAMS))
		half->bits |= RJ_HALF_SAMPLED;
	if (half->bits & RJ_HALF_SAMPLED || is_stopped)
		return 0;
	if (!is_first_bytes)
		return half->bits & RJ_HALF_HELLO && !rj_is_handshake(rj_first_bytes(f, p)) ?
			       0 :
			       p->payload_len;
	if (p->key.proto == RJ_IP_UDP && !(half->bits & RJ_HALF_HELLO) &&
	    rj_is_handshake(rj_first_bytes(f, p)))
		half->bits |= RJ_HALF_HELLO;
	rest->sample_base += p->payload_len;
	return p->payload_len;
}

/* rj_may_be_sampled - whether rj_sample is to be asked: of each packet, so without @rest. */
static __always_inline int rj_may_be_sampled(const struct rj_frame *f, const struct rj_half *half,
					     const struct rj_packet *p)
{
	/* behind a transport header that is wrong there is no telling what is payload */
	if (!rj_limits.sample_bytes || !p->payload_len || p->bits & RJ_PKT_BAD_L4)
		return 0;
	/* a fragment of a segment whose header was not to be read: of no known place */
	if (p->key.proto == RJ_IP_TCP && !(p->bits & RJ_PKT_TCP))
		return 0;
	if (!(half->bits & RJ_HALF_SAMPLED))
		return 1;
	return half->bits & RJ_HALF_HEADS && rj_is_http_head(rj_first_bytes(f, p));
}

/*
 * rj_sample_record - one record of @class bytes, which must be a constant: the
 * verifier wants fixed sizes of bpf_ringbuf_reserve. What it counts as.
 */
static __always_inline enum rj_counter
rj_sample_record(const struct rj_frame *f, const struct rj_flow *flow, const struct rj_packet *p,
		 const struct rj_sampling *sampling, __u32 at, __u32 len, const __u32 class)
{
	struct rj_sample *s = bpf_ringbuf_reserve(&rj_ring, sizeof(*s) + class, 0);
	__u64 num = len;

	if (!s)
		return RJ_COUNT_LOST_FULL;
	s->kind = RJ_RING_SAMPLE;
	s->key = p->key;
	s->flow_start_ns = flow->start_ns;
	s->time_ns = sampling->time_ns;
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
	s->slot = flow->half[p->side & 1].slot;
	s->generation = sampling->head.generation;
	s->start_seq = sampling->start_seq;
	s->has_start = sampling->has_start;
	/*
	 * The verifier must see 1 <= len <= class as two comparisons of the very register that
	 * is passed on ("invalid access to memory" otherwise, every kernel): clang would make
	 * one of them, on a copy. The second is signed, as the verifiers of old kernels learn
	 * nothing from num != 0 (5.10: "min value is outside of the allowed memory range").
	 */
	rj_hide(num);
	if (num > class)
		goto lost;
	rj_hide(num);
	if ((__s64)num < 1)
		goto lost;
	if (!rj_frame_load(f, p->payload_off + at, s->bytes, num))
		goto lost;
	s->len = len;
	bpf_ringbuf_submit(s, 0);
	return RJ_COUNT_SAMPLES;
lost:
	bpf_ringbuf_discard(s, BPF_RB_NO_WAKEUP);
	return RJ_COUNT_LOST_LONG;
}

/*
 * rj_sample_counted - what became of a record: RJ_COUNT_SAMPLES, or why it was lost. @rest: NULL
 * where it is of no side yet.
 */
static __always_inline void rj_sample_counted(struct rj_rest *rest, struct rj_cpu *cpu,
					      enum rj_counter what)
{
	__u64 at = what;

	rj_hide(at);
	if (at >= RJ_NUM_COUNTERS)
		return;
	cpu->counters[at]++;
	if (at == RJ_COUNT_SAMPLES)
		return;
	cpu->counters[RJ_COUNT_SAMPLES_LOST]++;
	if (rest)
		rj_count(&rest->lost_samples, 1);
}

/* rj_sample_short - one record of at most RJ_SAMPLE_LARGE bytes, of the class that fits. */
static __always_inline enum rj_counter
rj_sample_short(const struct rj_frame *f, const struct rj_flow *flow, const struct rj_packet *p,
		const struct rj_sampling *s, __u32 at, __u32 len)
{
	if (len <= RJ_SAMPLE_SMALL)
		return rj_sample_record(f, flow, p, s, at, len, RJ_SAMPLE_SMALL);
	if (len <= RJ_SAMPLE_MIDDLE)
		return rj_sample_record(f, flow, p, s, at, len, RJ_SAMPLE_MIDDLE);
	return rj_sample_record(f, flow, p, s, at, len, RJ_SAMPLE_LARGE);
}

/* rj_sample_datagram - one record: the dissectors are handed a datagram whole. */
static __always_inline enum rj_counter rj_sample_datagram(const struct rj_frame *f,
							  const struct rj_flow *flow,
							  const struct rj_packet *p,
							  const struct rj_sampling *s)
{
	__u32 len = s->want;

	if (len <= RJ_SAMPLE_LARGE)
		return rj_sample_short(f, flow, p, s, 0, len);
	if (len > RJ_SAMPLE_HUGE)
		len = RJ_SAMPLE_HUGE;
	return rj_sample_record(f, flow, p, s, 0, len, RJ_SAMPLE_HUGE);
}

/* rj_sample_stream - as many records as it takes: the dissectors put a stream together anyway. */
static __always_inline void rj_sample_stream(const struct rj_frame *f, const struct rj_flow *flow,
					     struct rj_rest *rest, struct rj_cpu *cpu,
					     const struct rj_sampling *s)
{
	const struct rj_packet *p = &cpu->packet;
	__u32 left = s->want;

	for (__u32 i = 0; i < RJ_MAX_SAMPLE_RECORDS && left > RJ_SAMPLE_LARGE; i++) {
		__u32 len = left < RJ_SAMPLE_HUGE ? left : RJ_SAMPLE_HUGE;

		rj_sample_counted(rest, cpu,
				  rj_sample_record(f, flow, p, s, s->want - left, len,
						   RJ_SAMPLE_HUGE));
		left -= len;
	}
	if (!left)
		return;
	if (left > RJ_SAMPLE_LARGE)
		rj_sample_counted(rest, cpu, RJ_COUNT_LOST_LONG);
	else
		rj_sample_counted(rest, cpu, rj_sample_short(f, flow, p, s, s->want - left, left));
}

/* rj_ring_takes - rj_ring_has_room of the ring as it is now. */
static __always_inline int rj_ring_takes(enum rj_sample_class class)
{
	return rj_ring_has_room(class, bpf_ringbuf_query(&rj_ring, BPF_RB_AVAIL_DATA),
				rj_ring_bytes);
}

/*
 * rj_sample_refused - why a sample of @class must not be taken now, RJ_COUNT_SAMPLES when it may.
 * A flood of new flows spends what is theirs; handshakes of the others find room in the ring.
 */
static __always_inline enum rj_counter rj_sample_refused(enum rj_sample_class class, __u32 want,
							 __u64 now_ns)
{
	struct rj_budget *budget;
	__u32 zero = 0;

	if (!rj_ring_takes(class))
		return RJ_COUNT_LOST_REST + class;
	if (!rj_limits.sample_rate)
		return RJ_COUNT_SAMPLES;
	budget = bpf_map_lookup_elem(&rj_budgets, &zero);
	if (budget && !rj_budget_take(budget, now_ns, want, class, rj_limits.sample_rate))
		return RJ_COUNT_LOST_BUDGET;
	return RJ_COUNT_SAMPLES;
}

/* rj_sample_there - of @want bytes those of a frame that may be shorter than its headers say. */
static __always_inline __u32 rj_sample_there(const struct rj_frame *f, const struct rj_packet *p,
					     __u32 want)
{
	__u32 there = p->payload_off < f->wire_len ? f->wire_len - p->payload_off : 0;

	return want < there ? want : there;
}

/*
 * rj_sample_waiting - payload of a later fragment whose first has not come, where it may be of TCP
 * or UDP; user space puts it to the packet, which it has.
 */
static __always_inline void rj_sample_waiting(const struct rj_frame *f, struct rj_cpu *cpu)
{
	const struct rj_packet *p = &cpu->packet;
	const struct rj_sampling s = { .time_ns = p->time_ns };
	__u32 len = rj_sample_there(f, p, p->payload_len);
	enum rj_counter what;

	if (!rj_limits.sample_bytes || !len ||
	    (p->key.proto != RJ_IP_UDP && p->key.proto != RJ_IP_TCP))
		return;
	if (cpu->window != p->time_ns >> 30) {
		cpu->window = p->time_ns >> 30;
		cpu->num_waiting = 0;
	}
	if (len > RJ_SAMPLE_LARGE)
		len = RJ_SAMPLE_LARGE;
	what = RJ_COUNT_LOST_BUDGET;
	if (++cpu->num_waiting <= RJ_MAX_WAITING_SAMPLES)
		what = rj_sample_refused(RJ_CLASS_REST, len, p->time_ns);
	cpu->fresh.start_ns = 0;
	if (what == RJ_COUNT_SAMPLES)
		what = rj_sample_record(f, &cpu->fresh, p, &s, 0, len, RJ_SAMPLE_LARGE);
	rj_sample_counted(0, cpu, what);
}

/* rj_sample_take_here - hands up what cpu->sample_* say of the packet in work. */
static __always_inline void rj_sample_take_here(const struct rj_frame *f,
						const struct rj_flow *flow, struct rj_rest *rest,
						struct rj_cpu *cpu)
{
	const struct rj_packet *p = &cpu->packet;
	struct rj_sampling s = { .want = 0 };
	enum rj_sample_class class;
	enum rj_counter what;

	s.head.generation = cpu->sample_generation;
	s.time_ns = cpu->sample_ns;
	s.want = cpu->sample_want;
	s.has_start = !!(flow->half[p->side & 1].tcp_bits & RJ_TCP_HAS_SYN);
	s.start_seq = rest->syn_seq + 1;
	class = rj_sample_class(rest->num_samples, flow->half[!(p->side & 1)].packets != 0);
	rest->num_samples++;
	what = rj_sample_refused(class, s.want, p->time_ns);
	if (what != RJ_COUNT_SAMPLES)
		rj_sample_counted(rest, cpu, what);
	else if (p->bits & RJ_PKT_TCP)
		rj_sample_stream(f, flow, rest, cpu, &s);
	else
		rj_sample_counted(rest, cpu, rj_sample_datagram(f, flow, p, &s));
}

/* Once in the object for all programs of a kind. */
static __noinline void rj_sample_take_skb(struct __sk_buff *skb, const struct rj_flow *flow,
					  struct rj_rest *rest, struct rj_cpu *cpu)
{
	const struct rj_frame f = { .ctx = skb, .hook = RJ_HOOK_SKB };

	rj_sample_take_here(&f, flow, rest, cpu);
}

static __noinline void rj_sample_take_xdp(struct xdp_md *xdp, const struct rj_flow *flow,
					  struct rj_rest *rest, struct rj_cpu *cpu)
{
	const struct rj_frame f = { .ctx = xdp, .hook = RJ_HOOK_XDP };

	rj_sample_take_here(&f, flow, rest, cpu);
}

/* rj_sample - hands up what the dissectors may want of a packet's payload. */
static __always_inline void rj_sample(const struct rj_frame *f, const struct rj_flow *flow,
				      struct rj_half *half, struct rj_rest *rest,
				      struct rj_cpu *cpu)
{
	const struct rj_packet *p = &cpu->packet;
	struct rj_sampling s = { .want = 0 };

	if (!rj_may_be_sampled(f, half, p))
		return;
	if (p->bits & RJ_PKT_TCP)
		s.want = rj_want_stream(f, half, rest, p, &s);
	else
		s.want = rj_want_datagram(f, half, rest, p, &s);
	s.want = rj_sample_there(f, p, s.want);
	if (!s.want)
		return;
	cpu->sample_ns = cpu->is_coarse ? bpf_ktime_get_ns() : p->time_ns;
	cpu->sample_want = s.want;
	cpu->sample_generation = s.head.generation;
	rj_forget();
	if (f->hook == RJ_HOOK_XDP)
		rj_sample_take_xdp(f->ctx, flow, rest, cpu);
	else
		rj_sample_take_skb(f->ctx, flow, rest, cpu);
	rj_forget();
}

#endif
