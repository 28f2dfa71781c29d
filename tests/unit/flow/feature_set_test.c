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
	CHECK(set_of("all,-hist,+hist").bits & 1u << RJ_FEATURE_HIST);
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
	CHECK_EQ(set_of("none,+dhcp").dissectors, mask_of("dhcp") | mask_of("dhcpv6"));
	CHECK_EQ(set_of("none,+dhcpv6").dissectors, mask_of("dhcpv6"));
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

TEST(feature_set_reads_numbers)
{
	struct rj_feature_set usual = set_of("hd,idp,payload");
	struct rj_feature_set set = set_of("hd=32,idp=0100,payload=65535,splt");

	CHECK_EQ(usual.number[RJ_NUMBER_HD], 8);
	CHECK_EQ(usual.number[RJ_NUMBER_IDP], 1500);
	CHECK_EQ(usual.number[RJ_NUMBER_PAYLOAD], 32);
	CHECK_EQ(set.number[RJ_NUMBER_HD], 32);
	CHECK_EQ(set.number[RJ_NUMBER_IDP], 100);
	CHECK_EQ(set.number[RJ_NUMBER_PAYLOAD], 65535);
	CHECK_EQ(set.bits, usual.bits | 1u << RJ_FEATURE_SPLT);
	CHECK_EQ(set_of("all").number[RJ_NUMBER_HD], 8);
	CHECK_EQ(set_of("default").number[RJ_NUMBER_HD], 0);
	CHECK_EQ(set_of("hd=4,hd=5").number[RJ_NUMBER_HD], 5);
}

TEST(feature_set_takes_a_number_of_zero_for_off)
{
	struct rj_feature_set set = set_of("all,hd=0,idp=0,-payload=5");

	for (unsigned int i = 0; i < RJ_NUM_NUMBERS; i++)
		CHECK_EQ(set.number[i], 0);
	CHECK(!rj_feature_on(&set, RJ_FEATURE_HD) && !rj_feature_on(&set, RJ_FEATURE_IDP));
	CHECK(!rj_feature_on(&set, RJ_FEATURE_PAYLOAD) && rj_feature_on(&set, RJ_FEATURE_PPI));
	CHECK_EQ(set_of("hd=0").bits, 0);
}

TEST(feature_set_says_which_number_cannot_be)
{
	check_refused("hd=33", -ERANGE, "hd=33");
	check_refused("+idp=1501", -ERANGE, "+idp=1501");
	check_refused("payload=65536", -ERANGE, "payload=65536");
	check_refused("payload=99999999999999999999", -ERANGE, "payload=99999999999999999999");
	check_refused("hd=,dns", -ERANGE, "hd=");
	check_refused("hd=x", -ERANGE, "hd=x");
	check_refused("hd=-1", -ERANGE, "hd=-1");
	check_refused("ppi=3", -ERANGE, "ppi=3");
	check_refused("hdd=3", -EINVAL, "hdd=3");
}

TEST(feature_set_knows_what_was_asked_for_by_name)
{
	uint32_t ppi = 1u << RJ_FEATURE_PPI;

	CHECK_EQ(set_of("all").named | set_of("default").named, 0);
	CHECK_EQ(set_of("all,+ppi").named, ppi);
	CHECK_EQ(set_of("+ppi,+hd,-hd").named, ppi);
	CHECK_EQ(set_of("ppi,hd=0").named, ppi);
	CHECK_EQ(set_of("ppi,none").named, 0);
}

TEST(feature_set_has_joys_fingerprints_by_name_alone)
{
	struct rj_feature_set joy = set_of("splt,dns,fpx");

	CHECK(!rj_feature_on(&(struct rj_feature_set){ .bits = set_of("all").bits },
			     RJ_FEATURE_FPX));
	CHECK(rj_feature_on(&joy, RJ_FEATURE_FPX));
	/* of TLS, which it does not show, behind whatever comes before it */
	CHECK_EQ(joy.dissectors, set_of("all").dissectors);
	CHECK_EQ(rj_feature_shown(&joy), set_of("dns").dissectors);
}

TEST(feature_set_keeps_of_packets_what_features_ask_for)
{
	struct rj_feature_set all = set_of("all"), usual = set_of("default");
	struct rj_trait_options few = rj_feature_traits(&all, 50);
	struct rj_trait_options many = rj_feature_traits(&all, 1000);
	struct rj_trait_options none = rj_feature_traits(&usual, 50);

	CHECK_EQ(few.hd_len, 8);
	CHECK_EQ(few.idp_len, 1500);
	CHECK_EQ(few.prefix_len, 32);
	CHECK_EQ(few.num_ppi, 50);
	CHECK_EQ(few.num_salt, 200); /* Joy's, which does not go by its number of packets */
	CHECK_EQ(many.num_ppi, 1000);
	CHECK_EQ(many.num_salt, 1000);
	CHECK_EQ(none.hd_len + none.idp_len + none.prefix_len + none.num_ppi + none.num_salt, 0);
}

TEST(feature_set_matches_fingerprints_of_all_protocols)
{
	struct rj_feature_set set = set_of("none,match"), usual = set_of("default");

	CHECK(rj_feature_on(&set, RJ_FEATURE_FINGERPRINT));
	CHECK_EQ(set.dissectors, set_of("all").dissectors);
	CHECK_EQ(rj_feature_shown(&set), 0);
	CHECK(!rj_feature_on(&usual, RJ_FEATURE_MATCH));
}

TEST(feature_set_has_those_look_that_lead_to_what_is_asked_for)
{
	rj_dissector_mask leading = mask_of("http") | mask_of("smtp") | mask_of("ftp") |
				    mask_of("pop3") | mask_of("imap") | mask_of("ldap") |
				    mask_of("rdp") | mask_of("prelude");
	struct rj_feature_set tls = set_of("none,tls"), http = set_of("tls,http,-smtp");
	struct rj_feature_set back = set_of("tls,-smtp,+smtp"), less = set_of("-http,-prelude");

	CHECK_EQ(tls.dissectors, mask_of("tls") | leading);
	CHECK_EQ(rj_feature_shown(&tls), mask_of("tls"));
	CHECK_EQ(http.dissectors, mask_of("tls") | (leading & ~mask_of("smtp")));
	CHECK_EQ(rj_feature_shown(&http), mask_of("tls") | mask_of("http"));
	CHECK_EQ(back.dissectors, mask_of("tls") | leading);
	CHECK_EQ(rj_feature_shown(&back), mask_of("tls") | mask_of("smtp"));
	CHECK_EQ(less.dissectors & leading, leading & ~(mask_of("http") | mask_of("prelude")));
	CHECK_EQ(set_of("dns,quic,ntp").unshown | set_of("-all").unshown, 0);
}
