// SPDX-License-Identifier: BSD-3-Clause
/* Reading and joining packet sequences on the host; their TLS records, which grow. */
#include "flow/seq.h"

#include <string.h>

#define FIRST_WORDS 16u

/* Doubles: the words of a list come a few at a time. */
bool rj_seq_reserve_records(struct rj_seq *seq, struct rj_blocks *blocks, uint32_t need)
{
	uint32_t capacity = seq->num_words ? seq->num_words : FIRST_WORDS;
	__u64 *records;

	if (need <= seq->num_words)
		return true;
	while (capacity < need)
		capacity *= 2;
	records = rj_blocks_take(blocks, capacity * (uint32_t)sizeof(*records));
	if (!records)
		return false;
	if (seq->num_words)
		memcpy(records, seq->records, seq->num_words * sizeof(*records));
	rj_seq_put_records(blocks, seq->records, seq->num_words);
	seq->records = records;
	seq->num_words = capacity;
	return true;
}

void rj_seq_put_records(struct rj_blocks *blocks, __u64 *records, uint32_t num_words)
{
	if (num_words)
		rj_blocks_put(blocks, records, num_words * (uint32_t)sizeof(*records));
}

uint32_t rj_seq_num_words(const struct rj_seq *seq)
{
	uint32_t num = seq->rest->tls.num_words;

	return num < seq->num_words ? num : seq->num_words;
}

uint32_t rj_seq_len(const struct rj_seq *seq)
{
	if (!seq->splt)
		return 0;
	return seq->rest->num_splt < seq->capacity ? seq->rest->num_splt : seq->capacity;
}

uint32_t rj_seq_num_ids(const struct rj_seq *seq)
{
	uint32_t room = RJ_FIRST_IDS + (seq->ids ? seq->capacity : 0);

	return seq->rest->num_ids < room ? seq->rest->num_ids : room;
}

uint16_t rj_seq_id(const struct rj_seq *seq, uint32_t at)
{
	return at < RJ_FIRST_IDS ? seq->rest->first_ids[at] : seq->ids[at - RJ_FIRST_IDS];
}

/* Behind the identifications that @counts has, which may still be those in the rest itself. */
static void append_ids(const struct rj_seq *to, struct rj_rest *counts, const struct rj_seq *from)
{
	for (uint32_t i = 0; i < rj_seq_num_ids(from); i++)
		rj_ids_add(counts, to, rj_seq_id(from, i), 1, to->capacity);
}

void rj_seq_append(const struct rj_seq *to, const struct rj_seq *from, uint64_t shift_us)
{
	uint32_t len = rj_seq_len(from);
	struct rj_rest counts = *to->rest;

	for (uint32_t i = 0; i < len; i++) {
		uint64_t entry = from->splt[i];
		uint64_t us = rj_splt_us(entry) + shift_us;

		if (us > RJ_SPLT_TIME_MAX)
			us = RJ_SPLT_TIME_MAX;
		rj_splt_put(to, counts.num_splt + i, (entry & ~RJ_SPLT_TIME_MAX) | us);
	}
	append_ids(to, &counts, from);
}

void rj_seq_sort(const struct rj_seq *seq)
{
	uint32_t len = rj_seq_len(seq);

	/* nearly in order: each late one goes some places back */
	for (uint32_t i = 1; i < len; i++) {
		uint64_t entry = seq->splt[i];
		uint32_t at = i;

		for (; at && rj_splt_us(seq->splt[at - 1]) > rj_splt_us(entry); at--)
			seq->splt[at] = seq->splt[at - 1];
		seq->splt[at] = entry;
	}
}

static uint64_t later_word(uint64_t word, uint64_t shift_us)
{
	uint64_t us = rj_splt_us(word) + shift_us;

	if (word & RJ_TLS_MESSAGE)
		return word;
	return (word & ~RJ_SPLT_TIME_MAX) | (us < RJ_SPLT_TIME_MAX ? us : RJ_SPLT_TIME_MAX);
}

uint16_t rj_seq_append_records(struct rj_seq *to, struct rj_blocks *blocks,
			       const struct rj_seq *from, uint64_t shift_us, uint32_t limit)
{
	uint32_t num = rj_seq_num_words(from);
	uint32_t before = rj_seq_num_words(to);

	if (before + num > limit)
		num = limit > before ? limit - before : 0;
	if (!num || !rj_seq_reserve_records(to, blocks, before + num))
		return (uint16_t)before;
	for (uint32_t i = 0; i < num; i++)
		to->records[before + i] = later_word(from->records[i], shift_us);
	return (uint16_t)(before + num);
}
