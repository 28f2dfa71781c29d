/* SPDX-License-Identifier: BSD-3-Clause */
/* The TLS records of a finished flow: both sides' lists as one, in order of time. */
#ifndef RJ_FLOW_TLS_LIST_H
#define RJ_FLOW_TLS_LIST_H

#include "flow/dissect.h"
#include "flow/seq.h"
#include "proto/dissector.h"

/*
 * struct rj_tls_merge - embedded; see rj_tls_merge_init. Index 0 is the originator.
 * @left: entries of the list not taken yet
 * @num_left: records that may still be shown
 */
struct rj_tls_merge {
	struct rj_tls_records records;
	const __u64 *at[RJ_NUM_SIDES];
	uint32_t left[RJ_NUM_SIDES];
	uint32_t num_left[RJ_NUM_SIDES];
	uint64_t before_us;
	bool is_first;
};

/*
 * rj_tls_is_shown - whether what stands in the list of @side is records: behind another protocol
 * only where @d, which may be NULL, has found TLS in the same place.
 */
bool rj_tls_is_shown(const struct rj_rest *rest, const struct rj_dissect *d, unsigned int side);

/*
 * rj_tls_merge_init - the records of a flow, at most @num_records of each side; @seq, of its two
 * sides, and the lists in it are borrowed, @d, which may be NULL, is asked what is shown. False
 * when there are none.
 */
bool rj_tls_merge_init(struct rj_tls_merge *m, const struct rj_seq *seq, const struct rj_dissect *d,
		       unsigned int originator, uint32_t num_records);

/*
 * rj_tls_is_cut - whether the side's list, if it is shown, ends before its last record, though
 * there was room for more.
 */
bool rj_tls_is_cut(const struct rj_half *half, const struct rj_rest *rest);

#endif
