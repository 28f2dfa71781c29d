/* SPDX-License-Identifier: BSD-3-Clause */
/* How far a frame has been read: what the parser's files share. [both] */
#ifndef RJ_BPF_LAYERS_H
#define RJ_BPF_LAYERS_H

#include "bpf/abi.h"
#include "bpf/side.h"

#define RJ_IPV4_HEADER_LEN 20u
#define RJ_IPV6_HEADER_LEN 40u
#define RJ_TCP_HEADER_LEN 20u
#define RJ_UDP_HEADER_LEN 8u
#define RJ_SCTP_HEADER_LEN 12u
#define RJ_ICMP_HEADER_LEN 8u

/*
 * struct rj_layers - where a frame has been read to; scratch space of the parser, but for @tunnels.
 * @off: next byte
 * @l4_len: bytes from there to the end of the datagram by the IP length
 * @type: EtherType of what is there
 * @inner: enum rj_tunnel_type that ports or protocol let expect there
 * @is_short: what is in a tunnel was not captured as far as its headers
 * @frag_start: where a fragment's bytes of its datagram begin
 * @head_len: the host's alone: all bytes, from @off on, of a first fragment that ends within the
 *        TCP header
 * @src, @dst, @src_port, @dst_port: as sent, before they are put in order
 * @tunnels: those that were opened; from here on not zeroed for every frame
 * @outer: the packet with the tunnel that is being opened
 */
struct rj_layers {
	__u32 off;
	__u32 l4_len;
	__u32 frag_start;
	__u8 inner;
	__u8 is_short;
	__u16 head_len;
	__u64 src[2];
	__u64 dst[2];
	__u16 src_port;
	__u16 dst_port;
	__u16 type;
	__u16 zero2;
	struct rj_tunnels tunnels;
	struct rj_packet outer;
};

static __always_inline __u32 rj_frame_left(const struct rj_frame *f, __u32 off)
{
	return f->wire_len > off ? f->wire_len - off : 0;
}

/* rj_take - moves over @len bytes of the datagram; false when it is shorter by its IP length. */
static __always_inline int rj_take(struct rj_layers *l, __u32 len)
{
	if (len > l->l4_len)
		return 0;
	l->off += len;
	l->l4_len -= len;
	return 1;
}

/*
 * rj_add_vlan - keeps a tag's VLAN identifier. Where there is no room it is false, or the tag is
 * counted alone.
 */
static __always_inline int rj_add_vlan(const struct rj_frame *f, struct rj_packet *p, __u16 tci)
{
	__u16 vid = tci & 0xfffu;

	/* constant indices: the verifier of 5.10 refuses variable stack writes */
	switch (p->num_vlans) {
	case 0:
		p->vlan[0] = vid;
		break;
	case 1:
		p->vlan[1] = vid;
		break;
	case 2:
		p->vlan[2] = vid;
		break;
	case 3:
		p->vlan[3] = vid;
		break;
	default:
		if (!rj_is_deep(f))
			return 0;
		if (p->num_vlans == 0xff)
			return 1;
		break;
	}
	p->num_vlans++;
	return 1;
}

#endif
