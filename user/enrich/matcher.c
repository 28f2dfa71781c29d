// SPDX-License-Identifier: BSD-3-Clause
/* Fingerprints of flows looked up in a database. */
#include "enrich/matcher.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "enrich/nearest.h"
#include "enrich/npf.h"

/*
 * What a thread keeps: so many texts of up to that length, a place for each by its hash. Longer
 * ones are few, and too long for the nearest to be looked for, mostly. Ours.
 */
#define NUM_KNOWN 256u
#define KNOWN_MAX_LEN 1000u

struct rj_matcher {
	struct rj_fpdb *db;
	struct rj_nearest *nearest;
	struct rj_evidence **evidence; /* by id */
	uint64_t number;	       /* no other matcher had it */
};

/* struct known - a text, and what was found for it. */
struct known {
	uint64_t matcher;
	const struct rj_fpdb_fingerprint *found;
	double distance;
	size_t len;
	char text[KNOWN_MAX_LEN];
};

static _Thread_local struct known all_known[NUM_KNOWN];
static _Atomic(uint64_t) num_matchers;

static bool add_evidence(struct rj_matcher *m)
{
	m->evidence = calloc(m->db->num + 1, sizeof(struct rj_evidence *));
	if (!m->evidence)
		return false;
	for (uint32_t i = 0; i < m->db->num; i++) {
		m->evidence[i] = rj_evidence_new(m->db->all[i]);
		if (!m->evidence[i])
			return false;
	}
	return true;
}

struct rj_matcher *rj_matcher_new(struct rj_fpdb *db)
{
	struct rj_matcher *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	rj_fpdb_sort(db);
	m->number = atomic_fetch_add(&num_matchers, 1) + 1;
	m->db = db;
	m->nearest = rj_nearest_new(db);
	if (!m->nearest || !add_evidence(m)) {
		m->db = NULL;
		rj_matcher_free(m);
		return NULL;
	}
	return m;
}

int rj_matcher_open(const char *path, struct rj_matcher **out, struct rj_error *error)
{
	struct rj_fpdb *db = rj_fpdb_new();
	int err = db ? rj_fpdb_read(db, path, error) : -ENOMEM;

	if (!err) {
		*out = rj_matcher_new(db);
		err = *out ? 0 : -ENOMEM;
	}
	if (!err)
		return 0;
	rj_fpdb_free(db);
	return err == -ENOMEM ? rj_error_set(error, err, "out of memory") : err;
}

void rj_matcher_free(struct rj_matcher *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; m->db && i < m->db->num; i++)
		rj_evidence_free(m->evidence[i]);
	free(m->evidence);
	rj_nearest_free(m->nearest);
	rj_fpdb_free(m->db);
	free(m);
}

static const struct rj_fpdb_fingerprint *find(const struct rj_matcher *m, const char *text,
					      size_t len, double *ret_distance)
{
	const struct rj_fpdb_fingerprint *found;
	struct rj_npf_text normal, short_text;

	if (rj_npf_normalize(text, len, NULL, &normal))
		return NULL;
	*ret_distance = 0;
	found = rj_fpdb_find(m->db, normal.at, normal.len);
	if (found)
		return found;
	if (!rj_npf_shorten(normal.at, normal.len, &short_text))
		return rj_nearest_find(m->nearest, normal.at, normal.len, ret_distance);
	found = rj_fpdb_find(m->db, short_text.at, short_text.len);
	if (!found)
		found = rj_nearest_find(m->nearest, normal.at, normal.len, ret_distance);
	if (!found)
		found = rj_nearest_find(m->nearest, short_text.at, short_text.len, ret_distance);
	return found;
}

static size_t place_of(const char *text, size_t len)
{
	uint64_t hash = len, word;

	for (size_t i = 0; i + sizeof(word) <= len; i += sizeof(word)) {
		memcpy(&word, text + i, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return hash % NUM_KNOWN;
}

const struct rj_fpdb_fingerprint *rj_matcher_find(const struct rj_matcher *m, const char *text,
						  size_t len, double *ret_distance)
{
	struct known *known = &all_known[place_of(text, len)];

	if (len > KNOWN_MAX_LEN)
		return find(m, text, len, ret_distance);
	if (known->matcher != m->number || known->len != len || memcmp(known->text, text, len)) {
		known->found = find(m, text, len, &known->distance);
		known->matcher = m->number;
		known->len = len;
		memcpy(known->text, text, len);
	}
	*ret_distance = known->distance;
	return known->found;
}

void rj_matcher_judge(const struct rj_matcher *m, const struct rj_fpdb_fingerprint *f,
		      const struct rj_fpdb_flow *flow, struct rj_verdict *out)
{
	if (!rj_evidence_judge(m->evidence[f->id], flow, out))
		*out = (struct rj_verdict){ .process = NULL };
}

bool rj_matcher_match(const struct rj_matcher *m, const char *text, size_t len,
		      const struct rj_fpdb_flow *flow, struct rj_match *out)
{
	const struct rj_fpdb_fingerprint *f = rj_matcher_find(m, text, len, &out->distance);

	if (!f)
		return false;
	out->fingerprint = f;
	rj_matcher_judge(m, f, flow, &out->verdict);
	return true;
}
