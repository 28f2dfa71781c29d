// SPDX-License-Identifier: BSD-3-Clause
/* Token ring, FDDI, ARCNET and InfiniBand. */
#include "source/link_unwrap.h"

/* Of a frame control octet: frames that carry LLC */
#define TOKEN_RING_FORMAT 0xc0u
#define TOKEN_RING_LLC 0x40u
#define FDDI_FORMAT 0x70u
#define FDDI_LLC 0x50u /* with addresses of 48 bits */
/* Of a source address: routing information follows; and in that, its length */
#define IS_ROUTED 0x80u
#define ROUTE_LEN 0x1fu

/* Routing information (IEEE 802.5 C.3) counts its own length in the first octet. */
static enum rj_reason pass_route(struct rj_cursor *c)
{
	uint8_t first;

	if (rj_cursor_u8(c, &first))
		return RJ_REASON_LINK_TRUNCATED;
	if ((first & ROUTE_LEN) < 2)
		return RJ_REASON_NOT_IP;
	return rj_cursor_skip(c, (first & ROUTE_LEN) - 1u) ? RJ_REASON_LINK_TRUNCATED :
							     RJ_REASON_NONE;
}

/* IEEE 802.5 3: access control, frame control, destination, source */
enum rj_reason rj_link_token_ring(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	enum rj_reason reason = RJ_REASON_NONE;
	uint8_t control, source;

	if (rj_cursor_skip(&c, 1) || rj_cursor_u8(&c, &control) || rj_cursor_skip(&c, 6) ||
	    rj_cursor_u8(&c, &source) || rj_cursor_skip(&c, 5))
		return RJ_REASON_LINK_TRUNCATED;
	if ((control & TOKEN_RING_FORMAT) != TOKEN_RING_LLC)
		return RJ_REASON_NOT_IP;
	if (source & IS_ROUTED)
		reason = pass_route(&c);
	return reason ? reason : rj_unwrap_llc(u, &c);
}

/* ISO 9314-2: frame control, destination, source */
enum rj_reason rj_link_fddi(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint8_t control;

	if (rj_cursor_u8(&c, &control) || rj_cursor_skip(&c, 12))
		return RJ_REASON_LINK_TRUNCATED;
	return (control & FDDI_FORMAT) == FDDI_LLC ? rj_unwrap_llc(u, &c) : RJ_REASON_NOT_IP;
}

/* Protocols of RFC 1051, RFC 1201 and RFC 2497; packets of the latter two may come in parts. */
#define ARCNET_IPV4_OLD 240u
#define ARCNET_IPV4 212u
#define ARCNET_IPV6 196u
#define ARCNET_IS_EXCEPTION 0xffu /* padding: all of the header once more */

enum rj_reason rj_link_arcnet(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint8_t protocol, split;

	if (rj_cursor_u8(&c, &protocol))
		return RJ_REASON_LINK_TRUNCATED;
	if (protocol == ARCNET_IPV4_OLD)
		return rj_unwrap_network(u, &c, RJ_ETH_IPV4);
	if (protocol != ARCNET_IPV4 && protocol != ARCNET_IPV6)
		return RJ_REASON_NOT_IP;
	if (rj_cursor_u8(&c, &split) || rj_cursor_skip(&c, 2))
		return RJ_REASON_LINK_TRUNCATED;
	if (split == ARCNET_IS_EXCEPTION &&
	    (rj_cursor_skip(&c, 1) || rj_cursor_u8(&c, &split) || rj_cursor_skip(&c, 2)))
		return RJ_REASON_LINK_TRUNCATED;
	if (split && !(split & 1)) /* RFC 1201 2.2: even: a later part */
		return RJ_REASON_NOT_IP;
	return rj_unwrap_network(u, &c, protocol == ARCNET_IPV4 ? RJ_ETH_IPV4 : RJ_ETH_IPV6);
}

#define GLOBAL_ROUTE_LEN 40u

static bool is_network(uint32_t head)
{
	return head == RJ_ETH_IPV4 << 16 || head == RJ_ETH_IPV6 << 16 || head == RJ_ETH_ARP << 16;
}

/*
 * RFC 4391 6: EtherType and two reserved octets. LINKTYPE_IPOIB is described to begin with them;
 * what tcpdump and Wireshark read has InfiniBand's global route header before, or its empty room.
 */
enum rj_reason rj_link_infiniband(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	struct rj_cursor behind = c;
	uint32_t head;

	if (rj_cursor_u32(&c, &head))
		return RJ_REASON_LINK_TRUNCATED;
	if (is_network(head))
		return rj_unwrap_network(u, &c, (uint16_t)(head >> 16));
	if (rj_cursor_skip(&behind, GLOBAL_ROUTE_LEN) || rj_cursor_u32(&behind, &head))
		return RJ_REASON_LINK_TRUNCATED;
	return rj_unwrap_network(u, &behind, (uint16_t)(head >> 16));
}
