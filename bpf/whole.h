/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames with more headers than the verifier can follow: to user space as they are. */
#ifndef RJ_BPF_WHOLE_H
#define RJ_BPF_WHOLE_H

#include "bpf/abi.h"
#include "bpf/config.h"
#include "bpf/ctx.h"
#include "bpf/maps.h"
#include "bpf/sample.h"

/* rj_is_beyond_reach - whether user space may read what was set aside here for @reason. */
static __always_inline int rj_is_beyond_reach(const struct rj_frame *f, enum rj_reason reason)
{
	switch (reason) {
	case RJ_REASON_VLAN_DEPTH:
	case RJ_REASON_LINK_DEPTH:
	case RJ_REASON_IP_HEADERS:
	case RJ_REASON_TUNNEL_DEPTH:
		return 1;
	case RJ_REASON_LINK_TRUNCATED:
	case RJ_REASON_IP_TRUNCATED:
	case RJ_REASON_L4_SHORT: /* it goes on where it is not directly readable */
		return rj_frame_data(f) + f->wire_len > rj_frame_end(f);
	default:
		return 0;
	}
}

static __always_inline int rj_whole_take(struct rj_cpu *cpu, __u64 now_ns)
{
	if (cpu->whole_window != now_ns >> 30) {
		cpu->whole_window = now_ns >> 30;
		cpu->num_whole = 0;
	}
	return ++cpu->num_whole <= RJ_MAX_WHOLE_FRAMES && rj_ring_takes(RJ_CLASS_REST);
}

/* rj_whole_here - hands the frame's first bytes up; false where there is no room for them. */
static __always_inline int rj_whole_here(const struct rj_frame *f, enum rj_reason reason,
					 __u32 is_bare)
{
	__u32 zero = 0;
	struct rj_cpu *cpu = bpf_map_lookup_elem(&rj_cpus, &zero);
	__u64 len = f->wire_len < RJ_WHOLE_BYTES ? f->wire_len : RJ_WHOLE_BYTES;
	__u64 now_ns = bpf_ktime_get_ns();
	struct rj_ring_frame *out;

	if (!rj_is_beyond_reach(f, reason))
		return 0;
	if (!cpu || !rj_whole_take(cpu, now_ns))
		return 0;
	out = bpf_ringbuf_reserve(&rj_ring, sizeof(*out), 0);
	if (!out)
		return 0;
	out->kind = RJ_RING_FRAME;
	out->wire_len = f->wire_len;
	out->time_ns = now_ns;
	out->outer_tci = f->outer_tci;
	out->ifindex = rj_frame_ifindex(f);
	out->type = f->type;
	out->zero = 0;
	out->is_bare = (__u16)is_bare;
	out->segment_len = 0;
	if (f->hook == RJ_HOOK_SKB)
		out->segment_len = (__u32)rj_ctx_word(f->ctx, struct __sk_buff, gso_size);
	/* as in rj_sample_record */
	rj_hide(len);
	if (len > RJ_WHOLE_BYTES)
		goto lost;
	rj_hide(len);
	if ((__s64)len < 1)
		goto lost;
	if (!rj_frame_load(f, 0, out->bytes, len))
		goto lost;
	out->len = (__u32)len;
	bpf_ringbuf_submit(out, 0);
	return 1;
lost:
	bpf_ringbuf_discard(out, BPF_RB_NO_WAKEUP);
	return 0;
}

/*
 * Global functions as those of RJ_OUT_OF_LINE: followed once, not from every way to a reason. What
 * they ask of the frame their caller need not keep, which would part its states.
 */
int rj_whole_skb(struct __sk_buff *skb, __u32 reason, __u32 is_bare);
__attribute__((noinline)) int rj_whole_skb(struct __sk_buff *skb, __u32 reason, __u32 is_bare)
{
	const struct rj_frame f = rj_skb_frame(skb);

	return rj_whole_here(&f, (enum rj_reason)reason, is_bare);
}

int rj_whole_xdp(struct xdp_md *xdp, __u32 reason, __u32 is_bare);
__attribute__((noinline)) int rj_whole_xdp(struct xdp_md *xdp, __u32 reason, __u32 is_bare)
{
	const struct rj_frame f = rj_xdp_frame(xdp);

	return rj_whole_here(&f, (enum rj_reason)reason, is_bare);
}

/* rj_whole - hands up a frame set aside for @reason that user space may read; false: it is not. */
static __always_inline int rj_whole(const struct rj_frame *f, __u32 reason, __u32 is_bare)
{
	if (f->hook == RJ_HOOK_XDP)
		return rj_whole_xdp(f->ctx, reason, is_bare);
	return rj_whole_skb(f->ctx, reason, is_bare);
}

#endif
