/* SPDX-License-Identifier: BSD-3-Clause */
/* A few sockets and whose they are: one set of the table in sockets.h. [both] */
#ifndef RJ_BPF_SOCKET_SET_H
#define RJ_BPF_SOCKET_SET_H

#include "bpf/abi.h"
#include "bpf/side.h"

/* Sockets in a set; and sets: together 131,072 sockets, of 26 bytes each. */
#define RJ_SOCKET_WAYS 8u
#define RJ_SOCKET_SETS 16384u

/*
 * struct rj_socket_set - a free place has cookie 0.
 * @claims: how many programs put a socket in right now; one that is not alone goes elsewhere
 * @elsewhere: sockets that would be here, but are in their second set
 *
 * A hash map of the kernel's would do, but its locks and lists cost a short connection 3 % of its
 * time; here are a few words next to those of the socket before, as cookies are counted up.
 */
struct rj_socket_set {
	__u64 cookies[RJ_SOCKET_WAYS];
	struct rj_owner owners[RJ_SOCKET_WAYS];
	__u64 claims;
	__u64 elsewhere;
};

/* rj_is_some - 1 for what is not 0, without a branch. */
static __always_inline __u64 rj_is_some(__u64 value)
{
	value |= -value;
	rj_hide(value);
	return value >> 63;
}

/*
 * rj_socket_set_find - the places of @cookie, a bit each. Without branches, which the verifier
 * would follow into all that comes behind; nor masks of all bits or none, which it takes for such.
 */
static __always_inline __u32 rj_socket_set_find(const struct rj_socket_set *set, __u64 cookie)
{
	__u64 others = 0;

	for (__u32 way = 0; way < RJ_SOCKET_WAYS; way++)
		others |= rj_is_some(*(const volatile __u64 *)&set->cookies[way] ^ cookie) << way;
	return (__u32)~others & ((1u << RJ_SOCKET_WAYS) - 1);
}

_Static_assert(RJ_SOCKET_WAYS == 8, "rj_socket_way is for eight places");

/* rj_socket_way - the first of @places. Older verifiers (6.1) lose its bounds on the way. */
static __always_inline __u32 rj_socket_way(__u32 places)
{
	__u32 first = places & -places;
	__u64 way = rj_is_some(first & 0xaa) | rj_is_some(first & 0xcc) << 1 |
		    rj_is_some(first & 0xf0) << 2;

	rj_hide(way);
	return (__u32)way & (RJ_SOCKET_WAYS - 1);
}

/* rj_socket_set_get - false where @cookie is none of the set. */
static __always_inline int rj_socket_set_get(const struct rj_socket_set *set, __u64 cookie,
					     struct rj_owner *out)
{
	__u32 found = rj_socket_set_find(set, cookie), way = rj_socket_way(found);

	if (!found)
		return 0;
	*out = set->owners[way];
	rj_forget();
	/* it may have been closed meanwhile, and its place be another's */
	return *(const volatile __u64 *)&set->cookies[way] == cookie;
}

/* rj_socket_set_use - @user uses the socket from now on; false as above. */
static __always_inline int rj_socket_set_use(struct rj_socket_set *set, __u64 cookie, __u64 user)
{
	__u32 found = rj_socket_set_find(set, cookie), way = rj_socket_way(found);

	if (!found)
		return 0;
	if (set->owners[way].user != user)
		set->owners[way].user = user;
	return 1;
}

/* rj_socket_set_add - false without room, and where another CPU puts one in. */
static __always_inline int rj_socket_set_add(struct rj_socket_set *set, __u64 cookie,
					     const struct rj_owner *owner)
{
	int is_kept = 0;
	__u32 found, way;

	rj_count(&set->claims, 1);
	rj_forget();
	found = rj_socket_set_find(set, 0);
	way = rj_socket_way(found);
	if (found && *(const volatile __u64 *)&set->claims == 1) {
		set->owners[way] = *owner;
		rj_forget();
		*(volatile __u64 *)&set->cookies[way] = cookie;
		is_kept = 1;
	}
	rj_forget();
	rj_count(&set->claims, (__u64)-1);
	return is_kept;
}

/*
 * rj_socket_set_remove - false where it is none of the set. Whose it was goes first: on a machine
 * that shows others its stores out of order the next one at this place has no owner for a moment,
 * not this one's.
 */
static __always_inline int rj_socket_set_remove(struct rj_socket_set *set, __u64 cookie)
{
	__u32 found = rj_socket_set_find(set, cookie), way = rj_socket_way(found);

	if (!found)
		return 0;
	set->owners[way].opener = 0;
	set->owners[way].user = 0;
	rj_forget();
	*(volatile __u64 *)&set->cookies[way] = 0;
	return 1;
}

#endif
