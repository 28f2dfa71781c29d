/* SPDX-License-Identifier: BSD-3-Clause */
/* Which features of a flow are computed and written: the --features list as bits. */
#ifndef RJ_FLOW_FEATURE_SET_H
#define RJ_FLOW_FEATURE_SET_H

#include "flow/dissect.h"

/* name in --features, bit, whether it is in the default set */
#define RJ_FEATURES(X)                                                                             \
	X("splt", SPLT, true)                                                                      \
	X("hist", HIST, false)                                                                     \
	X("bd", BD, false)                                                                         \
	X("entropy", ENTROPY, false)                                                               \
	X("community", COMMUNITY, true)

enum rj_feature {
#define X(name, id, is_default) RJ_FEATURE_##id,
	RJ_FEATURES(X)
#undef X
		RJ_NUM_FEATURES
};

/*
 * struct rj_feature_set - what --features left on.
 * @bits: 1 << enum rj_feature
 * @dissectors: rows of the registry
 * @is_bare: "none": counters and times alone, not even ip and tcp
 */
struct rj_feature_set {
	uint32_t bits;
	rj_dissector_mask dissectors;
	bool is_bare;
};

static inline bool rj_feature_on(const struct rj_feature_set *set, enum rj_feature feature)
{
	return set->bits >> feature & 1;
}

/* rj_feature_counts_bytes - whether a feature needs the values of payload bytes. */
static inline bool rj_feature_counts_bytes(const struct rj_feature_set *set)
{
	return rj_feature_on(set, RJ_FEATURE_BD) || rj_feature_on(set, RJ_FEATURE_ENTROPY);
}

/*
 * rj_feature_set_parse - reads a list such as "default", "all,-hist", "+hist",
 * "none". 0; -EINVAL for a name that is none, -EOPNOTSUPP for one that this
 * build lacks, with the name in *@ret_name (@ret_len bytes of @list). *@out
 * is untouched then.
 */
RJ_MUST_CHECK int rj_feature_set_parse(const char *list, struct rj_feature_set *out,
				       const char **ret_name, size_t *ret_len);

#endif
