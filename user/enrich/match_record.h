/* SPDX-License-Identifier: BSD-3-Clause */
/* What a database says of a record's fingerprints, into the record: fingerprints.match. */
#ifndef RJ_ENRICH_MATCH_RECORD_H
#define RJ_ENRICH_MATCH_RECORD_H

#include "enrich/matcher.h"
#include "flow/record.h"

/*
 * struct rj_match_enricher - @enricher: for records; a visitor of theirs then gets the member
 * match at the end of fingerprints, which lists the kinds that are found. Addresses and names
 * that an anonymizer hides are no evidence, as what is shown is all that is looked at.
 */
struct rj_match_enricher {
	struct rj_enricher enricher;
	const struct rj_matcher *matcher;
};

/* rj_match_enricher_init - with a matcher, which is borrowed. */
void rj_match_enricher_init(struct rj_match_enricher *e, const struct rj_matcher *matcher);

/*
 * struct rj_matches - what was found of a flow's fingerprints.
 * @kinds: their names, borrowed
 */
#define RJ_MAX_MATCHES 16u /* more than there are kinds */
struct rj_matches {
	unsigned int num;
	const char *kinds[RJ_MAX_MATCHES];
	struct rj_match found[RJ_MAX_MATCHES];
};

/*
 * rj_matches_add - looks the fingerprint that is named @kind up. Hashes, whose text has no kind of
 * its own (that of DTLS is dtls, named tls), are in no database.
 */
void rj_matches_add(struct rj_matches *all, const struct rj_matcher *m, const char *kind,
		    const char *text, size_t len);

/* rj_matches_put - the object match, with what follows from where the flow went. */
void rj_matches_put(struct rj_visitor *v, struct rj_matches *all, const struct rj_matcher *m,
		    const struct rj_fpdb_flow *flow);

/* rj_match_fields - rows of match; ends with a row without a name. */
extern const struct rj_field rj_match_fields[];

/* rj_match_put - one match as members of an object that is open; with the text where asked for. */
void rj_match_put(struct rj_visitor *v, const struct rj_match *match, bool with_text);

#endif
