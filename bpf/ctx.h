/* SPDX-License-Identifier: BSD-3-Clause */
/* What the two packet contexts, XDP and skb, know of a frame beside its bytes. */
#ifndef RJ_BPF_CTX_H
#define RJ_BPF_CTX_H

#include "bpf/config.h"
#include "bpf/side.h"
#include "bpf/wire.h"

/* Of an interface with Ethernet's own MTU; what is no longer is no super-packet. */
#define RJ_ETH_FRAME_LEN 1514u

/* Ethernet, 4 tags, IPv6, extension headers of ordinary size, TCP: what parse.h reads. */
#define RJ_PULL_LEN 512u

/* rj_xdp_len - of the whole frame; directly readable is its first piece alone. */
static __always_inline __u32 rj_xdp_len(struct xdp_md *xdp)
{
	if (rj_has_xdp_frags)
		return (__u32)bpf_xdp_get_buff_len(xdp);
	return (__u32)(rj_ctx_word(xdp, struct xdp_md, data_end) -
		       rj_ctx_word(xdp, struct xdp_md, data));
}

static __always_inline struct rj_frame rj_xdp_frame(struct xdp_md *xdp)
{
	return (struct rj_frame){
		.ctx = xdp,
		.hook = RJ_HOOK_XDP,
		.wire_len = rj_xdp_len(xdp),
		.is_closed = rj_limits.no_decap,
	};
}

static __always_inline struct rj_frame rj_skb_frame(struct __sk_buff *skb)
{
	return (struct rj_frame){
		.ctx = skb,
		.hook = RJ_HOOK_SKB,
		.wire_len = skb->len,
		.outer_tci = skb->vlan_present ? RJ_TCI_PRESENT | (skb->vlan_tci & 0xffff) : 0,
		.type = rj_be16((__u16)skb->protocol),
		.is_closed = rj_limits.no_decap,
	};
}

/* rj_frame_pull - makes more of the frame directly readable; false where there is no more. */
static __always_inline int rj_frame_pull(const struct rj_frame *f)
{
	if (f->hook == RJ_HOOK_XDP || rj_frame_data(f) + f->wire_len <= rj_frame_end(f))
		return 0;
	return !bpf_skb_pull_data(f->ctx, f->wire_len < RJ_PULL_LEN ? f->wire_len : RJ_PULL_LEN);
}

/*
 * rj_xdp_segment_len - generic XDP comes behind receive offload and is not told of it. A segment
 * that is longer than what the interface carries stands for several, which fill it: what most
 * senders make them of, and as close as it can be told here.
 */
static __always_inline __u32 rj_xdp_segment_len(const struct rj_frame *f, const struct rj_packet *p)
{
	__u32 mtu = 0;
	__u32 header_len;

	if (!rj_has_check_mtu || f->wire_len <= RJ_ETH_FRAME_LEN || !(p->bits & RJ_PKT_TCP) ||
	    p->bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_LATER_FRAG))
		return 0;
	bpf_check_mtu(f->ctx, 0, &mtu, 0, 0);
	header_len = p->payload_off - (__u32)sizeof(struct rj_eth) -
		     p->num_vlans * (__u32)sizeof(struct rj_vlan);
	return p->ip_len > mtu && header_len < mtu ? mtu - header_len : 0;
}

/*
 * rj_frame_segment_len - payload bytes of each segment that the packet stands for; 0: it is no
 * super-packet.
 */
static __always_inline __u32 rj_frame_segment_len(const struct rj_frame *f,
						  const struct rj_packet *p)
{
	if (f->hook == RJ_HOOK_XDP)
		return rj_xdp_segment_len(f, p);
	return (__u32)rj_ctx_word(f->ctx, struct __sk_buff, gso_size);
}

/* rj_frame_load - copies @len bytes at @off of the frame; true when they were there. */
static __always_inline int rj_frame_load(const struct rj_frame *f, __u32 off, void *to, __u64 len)
{
	if (f->hook == RJ_HOOK_SKB)
		return !bpf_skb_load_bytes(f->ctx, off, to, (__u32)len);
	if (rj_has_xdp_load)
		return !bpf_xdp_load_bytes(f->ctx, off, to, (__u32)len);
	return 0;
}

/*
 * rj_frame_load_few - rj_frame_load of 1 to 8 bytes. Where XDP has no call for it (before 5.18),
 * they are read from what is directly readable, up to RJ_MAX_HEADER_OFF.
 */
static __always_inline int rj_frame_load_few(const struct rj_frame *f, __u32 off, void *to,
					     __u64 len)
{
	__u8 *at = to;

	if (f->hook == RJ_HOOK_SKB || rj_has_xdp_load)
		return rj_frame_load(f, off, to, len);
	for (__u32 i = 0; i < 8; i++) {
		__u32 here = off + i;
		const __u8 *byte;

		if (i >= len)
			break;
		rj_hide(here); /* 5.10 knows the bound of the register alone that was compared */
		byte = rj_at(f, here, __u8);
		if (!byte)
			return 0;
		at[i] = *byte;
	}
	return 1;
}

static __always_inline __u32 rj_frame_ifindex(const struct rj_frame *f)
{
	if (f->hook == RJ_HOOK_XDP)
		return (__u32)rj_ctx_word(f->ctx, struct xdp_md, ingress_ifindex);
	return (__u32)rj_ctx_word(f->ctx, struct __sk_buff, ifindex);
}

#endif
