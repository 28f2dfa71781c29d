/* SPDX-License-Identifier: BSD-3-Clause */
/* Link, network and transport headers as we read them; network byte order. [both] */
#ifndef RJ_BPF_WIRE_H
#define RJ_BPF_WIRE_H

#include <linux/types.h>

#include "bpf/side.h"

/*
 * Headers lie at any address in a frame: the host's structs are packed, so
 * that a read is right wherever they start; BPF's are natural, because clang
 * would read packed members byte by byte there.
 */

#define RJ_ETH_IPV4 0x0800u
#define RJ_ETH_IPV6 0x86ddu
#define RJ_ETH_VLAN 0x8100u	/* IEEE 802.1Q */
#define RJ_ETH_QINQ 0x88a8u	/* IEEE 802.1ad */
#define RJ_ETH_QINQ_OLD 0x9100u /* the same, before the standard */

#define RJ_ETH_ARP 0x0806u
#define RJ_ETH_TEB 0x6558u	  /* an Ethernet frame (RFC 1701) */
#define RJ_ETH_PPP 0x880bu	  /* in GRE (RFC 2637) */
#define RJ_ETH_MPLS 0x8847u	  /* RFC 3032 */
#define RJ_ETH_MPLS_UP 0x8848u	  /* upstream-assigned labels (RFC 5332) */
#define RJ_ETH_PPPOE 0x8864u	  /* session (RFC 2516) */
#define RJ_ETH_PBB 0x88e7u	  /* IEEE 802.1Q 9.7: I-TAG */
#define RJ_ETH_MACSEC 0x88e5u	  /* IEEE 802.1AE */
#define RJ_ETH_ETAG 0x893fu	  /* IEEE 802.1BR */
#define RJ_ETH_VNTAG 0x8926u	  /* Cisco */
#define RJ_ETH_FABRICPATH 0x8903u /* Cisco */
#define RJ_ETH_TRILL 0x22f3u	  /* RFC 6325 */
#define RJ_ETH_HSR 0x892fu	  /* IEC 62439-3 5: rings without a gap */
#define RJ_ETH_CMD 0x8909u	  /* Cisco metadata: a security group */
#define RJ_ETH_LLC 0x8870u	  /* LLC whose frame is too long for a length (IEEE 802.1AC 12.2) */
#define RJ_ETH_NSH 0x894fu	  /* service function chains (RFC 8300) */
#define RJ_ETH_WCCP 0x883eu	  /* in GRE: redirected by WCCP (draft-wilson-wrec-wccp-v2) */
#define RJ_ETH_ERSPAN2 0x88beu	  /* in GRE: ERSPAN I and II */
#define RJ_ETH_ERSPAN3 0x22ebu	  /* in GRE */
#define RJ_ETH_MIN 0x0600u	  /* what is less is a length (IEEE 802.3 3.2.6) */

#define RJ_IP_IPIP 4u
#define RJ_IP_IPV6 41u
#define RJ_IP_GRE 47u
#define RJ_IP_ETHERIP 97u
#define RJ_IP_L2TP 115u
#define RJ_IP_MPLS 137u

#define RJ_PORT_VXLAN 4789u
#define RJ_PORT_VXLAN_OLD 8472u /* Linux's, before there was a number */
#define RJ_PORT_GENEVE 6081u
#define RJ_PORT_GTPU 2152u
#define RJ_PORT_TEREDO 3544u
#define RJ_PORT_L2TP 1701u
#define RJ_PORT_VXLAN_GPE 4790u
#define RJ_PORT_MPLS 6635u

#define RJ_IP_HOPOPTS 0u
#define RJ_IP_ICMP 1u
#define RJ_IP_TCP 6u
#define RJ_IP_UDP 17u
#define RJ_IP_DCCP 33u
#define RJ_IP_ROUTING 43u
#define RJ_IP_FRAGMENT 44u
#define RJ_IP_AH 51u
#define RJ_IP_ICMPV6 58u
#define RJ_IP_NONE 59u
#define RJ_IP_DSTOPTS 60u
#define RJ_IP_SCTP 132u
#define RJ_IP_MOBILITY 135u
#define RJ_IP_HIP 139u
#define RJ_IP_SHIM6 140u

#define RJ_TCP_FIN 0x01u
#define RJ_TCP_SYN 0x02u
#define RJ_TCP_RST 0x04u
#define RJ_TCP_PSH 0x08u
#define RJ_TCP_ACK 0x10u
#define RJ_TCP_URG 0x20u

/* IEEE 802.3 3.1.1 with the type field of Ethernet II */
struct rj_eth {
	__u8 dst[6];
	__u8 src[6];
	__be16 type;
} RJ_WIRE;

/* struct rj_eth, and the first octets of what is in it */
struct rj_eth_start {
	__u8 dst[6];
	__u8 src[6];
	__be16 type;
	__be16 start;
} RJ_WIRE;

/* IEEE 802.1Q 9.6: behind the type 0x8100 */
struct rj_vlan {
	__be16 tci;
	__be16 type;
} RJ_WIRE;

/* RFC 791 3.1 */
struct rj_ipv4 {
	__u8 version_ihl;
	__u8 tos;
	__be16 total_len;
	__be16 id;
	__be16 frag;
	__u8 ttl;
	__u8 proto;
	__be16 checksum;
	__be32 src;
	__be32 dst;
} RJ_WIRE;

#define RJ_IPV4_MORE_FRAGMENTS 0x2000u
#define RJ_IPV4_OFFSET_MASK 0x1fffu

/* RFC 8200 3 */
struct rj_ipv6 {
	__be32 version_class_label;
	__be16 payload_len;
	__u8 next;
	__u8 hop_limit;
	__be32 src[4];
	__be32 dst[4];
} RJ_WIRE;

/* RFC 8200 4.2: what all extension headers but the fragment header begin with */
struct rj_ext {
	__u8 next;
	__u8 len; /* in 8 octets, less the first; AH (RFC 4302 2.2): in 4 octets, less two */
} RJ_WIRE;

/* RFC 8200 4.5 */
struct rj_ext_frag {
	__u8 next;
	__u8 zero;
	__be16 offset;
	__be32 id;
} RJ_WIRE;

#define RJ_IPV6_OFFSET_MASK 0xfff8u
#define RJ_IPV6_MORE_FRAGMENTS 0x0001u

/* RFC 9293 3.1 */
struct rj_tcp {
	__be16 src;
	__be16 dst;
	__be32 seq;
	__be32 ack;
	__u8 offset;
	__u8 flags;
	__be16 window;
	__be16 checksum;
	__be16 urgent;
} RJ_WIRE;

/* RFC 768; also what SCTP (RFC 9260 3.1) and DCCP (RFC 4340 5.1) begin with, as far as the ports */
struct rj_udp {
	__be16 src;
	__be16 dst;
	__be16 len;
	__be16 checksum;
} RJ_WIRE;

struct rj_ports {
	__be16 src;
	__be16 dst;
} RJ_WIRE;

/* RFC 792, RFC 4443 2.1; the identifier is of the query messages */
struct rj_icmp {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 id;
	__be16 seq;
} RJ_WIRE;

struct rj_word {
	__be32 value;
} RJ_WIRE;

struct rj_byte {
	__u8 value;
} RJ_WIRE;

/* Two words; of most tunnels' headers the whole. */
struct rj_words {
	__be32 first;
	__be32 second;
} RJ_WIRE;

#endif
