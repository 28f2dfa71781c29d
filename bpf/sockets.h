/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose sockets are: written by the programs of owner.bpf.c, read by those of packets. */
#ifndef RJ_BPF_SOCKETS_H
#define RJ_BPF_SOCKETS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/abi.h"
#include "bpf/socket_set.h"

#define RJ_AF_INET 2
#define RJ_AF_INET6 10

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

/*
 * Likewise of sockets that are bound, at each: what TCP accepts is found by its listener, and what
 * comes by UDP by who is to have it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 0);
	__type(key, int);
	__type(value, struct rj_owner);
} rj_listeners SEC(".maps");

/* Interfaces of rj_peers. Ours: more pods than a node has. */
#define RJ_MAX_PEERS 4096u

/*
 * By the index of an interface whose frames come out in another namespace, as those of a veth pair
 * do: that namespace's number in this one, + 1. Written by user space.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RJ_MAX_PEERS);
	__type(key, __u32);
	__type(value, __u32);
} rj_peers SEC(".maps");

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

#endif
