// SPDX-License-Identifier: BSD-3-Clause
/* Reads link headers of captures; Ethernet's is the kernel side's too: bpf/parse.h. */
#include "source/link.h"

#include <pcap/dlt.h>
#include <stdint.h>

/* LINKTYPE_LINUX_SLL: packet type, ARPHRD, address length, address (8), protocol */
#define SLL_LEN 16u
#define SLL_TYPE_OFF 14u
/* LINKTYPE_LINUX_SLL2: protocol first, 20 octets in all */
#define SLL2_LEN 20u
/* LINKTYPE_NULL and _LOOP: an address family of the capturing system */
#define NULL_LEN 4u
/* DLT_RAW in files, which libpcap translates; rj_session_feed takes either */
#define LINKTYPE_RAW 101

/* Address families of IPv6: of the BSDs, FreeBSD, macOS, Linux, Solaris and Windows */
static bool is_inet6(uint32_t family)
{
	return family == 24 || family == 28 || family == 30 || family == 10 || family == 26 ||
	       family == 23;
}

static enum rj_reason at_type(const struct rj_frame *f, uint32_t type_off, uint32_t off,
			      struct rj_layers *l, struct rj_packet *p)
{
	const struct rj_ports *type = rj_at(f, type_off, struct rj_ports);

	/* the two octets after the type are always there in a frame worth reading */
	if (!type || f->captured_len < off)
		return RJ_REASON_LINK_TRUNCATED;
	return rj_parse_network(f, off, rj_be16(type->src), l, p);
}

static enum rj_reason at_version(const struct rj_frame *f, uint32_t off, struct rj_layers *l,
				 struct rj_packet *p)
{
	const uint8_t *first = rj_ptr(f, off, 1);
	uint16_t type = RJ_ETH_IPV4;

	if (!first)
		return RJ_REASON_LINK_TRUNCATED;
	if (*first >> 4 == 6)
		type = RJ_ETH_IPV6;
	else if (*first >> 4 != 4)
		return RJ_REASON_IP_MALFORMED;
	return rj_parse_network(f, off, type, l, p);
}

/* The family is in the byte order of whoever captured: small numbers tell which. */
static enum rj_reason at_family(const struct rj_frame *f, struct rj_layers *l, struct rj_packet *p)
{
	const struct rj_word *word = rj_at(f, 0, struct rj_word);
	uint32_t family;

	if (!word)
		return RJ_REASON_LINK_TRUNCATED;
	family = rj_be32(word->value);
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	if (family == 2)
		return rj_parse_network(f, NULL_LEN, RJ_ETH_IPV4, l, p);
	if (is_inet6(family))
		return rj_parse_network(f, NULL_LEN, RJ_ETH_IPV6, l, p);
	return RJ_REASON_NOT_IP;
}

enum rj_reason rj_link_parse(int link_type, const struct rj_frame *f, struct rj_layers *l,
			     struct rj_packet *p)
{
	switch (link_type) {
	case DLT_EN10MB:
		return rj_parse_ethernet(f, l, p);
	case DLT_RAW:
	case LINKTYPE_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
		return at_version(f, 0, l, p);
	case DLT_NULL:
	case DLT_LOOP:
		return at_family(f, l, p);
	case DLT_LINUX_SLL:
		return at_type(f, SLL_TYPE_OFF, SLL_LEN, l, p);
	case DLT_LINUX_SLL2:
		return at_type(f, 0, SLL2_LEN, l, p);
	default:
		return RJ_REASON_LINK_TYPE;
	}
}

bool rj_link_is_read(int link_type)
{
	static const struct rj_frame empty;
	struct rj_layers l;
	struct rj_packet p;

	return rj_link_parse(link_type, &empty, &l, &p) != RJ_REASON_LINK_TYPE;
}
