/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose socket a packet was sent by: what owner.bpf.c leaves at sockets, read by packets. */
#ifndef RJ_BPF_SOCKETS_H
#define RJ_BPF_SOCKETS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/abi.h"
#include "bpf/side.h"

/*
 * Who opened and who uses each socket. Written by the programs of owner.bpf.c, read by the packet
 * programs. The kernel takes some 150 bytes for each socket and frees them with it; a socket that
 * is accepted has a copy of its listener's.
 */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__uint(max_entries, 0);
	__type(key, int);
	__type(value, struct rj_owner);
} rj_sockets SEC(".maps");

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

/* rj_owner_look - notes whose socket the packet of @half was sent by, while it is young. */
static __always_inline void rj_owner_look(struct __sk_buff *skb, struct rj_half *half,
					  struct rj_owner *out, const struct rj_packet *p)
{
	struct bpf_sock *sk;
	struct rj_owner *owner;

	if (half->packets >= RJ_OWNER_PACKETS)
		half->bits |= RJ_HALF_OWNED;
	sk = skb->sk;
	if (!sk)
		return;
	sk = bpf_sk_fullsock(sk);
	if (!sk || ((skb->ingress_ifindex || p->num_tunnels) && !rj_is_sender(sk, p)))
		return;
	owner = bpf_sk_storage_get(&rj_sockets, sk, 0, 0);
	if (owner)
		*out = *owner;
}

#endif
