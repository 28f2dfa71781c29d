// SPDX-License-Identifier: BSD-3-Clause
/* Reads a --features list. */
#include "flow/feature_set.h"

#include <errno.h>
#include <string.h>

#include "proto/dissector.h"

/* Names that SCHEMA fixes and that later work fills; asking for one by name is an error. */
static const char *const not_built[] = {
	"quic", "ssh",	"dhcp", "ike",	   "fingerprint", "os",	 "wht",	    "hd",
	"ppi",	"salt", "idp",	"payload", "match",	  "raw", "process", "classify",
};

static const char *const names[] = {
#define X(name, id, is_default) name,
	RJ_FEATURES(X)
#undef X
};

#define X(name, id, is_default) | (is_default ? 1u << RJ_FEATURE_##id : 0u)
static const uint32_t default_bits = 0u RJ_FEATURES(X);
#undef X

static bool is_word(const char *at, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(at, word, len);
}

static rj_dissector_mask all_dissectors(void)
{
	rj_dissector_mask mask = 0;

	for (unsigned int i = 0; rj_dissectors[i]; i++)
		mask |= 1u << i;
	return mask;
}

/* The part of a set that one name stands for; 0, -EINVAL, -EOPNOTSUPP. */
static int lookup(const char *at, size_t len, struct rj_feature_set *out)
{
	struct rj_feature_set found = { 0 };

	if (is_word(at, len, "all") || is_word(at, len, "default")) {
		found.bits = *at == 'a' ? (1u << RJ_NUM_FEATURES) - 1 : default_bits;
		found.dissectors = all_dissectors();
		*out = found;
		return 0;
	}
	for (unsigned int i = 0; i < RJ_NUM_FEATURES; i++)
		if (is_word(at, len, names[i]))
			found.bits = 1u << i;
	for (unsigned int i = 0; rj_dissectors[i]; i++)
		if (is_word(at, len, rj_dissectors[i]->name))
			found.dissectors = 1u << i;
	if (found.bits || found.dissectors) {
		*out = found;
		return 0;
	}
	len = strcspn(at, "=,") < len ? strcspn(at, "=,") : len;
	for (unsigned int i = 0; i < sizeof(not_built) / sizeof(*not_built); i++)
		if (is_word(at, len, not_built[i]))
			return -EOPNOTSUPP;
	return -EINVAL;
}

static int apply(struct rj_feature_set *set, const char *at, size_t len)
{
	struct rj_feature_set one = { 0 };
	bool is_removal = *at == '-';
	int err;

	if (is_word(at, len, "none")) {
		*set = (struct rj_feature_set){ .is_bare = true };
		return 0;
	}
	if (*at == '+' || *at == '-') {
		at++;
		len--;
	}
	err = lookup(at, len, &one);
	if (err == -EOPNOTSUPP && is_removal) /* what is not there is easily left out */
		return 0;
	if (err)
		return err;
	if (is_removal) {
		set->bits &= ~one.bits;
		set->dissectors &= ~one.dissectors;
		return 0;
	}
	set->is_bare = false;
	set->bits |= one.bits;
	set->dissectors |= one.dissectors;
	return 0;
}

int rj_feature_set_parse(const char *list, struct rj_feature_set *out, const char **ret_name,
			 size_t *ret_len)
{
	struct rj_feature_set set = { 0 };

	if (*list == '+' || *list == '-' || !*list)
		set = (struct rj_feature_set){ .bits = default_bits,
					       .dissectors = all_dissectors() };
	for (const char *at = list; *at;) {
		size_t len = strcspn(at, ",");
		int err = len ? apply(&set, at, len) : 0;

		if (err) {
			*ret_name = at;
			*ret_len = len;
			return err;
		}
		at += len;
		at += *at == ',';
	}
	*out = set;
	return 0;
}
