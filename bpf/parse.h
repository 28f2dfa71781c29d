/* SPDX-License-Identifier: BSD-3-Clause */
/* From a frame to a packet: IP, extension headers, fragments, transport, tunnels. [both] */
#ifndef RJ_BPF_PARSE_H
#define RJ_BPF_PARSE_H

#include "bpf/abi.h"
#include "bpf/layers.h"
#include "bpf/link.h"
#include "bpf/tunnel.h"
#include "bpf/wire.h"

/* What stands before an IPv4 address as IPv6 writes it, read as it lies in memory. */
#define RJ_MAPPED_V4 rj_be32(0x0000ffffu)

/* The largest IPv6 packet whose length its header can tell (RFC 8200 3). */
#define RJ_IPV6_MAX_LEN (RJ_IPV6_HEADER_LEN + 0xffffu)

/* rj_note_fragment - @off: bytes of the datagram before these. */
static __always_inline void rj_note_fragment(struct rj_packet *p, __u32 off, int has_more)
{
	if (off) {
		p->bits |= RJ_PKT_LATER_FRAG;
		p->frag_off = (__u16)off;
		if (!has_more)
			p->bits |= RJ_PKT_LAST_FRAG;
	} else if (has_more) {
		p->bits |= RJ_PKT_FIRST_FRAG;
	}
}

/* rj_parse_ext_frag - reads an IPv6 fragment header (RFC 8200 4.5). */
static __always_inline void rj_parse_ext_frag(const struct rj_ext_frag *frag, struct rj_packet *p)
{
	__u16 offset = rj_be16(frag->offset);

	p->frag_id = rj_be32(frag->id);
	rj_note_fragment(p, offset & RJ_IPV6_OFFSET_MASK, offset & RJ_IPV6_MORE_FRAGMENTS);
}

/*
 * rj_parse_ext - passes over IPv6 extension headers and AH (RFC 4302), so that
 * @p->key.proto is the transport's. Stops at a later fragment.
 */
static __always_inline enum rj_reason rj_parse_ext(const struct rj_frame *f, struct rj_layers *l,
						   struct rj_packet *p)
{
	for (__u32 i = 0; i <= RJ_MAX_EXT_HEADERS || rj_is_deep(f); i++) {
		__u8 proto;
		const struct rj_ext_frag *head; /* 8 bytes: the least any of them has */
		__u32 len;

		rj_forget();
		proto = p->key.proto;
		if (p->bits & RJ_PKT_LATER_FRAG)
			return RJ_REASON_NONE;
		/* in IPv4 these numbers, AH apart, are protocols of their own */
		if (proto != RJ_IP_AH && p->bits & RJ_PKT_IPV4)
			return RJ_REASON_NONE;
		if (proto != RJ_IP_HOPOPTS && proto != RJ_IP_ROUTING && proto != RJ_IP_FRAGMENT &&
		    proto != RJ_IP_AH && proto != RJ_IP_DSTOPTS && proto != RJ_IP_MOBILITY &&
		    proto != RJ_IP_HIP && proto != RJ_IP_SHIM6)
			return RJ_REASON_NONE;
		head = rj_at(f, l->off, struct rj_ext_frag);
		if (!head)
			return RJ_REASON_IP_TRUNCATED;
		if (proto == RJ_IP_FRAGMENT)
			len = (__u32)sizeof(*head);
		else if (proto == RJ_IP_AH)
			len = (head->zero + 2u) * 4u;
		else
			len = (head->zero + 1u) * 8u;
		if (!rj_take(l, len))
			return RJ_REASON_IP_MALFORMED;
		p->key.proto = head->next;
		if (proto == RJ_IP_FRAGMENT) {
			rj_parse_ext_frag(head, p);
			l->frag_start = l->off;
		}
	}
	return RJ_REASON_IP_HEADERS;
}

static __always_inline enum rj_reason rj_parse_ipv4(const struct rj_frame *f, struct rj_layers *l,
						    struct rj_packet *p)
{
	const struct rj_ipv4 *ip = rj_at(f, l->off, struct rj_ipv4);
	__u32 header_len;
	__u16 frag;

	if (!ip)
		return RJ_REASON_IP_TRUNCATED;
	header_len = (ip->version_ihl & 0xfu) * 4u;
	p->ip_len = rj_be16(ip->total_len);
	if (!p->ip_len) /* segmentation offload of the sender (captured before the card) */
		p->ip_len = rj_frame_left(f, l->off);
	if (ip->version_ihl >> 4 != 4 || header_len < RJ_IPV4_HEADER_LEN || p->ip_len < header_len)
		return RJ_REASON_IP_MALFORMED;
	l->src[0] = 0;
	l->dst[0] = 0;
	/* ::ffff:a.b.c.d (RFC 4291 2.5.5.2), each half a native word over bytes in wire order */
	l->src[1] = rj_join32(RJ_MAPPED_V4, ip->src);
	l->dst[1] = rj_join32(RJ_MAPPED_V4, ip->dst);
	p->ttl = ip->ttl;
	p->ip_id = rj_be16(ip->id);
	p->frag_id = p->ip_id;
	p->frag_proto = ip->proto;
	p->key.version = 4;
	p->key.proto = ip->proto;
	p->bits |= RJ_PKT_IPV4;
	frag = rj_be16(ip->frag);
	l->off += header_len;
	l->l4_len = p->ip_len - header_len;
	l->frag_start = l->off;
	rj_note_fragment(p, (frag & RJ_IPV4_OFFSET_MASK) * 8u, frag & RJ_IPV4_MORE_FRAGMENTS);
	return RJ_REASON_NONE;
}

static __always_inline enum rj_reason rj_parse_ipv6(const struct rj_frame *f, struct rj_layers *l,
						    struct rj_packet *p)
{
	const struct rj_ipv6 *ip = rj_at(f, l->off, struct rj_ipv6);
	__u32 left = rj_frame_left(f, l->off);
	__u32 head;

	if (!ip)
		return RJ_REASON_IP_TRUNCATED;
	head = rj_be32(ip->version_class_label);
	if (head >> 28 != 6)
		return RJ_REASON_IP_MALFORMED;
	p->ip_id = (__u16)(head | (head >> 16 & 0xf));
	p->ip_len = RJ_IPV6_HEADER_LEN + rj_be16(ip->payload_len);
	/*
	 * jumbogram (RFC 2675) or segmentation offload: more than the field can say. Some senders
	 * leave it zero for the card to set; a segment without a header is none.
	 */
	if (p->ip_len == RJ_IPV6_HEADER_LEN &&
	    (left > RJ_IPV6_MAX_LEN ||
	     (ip->next == RJ_IP_TCP && left >= RJ_IPV6_HEADER_LEN + RJ_TCP_HEADER_LEN)))
		p->ip_len = left;
	rj_copy(l->src, ip->src, 16);
	rj_copy(l->dst, ip->dst, 16);
	p->ttl = ip->hop_limit;
	p->key.version = 6;
	p->key.proto = ip->next;
	l->off += RJ_IPV6_HEADER_LEN;
	l->l4_len = p->ip_len - RJ_IPV6_HEADER_LEN;
	return RJ_REASON_NONE;
}

/* rj_parse_tcp_opts - keeps the options of a SYN, as far as they were captured. */
static __always_inline void rj_parse_tcp_opts(const struct rj_frame *f, __u32 off, __u32 opt_len,
					      struct rj_packet *p)
{
	for (__u32 i = 0; i < RJ_TCP_OPTIONS_LEN / 4; i++) {
		const struct rj_word *word;

		if (i * 4 >= opt_len)
			break;
		word = rj_at(f, off + i * 4, struct rj_word);
		if (!word)
			break;
		rj_copy(p->tcp_opts + i * 4, word, 4);
		p->tcp_opt_len = (__u8)(i * 4 + 4);
	}
}

/* rj_drop_rest - no header is read, and nothing behind it; it may go on in the next fragment. */
static __always_inline void rj_drop_rest(const struct rj_frame *f, struct rj_layers *l,
					 const struct rj_packet *p, __u32 header_len)
{
	if (rj_is_deep(f) && p->bits & RJ_PKT_FIRST_FRAG && l->l4_len < header_len)
		l->head_len = (__u16)l->l4_len;
	l->l4_len = 0;
}

/* rj_parse_tcp_rest - all of the TCP header but the ports, which are known to be there. */
static __always_inline void rj_parse_tcp_rest(const struct rj_frame *f, struct rj_layers *l,
					      struct rj_packet *p)
{
	const struct rj_tcp *tcp = rj_at(f, l->off, struct rj_tcp);
	__u32 start = l->off;
	__u32 header_len;

	if (!tcp) {
		p->bits |= RJ_PKT_BAD_L4;
		if (!rj_take(l, RJ_TCP_HEADER_LEN))
			rj_drop_rest(f, l, p, RJ_TCP_HEADER_LEN);
		return;
	}
	header_len = (tcp->offset >> 4) * 4u;
	p->tcp_flags = tcp->flags;
	p->tcp_seq = rj_be32(tcp->seq);
	p->tcp_ack = rj_be32(tcp->ack);
	p->tcp_window = rj_be16(tcp->window);
	if (header_len < RJ_TCP_HEADER_LEN || !rj_take(l, header_len)) {
		p->bits |= RJ_PKT_BAD_L4;
		/* what was captured behind a short packet is no header */
		if (header_len < RJ_TCP_HEADER_LEN)
			header_len = RJ_TCP_HEADER_LEN;
		rj_drop_rest(f, l, p, header_len);
		return;
	}
	p->bits |= RJ_PKT_TCP;
	if (p->tcp_flags & RJ_TCP_SYN || rj_keeps_headers(f))
		rj_parse_tcp_opts(f, start + RJ_TCP_HEADER_LEN, header_len - RJ_TCP_HEADER_LEN, p);
}

/* rj_parse_udp_rest - RFC 768: the length counts the header; 0 is a jumbogram's or an offload's. */
static __always_inline void rj_parse_udp_rest(const struct rj_frame *f, struct rj_layers *l,
					      struct rj_packet *p)
{
	const struct rj_udp *udp = rj_at(f, l->off, struct rj_udp);
	__u32 len = udp ? rj_be16(udp->len) : 0;
	int is_lying = len && (len < RJ_UDP_HEADER_LEN || len > l->l4_len);

	if (!udp || !rj_take(l, RJ_UDP_HEADER_LEN)) {
		p->bits |= RJ_PKT_BAD_L4;
		l->l4_len = l->l4_len > RJ_UDP_HEADER_LEN ? l->l4_len - RJ_UDP_HEADER_LEN : 0;
		return;
	}
	/* the first of several fragments says the length of the whole datagram */
	if (is_lying && !(p->bits & RJ_PKT_FIRST_FRAG))
		p->bits |= RJ_PKT_BAD_L4;
	if (len && !is_lying)
		l->l4_len = len - RJ_UDP_HEADER_LEN;
}

/* rj_parse_other_rest - SCTP (RFC 9260 3.1: 12 octets) and DCCP (RFC 4340 5.1: offset in words). */
static __always_inline void rj_parse_other_rest(const struct rj_frame *f, struct rj_layers *l,
						struct rj_packet *p)
{
	const struct rj_udp *head = rj_at(f, l->off, struct rj_udp);
	__u32 len = RJ_SCTP_HEADER_LEN;

	if (p->key.proto == RJ_IP_DCCP) /* the data offset is the fifth octet */
		len = head ? (rj_be16(head->len) >> 8) * 4u : RJ_SCTP_HEADER_LEN;
	if (len < RJ_SCTP_HEADER_LEN || !rj_take(l, len)) {
		p->bits |= RJ_PKT_BAD_L4;
		l->l4_len = 0;
	}
}

/* rj_icmp_query - the type of the query that an ICMPv4 message of @type belongs to, or 0. */
static __always_inline __u8 rj_icmp_query(__u8 type)
{
	switch (type) {
	case 0: /* echo reply, RFC 792 */
	case 8:
		return 8;
	case 13: /* timestamp and its reply */
	case 14:
		return 13;
	case 15: /* information request and its reply */
	case 16:
		return 15;
	case 17: /* address mask request and its reply, RFC 950 */
	case 18:
		return 17;
	default:
		return 0;
	}
}

/* rj_icmp6_query - likewise for ICMPv6 (RFC 4443 4, RFC 4861 4). */
static __always_inline __u8 rj_icmp6_query(__u8 type)
{
	switch (type) {
	case 128: /* echo request and its reply */
	case 129:
		return 128;
	case 133: /* router solicitation and advertisement */
	case 134:
		return 133;
	case 135: /* neighbour solicitation and advertisement */
	case 136:
		return 135;
	default:
		return 0;
	}
}

static __always_inline void rj_parse_icmp(const struct rj_frame *f, struct rj_layers *l,
					  struct rj_packet *p)
{
	const struct rj_icmp *icmp = rj_at(f, l->off, struct rj_icmp);
	__u8 query;
	__u16 ident;

	if (!icmp || !rj_take(l, RJ_ICMP_HEADER_LEN)) {
		p->bits |= RJ_PKT_BAD_L4;
		l->l4_len = l->l4_len > RJ_ICMP_HEADER_LEN ? l->l4_len - RJ_ICMP_HEADER_LEN : 0;
		return;
	}
	p->icmp_type = icmp->type;
	p->icmp_code = icmp->code;
	query = p->key.proto == RJ_IP_ICMP ? rj_icmp_query(icmp->type) : rj_icmp6_query(icmp->type);
	ident = query == 133 || query == 135 ? 0 : rj_be16(icmp->id);
	p->key.kind = query ? query : icmp->type;
	l->src_port = query ? ident : icmp->code;
	l->dst_port = l->src_port;
}

static __always_inline enum rj_reason rj_parse_l4(const struct rj_frame *f, struct rj_layers *l,
						  struct rj_packet *p)
{
	const struct rj_ports *ports;
	__u8 proto = p->key.proto;

	if (p->bits & RJ_PKT_LATER_FRAG)
		return RJ_REASON_FRAGMENT;
	if (proto != RJ_IP_TCP && proto != RJ_IP_UDP && proto != RJ_IP_SCTP &&
	    proto != RJ_IP_DCCP) {
		if (proto == (p->bits & RJ_PKT_IPV4 ? RJ_IP_ICMP : RJ_IP_ICMPV6))
			rj_parse_icmp(f, l, p);
		else
			l->inner = rj_tunnel_of_proto(proto);
		return RJ_REASON_NONE;
	}
	ports = rj_at(f, l->off, struct rj_ports);
	if (!ports || l->l4_len < sizeof(*ports))
		return RJ_REASON_L4_SHORT;
	l->src_port = rj_be16(ports->src);
	l->dst_port = rj_be16(ports->dst);
	if (proto == RJ_IP_TCP)
		rj_parse_tcp_rest(f, l, p);
	else if (proto == RJ_IP_UDP)
		rj_parse_udp_rest(f, l, p);
	else
		rj_parse_other_rest(f, l, p);
	if (proto == RJ_IP_UDP)
		l->inner = rj_tunnel_of_ports(l->src_port, l->dst_port);
	return RJ_REASON_NONE;
}

/* rj_order_ends - puts the two ends in the key's order and says which of them sent. */
static __always_inline void rj_order_ends(const struct rj_layers *l, struct rj_packet *p)
{
	int is_swapped = l->src_port > l->dst_port;
	__u32 ports;
	__u64 rest;

	if (l->src[0] != l->dst[0])
		is_swapped = l->src[0] > l->dst[0];
	else if (l->src[1] != l->dst[1])
		is_swapped = l->src[1] > l->dst[1];
	else if (l->src_port == l->dst_port)
		p->bits |= RJ_PKT_SAME_ENDS;
	if (is_swapped) {
		rj_copy(p->key.addr[0], l->dst, 16);
		rj_copy(p->key.addr[1], l->src, 16);
		ports = rj_join16(l->dst_port, l->src_port);
	} else {
		rj_copy(p->key.addr[0], l->src, 16);
		rj_copy(p->key.addr[1], l->dst, 16);
		ports = rj_join16(l->src_port, l->dst_port);
	}
	p->side = (__u8)is_swapped;
	rest = rj_join32(ports, rj_join16(rj_join8(p->key.proto, p->key.kind),
					  rj_join8(p->key.version, 0)));
	rj_copy(p->key.port, &rest, sizeof(rest));
}

/*
 * rj_parse_layer - what stands at l->off, of type l->type, down to one transport: a packet in *@p,
 * whose VLANs and tunnels are added to. Its result is that of rj_parse_network.
 */
static __always_inline enum rj_reason rj_parse_layer(const struct rj_frame *f, struct rj_layers *l,
						     struct rj_packet *p)
{
	enum rj_reason reason;

	if (l->type != RJ_ETH_IPV4 && l->type != RJ_ETH_IPV6) {
		reason = rj_parse_link(f, l, p);
		if (reason)
			return reason;
	}
	rj_forget();
	if (rj_keeps_headers(f))
		p->ip_off = (__u16)l->off;
	if (l->type == RJ_ETH_IPV4)
		reason = rj_parse_ipv4(f, l, p);
	else
		reason = rj_parse_ipv6(f, l, p);
	if (reason)
		return reason;
	rj_forget();
	reason = rj_parse_ext(f, l, p);
	if (reason)
		return reason;
	rj_forget();
	reason = rj_parse_l4(f, l, p);
	if (reason && reason != RJ_REASON_FRAGMENT)
		return reason;
	rj_forget();
	rj_order_ends(l, p);
	p->payload_len = l->l4_len;
	p->payload_off = (__u16)l->off;
	if (p->bits & RJ_PKT_FIRST_FRAG)
		p->frag_off = (__u16)(l->off - l->frag_start);
	p->num_segments = 1;
	return reason;
}

/* rj_keep_tunnel - the tunnel that was just opened, as the next; false: there are too many. */
static __always_inline int rj_keep_tunnel(const struct rj_frame *f, struct rj_layers *l,
					  const struct rj_tunnel *t)
{
	/* constant indices: the verifier of 5.10 refuses what it cannot bound */
	switch (l->tunnels.num) {
	case 0:
		l->tunnels.at[0] = *t;
		break;
	case 1:
		l->tunnels.at[1] = *t;
		break;
	case 2:
		l->tunnels.at[2] = *t;
		break;
	case 3:
		l->tunnels.at[3] = *t;
		break;
	default:
		if (!rj_is_deep(f) || l->tunnels.num == RJ_MAX_DEEP_TUNNELS)
			return 0;
		break;
	}
	l->tunnels.num++;
	return 1;
}

/*
 * rj_parse_inner - the packet in the tunnel that @p may be; @p stays as it is where it is none, or
 * what is in it is not IP that can be read: so nothing is lost of traffic that only looks like it.
 */
static __always_inline enum rj_reason rj_parse_inner_here(const struct rj_frame *f,
							  struct rj_layers *l, struct rj_packet *p)
{
	struct rj_tunnel t;
	enum rj_reason reason;

	if (!rj_tunnel_open(f, l, p->key.proto, &t)) {
		l->inner = RJ_TUNNEL_NONE;
		/* or its header is not directly readable: then once more when it is */
		l->is_short = 1;
		return RJ_REASON_NONE;
	}
	rj_copy(t.src, l->src, 16);
	rj_copy(t.dst, l->dst, 16);
	t.version = p->key.version;
	l->inner = RJ_TUNNEL_NONE;
	l->outer = *p;
	rj_zero(p, sizeof(*p));
	rj_copy(p->vlan, l->outer.vlan, sizeof(p->vlan));
	p->num_vlans = l->outer.num_vlans;
	p->num_tunnels = l->outer.num_tunnels;
	l->src_port = 0;
	l->dst_port = 0;
	reason = rj_parse_layer(f, l, p);
	if (reason && reason != RJ_REASON_FRAGMENT) {
		*p = l->outer;
		l->inner = RJ_TUNNEL_NONE;
		l->is_short = reason == RJ_REASON_LINK_TRUNCATED ||
			      reason == RJ_REASON_IP_TRUNCATED || reason == RJ_REASON_L4_SHORT;
		return RJ_REASON_NONE;
	}
	if (!rj_keep_tunnel(f, l, &t))
		return RJ_REASON_TUNNEL_DEPTH;
	p->num_tunnels++;
	return reason;
}

RJ_OUT_OF_LINE(rj_parse_inner)

/* rj_parse_tunnels - opens the tunnels that @p, an outer packet, may be, one after the other. */
static __always_inline enum rj_reason rj_parse_tunnels(const struct rj_frame *f,
						       struct rj_layers *l, struct rj_packet *p)
{
	enum rj_reason reason = RJ_REASON_NONE;

	l->tunnels.num = 0;
	for (__u32 i = 0; i <= RJ_MAX_TUNNELS || rj_is_deep(f); i++) {
		rj_forget();
		/* of a datagram in fragments the first alone has the header: it stays whole */
		if (reason || !l->inner || p->bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_BAD_L4))
			break;
		reason = rj_parse_inner(f, l, p);
	}
	l->tunnels.side = p->side;
	return reason;
}

/*
 * rj_parse_network - reads what stands from byte @off of the frame on, behind
 * the link header, whose type field is @type (an EtherType, host order).
 * Fills *@p but for its time and segments, and l->tunnels where p->num_tunnels is not zero; the
 * rest of *@l is scratch space. RJ_REASON_NONE: @p is a packet of a flow. RJ_REASON_FRAGMENT: @p is
 * a later fragment, whose key has no ports yet. Else the reason why the frame is set aside, and @p
 * is of no use.
 */
static __always_inline enum rj_reason rj_parse_network(const struct rj_frame *f, __u32 off,
						       __u16 type, struct rj_layers *l,
						       struct rj_packet *p)
{
	enum rj_reason reason;

	rj_zero(l, __builtin_offsetof(struct rj_layers, tunnels));
	rj_zero(p, sizeof(*p));
	l->off = off;
	l->type = type;
	if (f->outer_tci & RJ_TCI_PRESENT)
		rj_add_vlan(f, p, (__u16)f->outer_tci);
	rj_forget();
	reason = rj_parse_layer(f, l, p);
	if (!reason && l->inner && !f->is_closed)
		reason = rj_parse_tunnels(f, l, p);
	return reason;
}

/*
 * rj_is_bare - whether IP stands where the Ethernet header should. Where another program is
 * attached by generic XDP, kernels from 6.9 on copy some packets for it and forget how long that
 * header is, so that TC is handed what comes behind it: then the type that the kernel knows is
 * another than the one that is read, and IP's.
 */
static __always_inline int rj_is_bare(const struct rj_frame *f)
{
	const struct rj_ipv4 *ip = rj_at(f, 0, struct rj_ipv4);
	const struct rj_ipv6 *ip6;

	if (f->type == RJ_ETH_IPV4)
		return ip && ip->version_ihl >> 4 == 4 && rj_be16(ip->total_len) <= f->wire_len;
	ip6 = rj_at(f, 0, struct rj_ipv6);
	return f->type == RJ_ETH_IPV6 && ip6 && rj_be32(ip6->version_class_label) >> 28 == 6 &&
	       RJ_IPV6_HEADER_LEN + rj_be16(ip6->payload_len) <= f->wire_len;
}

/* rj_parse_ethernet - rj_parse_network of a frame that starts with an Ethernet header. */
static __always_inline enum rj_reason rj_parse_ethernet(const struct rj_frame *f,
							struct rj_layers *l, struct rj_packet *p)
{
	const struct rj_eth *eth = rj_at(f, 0, struct rj_eth);
	__u32 off = (__u32)sizeof(*eth);
	__u16 type;

	p->bits = 0;
	if (!eth)
		return RJ_REASON_LINK_TRUNCATED;
	type = rj_be16(eth->type);
	if (f->type && f->type != type && rj_is_bare(f)) {
		off = 0;
		type = f->type;
	}
	return rj_parse_network(f, off, type, l, p);
}

/* rj_go_one_way - makes the parsed packet @p one of a flow of its direction alone. */
static __always_inline void rj_go_one_way(struct rj_packet *p)
{
	p->key.direction = (__u8)(1 + p->side);
}

/*
 * rj_unfold - makes of a super-packet (segmentation or receive offload) what
 * is on the wire: segments of @len payload bytes, the last shorter, each with
 * headers of its own. How many is not asked of the kernel: virtio leaves that
 * out (SKB_GSO_DODGY), and it follows from the lengths.
 */
static __always_inline void rj_unfold(struct rj_packet *p, __u32 len)
{
	__u32 header_len = p->ip_len - p->payload_len;
	__u32 num;

	if (!len || len > 0xffff || p->payload_len <= len)
		return;
	num = (p->payload_len - 1) / len + 1;
	if (num > 0xffff)
		return;
	p->num_segments = (__u16)num;
	p->segment_len = (__u16)len;
	p->ip_len = p->payload_len + num * header_len;
}

#endif
