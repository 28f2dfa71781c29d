/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/seq.h"

#include "tests/unit/unit.h"

static struct rj_packet packet(uint32_t len)
{
	return (struct rj_packet){ .payload_len = len, .num_segments = 1 };
}

#define MOST 10u

/* struct flat - a sequence with room for @seq.capacity packets. */
struct flat {
	struct rj_rest rest;
	__u64 splt[MOST];
	__u16 ids[MOST];
	struct rj_seq seq;
};

static void make(struct flat *f, uint32_t capacity)
{
	*f = (struct flat){ 0 };
	f->seq = (struct rj_seq){ .rest = &f->rest,
				  .splt = f->splt,
				  .ids = f->ids,
				  .capacity = capacity };
}

/* Enters @num packets of lengths @first, @first + 1, … at that many milliseconds, with ids. */
static void fill(struct flat *f, uint32_t first, uint32_t num)
{
	for (uint32_t i = first; i < first + num; i++) {
		struct rj_packet p = packet(i);

		rj_splt_add(&f->rest, &f->seq, &p, 0, i * 1000000ull, f->seq.capacity);
		rj_ids_add(&f->rest, &f->seq, (uint16_t)i, 1, f->seq.capacity);
	}
}

TEST(seq_has_what_was_counted_as_far_as_there_is_room)
{
	struct flat f;

	for (uint32_t capacity = 0; capacity <= MOST; capacity++) {
		make(&f, capacity);
		fill(&f, 0, 20);
		CHECK_EQ(rj_seq_len(&f.seq), capacity);
		CHECK_EQ(rj_seq_num_ids(&f.seq), RJ_FIRST_IDS + capacity);
		for (uint32_t i = 0; i < RJ_FIRST_IDS + capacity; i++)
			CHECK_EQ(rj_seq_id(&f.seq, i), i);
		f.rest.num_splt = f.rest.num_ids = 1000;
		CHECK_EQ(rj_seq_len(&f.seq), capacity);
		CHECK_EQ(rj_seq_num_ids(&f.seq), RJ_FIRST_IDS + capacity);
	}
}

TEST(seq_append_puts_entries_behind_with_their_times_moved)
{
	struct flat a, b;

	make(&a, 10);
	make(&b, 10);
	fill(&a, 0, 3);
	fill(&b, 3, 5);
	rj_seq_append(&a.seq, &b.seq, 500);
	a.rest.num_splt += b.rest.num_splt;
	CHECK_EQ(rj_seq_len(&a.seq), 8);
	for (uint32_t i = 0; i < 8; i++) {
		CHECK_EQ(rj_splt_len(a.splt[i]), i);
		CHECK_EQ(rj_splt_us(a.splt[i]), i * 1000 + (i >= 3 ? 500 : 0));
	}
}

TEST(seq_append_stops_at_the_limit)
{
	struct flat a, b;

	make(&a, 7);
	make(&b, 7);
	fill(&a, 0, 6);
	fill(&b, 6, 7);
	rj_seq_append(&a.seq, &b.seq, 0);
	CHECK_EQ(rj_splt_len(a.splt[6]), 6);
	CHECK_EQ(a.splt[7], 0);
}

TEST(seq_sort_puts_late_entries_where_their_times_are)
{
	static const uint8_t times[] = { 5, 7, 7, 9, 6, 7, 1 };
	static const uint8_t sorted[] = { 7, 1, 5, 2, 3, 6, 4 }; /* by when they were put */
	struct flat f;

	make(&f, 10);
	for (uint32_t i = 0; i < 7; i++) {
		struct rj_packet p = packet(i + 1);

		rj_splt_add(&f.rest, &f.seq, &p, 0, times[i] * 1000ull, 10);
	}
	rj_seq_sort(&f.seq);
	for (uint32_t i = 0; i < 7; i++)
		CHECK_EQ(rj_splt_len(f.splt[i]), sorted[i]);
}

TEST(seq_append_lets_times_saturate)
{
	struct flat a, b;

	make(&a, 7);
	make(&b, 7);
	fill(&b, 5, 1);
	rj_seq_append(&a.seq, &b.seq, RJ_SPLT_TIME_MAX);
	CHECK_EQ(rj_splt_us(a.splt[0]), RJ_SPLT_TIME_MAX);
	CHECK_EQ(rj_splt_len(a.splt[0]), 5);
}

TEST(seq_of_nothing_is_empty)
{
	struct rj_rest rest = { .num_splt = 9, .num_ids = 9 };
	struct rj_seq seq = { .rest = &rest, .capacity = 50 };

	CHECK_EQ(rj_seq_len(&seq), 0);
	CHECK_EQ(rj_seq_num_ids(&seq), RJ_FIRST_IDS);
}
