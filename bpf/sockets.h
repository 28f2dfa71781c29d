/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose socket a packet was sent by: what owner.bpf.c leaves at sockets, read by packets. */
#ifndef RJ_BPF_SOCKETS_H
#define RJ_BPF_SOCKETS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/abi.h"
#include "bpf/side.h"
#include "bpf/socket_set.h"
#include "bpf/wire.h"

/*
 * Who opened and who uses each socket, by its cookie. Written by the programs of owner.bpf.c, read
 * by the packet programs; an entry goes when its socket is closed. One that finds no room is
 * counted. Memory that the kernel keeps at a socket would cost a connection several microseconds.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RJ_SOCKET_SETS);
	__type(key, __u32);
	__type(value, struct rj_socket_set);
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
 * rj_socket_set_of - one of the two sets that a socket may be in. Cookies are counted up: those of
 * the first are evenly filled by sockets that are closed in turn; the second are spread by
 * multiplication, for those whose neighbours stay.
 */
static __always_inline struct rj_socket_set *rj_socket_set_of(__u64 cookie, int is_second)
{
	__u64 at = is_second ? cookie * 0x9e3779b97f4a7c15ull >> 32 : cookie;
	__u32 key = (__u32)at % RJ_SOCKET_SETS;

	return bpf_map_lookup_elem(&rj_sockets, &key);
}

/* rj_socket_set_next - the second set of @cookie, if any socket of the first is in its second. */
static __always_inline struct rj_socket_set *rj_socket_set_next(const struct rj_socket_set *first,
								__u64 cookie)
{
	return *(const volatile __u64 *)&first->elsewhere ? rj_socket_set_of(cookie, 1) : 0;
}

/* rj_socket_get - false where the socket is not known. */
static __always_inline int rj_socket_get(__u64 cookie, struct rj_owner *out)
{
	struct rj_socket_set *set = rj_socket_set_of(cookie, 0);

	if (!set)
		return 0;
	if (rj_socket_set_get(set, cookie, out))
		return 1;
	set = rj_socket_set_next(set, cookie);
	return set && rj_socket_set_get(set, cookie, out);
}

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
	struct rj_owner owner;

	if (half->packets >= RJ_OWNER_PACKETS)
		half->bits |= RJ_HALF_OWNED;
	if (!sk || ((skb->ingress_ifindex || p->num_tunnels) && !rj_is_sender(sk, p)))
		return;
	if (rj_socket_get(bpf_get_socket_cookie(skb), &owner)) {
		if (owner.opener)
			out->opener = owner.opener;
		if (owner.user)
			out->user = owner.user;
	} else if ((p->tcp_flags & (RJ_TCP_SYN | RJ_TCP_ACK)) == (RJ_TCP_SYN | RJ_TCP_ACK)) {
		rj_owner_of_listener(sk, out);
	}
}

#endif
