// SPDX-License-Identifier: BSD-3-Clause
/* Reads a --features list. */
#include "flow/feature_set.h"

#include <errno.h>
#include <string.h>

#include "proto/dissector.h"

static const char *const names[] = {
#define X(name, id, is_default) name,
	RJ_FEATURES(X)
#undef X
};

#define ALL_BITS (((1u << RJ_NUM_FEATURES) - 1) & ~RJ_FEATURES_BY_NAME)

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

/* What a feature's number may be at most, and what it is by default. */
static const struct number {
	enum rj_feature feature;
	uint32_t max;
	uint32_t usual;
} numbers[RJ_NUM_NUMBERS] = {
	[RJ_NUMBER_HD] = { RJ_FEATURE_HD, RJ_HD_MAX_LEN, RJ_DEFAULT_HD_LEN },
	[RJ_NUMBER_IDP] = { RJ_FEATURE_IDP, RJ_IDP_MAX_LEN, RJ_DEFAULT_IDP_LEN },
	[RJ_NUMBER_PAYLOAD] = { RJ_FEATURE_PAYLOAD, RJ_PREFIX_MAX_LEN, RJ_DEFAULT_PAYLOAD_LEN },
};

/* Gives each feature of @set that has a number its default. */
static void set_numbers(struct rj_feature_set *set)
{
	for (unsigned int i = 0; i < RJ_NUM_NUMBERS; i++)
		set->number[i] = set->bits >> numbers[i].feature & 1 ? numbers[i].usual : 0;
}

/* Digits up to @max. */
static bool read_number(const char *at, size_t len, uint32_t max, uint32_t *out)
{
	uint32_t value = 0;

	for (size_t i = 0; i < len; i++) {
		if (at[i] < '0' || at[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(at[i] - '0');
		if (value > max)
			return false;
	}
	*out = value;
	return len > 0;
}

/* One feature by name, with "=N" where it has a number. 0, -ERANGE. */
static int lookup_feature(unsigned int feature, const char *at, size_t len,
			  struct rj_feature_set *out)
{
	size_t name_len = strlen(names[feature]);
	struct rj_feature_set found = { .bits = 1u << feature, .named = 1u << feature };
	bool is_read = len == name_len;

	set_numbers(&found);
	for (unsigned int i = 0; i < RJ_NUM_NUMBERS && !is_read; i++)
		if (numbers[i].feature == feature)
			is_read = read_number(at + name_len + 1, len - name_len - 1, numbers[i].max,
					      &found.number[i]);
	if (!is_read)
		return -ERANGE;
	*out = found;
	return 0;
}

/* One feature is both versions of DHCP, as in Joy; the name of the later one alone is that one. */
static bool is_named(const char *dissector, const char *at, size_t len)
{
	return is_word(at, len, dissector) ||
	       (is_word(at, len, "dhcp") && !strcmp(dissector, "dhcpv6"));
}

/* The part of a set that one name stands for; 0, -EINVAL, -ERANGE. */
static int lookup(const char *at, size_t len, struct rj_feature_set *out)
{
	struct rj_feature_set found = { 0 };
	size_t name_len = strcspn(at, "=,") < len ? strcspn(at, "=,") : len;

	if (is_word(at, len, "all") || is_word(at, len, "default")) {
		found.bits = *at == 'a' ? ALL_BITS : default_bits;
		found.dissectors = all_dissectors();
		set_numbers(&found);
		*out = found;
		return 0;
	}
	for (unsigned int i = 0; i < RJ_NUM_FEATURES; i++)
		if (is_word(at, name_len, names[i]))
			return lookup_feature(i, at, len, out);
	for (unsigned int i = 0; rj_dissectors[i]; i++)
		if (is_named(rj_dissectors[i]->name, at, len))
			found.dissectors |= 1u << i;
	if (found.dissectors) {
		*out = found;
		return 0;
	}
	return -EINVAL;
}

void rj_feature_set_remove(struct rj_feature_set *set, uint32_t bits)
{
	set->bits &= ~bits;
	set->named &= ~bits;
	for (unsigned int i = 0; i < RJ_NUM_NUMBERS; i++)
		if (bits >> numbers[i].feature & 1)
			set->number[i] = 0;
}

/* Adds what one name stands for. As Joy has it, a number of 0 is off. */
static void add(struct rj_feature_set *set, const struct rj_feature_set *one)
{
	set->is_bare = false;
	set->bits |= one->bits;
	set->named |= one->named;
	set->dissectors |= one->dissectors;
	set->left_out &= ~one->dissectors;
	for (unsigned int i = 0; i < RJ_NUM_NUMBERS; i++) {
		uint32_t bit = 1u << numbers[i].feature;

		if (!(one->bits & bit))
			continue;
		set->number[i] = one->number[i];
		if (!one->number[i])
			rj_feature_set_remove(set, bit);
	}
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
	if (err)
		return err;
	if (is_removal) {
		rj_feature_set_remove(set, one.bits);
		set->dissectors &= ~one.dissectors;
		set->left_out |= one.dissectors;
		return 0;
	}
	add(set, &one);
	return 0;
}

/* Whether it is looked for behind others: what may run over UDP mostly does, but for TLS. */
static bool is_led_to(const struct rj_dissector *row)
{
	return row->over == RJ_OVER_TCP || row->emit_records;
}

/*
 * What is over TCP may stand behind another protocol (STARTTLS, CONNECT, SOCKS): those that lead to
 * it have to look as well, unless they were left out by name.
 */
static void add_leading(struct rj_feature_set *set)
{
	rj_dissector_mask leading = 0;
	bool is_wanted = false;

	for (unsigned int i = 0; rj_dissectors[i]; i++) {
		leading |= rj_dissectors[i]->leads_on ? 1u << i : 0;
		is_wanted |= set->dissectors >> i & 1 && is_led_to(rj_dissectors[i]);
	}
	leading &= ~(set->dissectors | set->left_out);
	if (!is_wanted)
		return;
	set->dissectors |= leading;
	set->unshown |= leading;
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
	/* what is looked up are fingerprints */
	if (set.named >> RJ_FEATURE_MATCH & 1 && !(set.bits >> RJ_FEATURE_FINGERPRINT & 1)) {
		set.bits |= 1u << RJ_FEATURE_FINGERPRINT;
		set.named |= 1u << RJ_FEATURE_FINGERPRINT;
	}
	/* asked for by name, it is of all protocols, written or not */
	if (set.named & (1u << RJ_FEATURE_FINGERPRINT | 1u << RJ_FEATURE_FPX)) {
		set.unshown = all_dissectors() & ~set.dissectors;
		set.dissectors = all_dissectors();
	}
	add_leading(&set);
	set.npf = RJ_DEFAULT_NPF;
	*out = set;
	return 0;
}

const char *rj_feature_name(enum rj_feature feature)
{
	return names[feature];
}

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

struct rj_trait_options rj_feature_traits(const struct rj_feature_set *set, uint32_t num_packets)
{
	return (struct rj_trait_options){
		.hd_len = set->number[RJ_NUMBER_HD],
		.idp_len = set->number[RJ_NUMBER_IDP],
		.prefix_len = set->number[RJ_NUMBER_PAYLOAD],
		.num_ppi = rj_feature_on(set, RJ_FEATURE_PPI) ? num_packets : 0,
		.num_salt = rj_feature_on(set, RJ_FEATURE_SALT) ?
				    larger(num_packets, RJ_SALT_PACKETS) :
				    0,
	};
}
