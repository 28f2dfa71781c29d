// SPDX-License-Identifier: BSD-3-Clause
/*
 * libFuzzer harness for fingerprints that are looked up: the first line of the input is one, asked
 * of a database of the other lines' fingerprints; and distances of all of them to it.
 */
#include <stdint.h>
#include <string.h>

#include "enrich/match_line.h"
#include "enrich/matcher.h"
#include "enrich/nearest.h"
#include "enrich/npf.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The distance is the same from both sides, and 0 of the same alone. */
static void check_distance(const char *text, size_t len, const struct rj_npf_text *other)
{
	static struct rj_npf a, b;
	double to, back;

	if (!rj_npf_read(text, len, &a) || !rj_npf_read(other->at, other->len, &b))
		return;
	to = rj_npf_distance(&a, &b, 1);
	back = rj_npf_distance(&b, &a, 1);
	MUST(to == back && to >= 0);
	if (to <= 1 && rj_npf_kind_len(text, len) == rj_npf_kind_len(other->at, other->len) &&
	    *text == *other->at)
		MUST((to == 0) == (len == other->len && !memcmp(text, other->at, len)));
}

static void add(struct rj_fpdb *db, const char *text, size_t len, const struct rj_npf_text *asked)
{
	struct rj_fpdb_fingerprint *f;
	struct rj_npf_text normal;

	if (rj_npf_normalize(text, len, NULL, &normal))
		return;
	check_distance(normal.at, normal.len, asked);
	f = rj_fpdb_fingerprint_new(normal.at, normal.len);
	MUST(f);
	MUST(!rj_fpdb_add(db, f));
}

static void ask(struct rj_fpdb *db, const char *text, size_t len)
{
	static const struct rj_fpdb_flow nowhere;
	struct rj_matcher *m = rj_matcher_new(db);
	struct rj_match match;

	MUST(m);
	for (unsigned int i = 0; i < 2; i++)
		if (rj_matcher_match(m, text, len, &nowhere, &match))
			MUST(match.distance >= 0 &&
			     match.distance <= RJ_NEAREST_MAX_DISTANCE + 1e-6);
	rj_matcher_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = size ? memchr(text, '\n', size) : NULL;
	size_t len = end ? (size_t)(end - text) : size;
	struct rj_fpdb *db = rj_fpdb_new();
	struct rj_npf_text asked;

	MUST(db);
	if (rj_npf_normalize(text, len, NULL, &asked))
		asked.len = 0;
	for (size_t at = len; at < size;) {
		const char *from = text + at + 1;
		size_t left = size - at - 1;

		end = left ? memchr(from, '\n', left) : NULL;
		left = end ? (size_t)(end - from) : left;
		add(db, from, left, &asked);
		at += left + 1;
	}
	ask(db, text, len);
	MUST(rj_match_line_end(text, size) < size || !size);
	return 0;
}
