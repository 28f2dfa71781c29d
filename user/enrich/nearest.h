/* SPDX-License-Identifier: BSD-3-Clause */
/* The fingerprint of a database that is most like another one: how far apart, and an index. */
#ifndef RJ_ENRICH_NEAREST_H
#define RJ_ENRICH_NEAREST_H

#include "enrich/fpdb.h"
#include "enrich/npf.h"

/*
 * The distance of two ClientHellos of one kind and notation is the cost of making one the other,
 * by the longest cost there can be: 0 for the same, 1 where nothing is. Versions, cipher suites in
 * their order and extensions in theirs are compared, each list for itself (Levenshtein). To add, to
 * leave out or to change one costs 1, and 1/2 where of an extension the data alone differs:
 *
 *     (cost of versions + cost of suites + cost of extensions) /
 *     (number of versions + suites of the longer + extensions of the longer)
 */

/* What is further away is another program's. As Joy's fingerprinter.py has it. */
#define RJ_NEAREST_MAX_DISTANCE 0.1

/* Lists that are longer are compared as equal or not. Ours; real ones have a third of it. */
#define RJ_NEAREST_MAX_ELEMENTS 256u

/*
 * rj_npf_distance - of two of one kind that rj_npf_read gave; a number over @max where it is
 * greater than @max, a list is too long, or they are of different notations.
 */
double rj_npf_distance(const struct rj_npf *a, const struct rj_npf *b, double max);

struct rj_nearest;

/* rj_nearest_new - of a database that is sorted, and borrowed; NULL without memory. */
RJ_MUST_CHECK struct rj_nearest *rj_nearest_new(const struct rj_fpdb *db);

/* rj_nearest_free - takes NULL. */
void rj_nearest_free(struct rj_nearest *n);

/*
 * rj_nearest_find - the fingerprint with the smallest distance to the normal @text, of equal ones
 * that of the most flows, and the distance; NULL where none is near. Compared are at most
 * RJ_NEAREST_CANDIDATES, which share most with it by hashes of their suites and extensions: one
 * with less than four fifths of them in common may be missed.
 */
#define RJ_NEAREST_CANDIDATES 16u
const struct rj_fpdb_fingerprint *rj_nearest_find(const struct rj_nearest *n, const char *text,
						  size_t len, double *ret_distance);

#endif
