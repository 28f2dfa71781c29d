/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose socket a packet was sent by: what owner.bpf.c leaves at sockets, read by packets. */
#ifndef RJ_BPF_SOCKETS_H
#define RJ_BPF_SOCKETS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/abi.h"
#include "bpf/side.h"
#include "bpf/wire.h"

/*
 * Who opened and who uses each socket, by its cookie. Written by the programs of owner.bpf.c, read
 * by the packet programs. Preallocated, as memory that the kernel keeps at a socket costs several
 * microseconds a connection; an entry, some 90 bytes, goes when its socket is closed. One that
 * finds no room is counted.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__type(key, __u64);
	__type(value, struct rj_owner);
} rj_sockets SEC(".maps");

/* Likewise of TCP sockets that are bound, at each: what is accepted is found by its listener. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 0);
	__type(key, int);
	__type(value, struct rj_owner);
} rj_listeners SEC(".maps");

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
 * rj_owner_of_listener - before a connection is accepted, whose its listener is: the answer to a
 * SYN is sent for a socket to be, which has the cookie of the one that will be accepted.
 */
static __always_inline void rj_owner_of_listener(struct bpf_sock *sk, struct rj_owner *out)
{
	struct bpf_sock *listener = bpf_get_listener_sock(sk);
	struct rj_owner *owner;

	if (!listener)
		return;
	owner = bpf_sk_storage_get(&rj_listeners, listener, 0, 0);
	if (owner)
		*out = *owner;
}

/* rj_owner_look - notes whose socket the packet of @half was sent by, while it is young. */
static __always_inline void rj_owner_look(struct __sk_buff *skb, struct rj_half *half,
					  struct rj_owner *out, const struct rj_packet *p)
{
	struct bpf_sock *sk = skb->sk;
	struct rj_owner *owner;
	__u64 cookie;

	if (half->packets >= RJ_OWNER_PACKETS)
		half->bits |= RJ_HALF_OWNED;
	if (!sk || ((skb->ingress_ifindex || p->num_tunnels) && !rj_is_sender(sk, p)))
		return;
	cookie = bpf_get_socket_cookie(skb);
	owner = bpf_map_lookup_elem(&rj_sockets, &cookie);
	if (owner) {
		if (owner->opener)
			out->opener = owner->opener;
		out->user = owner->user;
	} else if ((p->tcp_flags & (RJ_TCP_SYN | RJ_TCP_ACK)) == (RJ_TCP_SYN | RJ_TCP_ACK)) {
		rj_owner_of_listener(sk, out);
	}
}

#endif
