/* SPDX-License-Identifier: BSD-3-Clause */
/* What a database says of the fingerprints of a record that is a line of JSON. */
#ifndef RJ_ENRICH_MATCH_LINE_H
#define RJ_ENRICH_MATCH_LINE_H

#include "enrich/match_record.h"

struct json_object;

/*
 * rj_match_line - what is found of the record's fingerprints, with their kinds borrowed from
 * @record, and where it went. None of a record that has a match already.
 */
void rj_match_line(const struct rj_matcher *m, struct json_object *record, struct rj_matches *out,
		   struct rj_fpdb_flow *ret_flow);

/* rj_match_line_end - where in a JSON object the member fingerprints has its last bracket; or 0. */
size_t rj_match_line_end(const char *text, size_t len);

#endif
