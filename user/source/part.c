// SPDX-License-Identifier: BSD-3-Clause
/* A short look at a frame. Where anything is unusual the parser has to tell. */
#include "source/part.h"

#include <pcap/dlt.h>
#include <string.h>

#include "bpf/tunnel.h"

#define IPV4_HEADER_LEN 20u
#define IPV4_PIECE_BITS (RJ_IPV4_MORE_FRAGMENTS | RJ_IPV4_OFFSET_MASK)

static uint64_t word_at(const void *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* The word that struct rj_key has of an IPv4 address, ::ffff:a.b.c.d. */
static uint64_t ipv4_word(__be32 addr)
{
	uint8_t bytes[sizeof(uint64_t)] = { 0, 0, 0xff, 0xff };

	memcpy(bytes + 4, &addr, sizeof(addr));
	return word_at(bytes);
}

/* The part of the packet whose ports stand at @off. */
static uint8_t by_ports(const struct rj_frame *f, uint32_t off, uint8_t proto, uint64_t addr_sum)
{
	const struct rj_ports *ports = rj_at(f, off, struct rj_ports);
	uint16_t src, dst;

	if (!ports || (proto != RJ_IP_TCP && proto != RJ_IP_UDP))
		return RJ_PART_UNKNOWN;
	src = rj_be16(ports->src);
	dst = rj_be16(ports->dst);
	if (proto == RJ_IP_UDP && !f->is_closed && rj_tunnel_of_ports(src, dst))
		return RJ_PART_UNKNOWN;
	return (uint8_t)rj_part_mix(addr_sum, (uint32_t)src + dst);
}

static uint8_t of_ipv4(const struct rj_frame *f, uint32_t off)
{
	const struct rj_ipv4 *ip = rj_at(f, off, struct rj_ipv4);
	uint32_t header_len;

	if (!ip || ip->version_ihl >> 4 != 4 || rj_be16(ip->frag) & IPV4_PIECE_BITS)
		return RJ_PART_UNKNOWN;
	header_len = (ip->version_ihl & 15u) * 4u;
	if (header_len < IPV4_HEADER_LEN)
		return RJ_PART_UNKNOWN;
	return by_ports(f, off + header_len, ip->proto, ipv4_word(ip->src) + ipv4_word(ip->dst));
}

static uint8_t of_ipv6(const struct rj_frame *f, uint32_t off)
{
	const struct rj_ipv6 *ip = rj_at(f, off, struct rj_ipv6);

	if (!ip || rj_be32(ip->version_class_label) >> 28 != 6)
		return RJ_PART_UNKNOWN;
	return by_ports(f, off + RJ_IPV6_HEADER_LEN, ip->next,
			word_at(ip->src) + word_at(ip->src + 2) + word_at(ip->dst) +
				word_at(ip->dst + 2));
}

uint8_t rj_part_before_parsing(const struct rj_capture *frame, bool is_closed)
{
	const struct rj_frame f = {
		.data = frame->data,
		.captured_len = frame->captured_len,
		.wire_len = frame->wire_len,
		.is_closed = is_closed,
	};
	const struct rj_eth *eth = rj_at(&f, 0, struct rj_eth);
	uint32_t off = sizeof(*eth);
	uint16_t type = eth ? rj_be16(eth->type) : 0;
	const struct rj_vlan *tag;

	if (frame->link_type != DLT_EN10MB)
		return RJ_PART_UNKNOWN;
	if (type == RJ_ETH_VLAN) {
		tag = rj_at(&f, off, struct rj_vlan);
		type = tag ? rj_be16(tag->type) : 0;
		off += (uint32_t)sizeof(*tag);
	}
	if (type == RJ_ETH_IPV4)
		return of_ipv4(&f, off);
	return type == RJ_ETH_IPV6 ? of_ipv6(&f, off) : RJ_PART_UNKNOWN;
}
