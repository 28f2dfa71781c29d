/* SPDX-License-Identifier: BSD-3-Clause */
/* The host's sequences: grown with the flow, as most flows are short. Their rest is there. */
#ifndef RJ_FLOW_SEQ_H
#define RJ_FLOW_SEQ_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "bpf/splt.h"
#include "core/status.h"

/* So many entries need no block of their own; many flows have no more. */
#define RJ_SEQ_FIRST 4u

/* struct rj_seq_first - room for them. */
struct rj_seq_first {
	__u64 splt[RJ_SEQ_FIRST];
	__u16 ids[RJ_SEQ_FIRST];
};

/* rj_seq_lend - has @seq, which is empty, begin in @first (zeroed), which it does not free. */
void rj_seq_lend(struct rj_seq *seq, struct rj_seq_first *first, uint32_t limit);

/*
 * rj_seq_reserve - makes room for @need entries and as many identifications, at most
 * @limit. False without memory: what was there stays as it was.
 */
bool rj_seq_reserve(struct rj_seq *seq, uint32_t need, uint32_t limit);

/* rj_seq_reserve_for - rj_seq_reserve of what rj_flow_add of @p will enter. */
bool rj_seq_reserve_for(struct rj_seq *seq, const struct rj_packet *p, uint32_t limit);

/* rj_seq_free - gives back what the sequences hold. */
void rj_seq_free(struct rj_seq *seq);

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
 * rj_seq_append - puts the entries of @from behind those of @to, their times moved @shift_us later;
 * the counts of @to are not changed.
 */
void rj_seq_append(struct rj_seq *to, const struct rj_seq *from, uint64_t shift_us, uint32_t limit);

/* rj_seq_sort - puts the entries in order of time; those of one time stay in their order. */
void rj_seq_sort(struct rj_seq *seq);

/*
 * rj_seq_append_records - likewise for TLS records, at most @limit entries in all. How many there
 * are then.
 */
uint16_t rj_seq_append_records(struct rj_seq *to, const struct rj_seq *from, uint64_t shift_us,
			       uint32_t limit);

#endif
