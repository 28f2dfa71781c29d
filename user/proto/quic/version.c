/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of QUIC's versions. */
#include "proto/quic/version.h"

#include <stddef.h>
#include <stdio.h>

#define DRAFT_BASE 0xff000000u /* draft-ietf-quic-transport-34 15 */
#define QUANT_BASE 0x45474700u /* quant: as the draft of that number */
#define DRAFT_LAST 34u
#define NUM(a) (sizeof(a) / sizeof((a)[0]))

/* What the drafts of QUIC-TLS and the RFCs say, in the order in which they changed. */
enum rules { DRAFT_22, DRAFT_23, DRAFT_25, DRAFT_27, DRAFT_29, V1, V2_DRAFT, V2, NUM_RULES };

#define SALT_DRAFT_23                                                                              \
	{                                                                                          \
		0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b,      \
			0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02                                   \
	}

static const struct rj_quic_rules all_rules[NUM_RULES] = {
	[DRAFT_22] = { .salt = { 0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
				 0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a },
		       .label = "quic",
		       .has_bare_retry = true,
		       .has_listed_params = true },
	[DRAFT_23] = { .salt = SALT_DRAFT_23,
		       .label = "quic",
		       .has_bare_retry = true,
		       .has_listed_params = true },
	[DRAFT_25] = { .salt = SALT_DRAFT_23, .label = "quic", .has_listed_params = true },
	[DRAFT_27] = { .salt = SALT_DRAFT_23, .label = "quic" },
	[DRAFT_29] = { .salt = { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
				 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 },
		       .label = "quic" },
	[V1] = { .salt = { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
			   0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a },
		 .label = "quic" },
	[V2_DRAFT] = { .salt = { 0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47, 0x18, 0x4a, 0x1d,
				 0x62, 0xca, 0x57, 0x04, 0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3 },
		       .label = "quicv2",
		       .first_type = 1 },
	[V2] = { .salt = { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
			   0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 },
		 .label = "quicv2",
		 .first_type = 1 },
};

/* Those of one implementation; what they follow is known from their sources. */
static const struct {
	uint32_t version;
	enum rules rules;
} others[] = {
	{ 0x45474719u, DRAFT_23 }, { RJ_QUIC_V1, V1 },	      { RJ_QUIC_V2, V2 },
	{ 0x709a50c4u, V2_DRAFT }, { 0xfaceb001u, DRAFT_22 }, /* mvfst */
	{ 0xfaceb002u, DRAFT_27 }, { 0xfaceb00eu, DRAFT_27 }, { 0xfaceb010u, DRAFT_27 },
	{ 0xfaceb011u, DRAFT_27 }, { 0xfaceb012u, DRAFT_27 }, { 0xfaceb013u, DRAFT_27 },
	{ 0xfacefeedu, V1 },	   { 0xd4000400u, V1 },
};

static const struct rj_quic_rules *rules_of_draft(uint32_t number)
{
	if (number < 22 || number > DRAFT_LAST)
		return NULL;
	if (number == 22)
		return &all_rules[DRAFT_22];
	if (number < 27)
		return &all_rules[number < 25 ? DRAFT_23 : DRAFT_25];
	if (number < 29)
		return &all_rules[DRAFT_27];
	return &all_rules[number < 33 ? DRAFT_29 : V1];
}

const struct rj_quic_rules *rj_quic_rules_of(uint32_t version)
{
	if ((version & 0xffffff00u) == DRAFT_BASE || (version & 0xffffff00u) == QUANT_BASE)
		return rules_of_draft(version & 0xff);
	for (size_t i = 0; i < NUM(others); i++)
		if (others[i].version == version)
			return &all_rules[others[i].rules];
	return NULL;
}

static bool is_digit(uint32_t byte)
{
	return byte >= '0' && byte <= '9';
}

bool rj_quic_is_google(uint32_t version)
{
	return (version >> 24 == 'Q' || version >> 24 == 'T') && is_digit(version >> 16 & 0xff) &&
	       is_digit(version >> 8 & 0xff) && is_digit(version & 0xff);
}

unsigned int rj_quic_version_text(uint32_t version, char out[RJ_QUIC_VERSION_TEXT])
{
	uint32_t draft = version - DRAFT_BASE;
	int len;

	if (version == RJ_QUIC_V1 || version == RJ_QUIC_V2)
		len = snprintf(out, RJ_QUIC_VERSION_TEXT, "v%d", version == RJ_QUIC_V1 ? 1 : 2);
	else if (draft && draft <= DRAFT_LAST)
		len = snprintf(out, RJ_QUIC_VERSION_TEXT, "draft-%02u", (unsigned int)draft);
	else if (rj_quic_is_google(version))
		len = snprintf(out, RJ_QUIC_VERSION_TEXT, "%c%c%c%c", (int)(version >> 24),
			       (int)(version >> 16 & 0xff), (int)(version >> 8 & 0xff),
			       (int)(version & 0xff));
	else
		len = snprintf(out, RJ_QUIC_VERSION_TEXT, "0x%08x", (unsigned int)version);
	return (unsigned int)len;
}
