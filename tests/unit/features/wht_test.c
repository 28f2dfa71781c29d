/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/wht.h"

#include "tests/unit/unit.h"

static void check_sums(const struct rj_wht *w, int64_t s0, int64_t s1, int64_t s2, int64_t s3)
{
	int64_t sums[RJ_WHT_LEN];

	rj_wht_sums(w, sums);
	CHECK_EQ(sums[0], s0);
	CHECK_EQ(sums[1], s1);
	CHECK_EQ(sums[2], s2);
	CHECK_EQ(sums[3], s3);
}

static struct rj_wht of(const uint8_t *bytes, size_t len)
{
	struct rj_wht w = { 0 };

	rj_wht_add(&w, bytes, len);
	return w;
}

TEST(wht_of_one_group)
{
	/* 1 2 3 4: 1+2+3+4 = 10; (1+3)-(2+4) = -2; (1-3)+(2-4) = -4; (1-3)-(2-4) = 0 */
	struct rj_wht w = of((const uint8_t *)"\x01\x02\x03\x04", 4);

	check_sums(&w, 10, -2, -4, 0);
}

TEST(wht_fills_the_last_group_with_zeros)
{
	static const uint8_t bytes[] = { 200, 100, 50 };
	struct rj_wht one = of(bytes, 1), two = of(bytes, 2), three = of(bytes, 3);

	/* d1 = d2 = d3 = 0: d0 in each */
	check_sums(&one, 200, 200, 200, 200);
	/* 200+100; 200-100; 200+100; 200-100 */
	check_sums(&two, 300, 100, 300, 100);
	/* 200+100+50; (200+50)-100; (200-50)+100; (200-50)-100 */
	check_sums(&three, 350, 150, 250, 50);
}

TEST(wht_of_groups_adds_up)
{
	/* 1 2 3 4 as above, then 255 alone */
	struct rj_wht w = of((const uint8_t *)"\x01\x02\x03\x04\xff", 5), nothing = of(NULL, 0);

	check_sums(&w, 265, 253, 251, 255);
	check_sums(&nothing, 0, 0, 0, 0);
}

TEST(wht_of_equal_bytes_is_their_sum_alone)
{
	static const uint8_t bytes[8] = { 7, 7, 7, 7, 7, 7, 7, 7 };
	struct rj_wht w = of(bytes, sizeof(bytes));

	check_sums(&w, 56, 0, 0, 0);
}

/* By the definition, byte by byte; 0xff is what would overflow first. */
static void by_definition(const uint8_t *bytes, size_t len, int64_t sums[RJ_WHT_LEN])
{
	static const int sign[4][4] = { { 1, 1, 1, 1 },
					{ 1, -1, 1, -1 },
					{ 1, 1, -1, -1 },
					{ 1, -1, -1, 1 } };

	memset(sums, 0, RJ_WHT_LEN * sizeof(*sums));
	for (size_t i = 0; i < len; i++)
		for (unsigned int k = 0; k < 4; k++)
			sums[k] += sign[k][i % 4] * bytes[i];
}

static void check_of(const uint8_t *bytes, size_t len)
{
	int64_t want[RJ_WHT_LEN];
	uint8_t *exact = malloc(len + !len);
	struct rj_wht got;

	memcpy(exact, bytes, len);
	got = of(exact, len);
	by_definition(bytes, len, want);
	check_sums(&got, want[0], want[1], want[2], want[3]);
	free(exact);
}

TEST(wht_of_any_number_of_bytes)
{
	static uint8_t bytes[70000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 31 + i / 256);
	for (size_t len = 0; len < 100; len++)
		check_of(bytes, len);
	check_of(bytes, sizeof(bytes));
	memset(bytes, 0xff, sizeof(bytes));
	for (size_t len = 4080; len < 4120; len++)
		check_of(bytes, len);
	check_of(bytes, sizeof(bytes));
}

TEST(wht_is_by_its_bytes)
{
	struct rj_wht w = of((const uint8_t *)"\x01\x02\x03\x04", 4), other = w;
	double mean[RJ_WHT_LEN];

	rj_wht_join(&w, &other);
	check_sums(&w, 20, -4, -8, 0);
	rj_wht_mean(&w, 8, mean); /* 20/8, -4/8, -8/8, 0/8 */
	CHECK(mean[0] == 2.5 && mean[1] == -0.5 && mean[2] == -1 && mean[3] == 0);
}
