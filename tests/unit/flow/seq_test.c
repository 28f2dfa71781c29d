/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/seq.h"

#include "tests/unit/unit.h"

static struct rj_packet packet(uint32_t len)
{
	return (struct rj_packet){ .payload_len = len, .num_segments = 1 };
}

/* Enters @num packets of lengths @first, @first + 1, … at that many milliseconds, with ids. */
static void fill(struct rj_seq *seq, uint32_t first, uint32_t num, uint32_t limit)
{
	for (uint32_t i = first; i < first + num; i++) {
		struct rj_packet p = packet(i);

		CHECK(rj_seq_reserve_for(seq, &p, limit));
		rj_splt_add(seq->rest, seq, &p, 0, i * 1000000ull, limit);
		rj_ids_add(seq->rest, seq, (uint16_t)i, 1, limit);
	}
}

TEST(seq_grows_with_the_flow_up_to_its_limit)
{
	static const uint32_t limits[] = { 1, 2, 3, 4, 5, 50, 999, 1000 };

	for (size_t l = 0; l < sizeof(limits) / sizeof(*limits); l++) {
		struct rj_rest rest = { 0 };
		struct rj_seq seq = { .rest = &rest };

		fill(&seq, 0, 1100, limits[l]);
		CHECK_EQ(seq.capacity, limits[l]);
		CHECK_EQ(rj_seq_len(&seq), limits[l]);
		CHECK_EQ(rest.num_splt, limits[l]);
		for (uint32_t i = 0; i < limits[l]; i++)
			CHECK_EQ(rj_splt_len(seq.splt[i]), i);
		CHECK_EQ(rj_seq_num_ids(&seq), limits[l] + RJ_FIRST_IDS);
		for (uint32_t i = 0; i < limits[l] + RJ_FIRST_IDS; i++)
			CHECK_EQ(rj_seq_id(&seq, i), i);
		free(seq.splt);
	}
}

TEST(seq_grows_out_of_what_it_was_lent)
{
	static const uint32_t limits[] = { 0, 1, 3, 4, 5, 50 };

	for (size_t l = 0; l < sizeof(limits) / sizeof(*limits); l++) {
		struct rj_seq_first first = { 0 };
		struct rj_rest rest = { 0 };
		struct rj_seq seq = { .rest = &rest };

		rj_seq_lend(&seq, &first, limits[l]);
		fill(&seq, 0, 4, limits[l]);
		CHECK(seq.splt == first.splt && seq.ids == first.ids);
		fill(&seq, 4, 60, limits[l]);
		CHECK_EQ(seq.splt == first.splt, limits[l] <= RJ_SEQ_FIRST);
		CHECK_EQ(rj_seq_len(&seq), limits[l]);
		for (uint32_t i = 0; i < limits[l]; i++)
			CHECK_EQ(rj_splt_len(seq.splt[i]), i);
		CHECK_EQ(rj_seq_num_ids(&seq), limits[l] + RJ_FIRST_IDS);
		for (uint32_t i = 0; i < limits[l] + RJ_FIRST_IDS; i++)
			CHECK_EQ(rj_seq_id(&seq, i), i);
		rj_seq_free(&seq);
	}
}

TEST(seq_holds_no_memory_where_the_limit_is_zero)
{
	struct rj_rest rest = { 0 };
	struct rj_seq seq = { .rest = &rest };

	fill(&seq, 0, 20, 0);
	CHECK(!seq.splt);
	CHECK_EQ(rj_seq_len(&seq), 0);
	CHECK_EQ(rj_seq_num_ids(&seq), RJ_FIRST_IDS);
}

TEST(seq_of_a_short_flow_is_small)
{
	struct rj_rest rest = { 0 };
	struct rj_seq seq = { .rest = &rest };

	fill(&seq, 0, 4, 1000);
	CHECK_EQ(seq.capacity, 4);
	free(seq.splt);
}

TEST(seq_has_room_for_each_segment_of_a_super_packet)
{
	struct rj_rest rest = { 0 };
	struct rj_seq seq = { .rest = &rest };
	struct rj_packet p = { .payload_len = 450, .num_segments = 45, .segment_len = 10 };

	CHECK(rj_seq_reserve_for(&seq, &p, 1000));
	CHECK(seq.capacity >= 45);
	free(seq.splt);
}

TEST(seq_append_puts_entries_behind_with_their_times_moved)
{
	struct rj_rest ra = { 0 }, rb = { 0 };
	struct rj_seq a = { .rest = &ra }, b = { .rest = &rb };

	fill(&a, 0, 3, 10);
	fill(&b, 3, 5, 10);
	rj_seq_append(&a, &b, 500, 10);
	ra.num_splt += rb.num_splt;
	CHECK_EQ(rj_seq_len(&a), 8);
	for (uint32_t i = 0; i < 8; i++) {
		CHECK_EQ(rj_splt_len(a.splt[i]), i);
		CHECK_EQ(rj_splt_us(a.splt[i]), i * 1000 + (i >= 3 ? 500 : 0));
	}
	free(a.splt);
	free(b.splt);
}

TEST(seq_append_stops_at_the_limit)
{
	struct rj_rest ra = { 0 }, rb = { 0 };
	struct rj_seq a = { .rest = &ra }, b = { .rest = &rb };

	fill(&a, 0, 6, 7);
	fill(&b, 6, 7, 7);
	rj_seq_append(&a, &b, 0, 7);
	CHECK_EQ(a.capacity, 7);
	CHECK_EQ(rj_splt_len(a.splt[6]), 6);
	free(a.splt);
	free(b.splt);
}

TEST(seq_sort_puts_late_entries_where_their_times_are)
{
	struct rj_rest rest = {};
	struct rj_seq seq = { .rest = &rest };
	static const uint8_t times[] = { 5, 7, 7, 9, 6, 7, 1 };
	static const uint8_t sorted[] = { 7, 1, 5, 2, 3, 6, 4 }; /* by when they were put */

	for (uint32_t i = 0; i < 7; i++) {
		struct rj_packet p = packet(i + 1);

		CHECK(rj_seq_reserve_for(&seq, &p, 10));
		rj_splt_add(&rest, &seq, &p, 0, times[i] * 1000ull, 10);
	}
	rj_seq_sort(&seq);
	for (uint32_t i = 0; i < 7; i++)
		CHECK_EQ(rj_splt_len(seq.splt[i]), sorted[i]);
	rj_seq_free(&seq);
}

TEST(seq_append_lets_times_saturate)
{
	struct rj_rest ra = { 0 }, rb = { 0 };
	struct rj_seq a = { .rest = &ra }, b = { .rest = &rb };

	fill(&b, 5, 1, 7);
	rj_seq_append(&a, &b, RJ_SPLT_TIME_MAX, 7);
	CHECK_EQ(rj_splt_us(a.splt[0]), RJ_SPLT_TIME_MAX);
	CHECK_EQ(rj_splt_len(a.splt[0]), 5);
	free(a.splt);
	free(b.splt);
}

TEST(seq_of_nothing_is_empty)
{
	struct rj_rest rest = { .num_splt = 9, .num_ids = 9 };
	struct rj_seq seq = { .rest = &rest, .capacity = 50 };

	CHECK_EQ(rj_seq_len(&seq), 0);
	CHECK_EQ(rj_seq_num_ids(&seq), RJ_FIRST_IDS);
}
