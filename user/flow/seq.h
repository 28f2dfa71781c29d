/* SPDX-License-Identifier: BSD-3-Clause */
/* Sequences as they are read and joined on the host, where they are unpacked. */
#ifndef RJ_FLOW_SEQ_H
#define RJ_FLOW_SEQ_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "bpf/splt.h"
#include "core/status.h"

/*
 * rj_seq_add_records - puts @num entries of TLS records behind the @before that are there.
 * False without memory.
 */
bool rj_seq_add_records(struct rj_seq *seq, uint32_t before, const uint64_t *words, uint32_t num);

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
uint16_t rj_seq_append_records(struct rj_seq *to, const struct rj_seq *from, uint64_t shift_us,
			       uint32_t limit);

#endif
