/* SPDX-License-Identifier: BSD-3-Clause */
/* Which row fits a flow best, and when several do. */
#include "owner/rows.h"

#include <errno.h>

#include "tests/unit/unit.h"

static const uint8_t a4[16] = { [10] = 0xff, [11] = 0xff, 10, 0, 0, 1 };
static const uint8_t b4[16] = { [10] = 0xff, [11] = 0xff, 10, 0, 0, 2 };

static struct rj_key key_of(uint16_t sp, uint16_t dp)
{
	struct rj_key key = { .proto = 6, .version = 4 };

	rj_owner_key(&key, a4, sp, b4, dp);
	return key;
}

static void add(struct rj_owner_rows *rows, uint64_t start, uint64_t end, uint64_t user)
{
	struct rj_owner_row row = { .key = key_of(1000, 80), .start_ns = start, .end_ns = end };

	row.owner[0].user = user;
	CHECK_EQ(rj_owner_rows_add(rows, &row), 0);
}

/* The user of side 0; -1: doubtful; 0: none. */
static int64_t ask(struct rj_owner_rows *rows, uint64_t start, uint64_t end, uint64_t reach)
{
	struct rj_key key = key_of(1000, 80);
	const struct rj_owner_ask question = { .key = &key,
					       .start_ns = start,
					       .end_ns = end,
					       .reach_ns = reach };
	struct rj_owner owner = { .user = 77 };
	enum rj_owner_fit fit;

	rj_owner_rows_sort(rows);
	fit = rj_owner_rows_find(rows, &question, 0, &owner);
	if (fit != RJ_OWNER_FITS)
		CHECK_EQ(owner.user, 77);
	if (fit == RJ_OWNER_DOUBTFUL)
		return -1;
	return fit == RJ_OWNER_FITS ? (int64_t)owner.user : 0;
}

TEST(owner_key_has_the_order_of_flows)
{
	struct rj_key one = { .proto = 17 }, other = { .proto = 17 }, same = { .proto = 17 };
	unsigned int side = rj_owner_key(&one, a4, 53, b4, 4000);

	CHECK_EQ(rj_owner_key(&other, b4, 4000, a4, 53), !side);
	CHECK(!memcmp(&one, &other, sizeof(one)));
	CHECK(!memcmp(one.addr[side], a4, 16) && one.port[side] == 53);
	CHECK_EQ(rj_owner_key(&same, a4, 9, a4, 7), 1); /* equal addresses: the lower port first */
	CHECK_EQ(same.port[0], 7);
}

TEST(owner_rows_fit_by_time)
{
	struct rj_owner_rows rows = { .max = 10 };

	CHECK_EQ(ask(&rows, 0, UINT64_MAX, UINT64_MAX), 0);
	add(&rows, 100, 200, 5);
	CHECK_EQ(ask(&rows, 150, 150, 0), 5);
	CHECK_EQ(ask(&rows, 200, 300, 0), 5);
	CHECK_EQ(ask(&rows, 201, 300, 0), 0);
	CHECK_EQ(ask(&rows, 0, 99, 0), 0);
	CHECK_EQ(ask(&rows, 0, 100, 0), 5);
	CHECK_EQ(ask(&rows, 0, 90, 10), 5);
	CHECK_EQ(ask(&rows, 0, 89, 10), 0);
	CHECK_EQ(ask(&rows, 210, 900, 10), 5);
	CHECK_EQ(ask(&rows, 211, 900, 10), 0);
	CHECK_EQ(ask(&rows, 0, 0, UINT64_MAX), 5);
	CHECK_EQ(ask(&rows, UINT64_MAX, UINT64_MAX, UINT64_MAX), 5);
	rj_owner_rows_done(&rows);
}

/* Ports used again: the longer common time wins by more than the clocks can be apart, or none. */
TEST(owner_rows_of_two_processes)
{
	struct rj_owner_rows rows = { .max = 10 };

	add(&rows, 1000, 2000, 5);
	add(&rows, 2100, 3000, 6);
	CHECK_EQ(ask(&rows, 1000, 2000, 0), 5);
	CHECK_EQ(ask(&rows, 2100, 2200, 0), 6);
	CHECK_EQ(ask(&rows, 1500, 2200, 0), 5); /* 500 and 100 in common */
	CHECK_EQ(ask(&rows, 1500, 2200, 199), 5);
	CHECK_EQ(ask(&rows, 1500, 2200, 200), -1); /* by another clock it could be 300 and 300 */
	CHECK_EQ(ask(&rows, 2050, 2060, 100), -1);
	CHECK_EQ(ask(&rows, 1900, 2200, 0), -1); /* 100 each */
	rj_owner_rows_done(&rows);
}

TEST(owner_rows_of_one_process_are_no_doubt)
{
	struct rj_owner_rows rows = { .max = 10 };

	add(&rows, 100, 200, 5);
	add(&rows, 200, 300, 5);
	add(&rows, 300, 400, 5);
	CHECK_EQ(ask(&rows, 100, 400, 1000), 5);
	add(&rows, 100, 400, 6);
	CHECK_EQ(ask(&rows, 100, 400, 0), 6);
	CHECK_EQ(ask(&rows, 100, 400, 1000), -1);
	rj_owner_rows_done(&rows);
}

/* A long row is found behind many short ones that began later. */
TEST(owner_rows_that_last_are_found)
{
	struct rj_owner_rows rows = { .max = 2000 };

	add(&rows, 10, 1000000, 5);
	for (uint64_t i = 0; i < 1000; i++)
		add(&rows, 20 + 2 * i, 20 + 2 * i, 6);
	CHECK_EQ(ask(&rows, 500000, 500001, 0), 5);
	CHECK_EQ(ask(&rows, 20, 20, 0), -1);
	rj_owner_rows_done(&rows);
}

TEST(owner_rows_have_a_limit)
{
	struct rj_owner_rows rows = { .max = 300 };
	struct rj_owner_row row = { .key = key_of(1, 2) };

	for (int i = 0; i < 300; i++)
		CHECK_EQ(rj_owner_rows_add(&rows, &row), 0);
	CHECK_EQ(rj_owner_rows_add(&rows, &row), -ENOSPC);
	CHECK(rows.room <= 300);
	rj_owner_rows_done(&rows);
	CHECK_EQ(rows.max, 300);
}

/* Who makes up thousands of rows for one flow is not listened to. */
TEST(owner_rows_seen_for_a_flow_are_bounded)
{
	struct rj_owner_rows rows = { .max = RJ_OWNER_ROWS_SEEN + 1 };

	for (uint32_t i = 0; i < RJ_OWNER_ROWS_SEEN; i++)
		add(&rows, 100, 200, 5);
	CHECK_EQ(ask(&rows, 100, 200, 0), 5);
	add(&rows, 100, 200, 5);
	CHECK_EQ(ask(&rows, 100, 200, 0), -1);
	CHECK_EQ(ask(&rows, 300, 400, 0), 0);
	rj_owner_rows_done(&rows);
}

TEST(owner_rows_know_users_and_openers_apart)
{
	struct rj_owner_rows rows = { .max = 10 };
	struct rj_owner_row row = { .key = key_of(1000, 80), .start_ns = 1, .end_ns = 9 };
	const struct rj_owner_ask question = { .key = &row.key, .start_ns = 1, .end_ns = 9 };
	struct rj_owner owner;

	row.owner[1].opener = 8;
	CHECK_EQ(rj_owner_rows_add(&rows, &row), 0);
	rj_owner_rows_sort(&rows);
	CHECK_EQ(rj_owner_rows_find(&rows, &question, 0, &owner), RJ_OWNER_NONE);
	CHECK_EQ(rj_owner_rows_find(&rows, &question, 1, &owner), RJ_OWNER_FITS);
	CHECK_EQ(owner.user, 0);
	CHECK_EQ(owner.opener, 8);
	row.owner[1].user = 4; /* says more, and nothing else */
	CHECK_EQ(rj_owner_rows_add(&rows, &row), 0);
	rj_owner_rows_sort(&rows);
	CHECK_EQ(rj_owner_rows_find(&rows, &question, 1, &owner), RJ_OWNER_FITS);
	CHECK_EQ(owner.user, 4);
	row.owner[1] = (struct rj_owner){ .opener = 9 };
	CHECK_EQ(rj_owner_rows_add(&rows, &row), 0);
	rj_owner_rows_sort(&rows);
	CHECK_EQ(rj_owner_rows_find(&rows, &question, 1, &owner), RJ_OWNER_DOUBTFUL);
	rj_owner_rows_done(&rows);
}
