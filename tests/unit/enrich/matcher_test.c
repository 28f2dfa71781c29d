/* SPDX-License-Identifier: BSD-3-Clause */
/* Fingerprints looked up: the same, in another notation, near; and into lines of JSON. */
#include "enrich/matcher.h"

#include <json-c/json.h>

#include "enrich/match_line.h"
#include "tests/unit/unit.h"

#define EIGHT "13011302130313041305c02bc02cc02f"

static void add(struct rj_fpdb *db, const char *text, const char *process)
{
	struct rj_fpdb_fingerprint *f = rj_fpdb_fingerprint_new(text, strlen(text));
	struct rj_fpdb_process *p = NULL;

	CHECK_EQ(rj_fpdb_process(f, process, "", &p), 0);
	f->count = p->count = 1;
	CHECK_EQ(rj_fpdb_add(db, f), 0);
}

static struct rj_matcher *make(void)
{
	struct rj_fpdb *db = rj_fpdb_new();

	add(db, "tls/1/(0303)(" EIGHT ")[(0000)(0017)(0023)]", "first");
	add(db, "tls/2/(0303)(1301)[(0000)(0017)]", "short");
	add(db, "tcp/(40)(00)(40)(faf0)((01))", "kernel");
	return rj_matcher_new(db);
}

/* Who sent it, "" for nobody; the distance in *@ret. */
static const char *sender(const struct rj_matcher *m, const char *text, double *ret)
{
	static const struct rj_fpdb_flow nowhere;
	uint8_t *exact = unit_copy(text, strlen(text));
	struct rj_match match = { .distance = -1 };
	bool is_found = rj_matcher_match(m, (char *)exact, strlen(text), &nowhere, &match);

	free(exact);
	*ret = match.distance;
	return is_found ? match.verdict.process : "";
}

TEST(matcher_finds_the_same_in_any_notation)
{
	struct rj_matcher *m = make();
	double d;

	CHECK_STR(sender(m, "tls/1/(0303)(" EIGHT ")[(0000)(0017)(0023)]", &d), "first");
	CHECK(d == 0);
	CHECK_STR(sender(m, "tls/(0303)(" EIGHT ")((0023)(0017)(0000))", &d), "first");
	CHECK(d == 0);
	CHECK_STR(sender(m, "tls/1/(0303)(1301)[(0000)(0015)(0017)(0029)]", &d), "short");
	CHECK(d == 0);
	CHECK_STR(sender(m, "tcp/(40)(00)(40)(faf0)((01))", &d), "kernel");
	CHECK(d == 0);
	rj_matcher_free(m);
}

TEST(matcher_finds_what_is_near)
{
	struct rj_matcher *m = make();
	double d;

	CHECK_STR(sender(m, "tls/1/(0303)(" EIGHT ")[(0000)(0017)(0023)(002b)]", &d), "first");
	CHECK(d > 0.0769 && d < 0.0770); /* 1 of 13 */
	CHECK_STR(sender(m, "tls/1/(0303)(1301)[(0010)]", &d), "");
	CHECK_STR(sender(m, "tcp/(40)(00)(40)(faf1)((01))", &d), "");
	CHECK_STR(sender(m, "no fingerprint", &d), "");
	CHECK_STR(sender(m, "", &d), "");
	rj_matcher_free(m);
}

/* What a thread remembers of one database is not of the next. */
TEST(matcher_remembers_for_itself_alone)
{
	const char *text = "tls/1/(0303)(" EIGHT ")[(0000)(0017)(0023)]";
	struct rj_matcher *m = make();
	struct rj_fpdb *db = rj_fpdb_new();
	double d;

	for (unsigned int i = 0; i < 3; i++)
		CHECK_STR(sender(m, text, &d), "first");
	rj_matcher_free(m);
	add(db, "tcp/(40)(00)(40)(faf0)((01))", "kernel");
	m = rj_matcher_new(db);
	for (unsigned int i = 0; i < 3; i++)
		CHECK_STR(sender(m, text, &d), "");
	rj_matcher_free(m);
}

/* More than are remembered, and longer ones, by turns. */
TEST(matcher_finds_what_it_does_not_remember)
{
	struct rj_matcher *m;
	struct rj_fpdb *db = rj_fpdb_new();
	char text[2000], name[16];
	double d;

	for (unsigned int i = 0; i < 600; i++) {
		snprintf(text, sizeof(text), "ssh/(%0*x)", i % 2 ? 4 : 1500, i);
		snprintf(name, sizeof(name), "p%u", i);
		add(db, text, name);
	}
	m = rj_matcher_new(db);
	for (unsigned int i = 0; i < 1200; i++) {
		snprintf(text, sizeof(text), "ssh/(%0*x)", i % 2 ? 4 : 1500, i % 600);
		snprintf(name, sizeof(name), "p%u", i % 600);
		CHECK_STR(sender(m, text, &d), name);
	}
	rj_matcher_free(m);
}

/* --- lines -------------------------------------------------------------------------- */

static const char *behind(const char *line)
{
	uint8_t *exact = unit_copy(line, strlen(line));
	size_t end = rj_match_line_end((char *)exact, strlen(line));

	free(exact);
	return end ? line + end : "";
}

TEST(match_line_finds_the_end_of_fingerprints)
{
	CHECK_STR(behind("{\"a\":1,\"fingerprints\":{\"tls\":\"}]\\\"\"},\"b\":2}"), "},\"b\":2}");
	CHECK_STR(behind("{ \"fingerprints\" : { \"x\" : {} } }"), "} }");
	CHECK_STR(behind("{\"a\":{\"fingerprints\":{}},\"b\":[{}]}"), "");
	CHECK_STR(behind("{\"a\":\"fingerprints\",\"b\":{}}"), "");
	CHECK_STR(behind("{\"fingerprints\":1,\"b\":{}}"), "");
	CHECK_STR(behind("{\"fingerprints\":{}"), "}");
	CHECK_STR(behind("{\"fingerprints\":{\"\\"), "");
	CHECK_STR(behind(""), "");
}

TEST(match_line_leaves_a_match_that_is_there)
{
	static const char *const lines[] = {
		"{\"fingerprints\":{\"tcp\":\"tcp/(40)(00)(40)(faf0)((01))\"}}",
		"{\"fingerprints\":{\"tcp\":\"tcp/(40)(00)(40)(faf0)((01))\",\"match\":{}}}",
		"{\"fingerprints\":{\"ja3\":\"00112233445566778899aabbccddeeff\"}}",
		"{\"fingerprints\":[]}",
		"{}",
	};
	struct rj_matcher *m = make();

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct json_object *record = json_tokener_parse(lines[i]);
		struct rj_matches matches;
		struct rj_fpdb_flow flow;

		rj_match_line(m, record, &matches, &flow);
		CHECK_EQ(matches.num, i == 0);
		json_object_put(record);
	}
	rj_matcher_free(m);
}
