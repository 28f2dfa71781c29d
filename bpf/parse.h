/* SPDX-License-Identifier: BSD-3-Clause */
/* From a frame to a packet: VLAN tags, IP, extension headers, fragments, transport. [both] */
#ifndef RJ_BPF_PARSE_H
#define RJ_BPF_PARSE_H

#include "bpf/abi.h"
#include "bpf/wire.h"

#define RJ_IPV4_HEADER_LEN 20u
#define RJ_IPV6_HEADER_LEN 40u
#define RJ_TCP_HEADER_LEN 20u
#define RJ_UDP_HEADER_LEN 8u
#define RJ_SCTP_HEADER_LEN 12u
#define RJ_ICMP_HEADER_LEN 8u

/* The largest IPv6 packet whose length its header can tell (RFC 8200 3). */
#define RJ_IPV6_MAX_LEN (RJ_IPV6_HEADER_LEN + 0xffffu)

/*
 * struct rj_layers - where a frame has been read to; scratch space of this file.
 * @off: next byte
 * @l4_len: bytes from there to the end of the datagram by the IP length
 * @type: EtherType of what is there
 * @frag_start: where a fragment's bytes of its datagram begin
 * @src, @dst, @src_port, @dst_port: as sent, before they are put in order
 */
struct rj_layers {
	__u32 off;
	__u32 l4_len;
	__u32 frag_start;
	__u32 zero2;
	__u64 src[2];
	__u64 dst[2];
	__u16 src_port;
	__u16 dst_port;
	__u16 type;
	__u16 zero;
};

static __always_inline __u32 rj_frame_left(const struct rj_frame *f, __u32 off)
{
	return f->wire_len > off ? f->wire_len - off : 0;
}

/* rj_add_vlan - keeps a tag's VLAN identifier; false where there is no room. */
static __always_inline int rj_add_vlan(struct rj_packet *p, __u16 tci)
{
	__u16 vid = tci & 0xfffu;

	/* constant indices: the verifier of 5.10 refuses variable stack writes */
	switch (p->num_vlans) {
	case 0:
		p->vlan[0] = vid;
		break;
	case 1:
		p->vlan[1] = vid;
		break;
	case 2:
		p->vlan[2] = vid;
		break;
	case 3:
		p->vlan[3] = vid;
		break;
	default:
		return 0;
	}
	p->num_vlans++;
	return 1;
}

static __always_inline int rj_is_vlan_type(__u16 type)
{
	return type == RJ_ETH_VLAN || type == RJ_ETH_QINQ || type == RJ_ETH_QINQ_OLD;
}

/* rj_parse_vlans - passes over VLAN tags; the type becomes that behind them. */
static __always_inline enum rj_reason rj_parse_vlans(const struct rj_frame *f, struct rj_layers *l,
						     struct rj_packet *p)
{
	if (f->outer_tci & RJ_TCI_PRESENT)
		rj_add_vlan(p, (__u16)f->outer_tci);
	for (__u32 i = 0; i <= RJ_MAX_VLANS; i++) {
		const struct rj_vlan *tag;

		if (!rj_is_vlan_type(l->type))
			return RJ_REASON_NONE;
		tag = rj_at(f, l->off, struct rj_vlan);
		if (!tag)
			return RJ_REASON_LINK_TRUNCATED;
		if (!rj_add_vlan(p, rj_be16(tag->tci)))
			return RJ_REASON_VLAN_DEPTH;
		l->type = rj_be16(tag->type);
		l->off += (__u32)sizeof(*tag);
	}
	return RJ_REASON_VLAN_DEPTH;
}

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

/* rj_take - moves over @len bytes of the datagram; false when it is shorter by its IP length. */
static __always_inline int rj_take(struct rj_layers *l, __u32 len)
{
	if (len > l->l4_len)
		return 0;
	l->off += len;
	l->l4_len -= len;
	return 1;
}

/*
 * rj_parse_ext - passes over IPv6 extension headers and AH (RFC 4302), so that
 * @p->key.proto is the transport's. Stops at a later fragment.
 */
static __always_inline enum rj_reason rj_parse_ext(const struct rj_frame *f, struct rj_layers *l,
						   struct rj_packet *p)
{
	for (__u32 i = 0; i <= RJ_MAX_EXT_HEADERS; i++) {
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
	rj_copy((__u8 *)&l->src[1] + 4, &ip->src, 4);
	rj_copy((__u8 *)&l->dst[1] + 4, &ip->dst, 4);
	rj_copy((__u8 *)&l->src[1], "\0\0\xff\xff", 4);
	rj_copy((__u8 *)&l->dst[1], "\0\0\xff\xff", 4);
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

	if (!ip)
		return RJ_REASON_IP_TRUNCATED;
	if (rj_be32(ip->version_class_label) >> 28 != 6)
		return RJ_REASON_IP_MALFORMED;
	p->ip_len = RJ_IPV6_HEADER_LEN + rj_be16(ip->payload_len);
	/* jumbogram (RFC 2675) or segmentation offload: more than the field can say */
	if (p->ip_len == RJ_IPV6_HEADER_LEN && left > RJ_IPV6_MAX_LEN)
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
			l->l4_len = 0;
		return;
	}
	header_len = (tcp->offset >> 4) * 4u;
	p->tcp_flags = tcp->flags;
	p->tcp_seq = rj_be32(tcp->seq);
	p->tcp_ack = rj_be32(tcp->ack);
	p->tcp_window = rj_be16(tcp->window);
	if (header_len < RJ_TCP_HEADER_LEN || !rj_take(l, header_len)) {
		p->bits |= RJ_PKT_BAD_L4;
		l->l4_len = 0;
		return;
	}
	p->bits |= RJ_PKT_TCP;
	if (p->tcp_flags & RJ_TCP_SYN)
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
	if (proto == (p->bits & RJ_PKT_IPV4 ? RJ_IP_ICMP : RJ_IP_ICMPV6)) {
		rj_parse_icmp(f, l, p);
		return RJ_REASON_NONE;
	}
	if (proto != RJ_IP_TCP && proto != RJ_IP_UDP && proto != RJ_IP_SCTP && proto != RJ_IP_DCCP)
		return RJ_REASON_NONE;
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
	return RJ_REASON_NONE;
}

/* rj_order_ends - puts the two ends in the key's order and says which of them sent. */
static __always_inline void rj_order_ends(const struct rj_layers *l, struct rj_packet *p)
{
	int is_swapped = l->src_port > l->dst_port;

	if (l->src[0] != l->dst[0])
		is_swapped = l->src[0] > l->dst[0];
	else if (l->src[1] != l->dst[1])
		is_swapped = l->src[1] > l->dst[1];
	else if (l->src_port == l->dst_port)
		p->bits |= RJ_PKT_SAME_ENDS;
	if (is_swapped) {
		rj_copy(p->key.addr[0], l->dst, 16);
		rj_copy(p->key.addr[1], l->src, 16);
		p->key.port[0] = l->dst_port;
		p->key.port[1] = l->src_port;
		p->side = 1;
		return;
	}
	rj_copy(p->key.addr[0], l->src, 16);
	rj_copy(p->key.addr[1], l->dst, 16);
	p->key.port[0] = l->src_port;
	p->key.port[1] = l->dst_port;
	p->side = 0;
}

/*
 * rj_parse_network - reads what stands from byte @off of the frame on, behind
 * the link header, whose type field is @type (an EtherType, host order).
 * Fills *@p but for its time and segments; *@l is scratch space. RJ_REASON_NONE:
 * @p is a packet of a flow. RJ_REASON_FRAGMENT: @p is a later fragment, whose
 * key has no ports yet. Else the reason why the frame is set aside, and @p is
 * of no use.
 */
static __always_inline enum rj_reason rj_parse_network(const struct rj_frame *f, __u32 off,
						       __u16 type, struct rj_layers *l,
						       struct rj_packet *p)
{
	enum rj_reason reason;

	rj_zero(l, sizeof(*l));
	rj_zero(p, sizeof(*p));
	l->off = off;
	l->type = type;
	reason = rj_parse_vlans(f, l, p);
	if (reason)
		return reason;
	rj_forget();
	if (l->type == RJ_ETH_IPV4)
		reason = rj_parse_ipv4(f, l, p);
	else if (l->type == RJ_ETH_IPV6)
		reason = rj_parse_ipv6(f, l, p);
	else
		return RJ_REASON_NOT_IP;
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

/* rj_parse_ethernet - rj_parse_network of a frame that starts with an Ethernet header. */
static __always_inline enum rj_reason rj_parse_ethernet(const struct rj_frame *f,
							struct rj_layers *l, struct rj_packet *p)
{
	const struct rj_eth *eth = rj_at(f, 0, struct rj_eth);

	p->bits = 0;
	if (!eth)
		return RJ_REASON_LINK_TRUNCATED;
	return rj_parse_network(f, (__u32)sizeof(*eth), rj_be16(eth->type), l, p);
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
