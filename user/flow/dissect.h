/* SPDX-License-Identifier: BSD-3-Clause */
/* Application protocols of one flow: which dissector it is, and handing it the bytes in order. */
#ifndef RJ_FLOW_DISSECT_H
#define RJ_FLOW_DISSECT_H

#include <rejoice/record.h>

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/pool.h"
#include "core/status.h"

struct rj_blocks;
struct rj_dissect;
struct rj_dissector;
struct rj_paused;
struct rj_fingerprints;
struct rj_fp_text;
struct rj_tls_records;

/* What --features left on: bit i stands for row i of rj_dissectors. */
typedef uint32_t rj_dissector_mask;

/*
 * struct rj_dissect_counts - what was not looked at, and why; summed over flows
 * by whoever owns it (one engine). All only grow.
 */
struct rj_dissect_counts {
	uint64_t malformed;   /* a dissector met bytes that cannot be */
	uint64_t over_budget; /* a message did not fit the dissector's max_bytes */
	uint64_t holes;	      /* bytes given up because others before them never came */
	uint64_t no_memory;   /* heap or the flow's arena refused */
	uint64_t conflicts;   /* segments that repeated bytes otherwise; the first stand */
};

/*
 * struct rj_payload - payload bytes of one packet, or a part of them.
 * @side: the sender, 0 or 1
 * @over: RJ_OVER_TCP or RJ_OVER_UDP
 * @seq: TCP: sequence number of the first byte here (a SYN's own number already passed over)
 * @is_syn, @is_fin: flags of the segment; a SYN without bytes is handed over too, because it
 *     says where the stream starts
 * @bytes, @len: what was captured of it
 * @wire_len: how many bytes there were; more than @len where the capture cut them
 */
struct rj_payload {
	unsigned int side;
	unsigned int over;
	uint16_t src_port;
	uint16_t dst_port;
	uint64_t time_ns;
	uint32_t seq;
	bool is_syn;
	bool is_fin;
	const uint8_t *bytes;
	uint32_t len;
	uint32_t wire_len;
};

/* rj_dissect_pool - makes @pool one that rj_dissect_new takes from. */
void rj_dissect_pool(struct rj_pool *pool, struct rj_slab *slab);

/*
 * rj_dissect_new - for one flow, whose memory is of @blocks; NULL without memory. Cheap:
 * most flows carry little.
 */
RJ_MUST_CHECK struct rj_dissect *rj_dissect_new(struct rj_pool *pool, struct rj_blocks *blocks,
						rj_dissector_mask mask);

/*
 * rj_dissect_new_with - the same from the heap, with another table (ends with NULL; borrowed), for
 * tests.
 */
RJ_MUST_CHECK struct rj_dissect *rj_dissect_new_with(const struct rj_dissector *const *table,
						     rj_dissector_mask mask);

/* rj_dissect_free - takes NULL. */
void rj_dissect_free(struct rj_dissect *d);

/* rj_dissect_payload - hands bytes over; in any order for TCP. Copies what it keeps. */
void rj_dissect_payload(struct rj_dissect *d, const struct rj_payload *p,
			struct rj_dissect_counts *counts);

/*
 * rj_dissect_is_vain - whether no protocol was found in a TCP flow, and none will be: it may be
 * freed.
 */
bool rj_dissect_is_vain(const struct rj_dissect *d);

/* rj_dissect_is_refused - whether no protocol was found in a TCP flow, nor wants @side for now. */
bool rj_dissect_is_refused(const struct rj_dissect *d, unsigned int side);

/*
 * rj_dissect_waits_for_other - whether nothing more is wanted of @side of a TCP flow, and nothing
 * came of the other: it may be freed, and another one made when that speaks. rj_dissect_give_up -
 * has that one want nothing of @side either.
 */
bool rj_dissect_waits_for_other(const struct rj_dissect *d, unsigned int side);
void rj_dissect_give_up(struct rj_dissect *d, unsigned int side);

/*
 * rj_dissect_pause - what @d can be made of again, so that it may be freed: of either side one
 * of @pool, or NULL, and in *@ret_done a bit where nothing more is wanted. False where that is not
 * all: nothing is done then. Asked when bytes of @side came.
 */
RJ_MUST_CHECK bool rj_dissect_pause(const struct rj_dissect *d, unsigned int side,
				    struct rj_pool *pool, struct rj_paused *out[2],
				    uint8_t *ret_done);

/* rj_dissect_resume - makes a new @d, to which @p comes next, what was paused. */
void rj_dissect_resume(struct rj_dissect *d, const struct rj_payload *p,
		       struct rj_paused *const paused[2], struct rj_dissect_counts *counts);

/* rj_dissect_wants - whether further bytes of @side can still tell anything. */
bool rj_dissect_wants(const struct rj_dissect *d, unsigned int side);

enum rj_bound { RJ_BOUND_START, RJ_BOUND_END };

/*
 * rj_dissect_bound - @side's stream starts at sequence number @seq, or ends before it, as a SYN or
 * FIN said that had no payload. For flows over TCP.
 */
void rj_dissect_bound(struct rj_dissect *d, unsigned int side, enum rj_bound bound, uint32_t seq,
		      struct rj_dissect_counts *counts);

/*
 * rj_dissect_is_ahead - whether the next that @side wants is a message that starts behind bytes of
 * no use, none of which came yet: then *@ret_seq is the sequence number of its first byte.
 */
bool rj_dissect_is_ahead(const struct rj_dissect *d, unsigned int side, uint32_t *ret_seq);

/*
 * rj_dissect_until - the sequence number before which the bytes that @side wants stand; false
 * where nothing is wanted or it is not known how much (and for datagrams).
 */
bool rj_dissect_until(const struct rj_dissect *d, unsigned int side, uint32_t *ret_seq);

/*
 * rj_dissect_end - no byte comes any more: what is left of each stream is parsed once with
 * a hard end where a FIN closed it, so that a message that only the end completes is read.
 */
void rj_dissect_end(struct rj_dissect *d, struct rj_dissect_counts *counts);

/*
 * rj_dissect_originator - the side that the protocol itself shows to have asked first
 * (DNS: of the query), or -1.
 */
int rj_dissect_originator(const struct rj_dissect *d);

/* rj_dissect_fetch_side - has the processor fetch what rj_dissect_wants of @side reads. */
void rj_dissect_fetch_side(const struct rj_dissect *d, unsigned int side);

/*
 * rj_dissect_fetch - has the processor fetch what is behind these first bytes, to be read soon, and
 * in @step 1 what is behind that.
 */
size_t rj_dissect_fetch_len(void);
void rj_dissect_fetch(const struct rj_dissect *d, int step);

/* rj_dissect_emit - writes the value of the dissector that found something, where @mask has it. */
void rj_dissect_emit(const struct rj_dissect *d, rj_dissector_mask mask, unsigned int originator,
		     struct rj_visitor *v);

/* rj_dissect_fingerprints - writes the fingerprints it found. */
void rj_dissect_fingerprints(const struct rj_dissect *d, struct rj_fingerprints *out);

/* rj_dissect_fpx - appends Joy's of the first protocol that has one; its side, or -1: none has. */
int rj_dissect_fpx(const struct rj_dissect *d, struct rj_fp_text *out);

/*
 * rj_dissect_emit_records - rj_dissect_emit, and these TLS records in the value of the protocol
 * of @mask that has such. @d may be NULL.
 */
void rj_dissect_emit_records(const struct rj_dissect *d, rj_dissector_mask mask,
			     unsigned int originator, struct rj_tls_records *records,
			     struct rj_visitor *v);

/*
 * rj_dissect_has_records_at - whether a protocol that has TLS records starts at sequence number
 * @seq of @side, behind another one. @d may be NULL.
 */
bool rj_dissect_has_records_at(const struct rj_dissect *d, unsigned int side, uint32_t seq);

/* rj_dissect_follows_records - whether a protocol of @mask has TLS records. */
bool rj_dissect_follows_records(rj_dissector_mask mask);

/* rj_dissect_bytes - memory held for the flow, all told. */
size_t rj_dissect_bytes(const struct rj_dissect *d);

#endif
