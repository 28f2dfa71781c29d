/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the table of QUIC's versions. */
#include "proto/quic/version.h"

#include "tests/unit/unit.h"

static void check_text(uint32_t version, const char *want)
{
	char text[RJ_QUIC_VERSION_TEXT];

	CHECK_EQ(rj_quic_version_text(version, text), strlen(want));
	CHECK_STR(text, want);
}

TEST(quic_version_texts)
{
	check_text(1, "v1");
	check_text(0x6b3343cf, "v2");
	check_text(0xff00001d, "draft-29");
	check_text(0xff000005, "draft-05");
	check_text(0xff000022, "draft-34");
	check_text(0xff000023, "0xff000023");
	check_text(0xff000000, "0xff000000");
	check_text(0x51303433, "Q043");
	check_text(0x54303531, "T051");
	check_text(0xfaceb002, "0xfaceb002");
	check_text(0, "0x00000000");
}

TEST(quic_versions_of_google_are_text)
{
	CHECK(rj_quic_is_google(0x51303433));
	CHECK(rj_quic_is_google(0x54303530));
	CHECK(!rj_quic_is_google(0x52303433));
	CHECK(!rj_quic_is_google(0x5130343a));
	CHECK(!rj_quic_is_google(0x51303a33));
	CHECK(!rj_quic_is_google(0x512f3433));
	CHECK(!rj_quic_is_google(1));
}

TEST(quic_reserved_versions)
{
	CHECK(rj_quic_is_reserved(0x0a0a0a0a));
	CHECK(rj_quic_is_reserved(0xbabababa));
	CHECK(rj_quic_is_reserved(0x1a2a3a4a));
	CHECK(!rj_quic_is_reserved(0x0a0a0a0b));
	CHECK(!rj_quic_is_reserved(1));
}

/* First and last byte of the salt tell which it is. */
static void check_rules(uint32_t version, uint8_t salt, bool has_listed_params)
{
	const struct rj_quic_rules *rules = rj_quic_rules_of(version);

	CHECK(rules != NULL);
	if (!rules)
		return;
	CHECK_EQ(rules->salt[0], salt);
	CHECK_EQ(rules->has_listed_params, has_listed_params);
	CHECK_EQ(rules->first_type, salt == 0xa7 || salt == 0x0d);
	CHECK_STR(rules->label, rules->first_type ? "quicv2" : "quic");
}

TEST(quic_rules_change_with_the_drafts)
{
	check_rules(0xff000016, 0x7f, true);
	check_rules(0xff000017, 0xc3, true);
	check_rules(0xff00001a, 0xc3, true);
	check_rules(0xff00001b, 0xc3, false);
	check_rules(0xff00001c, 0xc3, false);
	check_rules(0xff00001d, 0xaf, false);
	check_rules(0xff000020, 0xaf, false);
	check_rules(0xff000021, 0x38, false);
	check_rules(0xff000022, 0x38, false);
	check_rules(1, 0x38, false);
	check_rules(0x709a50c4, 0xa7, false);
	check_rules(0x6b3343cf, 0x0d, false);
	check_rules(0xfaceb001, 0x7f, true);
	check_rules(0xfaceb002, 0xc3, false);
	check_rules(0x45474719, 0xc3, true);
}

TEST(quic_rules_of_other_versions_are_not_known)
{
	static const uint32_t versions[] = { 0, 2, 0xff000015, 0xff000023, 0x51303433, 0xbabababa };

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		CHECK(!rj_quic_rules_of(versions[i]));
}
