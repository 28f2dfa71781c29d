/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the dissectors' driver: when it lets go, its budgets, datagrams. */
#include "tests/unit/flow/talk.h"

/* How much of a side that no row wants is taken, in segments of 1000 bytes. */
static size_t taken_of_unwanted(struct run *run, unsigned int how)
{
	size_t at = 5;

	if (how & SYN)
		give(run, 0, 5, 0, SYN);
	for (; rj_dissect_wants(run->d, 0) && at < 50000; at += 1000)
		give(run, 0, at, 1000, 0);
	return at - 5;
}

TEST(dissect_lets_go_of_a_side_that_no_row_wants)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 'm', 60000);
	talk = fake_talk(&out, &in);
	for (unsigned int how = 0; how <= SYN; how += SYN) {
		run = begin(&talk);
		/* the first segment, and three full ones (joined in its middle) or 16 KiB */
		CHECK_EQ(taken_of_unwanted(&run, how), how ? 18000 : 6000);
		CHECK(rj_dissect_bytes(run.d) <= 320);
		end_as(&run, "");
		CHECK_EQ(run.counts.malformed + run.counts.holes, 0);
	}
	talk_free(&talk);
}

TEST(dissect_lets_go_of_small_segments_in_order_without_a_start)
{
	static struct text out, in;
	struct talk talk;
	struct run run;
	size_t at = 5;

	out.len = in.len = 0;
	say(&out, 'm', 60000);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	for (; at < 5 + 5 * 6; at += 6) {
		CHECK(rj_dissect_wants(run.d, 0));
		give(&run, 0, at, 6, 0);
	}
	CHECK(rj_dissect_wants(run.d, 0));
	CHECK(!rj_dissect_waits_for_other(run.d, 0));
	give(&run, 0, at, 6, 0);
	CHECK(!rj_dissect_wants(run.d, 0));
	CHECK(rj_dissect_waits_for_other(run.d, 0) && !rj_dissect_waits_for_other(run.d, 1));
	end_as(&run, "");
	run = begin(&talk);
	for (at = 5; at < 5 + 100 * 6; at += 12) { /* the gaps may be filled yet */
		give(&run, 0, at, 6, 0);
		CHECK(rj_dissect_wants(run.d, 0));
	}
	end_as(&run, "");
	talk_free(&talk);
}

TEST(dissect_of_a_side_given_up_reads_the_other_as_if_it_had_been_there)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);

	rj_dissect_give_up(run.d, 0);
	CHECK(!rj_dissect_wants(run.d, 0));
	give(&run, 0, 0, 100, SYN);
	CHECK_EQ(run.counts.malformed, 0);
	give_all(&run, 1, SYN);
	CHECK(!rj_dissect_waits_for_other(run.d, 0) && !rj_dissect_waits_for_other(run.d, 1));
	end_as(&run, "\"1m100:dea4043a 1q150:17827917 \"");
	talk_free(&talk);
}

TEST(dissect_lets_go_when_both_sides_are_refused)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);
	size_t empty = rj_dissect_bytes(run.d);

	give(&run, 0, 0, 0, SYN);
	give(&run, 1, 0, 0, SYN);
	give(&run, 0, 0, 100, LIE);
	CHECK(rj_dissect_wants(run.d, 0) && rj_dissect_wants(run.d, 1));
	CHECK(!rj_dissect_is_vain(run.d));
	give(&run, 1, 0, 1, LIE);
	CHECK(!rj_dissect_wants(run.d, 0) && !rj_dissect_wants(run.d, 1));
	CHECK(rj_dissect_is_vain(run.d));
	CHECK_EQ(rj_dissect_bytes(run.d), empty);
	end_as(&run, "");
	talk_free(&talk);
}

TEST(dissect_reads_a_refused_side_once_the_other_is_known)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);

	give(&run, 0, 0, 100, SYN | LIE);
	give_all(&run, 1, SYN);
	CHECK(!rj_dissect_wants(run.d, 0)); /* was read, and is malformed */
	CHECK(!rj_dissect_is_vain(run.d));
	CHECK_EQ(run.counts.malformed, 1);
	end_as(&run, "\"1m100:dea4043a 1q150:17827917 \"");
	talk_free(&talk);
}

TEST(dissect_asks_rows_with_a_port_of_the_flow_first)
{
	struct talk talk = two_talk();
	struct run run;

	talk.table = fake_first;
	run = begin(&talk);
	give_all(&run, 0, SYN);
	CHECK_EQ(rj_dissect_originator(run.d), 0);
	free(end(&run));
	talk.ports[0] = 9;
	talk.ports[1] = 40000;
	run = begin(&talk);
	give_all(&run, 0, SYN);
	CHECK(!rj_dissect_wants(run.d, 0));
	end_as(&run, "\"greedy\"");
	talk_free(&talk);
}

TEST(dissect_choice_does_not_depend_on_cuts)
{
	struct talk talk = two_talk();
	struct run run;

	talk.table = fake_first; /* the second row says yes to the first byte, the first not yet */
	run = begin(&talk);
	give(&run, 0, 0, 1, SYN);
	give(&run, 0, 1, talk.len[0] - 1, 0);
	CHECK_EQ(rj_dissect_originator(run.d), 0);
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_end_settles_what_was_waited_for)
{
	struct talk talk = two_talk();
	struct run run;

	talk.table = fake_first;
	run = begin(&talk);
	give(&run, 0, 0, 1, SYN);
	end_as(&run, "\"greedy\"");
	talk_free(&talk);
}

TEST(dissect_asks_only_the_rows_of_its_mask)
{
	struct talk talk = two_talk();
	struct run run = { .talk = &talk, .d = rj_dissect_new_with(fake_first, 2) };

	give_all(&run, 0, SYN);
	end_as(&run, "\"greedy\"");
	run.d = rj_dissect_new_with(fake_first, 0);
	CHECK(!rj_dissect_wants(run.d, 0));
	give_all(&run, 0, SYN);
	end_as(&run, "");
	talk_free(&talk);
}

TEST(dissect_end_is_hard_behind_a_fin_alone)
{
	static struct text out, in;
	struct talk talk;

	out.len = in.len = 0;
	say(&out, 'm', 3);
	say(&out, 'e', 10);
	talk = fake_talk(&out, &in);
	for (unsigned int how = 0; how < 4; how++) {
		struct run run = begin(&talk);

		give(&run, 0, 0, 8, SYN);
		give_cut(&run, 0, 8, 15, how & 1, how & 2 ? FIN : 0);
		end_as(&run, how == 2 ? "\"0m3:1068 0e10:f2e6cdf9 \"" : "\"0m3:1068 \"");
		CHECK_EQ(run.counts.malformed, 0);
	}
	talk_free(&talk);
}

TEST(dissect_message_that_a_fin_breaks_off_is_malformed)
{
	struct talk talk = two_talk();

	for (unsigned int how = 0; how < 2; how++) {
		struct run run = begin(&talk);

		give(&run, 0, 0, 150, SYN | (how ? FIN : 0));
		end_as(&run, "");
		CHECK_EQ(run.counts.malformed, how);
	}
	talk_free(&talk);
}

TEST(dissect_counts_bytes_behind_a_hole_that_stays)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);

	give(&run, 0, 0, 210, SYN);
	give(&run, 0, 220, 100, 0);
	end_as(&run, "\"0a200:a7059c74 0m0:0 \"");
	CHECK_EQ(run.counts.holes, 100);
	CHECK_EQ(run.counts.malformed, 0);
	talk_free(&talk);
}

TEST(dissect_counts_a_message_beyond_the_budget)
{
	static struct text out, in;
	struct talk talk;

	for (unsigned int extra = 0; extra < 2; extra++) {
		struct run run;

		out.len = in.len = 0;
		say(&out, 'm', 100);
		say(&out, 'm', (uint16_t)(FAKE_MAX_BYTES - 110 + extra));
		say(&in, 'm', 1);
		talk = fake_talk(&out, &in);
		run = begin(&talk);
		give_all(&run, 0, SYN);
		give_all(&run, 1, SYN);
		CHECK_EQ(rj_dissect_wants(run.d, 0), !extra);
		CHECK_EQ(run.counts.over_budget, extra);
		CHECK(rj_dissect_wants(run.d, 1));
		free(end(&run));
		talk_free(&talk);
	}
}

TEST(dissect_budget_is_that_of_the_row_it_bound)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 'm', FAKE_MAX_BYTES);
	talk = fake_talk(&out, &in);
	talk.table = with_hungry; /* before, it is that of the greediest */
	run = begin(&talk);
	give_all(&run, 0, SYN);
	CHECK_EQ(run.counts.over_budget, 1);
	CHECK(!rj_dissect_wants(run.d, 0));
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_row_that_cannot_say_within_its_budget_is_refused)
{
	static struct text out;
	struct talk talk;
	struct run run;

	out.len = HUNGRY_MAX_BYTES;
	memset(out.bytes, 0, out.len);
	talk = fake_talk(&out, &out);
	talk.table = with_hungry;
	run = begin(&talk);
	for (unsigned int side = 0; side < 2; side++) {
		give(&run, side, 0, HUNGRY_MAX_BYTES - 1, SYN);
		CHECK(rj_dissect_wants(run.d, side));
		give(&run, side, HUNGRY_MAX_BYTES - 1, 1, 0);
	}
	CHECK(!rj_dissect_wants(run.d, 0) && !rj_dissect_wants(run.d, 1));
	CHECK_EQ(run.counts.over_budget, 0);
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_counts_bytes_after_the_budget_once)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 'm', FAKE_MAX_BYTES - 5);
	say(&out, 'm', 10);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	give(&run, 0, 0, FAKE_MAX_BYTES, SYN);
	CHECK_EQ(run.counts.over_budget, 0);
	give(&run, 0, FAKE_MAX_BYTES, 5, 0);
	give(&run, 0, FAKE_MAX_BYTES + 5, 5, 0);
	CHECK_EQ(run.counts.over_budget, 1);
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_message_at_its_cap_comes_in_any_order)
{
	static struct text out, in;
	struct talk talk;
	char *want;

	out.len = in.len = 0;
	say(&out, 'q', FAKE_MAX_BYTES - 5);
	talk = fake_talk(&out, &in);
	want = whole(&talk);
	for (unsigned int i = 0; i < 20; i++) {
		struct run run = begin(&talk);

		shuffled(&run, 0, i, i < 2 ? 1 : i < 10 ? 512 : 1460, true);
		end_as(&run, want);
		CHECK_EQ(run.counts.over_budget + run.counts.malformed + run.counts.holes, 0);
	}
	free(want);
	talk_free(&talk);
}

/* The first full segment of a message behind so many others, and no SYN. */
static void give_start_late(struct run *run, size_t num_others)
{
	size_t len = run->talk->len[0], others = num_others * 1460;

	for (size_t at = 1460; at < others + 1460; at += 1460)
		give(run, 0, at, 1460, 0);
	give(run, 0, 0, 1460, 0);
	give(run, 0, 1460 + others, len - 1460 - others, 0);
}

TEST(dissect_message_without_a_syn_may_start_four_segments_late)
{
	static struct text out, in;
	struct talk talk;
	char *want;

	out.len = in.len = 0;
	say(&out, 'q', FAKE_MAX_BYTES - 5);
	talk = fake_talk(&out, &in);
	want = whole(&talk);
	for (size_t num = 1; num <= 4; num++) {
		struct run run = begin(&talk);

		give_start_late(&run, num);
		end_as(&run, want);
		CHECK_EQ(run.counts.over_budget + run.counts.malformed + run.counts.holes, 0);
	}
	free(want);
	talk_free(&talk);
}

TEST(dissect_gives_up_a_hole_when_much_has_come_after_it)
{
	static struct text out, in;
	struct talk talk;
	struct run run;
	uint64_t num = 0;

	out.len = in.len = 0;
	say(&out, 'm', 60000);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	give(&run, 0, 0, 100, SYN);
	give(&run, 0, 200, 100, 0);
	for (; rj_dissect_wants(run.d, 0) && num < 1000; num++)
		give(&run, 0, 25000, 30000, 0);
	CHECK_EQ(num, (16u << 20) / 30000 + 1);
	CHECK_EQ(run.counts.holes, 100);
	CHECK_EQ(run.counts.over_budget, 0);
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_lets_go_of_a_side_that_is_done)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);

	give_all(&run, 1, SYN);
	CHECK(!rj_dissect_wants(run.d, 1));
	CHECK(rj_dissect_wants(run.d, 0));
	give_all(&run, 0, SYN);
	CHECK(rj_dissect_wants(run.d, 0));
	CHECK(rj_dissect_bytes(run.d) < 16384);
	free(end(&run));
	talk_free(&talk);
}

TEST(dissect_malformed_ends_its_side_alone)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);

	give(&run, 0, 0, 205, SYN);
	give(&run, 0, 205, 10, LIE);
	CHECK_EQ(run.counts.malformed, 1);
	CHECK(!rj_dissect_wants(run.d, 0));
	give_all(&run, 1, SYN);
	end_as(&run, "\"0a200:a7059c74 1m100:dea4043a 1q150:17827917 \"");
	talk_free(&talk);
}

TEST(dissect_does_not_loop_on_a_dissector_that_stands_still)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 's', 10);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	give_all(&run, 0, SYN);
	CHECK_EQ(run.counts.malformed, 1);
	end_as(&run, "");
	talk_free(&talk);
}

TEST(dissect_counts_what_the_arena_refused)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 'k', 0);
	talk = fake_talk(&out, &in);
	run = begin(&talk);
	give_all(&run, 0, SYN);
	CHECK_EQ(run.counts.no_memory, 1);
	end_as(&run, "\"0K0:0 \"");
	talk_free(&talk);
}

TEST(dissect_originator_is_the_protocols_word)
{
	struct talk talk = two_talk();
	struct run run = begin(&talk);

	CHECK_EQ(rj_dissect_originator(run.d), -1);
	give_all(&run, 1, SYN);
	CHECK_EQ(rj_dissect_originator(run.d), -1);
	give_all(&run, 0, SYN);
	CHECK_EQ(rj_dissect_originator(run.d), 0);
	free(end(&run));
	talk_free(&talk);
}

/* One-byte segments of a message that never ends: the work must not grow with their square. */
TEST(dissect_work_is_bounded_for_a_trickle)
{
	static struct text out, in;
	struct talk talk;
	struct run run;

	out.len = in.len = 0;
	say(&out, 'm', FAKE_MAX_BYTES - 5);
	talk = fake_talk(&out, &in);
	for (unsigned int is_last = 0; is_last < 2; is_last++) {
		run = begin(&talk);
		num_parses = 0;
		give(&run, 0, 0, 0, SYN);
		for (size_t at = 0; at < talk.len[0] - !is_last; at++)
			give(&run, 0, at, 1, 0);
		CHECK(num_parses > 4000 && num_parses < 4500);
		end_as(&run, is_last ? "\"0m19995:af808c3c \"" : "");
	}
	talk_free(&talk);
}

static struct talk datagram_talk(void)
{
	struct talk talk = two_talk();

	talk.over = UDP;
	return talk;
}

TEST(dissect_reads_datagrams_each_by_itself)
{
	struct talk talk = datagram_talk();
	struct run run = begin(&talk);

	give(&run, 0, 210, 305, 0);
	give(&run, 0, 0, 205, 0);
	give(&run, 1, 0, 105, 0);
	give(&run, 0, 0, 210, 0); /* two messages in one */
	CHECK(rj_dissect_bytes(run.d) < 16384);
	end_as(&run, "\"0m300:5cada5ae 0a200:a7059c74 0a200:a7059c74 0m0:0 1m100:dea4043a \"");
	CHECK_EQ(run.counts.malformed, 0);
	talk_free(&talk);
}

TEST(dissect_datagram_is_hard_unless_it_was_cut)
{
	struct talk talk = datagram_talk();
	struct run run = begin(&talk);

	give(&run, 0, 0, 205, 0);
	give(&run, 0, 0, 200, 0); /* breaks off: malformed, and the next one is read */
	CHECK_EQ(run.counts.malformed, 1);
	give_cut(&run, 0, 0, 205, 5, 0); /* cut: not its fault */
	CHECK_EQ(run.counts.malformed, 1);
	give(&run, 0, 205, 5, 0);
	end_as(&run, "\"0a200:a7059c74 0m0:0 \"");
	talk_free(&talk);
}

TEST(dissect_datagrams_end_with_done)
{
	struct talk talk = datagram_talk();
	struct run run = begin(&talk);

	give(&run, 1, 105, 155, 0);
	CHECK(!rj_dissect_wants(run.d, 1));
	CHECK(rj_dissect_wants(run.d, 0));
	give(&run, 1, 0, 105, 0);
	end_as(&run, "\"1q150:17827917 \"");
	talk_free(&talk);
}

TEST(dissect_probes_a_few_datagrams_a_side)
{
	struct talk talk = datagram_talk();
	struct run run = begin(&talk);

	for (unsigned int i = 0; i < 3; i++)
		give(&run, 0, 0, 205, LIE);
	give(&run, 0, 0, 205, 0);
	end_as(&run, "\"0a200:a7059c74 \"");

	run = begin(&talk);
	for (unsigned int i = 0; i < 4; i++)
		give(&run, 0, 0, 205, LIE);
	give(&run, 0, 0, 205, 0); /* not looked at */
	give(&run, 1, 0, 105, 0); /* but the other side may still tell */
	give(&run, 0, 0, 205, 0);
	end_as(&run, "\"0a200:a7059c74 1m100:dea4043a \"");

	run = begin(&talk);
	for (unsigned int i = 0; i < 8; i++)
		give(&run, i % 2, 0, 105, LIE);
	CHECK(!rj_dissect_wants(run.d, 0) && !rj_dissect_wants(run.d, 1));
	end_as(&run, "");
	talk_free(&talk);
}

TEST(dissect_takes_an_answer_for_one)
{
	static const char query[] = "1234 0100 0001 0000 0000 0000 0161 00 0001 0001";
	static const char answer[] = "1234 8180 0001 0000 0000 0000 0161 00 0001 0001";
	struct talk talk = { .table = rj_dissectors, .over = UDP, .ports = { 53, 40000 } };
	struct run run;

	talk.bytes[0] = unit_unhex(answer, &talk.len[0]);
	talk.bytes[1] = unit_unhex(query, &talk.len[1]);
	for (unsigned int first = 0; first < 2; first++) {
		run = begin(&talk);
		give_all(&run, first, 0);
		CHECK_EQ(rj_dissect_originator(run.d), 1);
		give_all(&run, !first, 0);
		CHECK_EQ(rj_dissect_originator(run.d), 1);
		free(end(&run));
	}
	talk_free(&talk);
}

TEST(dissect_shows_a_cut_datagram_to_those_who_keep_parts)
{
	static const char query[] = "1234 0100 0001 0000 0000 0000 0161 00 0001 0001";
	struct talk talk = { .table = rj_dissectors, .over = UDP, .ports = { 40000, 53 } };
	struct run run;
	char *json;

	talk.bytes[0] = unit_unhex(query, &talk.len[0]);
	run = begin(&talk);
	give_cut(&run, 0, 0, talk.len[0], 2, 0);
	CHECK(rj_dissect_wants(run.d, 0));
	give_all(&run, 0, 0);
	json = end(&run);
	CHECK(strstr(json, "},{")); /* both of them */
	CHECK_EQ(run.counts.malformed, 0);
	free(json);
	talk_free(&talk);
}

TEST(dissect_is_small_and_goes_back_to_its_pool)
{
	struct rj_pool pool;
	struct rj_dissect *d;

	rj_dissect_pool(&pool, NULL);
	d = rj_dissect_new(&pool, NULL, UINT32_MAX);
	CHECK(d && rj_dissect_bytes(d) <= 256);
	CHECK_EQ(pool.num_taken, 1);
	rj_dissect_free(d);
	rj_dissect_free(NULL);
	CHECK_EQ(pool.num_taken, 0);
	rj_pool_done(&pool);
}

/*
 * Lines before its banner only a server of SSH may send (RFC 4253 4.2). Those of a client are read
 * where the server's banner says SSH, in whichever order they come.
 */
TEST(lines_of_a_client_are_ssh_where_the_server_says_so)
{
	char *out = (char[]){ "hello\r\nthere\r\nSSH-2.0-a\r\n" };
	char *ins[] = { (char[]){ "SSH-2.0-b\r\n" }, (char[]){ "SSL-2.0-b\r\n" } };

	for (unsigned int i = 0; i < 4; i++) {
		struct talk talk = {
			.table = rj_dissectors,
			.over = TCP,
			.ports = { 40000, 22 },
			.bytes = { (uint8_t *)out, (uint8_t *)ins[i / 2] },
			.len = { strlen(out), strlen(ins[i / 2]) },
		};
		struct run run = begin(&talk);
		char *json;

		give_all(&run, i % 2, SYN);
		give_all(&run, !(i % 2), SYN);
		json = end(&run);
		CHECK_EQ(!strstr(json, "\"cli\":{\"protocol\":\"SSH-2.0-a\""), i / 2);
		CHECK_EQ(!strstr(json, "\"preamble_lines\":2"), i / 2);
		free(json);
	}
}
