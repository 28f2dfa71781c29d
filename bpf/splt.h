/* SPDX-License-Identifier: BSD-3-Clause */
/* What is kept of one side beside struct rj_half; its packet lengths, times and IP ids. [both] */
#ifndef RJ_BPF_SPLT_H
#define RJ_BPF_SPLT_H

#include "bpf/abi.h"
#include "bpf/side.h"

/*
 * struct rj_seq - where the rest of one side's state is kept: the sequences, and what stands
 * before them in a slot of the kernel's.
 * @rest: NULL where the packet does not need it, or there is none
 * @owners: RJ_SLOT_OWNERS of them; NULL on the host
 * @hist: NULL without histograms
 * @splt: @capacity entries, see rj_splt_pack; NULL when there is no room now
 * @ids:  @capacity IP identifications, those behind the RJ_FIRST_IDS of the rest
 * @records: @num_words entries of TLS records and their messages
 * @slot: kernel: the number of the slot that this is, + 1
 */
struct rj_seq {
	struct rj_rest *rest;
	struct rj_owner *owners;
	struct rj_hist *hist;
	__u64 *splt;
	__u16 *ids;
	__u64 *records;
	__u32 capacity;
	__u32 num_words;
	__u32 slot;
};

/* rj_tls_words - entries of the list of TLS records that the limits ask for. */
static __always_inline __u32 rj_tls_words(const struct rj_limits *limits)
{
	return limits->num_records ? limits->num_records + RJ_TLS_MESSAGES : 0;
}

/* Bytes of a slot that are always there. */
#define RJ_SLOT_START                                                                              \
	(sizeof(struct rj_slot_head) + sizeof(struct rj_rest) +                                    \
	 RJ_SLOT_OWNERS * sizeof(struct rj_owner))

#define RJ_CACHE_LINE 64u /* of the machines that forward much; no harm where it is another */

/* rj_slot_bytes - size of a slot of the kernel's, as rj_slot_open has it. */
static __always_inline __u32 rj_slot_bytes(const struct rj_limits *limits)
{
	__u32 len = (limits->num_packets + rj_tls_words(limits)) * 8 + limits->num_packets * 2;

	if (limits->with_hist)
		len += (__u32)sizeof(struct rj_hist);
	len += (__u32)RJ_SLOT_START;
	return (len + RJ_CACHE_LINE - 1) / RJ_CACHE_LINE * RJ_CACHE_LINE;
}

/* rj_slot_hist - the histograms in a slot, where there are such. */
static __always_inline struct rj_hist *rj_slot_hist(__u8 *slot)
{
	return (struct rj_hist *)(void *)(slot + RJ_SLOT_START);
}

/*
 * rj_slot_open - what is in a slot: behind struct rj_slot_head the side's struct rj_rest and
 * owners, with histograms struct rj_hist, lengths and times of packets, TLS records, IP
 * identifications.
 */
static __always_inline void rj_slot_open(__u8 *slot, const struct rj_limits *limits,
					 struct rj_seq *out)
{
	out->capacity = limits->num_packets;
	out->num_words = rj_tls_words(limits);
	out->rest = (struct rj_rest *)(void *)(slot + sizeof(struct rj_slot_head));
	out->owners = (struct rj_owner *)(void *)(out->rest + 1);
	out->hist = limits->with_hist ? rj_slot_hist(slot) : 0;
	out->splt = limits->with_hist ? (__u64 *)(void *)(out->hist + 1) :
					(__u64 *)(void *)(out->owners + RJ_SLOT_OWNERS);
	out->records = out->splt + out->capacity;
	out->ids = (__u16 *)(void *)(out->records + out->num_words);
}

/* rj_splt_pack - an entry of the sequence; lengths and times saturate. */
static __always_inline __u64 rj_splt_pack(__u64 since_start_ns, __u32 len, __u8 tcp_flags)
{
	__u64 us = since_start_ns / 1000;

	if (us > RJ_SPLT_TIME_MAX)
		us = RJ_SPLT_TIME_MAX;
	if (len > RJ_SPLT_LEN_MAX)
		len = (__u32)RJ_SPLT_LEN_MAX;
	return us | (__u64)len << RJ_SPLT_TIME_BITS |
	       (__u64)(tcp_flags & 0x3f) << (RJ_SPLT_TIME_BITS + RJ_SPLT_LEN_BITS);
}

static __always_inline __u64 rj_splt_us(__u64 entry)
{
	return entry & RJ_SPLT_TIME_MAX;
}

static __always_inline __u32 rj_splt_len(__u64 entry)
{
	return (__u32)(entry >> RJ_SPLT_TIME_BITS & RJ_SPLT_LEN_MAX);
}

static __always_inline void rj_splt_put(const struct rj_seq *seq, __u64 at, __u64 entry)
{
	rj_hide(at);
	if (seq->splt && at < seq->capacity)
		seq->splt[at] = entry;
}

/*
 * rj_splt_add - enters a packet, each of its segments but the first @skip, at @since_start_ns,
 * while there are fewer than @limit entries.
 */
static __always_inline void rj_splt_add(struct rj_rest *rest, const struct rj_seq *seq,
					const struct rj_packet *p, __u32 skip, __u64 since_start_ns,
					__u32 limit)
{
	__u32 others = p->num_segments - 1u;
	__u32 last_len = p->payload_len - others * p->segment_len;
	__u32 at = rest->num_splt;
	__u32 num;

	if (at >= limit)
		return;
	others -= skip;
	if (others > RJ_MAX_SEGMENTS) /* those between are not entered, and so not counted */
		others = RJ_MAX_SEGMENTS;
	num = others < limit - at ? others + 1 : limit - at;
	at = rj_first32(rj_reserve(&rest->num_entries, rj_join32(num, 0)));
	for (__u32 i = 0; i < RJ_MAX_SEGMENTS; i++) {
		if (i >= others || at >= seq->capacity)
			break;
		rj_splt_put(seq, at, rj_splt_pack(since_start_ns, p->segment_len, p->tcp_flags));
		at++;
	}
	rj_splt_put(seq, at, rj_splt_pack(since_start_ns, last_len, p->tcp_flags));
}

/*
 * rj_ids_add - keeps the IPv4 identifications of a packet of @num segments while there are fewer
 * than @limit behind the first: the kernel counts them up from the super-packet's, one a segment.
 * But 0 is what those send in every packet who need none (RFC 6864 4.1), and receive offload merges
 * such too.
 */
static __always_inline void rj_ids_add(struct rj_rest *rest, const struct rj_seq *seq, __u16 id,
				       __u32 num, __u32 limit)
{
	__u64 at = rest->num_ids;
	__u32 room = RJ_FIRST_IDS + limit;
	__u16 step = id ? 1 : 0;

	if (at >= room)
		return;
	if (num > RJ_MAX_SEGMENTS + 1) /* those beyond are not entered, and so not counted */
		num = RJ_MAX_SEGMENTS + 1;
	if (num > room - at)
		num = (__u32)(room - at);
	at = rj_second32(rj_reserve(&rest->num_entries, rj_join32(0, num)));
	for (__u32 i = 0; i <= RJ_MAX_SEGMENTS; i++) {
		__u64 behind = at - RJ_FIRST_IDS;

		if (i >= num || at >= RJ_FIRST_IDS + (__u64)seq->capacity)
			break;
		rj_hide(at);
		rj_hide(behind);
		if (at < RJ_FIRST_IDS)
			rest->first_ids[at] = id;
		else if (seq->ids && behind < seq->capacity)
			seq->ids[behind] = id;
		at++;
		id = (__u16)(id + step);
	}
}

/* rj_is_listed - whether the packet is to be entered into the list of lengths and times. */
static __always_inline int rj_is_listed(const struct rj_half *half, const struct rj_packet *p,
					const struct rj_limits *limits)
{
	return (p->payload_len || limits->with_zeros) && !(half->bits & RJ_HALF_LISTED);
}

/* rj_is_numbered - likewise for IP identifications. */
static __always_inline int rj_is_numbered(const struct rj_half *half, const struct rj_packet *p)
{
	return p->bits & RJ_PKT_IPV4 && !(half->bits & RJ_HALF_NUMBERED);
}

/* rj_lists_settle - RJ_HALF_LISTED and RJ_HALF_NUMBERED, as the lists are now. */
static __always_inline void rj_lists_settle(struct rj_half *half, const struct rj_rest *rest,
					    const struct rj_limits *limits)
{
	__u8 bits = half->bits;

	if (rest->num_splt >= limits->num_packets)
		bits |= RJ_HALF_LISTED;
	if (rest->num_ids >= RJ_FIRST_IDS + limits->num_packets)
		bits |= RJ_HALF_NUMBERED;
	if (bits != half->bits)
		half->bits = bits;
}

#endif
