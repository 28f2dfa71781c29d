/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames in frames: link headers, tunnels, both, nested and lying. Included by parity.c alone. */
#ifndef RJ_TESTS_BPF_ENCAPSULATE_H
#define RJ_TESTS_BPF_ENCAPSULATE_H

#include "tests/bpf/generate.h"

enum link_kind {
	LINK_VLAN,
	LINK_MPLS,
	LINK_MPLS_FRAME,
	LINK_MPLS_CONTROL,
	LINK_PPPOE,
	LINK_SNAP,
	LINK_LLC_IP,
	LINK_PBB,
	LINK_ETAG,
	LINK_VNTAG,
	LINK_FABRICPATH,
	LINK_NSH,
	LINK_JUMBO,
	LINK_HSR,
	LINK_CMD,
	LINK_TRILL,
	LINK_MACSEC,
	NUM_LINKS
};

static void put_macs(struct frame *f)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 4 };

	put(f, macs, sizeof(macs));
}

/* What NSH and VXLAN-GPE call a packet of this EtherType, or what is in no table. */
static uint32_t next_of(struct gen *g, uint32_t type)
{
	if (one_in(&g->r, 10))
		return below(&g->r, 8);
	return type == RJ_ETH_IPV4 ? 1 : type == RJ_ETH_IPV6 ? 2 : 5;
}

static void put_nsh(struct gen *g, struct frame *f, uint32_t next)
{
	uint32_t words = one_in(&g->r, 8) ? below(&g->r, 3) : 2 + below(&g->r, 6);

	put32(f, (one_in(&g->r, 10) ? 0x2fc00200 : 0x0fc00200) | words << 16 | next);
	for (; words > 1; words--)
		put32(f, (uint32_t)prng_next(&g->r));
}

static void put_labels(struct gen *g, struct frame *f)
{
	put16(f, one_in(&g->r, 4) ? RJ_ETH_MPLS_UP : RJ_ETH_MPLS);
	for (uint32_t i = below(&g->r, 3); i; i--)
		put32(f, (uint32_t)prng_next(&g->r) & ~0x100u);
	put32(f, (uint32_t)prng_next(&g->r) | 0x100);
}

static void put_ppp(struct gen *g, struct frame *f, uint32_t type)
{
	uint32_t proto = type == RJ_ETH_IPV4 ? 0x21 : type == RJ_ETH_IPV6 ? 0x57 : 0xc021;

	if (one_in(&g->r, 4))
		put16(f, 0xff03);
	if (proto < 0x100 && one_in(&g->r, 4))
		put8(f, proto);
	else
		put16(f, proto);
}

static void put_trill(struct gen *g, struct frame *f)
{
	uint32_t words = one_in(&g->r, 4) ? below(&g->r, 32) : 0;

	put16(f, RJ_ETH_TRILL);
	put16(f, (one_in(&g->r, 10) ? 0x4000 : 0) | words << 6 | 0x10);
	put32(f, (uint32_t)prng_next(&g->r));
	for (; words; words--)
		put32(f, (uint32_t)prng_next(&g->r));
	put_macs(f);
}

/* Those behind which the old type follows, as behind most. */
static void put_rarer_link(struct gen *g, struct frame *f, enum link_kind kind)
{
	static const uint8_t zero[8];

	switch (kind) {
	case LINK_JUMBO:
		put16(f, RJ_ETH_LLC);
		put32(f, 0xaaaa0300);
		put16(f, 0);
		break;
	case LINK_HSR:
		put16(f, RJ_ETH_HSR);
		put32(f, (uint32_t)prng_next(&g->r));
		break;
	case LINK_CMD:
		put16(f, RJ_ETH_CMD);
		put16(f, 0x0101);
		put32(f, (uint32_t)prng_next(&g->r));
		break;
	case LINK_TRILL:
		put_trill(g, f);
		break;
	default:
		put16(f, RJ_ETH_MACSEC);
		kind = (enum link_kind)below(&g->r, 4);
		put8(f, kind == 0 ? 0x0c : kind == 1 ? 0x20 : 0);
		put(f, zero, 5);
		if (kind == 1)
			put(f, zero, 8);
		break;
	}
}

/* The link header of @kind; the frame's old type and what follows it come from @type on. */
static void put_link_header(struct gen *g, struct frame *f, enum link_kind kind, uint32_t type,
			    bool *ret_has_type)
{
	static const uint8_t zero[8];

	*ret_has_type = true; /* the old type follows */
	switch (kind) {
	case LINK_VLAN:
		put16(f, tag_type(g));
		put16(f, below(&g->r, 65536));
		break;
	case LINK_MPLS:
		put_labels(g, f);
		*ret_has_type = false;
		break;
	case LINK_MPLS_FRAME:
		put_labels(g, f);
		put_macs(f);
		break;
	case LINK_MPLS_CONTROL:
		put_labels(g, f);
		put32(f, below(&g->r, 65536));
		put_macs(f);
		break;
	case LINK_PPPOE:
		put16(f, RJ_ETH_PPPOE);
		put32(f, 0x11000000 | below(&g->r, 65536));
		put16(f, 100);
		put_ppp(g, f, type);
		*ret_has_type = false;
		break;
	case LINK_SNAP:
		put16(f, 100);
		put32(f, 0xaaaa0300);
		put16(f, 0);
		break;
	case LINK_LLC_IP:
		put16(f, 100);
		put16(f, 0x0606);
		put8(f, 3);
		*ret_has_type = false;
		break;
	case LINK_PBB:
		put16(f, RJ_ETH_PBB);
		put32(f, (uint32_t)prng_next(&g->r));
		put_macs(f);
		break;
	case LINK_ETAG:
		put16(f, RJ_ETH_ETAG);
		put(f, zero, 6);
		break;
	case LINK_VNTAG:
		put16(f, RJ_ETH_VNTAG);
		put(f, zero, 4);
		break;
	case LINK_FABRICPATH:
		put16(f, RJ_ETH_FABRICPATH);
		put(f, zero, 2);
		put_macs(f);
		break;
	case LINK_NSH:
		put16(f, RJ_ETH_NSH);
		*ret_has_type = one_in(&g->r, 2);
		put_nsh(g, f, *ret_has_type ? 3 : next_of(g, type));
		if (*ret_has_type)
			put_macs(f);
		break;
	default:
		put_rarer_link(g, f, kind);
		break;
	}
}

/* Puts a link header between the addresses and the type of the frame in work. */
static void add_link(struct gen *g, enum link_kind kind)
{
	static struct frame before;
	struct frame *f = &g->frame;
	bool has_type;

	before = *f;
	f->len = 12; /* the addresses stay */
	put_link_header(g, f, kind, (uint32_t)(before.bytes[12] << 8 | before.bytes[13]),
			&has_type);
	put(f, before.bytes + (has_type ? 12 : 14), before.len - (has_type ? 12 : 14));
}

enum tunnel_kind {
	TUNNEL_IP,
	TUNNEL_GRE,
	TUNNEL_GRE_FRAME,
	TUNNEL_GRE_PPP,
	TUNNEL_WCCP,
	TUNNEL_ERSPAN1,
	TUNNEL_ERSPAN2,
	TUNNEL_ERSPAN3,
	TUNNEL_ETHERIP,
	TUNNEL_MPLS,
	TUNNEL_L2TP,
	TUNNEL_VXLAN, /* from here on in UDP */
	TUNNEL_GENEVE,
	TUNNEL_VXLAN_GPE,
	TUNNEL_MPLS_UDP,
	TUNNEL_GTPU, /* from here on the port may be either end's */
	TUNNEL_TEREDO,
	TUNNEL_L2TP_UDP,
	NUM_TUNNEL_KINDS
};

static void put_gre(struct gen *g, struct frame *f, uint32_t type, uint32_t must)
{
	uint32_t flags = must | (uint32_t)(prng_next(&g->r) & 0xb000);

	if (one_in(&g->r, 12))
		flags |= below(&g->r, 65536);
	if (type == RJ_ETH_ERSPAN2 && !must)
		flags &= ~RJ_GRE_SEQ;
	put16(f, flags);
	put16(f, type);
	for (uint32_t bit = RJ_GRE_CHECKSUM; bit >= RJ_GRE_SEQ; bit >>= 1)
		if (flags & bit && bit != RJ_GRE_ROUTING)
			put32(f, (uint32_t)prng_next(&g->r));
	if (flags & RJ_GRE_ACK && flags & 1)
		put32(f, 1);
}

static void put_gtpu(struct gen *g, struct frame *f, uint32_t len)
{
	uint32_t flags = 0x30 | below(&g->r, 8);
	uint32_t num = flags & 4 ? below(&g->r, 6) : 0;

	put8(f, flags);
	put8(f, one_in(&g->r, 16) ? 1 : 0xff);
	put16(f, len + (flags & 7 ? 4 : 0) + num * 4);
	put32(f, (uint32_t)prng_next(&g->r));
	if (flags & 7)
		put32(f, num ? 0x85 : 0);
	for (; num; num--)
		put32(f, 0x01000000 | (num > 1 ? 0x85 : 0));
}

static void put_teredo(struct gen *g, struct frame *f)
{
	if (one_in(&g->r, 3)) {
		uint32_t num = below(&g->r, 4);

		put16(f, 1);
		put8(f, num);
		put8(f, 0);
		put_random(f, &g->r, num + 9);
	}
	if (one_in(&g->r, 3)) {
		put16(f, 0);
		put_random(f, &g->r, 6);
	}
}

/* Cookie and sublayer, which only the ends know of; then a frame or PPP. */
static bool put_session(struct gen *g, struct frame *f, uint32_t type)
{
	for (uint32_t i = below(&g->r, 5); i; i--)
		put32(f, (uint32_t)prng_next(&g->r));
	if (one_in(&g->r, 2))
		return true;
	put_ppp(g, f, type);
	return false;
}

/* Every set of version 2's flags, and those that there are not. */
static void put_l2tp2(struct gen *g, struct frame *f, uint32_t type, uint32_t len)
{
	uint32_t flags = 2 | (uint32_t)(prng_next(&g->r) & 0x4a00);
	uint32_t offset = flags & 0x0200 ? below(&g->r, 6) : 0;

	if (one_in(&g->r, 12))
		flags |= below(&g->r, 65536);
	put16(f, flags);
	if (flags & 0x4000)
		put16(f, one_in(&g->r, 8) ? below(&g->r, 65536) : len / 2);
	put32(f, (uint32_t)prng_next(&g->r));
	if (flags & 0x0800)
		put32(f, (uint32_t)prng_next(&g->r));
	if (flags & 0x0200)
		put16(f, one_in(&g->r, 8) ? below(&g->r, 65536) : offset);
	put_random(f, &g->r, offset);
	put_ppp(g, f, type);
}

static bool put_l2tp_udp(struct gen *g, struct frame *f, uint32_t type, uint32_t len)
{
	if (one_in(&g->r, 2)) {
		put_l2tp2(g, f, type, len);
		return false;
	}
	put32(f, one_in(&g->r, 10) ? (uint32_t)prng_next(&g->r) : 0x00030000);
	put32(f, below(&g->r, 4));
	return put_session(g, f, type);
}

static bool put_vxlan_gpe(struct gen *g, struct frame *f, uint32_t type, uint32_t vni)
{
	bool is_whole = one_in(&g->r, 2);
	uint32_t next = is_whole ? 3 : next_of(g, type);

	put8(f, one_in(&g->r, 10) ? below(&g->r, 256) : is_whole && one_in(&g->r, 3) ? 8 : 0x0c);
	put16(f, 0);
	if (!is_whole && one_in(&g->r, 4)) {
		put8(f, 4);
		put32(f, vni);
		put_nsh(g, f, next);
		return false;
	}
	put8(f, next);
	put32(f, vni);
	return is_whole;
}

/* The header behind that of IP, and of UDP; true when the whole frame is in it, else from IP on. */
static bool put_tunnel_header(struct gen *g, struct frame *f, enum tunnel_kind kind, uint32_t type,
			      uint32_t len)
{
	uint32_t vni = (uint32_t)prng_next(&g->r) & 0xffffff00;

	switch (kind) {
	case TUNNEL_IP:
		return false;
	case TUNNEL_GRE:
		put_gre(g, f, type, 0);
		return false;
	case TUNNEL_GRE_PPP:
		put_gre(g, f, RJ_ETH_PPP, RJ_GRE_KEY | 1 | (one_in(&g->r, 2) ? RJ_GRE_ACK : 0));
		put_ppp(g, f, type);
		return false;
	case TUNNEL_WCCP:
		put_gre(g, f, RJ_ETH_WCCP, 0);
		if (one_in(&g->r, 2))
			put32(f, below(&g->r, 65536));
		return false;
	case TUNNEL_L2TP:
		put32(f, below(&g->r, 8));
		return put_session(g, f, type);
	case TUNNEL_L2TP_UDP:
		return put_l2tp_udp(g, f, type, len);
	case TUNNEL_VXLAN_GPE:
		return put_vxlan_gpe(g, f, type, vni);
	case TUNNEL_GRE_FRAME:
		put_gre(g, f, RJ_ETH_TEB, 0);
		return true;
	case TUNNEL_ERSPAN1:
		put_gre(g, f, RJ_ETH_ERSPAN2, 0);
		return true;
	case TUNNEL_ERSPAN2:
		put_gre(g, f, RJ_ETH_ERSPAN2, RJ_GRE_SEQ);
		put_random(f, &g->r, 8);
		return true;
	case TUNNEL_ERSPAN3:
		put_gre(g, f, RJ_ETH_ERSPAN3, RJ_GRE_SEQ);
		put_random(f, &g->r, 11);
		put8(f, below(&g->r, 2));
		if (f->bytes[f->len - 1])
			put_random(f, &g->r, 8);
		return true;
	case TUNNEL_ETHERIP:
		put16(f, 0x3000);
		return true;
	case TUNNEL_MPLS:
	case TUNNEL_MPLS_UDP:
		put32(f, (uint32_t)prng_next(&g->r) | 0x100);
		return one_in(&g->r, 2);
	case TUNNEL_VXLAN:
		put32(f, one_in(&g->r, 4) ? 0x88080000 | below(&g->r, 65536) : 0x08000000);
		put32(f, vni);
		return true;
	case TUNNEL_GENEVE:
		len = below(&g->r, 6);
		put8(f, len);
		put8(f, 0);
		put16(f, vni & 0x100 ? type : RJ_ETH_TEB);
		put32(f, vni);
		put_random(f, &g->r, len * 4);
		return !(vni & 0x100);
	case TUNNEL_GTPU:
		put_gtpu(g, f, len);
		return false;
	default:
		put_teredo(g, f);
		return false;
	}
}

static uint8_t tunnel_proto(enum tunnel_kind kind, uint32_t type)
{
	if (kind == TUNNEL_IP)
		return type == RJ_ETH_IPV6 ? RJ_IP_IPV6 : RJ_IP_IPIP;
	if (kind == TUNNEL_ETHERIP)
		return RJ_IP_ETHERIP;
	if (kind == TUNNEL_MPLS)
		return RJ_IP_MPLS;
	if (kind == TUNNEL_L2TP)
		return RJ_IP_L2TP;
	return kind >= TUNNEL_VXLAN ? RJ_IP_UDP : RJ_IP_GRE;
}

static void set_ports(struct gen *g, struct spec *s, enum tunnel_kind kind)
{
	static const uint16_t ports[] = { RJ_PORT_VXLAN, RJ_PORT_GENEVE, RJ_PORT_VXLAN_GPE,
					  RJ_PORT_MPLS,	 RJ_PORT_GTPU,	 RJ_PORT_TEREDO,
					  RJ_PORT_L2TP };

	s->dport = ports[kind < TUNNEL_VXLAN ? 0 : kind - TUNNEL_VXLAN];
	if (kind == TUNNEL_VXLAN && one_in(&g->r, 4))
		s->dport = RJ_PORT_VXLAN_OLD;
	if (kind >= TUNNEL_GTPU && one_in(&g->r, 3)) { /* the answer's way */
		s->sport = s->dport;
		s->dport = 40000;
	}
}

/* Puts the frame in work into a tunnel. */
static void add_tunnel(struct gen *g, enum tunnel_kind kind)
{
	static struct frame inner, head;
	struct frame *f = &g->frame;
	uint32_t type = (uint32_t)(f->bytes[12] << 8 | f->bytes[13]);
	uint32_t ip;
	struct spec s;
	bool is_whole;

	inner = *f;
	head.len = 0;
	is_whole = put_tunnel_header(g, &head, kind, type, inner.len - FRAME_MIN);
	spec_init(&s, one_in(&g->r, 2) ? 4 : 6, tunnel_proto(kind, type));
	s.src = (uint8_t)below(&g->r, 4);
	s.dst = (uint8_t)below(&g->r, 4);
	set_ports(g, &s, kind);
	if (one_in(&g->r, 20))
		s.frag = RJ_IPV4_MORE_FRAGMENTS;
	s.payload = head.len + inner.len - (is_whole ? 0 : FRAME_MIN);
	f->len = 0;
	put_link(f, &s);
	ip = f->len;
	if (s.version == 4)
		put_ipv4(f, &g->r, &s);
	else
		put_ipv6(f, &s);
	if (s.proto == RJ_IP_UDP)
		put_udp(f, &s);
	put(f, head.bytes, head.len);
	put(f, inner.bytes + (is_whole ? 0 : FRAME_MIN), inner.len - (is_whole ? 0 : FRAME_MIN));
	set16(f, ip + (s.version == 4 ? 2 : 4), f->len - ip - (s.version == 4 ? 0 : 40));
}

static void some_small_frame(struct gen *g)
{
	struct spec s;

	some_spec(g, &s);
	s.payload %= 100;
	s.num_tags = 0;
	s.padding = 0;
	build(&g->frame, &g->r, &s);
}

/* Now and then something in it is wrong, or it ends early. */
static void feed_spoilt(struct gen *g)
{
	if (one_in(&g->r, 8))
		mutate(g);
	if (one_in(&g->r, 8))
		g->frame.len -= below(&g->r, g->frame.len - FRAME_MIN);
	feed(g);
}

static void gen_links(struct gen *g, uint32_t num)
{
	for (uint32_t i = 0; i < num; i++) {
		some_small_frame(g);
		for (uint32_t n = one_in(&g->r, 8) ? below(&g->r, 20) : 1 + below(&g->r, 3); n; n--)
			add_link(g, one_in(&g->r, 30) ? LINK_MPLS :
							(enum link_kind)below(&g->r, NUM_LINKS));
		feed_spoilt(g);
	}
	for (uint32_t i = 0; i < 60; i++) {
		some_small_frame(g);
		for (uint32_t n = RJ_MAX_LINK_HEADERS - 2 + i % 5; n; n--)
			add_link(g, LINK_VNTAG);
		feed(g);
	}
}

static void gen_tunnels(struct gen *g, uint32_t num)
{
	for (uint32_t i = 0; i < num; i++) {
		uint32_t depth = one_in(&g->r, 3) ? below(&g->r, 7) : 1;

		some_small_frame(g);
		for (; depth; depth--) {
			if (one_in(&g->r, 6))
				add_link(g, (enum link_kind)below(&g->r, NUM_LINKS));
			add_tunnel(g, (enum tunnel_kind)below(&g->r, NUM_TUNNEL_KINDS));
		}
		if (one_in(&g->r, 6))
			add_link(g, (enum link_kind)below(&g->r, NUM_LINKS));
		feed_spoilt(g);
	}
}

/* Every length of frames in each kind of tunnel. */
static void gen_tunnel_cuts(struct gen *g)
{
	for (uint32_t kind = 0; kind < NUM_TUNNEL_KINDS * 2; kind++) {
		uint32_t len;

		some_small_frame(g);
		add_tunnel(g, (enum tunnel_kind)(kind / 2));
		len = g->frame.len;
		for (g->frame.len = 60; g->frame.len < len; g->frame.len++)
			feed(g);
		feed(g);
	}
}

#endif
