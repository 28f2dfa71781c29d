/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/feature_set.h"

#include <errno.h>

#include "proto/dissector.h"
#include "tests/unit/unit.h"

/* The set of @list, which must be good. */
static struct rj_feature_set set_of(const char *list)
{
	struct rj_feature_set set = { 0 };
	const char *name;
	size_t len;

	CHECK_EQ(rj_feature_set_parse(list, &set, &name, &len), 0);
	return set;
}

static void check_refused(const char *list, int err, const char *name)
{
	struct rj_feature_set set = { .bits = 0xabcd };
	const char *got = NULL;
	size_t len = 0;

	CHECK_EQ(rj_feature_set_parse(list, &set, &got, &len), err);
	CHECK_EQ(set.bits, 0xabcd);
	CHECK(len == strlen(name) && got && !memcmp(got, name, len));
}

static rj_dissector_mask mask_of(const char *name)
{
	for (unsigned int i = 0; rj_dissectors[i]; i++)
		if (!strcmp(rj_dissectors[i]->name, name))
			return 1u << i;
	return 0;
}

TEST(feature_set_default_has_all_dissectors_splt_and_community_but_no_histograms)
{
	struct rj_feature_set set = set_of("default"), empty = set_of("");

	CHECK(rj_feature_on(&set, RJ_FEATURE_SPLT));
	CHECK(rj_feature_on(&set, RJ_FEATURE_COMMUNITY));
	CHECK(!rj_feature_on(&set, RJ_FEATURE_HIST));
	CHECK(!set.is_bare);
	CHECK(set.dissectors & mask_of("tls") && set.dissectors & mask_of("dns") &&
	      set.dissectors & mask_of("http"));
	CHECK(!memcmp(&set, &empty, sizeof(set)));
}

TEST(feature_set_names_alone_are_the_whole_set)
{
	struct rj_feature_set set = set_of("hist,dns");

	CHECK_EQ(set.bits, 1u << RJ_FEATURE_HIST);
	CHECK_EQ(set.dissectors, mask_of("dns"));
}

TEST(feature_set_plus_and_minus_start_from_the_default)
{
	struct rj_feature_set more = set_of("+hist"), less = set_of("-tls,-splt"),
			      base = set_of("default");

	CHECK_EQ(more.bits, base.bits | 1u << RJ_FEATURE_HIST);
	CHECK_EQ(more.dissectors, base.dissectors);
	CHECK_EQ(less.bits, base.bits & ~(1u << RJ_FEATURE_SPLT));
	CHECK_EQ(less.dissectors, base.dissectors & ~mask_of("tls"));
}

TEST(feature_set_reads_from_left_to_right)
{
	CHECK(rj_feature_on(&(struct rj_feature_set){ set_of("all,-hist,+hist").bits, 0, false },
			    RJ_FEATURE_HIST));
	CHECK(!(set_of("all,-hist").bits & 1u << RJ_FEATURE_HIST));
	CHECK(set_of("-hist,all").bits & 1u << RJ_FEATURE_HIST);
}

TEST(feature_set_none_is_bare_until_something_is_added)
{
	CHECK(set_of("none").is_bare);
	CHECK_EQ(set_of("none").bits | set_of("none").dissectors, 0);
	CHECK(set_of("default,none").is_bare);
	CHECK(set_of("none,-dns").is_bare);
	CHECK(!set_of("none,splt").is_bare);
	CHECK_EQ(set_of("none,+dns").dissectors, mask_of("dns"));
}

TEST(feature_set_minus_all_leaves_the_headers)
{
	struct rj_feature_set set = set_of("-all");

	CHECK_EQ(set.bits | set.dissectors, 0);
	CHECK(!set.is_bare);
}

TEST(feature_set_passes_over_empty_names)
{
	CHECK_EQ(set_of(",hist,,").bits, 1u << RJ_FEATURE_HIST);
}

TEST(feature_set_says_which_name_is_none)
{
	check_refused("bogus", -EINVAL, "bogus");
	check_refused("+hist,dnss", -EINVAL, "dnss");
	check_refused("-bogus,dns", -EINVAL, "-bogus");
	check_refused("dn", -EINVAL, "dn");
	check_refused("+", -EINVAL, "+");
	check_refused("-", -EINVAL, "-");
	check_refused("DNS", -EINVAL, "DNS");
	check_refused(" dns", -EINVAL, " dns");
}

TEST(feature_set_says_which_name_this_build_lacks)
{
	check_refused("dns,idp=100", -EOPNOTSUPP, "idp=100");
	check_refused("+hd=4", -EOPNOTSUPP, "+hd=4");
}

TEST(feature_set_lets_what_is_not_built_be_left_out)
{
	struct rj_feature_set set = set_of("all,-idp"), all = set_of("all");

	CHECK(!memcmp(&set, &all, sizeof(set)));
}
