/* SPDX-License-Identifier: BSD-3-Clause */
/* What one packet does to its flow's state: written once, for kernel and host. [both] */
#ifndef RJ_BPF_ACCUMULATE_H
#define RJ_BPF_ACCUMULATE_H

#include "bpf/abi.h"
#include "bpf/hist.h"
#include "bpf/splt.h"
#include "bpf/tcp.h"
#include "bpf/tlsrec.h"
#include "bpf/wire.h"

/* A flow is handed on in pieces before any 32-bit counter in it can come round. */
#define RJ_FOLD_PACKETS 0x7fffffffu

static __always_inline int rj_is_late(__u64 now_ns, __u64 since_ns, __u64 limit_ns)
{
	return limit_ns && now_ns > since_ns && now_ns - since_ns > limit_ns;
}

static __always_inline int rj_is_closed(const struct rj_flow *f)
{
	__u8 flags0 = f->half[0].tcp_flags;
	__u8 flags1 = f->half[1].tcp_flags;

	return (flags0 | flags1) & RJ_TCP_RST || flags0 & flags1 & RJ_TCP_FIN;
}

/* rj_is_closed_alone - whether @mine has ended, and the other direction is not seen at all. */
static __always_inline int rj_is_closed_alone(const struct rj_half *mine,
					      const struct rj_half *other)
{
	return mine->tcp_flags & RJ_TCP_FIN && !other->packets;
}

/*
 * rj_flow_cut - whether @p, of side @mine, ends the flow instead of being part
 * of it, and why. The state of the other side is looked at only where that can
 * change the answer, because it is another CPU's cache line.
 */
static __always_inline enum rj_end rj_flow_cut(const struct rj_flow *f, const struct rj_half *mine,
					       const struct rj_half *other,
					       const struct rj_packet *p,
					       const struct rj_limits *limits)
{
	__u64 last_ns = mine->packets ? mine->last_ns : f->start_ns;

	if (rj_is_late(p->time_ns, last_ns, limits->idle_ns) &&
	    (!other->packets || rj_is_late(p->time_ns, other->last_ns, limits->idle_ns)))
		return RJ_END_IDLE;
	if (rj_is_late(p->time_ns, f->start_ns, limits->active_ns))
		return RJ_END_ACTIVE;
	if ((p->tcp_flags & (RJ_TCP_SYN | RJ_TCP_ACK)) == RJ_TCP_SYN && p->bits & RJ_PKT_TCP &&
	    (rj_is_closed(f) || rj_is_closed_alone(mine, other)))
		return RJ_END_REUSE;
	if (mine->packets > RJ_FOLD_PACKETS)
		return RJ_END_FOLD;
	return RJ_END_NONE;
}

static __always_inline __u64 rj_flow_packets(const struct rj_flow *f)
{
	return (__u64)f->half[0].packets + f->half[1].packets;
}

/* rj_flow_last - time of the flow's last packet. */
static __always_inline __u64 rj_flow_last(const struct rj_flow *f)
{
	__u64 last_ns = f->half[0].last_ns;

	if (f->half[1].last_ns > last_ns)
		last_ns = f->half[1].last_ns;
	return last_ns ? last_ns : f->start_ns;
}

/* rj_flow_is_over - whether no packet can belong to the flow any more at @now. */
static __always_inline int rj_flow_is_over(const struct rj_flow *f, __u64 now,
					   const struct rj_limits *limits)
{
	/* the last packet is no earlier than the first, which is on a line that was read anyway */
	if (limits->idle_ns)
		return rj_is_late(now, f->start_ns, limits->idle_ns) &&
		       rj_is_late(now, rj_flow_last(f), limits->idle_ns);
	return rj_is_late(now, f->start_ns, limits->active_ns);
}

/*
 * rj_flow_is_spare - whether the flow may be taken before its time where the map is short of room:
 * nothing came for @age_ns, and it was one packet that nobody answered (none, where there was no
 * slot), or was closed.
 */
static __always_inline int rj_flow_is_spare(const struct rj_flow *f, __u64 now, __u64 age_ns)
{
	if (!rj_is_late(now, rj_flow_last(f), age_ns))
		return 0;
	return rj_flow_packets(f) <= 1 || rj_is_closed(f);
}

/*
 * rj_flow_start - makes *@f, whose halves are zero, the flow that @p begins. @before is the
 * originator of the flow it goes on from after an active or fold cut, or -1.
 */
static __always_inline void rj_flow_start(struct rj_flow *f, const struct rj_packet *p, int before)
{
	f->start_ns = p->time_ns;
	f->starter = p->side & 1;
	f->owner[p->side & 1] = p->ifindex;
	/* one that goes on still has stragglers of the other half under way to other interfaces */
	if (before < 0)
		f->owner[!(p->side & 1)] = 0;
	f->originator = p->side;
	f->originator_by = RJ_ORIG_FIRST;
	if (p->bits & RJ_PKT_TCP && p->tcp_flags & RJ_TCP_SYN) {
		f->originator_by = RJ_ORIG_SYN;
		if (p->tcp_flags & RJ_TCP_ACK && !(p->bits & RJ_PKT_SAME_ENDS))
			f->originator = !p->side;
	} else if (before >= 0) {
		f->originator = (__u8)before;
	}
}

/*
 * rj_half_start - what the first packet of a side tells. @rest is zero, and of its second cache
 * line most packets have nothing to say.
 */
static __always_inline void rj_half_start(struct rj_half *h, struct rj_rest *rest,
					  const struct rj_packet *p)
{
	h->bits |= RJ_HALF_STARTED;
	h->ttl_min = p->ttl;
	rest->first_ns = p->time_ns;
	rest->ifindex = p->ifindex;
	if (p->num_vlans) {
		rj_copy(rest->vlan, p->vlan, sizeof(rest->vlan));
		rest->num_vlans = p->num_vlans;
	}
	if (p->icmp_type | p->icmp_code) {
		rest->icmp_type = p->icmp_type;
		rest->icmp_code = p->icmp_code;
	}
}

/*
 * rj_is_plain - whether nothing but @half and histograms change by the packet, and the answer to it
 * needs nothing else: asked of each packet, so that most of a long flow's read no more than its
 * entry.
 */
static __always_inline int rj_is_plain(const struct rj_half *half, const struct rj_packet *p,
				       const struct rj_limits *limits)
{
	if (!(half->bits & RJ_HALF_STARTED) || p->bits & RJ_PKT_BAD_L4 ||
	    rj_is_listed(half, p, limits) || rj_is_numbered(half, p))
		return 0;
	if (!(p->bits & RJ_PKT_TCP))
		return 1;
	return rj_tcp_is_plain(half, p) && !(limits->num_records && rj_tlsrec_may_want(half, p));
}

/* rj_half_count - counters and times. */
static __always_inline void rj_half_count(struct rj_half *h, const struct rj_packet *p)
{
	if (p->ttl < h->ttl_min)
		h->ttl_min = p->ttl;
	if (p->time_ns > h->last_ns) /* clocks step back; the end of a flow does not */
		h->last_ns = p->time_ns;
	rj_count(&h->packets, p->num_segments);
	if (p->payload_len)
		rj_count(&h->payload_bytes, p->payload_len);
	rj_count(&h->ip_bytes, p->ip_len);
}

static __always_inline __u64 rj_gap_ns(const struct rj_half *half, const struct rj_packet *p)
{
	return p->time_ns > half->last_ns ? p->time_ns - half->last_ns : 0;
}

/*
 * rj_flow_add_plain - rj_flow_add of a packet for which rj_is_plain; @hist is the side's histograms
 * or NULL.
 */
static __always_inline void rj_flow_add_plain(struct rj_half *half, struct rj_hist *hist,
					      const struct rj_packet *p)
{
	if (hist)
		rj_hist_add(hist, p, 1, rj_gap_ns(half, p));
	if (p->bits & RJ_PKT_TCP)
		rj_tcp_add_plain(half, p);
	rj_half_count(half, p);
}

/*
 * rj_flow_add - accumulates @p, one of side @half, into the flow. @seq is where the rest of that
 * side is kept.
 */
static __always_inline void rj_flow_add(const struct rj_flow *f, struct rj_half *half,
					const struct rj_seq *seq, const struct rj_packet *p,
					const struct rj_limits *limits)
{
	__u64 since_start_ns = p->time_ns > f->start_ns ? p->time_ns - f->start_ns : 0;
	struct rj_rest *rest = seq->rest;
	__u32 num_resent = 0;

	if (seq->hist)
		rj_hist_add(seq->hist, p, half->packets != 0, rj_gap_ns(half, p));
	/* not by its packets: one that was plain before a cut may be counted behind it */
	if (!(half->bits & RJ_HALF_STARTED))
		rj_half_start(half, rest, p);
	if (p->bits & RJ_PKT_TCP)
		num_resent = rj_tcp_add(half, rest, p);
	if (p->bits & RJ_PKT_IPV4)
		rj_ids_add(rest, seq, p->ip_id, p->num_segments, limits->num_packets);
	if (limits->with_retrans)
		num_resent = 0;
	if ((p->payload_len || limits->with_zeros) && num_resent < p->num_segments)
		rj_splt_add(rest, seq, p, num_resent, since_start_ns, limits->num_packets);
	if (p->bits & RJ_PKT_BAD_L4 && rest->bad_l4 != 0xffff)
		rest->bad_l4++;
	rj_lists_settle(half, rest, limits);
	rj_half_count(half, p);
}

#endif
