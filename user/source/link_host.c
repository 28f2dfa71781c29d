// SPDX-License-Identifier: BSD-3-Clause
/* Pseudo-headers that hosts write before packets of interfaces of any kind. */
#include <pcap/dlt.h>

#include "source/link_unwrap.h"

/* Address families of IPv6: of the BSDs, FreeBSD, macOS, Linux, Solaris and Windows */
static bool is_inet6(uint32_t family)
{
	return family == 24 || family == 28 || family == 30 || family == 10 || family == 26 ||
	       family == 23;
}

static enum rj_reason read_ip(struct rj_unwrap *u, const struct rj_cursor *c, uint32_t family)
{
	if (family == 2)
		return rj_unwrap_network(u, c, RJ_ETH_IPV4);
	return is_inet6(family) ? rj_unwrap_network(u, c, RJ_ETH_IPV6) : RJ_REASON_NOT_IP;
}

/* A number of the capturing host that is known to be small: that tells its byte order. */
static enum rj_status read_small(struct rj_cursor *c, uint32_t *out)
{
	uint32_t value;
	enum rj_status st = rj_cursor_u32(c, &value);

	if (!st)
		*out = value > 0xffff ? __builtin_bswap32(value) : value;
	return st;
}

/* Serial lines under this type: PPP's address and control, those of Cisco's HDLC */
static bool is_serial(uint16_t head)
{
	return head == 0xff03 || head == 0x0f00 || head == 0x8f00;
}

enum rj_reason rj_link_loopback(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	struct rj_cursor start = c, ahead = c;
	uint32_t family;
	uint16_t head;

	if (read_small(&c, &family) || rj_cursor_u16(&ahead, &head))
		return RJ_REASON_LINK_TRUNCATED;
	if (is_serial(head))
		return rj_unwrap_link(u, &start, DLT_PPP_SERIAL);
	return read_ip(u, &c, family);
}

/* OpenBSD's enc(4): family, SPI, flags */
enum rj_reason rj_link_enc(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint32_t family;

	if (read_small(&c, &family) || rj_cursor_skip(&c, 8))
		return RJ_REASON_LINK_TRUNCATED;
	return read_ip(u, &c, family);
}

/* pflog(4): length, which may leave out the padding to four octets, and family come first */
enum rj_reason rj_link_pflog(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint8_t len, family;

	if (rj_cursor_u8(&c, &len) || rj_cursor_u8(&c, &family))
		return RJ_REASON_LINK_TRUNCATED;
	if (len < 4)
		return RJ_REASON_NOT_IP;
	if (rj_cursor_skip(&c, ((len + 3u) & ~3u) - 2))
		return RJ_REASON_LINK_TRUNCATED;
	return read_ip(u, &c, family);
}

/* Linux's ARPHRD_* whose packets begin with a header that the protocol does not tell */
#define ARPHRD_FRAD 770u
#define ARPHRD_IEEE80211 801u
#define ARPHRD_IEEE80211_RADIOTAP 803u
#define ARPHRD_NETLINK 824u
/* Linux's ETH_P_* below the EtherTypes */
#define ETH_P_802_2 4u
#define ETH_P_PPP 7u

/* @protocol of Linux cooked is an EtherType for most kinds of device. */
static enum rj_reason read_cooked(struct rj_unwrap *u, const struct rj_cursor *c, uint16_t device,
				  uint16_t protocol)
{
	switch (device) {
	case ARPHRD_FRAD:
		return rj_unwrap_link(u, c, DLT_FRELAY);
	case ARPHRD_IEEE80211:
		return rj_unwrap_link(u, c, DLT_IEEE802_11);
	case ARPHRD_IEEE80211_RADIOTAP:
		return rj_unwrap_link(u, c, DLT_IEEE802_11_RADIO);
	case ARPHRD_NETLINK:
		return RJ_REASON_NOT_IP;
	default:
		break;
	}
	if (protocol == ETH_P_PPP)
		return rj_unwrap_network(u, c, RJ_ETH_PPP);
	if (protocol == ETH_P_802_2)
		return rj_unwrap_llc(u, c);
	return protocol < RJ_ETH_MIN ? RJ_REASON_NOT_IP : rj_unwrap_network(u, c, protocol);
}

/* LINKTYPE_LINUX_SLL: packet type, ARPHRD, address length, address (8), protocol */
enum rj_reason rj_link_cooked(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint16_t device, protocol;

	if (rj_cursor_skip(&c, 2) || rj_cursor_u16(&c, &device) || rj_cursor_skip(&c, 10) ||
	    rj_cursor_u16(&c, &protocol))
		return RJ_REASON_LINK_TRUNCATED;
	return read_cooked(u, &c, device, protocol);
}

/* LINKTYPE_LINUX_SLL2: protocol, reserved, index (4), ARPHRD, packet type, address (1 + 8) */
enum rj_reason rj_link_cooked2(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint16_t device, protocol;

	if (rj_cursor_u16(&c, &protocol) || rj_cursor_skip(&c, 6) || rj_cursor_u16(&c, &device) ||
	    rj_cursor_skip(&c, 10))
		return RJ_REASON_LINK_TRUNCATED;
	return read_cooked(u, &c, device, protocol);
}

/* NFLOG: attributes of the capturing host's byte order; types are small, which tells it. */
#define NFULA_PAYLOAD 9u
#define NFULA_HEAD_LEN 4u

/* The next attribute's type, and its value's length. Malformed where the length is impossible. */
static enum rj_status read_attribute(struct rj_cursor *c, uint16_t *type, uint16_t *len)
{
	uint16_t value_len, value_type;
	enum rj_status st = rj_cursor_u16(c, &value_len);

	if (!st)
		st = rj_cursor_u16(c, &value_type);
	if (st)
		return st;
	if (value_type & 0xff00) {
		value_len = __builtin_bswap16(value_len);
		value_type = __builtin_bswap16(value_type);
	}
	if (value_len < NFULA_HEAD_LEN)
		return RJ_MALFORMED;
	*type = value_type;
	*len = (uint16_t)(value_len - NFULA_HEAD_LEN);
	return RJ_OK;
}

/* family, version, resource (2), attributes */
enum rj_reason rj_link_nflog(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint8_t family, version;
	uint16_t type, len;

	if (rj_cursor_u8(&c, &family) || rj_cursor_u8(&c, &version) || rj_cursor_skip(&c, 2))
		return RJ_REASON_LINK_TRUNCATED;
	if (version)
		return RJ_REASON_NOT_IP;
	for (;;) {
		enum rj_status st = read_attribute(&c, &type, &len);

		if (st)
			return st == RJ_MALFORMED ? RJ_REASON_NOT_IP : RJ_REASON_LINK_TRUNCATED;
		if (type == NFULA_PAYLOAD)
			return read_ip(u, &c, family);
		if (rj_cursor_skip(&c, (len + 3u) & ~3u))
			return RJ_REASON_LINK_TRUNCATED;
	}
}

#define PKTAP_FLAGS_OFF 36u
#define PKTAP_IS_V2 0x00080000u
#define PKTAP_MIN_LEN 40u

/* Apple's, little endian: the flags, at one offset in both versions, say which it is. */
enum rj_reason rj_link_pktap(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	struct rj_cursor ahead = c;
	uint32_t flags, len, has_packet = 1, link_type;

	if (rj_cursor_skip(&ahead, PKTAP_FLAGS_OFF) || rj_cursor_le(&ahead, 4, &flags))
		return RJ_REASON_LINK_TRUNCATED;
	ahead = c;
	if (flags & PKTAP_IS_V2) {
		if (rj_cursor_le(&ahead, 1, &len) || rj_cursor_skip(&ahead, 5) ||
		    rj_cursor_le(&ahead, 2, &link_type))
			return RJ_REASON_LINK_TRUNCATED;
	} else if (rj_cursor_le(&ahead, 4, &len) || rj_cursor_le(&ahead, 4, &has_packet) ||
		   rj_cursor_le(&ahead, 4, &link_type)) {
		return RJ_REASON_LINK_TRUNCATED;
	}
	if (len < PKTAP_MIN_LEN || has_packet != 1)
		return RJ_REASON_NOT_IP;
	if (rj_cursor_skip(&c, len))
		return RJ_REASON_LINK_TRUNCATED;
	return rj_unwrap_link(u, &c, link_type > INT32_MAX ? -1 : (int)link_type);
}

/* Solaris's ipnet: version, family, then 22 octets of where the packet came from */
enum rj_reason rj_link_ipnet(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint8_t family;

	if (rj_cursor_skip(&c, 1) || rj_cursor_u8(&c, &family) || rj_cursor_skip(&c, 22))
		return RJ_REASON_LINK_TRUNCATED;
	return read_ip(u, &c, family);
}
