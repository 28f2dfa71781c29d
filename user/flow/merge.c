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

static void merge_tcp(struct rj_half *to, const struct rj_half *from)
{
	to->tcp_flags |= from->tcp_flags;
	to->retrans += from->retrans;
	to->ooo += from->ooo;
	if (!(to->tcp_bits & RJ_TCP_HAS_SYN) && from->tcp_bits & RJ_TCP_HAS_SYN) {
		to->syn_seq = from->syn_seq;
		to->syn_window = from->syn_window;
		to->syn_opt_len = from->syn_opt_len;
		rj_copy(to->syn_opts, from->syn_opts, sizeof(to->syn_opts));
	}
	if (from->tcp_bits & RJ_TCP_HAS_SEQ) {
		if (!(to->tcp_bits & RJ_TCP_HAS_SEQ))
			to->low_seq = from->low_seq;
		to->next_seq = from->next_seq;
	}
	to->tcp_bits |= from->tcp_bits;
}

/* Entries are counted as long as there is room. */
static uint32_t sum_to(uint32_t a, uint32_t b, uint32_t limit)
{
	return a + b < limit ? a + b : limit;
}

/*
 * The records of the later piece behind the earlier's. Unless it went on from there, what lies
 * between them was not followed.
 */
static void merge_tls(struct rj_half *to, struct rj_seq *to_seq, const struct rj_half *from,
		      const struct rj_seq *from_seq, uint64_t shift_us, uint32_t limit)
{
	uint16_t num = rj_seq_append_records(to_seq, to, from_seq, from, shift_us, limit);
	uint8_t bits = to->tls.bits & RJ_TLS_GAP;

	if (from->tls.state == RJ_TLS_UNKNOWN)
		return;
	if (to->tls.state == RJ_TLS_LOST ||
	    (to->tls.state == RJ_TLS_FOLLOW && from->tls.bits & RJ_TLS_JOINED))
		bits |= RJ_TLS_GAP;
	to->tls = from->tls;
	to->tls.num_words = num;
	to->tls.bits |= bits;
}

static void merge_half(struct rj_half *to, struct rj_seq *to_seq, const struct rj_half *from,
		       const struct rj_seq *from_seq, uint64_t shift_us,
		       const struct rj_limits *limits)
{
	uint32_t limit = limits->num_packets;

	if (!from->packets)
		return;
	rj_seq_append(to_seq, to, from_seq, from, shift_us, limit);
	merge_tls(to, to_seq, from, from_seq, shift_us, rj_tls_words(limits));
	for (uint32_t i = 0; i < rj_seq_num_ids(from_seq, from) && to->num_ids + i < RJ_FIRST_IDS;
	     i++)
		to->first_ids[to->num_ids + i] = rj_seq_id(from_seq, from, i);
	if (!to->packets)
		to->first_ns = from->first_ns;
	if (!to->packets || from->ttl_min < to->ttl_min)
		to->ttl_min = from->ttl_min;
	if (from->last_ns > to->last_ns)
		to->last_ns = from->last_ns;
	to->num_splt = sum_to(to->num_splt, from->num_splt, limit);
	to->num_ids = sum_to(to->num_ids, from->num_ids, RJ_FIRST_IDS + limit);
	to->packets += from->packets;
	to->payload_bytes += from->payload_bytes;
	to->ip_bytes += from->ip_bytes;
	to->bad_l4 =
		(uint16_t)(to->bad_l4 + from->bad_l4 < 0xffff ? to->bad_l4 + from->bad_l4 : 0xffff);
	merge_tcp(to, from);
	rj_tls_settle(to);
}

static void merge_hist(struct rj_hist *to, const struct rj_hist *from)
{
	for (unsigned int i = 0; i < RJ_LEN_BINS; i++)
		to->len[i] += from->len[i];
	for (unsigned int i = 0; i < RJ_GAP_BINS; i++)
		to->gap[i] += from->gap[i];
}

/* Where the later piece was seen; it is also the one that knows who owns the halves now. */
static void merge_interfaces(struct rj_flow *to, const struct rj_flow *from)
{
	if (!from->ifindex)
		return;
	if (!to->ifindex)
		to->ifindex = from->ifindex;
	rj_owner_note(to, from->ifindex);
	for (unsigned int i = 0; i < RJ_MAX_ALSO && from->also[i]; i++)
		rj_owner_note(to, from->also[i]);
	to->also_missed |= from->also_missed;
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		if (from->owner[side])
			to->owner[side] = from->owner[side];
}

/* The gap at the seam, which neither piece could count: sides that sent in both. */
static void count_seam(struct rj_flow *to, const struct rj_flow *from)
{
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		const struct rj_half *before = &to->half[side], *after = &from->half[side];
		uint64_t gap_ns;

		if (!before->packets || !after->packets)
			continue;
		gap_ns = after->first_ns > before->last_ns ? after->first_ns - before->last_ns : 0;
		to->hist[side].gap[rj_log2_bin(gap_ns / 1000, RJ_GAP_BINS)]++;
	}
}

void rj_flow_merge(struct rj_piece earlier, const struct rj_piece *later,
		   const struct rj_limits *limits)
{
	struct rj_flow *to = earlier.flow;
	const struct rj_flow *from = later->flow;
	uint64_t shift_us = from->start_ns > to->start_ns ? (from->start_ns - to->start_ns) / 1000 :
							    0;

	if (limits->with_hist) {
		count_seam(to, from);
		for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
			merge_hist(&to->hist[side], &from->hist[side]);
	}
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		merge_half(&to->half[side], &earlier.seq[side], &from->half[side],
			   &later->seq[side], shift_us, limits);
	if (to->originator_by == RJ_ORIG_FIRST && from->originator_by == RJ_ORIG_SYN) {
		to->originator = from->originator;
		to->originator_by = RJ_ORIG_SYN;
	}
	to->lost_samples += from->lost_samples;
	merge_interfaces(to, from);
}
