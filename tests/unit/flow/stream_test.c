/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/stream.h"

#include "tests/unit/unit.h"

#include <errno.h>

#define MAX_BYTES 65536u

/* Where streams begin in these tests: plain, wrapping in the middle, at the sign. */
static const uint32_t firsts[] = { 1000, 0, 0xfffffff0u, 0x7ffffff0u };

static uint8_t byte_at(uint32_t i)
{
	return (uint8_t)((i * 2654435761u) >> 13);
}

enum { SYN = 1, FIN = 2, LIE = 4 };

/* Puts bytes [from, from + len) of the message at @first; the last @cut were not captured. */
static int put_cut(struct rj_stream *s, uint32_t first, uint32_t from, uint32_t len, uint32_t cut,
		   unsigned int how)
{
	uint8_t *bytes = malloc(len - cut ? len - cut : 1);
	struct rj_segment seg = { .seq = first + from,
				  .len = len - cut,
				  .wire_len = len,
				  .is_syn = how & SYN,
				  .is_fin = how & FIN,
				  .bytes = bytes };
	int news;

	if (!bytes)
		abort();
	for (uint32_t i = 0; i < len - cut; i++)
		bytes[i] = (uint8_t)(byte_at(from + i) ^ (how & LIE ? 0xff : 0));
	news = rj_stream_put(s, &seg);
	free(bytes);
	return news;
}

static int put(struct rj_stream *s, uint32_t first, uint32_t from, uint32_t len, unsigned int how)
{
	return put_cut(s, first, from, len, 0, how);
}

/* Whether the stream shows bytes [from, from + len) of the message and nothing else. */
static bool shows(const struct rj_stream *s, uint32_t from, uint32_t len)
{
	size_t got_len;
	const uint8_t *got = rj_stream_bytes(s, &got_len);

	if (got_len != len)
		return false;
	for (uint32_t i = 0; i < len; i++)
		if (got[i] != byte_at(from + i))
			return false;
	return true;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void shuffle(uint32_t *order, uint32_t num, uint32_t seed)
{
	for (uint32_t i = num; i > 1; i--) {
		uint32_t j = next_random(&seed) % i, swap = order[j];

		order[j] = order[i - 1];
		order[i - 1] = swap;
	}
}

TEST(stream_holds_nothing_before_the_first_byte)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	CHECK_EQ(put(&s, 5, 0, 0, SYN), RJ_STREAM_SAME);
	CHECK_EQ(put(&s, 5, 0, 0, FIN), RJ_STREAM_SAME);
	CHECK_EQ(rj_stream_memory(&s), 0);
	CHECK(shows(&s, 0, 0));
	CHECK_EQ(put(&s, 5, 0, 1, 0), RJ_STREAM_GREW);
	CHECK(rj_stream_memory(&s) > 0 && rj_stream_memory(&s) <= 72);
	rj_stream_done(&s);
	CHECK_EQ(rj_stream_memory(&s), 0);
}

TEST(stream_takes_segments_in_order)
{
	for (unsigned int f = 0; f < 4; f++) {
		struct rj_stream s;

		rj_stream_init(&s, MAX_BYTES);
		CHECK_EQ(put(&s, firsts[f], 0, 0, SYN), RJ_STREAM_SAME);
		for (uint32_t at = 0; at < 40000; at += 1000)
			CHECK_EQ(put(&s, firsts[f], at, 1000, 0), RJ_STREAM_GREW);
		CHECK(shows(&s, 0, 40000));
		CHECK_EQ(s.num_conflicts, 0);
		rj_stream_done(&s);
	}
}

TEST(stream_takes_data_in_the_syn)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	CHECK_EQ(put(&s, 5, 0, 100, SYN), RJ_STREAM_GREW);
	CHECK_EQ(put(&s, 5, 0, 300, 0), RJ_STREAM_GREW); /* sent again with the rest */
	CHECK(shows(&s, 0, 300));
	rj_stream_done(&s);
}

static void check_reversed(uint32_t first, uint32_t len, uint32_t step, bool has_syn)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	if (has_syn)
		CHECK_EQ(put(&s, first, 0, 0, SYN), RJ_STREAM_SAME);
	for (uint32_t left = len; left;) {
		uint32_t n = left < step ? left : step;
		int news;

		left -= n;
		news = put(&s, first, left, n, 0);
		if (has_syn)
			CHECK_EQ(news, left ? RJ_STREAM_SAME : RJ_STREAM_GREW);
		else
			CHECK_EQ(news, left + n < len ? RJ_STREAM_MOVED : RJ_STREAM_GREW);
	}
	CHECK(shows(&s, 0, len));
	CHECK_EQ(s.num_conflicts, 0);
	CHECK_EQ(s.num_beyond, 0);
	CHECK(rj_stream_memory(&s) <= 2 * (MAX_BYTES + MAX_BYTES / 8));
	rj_stream_done(&s);
}

TEST(stream_takes_segments_reversed)
{
	static const uint32_t steps[] = { 1, 2, 63, 64, 65, 512, 1460 };

	for (unsigned int i = 0; i < 7; i++)
		for (unsigned int f = 0; f < 4; f++) {
			check_reversed(firsts[f], MAX_BYTES, steps[i], true);
			check_reversed(firsts[f], MAX_BYTES, steps[i], false);
			check_reversed(firsts[f], 517, steps[i], false);
		}
}

static void check_shuffled(uint32_t first, uint32_t len, uint32_t step, bool has_syn, uint32_t seed)
{
	uint32_t num = (len + step - 1) / step;
	uint32_t *order = calloc(num, sizeof(*order));
	struct rj_stream s;

	if (!order)
		abort();
	for (uint32_t i = 0; i < num; i++)
		order[i] = i * step;
	shuffle(order, num, seed);
	rj_stream_init(&s, MAX_BYTES);
	if (has_syn)
		CHECK_EQ(put(&s, first, 0, 0, SYN), RJ_STREAM_SAME);
	for (uint32_t i = 0; i < num; i++)
		CHECK(put(&s, first, order[i], len - order[i] < step ? len - order[i] : step, 0) >=
		      0);
	CHECK(shows(&s, 0, len));
	CHECK_EQ(s.num_conflicts, 0);
	CHECK_EQ(rj_stream_num_waiting(&s), 0);
	rj_stream_done(&s);
	free(order);
}

TEST(stream_takes_segments_shuffled)
{
	for (uint32_t seed = 1; seed <= 50; seed++) {
		uint32_t first = firsts[seed % 4];

		check_shuffled(first, 517, 1, true, seed);
		check_shuffled(first, 517, 1, false, seed);
		check_shuffled(first, 1800, 7, false, seed);
		check_shuffled(first, MAX_BYTES, 1460, true, seed);
		check_shuffled(first, MAX_BYTES, 512, false, seed);
	}
}

TEST(stream_takes_every_second_byte_first)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	CHECK_EQ(put(&s, 9, 0, 0, SYN), RJ_STREAM_SAME);
	for (uint32_t at = 1; at < MAX_BYTES; at += 2)
		CHECK_EQ(put(&s, 9, at, 1, 0), RJ_STREAM_SAME);
	CHECK(shows(&s, 0, 0));
	CHECK_EQ(rj_stream_num_waiting(&s), MAX_BYTES / 2);
	for (uint32_t at = 0; at < MAX_BYTES; at += 2)
		CHECK_EQ(put(&s, 9, at, 1, 0), RJ_STREAM_GREW);
	CHECK(shows(&s, 0, MAX_BYTES));
	CHECK(rj_stream_is_full(&s));
	rj_stream_done(&s);
}

TEST(stream_keeps_the_first_copy_and_counts_the_other)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	CHECK_EQ(put(&s, 9, 0, 100, SYN), RJ_STREAM_GREW);
	CHECK_EQ(put(&s, 9, 50, 50, LIE), RJ_STREAM_SAME);
	CHECK_EQ(s.num_conflicts, 1);
	CHECK_EQ(put(&s, 9, 200, 100, 0), RJ_STREAM_SAME);
	CHECK_EQ(put(&s, 9, 299, 1, LIE), RJ_STREAM_SAME); /* while waiting */
	CHECK_EQ(s.num_conflicts, 2);
	CHECK_EQ(put(&s, 9, 90, 120, 0), RJ_STREAM_GREW); /* overlaps both, says the same */
	CHECK_EQ(s.num_conflicts, 2);
	CHECK(shows(&s, 0, 300));
	rj_stream_done(&s);
}

TEST(stream_start_moves_back_only_without_a_syn_and_before_use)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	CHECK_EQ(put(&s, 9, 100, 100, 0), RJ_STREAM_GREW);
	CHECK(rj_stream_can_move(&s));
	CHECK_EQ(put(&s, 9, 50, 10, 0), RJ_STREAM_MOVED); /* leaves a gap */
	CHECK(shows(&s, 50, 10));
	CHECK_EQ(put(&s, 9, 60, 40, 0), RJ_STREAM_GREW);
	CHECK(shows(&s, 50, 150));
	rj_stream_consume(&s, 1);
	CHECK(!rj_stream_can_move(&s));
	CHECK_EQ(put(&s, 9, 0, 50, 0), RJ_STREAM_SAME);
	CHECK(shows(&s, 51, 149));
	rj_stream_done(&s);

	CHECK_EQ(put(&s, 9, 100, 100, SYN), RJ_STREAM_GREW);
	CHECK(!rj_stream_can_move(&s));
	CHECK_EQ(put(&s, 9, 0, 200, 0), RJ_STREAM_SAME);
	CHECK(shows(&s, 100, 100));
	rj_stream_done(&s);
}

TEST(stream_start_moves_back_no_further_than_its_limits)
{
	struct rj_stream s;

	rj_stream_init(&s, 2 * MAX_BYTES);
	CHECK_EQ(put(&s, 9, 70000, 10, 0), RJ_STREAM_GREW);
	CHECK_EQ(put(&s, 9, 70000 - RJ_STREAM_BACK_BYTES - 1, 10, 0), RJ_STREAM_SAME);
	CHECK_EQ(put(&s, 9, 70000 - RJ_STREAM_BACK_BYTES, 10, 0), RJ_STREAM_MOVED);
	rj_stream_done(&s);
	rj_stream_limit(&s, 100);
	CHECK_EQ(put(&s, 9, 200, 10, 0), RJ_STREAM_GREW);
	CHECK_EQ(put(&s, 9, 109, 10, 0), RJ_STREAM_SAME);
	CHECK_EQ(put(&s, 9, 110, 10, 0), RJ_STREAM_MOVED);
	CHECK_EQ(put(&s, 9, 120, 80, 0), RJ_STREAM_GREW);
	CHECK(shows(&s, 110, 100));
	rj_stream_done(&s);
}

TEST(stream_syn_that_comes_late_says_where_it_starts)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	CHECK_EQ(put(&s, 9, 100, 100, 0), RJ_STREAM_GREW);
	CHECK_EQ(put(&s, 9, 0, 0, SYN), RJ_STREAM_MOVED);
	CHECK(shows(&s, 0, 0));
	CHECK_EQ(put(&s, 9, 0, 100, 0), RJ_STREAM_GREW);
	CHECK(shows(&s, 0, 200));
	rj_stream_done(&s);

	CHECK_EQ(put(&s, 9, 0, 100, 0), RJ_STREAM_GREW);
	CHECK_EQ(put(&s, 9, 0, 0, SYN), RJ_STREAM_SAME);
	CHECK(shows(&s, 0, 100));
	rj_stream_done(&s);

	/* a stray segment came before it, and moved the start back */
	CHECK_EQ(put(&s, 9, 1000, 100, 0), RJ_STREAM_GREW);
	CHECK_EQ(put(&s, 9, 900, 10, 0), RJ_STREAM_MOVED);
	CHECK_EQ(put(&s, 9, 1150, 10, 0), RJ_STREAM_SAME);
	CHECK_EQ(put(&s, 9, 1000, 0, SYN), RJ_STREAM_MOVED);
	CHECK(shows(&s, 1000, 100));
	CHECK_EQ(put(&s, 9, 1100, 50, 0), RJ_STREAM_GREW);
	CHECK(shows(&s, 1000, 160));
	rj_stream_done(&s);

	/* the end of an older connection came first */
	CHECK_EQ(put(&s, 9, 0, 100, 0), RJ_STREAM_GREW);
	CHECK_EQ(put(&s, 0x40000000u, 0, 0, SYN), RJ_STREAM_MOVED);
	CHECK_EQ(put(&s, 0x40000000u, 0, 50, 0), RJ_STREAM_GREW);
	CHECK(shows(&s, 0, 50));
	/* only one counts */
	CHECK_EQ(put(&s, 0x50000000u, 0, 50, SYN), RJ_STREAM_SAME);
	CHECK(shows(&s, 0, 50));
	rj_stream_done(&s);
}

TEST(stream_bytes_cut_by_the_capture_are_a_hole)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	CHECK_EQ(put_cut(&s, 9, 0, 1000, 900, SYN), RJ_STREAM_GREW);
	CHECK_EQ(put(&s, 9, 1000, 1000, 0), RJ_STREAM_SAME);
	CHECK(shows(&s, 0, 100));
	CHECK_EQ(put(&s, 9, 0, 1000, 0), RJ_STREAM_GREW);
	CHECK(shows(&s, 0, 2000));
	rj_stream_done(&s);
}

TEST(stream_keeps_little_behind_a_cut)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	for (uint32_t at = 0; at < 2 * MAX_BYTES; at += 1000)
		CHECK(put_cut(&s, 9, at, 1000, 900, at ? 0 : SYN) >= 0);
	CHECK(shows(&s, 0, 100));
	CHECK(rj_stream_memory(&s) <= 2 * (RJ_STREAM_CUT_BYTES + 64));
	CHECK_EQ(put(&s, 9, 0, 1100, 0), RJ_STREAM_GREW); /* and is itself again when filled */
	CHECK_EQ(put(&s, 9, 1100, 30000, 0), RJ_STREAM_GREW);
	CHECK(shows(&s, 0, 31100));
	rj_stream_consume(&s, 31100);
	CHECK_EQ(put_cut(&s, 9, 31100, 1000, 900, 0), RJ_STREAM_GREW); /* another cut */
	CHECK_EQ(put(&s, 9, 32100, 30000, 0), RJ_STREAM_SAME);
	CHECK_EQ(rj_stream_num_waiting(&s), RJ_STREAM_CUT_BYTES - 900);
	rj_stream_done(&s);
}

TEST(stream_without_any_captured_byte_holds_nothing)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	for (uint32_t at = 0; at < MAX_BYTES; at += 1000)
		CHECK_EQ(put_cut(&s, 9, at, 1000, 1000, at ? 0 : SYN), RJ_STREAM_SAME);
	CHECK_EQ(rj_stream_memory(&s), 0);
	rj_stream_done(&s);
}

TEST(stream_drops_and_counts_what_lies_beyond_its_cap)
{
	struct rj_stream s;

	rj_stream_init(&s, 1000);
	CHECK_EQ(put(&s, 9, 0, 900, SYN), RJ_STREAM_GREW);
	CHECK(!rj_stream_is_full(&s));
	CHECK_EQ(put(&s, 9, 900, 300, 0), RJ_STREAM_GREW);
	CHECK(rj_stream_is_full(&s));
	CHECK(shows(&s, 0, 1000));
	CHECK_EQ(s.num_beyond, 200);
	CHECK_EQ(put(&s, 9, 5000, 300, 0), RJ_STREAM_SAME);
	CHECK_EQ(s.num_beyond, 500);
	rj_stream_consume(&s, 1000); /* counts from the start of the stream */
	CHECK_EQ(put(&s, 9, 1000, 1, 0), RJ_STREAM_SAME);
	CHECK_EQ(s.num_beyond, 501);
	rj_stream_done(&s);
}

TEST(stream_lower_cap_hides_what_is_behind_it)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	CHECK_EQ(put(&s, 9, 0, 2000, SYN), RJ_STREAM_GREW);
	rj_stream_limit(&s, 500);
	CHECK(rj_stream_is_full(&s));
	CHECK(shows(&s, 0, 500));
	rj_stream_consume(&s, 500);
	CHECK(shows(&s, 0, 0));
	CHECK_EQ(put(&s, 9, 2000, 10, 0), RJ_STREAM_SAME);
	rj_stream_done(&s);
}

TEST(stream_gives_back_what_is_consumed)
{
	struct rj_stream s;

	rj_stream_init(&s, 1u << 20);
	CHECK_EQ(put(&s, 0xfffffff0u, 0, 0, SYN), RJ_STREAM_SAME);
	for (uint32_t at = 0; at < 1u << 20; at += 1024) {
		if (at % 3 == 0)
			CHECK_EQ(put(&s, 0xfffffff0u, at + 500, 524, 0), RJ_STREAM_SAME);
		CHECK_EQ(put(&s, 0xfffffff0u, at, at % 3 ? 1024 : 500, 0), RJ_STREAM_GREW);
		CHECK(shows(&s, at, 1024));
		rj_stream_consume(&s, 24);
		rj_stream_consume(&s, 1000);
	}
	CHECK(rj_stream_memory(&s) < 4096);
	CHECK(rj_stream_is_full(&s));
	rj_stream_done(&s);
}

TEST(stream_consume_keeps_what_waits)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	CHECK_EQ(put(&s, 9, 0, 100, SYN), RJ_STREAM_GREW);
	CHECK_EQ(put(&s, 9, 150, 100, 0), RJ_STREAM_SAME);
	rj_stream_consume(&s, 100);
	CHECK_EQ(rj_stream_num_waiting(&s), 100);
	CHECK_EQ(put(&s, 9, 0, 150, 0), RJ_STREAM_GREW);
	CHECK(shows(&s, 100, 150));
	rj_stream_done(&s);
}

TEST(stream_is_closed_by_a_fin_right_behind_its_bytes)
{
	for (unsigned int f = 0; f < 4; f++) {
		struct rj_stream s;

		rj_stream_init(&s, MAX_BYTES);
		CHECK_EQ(put(&s, firsts[f], 0, 0, SYN), RJ_STREAM_SAME);
		CHECK_EQ(put(&s, firsts[f], 50, 50, FIN), RJ_STREAM_SAME);
		CHECK(!rj_stream_is_closed(&s));
		CHECK_EQ(put(&s, firsts[f], 0, 50, 0), RJ_STREAM_GREW);
		CHECK(rj_stream_is_closed(&s));
		CHECK_EQ(put(&s, firsts[f], 150, 1, 0), RJ_STREAM_SAME); /* then it was none */
		CHECK(!rj_stream_is_closed(&s));
		CHECK_EQ(put(&s, firsts[f], 100, 1, 0), RJ_STREAM_GREW);
		CHECK(!rj_stream_is_closed(&s));
		rj_stream_done(&s);
	}
}

TEST(stream_is_not_closed_where_the_capture_cut)
{
	struct rj_stream s;

	rj_stream_init(&s, MAX_BYTES);
	CHECK_EQ(put_cut(&s, 9, 0, 100, 10, SYN | FIN), RJ_STREAM_GREW);
	CHECK(!rj_stream_is_closed(&s));
	CHECK_EQ(put(&s, 9, 0, 100, FIN), RJ_STREAM_GREW);
	CHECK(rj_stream_is_closed(&s));
	rj_stream_done(&s);
}

TEST(stream_far_sequence_numbers_are_dropped)
{
	static const uint32_t far[] = { 0x10000u, 0x7fffffffu, 0x80000000u, 0x80000001u,
					0xffff0000u };

	for (unsigned int i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		struct rj_stream s;

		rj_stream_init(&s, MAX_BYTES);
		CHECK_EQ(put(&s, 9, 0, 10, SYN), RJ_STREAM_GREW);
		CHECK_EQ(put(&s, 9 + far[i], 0, 50, LIE), RJ_STREAM_SAME);
		CHECK(shows(&s, 0, 10));
		CHECK(rj_stream_memory(&s) <= 72);
		rj_stream_done(&s);
	}
}

/* Every position of two cuts, in every order of the three parts. */
TEST(stream_takes_three_parts_in_any_order)
{
	static const uint8_t orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					      { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	const uint32_t len = 70;

	for (uint32_t a = 1; a < len - 1; a++)
		for (uint32_t b = a + 1; b < len; b++)
			for (unsigned int i = 0; i < 12; i++) {
				uint32_t cuts[4] = { 0, a, b, len };
				struct rj_stream s;

				rj_stream_init(&s, MAX_BYTES);
				if (i < 6)
					CHECK_EQ(put(&s, 1, 0, 0, SYN), RJ_STREAM_SAME);
				for (unsigned int j = 0; j < 3; j++) {
					uint8_t k = orders[i % 6][j];

					CHECK(put(&s, 1, cuts[k], cuts[k + 1] - cuts[k], 0) >= 0);
				}
				CHECK(shows(&s, 0, len));
				rj_stream_done(&s);
			}
}

TEST(stream_skips_bytes_that_are_held_in_part_or_not_at_all)
{
	for (unsigned int f = 0; f < sizeof(firsts) / sizeof(*firsts); f++) {
		struct rj_stream s;

		rj_stream_init(&s, 100);
		CHECK_EQ(put(&s, firsts[f], 0, 40, SYN), RJ_STREAM_GREW);
		rj_stream_skip(&s, 0);
		CHECK(shows(&s, 0, 40) && !s.is_ahead);
		rj_stream_skip(&s, 30);
		CHECK(shows(&s, 30, 10) && !s.is_ahead);
		CHECK_EQ(put(&s, firsts[f], 60, 20, 0), RJ_STREAM_SAME);
		rj_stream_skip(&s, 35); /* over the hole, to where bytes wait */
		CHECK(shows(&s, 65, 15) && !s.is_ahead);
		rj_stream_skip(&s, 15); /* to the end of all */
		CHECK(shows(&s, 80, 0) && !s.is_ahead);
		rj_stream_skip(&s, 100000);
		CHECK(shows(&s, 0, 0) && s.is_ahead);
		CHECK_EQ(rj_stream_num_waiting(&s), 0);
		/* what lies before is dropped, and what begins before is cut */
		CHECK_EQ(put(&s, firsts[f], 80, 1000, 0), RJ_STREAM_SAME);
		CHECK_EQ(put(&s, firsts[f], 100075, 10, 0), RJ_STREAM_GREW);
		CHECK(shows(&s, 100080, 5) && !s.is_ahead);
		/* none of it counted to the budget */
		CHECK_EQ(put(&s, firsts[f], 100085, 200, 0), RJ_STREAM_GREW);
		CHECK(shows(&s, 100080, 100));
		CHECK_EQ(rj_stream_budget_end(&s), firsts[f] + 100180);
		rj_stream_done(&s);
	}
}

TEST(stream_skips_into_a_hole_and_waits_there)
{
	struct rj_stream s;

	rj_stream_init(&s, 1000);
	CHECK_EQ(put(&s, 5, 0, 10, SYN), RJ_STREAM_GREW);
	CHECK_EQ(put(&s, 5, 50, 10, 0), RJ_STREAM_SAME);
	rj_stream_skip(&s, 30);
	CHECK(shows(&s, 30, 0));
	CHECK_EQ(rj_stream_num_waiting(&s), 10);
	CHECK_EQ(put(&s, 5, 20, 30, 0), RJ_STREAM_GREW);
	CHECK(shows(&s, 30, 30));
	rj_stream_done(&s);
}

/* A segment of the message in an exact heap block, which the caller frees. */
static struct rj_segment segment_at(uint32_t first, uint32_t from, uint32_t len)
{
	uint8_t *bytes = malloc(len ? len : 1);

	if (!bytes)
		abort();
	for (uint32_t i = 0; i < len; i++)
		bytes[i] = byte_at(from + i);
	return (struct rj_segment){ .seq = first + from,
				    .len = len,
				    .wire_len = len,
				    .bytes = bytes };
}

TEST(stream_lends_a_segment_that_is_all_it_has)
{
	for (unsigned int f = 0; f < 4; f++) {
		struct rj_segment seg = segment_at(firsts[f], 0, 300);
		struct rj_stream s;
		size_t len;

		rj_stream_init(&s, MAX_BYTES);
		CHECK_EQ(rj_stream_lend(&s, &seg), RJ_STREAM_GREW);
		CHECK(rj_stream_bytes(&s, &len) == seg.bytes && len == 300);
		CHECK_EQ(rj_stream_memory(&s), 0);
		rj_stream_consume(&s, 100);
		rj_stream_skip(&s, 150);
		CHECK(rj_stream_bytes(&s, &len) == seg.bytes + 250 && len == 50);
		CHECK_EQ(rj_stream_keep(&s), 0);
		free((void *)(uintptr_t)seg.bytes);
		CHECK(shows(&s, 250, 50));
		CHECK(rj_stream_memory(&s) <= 72);

		/* now something is held, and the next is put behind it */
		seg = segment_at(firsts[f], 300, 100);
		CHECK_EQ(rj_stream_lend(&s, &seg), RJ_STREAM_GREW);
		free((void *)(uintptr_t)seg.bytes);
		CHECK(shows(&s, 250, 150));
		CHECK_EQ(rj_stream_keep(&s), 0);
		rj_stream_consume(&s, 150);
		CHECK_EQ(rj_stream_memory(&s), 0);
		rj_stream_done(&s);
	}
}

TEST(stream_lends_no_more_than_its_limits_and_nothing_twice)
{
	struct rj_segment seg = segment_at(9, 0, 300);
	struct rj_stream s;
	size_t len;

	rj_stream_init(&s, 250);
	CHECK_EQ(rj_stream_lend(&s, &seg), RJ_STREAM_GREW);
	CHECK(rj_stream_bytes(&s, &len) == seg.bytes && len == 250);
	CHECK_EQ(s.num_beyond, 50);
	rj_stream_consume(&s, 100);
	CHECK_EQ(rj_stream_keep(&s), 0);
	rj_stream_consume(&s, 100);
	CHECK_EQ(rj_stream_lend(&s, &seg), RJ_STREAM_SAME);
	CHECK(shows(&s, 200, 50));
	rj_stream_consume(&s, 50);
	CHECK_EQ(rj_stream_lend(&s, &seg), RJ_STREAM_SAME);
	CHECK(shows(&s, 250, 0));
	CHECK_EQ(rj_stream_keep(&s), 0);
	rj_stream_done(&s);

	/* what is lent is let go of, too */
	CHECK_EQ(rj_stream_lend(&s, &seg), RJ_STREAM_GREW);
	rj_stream_done(&s);
	free((void *)(uintptr_t)seg.bytes);
	CHECK(shows(&s, 0, 0));
}

/* Whether both show the same, in whatever way they hold it. */
static bool are_alike(const struct rj_stream *a, const struct rj_stream *b)
{
	size_t a_len, b_len;
	const uint8_t *a_bytes = rj_stream_bytes(a, &a_len);
	const uint8_t *b_bytes = rj_stream_bytes(b, &b_len);

	return a_len == b_len && (!a_len || !memcmp(a_bytes, b_bytes, a_len)) &&
	       a->num_beyond == b->num_beyond && a->num_conflicts == b->num_conflicts &&
	       a->first_seq + a->start == b->first_seq + b->start && a->is_ahead == b->is_ahead &&
	       rj_stream_budget_end(a) == rj_stream_budget_end(b) &&
	       rj_stream_can_move(a) == rj_stream_can_move(b) &&
	       rj_stream_is_full(a) == rj_stream_is_full(b) &&
	       rj_stream_is_closed(a) == rj_stream_is_closed(b) &&
	       rj_stream_num_waiting(a) == rj_stream_num_waiting(b);
}

/* Takes some of what both show off them, or passes over it and more. */
static void use_some(struct rj_stream *a, struct rj_stream *b, uint32_t *state)
{
	size_t len;

	rj_stream_bytes(a, &len);
	if (next_random(state) % 3) {
		size_t some = next_random(state) % 2 ? len : next_random(state) % (len + 1);

		rj_stream_consume(a, some);
		rj_stream_consume(b, some);
	} else if (!rj_stream_can_move(a)) {
		uint32_t some = next_random(state) % 2 ? 0 : next_random(state) % 300;

		rj_stream_skip(a, some);
		rj_stream_skip(b, some);
	}
}

/* A segment near @at, mostly there. */
static struct rj_segment any_segment(uint32_t first, uint32_t at, uint32_t *state)
{
	uint32_t back = next_random(state) % 3 ? 0 : next_random(state) % 400;
	uint32_t on = next_random(state) % 3 ? 0 : next_random(state) % 400;
	uint32_t len = next_random(state) % 300;
	struct rj_segment seg = segment_at(first, at + on - (back < at ? back : at), len);

	if (!(next_random(state) % 20))
		seg.len -= next_random(state) % (len + 1);
	if (len && !(next_random(state) % 10))
		((uint8_t *)(uintptr_t)seg.bytes)[next_random(state) % len] ^= 1;
	seg.is_syn = !(next_random(state) % 20);
	seg.is_fin = !(next_random(state) % 20);
	return seg;
}

static void check_lent(uint32_t seed)
{
	uint32_t state = seed, first = firsts[seed % 4];
	struct rj_stream lent, copied;

	rj_stream_init(&lent, 200 + seed % 3000);
	rj_stream_init(&copied, 200 + seed % 3000);
	for (unsigned int i = 0; i < 60; i++) {
		uint32_t at = i ? copied.first_seq + copied.end - first : 1000;
		struct rj_segment seg = any_segment(first, at, &state);
		int news = rj_stream_put(&copied, &seg);

		CHECK_EQ(rj_stream_lend(&lent, &seg), news);
		CHECK(are_alike(&lent, &copied));
		for (uint32_t left = next_random(&state) % 3; left; left--)
			use_some(&lent, &copied, &state);
		CHECK(are_alike(&lent, &copied));
		CHECK_EQ(rj_stream_keep(&lent), 0);
		free((void *)(uintptr_t)seg.bytes);
		CHECK(are_alike(&lent, &copied));
		CHECK(rj_stream_memory(&lent) <= 2 * (3200 + 128) * 9 / 8);
	}
	rj_stream_done(&lent);
	rj_stream_done(&copied);
}

TEST(stream_that_lends_is_like_one_that_copies)
{
	for (uint32_t seed = 1; seed <= 3000; seed++)
		check_lent(seed);
}
