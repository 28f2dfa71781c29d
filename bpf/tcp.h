/* SPDX-License-Identifier: BSD-3-Clause */
/* What a side's TCP segments tell: its SYN, retransmissions, order, by sequence space. [both] */
#ifndef RJ_BPF_TCP_H
#define RJ_BPF_TCP_H

#include "bpf/abi.h"
#include "bpf/wire.h"

/*
 * How far low_seq stays behind next_seq: the largest window there is (RFC 7323 2.3); and every how
 * many bytes that is looked at, so that packets in order need not ask for it.
 */
#define RJ_TCP_REACH (1u << 30)
#define RJ_TCP_STRIDE_BITS 28

enum rj_tcp_order { RJ_TCP_IN_ORDER, RJ_TCP_RETRANS, RJ_TCP_OOO };

/* rj_seq_before - RFC 9293 3.4: whether @a comes before @b in sequence space. */
static __always_inline int rj_seq_before(__u32 a, __u32 b)
{
	return (__s32)(a - b) < 0;
}

/*
 * rj_hole_open - remembers that [start, end) was passed over; the oldest goes when all are
 * taken.
 */
static __always_inline void rj_hole_open(struct rj_rest *r, __u32 start, __u32 end)
{
	struct rj_hole moved = { start, end };

	for (__u32 i = 0; i < RJ_TCP_HOLES && moved.start != moved.end; i++) {
		struct rj_hole kept = r->hole[i];

		r->hole[i] = moved;
		moved = kept;
	}
}

/*
 * rj_hole_fill - takes [start, end) out of the holes. True when all of it lay
 * in one of them, so that none of it was seen before.
 */
static __always_inline int rj_hole_fill(struct rj_rest *r, __u32 start, __u32 end)
{
	for (__u32 i = 0; i < RJ_TCP_HOLES; i++) {
		struct rj_hole *hole = &r->hole[i];
		__u32 old_end = hole->end;

		if (hole->start == hole->end || rj_seq_before(start, hole->start) ||
		    rj_seq_before(hole->end, end))
			continue;
		if (start == hole->start) {
			hole->start = end;
			return 1;
		}
		hole->end = start;
		if (end != old_end)
			rj_hole_open(r, end, old_end);
		return 1;
	}
	return 0;
}

/*
 * rj_tcp_place - where a segment [seq, end) stands among those seen: beyond
 * them (a hole opens where bytes are passed over), over bytes that were seen
 * (retransmission), or in a hole or below all (out of order).
 */
static __always_inline enum rj_tcp_order rj_tcp_place(struct rj_half *h, struct rj_rest *r,
						      __u32 seq, __u32 end)
{
	if (!(h->tcp_bits & RJ_TCP_HAS_SEQ)) {
		h->tcp_bits |= RJ_TCP_HAS_SEQ;
		r->low_seq = seq;
		h->next_seq = end;
		return RJ_TCP_IN_ORDER;
	}
	if (!rj_seq_before(seq, h->next_seq)) {
		__u32 before = h->next_seq;

		if (seq != before)
			rj_hole_open(r, before, seq);
		h->next_seq = end;
		/*
		 * the order of sequence space reaches half around: what is far behind is
		 * forgotten
		 */
		if ((end ^ before) >> RJ_TCP_STRIDE_BITS && end - r->low_seq > RJ_TCP_REACH)
			r->low_seq = end - RJ_TCP_REACH;
		return RJ_TCP_IN_ORDER;
	}
	if (!rj_seq_before(r->low_seq, end)) { /* end <= low: before all that was seen */
		if (end != r->low_seq)
			rj_hole_open(r, end, r->low_seq);
		r->low_seq = seq;
		return RJ_TCP_OOO;
	}
	if (rj_hole_fill(r, seq, end))
		return RJ_TCP_OOO;
	if (rj_seq_before(h->next_seq, end))
		h->next_seq = end;
	if (rj_seq_before(seq, r->low_seq))
		r->low_seq = seq;
	return RJ_TCP_RETRANS;
}

/* rj_tcp_keep_syn - the first SYN or SYN/ACK of a side: IP header, number, window, options. */
static __always_inline void rj_tcp_keep_syn(struct rj_half *h, struct rj_rest *r,
					    const struct rj_packet *p)
{
	if (h->tcp_bits & RJ_TCP_HAS_SYN)
		return;
	h->tcp_bits |= RJ_TCP_HAS_SYN;
	if (p->tcp_flags & RJ_TCP_ACK)
		h->tcp_bits |= RJ_TCP_SYN_ACK;
	r->syn_seq = p->tcp_seq;
	r->syn_ip = (__u8)((p->ttl & RJ_SYN_TTL) | (p->ip_id ? 0 : RJ_SYN_NO_ID));
	r->syn_window = p->tcp_window;
	r->syn_opt_len = p->tcp_opt_len;
	rj_copy(r->syn_opts, p->tcp_opts, RJ_TCP_OPTIONS_LEN);
}

/*
 * rj_tcp_forget_syn - whoever tries again with another number has said nothing under the first: as
 * if that SYN had not been.
 */
static __always_inline void rj_tcp_forget_syn(struct rj_half *h, struct rj_rest *r,
					      const struct rj_packet *p)
{
	int was_ack = !!(h->tcp_bits & RJ_TCP_SYN_ACK);

	if (!(h->tcp_bits & RJ_TCP_HAS_SYN) || p->tcp_seq == r->syn_seq ||
	    h->next_seq != r->syn_seq + 1 || was_ack != !!(p->tcp_flags & RJ_TCP_ACK))
		return;
	h->tcp_bits &= (__u8) ~(RJ_TCP_HAS_SYN | RJ_TCP_SYN_ACK | RJ_TCP_HAS_SEQ);
	r->syn_before = r->syn_seq;
}

/*
 * rj_tcp_choose_syn - of two numbers that a side's SYNs had, the last one is believed until a first
 * byte follows the other.
 */
static __always_inline void rj_tcp_choose_syn(struct rj_half *h, struct rj_rest *r,
					      const struct rj_packet *p)
{
	__u32 last = r->syn_seq;

	if (!r->syn_before || p->tcp_seq != r->syn_before + 1 || h->next_seq != last + 1 ||
	    !(h->tcp_bits & RJ_TCP_HAS_SYN))
		return;
	r->syn_seq = r->syn_before;
	r->syn_before = last;
	r->low_seq = r->syn_seq;
	h->next_seq = p->tcp_seq;
}

/*
 * rj_tcp_resent - of a packet that was placed as a retransmission: its segments from the first on
 * that are one, where @next was the end of what had been seen. The rest of a super-packet is new.
 */
static __always_inline __u32 rj_tcp_resent(const struct rj_packet *p, __u32 next)
{
	__u32 old = next - p->tcp_seq;

	if (p->num_segments <= 1 || !p->segment_len || old > p->payload_len)
		return p->num_segments;
	return (old + p->segment_len - 1) / p->segment_len;
}

/*
 * rj_tcp_is_probe - whether a segment that was just added is a keep-alive: a byte of no meaning,
 * the one before the next (RFC 9293 3.8.4), which nothing pushes. Where the side's start was seen
 * it is known to be old; else it would be taken for the start, so only there it is looked for.
 */
static __always_inline int rj_tcp_is_probe(const struct rj_half *h, const struct rj_rest *r,
					   const struct rj_packet *p)
{
	return p->payload_len == 1 && p->tcp_flags == RJ_TCP_ACK &&
	       !(h->tcp_bits & RJ_TCP_HAS_SYN) && p->tcp_seq == r->low_seq;
}

static __always_inline void rj_tcp_note_flags(struct rj_half *h, const struct rj_packet *p)
{
	if ((h->tcp_flags | p->tcp_flags) != h->tcp_flags)
		h->tcp_flags |= p->tcp_flags;
}

/* rj_tcp_fins - sequence numbers that its FIN takes; of a fragment, more may come before that. */
static __always_inline __u32 rj_tcp_fins(const struct rj_packet *p)
{
	return p->tcp_flags & RJ_TCP_FIN && !(p->bits & RJ_PKT_FIRST_FRAG);
}

/* rj_tcp_end - the sequence number behind a segment without SYN. */
static __always_inline __u32 rj_tcp_end(const struct rj_packet *p)
{
	return p->tcp_seq + p->payload_len + rj_tcp_fins(p);
}

/* rj_tcp_is_plain - whether the packet goes on where the side stopped, and tells nothing else. */
static __always_inline int rj_tcp_is_plain(const struct rj_half *h, const struct rj_packet *p)
{
	__u32 end = rj_tcp_end(p);

	if (p->tcp_flags & RJ_TCP_SYN)
		return 0;
	if (end == p->tcp_seq)
		return 1;
	return h->tcp_bits & RJ_TCP_HAS_SEQ && p->tcp_seq == h->next_seq &&
	       !((end ^ h->next_seq) >> RJ_TCP_STRIDE_BITS);
}

/* rj_tcp_add_plain - rj_tcp_add of such a packet. */
static __always_inline void rj_tcp_add_plain(struct rj_half *h, const struct rj_packet *p)
{
	__u32 end = rj_tcp_end(p);

	if (end != p->tcp_seq)
		h->next_seq = end;
	rj_tcp_note_flags(h, p);
}

/*
 * rj_tcp_add - follows a packet, all of its segments. SYN and FIN count as a byte of sequence
 * space, as RFC 9293 3.4 has it, so that one sent again is a retransmission. A segment that takes
 * no sequence space is in order. Returns how many of its segments, from the first on, were sent
 * again.
 */
static __always_inline __u32 rj_tcp_add(struct rj_half *h, struct rj_rest *r,
					const struct rj_packet *p)
{
	__u32 len = p->payload_len;
	enum rj_tcp_order order = RJ_TCP_IN_ORDER;
	__u32 next = h->next_seq;
	__u32 num_resent = 0;

	if (p->tcp_flags & RJ_TCP_SYN) {
		rj_tcp_forget_syn(h, r, p);
		rj_tcp_keep_syn(h, r, p);
		len++;
	}
	len += rj_tcp_fins(p);
	if (p->payload_len && p->tcp_seq != next)
		rj_tcp_choose_syn(h, r, p);
	if (len)
		order = rj_tcp_place(h, r, p->tcp_seq, p->tcp_seq + len);
	if (order == RJ_TCP_RETRANS) {
		num_resent = rj_tcp_resent(p, next);
		rj_count(&r->retrans, num_resent);
	} else if (order == RJ_TCP_OOO) {
		rj_count(&r->ooo, p->num_segments);
	}
	rj_tcp_note_flags(h, p);
	return num_resent;
}

#endif
