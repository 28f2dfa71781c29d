/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose socket a packet was sent by, and whose it is for. */
#ifndef RJ_BPF_PACKET_OWNER_H
#define RJ_BPF_PACKET_OWNER_H

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bpf/abi.h"
#include "bpf/config.h"
#include "bpf/kernel.h"
#include "bpf/side.h"
#include "bpf/sockets.h"
#include "bpf/wire.h"

#define RJ_LOOPBACK 1u /* the number of every namespace's */
#define RJ_PACKET_HOST 0u

/*
 * rj_is_sender - whether the socket that the frame carries is the one that sent the packet. Where
 * frames leave it is; where they come in, one that is there has come along from the other end of a
 * veth pair, or is the receiver's, by bpf_sk_assign; and what comes in tunnels may have been sent
 * by the daemon at its end. Then its port must be the sender's.
 */
static __always_inline int rj_is_sender(const struct bpf_sock *sk, const struct rj_packet *p)
{
	return sk->src_port == p->key.port[p->side & 1];
}

/*
 * rj_mptcp_cookie - of a subflow of Multipath TCP, which the kernel has opened, the cookie of the
 * socket that a process has; 0: it is none.
 */
static __always_inline __u64 rj_mptcp_cookie(struct bpf_sock *sk)
{
	const struct mptcp_sock *whole = rj_has_mptcp ? bpf_skc_to_mptcp_sock(sk) : 0;

	return whole ? (__u64)whole->sk.icsk_inet.sk.__sk_common.skc_cookie.counter : 0;
}

/*
 * rj_owner_of_listener - before a connection is accepted, whose its listener is: the answer to a
 * SYN is sent for a socket to be, which has the cookie of the one that will be accepted.
 */
static __always_inline void rj_owner_of_listener(struct bpf_sock *sk, struct rj_owner *out)
{
	struct bpf_sock *listener = bpf_get_listener_sock(sk);
	struct rj_owner *owner, known;
	__u64 cookie;

	if (!listener)
		return;
	cookie = rj_mptcp_cookie(listener);
	if (cookie) {
		if (rj_socket_get(cookie, &known))
			*out = known;
		return;
	}
	owner = bpf_sk_storage_get(&rj_listeners, listener, 0, 0);
	if (owner)
		*out = *owner;
}

/* rj_owner_is_due - whether a packet of @half is to be asked whose it is: sockets are handed on. */
static __always_inline int rj_owner_is_due(const struct rj_half *half)
{
	return !(half->bits & RJ_HALF_OWNED) || !(half->packets % RJ_OWNER_EVERY);
}

/* rj_owner_look - notes whose socket the packet of @half was sent by. */
static __always_inline void rj_owner_look(struct __sk_buff *skb, struct rj_half *half,
					  struct rj_owner *out, const struct rj_packet *p)
{
	struct bpf_sock *sk = skb->sk;
	struct rj_owner owner;
	__u64 cookie;

	if (half->packets >= RJ_OWNER_PACKETS)
		half->bits |= RJ_HALF_OWNED;
	if (!sk || ((skb->ingress_ifindex || p->num_tunnels) && !rj_is_sender(sk, p)))
		return;
	cookie = rj_mptcp_cookie(sk);
	if (rj_socket_get(cookie ? cookie : bpf_get_socket_cookie(skb), &owner)) {
		if (owner.opener)
			out->opener = owner.opener;
		if (owner.user)
			out->user = owner.user;
	} else if ((p->tcp_flags & (RJ_TCP_SYN | RJ_TCP_ACK)) == (RJ_TCP_SYN | RJ_TCP_ACK)) {
		rj_owner_of_listener(sk, out);
	}
}

/* The ends of @p as the kernel looks sockets up; how many bytes that is. */
static __always_inline __u32 rj_socket_tuple(const struct rj_packet *p, struct bpf_sock_tuple *out)
{
	const __u32 from = p->side & 1, to = !from;

	if (p->key.version == 4) {
		out->ipv4.saddr = ((const __u32 *)p->key.addr[from])[3];
		out->ipv4.daddr = ((const __u32 *)p->key.addr[to])[3];
		out->ipv4.sport = bpf_htons(p->key.port[from]);
		out->ipv4.dport = bpf_htons(p->key.port[to]);
		return sizeof(out->ipv4);
	}
	__builtin_memcpy(out->ipv6.saddr, p->key.addr[from], sizeof(out->ipv6.saddr));
	__builtin_memcpy(out->ipv6.daddr, p->key.addr[to], sizeof(out->ipv6.daddr));
	out->ipv6.sport = bpf_htons(p->key.port[from]);
	out->ipv6.dport = bpf_htons(p->key.port[to]);
	return sizeof(out->ipv6);
}

/*
 * rj_receiver_is_due - whether it is to be asked whose socket the packet, one that rj_owner_is_due
 * says, is for: an end that sends says so itself, and a search takes longer than all else here. So
 * where the first found none, in the namespace where it @is_found if it is, not all of those
 * behind it search too.
 */
static __always_inline int rj_receiver_is_due(const struct rj_flow *flow,
					      const struct rj_half *half, int is_found,
					      const struct rj_packet *p)
{
	if (p->key.proto != RJ_IP_UDP || flow->half[!(p->side & 1)].packets)
		return 0;
	return !(half->packets % RJ_OWNER_EVERY) ||
	       (!is_found && !(half->packets & (half->packets + 1)));
}

/*
 * rj_udp_owner - whose UDP socket of namespace @ns the packet is for; false: nobody's. Out of line,
 * as the stack has no room for more.
 */
static __noinline int rj_udp_owner(struct __sk_buff *skb, struct rj_owner *out,
				   const struct rj_packet *p, __u64 ns)
{
	struct bpf_sock_tuple tuple = {};
	struct rj_owner *owner;
	struct bpf_sock *sk;
	__u32 len;

	len = rj_socket_tuple(p, &tuple);
	sk = bpf_sk_lookup_udp(skb, &tuple, len, ns, 0);
	if (!sk)
		return 0;
	owner = bpf_sk_storage_get(&rj_listeners, sk, 0, 0);
	if (owner)
		*out = *owner;
	bpf_sk_release(sk);
	return owner != 0;
}

/*
 * rj_receiver_look - notes whose UDP socket the packet is for. The frame's own socket is never the
 * receiver's here; where it comes in the kernel looks for that one only later. What only passes
 * may seem to be for a socket that is bound to any address: user space sets that right. It passes
 * here before it goes to the far end of a pair, who is asked even so, and whose answer stands.
 */
static __always_inline void rj_receiver_look(struct __sk_buff *skb, const struct rj_flow *flow,
					     const struct rj_half *half, struct rj_owner *out,
					     struct rj_rest *rest, const struct rj_packet *p)
{
	int is_here = skb->ifindex == RJ_LOOPBACK || skb->ingress_ifindex == skb->ifindex;
	__u32 ifindex = skb->ifindex, *peer;
	int is_found = is_here ? out->opener != 0 : rest->receiver_peer != 0;

	if (p->num_tunnels || !rj_receiver_is_due(flow, half, is_found, p))
		return;
	if (is_here) {
		if (!rest->receiver_peer &&
		    (ifindex == RJ_LOOPBACK || skb->pkt_type == RJ_PACKET_HOST))
			rj_udp_owner(skb, out, p, (__u64)BPF_F_CURRENT_NETNS);
		return;
	}
	peer = bpf_map_lookup_elem(&rj_peers, &ifindex);
	if (peer && *peer && rj_udp_owner(skb, out, p, *peer - 1))
		rest->receiver_peer = *peer;
}

#endif
