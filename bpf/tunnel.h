/* SPDX-License-Identifier: BSD-3-Clause */
/* Tunnels: which a packet may be, and whether it is one. [both] */
#ifndef RJ_BPF_TUNNEL_H
#define RJ_BPF_TUNNEL_H

#include "bpf/abi.h"
#include "bpf/layers.h"
#include "bpf/link.h"
#include "bpf/wire.h"

/* Extension headers of GTP-U passed over. Ours; TS 29.281 5.2 knows of few. */
#define RJ_MAX_GTPU_EXT 4u

/* rj_tunnel_of_proto - what an IP protocol other than TCP, UDP, SCTP and DCCP may carry. */
static __always_inline __u8 rj_tunnel_of_proto(__u8 proto)
{
	switch (proto) {
	case RJ_IP_IPIP:
		return RJ_TUNNEL_IP4;
	case RJ_IP_IPV6:
		return RJ_TUNNEL_IP6;
	case RJ_IP_GRE:
		return RJ_TUNNEL_GRE;
	case RJ_IP_ETHERIP:
		return RJ_TUNNEL_ETHERIP;
	case RJ_IP_MPLS:
		return RJ_TUNNEL_MPLS;
	case RJ_IP_L2TP:
		return RJ_TUNNEL_L2TP;
	default:
		return RJ_TUNNEL_NONE;
	}
}

/* rj_tunnel_of_ports - what a datagram may be; the content decides (rj_tunnel_open). */
static __always_inline __u8 rj_tunnel_of_ports(__u16 src, __u16 dst)
{
	switch (dst) {
	case RJ_PORT_VXLAN:
	case RJ_PORT_VXLAN_OLD:
		return RJ_TUNNEL_VXLAN;
	case RJ_PORT_GENEVE:
		return RJ_TUNNEL_GENEVE;
	case RJ_PORT_GTPU:
		return RJ_TUNNEL_GTPU;
	case RJ_PORT_TEREDO:
		return RJ_TUNNEL_TEREDO;
	case RJ_PORT_L2TP:
		return RJ_TUNNEL_L2TP;
	case RJ_PORT_VXLAN_GPE:
		return RJ_TUNNEL_VXLAN_GPE;
	case RJ_PORT_MPLS:
		return RJ_TUNNEL_MPLS;
	default:
		break;
	}
	if (src == RJ_PORT_GTPU)
		return RJ_TUNNEL_GTPU;
	if (src == RJ_PORT_L2TP)
		return RJ_TUNNEL_L2TP;
	return src == RJ_PORT_TEREDO ? RJ_TUNNEL_TEREDO : RJ_TUNNEL_NONE;
}

/* rj_pass - rj_take, after which l->off is read anew: clang would else bound a copy of it. */
static __always_inline int rj_pass(struct rj_layers *l, __u32 len)
{
	int is_there = rj_take(l, len);

	rj_forget();
	return is_there;
}

static __always_inline void rj_tunnel_id(struct rj_tunnel *t, __u32 id)
{
	t->id = id;
	t->has_id = 1;
}

/* The rj_open_* read a tunnel's header at l->off: true with l->off behind it and l->type set. */

/* rj_open_erspan - the session is the last ten bits of the first word; then an Ethernet frame. */
static __always_inline int rj_open_erspan(const struct rj_frame *f, struct rj_layers *l,
					  struct rj_tunnel *t, int has_seq)
{
	const struct rj_word *head;
	const struct rj_byte *flags;
	__u32 len = 8;

	t->type = RJ_TUNNEL_ERSPAN;
	t->has_id = 0;
	t->id = 0;
	if (l->type == RJ_ETH_ERSPAN2 && !has_seq) { /* version I has no header */
		l->type = RJ_ETH_TEB;
		return 1;
	}
	head = rj_at(f, l->off, struct rj_word);
	if (!head)
		return 0;
	rj_tunnel_id(t, rj_be32(head->value) & 0x3ff);
	if (l->type == RJ_ETH_ERSPAN3) {
		len = 12;
		flags = rj_at(f, l->off + 11, struct rj_byte);
		if (!flags)
			return 0;
		if (flags->value & 1) /* a platform's own subheader */
			len += 8;
	}
	l->type = RJ_ETH_TEB;
	return rj_pass(l, len);
}

/* rj_open_wccp - IPv4, before which version 2 has four octets that begin with zeros. */
static __always_inline int rj_open_wccp(const struct rj_frame *f, struct rj_layers *l)
{
	const struct rj_byte *first = rj_at(f, l->off, struct rj_byte);

	if (!first)
		return 0;
	l->type = RJ_ETH_IPV4;
	return first->value >> 4 == 4 || rj_pass(l, 4);
}

#define RJ_GRE_CHECKSUM 0x8000u
#define RJ_GRE_ROUTING 0x4000u
#define RJ_GRE_KEY 0x2000u
#define RJ_GRE_SEQ 0x1000u
#define RJ_GRE_ACK 0x0080u
#define RJ_GRE_VERSION 0x0007u

/* rj_open_gre - RFC 2784 2, RFC 2890 2; version 1: RFC 2637 4.1. Routing is obsolete, not read. */
static __always_inline int rj_open_gre(const struct rj_frame *f, struct rj_layers *l,
				       struct rj_tunnel *t)
{
	const struct rj_ports *gre = rj_at(f, l->off, struct rj_ports);
	const struct rj_word *key;
	__u32 flags, version;

	if (!gre)
		return 0;
	flags = rj_be16(gre->src);
	l->type = rj_be16(gre->dst);
	version = flags & RJ_GRE_VERSION;
	if (version > 1 || flags & RJ_GRE_ROUTING || (version == 1 && l->type != RJ_ETH_PPP))
		return 0;
	if (!rj_pass(l, flags & RJ_GRE_CHECKSUM ? 8 : 4))
		return 0;
	if (flags & RJ_GRE_KEY) {
		key = rj_at(f, l->off, struct rj_word);
		if (!key || !rj_pass(l, 4))
			return 0;
		/* of PPTP's key the upper half is the length */
		rj_tunnel_id(t, rj_be32(key->value) & (version ? 0xffff : 0xffffffff));
	}
	if (flags & RJ_GRE_SEQ && !rj_pass(l, 4))
		return 0;
	if (version && flags & RJ_GRE_ACK && !rj_pass(l, 4))
		return 0;
	if (l->type == RJ_ETH_WCCP)
		return rj_open_wccp(f, l);
	if (l->type == RJ_ETH_ERSPAN2 || l->type == RJ_ETH_ERSPAN3)
		return rj_open_erspan(f, l, t, !!(flags & RJ_GRE_SEQ));
	return 1;
}

/* rj_open_etherip - RFC 3378 3: version 3, the rest of two octets zero. */
static __always_inline int rj_open_etherip(const struct rj_frame *f, struct rj_layers *l)
{
	const struct rj_ports *head = rj_at(f, l->off, struct rj_ports);

	if (!head || rj_be16(head->src) != 0x3000)
		return 0;
	l->type = RJ_ETH_TEB;
	return rj_pass(l, 2);
}

/* rj_open_vxlan - RFC 7348 5: of the flags I alone, or with the G of group policies. */
static __always_inline int rj_open_vxlan(struct rj_layers *l, struct rj_tunnel *t, __u32 first,
					 __u32 second)
{
	if (first != 0x08000000 && (first & 0xffb70000) != 0x88000000)
		return 0;
	if (second & 0xff)
		return 0;
	rj_tunnel_id(t, second >> 8);
	l->type = RJ_ETH_TEB;
	return rj_pass(l, 8);
}

/*
 * rj_open_vxlan_gpe - draft-ietf-nvo3-vxlan-gpe 3.1: version 0, no OAM, I; what is in it where P
 * says so, else an Ethernet frame.
 */
static __always_inline int rj_open_vxlan_gpe(struct rj_layers *l, struct rj_tunnel *t, __u32 first,
					     __u32 second)
{
	if ((first & 0xf9ffff00) != 0x08000000 || second & 0xff)
		return 0;
	l->type = first & 0x04000000 ? rj_type_of_next(first & 0xff) : RJ_ETH_TEB;
	rj_tunnel_id(t, second >> 8);
	return l->type && rj_pass(l, 8);
}

/* rj_open_geneve - RFC 8926 3.4: version 0, options in words, reserved bits zero. */
static __always_inline int rj_open_geneve(struct rj_layers *l, struct rj_tunnel *t, __u32 first,
					  __u32 second)
{
	if (first & 0xc03f0000 || second & 0xff)
		return 0;
	l->type = (__u16)first;
	rj_tunnel_id(t, second >> 8);
	return rj_pass(l, 8 + (first >> 24) * 4);
}

/* rj_has_ip - the IP packet at l->off, whose type is set, where it fits in what is left. */
static __always_inline int rj_has_ip(const struct rj_frame *f, struct rj_layers *l)
{
	const struct rj_words *head = rj_at(f, l->off, struct rj_words);
	__u32 first, second;

	if (!head)
		return 0;
	first = rj_be32(head->first);
	second = rj_be32(head->second);
	l->type = first >> 28 == 4 ? RJ_ETH_IPV4 : RJ_ETH_IPV6;
	if (first >> 28 == 4)
		return (first & 0xffff) <= l->l4_len;
	return first >> 28 == 6 && (second >> 16) + RJ_IPV6_HEADER_LEN <= l->l4_len;
}

/* rj_open_gtpu - TS 29.281 5.1: version 1, a G-PDU; with any of E, S and PN four octets more. */
static __always_inline int rj_open_gtpu(const struct rj_frame *f, struct rj_layers *l,
					struct rj_tunnel *t, __u32 first, __u32 second)
{
	__u32 next = 0;

	if (first >> 29 != 1 || !(first & 0x10000000) || (first >> 16 & 0xff) != 0xff)
		return 0;
	if ((first & 0xffff) + 8 > l->l4_len)
		return 0;
	rj_tunnel_id(t, second);
	if (!rj_pass(l, 8))
		return 0;
	if (first & 0x07000000) {
		const struct rj_word *more = rj_at(f, l->off, struct rj_word);

		if (!more || !rj_pass(l, 4))
			return 0;
		if (first & 0x04000000)
			next = rj_be32(more->value) & 0xff;
	}
	for (__u32 i = 0; (i < RJ_MAX_GTPU_EXT || rj_is_deep(f)) && next; i++) {
		const struct rj_byte *len = rj_at(f, l->off, struct rj_byte);
		__u32 num = len ? len->value * 4u : 0;
		const struct rj_byte *type;

		if (!num || !rj_pass(l, num))
			return 0;
		type = rj_at(f, l->off - 1, struct rj_byte);
		if (!type)
			return 0;
		next = type->value;
	}
	return !next && rj_has_ip(f, l);
}

/* rj_open_teredo - RFC 4380 5.1.1: authentication, then origin indication, both optional. */
static __always_inline int rj_open_teredo(const struct rj_frame *f, struct rj_layers *l,
					  __u32 first)
{
	if (first >> 16 == 1) {
		const struct rj_word *next;

		if (!rj_pass(l, 13 + (first >> 8 & 0xff) + (first & 0xff)))
			return 0;
		next = rj_at(f, l->off, struct rj_word);
		if (!next)
			return 0;
		first = rj_be32(next->value);
	}
	if (!(first >> 16) && !rj_pass(l, 8))
		return 0;
	return rj_has_ip(f, l) && l->type == RJ_ETH_IPV6;
}

#define RJ_L2TP_CONTROL 0x8000u
#define RJ_L2TP_LENGTH 0x4000u
#define RJ_L2TP_SEQ 0x0800u
#define RJ_L2TP_OFFSET 0x0200u
#define RJ_L2TP_ZEROS 0x34f0u

/* rj_open_l2tp2 - RFC 2661 3.1: flags and version, what the flags say there is, then PPP. */
static __always_inline int rj_open_l2tp2(const struct rj_frame *f, struct rj_layers *l,
					 struct rj_tunnel *t, __u32 first, __u32 second)
{
	const struct rj_ports *offset;
	__u32 flags = first >> 16;
	__u32 len = 6;

	if (flags & (RJ_L2TP_CONTROL | RJ_L2TP_ZEROS))
		return 0;
	rj_tunnel_id(t, flags & RJ_L2TP_LENGTH ? second : first << 16 | second >> 16);
	if (flags & RJ_L2TP_LENGTH) {
		if ((first & 0xffff) > l->l4_len)
			return 0;
		len += 2;
	}
	if (flags & RJ_L2TP_SEQ)
		len += 4;
	if (flags & RJ_L2TP_OFFSET) {
		len += 2;
		offset = rj_at(f, l->off + len - 4, struct rj_ports);
		if (!offset)
			return 0;
		len += rj_be16(offset->dst);
	}
	l->type = RJ_ETH_PPP;
	return rj_pass(l, len);
}

/* rj_has_packet - whether at @off stands an Ethernet frame, and in it what its type says. */
static __always_inline int rj_has_packet(const struct rj_frame *f, __u32 off)
{
	const struct rj_eth_start *eth = rj_at(f, off, struct rj_eth_start);
	__u16 type, version;

	if (!eth)
		return 0;
	type = rj_be16(eth->type);
	version = rj_be16(eth->start) >> 12;
	if (type == RJ_ETH_IPV4 || type == RJ_ETH_IPV6)
		return version == (type == RJ_ETH_IPV4 ? 4 : 6);
	return rj_is_known_type(type);
}

/* PPP's address and control, and IPv4 or IPv6 */
#define RJ_PPP_IPV4 0xff030021u
#define RJ_PPP_IPV6 0xff030057u
/* Cookie of at most eight octets and a sublayer of four: RFC 3931 4.1, 4.6 */
#define RJ_L2TP_MAX_WORDS 3u

/*
 * rj_open_session - RFC 3931 4.1: behind the session's number a cookie and a sublayer, as both ends
 * have agreed, and of a kind they have agreed on: what reads as a frame or a packet is one.
 */
static __always_inline int rj_open_session(const struct rj_frame *f, struct rj_layers *l,
					   struct rj_tunnel *t, __u32 session)
{
	rj_tunnel_id(t, session);
	for (__u32 i = 0; i <= RJ_L2TP_MAX_WORDS; i++) {
		const struct rj_word *word;
		__u32 off = l->off + i * 4;

		rj_forget();
		word = rj_at(f, off, struct rj_word);
		if (!word)
			return 0;
		l->type = RJ_ETH_TEB;
		if (rj_has_packet(f, off))
			return rj_pass(l, i * 4);
		l->type = RJ_ETH_PPP;
		if (rj_be32(word->value) == RJ_PPP_IPV4 || rj_be32(word->value) == RJ_PPP_IPV6)
			return rj_pass(l, i * 4);
	}
	return 0;
}

/* rj_open_l2tp - in UDP either version, else version 3, whose session 0 is its control messages. */
static __always_inline int rj_open_l2tp(const struct rj_frame *f, struct rj_layers *l,
					struct rj_tunnel *t, int is_udp)
{
	const struct rj_words *head = rj_at(f, l->off, struct rj_words);
	__u32 first, second;

	if (!head)
		return 0;
	first = rj_be32(head->first);
	second = rj_be32(head->second);
	if (!is_udp)
		return first && rj_pass(l, 4) && rj_open_session(f, l, t, first);
	if ((first >> 16 & 0xf) == 2)
		return rj_open_l2tp2(f, l, t, first, second);
	return first == 0x00030000 && second && rj_pass(l, 8) && rj_open_session(f, l, t, second);
}

/* rj_open_datagram - the tunnels in UDP, which all have eight octets at the least. */
static __always_inline int rj_open_datagram(const struct rj_frame *f, struct rj_layers *l,
					    struct rj_tunnel *t)
{
	const struct rj_words *head = rj_at(f, l->off, struct rj_words);
	__u32 first, second;

	if (!head)
		return 0;
	first = rj_be32(head->first);
	second = rj_be32(head->second);
	switch (l->inner) {
	case RJ_TUNNEL_VXLAN:
		return rj_open_vxlan(l, t, first, second);
	case RJ_TUNNEL_VXLAN_GPE:
		return rj_open_vxlan_gpe(l, t, first, second);
	case RJ_TUNNEL_GENEVE:
		return rj_open_geneve(l, t, first, second);
	case RJ_TUNNEL_GTPU:
		return rj_open_gtpu(f, l, t, first, second);
	default:
		return rj_open_teredo(f, l, first);
	}
}

/*
 * rj_tunnel_open - whether what is at l->off, in @proto, is the tunnel that l->inner says: then
 * l->off is behind its header, l->type what is there, and *@t describes it but for the addresses.
 */
static __always_inline int rj_tunnel_open(const struct rj_frame *f, struct rj_layers *l, __u8 proto,
					  struct rj_tunnel *t)
{
	rj_zero(t, sizeof(*t));
	t->type = l->inner;
	switch (l->inner) {
	case RJ_TUNNEL_IP4:
		l->type = RJ_ETH_IPV4;
		return 1;
	case RJ_TUNNEL_IP6:
		l->type = RJ_ETH_IPV6;
		return 1;
	case RJ_TUNNEL_GRE:
		return rj_open_gre(f, l, t);
	case RJ_TUNNEL_ETHERIP:
		return rj_open_etherip(f, l);
	case RJ_TUNNEL_MPLS:
		l->type = RJ_ETH_MPLS;
		return 1;
	case RJ_TUNNEL_L2TP:
		return rj_open_l2tp(f, l, t, proto == RJ_IP_UDP);
	default:
		return rj_open_datagram(f, l, t);
	}
}

#endif
