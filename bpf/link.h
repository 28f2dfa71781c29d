/* SPDX-License-Identifier: BSD-3-Clause */
/* What may stand between Ethernet and IP: tags, labels, PPP, LLC, frames in frames. [both] */
#ifndef RJ_BPF_LINK_H
#define RJ_BPF_LINK_H

#include "bpf/abi.h"
#include "bpf/layers.h"
#include "bpf/wire.h"

/* Each rj_link_* passes over one header at l->off; the type becomes that behind it. */

static __always_inline int rj_is_vlan_type(__u16 type)
{
	return type == RJ_ETH_VLAN || type == RJ_ETH_QINQ || type == RJ_ETH_QINQ_OLD;
}

static __always_inline int rj_is_mpls_type(__u16 type)
{
	return type == RJ_ETH_MPLS || type == RJ_ETH_MPLS_UP;
}

static __always_inline enum rj_reason rj_link_vlan(const struct rj_frame *f, struct rj_layers *l,
						   struct rj_packet *p)
{
	const struct rj_vlan *tag = rj_at(f, l->off, struct rj_vlan);

	if (!tag)
		return RJ_REASON_LINK_TRUNCATED;
	if (!rj_add_vlan(f, p, rj_be16(tag->tci)))
		return RJ_REASON_VLAN_DEPTH;
	l->type = rj_be16(tag->type);
	l->off += (__u32)sizeof(*tag);
	return RJ_REASON_NONE;
}

/* rj_link_skip - @len bytes, of which the last two are the type of what follows. */
static __always_inline enum rj_reason rj_link_skip(const struct rj_frame *f, struct rj_layers *l,
						   __u32 len)
{
	const struct rj_ports *end = rj_at(f, l->off + len - 4, struct rj_ports);

	if (!end)
		return RJ_REASON_LINK_TRUNCATED;
	l->type = rj_be16(end->dst);
	l->off += len;
	return RJ_REASON_NONE;
}

/* rj_is_known_type - whether a frame of this type is likelier than two bytes by chance. */
static __always_inline int rj_is_known_type(__u16 type)
{
	return type == RJ_ETH_IPV4 || type == RJ_ETH_IPV6 || type == RJ_ETH_ARP ||
	       type == RJ_ETH_PPPOE || rj_is_vlan_type(type) || rj_is_mpls_type(type);
}

/* rj_has_frame - whether what is at @off reads as an Ethernet header. */
static __always_inline int rj_has_frame(const struct rj_frame *f, __u32 off)
{
	const struct rj_eth *eth = rj_at(f, off, struct rj_eth);

	return eth && rj_is_known_type(rj_be16(eth->type));
}

/*
 * rj_link_payload - what labels carry is not said in the frame (RFC 3032 2.2). IP where the version
 * and the length fit; an Ethernet frame behind a control word, whose first four bits are zero (RFC
 * 4385 3), or without.
 */
static __always_inline enum rj_reason rj_link_payload(const struct rj_frame *f, struct rj_layers *l)
{
	const struct rj_words *head = rj_at(f, l->off, struct rj_words);
	__u32 left = rj_frame_left(f, l->off);
	__u32 word, second;

	if (!head)
		return RJ_REASON_LINK_TRUNCATED;
	word = rj_be32(head->first);
	second = rj_be32(head->second);
	l->type = RJ_ETH_TEB;
	if (word >> 28 == 4 && (word >> 24 & 15) >= 5 && (word & 0xffff) <= left)
		l->type = RJ_ETH_IPV4;
	else if (word >> 28 == 6 && (second >> 16) + RJ_IPV6_HEADER_LEN <= left)
		l->type = RJ_ETH_IPV6;
	else if (!(word >> 28) && rj_has_frame(f, l->off + 4))
		l->off += 4;
	else if (!rj_has_frame(f, l->off))
		return left < 18 || rj_ptr(f, l->off, 18) ? RJ_REASON_NOT_IP :
							    RJ_REASON_LINK_TRUNCATED;
	return RJ_REASON_NONE;
}

static __always_inline enum rj_reason rj_link_label(const struct rj_frame *f, struct rj_layers *l)
{
	const struct rj_word *label = rj_at(f, l->off, struct rj_word);
	int is_last;

	if (!label)
		return RJ_REASON_LINK_TRUNCATED;
	is_last = !!(rj_be32(label->value) & 0x100);
	l->off += (__u32)sizeof(*label);
	return is_last ? rj_link_payload(f, l) : RJ_REASON_NONE;
}

/* rj_link_ppp - RFC 1661 2 and RFC 1662 3.1: address and control, and half of the protocol, may be
 * left out. */
static __always_inline enum rj_reason rj_link_ppp(const struct rj_frame *f, struct rj_layers *l)
{
	const struct rj_word *head = rj_at(f, l->off, struct rj_word);
	__u32 proto;

	if (!head)
		return RJ_REASON_LINK_TRUNCATED;
	proto = rj_be32(head->value);
	if (proto >> 16 == 0xff03) {
		l->off += 2;
		proto <<= 16;
	}
	l->off += 2;
	if (proto >> 24 & 1) { /* odd: one octet */
		l->off--;
		proto >>= 8;
	}
	proto >>= 16;
	if (proto == 0x0021)
		l->type = RJ_ETH_IPV4;
	else if (proto == 0x0057)
		l->type = RJ_ETH_IPV6;
	else if (proto == 0x0281)
		l->type = RJ_ETH_MPLS;
	else
		return RJ_REASON_NOT_IP;
	return RJ_REASON_NONE;
}

/* rj_link_llc - IEEE 802.2 behind a length or 0x8870: SNAP (RFC 1042), or IP's own address. */
static __always_inline enum rj_reason rj_link_llc(const struct rj_frame *f, struct rj_layers *l)
{
	const struct rj_words *llc = rj_at(f, l->off, struct rj_words);
	__u32 head;

	if (!llc)
		return RJ_REASON_LINK_TRUNCATED;
	head = rj_be32(llc->first);
	if (head >> 8 == 0xaaaa03) { /* the organization's three octets end in the second word */
		l->type = (__u16)rj_be32(llc->second);
		l->off += 8;
		return l->type < RJ_ETH_MIN ? RJ_REASON_NOT_IP : RJ_REASON_NONE;
	}
	if (head >> 8 != 0x060603)
		return RJ_REASON_NOT_IP;
	l->type = RJ_ETH_IPV4;
	l->off += 3;
	return RJ_REASON_NONE;
}

/* rj_link_macsec - IEEE 802.1AE 9.3: readable where it is not encrypted (E and C are zero). */
static __always_inline enum rj_reason rj_link_macsec(const struct rj_frame *f, struct rj_layers *l)
{
	const struct rj_byte *tci = rj_at(f, l->off, struct rj_byte);

	if (!tci)
		return RJ_REASON_LINK_TRUNCATED;
	if (tci->value & 0x0c)
		return RJ_REASON_NOT_IP;
	return rj_link_skip(f, l, tci->value & 0x20 ? 16 : 8);
}

/* rj_link_trill - RFC 6325 3.2: version 0, words of options, two nicknames; then a frame. */
static __always_inline enum rj_reason rj_link_trill(const struct rj_frame *f, struct rj_layers *l)
{
	const struct rj_word *head = rj_at(f, l->off, struct rj_word);
	__u32 first;

	if (!head)
		return RJ_REASON_LINK_TRUNCATED;
	first = rj_be32(head->value);
	if (first >> 30)
		return RJ_REASON_NOT_IP;
	return rj_link_skip(f, l, 6 + (first >> 22 & 0x1f) * 4 + (__u32)sizeof(struct rj_eth));
}

/* rj_type_of_next - RFC 8300 2.2 and draft-ietf-nvo3-vxlan-gpe 3.2: EtherType of a number; or 0. */
static __always_inline __u16 rj_type_of_next(__u32 next)
{
	switch (next) {
	case 1:
		return RJ_ETH_IPV4;
	case 2:
		return RJ_ETH_IPV6;
	case 3:
		return RJ_ETH_TEB;
	case 4:
		return RJ_ETH_NSH;
	case 5:
		return RJ_ETH_MPLS;
	default:
		return 0;
	}
}

/* rj_link_nsh - RFC 8300 2.2: version 0, no OAM, the length in words, at least two of them. */
static __always_inline enum rj_reason rj_link_nsh(const struct rj_frame *f, struct rj_layers *l)
{
	const struct rj_word *base = rj_at(f, l->off, struct rj_word);
	__u32 head, len;

	if (!base)
		return RJ_REASON_LINK_TRUNCATED;
	head = rj_be32(base->value);
	len = (head >> 16 & 0x3f) * 4;
	l->type = rj_type_of_next(head & 0xff);
	if (head >> 29 || len < 8 || !l->type)
		return RJ_REASON_NOT_IP;
	l->off += len;
	return RJ_REASON_NONE;
}

/* rj_link_step - one header; RJ_REASON_NOT_IP for a type that is none of these. */
static __always_inline enum rj_reason rj_link_step(const struct rj_frame *f, struct rj_layers *l,
						   struct rj_packet *p)
{
	__u16 type = l->type;

	if (rj_is_vlan_type(type))
		return rj_link_vlan(f, l, p);
	if (rj_is_mpls_type(type))
		return rj_link_label(f, l);
	if (type < RJ_ETH_MIN || type == RJ_ETH_LLC)
		return rj_link_llc(f, l);
	switch (type) {
	case RJ_ETH_TEB:
		return rj_link_skip(f, l, (__u32)sizeof(struct rj_eth));
	case RJ_ETH_PPPOE: /* RFC 2516 4: six octets, then PPP's protocol */
		l->off += 6;
		return rj_link_ppp(f, l);
	case RJ_ETH_PPP:
		return rj_link_ppp(f, l);
	case RJ_ETH_PBB: /* the tag, then the customer's frame */
		return rj_link_skip(f, l, 4 + (__u32)sizeof(struct rj_eth));
	case RJ_ETH_FABRICPATH:
		return rj_link_skip(f, l, 2 + (__u32)sizeof(struct rj_eth));
	case RJ_ETH_ETAG:
		return rj_link_skip(f, l, 8);
	case RJ_ETH_VNTAG:
		return rj_link_skip(f, l, 6);
	case RJ_ETH_HSR: /* path and size, sequence number, type */
		return rj_link_skip(f, l, 6);
	case RJ_ETH_CMD: /* version, length, an option of four octets, type */
		return rj_link_skip(f, l, 8);
	case RJ_ETH_TRILL:
		return rj_link_trill(f, l);
	case RJ_ETH_MACSEC:
		return rj_link_macsec(f, l);
	case RJ_ETH_NSH:
		return rj_link_nsh(f, l);
	default:
		return RJ_REASON_NOT_IP;
	}
}

static __always_inline enum rj_reason rj_parse_link_here(const struct rj_frame *f,
							 struct rj_layers *l, struct rj_packet *p)
{
	for (__u32 i = 0; i <= RJ_MAX_LINK_HEADERS || rj_is_deep(f); i++) {
		enum rj_reason reason;

		rj_forget();
		if (l->type == RJ_ETH_IPV4 || l->type == RJ_ETH_IPV6)
			return RJ_REASON_NONE;
		reason = rj_link_step(f, l, p);
		if (reason)
			return reason;
	}
	return RJ_REASON_LINK_DEPTH;
}

/*
 * rj_parse_link - passes over all that stands before IP: then l->type is IP's. Else the reason why
 * the frame is set aside.
 */
RJ_OUT_OF_LINE(rj_parse_link)

#endif
