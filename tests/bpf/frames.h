/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds frames from a description whose every length may lie. Included by parity.c alone. */
#ifndef RJ_TESTS_BPF_FRAMES_H
#define RJ_TESTS_BPF_FRAMES_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "bpf/wire.h"

/* What BPF_PROG_TEST_RUN takes as one linear packet, for skb and for XDP (a page less headroom). */
#define FRAME_MAX 3500u
#define FRAME_MIN 14u

#define MAX_TAGS 6u
#define MAX_CHAIN 10u
#define RIGHT (-1) /* a length as it should be */

/* A generator of numbers: splitmix64 (Steele, Lea, Flood 2014), good enough and reproducible. */
struct prng {
	uint64_t state;
};

static uint64_t prng_next(struct prng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* A number below @limit. */
static uint32_t below(struct prng *r, uint32_t limit)
{
	return (uint32_t)((prng_next(r) >> 32) * limit >> 32);
}

/* True once in @times. */
static int one_in(struct prng *r, uint32_t times)
{
	return !below(r, times);
}

/*
 * struct frame - @gso_segs, @gso_size: what the skb says it stands for; @ifindex: where it is, 0
 * for IFINDEX; XDP knows neither.
 */
struct frame {
	uint32_t len;
	uint32_t gso_segs;
	uint32_t gso_size;
	uint32_t ifindex;
	uint8_t bytes[FRAME_MAX];
};

static void put(struct frame *f, const void *bytes, uint32_t len)
{
	assert(f->len + len <= FRAME_MAX);
	memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
}

static void put8(struct frame *f, uint32_t v)
{
	uint8_t b = (uint8_t)v;

	put(f, &b, 1);
}

static void put16(struct frame *f, uint32_t v)
{
	put8(f, v >> 8);
	put8(f, v);
}

static void put32(struct frame *f, uint32_t v)
{
	put16(f, v >> 16);
	put16(f, v);
}

static void put_random(struct frame *f, struct prng *r, uint32_t len)
{
	for (; len >= 8; len -= 8) {
		uint64_t v = prng_next(r);

		put(f, &v, 8);
	}
	while (len--)
		put8(f, below(r, 256));
}

static void set16(struct frame *f, uint32_t at, uint32_t v)
{
	assert(at + 2 <= f->len);
	f->bytes[at] = (uint8_t)(v >> 8);
	f->bytes[at + 1] = (uint8_t)v;
}

/* One extension header: @kind its number, @units its length field, @len the bytes it really has. */
struct chain {
	uint8_t kind;
	uint8_t units;
	uint16_t len;
	uint16_t frag; /* fragment header: offset and flags */
};

/*
 * struct spec - a frame to be. @src, @dst are hosts of one network each. A length of RIGHT is
 * computed; @options and @tcp_options are bytes really there behind the fixed header.
 */
struct spec {
	uint32_t num_tags;
	uint16_t tag_type[MAX_TAGS];
	uint16_t vid[MAX_TAGS];
	int version; /* 4, 6, or else an ARP frame */
	uint8_t src, dst;
	uint8_t proto, ttl, tos;
	uint16_t id, frag;
	int ihl, ip_len;
	uint32_t options;
	uint32_t num_chain;
	struct chain chain[MAX_CHAIN];
	uint16_t sport, dport;
	uint32_t seq, ack;
	int data_offset;
	uint8_t flags;
	uint16_t window;
	uint32_t tcp_options;
	int udp_len;
	uint8_t icmp_type, icmp_code;
	uint32_t payload, padding;
	uint32_t frag_id; /* of IPv6; 0: any */
	uint32_t gso_segs, gso_size;
	const uint8_t *content; /* of the payload; NULL: noise */
};

static void spec_init(struct spec *s, int version, uint8_t proto)
{
	*s = (struct spec){
		.version = version,
		.src = 1,
		.dst = 2,
		.proto = proto,
		.ttl = 64,
		.ihl = RIGHT,
		.ip_len = RIGHT,
		.sport = 40000,
		.dport = 443,
		.data_offset = RIGHT,
		.flags = RJ_TCP_ACK,
		.window = 1000,
		.udp_len = RIGHT,
	};
}

/*
 * Addresses are 8.0.0.0/16 and 2001:db8:86dd::/48. Their bytes at 12 and 13 of the IP header read
 * as the EtherType of IP: so a test run takes a packet without link header for an Ethernet frame
 * of that type, and hands it to the program as an interface without link header would.
 */
static void put_addr4(struct frame *f, uint8_t host)
{
	put16(f, 0x0800);
	put16(f, host);
}

static void put_addr6(struct frame *f, uint8_t host)
{
	put32(f, 0x20010db8);
	put16(f, 0x86dd);
	put32(f, 0);
	put32(f, 0);
	put16(f, host);
}

static void put_link(struct frame *f, const struct spec *s)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };

	put(f, macs, sizeof(macs));
	for (uint32_t i = 0; i < s->num_tags; i++) {
		put16(f, s->tag_type[i]);
		put16(f, s->vid[i]);
	}
	put16(f, s->version == 4 ? RJ_ETH_IPV4 : s->version == 6 ? RJ_ETH_IPV6 : 0x0806);
}

/* The total length is set when the packet is complete. */
static void put_ipv4(struct frame *f, struct prng *r, const struct spec *s)
{
	uint32_t ihl = s->ihl == RIGHT ? 5 + s->options / 4 : (uint32_t)s->ihl;

	put8(f, 0x40 | (ihl & 15));
	put8(f, s->tos);
	put16(f, 0);
	put16(f, s->id);
	put16(f, s->frag);
	put8(f, s->ttl);
	put8(f, s->num_chain ? s->chain[0].kind : s->proto);
	put16(f, 0);
	put_addr4(f, s->src);
	put_addr4(f, s->dst);
	put_random(f, r, s->options);
}

static void put_ipv6(struct frame *f, const struct spec *s)
{
	put32(f, 0x60000000u | (uint32_t)s->tos << 20 | s->id);
	put16(f, 0);
	put8(f, s->num_chain ? s->chain[0].kind : s->proto);
	put8(f, s->ttl);
	put_addr6(f, s->src);
	put_addr6(f, s->dst);
}

static void put_chain(struct frame *f, struct prng *r, const struct spec *s)
{
	for (uint32_t i = 0; i < s->num_chain; i++) {
		const struct chain *c = &s->chain[i];
		uint32_t start = f->len;

		put8(f, i + 1 < s->num_chain ? s->chain[i + 1].kind : s->proto);
		put8(f, c->units);
		if (c->kind == RJ_IP_FRAGMENT)
			put16(f, c->frag);
		if (c->kind == RJ_IP_FRAGMENT && s->frag_id)
			put32(f, s->frag_id);
		if (c->len > f->len - start)
			put_random(f, r, c->len - (f->len - start));
	}
}

static void put_tcp(struct frame *f, struct prng *r, const struct spec *s)
{
	uint32_t words = s->data_offset == RIGHT ? 5 + s->tcp_options / 4 :
						   (uint32_t)s->data_offset;

	put16(f, s->sport);
	put16(f, s->dport);
	put32(f, s->seq);
	put32(f, s->ack);
	put8(f, words << 4);
	put8(f, s->flags);
	put16(f, s->window);
	put32(f, 0);
	put_random(f, r, s->tcp_options);
}

static void put_udp(struct frame *f, const struct spec *s)
{
	put16(f, s->sport);
	put16(f, s->dport);
	put16(f, s->udp_len == RIGHT ? 8 + s->payload : (uint32_t)s->udp_len);
	put16(f, 0);
}

static void put_icmp(struct frame *f, const struct spec *s)
{
	put8(f, s->icmp_type);
	put8(f, s->icmp_code);
	put16(f, 0);
	put16(f, s->sport);
	put16(f, 1);
}

/* SCTP and DCCP: ports, and of the latter the data offset in words as the fifth octet. */
static void put_other_ports(struct frame *f, const struct spec *s)
{
	put16(f, s->sport);
	put16(f, s->dport);
	put8(f, s->data_offset == RIGHT ? 3 : (uint32_t)s->data_offset);
	put8(f, 0);
	put16(f, 0);
	put32(f, 0);
}

static void put_transport(struct frame *f, struct prng *r, const struct spec *s)
{
	if (s->proto == RJ_IP_TCP)
		put_tcp(f, r, s);
	else if (s->proto == RJ_IP_UDP)
		put_udp(f, s);
	else if (s->proto == RJ_IP_ICMP || s->proto == RJ_IP_ICMPV6)
		put_icmp(f, s);
	else if (s->proto == RJ_IP_SCTP || s->proto == RJ_IP_DCCP)
		put_other_ports(f, s);
	if (s->content)
		put(f, s->content, s->payload);
	else
		put_random(f, r, s->payload);
}

/* build - makes *@f of @s; bytes that do not matter come from @r. */
static void build(struct frame *f, struct prng *r, const struct spec *s)
{
	uint32_t ip;

	f->len = 0;
	f->gso_segs = s->gso_segs;
	f->gso_size = s->gso_size;
	put_link(f, s);
	ip = f->len;
	if (s->version == 4)
		put_ipv4(f, r, s);
	else if (s->version == 6)
		put_ipv6(f, s);
	put_chain(f, r, s);
	put_transport(f, r, s);
	if (s->version == 4)
		set16(f, ip + 2, s->ip_len == RIGHT ? f->len - ip : (uint32_t)s->ip_len);
	else if (s->version == 6)
		set16(f, ip + 4, s->ip_len == RIGHT ? f->len - ip - 40 : (uint32_t)s->ip_len);
	put_random(f, r, s->padding);
}

#endif
