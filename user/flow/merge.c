// SPDX-License-Identifier: BSD-3-Clause
/* Joins the kernel's state of a flow with packets of it that went around the kernel's map. */
#include "flow/merge.h"

#include "bpf/accumulate.h"
#include "bpf/owner.h"
#include "bpf/tlsrec.h"

bool rj_flow_joins(const struct rj_flow *earlier, const struct rj_flow *later,
		   const struct rj_limits *limits)
{
	if (rj_is_late(later->start_ns, rj_flow_last(earlier), limits->idle_ns))
		return false;
	if (rj_is_late(rj_flow_last(later), earlier->start_ns, limits->active_ns))
		return false;
	return !(rj_is_closed(earlier) && later->originator_by == RJ_ORIG_SYN);
}

/* struct side - a half and the rest of its state. */
struct side {
	struct rj_half *half;
	struct rj_seq *seq;
};

static void merge_tcp(struct side to, const struct rj_half *half, const struct rj_rest *from)
{
	struct rj_rest *rest = to.seq->rest;

	to.half->tcp_flags |= half->tcp_flags;
	rest->retrans += from->retrans;
	rest->ooo += from->ooo;
	if (!(to.half->tcp_bits & RJ_TCP_HAS_SYN) && half->tcp_bits & RJ_TCP_HAS_SYN) {
		rest->syn_seq = from->syn_seq;
		rest->syn_ip = from->syn_ip;
		rest->syn_window = from->syn_window;
		rest->syn_opt_len = from->syn_opt_len;
		rj_copy(rest->syn_opts, from->syn_opts, sizeof(rest->syn_opts));
	}
	if (half->tcp_bits & RJ_TCP_HAS_SEQ) {
		if (!(to.half->tcp_bits & RJ_TCP_HAS_SEQ))
			rest->low_seq = from->low_seq;
		to.half->next_seq = half->next_seq;
	}
	to.half->tcp_bits |= half->tcp_bits;
}

/* Entries are counted as long as there is room. */
static uint32_t sum_to(uint32_t a, uint32_t b, uint32_t limit)
{
	return a + b < limit ? a + b : limit;
}

/*
 * The records of the later piece behind the earlier's, whose start it is that counts. Unless it
 * went on from there, what lies between them was not followed.
 */
static void merge_tls(struct rj_seq *to, struct rj_blocks *blocks, const struct rj_seq *from,
		      uint64_t shift_us, uint32_t limit)
{
	struct rj_tls_walk *walk = &to->rest->tls;
	const struct rj_tls_walk *later = &from->rest->tls;
	uint8_t bits = walk->bits & RJ_TLS_GAP;
	uint8_t started = (walk->num_words ? walk : later)->bits & RJ_TLS_BEHIND;
	uint16_t num;

	if (!walk->num_words)
		to->rest->tls_seq = from->rest->tls_seq;
	num = rj_seq_append_records(to, blocks, from, shift_us, limit);
	if (later->state == RJ_TLS_UNKNOWN)
		return;
	if (walk->num_words && rj_tls_is_behind(later)) { /* what is looked for was found before */
		walk->state = walk->state == RJ_TLS_FULL ? RJ_TLS_FULL : RJ_TLS_LOST;
		return;
	}
	if (walk->state == RJ_TLS_LOST ||
	    (walk->state == RJ_TLS_FOLLOW && later->bits & (RJ_TLS_JOINED | RJ_TLS_BEHIND)))
		bits |= RJ_TLS_GAP;
	*walk = *later;
	walk->num_words = num;
	walk->bits = (uint8_t)((walk->bits & ~RJ_TLS_BEHIND) | bits | started);
}

/* Where the later piece was seen: also the side of which it counted nothing. */
static void merge_interfaces(struct rj_rest *to, const struct rj_rest *from)
{
	if (!to->ifindex)
		to->ifindex = from->ifindex;
	if (from->ifindex)
		rj_owner_note(to, from->ifindex);
	for (unsigned int i = 0; i < RJ_MAX_ALSO && from->also[i]; i++)
		rj_owner_note(to, from->also[i]);
	to->also_missed |= from->also_missed;
}

/* What the first packet of the side told, which is in the later piece. */
static void merge_start(struct side to, const struct rj_half *half, const struct rj_rest *from)
{
	struct rj_rest *rest = to.seq->rest;

	rest->first_ns = from->first_ns;
	rj_copy(rest->vlan, from->vlan, sizeof(rest->vlan));
	rest->num_vlans = from->num_vlans;
	rest->icmp_type = from->icmp_type;
	rest->icmp_code = from->icmp_code;
	to.half->ttl_min = half->ttl_min;
	to.half->bits |= half->bits & RJ_HALF_STARTED;
}

static void merge_half(struct side to, struct rj_blocks *blocks, const struct rj_half *half,
		       const struct rj_seq *from_seq, uint64_t shift_us,
		       const struct rj_limits *limits)
{
	const struct rj_rest *from = from_seq->rest;
	struct rj_rest *rest = to.seq->rest;
	uint32_t limit = limits->num_packets;

	rest->lost_samples += from->lost_samples;
	merge_interfaces(rest, from);
	if (!half->packets)
		return;
	rj_seq_append(to.seq, from_seq, shift_us);
	merge_tls(to.seq, blocks, from_seq, shift_us, rj_tls_words(limits));
	for (uint32_t i = 0; i < rj_seq_num_ids(from_seq) && rest->num_ids + i < RJ_FIRST_IDS; i++)
		rest->first_ids[rest->num_ids + i] = rj_seq_id(from_seq, i);
	if (!to.half->packets)
		merge_start(to, half, from);
	if (half->ttl_min < to.half->ttl_min)
		to.half->ttl_min = half->ttl_min;
	if (half->last_ns > to.half->last_ns)
		to.half->last_ns = half->last_ns;
	rest->num_splt = sum_to(rest->num_splt, from->num_splt, limit);
	rest->num_ids = sum_to(rest->num_ids, from->num_ids, RJ_FIRST_IDS + limit);
	to.half->packets += half->packets;
	to.half->payload_bytes += half->payload_bytes;
	to.half->ip_bytes += half->ip_bytes;
	rest->bad_l4 = (uint16_t)sum_to(rest->bad_l4, from->bad_l4, 0xffff);
	merge_tcp(to, half, from);
	rj_tls_settle(to.half, rest);
	rj_lists_settle(to.half, rest, limits);
}

static void merge_hist(struct rj_hist *to, const struct rj_hist *from)
{
	for (unsigned int i = 0; i < RJ_LEN_BINS; i++)
		to->len[i] += from->len[i];
	for (unsigned int i = 0; i < RJ_GAP_BINS; i++)
		to->gap[i] += from->gap[i];
}

/* The gap at the seam, which neither piece could count: sides that sent in both. */
static void count_seam(struct rj_piece to, const struct rj_piece *from)
{
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		uint64_t last_ns = to.flow->half[side].last_ns;
		uint64_t first_ns = from->seq[side].rest->first_ns;
		uint64_t gap_ns = first_ns > last_ns ? first_ns - last_ns : 0;

		if (to.flow->half[side].packets && from->flow->half[side].packets)
			to.seq[side].hist->gap[rj_log2_bin(gap_ns / 1000, RJ_GAP_BINS)]++;
	}
}

void rj_flow_merge(struct rj_piece earlier, struct rj_blocks *blocks, const struct rj_piece *later,
		   const struct rj_limits *limits)
{
	struct rj_flow *to = earlier.flow;
	const struct rj_flow *from = later->flow;
	uint64_t shift_us = from->start_ns > to->start_ns ? (from->start_ns - to->start_ns) / 1000 :
							    0;

	if (limits->with_hist) {
		count_seam(earlier, later);
		for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
			merge_hist(earlier.seq[side].hist, later->seq[side].hist);
	}
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		const struct side whole = { &to->half[side], &earlier.seq[side] };

		merge_half(whole, blocks, &from->half[side], &later->seq[side], shift_us, limits);
		/* the later piece knows who owns the halves now */
		if (from->owner[side])
			to->owner[side] = from->owner[side];
	}
	if (to->originator_by == RJ_ORIG_FIRST && from->originator_by == RJ_ORIG_SYN) {
		to->originator = from->originator;
		to->originator_by = RJ_ORIG_SYN;
	}
}
