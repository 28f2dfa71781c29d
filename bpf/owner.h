/* SPDX-License-Identifier: BSD-3-Clause */
/* Which interface a half is counted on, where its packets pass several of one host. [both] */
#ifndef RJ_BPF_OWNER_H
#define RJ_BPF_OWNER_H

#include "bpf/abi.h"

/*
 * A packet that is bridged, routed or handed to a namespace passes several interfaces, each of
 * which shows it. The interface that saw a half's first packet owns the half and counts it; once
 * the owner has been silent for so long, the way has changed and whoever goes on becomes owner. So
 * where a path fails over, the packets of this time are set aside. Ours.
 */
#define RJ_OWNER_QUIET_NS 1000000000ull

/* rj_is_duplicate - whether @p, of half @mine, is counted on another interface than its own. */
static __always_inline int rj_is_duplicate(const struct rj_flow *f, const struct rj_half *mine,
					   const struct rj_packet *p)
{
	__u32 owner = f->owner[p->side & 1];
	__u64 last_ns = mine->packets ? mine->last_ns : f->start_ns;

	if (!owner || owner == p->ifindex)
		return 0;
	return p->time_ns <= last_ns || p->time_ns - last_ns <= RJ_OWNER_QUIET_NS;
}

/* rj_owner_note - the record is to name this interface as well, which packets of the side pass. */
static __always_inline void rj_owner_note(struct rj_rest *r, __u32 ifindex)
{
	if (ifindex == r->ifindex)
		return;
	for (__u32 i = 0; i < RJ_MAX_ALSO; i++) {
		if (r->also[i] == ifindex)
			return;
		if (!r->also[i]) {
			r->also[i] = ifindex;
			return;
		}
	}
	r->also_missed = 1;
}

/* rj_owner_changes - whether @p, which is counted, came by another interface than those before. */
static __always_inline int rj_owner_changes(const struct rj_flow *f, const struct rj_packet *p)
{
	return f->owner[p->side & 1] != p->ifindex;
}

/* rj_owner_set - @p is about to be counted: its interface owns the half from now on. */
static __always_inline void rj_owner_set(struct rj_flow *f, struct rj_rest *r,
					 const struct rj_packet *p)
{
	if (!rj_owner_changes(f, p))
		return;
	f->owner[p->side & 1] = p->ifindex;
	if (f->half[p->side & 1].packets) /* else rj_half_start names it */
		rj_owner_note(r, p->ifindex);
}

#endif
