/* SPDX-License-Identifier: BSD-3-Clause */
/* Names that users give to subnets. */
#ifndef RJ_FEATURES_LABELS_H
#define RJ_FEATURES_LABELS_H

#include "core/subnets.h"

/*
 * struct rj_labels - @name: those of the sets of @subnets, in the order given. Does not change once
 * it is made.
 */
struct rj_labels {
	struct rj_subnets *subnets;
	unsigned int num;
	char *name[RJ_MAX_SUBNET_SETS];
};

/*
 * rj_labels_new - reads the subnets of labels, each said as NAME:FILE; those of one name are one.
 * 0, or a negative errno and *@error says what is wrong: -EINVAL for what a file or @given says.
 */
RJ_MUST_CHECK int rj_labels_new(const char *const *given, size_t num_given, struct rj_labels **out,
				struct rj_error *error);

/* rj_labels_free - takes NULL. */
void rj_labels_free(struct rj_labels *l);

#endif
