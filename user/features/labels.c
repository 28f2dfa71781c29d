// SPDX-License-Identifier: BSD-3-Clause
/* Names that users give to subnets. */
#include "features/labels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void rj_labels_free(struct rj_labels *l)
{
	if (!l)
		return;
	for (unsigned int i = 0; i < l->num; i++)
		free(l->name[i]);
	rj_subnets_free(l->subnets);
	free(l);
}

/* The number of the label of this name, which is added where it is new; negative errno. */
static int number_of(struct rj_labels *l, const char *name, size_t len, struct rj_error *error)
{
	for (unsigned int i = 0; i < l->num; i++)
		if (strlen(l->name[i]) == len && !memcmp(l->name[i], name, len))
			return (int)i;
	if (l->num == RJ_MAX_SUBNET_SETS)
		return rj_error_set(error, -EINVAL, "label %.*s: at most %u names", (int)len, name,
				    RJ_MAX_SUBNET_SETS);
	l->name[l->num] = strndup(name, len);
	if (!l->name[l->num])
		return rj_error_set(error, -ENOMEM, "out of memory");
	return (int)l->num++;
}

static int add(struct rj_labels *l, const char *given, struct rj_error *error)
{
	size_t len = strcspn(given, ":");
	int number;

	if (!len || !given[len] || !given[len + 1])
		return rj_error_set(error, -EINVAL, "label %s: say NAME:FILE", given);
	number = number_of(l, given, len, error);
	if (number < 0)
		return number;
	return rj_subnets_read(l->subnets, given + len + 1, (unsigned int)number, error);
}

int rj_labels_new(const char *const *given, size_t num_given, struct rj_labels **out,
		  struct rj_error *error)
{
	struct rj_labels *l = calloc(1, sizeof(*l));
	int err = 0;

	if (l)
		l->subnets = rj_subnets_new();
	if (!l || !l->subnets) {
		rj_labels_free(l);
		return rj_error_set(error, -ENOMEM, "out of memory");
	}
	for (size_t i = 0; i < num_given && !err; i++)
		err = add(l, given[i], error);
	if (!err && rj_subnets_seal(l->subnets))
		err = rj_error_set(error, -ENOMEM, "out of memory");
	if (err) {
		rj_labels_free(l);
		return err;
	}
	*out = l;
	return 0;
}
