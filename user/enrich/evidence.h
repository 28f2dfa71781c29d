/* SPDX-License-Identifier: BSD-3-Clause */
/* Which program sent a fingerprint, by where the flow went: a weighted naive Bayes classifier. */
#ifndef RJ_ENRICH_EVIDENCE_H
#define RJ_ENRICH_EVIDENCE_H

#include "enrich/fpdb.h"
#include "enrich/fpdb_read.h"

/*
 * Of the programs i of a fingerprint, each with n_i of its n flows,
 *
 *     P(i | flow) ~ n_i / n * product over evidence c of ((n_ic + a) / (N_ic + a (V_c + 1))) ^ w_c
 *
 * where n_ic of i's N_ic flows with a known value of c had the flow's, and V_c values of it are
 * known of the fingerprint. Evidence is the port, the address, and the name, or where no program
 * has been seen with that name its domain. Programs that were not kept are one more, of which
 * nothing is known: N_ic is 0. Of a fingerprint without values, or a flow without one, c is left
 * out. Smoothing a is 1/2 (Jeffreys). A name says most, and the address mostly follows from it;
 * weights are ours, in the order of those that Mercury was trained to.
 */
#define RJ_EVIDENCE_SMOOTHING 0.5
#define RJ_EVIDENCE_WEIGHT_NAME 1.0
#define RJ_EVIDENCE_WEIGHT_ADDRESS 0.5
#define RJ_EVIDENCE_WEIGHT_PORT 0.25

struct rj_evidence;

/*
 * struct rj_verdict - the most probable program, by its name; borrowed from the database.
 * @os: the operating system it was seen most on, or NULL
 */
struct rj_verdict {
	const char *process;
	const char *os;
	double probability;
};

/* rj_evidence_new - of a fingerprint, which is borrowed; NULL without memory. */
RJ_MUST_CHECK struct rj_evidence *rj_evidence_new(const struct rj_fpdb_fingerprint *f);

/* rj_evidence_free - takes NULL. */
void rj_evidence_free(struct rj_evidence *e);

/* rj_evidence_judge - false: no program of the fingerprint is known. */
bool rj_evidence_judge(const struct rj_evidence *e, const struct rj_fpdb_flow *flow,
		       struct rj_verdict *out);

#endif
