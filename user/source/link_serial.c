// SPDX-License-Identifier: BSD-3-Clause
/* PPP, Cisco's HDLC, Frame Relay and ATM. */
#include <pcap/dlt.h>

#include "source/link_unwrap.h"

/* Addresses of Cisco's HDLC: one station, all of them; the control octet is zero */
#define HDLC_UNICAST 0x0f00u
#define HDLC_BROADCAST 0x8f00u

/* RFC 1661 2, RFC 1662 3.1; a serial line that carries Cisco's HDLC is told by its address. */
enum rj_reason rj_link_ppp_frame(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	struct rj_cursor ahead = c;
	uint16_t head;

	if (rj_cursor_u16(&ahead, &head))
		return RJ_REASON_LINK_TRUNCATED;
	if (head == HDLC_UNICAST || head == HDLC_BROADCAST)
		return rj_link_hdlc(u);
	return rj_unwrap_network(u, &c, RJ_ETH_PPP);
}

/* RFC 2516 4: version and type, code, session, length; packets have code 0. */
enum rj_reason rj_link_pppoe(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	struct rj_cursor ahead = c;
	uint16_t head;

	if (rj_cursor_u16(&ahead, &head))
		return RJ_REASON_LINK_TRUNCATED;
	return head == 0x1100 ? rj_unwrap_network(u, &c, RJ_ETH_PPPOE) : RJ_REASON_NOT_IP;
}

/* Address, control, EtherType (or Cisco's own number) */
enum rj_reason rj_link_hdlc(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint16_t type;

	if (rj_cursor_skip(&c, 2) || rj_cursor_u16(&c, &type))
		return RJ_REASON_LINK_TRUNCATED;
	return type < RJ_ETH_MIN ? RJ_REASON_NOT_IP : rj_unwrap_network(u, &c, type);
}

#define OUI_ETHERTYPE 0x000000u
#define OUI_BRIDGED 0x0080c2u
#define PID_ETHERNET_FCS 0x0001u
#define PID_ETHERNET 0x0007u

/* IEEE 802.1a: an EtherType, or a bridged Ethernet frame behind @padding octets */
static enum rj_reason read_snap(struct rj_unwrap *u, struct rj_cursor *c, size_t padding)
{
	uint32_t oui;
	uint16_t pid;

	if (rj_cursor_u24(c, &oui) || rj_cursor_u16(c, &pid))
		return RJ_REASON_LINK_TRUNCATED;
	if (oui == OUI_ETHERTYPE)
		return pid < RJ_ETH_MIN ? RJ_REASON_NOT_IP : rj_unwrap_network(u, c, pid);
	if (oui != OUI_BRIDGED || (pid != PID_ETHERNET_FCS && pid != PID_ETHERNET))
		return RJ_REASON_NOT_IP;
	if (rj_cursor_skip(c, padding))
		return RJ_REASON_LINK_TRUNCATED;
	return rj_unwrap_link(u, c, DLT_EN10MB);
}

/* ISO/IEC TR 9577: network layer protocols, as RFC 2427 4 and RFC 1973 2 use them */
#define NLPID_PADDING 0x00u
#define NLPID_SNAP 0x80u
#define NLPID_IPV6 0x8eu
#define NLPID_IPV4 0xccu
#define NLPID_PPP 0xcfu

static enum rj_reason read_nlpid(struct rj_unwrap *u, struct rj_cursor *c)
{
	uint8_t nlpid;

	if (rj_cursor_u8(c, &nlpid))
		return RJ_REASON_LINK_TRUNCATED;
	if (nlpid == NLPID_PADDING && rj_cursor_u8(c, &nlpid))
		return RJ_REASON_LINK_TRUNCATED;
	switch (nlpid) {
	case NLPID_IPV4:
		return rj_unwrap_network(u, c, RJ_ETH_IPV4);
	case NLPID_IPV6:
		return rj_unwrap_network(u, c, RJ_ETH_IPV6);
	case NLPID_PPP:
		return rj_unwrap_network(u, c, RJ_ETH_PPP);
	case NLPID_SNAP:
		return read_snap(u, c, 0);
	default:
		return RJ_REASON_NOT_IP;
	}
}

#define CONTROL_UI 0x03u

/* Q.922 3.2: two to four octets, the last of them with bit 1 set */
static enum rj_reason pass_address(struct rj_cursor *c)
{
	for (int i = 0; i < 4; i++) {
		uint8_t octet;

		if (rj_cursor_u8(c, &octet))
			return RJ_REASON_LINK_TRUNCATED;
		if (octet & 1)
			return i ? RJ_REASON_NONE : RJ_REASON_NOT_IP;
	}
	return RJ_REASON_NOT_IP;
}

/* RFC 2427 3; Cisco's own encapsulation has an EtherType right behind the address. */
enum rj_reason rj_link_frelay(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	enum rj_reason reason = pass_address(&c);
	struct rj_cursor cisco = c;
	uint8_t control;
	uint16_t type;

	if (reason)
		return reason;
	if (rj_cursor_u8(&c, &control))
		return RJ_REASON_LINK_TRUNCATED;
	if (control == CONTROL_UI)
		return read_nlpid(u, &c);
	if (rj_cursor_u16(&cisco, &type))
		return RJ_REASON_LINK_TRUNCATED;
	return type < RJ_ETH_MIN ? RJ_REASON_NOT_IP : rj_unwrap_network(u, &cisco, type);
}

/* FRF.16.1: which part of a frame this is, and its number; frames of the link's own */
#define MFR_BEGIN 0x8000u
#define MFR_CONTROL 0x2000u

enum rj_reason rj_link_multi_frelay(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint16_t head;

	if (rj_cursor_u16(&c, &head))
		return RJ_REASON_LINK_TRUNCATED;
	if (head & MFR_CONTROL || !(head & MFR_BEGIN))
		return RJ_REASON_NOT_IP;
	return rj_unwrap_link(u, &c, DLT_FRELAY);
}

#define LLC_SNAP 0xaaaa03u
#define LLC_ISO 0xfefe03u

/* RFC 2684 5: SNAP, with padding before bridged frames, or a network layer protocol of ISO's */
enum rj_reason rj_link_atm(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	struct rj_cursor start = c;
	uint32_t llc;

	if (rj_cursor_u24(&c, &llc))
		return RJ_REASON_LINK_TRUNCATED;
	if (llc == LLC_SNAP)
		return read_snap(u, &c, 2);
	return llc == LLC_ISO ? read_nlpid(u, &c) : rj_unwrap_llc(u, &start);
}

/* Traffic types of SunATM; in LAN emulation, 0xff00 marks control frames */
#define SUNATM_TYPES 0x0fu
#define SUNATM_LANE 1u
#define SUNATM_LLC 2u
#define LANE_CONTROL 0xff00u

/* Flags, VPI, VCI (2); frames of LAN emulation begin with the emulation client's number (2). */
enum rj_reason rj_link_sunatm(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint8_t flags;
	uint16_t client;

	if (rj_cursor_u8(&c, &flags) || rj_cursor_skip(&c, 3))
		return RJ_REASON_LINK_TRUNCATED;
	if ((flags & SUNATM_TYPES) == SUNATM_LLC)
		return rj_unwrap_link(u, &c, DLT_ATM_RFC1483);
	if ((flags & SUNATM_TYPES) != SUNATM_LANE)
		return RJ_REASON_NOT_IP;
	if (rj_cursor_u16(&c, &client))
		return RJ_REASON_LINK_TRUNCATED;
	return client == LANE_CONTROL ? RJ_REASON_NOT_IP : rj_unwrap_link(u, &c, DLT_EN10MB);
}
