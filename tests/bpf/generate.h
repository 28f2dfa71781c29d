/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of each protocol, length and lie, mutations and noise. Included by parity.c alone. */
#ifndef RJ_TESTS_BPF_GENERATE_H
#define RJ_TESTS_BPF_GENERATE_H

#include <stdbool.h>

#include "tests/bpf/frames.h"

/* struct gen - makes frames one after the other in @frame and gives each to @feed. */
struct gen {
	struct prng r;
	struct frame frame;
	void (*feed)(void *user, const struct frame *f);
	void *user;
};

static void feed(struct gen *g)
{
	if (g->frame.len >= FRAME_MIN)
		g->feed(g->user, &g->frame);
}

static void emit(struct gen *g, const struct spec *s)
{
	build(&g->frame, &g->r, s);
	feed(g);
}

static uint16_t tag_type(struct gen *g)
{
	static const uint16_t types[] = { RJ_ETH_VLAN, RJ_ETH_QINQ, RJ_ETH_QINQ_OLD };

	return types[below(&g->r, 3)];
}

static void add_tags(struct gen *g, struct spec *s, uint32_t num)
{
	s->num_tags = num;
	for (uint32_t i = 0; i < num; i++) {
		s->tag_type[i] = tag_type(g);
		s->vid[i] = (uint16_t)below(&g->r, 65536);
	}
}

/* A header of the chain with a length that is right. */
static void add_chain(struct gen *g, struct spec *s, uint8_t kind)
{
	struct chain *c = &s->chain[s->num_chain++];

	c->kind = kind;
	c->frag = 0;
	c->units = (uint8_t)below(&g->r, 4);
	c->len = (uint16_t)((c->units + 1) * 8);
	if (kind == RJ_IP_FRAGMENT)
		c->len = 8;
	if (kind == RJ_IP_AH) {
		c->units = (uint8_t)(1 + below(&g->r, 6));
		c->len = (uint16_t)((c->units + 2) * 4);
	}
}

static uint8_t chain_kind(struct gen *g)
{
	static const uint8_t kinds[] = {
		RJ_IP_HOPOPTS, RJ_IP_ROUTING,  RJ_IP_FRAGMENT, RJ_IP_AH,
		RJ_IP_DSTOPTS, RJ_IP_MOBILITY, RJ_IP_HIP,      RJ_IP_SHIM6
	};

	return kinds[below(&g->r, sizeof(kinds))];
}

/* An ordinary packet of many kinds; nothing in it lies. */
static void some_spec(struct gen *g, struct spec *s)
{
	static const uint8_t protos[] = { RJ_IP_TCP,  RJ_IP_TCP,  RJ_IP_TCP,  RJ_IP_UDP,
					  RJ_IP_UDP,  RJ_IP_UDP,  RJ_IP_ICMP, RJ_IP_ICMPV6,
					  RJ_IP_SCTP, RJ_IP_DCCP, 47 };
	struct prng *r = &g->r;

	spec_init(s, one_in(r, 2) ? 4 : 6, protos[below(r, sizeof(protos))]);
	s->src = (uint8_t)below(r, 4);
	s->dst = (uint8_t)below(r, 4);
	s->sport = (uint16_t)(one_in(r, 2) ? 1000 + below(r, 2) : below(r, 65536));
	s->dport = (uint16_t)(1000 + below(r, 2));
	s->ttl = (uint8_t)below(r, 256);
	s->id = (uint16_t)below(r, 65536);
	s->seq = (uint32_t)prng_next(r);
	s->ack = (uint32_t)prng_next(r);
	s->window = (uint16_t)below(r, 65536);
	s->flags = (uint8_t)below(r, 256);
	s->icmp_type = (uint8_t)below(r, 256);
	s->icmp_code = (uint8_t)below(r, 4);
	s->payload = below(r, one_in(r, 8) ? 1500 : 64);
	s->options = one_in(r, 4) ? below(r, 11) * 4 : 0;
	s->tcp_options = one_in(r, 2) ? below(r, 11) * 4 : 0;
	s->padding = one_in(r, 4) ? below(r, 30) : 0;
	if (one_in(r, 4))
		add_tags(g, s, 1 + below(r, 4));
	if (s->version == 6 && one_in(r, 3))
		for (uint32_t i = 1 + below(r, 5); i; i--)
			add_chain(g, s, chain_kind(g));
	else if (one_in(r, 12))
		add_chain(g, s, RJ_IP_AH);
}

static void gen_protocols(struct gen *g)
{
	static const uint32_t payloads[] = { 0, 3, 4, 7, 8, 11, 12, 19, 20, 64 };
	struct spec s;

	for (uint32_t proto = 0; proto < 256; proto++)
		for (int version = 4; version <= 6; version += 2)
			for (size_t i = 0; i < sizeof(payloads) / sizeof(*payloads); i++) {
				spec_init(&s, version, (uint8_t)proto);
				s.payload = payloads[i];
				s.sport = (uint16_t)below(&g->r, 65536);
				emit(g, &s);
			}
}

static void gen_ipv4_headers(struct gen *g)
{
	static const uint8_t protos[] = { RJ_IP_TCP, RJ_IP_UDP, RJ_IP_ICMP, RJ_IP_AH, 47 };
	struct spec s;

	for (int ihl = 0; ihl < 16; ihl++)
		for (size_t i = 0; i < sizeof(protos); i++)
			for (uint32_t options = 0; options <= 40; options += 4) {
				spec_init(&s, 4, protos[i]);
				s.ihl = ihl;
				s.options = options;
				s.payload = below(&g->r, 40);
				emit(g, &s);
			}
}

static void gen_tcp_offsets(struct gen *g)
{
	struct spec s;

	for (int offset = 0; offset < 16; offset++)
		for (uint32_t i = 0; i < 64; i++) {
			spec_init(&s, i & 1 ? 4 : 6, RJ_IP_TCP);
			s.data_offset = offset;
			s.tcp_options = below(&g->r, 11) * 4;
			s.payload = i & 2 ? 0 : below(&g->r, 60);
			s.flags = (uint8_t)below(&g->r, 256);
			s.sport = (uint16_t)below(&g->r, 65536);
			emit(g, &s);
		}
}

static void gen_syn_options(struct gen *g)
{
	struct spec s;

	for (uint32_t i = 0; i < 640; i++) {
		spec_init(&s, i & 1 ? 4 : 6, RJ_IP_TCP);
		s.flags = i & 2 ? RJ_TCP_SYN : RJ_TCP_SYN | RJ_TCP_ACK;
		s.tcp_options = i / 4 % 11 * 4;
		s.seq = (uint32_t)prng_next(&g->r);
		s.sport = (uint16_t)i;
		build(&g->frame, &g->r, &s);
		if (i & 4 && one_in(&g->r, 4)) /* captured short of its options */
			g->frame.len -= below(&g->r, s.tcp_options + 1);
		feed(g);
	}
}

static void gen_vlans(struct gen *g)
{
	struct spec s;

	for (uint32_t depth = 0; depth <= MAX_TAGS; depth++)
		for (uint32_t i = 0; i < 160; i++) {
			some_spec(g, &s);
			if (i % 8 == 0)
				s.version = 0;
			add_tags(g, &s, depth);
			build(&g->frame, &g->r, &s);
			if (i % 16 == 1) /* ends within its tags */
				g->frame.len = FRAME_MIN + below(&g->r, 4 * depth + 1);
			feed(g);
		}
}

static void gen_chains(struct gen *g)
{
	struct spec s;

	for (uint32_t i = 0; i < 6000; i++) {
		struct chain *c;

		spec_init(&s, i % 4 ? 6 : 4, one_in(&g->r, 2) ? RJ_IP_TCP : RJ_IP_UDP);
		s.payload = below(&g->r, 40);
		for (uint32_t n = i % (MAX_CHAIN + 1); n; n--)
			add_chain(g, &s, s.version == 4 ? RJ_IP_AH : chain_kind(g));
		if (s.num_chain && one_in(&g->r, 3)) {
			c = &s.chain[below(&g->r, s.num_chain)];
			c->units = (uint8_t)below(&g->r, one_in(&g->r, 2) ? 256 : 6);
		}
		if (s.num_chain && one_in(&g->r, 4)) {
			c = &s.chain[below(&g->r, s.num_chain)];
			c->frag = (uint16_t)below(&g->r, 65536);
		}
		build(&g->frame, &g->r, &s);
		if (one_in(&g->r, 8))
			g->frame.len -= below(&g->r, g->frame.len - FRAME_MIN);
		feed(g);
	}
}

/* First, middle, last and atomic (RFC 6946) fragments of each transport. */
static void gen_fragments(struct gen *g)
{
	static const uint16_t v4[] = { 0x2000, 0x2001, 0x0010, 0x1fff, 0, 0x4000, 0x6000, 0x8000 };
	static const uint16_t v6[] = { 1, 9, 8, 0xfff8, 0, 6, 7, 0xffff };
	struct spec s;

	for (uint32_t i = 0; i < 8 * 240; i++) {
		some_spec(g, &s);
		s.num_chain = 0;
		s.frag = v4[i % 8];
		if (s.version == 6) {
			if (one_in(&g->r, 2))
				add_chain(g, &s, RJ_IP_DSTOPTS);
			add_chain(g, &s, RJ_IP_FRAGMENT);
			s.chain[s.num_chain - 1].frag = v6[i % 8];
			if (one_in(&g->r, 3))
				add_chain(g, &s, RJ_IP_DSTOPTS);
		}
		if (one_in(&g->r, 2))
			s.udp_len = 2000;
		emit(g, &s);
	}
}

/* A fragment of @s at @off; @has_more follow it. */
static void emit_fragment(struct gen *g, struct spec *s, uint32_t off, bool has_more)
{
	s->frag = (uint16_t)(off / 8 | (has_more ? RJ_IPV4_MORE_FRAGMENTS : 0));
	if (s->version == 6)
		s->chain[s->num_chain - 1].frag = (uint16_t)(off | has_more);
	emit(g, s);
}

/* Whole datagrams in up to 6 fragments, in any order, some missing, some twice. */
static void gen_datagrams(struct gen *g, uint32_t num)
{
	struct spec s;

	while (num--) {
		uint32_t order[6] = { 0, 1, 2, 3, 4, 5 };
		uint32_t len = 2 + below(&g->r, 5);

		some_spec(g, &s);
		s.num_chain = 0;
		s.options = 0;
		s.payload = 16 + below(&g->r, 8) * 8;
		s.frag_id = 1 + (uint32_t)below(&g->r, 1000000);
		if (s.version == 6)
			add_chain(g, &s, RJ_IP_FRAGMENT);
		for (uint32_t i = 0; i < len && one_in(&g->r, 2); i++) {
			uint32_t at = below(&g->r, len), before = order[i];

			order[i] = order[at];
			order[at] = before;
		}
		for (uint32_t i = 0; i < len; i++) {
			if (one_in(&g->r, 10))
				continue;
			emit_fragment(g, &s, order[i] * 64, order[i] + 1 < len);
			if (one_in(&g->r, 10))
				emit_fragment(g, &s, order[i] * 64, order[i] + 1 < len);
		}
	}
}

static void gen_udp_lengths(struct gen *g)
{
	struct spec s;

	for (int i = 0; i < 1500; i++) {
		spec_init(&s, i & 1 ? 4 : 6, RJ_IP_UDP);
		s.payload = below(&g->r, 40);
		s.udp_len = i < 200 ? i / 2 : (int)below(&g->r, 65536);
		if (i > 700)
			s.udp_len = (int)(s.payload + below(&g->r, 24)); /* about right */
		emit(g, &s);
	}
}

static void gen_icmp(struct gen *g)
{
	struct spec s;

	for (uint32_t type = 0; type < 256; type++)
		for (uint32_t i = 0; i < 16; i++) {
			spec_init(&s, i & 1 ? 4 : 6, i & 2 ? RJ_IP_ICMP : RJ_IP_ICMPV6);
			s.icmp_type = (uint8_t)type;
			s.icmp_code = (uint8_t)(i & 4 ? below(&g->r, 256) : 0);
			s.sport = (uint16_t)below(&g->r, 3);
			s.src = (uint8_t)(1 + (i >> 3));
			s.dst = (uint8_t)(2 - (i >> 3));
			s.payload = below(&g->r, 30);
			build(&g->frame, &g->r, &s);
			if (one_in(&g->r, 8))
				g->frame.len -= below(&g->r, s.payload + 9);
			feed(g);
		}
}

static void gen_ip_lengths(struct gen *g)
{
	struct spec s;

	for (uint32_t i = 0; i < 3000; i++) {
		some_spec(g, &s);
		s.ip_len = i < 200 ? (int)i / 2 : (int)below(&g->r, i & 1 ? 65536 : 120);
		if (one_in(&g->r, 8))
			s.ip_len = 0;
		emit(g, &s);
	}
}

/* Every length of frames of all kinds, from the shortest that a test run takes. */
static void gen_truncations(struct gen *g)
{
	struct spec s;

	for (uint32_t i = 0; i < 120; i++) {
		uint32_t len;

		some_spec(g, &s);
		s.payload %= 40;
		if (i % 3 == 0) /* a test run takes no untagged skb that ends in its IP header */
			add_tags(g, &s, 1 + i % 4);
		build(&g->frame, &g->r, &s);
		len = g->frame.len;
		for (g->frame.len = FRAME_MIN; g->frame.len < len; g->frame.len++)
			feed(g);
		feed(g);
	}
}

static void mutate(struct gen *g)
{
	struct frame *f = &g->frame;
	struct prng *r = &g->r;
	uint32_t near = f->len < 100 || one_in(r, 4) ? f->len : 100; /* most in the headers */

	for (uint32_t n = 1 + below(r, 4); n; n--) {
		uint8_t *at = &f->bytes[below(r, near)];

		if (one_in(r, 2))
			*at ^= (uint8_t)(1u << below(r, 8));
		else
			*at = (uint8_t)(one_in(r, 3) ? 0xff * below(r, 2) : below(r, 256));
	}
	if (one_in(r, 16))
		f->len = FRAME_MIN + below(r, f->len - FRAME_MIN);
}

static void gen_mutations(struct gen *g, uint32_t num)
{
	struct spec s;

	while (num--) {
		some_spec(g, &s);
		build(&g->frame, &g->r, &s);
		mutate(g);
		feed(g);
	}
}

/* Noise; half of it behind an EtherType that makes the parser look at it. */
static void gen_noise(struct gen *g, uint32_t num)
{
	static const uint8_t starts[][3] = { { 0x08, 0x00, 0x45 },
					     { 0x86, 0xdd, 0x60 },
					     { 0x81, 0x00, 0x00 },
					     { 0x08, 0x00, 0x46 } };

	for (; num--; feed(g)) {
		g->frame.len = 0;
		g->frame.gso_segs = 0;
		g->frame.gso_size = 0;
		put_random(&g->frame, &g->r, FRAME_MIN + below(&g->r, 130));
		if (num & 1 && g->frame.len > FRAME_MIN)
			memcpy(g->frame.bytes + 12, starts[below(&g->r, 4)], 3);
	}
}

/* Frames without link header whose type, as a test run sees it, is that of a VLAN tag. */
static void gen_ip_tags(struct gen *g)
{
	struct spec s;

	for (uint32_t i = 0; i < 300; i++) {
		some_spec(g, &s);
		add_tags(g, &s, 1 + i % 5);
		build(&g->frame, &g->r, &s);
		memmove(g->frame.bytes, g->frame.bytes + FRAME_MIN, g->frame.len - FRAME_MIN);
		g->frame.len -= FRAME_MIN;
		if (g->frame.len > FRAME_MIN)
			set16(&g->frame, 12, tag_type(g));
		feed(g);
	}
}

#endif
