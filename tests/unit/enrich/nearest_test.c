/* SPDX-License-Identifier: BSD-3-Clause */
/* Distances that were counted by hand, and the index over many fingerprints. */
#include "enrich/nearest.h"

#include <math.h>

#include "tests/unit/unit.h"

#define EIGHT "13011302130313041305c02bc02cc02f"

static double distance(const char *a, const char *b, double max)
{
	static struct rj_npf x, y;

	CHECK(rj_npf_read(a, strlen(a), &x));
	CHECK(rj_npf_read(b, strlen(b), &y));
	return rj_npf_distance(&x, &y, max);
}

static bool is_near(double got, double want)
{
	return fabs(got - want) < 1e-9;
}

static void check(const char *a, const char *b, double want)
{
	double got = distance(a, b, 1), back = distance(b, a, 1);

	if (!is_near(got, want) || !is_near(back, want)) {
		fprintf(stderr, "%s\n%s\ngot %f and %f, not %f\n", a, b, got, back, want);
		CHECK(!"the distance");
	}
}

TEST(distance_of_the_same_is_0)
{
	check("tls/1/(0303)(" EIGHT ")[(0000)]", "tls/1/(0303)(" EIGHT ")[(0000)]", 0);
}

TEST(distance_of_strangers_is_1)
{
	check("tls/1/(0303)(1301)[(0000)]", "tls/1/(0301)(c02b)[(0017)]", 1);
}

/* 1 version, 8 suites, 1 extension: 10 elements. */
TEST(distance_counts_each_change_once)
{
	const char *text = "tls/1/(0303)(" EIGHT ")[(0000)]";

	check(text, "tls/1/(0301)(" EIGHT ")[(0000)]", 0.1);
	check(text, "tls/1/(0303)(1301" EIGHT ")[(0000)]", 1.0 / 11);
	check(text, "tls/1/(0303)(" EIGHT "1301)[(0000)]", 1.0 / 11);
	check(text, "tls/1/(0303)(1302130313041305c02bc02cc02f)[(0000)]", 0.1);
	check(text, "tls/1/(0303)(13011302130313041305c02bc02cffff)[(0000)]", 0.1);
	check(text, "tls/1/(0303)(" EIGHT ")[(0000)(0017)]", 1.0 / 11);
	/* two that changed places: two changes */
	check(text, "tls/1/(0303)(13021301130313041305c02bc02cc02f)[(0000)]", 0.2);
}

TEST(distance_counts_other_data_half)
{
	check("tls/1/(0303)(" EIGHT ")[(000b00020100)]", "tls/1/(0303)(" EIGHT ")[(000b00020101)]",
	      0.05);
}

TEST(distance_knows_quic_versions)
{
	check("quic/(00000001)(0303)(" EIGHT ")[]", "quic/(6b3343cf)(0303)(" EIGHT ")[]", 0.1);
}

TEST(distance_stops_at_its_limit)
{
	const char *a = "tls/1/(0303)(" EIGHT ")[(0000)]";

	CHECK(is_near(distance(a, "tls/1/(0303)(1301)[(0000)]", 1), 0.7));
	CHECK(is_near(distance(a, "tls/1/(0303)(1301)[(0000)]", 0.7), 0.7));
	CHECK(distance(a, "tls/1/(0303)(1301)[(0000)]", 0.69) > 1);
	CHECK(distance(a, "tls/2/(0303)(" EIGHT ")[(0000)]", 1) > 1);
}

/* By a plain table, without a band. */
static double slow_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int row[64];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned int corner = row[0];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned int here = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (row[j] + 1 < here)
				here = row[j] + 1;
			if (row[j - 1] + 1 < here)
				here = row[j - 1] + 1;
			row[j] = here;
		}
	}
	return row[b_len] / (1.0 + (double)(a_len > b_len ? a_len : b_len));
}

static uint32_t seed = 1;

static unsigned int some(unsigned int below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 16) % below;
}

/* A hello whose suites are letters of a small alphabet. */
static void put_letters(char *text, const char *letters, size_t len)
{
	text += snprintf(text, 20, "tls/1/(0303)(");
	for (size_t i = 0; i < len; i++)
		text += snprintf(text, 8, "13%02x", letters[i]);
	snprintf(text, 8, ")[]");
}

TEST(distance_with_a_band_is_the_distance)
{
	char letters[2][32], text[2][256];

	for (unsigned int round = 0; round < 2000; round++) {
		size_t len[2] = { some(30), some(30) };
		double want, got;

		for (unsigned int i = 0; i < 2; i++) {
			for (size_t j = 0; j < len[i]; j++)
				letters[i][j] = (char)some(4);
			put_letters(text[i], letters[i], len[i]);
		}
		want = slow_distance(letters[0], len[0], letters[1], len[1]);
		got = distance(text[0], text[1], 0.5);
		CHECK(want > 0.5 ? got > 1 : is_near(got, want));
	}
}

/* --- the index ------------------------------------------------------------------------ */

static void add(struct rj_fpdb *db, const char *text, uint64_t count)
{
	struct rj_fpdb_fingerprint *f = rj_fpdb_fingerprint_new(text, strlen(text));

	if (!f)
		abort();
	f->count = count;
	CHECK_EQ(rj_fpdb_add(db, f), 0);
}

/* Twenty suites and as many extensions, which follow from @number. */
static void put_hello(char *text, size_t size, unsigned int number)
{
	char *at = text, *end = text + size;

	seed = number + 1;
	at += snprintf(at, (size_t)(end - at), "tls/1/(0303)(");
	for (unsigned int i = 0; i < 20; i++)
		at += snprintf(at, (size_t)(end - at), "%04x", 0xc000 + some(512));
	at += snprintf(at, (size_t)(end - at), ")[");
	for (unsigned int i = 0; i < 20; i++)
		at += snprintf(at, (size_t)(end - at), "(%04x)", i * 8 + some(8));
	snprintf(at, (size_t)(end - at), "]");
}

TEST(nearest_finds_each_of_many_with_a_change)
{
	struct rj_fpdb *db = rj_fpdb_new();
	struct rj_nearest *n;
	unsigned int num_found = 0;
	char text[512];

	for (unsigned int i = 0; i < 2000; i++) {
		put_hello(text, sizeof(text), i);
		add(db, text, 2000 - i);
	}
	rj_fpdb_sort(db);
	n = rj_nearest_new(db);
	for (unsigned int i = 0; i < 2000; i++) {
		const struct rj_fpdb_fingerprint *f;
		double d = 0;

		put_hello(text, sizeof(text), i);
		memcpy(text + 13, "0001", 4); /* the first suite */
		f = rj_nearest_find(n, text, strlen(text), &d);
		num_found += f && f->id == i && is_near(d, 1.0 / 41);
	}
	/* of 41 elements one is another: 0.99998 of them by the index's word */
	CHECK(num_found >= 1998);
	rj_nearest_free(n);
	rj_fpdb_free(db);
}

TEST(nearest_finds_nothing_far_or_of_another_kind)
{
	struct rj_fpdb *db = rj_fpdb_new();
	struct rj_nearest *n;
	const char *far = "tls/1/(0303)(13011302)[(0000)(0017)]";
	const char *other = "dtls/1/(0303)(" EIGHT ")[(0000)(0017)]";
	double d;

	add(db, "tls/1/(0303)(" EIGHT ")[(0000)(0017)]", 1);
	add(db, "tcp/(40)(00)(20)(ffff)()", 1);
	rj_fpdb_sort(db);
	n = rj_nearest_new(db);
	CHECK(!rj_nearest_find(n, far, strlen(far), &d));
	CHECK(!rj_nearest_find(n, other, strlen(other), &d));
	CHECK(!rj_nearest_find(n, "tcp/(40)(00)(20)(fffe)()", 24, &d));
	rj_nearest_free(n);
	rj_fpdb_free(db);
}

TEST(nearest_takes_that_of_the_most_flows)
{
	struct rj_fpdb *db = rj_fpdb_new();
	struct rj_nearest *n;
	const char *text = "tls/1/(0303)(" EIGHT "0003)[(0000)(0017)]";
	const struct rj_fpdb_fingerprint *f;
	double d = 0;

	add(db, "tls/1/(0303)(" EIGHT "0001)[(0000)(0017)]", 5);
	add(db, "tls/1/(0303)(" EIGHT "0002)[(0000)(0017)]", 7);
	rj_fpdb_sort(db);
	n = rj_nearest_new(db);
	f = rj_nearest_find(n, text, strlen(text), &d);
	CHECK(f && f->count == 7);
	CHECK(is_near(d, 1.0 / 12));
	rj_nearest_free(n);
	rj_fpdb_free(db);
}
