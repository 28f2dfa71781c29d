/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the dissectors' driver: however the bytes are delivered, the answer is the same. */
#include "tests/unit/flow/talk.h"

static void in_two_parts(struct run *run, unsigned int side, uint32_t cut)
{
	size_t len = run->talk->len[side];
	size_t at = cut < len ? cut : len;

	give(run, side, 0, at, SYN);
	give(run, side, at, len - at, 0);
}

static void in_two_parts_swapped(struct run *run, unsigned int side, uint32_t cut)
{
	size_t len = run->talk->len[side];
	size_t at = cut < len ? cut : len;

	give(run, side, 0, 0, SYN);
	give(run, side, at, len - at, FIN);
	give(run, side, 0, at, 0);
}

TEST(dissect_gives_the_same_for_a_cut_at_every_byte)
{
	check_delivery(in_two_parts, 800);
	check_delivery(in_two_parts_swapped, 800);
}

static void in_three_parts(struct run *run, unsigned int side, uint32_t seed)
{
	static const uint8_t orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					      { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	const uint8_t *order = orders[seed % 6];
	size_t len = run->talk->len[side];
	size_t a = next_random(&seed) % len, b = next_random(&seed) % len;
	size_t cuts[4] = { 0, a < b ? a : b, a < b ? b : a, len };

	give(run, side, 0, 0, SYN);
	for (unsigned int i = 0; i < 3; i++)
		give(run, side, cuts[order[i]], cuts[order[i] + 1] - cuts[order[i]], 0);
}

TEST(dissect_gives_the_same_for_three_parts_in_any_order)
{
	check_delivery(in_three_parts, 600);
}

static void byte_by_byte(struct run *run, unsigned int side, uint32_t seed)
{
	if (seed)
		give(run, side, 0, 0, SYN);
	for (size_t at = 0; at < run->talk->len[side]; at++)
		give(run, side, at, 1, 0);
}

static void byte_by_byte_reversed(struct run *run, unsigned int side, uint32_t seed)
{
	(void)seed;
	give(run, side, 0, 0, SYN);
	for (size_t at = run->talk->len[side]; at--;)
		give(run, side, at, 1, 0);
}

static void byte_by_byte_shuffled(struct run *run, unsigned int side, uint32_t seed)
{
	shuffled(run, side, seed, 1 + seed % 3, true);
}

TEST(dissect_gives_the_same_for_segments_of_one_byte)
{
	check_delivery(byte_by_byte, 2);
	check_delivery(byte_by_byte_reversed, 1);
	check_delivery(byte_by_byte_shuffled, 60);
}

static void with_overlaps(struct run *run, unsigned int side, uint32_t seed)
{
	size_t len = run->talk->len[side], end_at = 0;

	while (end_at < len) {
		size_t back = next_random(&seed) % 50, more = 1 + next_random(&seed) % 50;
		size_t from = back < end_at ? end_at - back : 0;

		end_at = end_at + more < len ? end_at + more : len;
		give(run, side, from, end_at - from, from ? 0 : SYN);
		give(run, side, len - next_random(&seed) % len, 0, 0);
	}
}

static void every_second_byte_first(struct run *run, unsigned int side, uint32_t seed)
{
	(void)seed;
	give(run, side, 0, 0, SYN);
	for (size_t at = 1; at < run->talk->len[side]; at += 2)
		give(run, side, at, 1, 0);
	for (size_t at = 0; at < run->talk->len[side]; at += 2)
		give(run, side, at, 1, 0);
}

TEST(dissect_gives_the_same_for_overlaps)
{
	check_delivery(with_overlaps, 200);
	check_delivery(every_second_byte_first, 1);
}

static void cut_then_whole(struct run *run, unsigned int side, uint32_t cut)
{
	size_t len = run->talk->len[side];

	give_cut(run, side, 0, len / 2, cut < len / 2 ? cut : len / 2, SYN);
	give(run, side, len / 2, len - len / 2, 0);
	give(run, side, 0, len / 2, 0);
}

TEST(dissect_gives_the_same_when_a_retransmission_brings_what_the_capture_cut)
{
	check_delivery(cut_then_whole, 300);
}

TEST(dissect_gives_the_same_for_sides_in_step_and_swapped)
{
	for (size_t i = 0; i < NUM_TALKS; i++) {
		struct talk talk = talks[i]();
		char *want = whole(&talk);
		struct run run = begin(&talk);

		give_all(&run, 1, SYN);
		give_all(&run, 0, SYN);
		end_as(&run, want);
		run = begin(&talk);
		give(&run, 0, 0, 0, SYN);
		give(&run, 1, 0, 0, SYN);
		for (size_t at = 0; at < talk.len[0] || at < talk.len[1]; at++)
			for (unsigned int side = 0; side < 2; side++)
				if (at < talk.len[side])
					give(&run, side, at, 1, 0);
		end_as(&run, want);
		free(want);
		talk_free(&talk);
	}
}

TEST(dissect_believes_the_first_copy)
{
	for (size_t i = 0; i < NUM_TALKS; i++) {
		struct talk talk = talks[i]();
		char *want = whole(&talk);
		struct run run = begin(&talk);

		for (unsigned int side = 0; side < 2; side++) {
			size_t half = talk.len[side] / 2;

			give(&run, side, 0, 20, SYN);
			give(&run, side, half, talk.len[side] - half, 0);
			give(&run, side, half, talk.len[side] - half, LIE);
			give(&run, side, 0, 20, LIE);
			give(&run, side, 20, half - 20, 0);
		}
		CHECK_EQ(run.counts.conflicts, 4);
		end_as(&run, want);
		free(want);
		talk_free(&talk);
	}
}

static void check_without_syn(struct talk talk)
{
	char *want = whole(&talk);

	for (uint32_t seed = 0; seed < 100; seed++) {
		struct run run = begin(&talk);

		shuffled(&run, 0, seed, 1 + seed % 40, false);
		shuffled(&run, 1, seed, 1 + seed % 40, false);
		CHECK_EQ(run.counts.malformed, 0);
		end_as(&run, want);
		run = begin(&talk);
		for (unsigned int side = 0; side < 2; side++)
			for (size_t at = talk.len[side], step = seed + 1; at;) {
				size_t n = at < step ? at : step;

				at -= n;
				give(&run, side, at, n, 0);
			}
		CHECK_EQ(run.counts.malformed, 0);
		end_as(&run, want);
	}
	free(want);
	talk_free(&talk);
}

/* A SYN of @side that is said to come before byte @from of the talk, which may lie outside. */
static void give_syn(struct run *run, unsigned int side, int32_t from)
{
	struct rj_payload p = {
		.side = side,
		.over = run->talk->over,
		.src_port = run->talk->ports[side],
		.dst_port = run->talk->ports[!side],
		.seq = run->talk->first[side] + (uint32_t)from,
		.is_syn = true,
	};

	rj_dissect_payload(run->d, &p, &run->counts);
}

TEST(dissect_believes_the_syn_that_the_first_byte_follows)
{
	static const int32_t syns[][4] = { { 0, -7000, 0, -7000 },
					   { -7000, 0, 0, -7000 },
					   { -7000, 0, -7000, 0 },
					   { -7000, -9000, 0, 0 },
					   { -2000000000, 0, 0, -2000000000 },
					   { 5, 0, 0, 5 } };
	struct talk talk = short_talk();
	char *want = whole(&talk);

	for (unsigned int i = 0; i < 6; i++) {
		for (unsigned int is_syn = 0; is_syn < 2; is_syn++) {
			struct run run = begin(&talk);

			for (unsigned int n = 0; n < 8; n++)
				give_syn(&run, n % 2, syns[i][n / 2]);
			for (unsigned int side = 0; side < 2; side++) {
				give(&run, side, 0, 3, is_syn ? SYN : 0);
				/* what comes now is nobody's start */
				give_syn(&run, side, -7000);
				give(&run, side, 3, talk.len[side] - 3, 0);
			}
			end_as(&run, want);
		}
	}
	free(want);
	talk_free(&talk);
}

TEST(dissect_believes_the_first_syn_where_the_first_byte_follows_none)
{
	struct talk talk = short_talk();
	char *want = whole(&talk);
	struct run run = begin(&talk);

	for (unsigned int side = 0; side < 2; side++) {
		give_syn(&run, side, 0);
		give_syn(&run, side, -7000);
		give(&run, side, 9, talk.len[side] - 9, 0);
		give(&run, side, 0, 9, 0);
	}
	end_as(&run, want);
	free(want);
	talk_free(&talk);
}

TEST(dissect_finds_the_start_without_a_syn)
{
	check_without_syn(short_talk());
	check_without_syn(tls_talk());
}

TEST(dissect_binds_again_when_an_earlier_start_appears)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 'm', 500);
	memcpy(out.bytes + 100,
	       "\xfa\xce"
	       "m\x7f\xff",
	       5); /* looks like a start */
	memcpy(out.bytes + 200,
	       "\xfa\xce"
	       "mX",
	       4);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	give(&run, 0, 200, talk.len[0] - 200, 0);
	give(&run, 0, 100, 100, 0);
	give(&run, 0, 0, 100, 0);
	CHECK_EQ(run.counts.malformed, 0);
	end_as(&run, "\"0m500:840a302d \"");
	talk_free(&talk);
}

TEST(dissect_binds_another_row_when_an_earlier_start_appears)
{
	static struct text out, in;
	struct talk talk;
	struct run run;
	char *want;

	out.len = in.len = 0;
	say(&out, 'm', 500);
	out.bytes[200] = 0xbb;
	talk = fake_talk(&out, &in);
	want = whole(&talk);
	talk.table = with_hungry;
	run = begin(&talk);
	give(&run, 0, 200, talk.len[0] - 200, 0);
	give(&run, 0, 0, 200, 0);
	end_as(&run, want);
	free(want);
	talk_free(&talk);
}

TEST(dissect_stays_bound_once_the_other_side_was_read)
{
	struct talk talk = two_talk();
	char *want = whole(&talk);
	struct run run = begin(&talk);

	give(&run, 0, 210, 100, 0);
	give_all(&run, 1, SYN);
	give_all(&run, 0, 0);
	end_as(&run, want);
	free(want);
	talk_free(&talk);
}

/* No more comes of a flow that ended without a FIN, or behind a hole. */
TEST(dissect_shows_what_is_left_at_the_end_once_more)
{
	static struct text out, in;
	struct talk talk;
	struct run run;
	uint32_t sum = 0;
	char want[32];

	out.len = in.len = 0;
	say(&out, 'p', 500);
	talk = fake_talk(&out, &in);
	for (size_t at = FAKE_HEADER_BYTES; at < 300; at++)
		sum = sum * 31 + out.bytes[at];
	snprintf(want, sizeof(want), "\"0p500:%x \"", sum);
	for (unsigned int has_hole = 0; has_hole < 2; has_hole++) {
		run = begin(&talk);
		give(&run, 0, 0, 300, SYN);
		if (has_hole)
			give(&run, 0, 400, 50, 0);
		end_as(&run, want);
		CHECK_EQ(run.counts.malformed, 0);
	}
	talk_free(&talk);
}
