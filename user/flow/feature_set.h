/* SPDX-License-Identifier: BSD-3-Clause */
/* Which features of a flow are computed and written: the --features list as bits. */
#ifndef RJ_FLOW_FEATURE_SET_H
#define RJ_FLOW_FEATURE_SET_H

#include "features/bins.h"
#include "features/classify.h"
#include "features/traits.h"
#include "flow/dissect.h"

/* name in --features, bit, whether it is in the default set */
#define RJ_FEATURES(X)                                                                             \
	X("splt", SPLT, true)                                                                      \
	X("hist", HIST, false)                                                                     \
	X("bd", BD, false)                                                                         \
	X("entropy", ENTROPY, false)                                                               \
	X("community", COMMUNITY, true)                                                            \
	X("wht", WHT, false)                                                                       \
	X("cdist", CDIST, false)                                                                   \
	X("hd", HD, false)                                                                         \
	X("ppi", PPI, false)                                                                       \
	X("salt", SALT, false)                                                                     \
	X("idp", IDP, false)                                                                       \
	X("payload", PAYLOAD, false)                                                               \
	X("os", OS, true)                                                                          \
	X("classify", CLASSIFY, false)                                                             \
	X("fingerprint", FINGERPRINT, true)                                                        \
	X("raw", RAW, false)                                                                       \
	X("match", MATCH, false)                                                                   \
	X("fpx", FPX, false)                                                                       \
	X("process", PROCESS, true)

enum rj_feature {
#define X(name, id, is_default) RJ_FEATURE_##id,
	RJ_FEATURES(X)
#undef X
		RJ_NUM_FEATURES
};

/* The features that have a number: hd=N, idp=N, payload=N. */
enum rj_feature_number { RJ_NUMBER_HD, RJ_NUMBER_IDP, RJ_NUMBER_PAYLOAD, RJ_NUM_NUMBERS };

/*
 * struct rj_feature_set - what --features left on.
 * @bits: 1 << enum rj_feature
 * @dissectors: rows of the registry that look at payload; @unshown: those of them whose values are
 *       not written: they are there for fingerprints, or because others may stand behind them
 * @left_out: rows that were taken out by name
 * @named: those of @bits that were asked for by name, not by "all" or "default"
 * @is_bare: "none": counters and times alone, not even ip and tcp
 * @number: by enum rj_feature_number; 0 where that feature is off
 * @npf: notation of fingerprints, 0 to 2
 * @bins: for cdist; @model: for classify; borrowed, and set by whoever read them
 */
struct rj_feature_set {
	uint32_t bits;
	uint32_t named;
	rj_dissector_mask dissectors;
	rj_dissector_mask unshown;
	rj_dissector_mask left_out;
	bool is_bare;
	uint32_t number[RJ_NUM_NUMBERS];
	unsigned int npf;
	const struct rj_byte_bins *bins;
	const struct rj_model *model;
};

/* What "all" leaves out: it says others at more length, or once more as Joy says them. */
#define RJ_FEATURES_BY_NAME (1u << RJ_FEATURE_RAW | 1u << RJ_FEATURE_FPX)

/* Features that need each packet as it was captured: of files alone. */
#define RJ_FEATURES_OF_FILES                                                                       \
	(1u << RJ_FEATURE_HD | 1u << RJ_FEATURE_PPI | 1u << RJ_FEATURE_SALT | 1u << RJ_FEATURE_IDP)

/* What hd, idp and payload are without a number. Joy's: of its samples, all of it, its only one. */
#define RJ_DEFAULT_HD_LEN 8u
#define RJ_DEFAULT_IDP_LEN RJ_IDP_MAX_LEN
#define RJ_DEFAULT_PAYLOAD_LEN 32u

/* Mercury's notation of fingerprints with sorted extensions, which browsers shuffle. */
#define RJ_DEFAULT_NPF 1u

/* rj_feature_shown - dissectors whose values are written. */
static inline rj_dissector_mask rj_feature_shown(const struct rj_feature_set *set)
{
	return set->dissectors & ~set->unshown;
}

static inline bool rj_feature_on(const struct rj_feature_set *set, enum rj_feature feature)
{
	return set->bits >> feature & 1;
}

/* rj_feature_counts_bytes - whether a feature needs the values of payload bytes. */
static inline bool rj_feature_counts_bytes(const struct rj_feature_set *set)
{
	return set->bits & (1u << RJ_FEATURE_BD | 1u << RJ_FEATURE_ENTROPY | 1u << RJ_FEATURE_WHT |
			    1u << RJ_FEATURE_CDIST);
}

/* rj_feature_keeps_headers - whether one needs packets' IP headers and options of TCP segments. */
static inline bool rj_feature_keeps_headers(const struct rj_feature_set *set)
{
	return set->bits & (1u << RJ_FEATURE_IDP | 1u << RJ_FEATURE_PPI);
}

/* rj_feature_name - of the --features list. */
const char *rj_feature_name(enum rj_feature feature);

/* rj_feature_set_remove - switches the features @bits off. */
void rj_feature_set_remove(struct rj_feature_set *set, uint32_t bits);

/* rj_feature_traits - what is to be kept of packets, of @num_packets each side where so many. */
struct rj_trait_options rj_feature_traits(const struct rj_feature_set *set, uint32_t num_packets);

/*
 * rj_feature_set_parse - reads a list such as "default", "all,-hist", "+hist",
 * "none", "hd=16". 0; -EINVAL for a name that is none, -ERANGE for one with a number that it
 * cannot have, with the name in *@ret_name (@ret_len bytes of @list). *@out is untouched then.
 */
RJ_MUST_CHECK int rj_feature_set_parse(const char *list, struct rj_feature_set *out,
				       const char **ret_name, size_t *ret_len);

#endif
