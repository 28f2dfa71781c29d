/* SPDX-License-Identifier: BSD-3-Clause */
/* Sequences as they are read and joined on the host, where they are unpacked. */
#ifndef RJ_FLOW_SEQ_H
#define RJ_FLOW_SEQ_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "bpf/splt.h"
#include "core/blocks.h"
#include "core/status.h"

/*
 * rj_seq_reserve_records - makes room for @need entries of TLS records, in a block of @blocks, as
 * the list is. False without memory: it is as it was.
 */
bool rj_seq_reserve_records(struct rj_seq *seq, struct rj_blocks *blocks, uint32_t need);

/* rj_seq_put_records - gives back a list of TLS records that has room for @num_words; or NULL. */
void rj_seq_put_records(struct rj_blocks *blocks, __u64 *records, uint32_t num_words);

/* rj_seq_num_words - entries of TLS records that are there. */
uint32_t rj_seq_num_words(const struct rj_seq *seq);

/* rj_seq_len - entries that are there: those that qualified, as far as there was room. */
uint32_t rj_seq_len(const struct rj_seq *seq);

/* rj_seq_id - IP identification number @at of a side; @at < rj_seq_num_ids. */
uint16_t rj_seq_id(const struct rj_seq *seq, uint32_t at);
uint32_t rj_seq_num_ids(const struct rj_seq *seq);

/*
 * rj_seq_append - puts the entries of @from behind those of @to, as far as there is room, their
 * times moved @shift_us later; the counts of @to are not changed.
 */
void rj_seq_append(const struct rj_seq *to, const struct rj_seq *from, uint64_t shift_us);

/* rj_seq_sort - puts the entries in order of time; those of one time stay in their order. */
void rj_seq_sort(const struct rj_seq *seq);

/*
 * rj_seq_append_records - likewise for TLS records, at most @limit entries in all. How many there
 * are then.
 */
uint16_t rj_seq_append_records(struct rj_seq *to, struct rj_blocks *blocks,
			       const struct rj_seq *from, uint64_t shift_us, uint32_t limit);

#endif
