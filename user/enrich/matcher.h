/* SPDX-License-Identifier: BSD-3-Clause */
/* Fingerprints of flows looked up in a database: which one, how near, whose. */
#ifndef RJ_ENRICH_MATCHER_H
#define RJ_ENRICH_MATCHER_H

#include "core/error.h"
#include "enrich/evidence.h"
#include "enrich/fpdb.h"

/*
 * struct rj_matcher - may be asked by many threads at once. What a thread asked for lately is kept,
 * so that a fingerprint that comes again costs a comparison; a match follows from the fingerprint,
 * the flow and the database alone.
 */
struct rj_matcher;

/*
 * struct rj_match - borrowed from the database.
 * @distance: 0: the same but for GREASE; else see enrich/nearest.h
 * @verdict: @process is NULL where the database knows no program of it
 */
struct rj_match {
	const struct rj_fpdb_fingerprint *fingerprint;
	double distance;
	struct rj_verdict verdict;
};

/* rj_matcher_new - of a database, which is the matcher's if it is made; NULL without memory. */
RJ_MUST_CHECK struct rj_matcher *rj_matcher_new(struct rj_fpdb *db);

/*
 * rj_matcher_open - of the database in this file. 0, or a negative errno and one line in *@error:
 * -EINVAL for what the file says.
 */
RJ_MUST_CHECK int rj_matcher_open(const char *path, struct rj_matcher **out,
				  struct rj_error *error);

/* rj_matcher_free - takes NULL. */
void rj_matcher_free(struct rj_matcher *m);

/*
 * rj_matcher_find - the same fingerprint; else, of one in notation 1, the same in notation 2; else
 * the nearest. NULL: none is near. @text is any, not normal.
 */
const struct rj_fpdb_fingerprint *rj_matcher_find(const struct rj_matcher *m, const char *text,
						  size_t len, double *ret_distance);

/* rj_matcher_match - the same with the most probable program; false: none is near. */
bool rj_matcher_match(const struct rj_matcher *m, const char *text, size_t len,
		      const struct rj_fpdb_flow *flow, struct rj_match *out);

/* rj_matcher_judge - the most probable program of a fingerprint that was found. */
void rj_matcher_judge(const struct rj_matcher *m, const struct rj_fpdb_fingerprint *f,
		      const struct rj_fpdb_flow *flow, struct rj_verdict *out);

#endif
