/* SPDX-License-Identifier: BSD-3-Clause */
#include "bpf/owner.h"

#include "bpf/accumulate.h"
#include "tests/unit/unit.h"

#define SEC 1000000000ull

static struct rj_packet packet_at(uint32_t ifindex, uint8_t side, uint64_t time_ns)
{
	return (struct rj_packet){ .time_ns = time_ns,
				   .side = side,
				   .ifindex = ifindex,
				   .num_segments = 1 };
}

/* struct state - a flow and the rest of its sides. */
struct state {
	struct rj_flow flow;
	struct rj_rest rest[RJ_NUM_SIDES];
};

/* What rj_account does with one packet; whether it counts. */
static bool see(struct state *s, uint32_t ifindex, uint8_t side, uint64_t time_ns)
{
	struct rj_packet p = packet_at(ifindex, side, time_ns);
	const struct rj_limits limits = { 0 };
	const struct rj_seq seq = { .rest = &s->rest[side] };
	struct rj_flow *f = &s->flow;

	if (!f->start_ns)
		rj_flow_start(f, &p, -1);
	if (rj_is_duplicate(f, &f->half[side], &p)) {
		rj_owner_note(seq.rest, ifindex);
		return false;
	}
	rj_owner_set(f, seq.rest, &p);
	rj_flow_add(f, &f->half[side], &seq, &p, &limits);
	return true;
}

/* A cut hands the halves and their rest on. */
static void cut(struct state *s, const struct rj_packet *p, int before)
{
	memset(s->flow.half, 0, sizeof(s->flow.half));
	memset(s->rest, 0, sizeof(s->rest));
	rj_flow_start(&s->flow, p, before);
}

TEST(owner_is_the_interface_of_the_first_packet_of_each_half)
{
	struct state f = { 0 };

	CHECK(see(&f, 7, 0, SEC));
	CHECK(!see(&f, 8, 0, SEC + 10));
	CHECK(see(&f, 8, 1, SEC + 20)); /* the answer comes the other way */
	CHECK(!see(&f, 7, 1, SEC + 30));
	CHECK(see(&f, 7, 0, SEC + 40));
	CHECK(see(&f, 8, 1, SEC + 50));
	CHECK_EQ(f.flow.half[0].packets, 2);
	CHECK_EQ(f.flow.half[1].packets, 2);
	CHECK_EQ(f.rest[0].ifindex, 7);
	CHECK_EQ(f.rest[0].also[0], 8);
	CHECK_EQ(f.rest[0].also[1], 0);
	CHECK_EQ(f.rest[1].ifindex, 8);
	CHECK_EQ(f.rest[1].also[0], 7);
	CHECK_EQ(f.rest[1].also[1], 0);
}

TEST(owner_keeps_a_half_while_it_sends_however_rarely)
{
	struct state f = { 0 };

	for (uint64_t i = 1; i < 10; i++) {
		CHECK(see(&f, 7, 0, i * 5 * SEC));
		CHECK(!see(&f, 8, 0, i * 5 * SEC + 1000));
	}
	CHECK_EQ(f.flow.half[0].packets, 9);
}

TEST(owner_that_is_silent_for_longer_than_a_second_loses_the_half)
{
	struct state f = { 0 };

	CHECK(see(&f, 7, 0, SEC));
	CHECK(!see(&f, 8, 0, SEC + RJ_OWNER_QUIET_NS));
	CHECK(see(&f, 8, 0, SEC + RJ_OWNER_QUIET_NS + 1));
	CHECK_EQ(f.flow.owner[0], 8);
	CHECK(!see(&f, 7, 0, SEC + RJ_OWNER_QUIET_NS + 2)); /* and is a stranger when it is back */
}

TEST(owner_does_not_change_when_the_clock_steps_back)
{
	struct state f = { 0 };

	CHECK(see(&f, 7, 0, 100 * SEC));
	CHECK(!see(&f, 8, 0, SEC));
}

TEST(owner_stays_over_a_cut_that_goes_on_and_goes_with_one_that_does_not)
{
	struct state f = { 0 };
	struct rj_packet p = packet_at(7, 0, 40 * SEC);

	CHECK(see(&f, 7, 0, SEC));
	CHECK(see(&f, 7, 1, SEC));
	cut(&f, &p, 0);
	CHECK(see(&f, 7, 0, 40 * SEC));
	CHECK(!see(&f, 8, 1, 40 * SEC + 10)); /* a straggler of what was counted before the cut */
	CHECK(see(&f, 8, 1, 41 * SEC + 11));
	p.time_ns = 80 * SEC;
	cut(&f, &p, -1);
	CHECK(see(&f, 9, 1, 80 * SEC + 10));
	CHECK_EQ(f.rest[1].ifindex, 9);
	CHECK_EQ(f.rest[1].also[0], 0);
}

TEST(owner_remembers_some_interfaces_and_says_that_there_were_more)
{
	struct state f = { 0 };

	CHECK(see(&f, 100, 0, SEC));
	for (uint32_t i = 1; i <= RJ_MAX_ALSO; i++) {
		CHECK(!see(&f, 100 + i, 0, SEC + i));
		CHECK(!see(&f, 100 + i, 0, SEC + i)); /* once each */
	}
	CHECK_EQ(f.rest[0].also[RJ_MAX_ALSO - 1], 100 + RJ_MAX_ALSO);
	CHECK_EQ(f.rest[0].also_missed, 0);
	CHECK(!see(&f, 200, 0, SEC + 9));
	CHECK_EQ(f.rest[0].also_missed, 1);
}

TEST(owner_is_nobody_where_there_are_no_interfaces)
{
	struct state f = { 0 };

	CHECK(see(&f, 0, 0, SEC));
	CHECK(see(&f, 0, 1, SEC));
	CHECK(see(&f, 0, 0, SEC + 1));
	CHECK_EQ(f.rest[0].ifindex, 0);
	CHECK_EQ(f.rest[0].also[0], 0);
}
