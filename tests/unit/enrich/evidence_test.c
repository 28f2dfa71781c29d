/* SPDX-License-Identifier: BSD-3-Clause */
/* Probabilities that were computed by hand from the formula in evidence.h. */
#include "enrich/evidence.h"

#include <math.h>

#include "tests/unit/unit.h"

/* struct seen - flows of a process with the same values; "" for none. */
struct seen {
	const char *name;
	const char *hash;
	uint64_t count;
	const char *da;
	const char *dp;
	const char *sni;
};

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void count(struct rj_fpdb_process *p, enum rj_fpdb_class class, const char *text,
		  uint64_t num)
{
	if (*text)
		CHECK_EQ(rj_fpdb_count(&p->of[class], text, num), 0);
}

static struct rj_fpdb_fingerprint *make(const struct seen *seen, size_t num, uint64_t missed)
{
	struct rj_fpdb_fingerprint *f = rj_fpdb_fingerprint_new("tcp/()", 6);

	f->count = f->missed = missed;
	for (size_t i = 0; i < num; i++) {
		struct rj_fpdb_process *p = NULL;

		CHECK_EQ(rj_fpdb_process(f, seen[i].name, seen[i].hash, &p), 0);
		p->count += seen[i].count;
		f->count += seen[i].count;
		count(p, RJ_FPDB_DA, seen[i].da, seen[i].count);
		count(p, RJ_FPDB_DP, seen[i].dp, seen[i].count);
		count(p, RJ_FPDB_SNI, seen[i].sni, seen[i].count);
		count(p, RJ_FPDB_DOMAIN, rj_fpdb_domain(seen[i].sni), seen[i].count);
	}
	return f;
}

static void check(const struct seen *seen, size_t num, uint64_t missed,
		  const struct rj_fpdb_flow *flow, const char *process, double probability)
{
	struct rj_fpdb_fingerprint *f = make(seen, num, missed);
	struct rj_evidence *e = rj_evidence_new(f);
	struct rj_verdict got = { .process = "" };

	CHECK(rj_evidence_judge(e, flow, &got));
	CHECK_STR(got.process, process);
	if (fabs(got.probability - probability) > 5e-7) {
		fprintf(stderr, "got %f, not %f\n", got.probability, probability);
		CHECK(!"the probability");
	}
	rj_evidence_free(e);
	rj_fpdb_fingerprint_free(f);
}

static const struct seen two[] = {
	{ "a", "", 8, "192.0.2.1", "443", "www.a.example" },
	{ "b", "", 2, "192.0.2.2", "8443", "www.b.example" },
};

TEST(evidence_without_any_is_the_share_of_flows)
{
	check(two, 2, 0, &(struct rj_fpdb_flow){ .da = "" }, "a", 0.8);
	check(two, 2, 10, &(struct rj_fpdb_flow){ .da = "" }, "a", 0.4);
}

/* 0.8 (8.5 / 9.5) = 0.715789 and 0.2 (0.5 / 3.5) = 0.028571; then the other way round. */
TEST(evidence_of_a_name)
{
	check(two, 2, 0, &(struct rj_fpdb_flow){ .sni = "www.a.example" }, "a", 0.961616);
	/* 0.8 (0.5 / 9.5) = 0.042105, 0.2 (2.5 / 3.5) = 0.142857 */
	check(two, 2, 0, &(struct rj_fpdb_flow){ .sni = "www.b.example" }, "b", 0.772358);
}

/* A name that nobody used: its domain is the same evidence as the name above. */
TEST(evidence_of_a_domain)
{
	check(two, 2, 0, &(struct rj_fpdb_flow){ .sni = "api.b.example" }, "b", 0.772358);
	/* and one that is unknown says little: 0.8 / 9.5 to 0.2 / 3.5 */
	check(two, 2, 0, &(struct rj_fpdb_flow){ .sni = "www.c.example" }, "a", 0.595745);
}

/* Weights: the square root of (0.5 / 9.5, 2.5 / 3.5) for the address, the fourth for the port. */
TEST(evidence_of_address_and_port_is_weaker)
{
	double a = 0.8 * sqrt(0.5 / 9.5), b = 0.2 * sqrt(2.5 / 3.5);

	check(two, 2, 0, &(struct rj_fpdb_flow){ .da = "192.0.2.2" }, "a", a / (a + b));
	a = 0.8 * pow(0.5 / 9.5, 0.25);
	b = 0.2 * pow(2.5 / 3.5, 0.25);
	check(two, 2, 0, &(struct rj_fpdb_flow){ .dp = "8443" }, "a", a / (a + b));
}

TEST(evidence_is_multiplied)
{
	double a = 0.8 * 0.5 / 9.5 * sqrt(0.5 / 9.5) * pow(0.5 / 9.5, 0.25);
	double b = 0.2 * 2.5 / 3.5 * sqrt(2.5 / 3.5) * pow(2.5 / 3.5, 0.25);
	const struct rj_fpdb_flow flow = { "192.0.2.2", "8443", "www.b.example" };

	check(two, 2, 0, &flow, "b", b / (a + b));
}

/* 10 of 20 flows are of nobody knows whom: 1 / 3 of them have the name. */
TEST(evidence_counts_those_not_kept)
{
	double a = 0.4 * 8.5 / 9.5, b = 0.1 * 0.5 / 3.5, others = 0.5 * 1 / 3;

	check(two, 2, 10, &(struct rj_fpdb_flow){ .sni = "www.a.example" }, "a",
	      a / (a + b + others));
}

/* Three builds of one program are one, with more flows than the other. */
TEST(evidence_is_of_names_not_of_executables)
{
	static const struct seen builds[] = {
		{ "b", "", 4, "", "", "" },
		{ "a", "", 3, "", "", "" },
		{ "a", HASH, 3, "", "", "" },
	};

	check(builds, 3, 0, &(struct rj_fpdb_flow){ .da = "192.0.2.1" }, "a", 0.6);
}

TEST(evidence_of_nobody_is_none)
{
	struct rj_fpdb_fingerprint *f = make(NULL, 0, 3);
	struct rj_evidence *e = rj_evidence_new(f);
	struct rj_verdict got;

	CHECK(!rj_evidence_judge(e, &(struct rj_fpdb_flow){ .da = "" }, &got));
	rj_evidence_free(e);
	rj_fpdb_fingerprint_free(f);
}

/* Counts of 0 stand in databases of others; nothing is divided by them. */
TEST(evidence_of_no_flows_is_none)
{
	static const struct seen none[] = { { "a", "", 0, "", "", "" } };
	struct rj_fpdb_fingerprint *f = make(none, 1, 0);
	struct rj_evidence *e = rj_evidence_new(f);
	struct rj_verdict got;

	CHECK(!rj_evidence_judge(e, &(struct rj_fpdb_flow){ .da = "" }, &got));
	rj_evidence_free(e);
	rj_fpdb_fingerprint_free(f);
}
