/* SPDX-License-Identifier: BSD-3-Clause */
/* The normal text of fingerprints. Vectors in all three notations are Mercury's output. */
#include "enrich/npf.h"

#include "tests/unit/unit.h"

/* secp384r1mlkem1024_clienthello.pcap and top_100_fingerprints.pcap, the first flow. */
#define SUITES                                                                                     \
	"c02cc02bc030c02f009f009ec024c023c028c027c00ac009c014c013009d009c003d003c0035002f000a"
#define FIRST                                                                                      \
	"(0000)(000500050100000000)(000a00080006001d00170018)(000b00020100)"                       \
	"(000d00140012040105010201040305030203020206010603)"
static const char *const vectors[][3] = {
	{ "tls/(0303)(1302)((002b0003020304)(000a0004000211ed)(0033)(0021)(002d00020101)(0029))",
	  "tls/1/(0303)(1302)[(000a0004000211ed)(0021)(0029)(002b0003020304)(002d00020101)(0033)]",
	  "tls/2/(0303)(1302)[(000a0004000211ed)(0021)(002b0003020304)(002d00020101)(0033)]" },
	{ "tls/(0303)(" SUITES ")(" FIRST "(0023)(0017)(ff01))",
	  "tls/1/(0303)(" SUITES ")[" FIRST "(0017)(0023)(ff01)]",
	  "tls/2/(0303)(" SUITES ")[" FIRST "(0017)(ff01)]" },
};

#define NUM_VECTORS (sizeof(vectors) / sizeof(*vectors))

/* What the text becomes, with the bytes in an exact block; or what is wrong with it. */
static const char *normal_of(const char *text, const char *kind)
{
	static struct rj_npf_text out;
	char *exact = (char *)unit_copy(text, strlen(text));
	const char *wrong = rj_npf_normalize(exact, strlen(text), kind, &out);

	free(exact);
	return wrong ? wrong : out.at;
}

static const char *short_of(const char *text)
{
	static struct rj_npf_text out;
	char *exact = (char *)unit_copy(text, strlen(text));
	bool is_short = rj_npf_shorten(exact, strlen(text), &out);

	free(exact);
	return is_short ? out.at : "";
}

TEST(npf_has_notation_0_as_notation_1)
{
	for (size_t i = 0; i < NUM_VECTORS; i++)
		CHECK_STR(normal_of(vectors[i][0], NULL), vectors[i][1]);
}

TEST(npf_leaves_what_is_normal)
{
	for (size_t i = 0; i < NUM_VECTORS; i++)
		for (size_t j = 1; j < 3; j++)
			CHECK_STR(normal_of(vectors[i][j], NULL), vectors[i][j]);
}

TEST(npf_shortens_notation_1)
{
	for (size_t i = 0; i < NUM_VECTORS; i++)
		CHECK_STR(short_of(vectors[i][1]), vectors[i][2]);
	/* Mercury's unit vector: 3 of a type */
	CHECK_STR(short_of("tls/1/(0303)(1302)[(003f)(0a0a)(0a0a)(ff2b)(ff2b)(ff2b)(ff2b)]"),
		  "tls/2/(0303)(1302)[(003e)(0a0a)(0a0a)(ff00)(ff00)(ff00)]");
	CHECK_STR(short_of("quic/(00000001)(0303)(1301)[(0033)(4469)(fe0d)]"),
		  "quic/1/(00000001)(0303)(1301)[(0033)(003e)(fe0d)]");
}

TEST(npf_shortens_nothing_else)
{
	CHECK_STR(short_of(vectors[0][2]), "");
	CHECK_STR(short_of("tcp/(40)()(40)(8000)()"), "");
	CHECK_STR(short_of("tls/1/(0303)(1302)"), "");
}

TEST(npf_makes_grease_one_value)
{
	CHECK_STR(normal_of("tls/(0303)(3a3a1301fafa)((1a1a0000)(000a00080006caca001d0017)(dada00"
			    "0100)(002b0003029a9a))",
			    NULL),
		  "tls/1/(0303)(0a0a13010a0a)[(000a000800060a0a001d0017)(002b0003020a0a)"
		  "(0a0a)(0a0a)]");
	/* looser for types, as Mercury is; numbers that look like it by halves stay */
	CHECK_STR(normal_of("tls/1/(0303)(1a2a)[(1a2a)]", NULL), "tls/1/(0303)(1a2a)[(0a0a)]");
	CHECK_STR(normal_of("quic/(1a1a1a1a)(0303)(1a1a)[]", NULL),
		  "quic/(1a1a1a1a)(0303)(0a0a)[]");
}

TEST(npf_reads_databases_without_kinds)
{
	CHECK_STR(normal_of("(0303)(1302)((0033)(0014000100)(0013000100))", NULL),
		  "tls/1/(0303)(1302)[(0013)(0014)(0033)]");
	CHECK_STR(normal_of("(00000001)(0303)(1301)((0033))", "quic"),
		  "quic/(00000001)(0303)(1301)[(0033)]");
	CHECK_STR(normal_of("(474554)(485454502f312e31)()", "http"),
		  "http/(474554)(485454502f312e31)()");
}

TEST(npf_sorts_transport_parameters)
{
	CHECK_STR(normal_of("tls/(0303)(1301)(((0039)((20)(01)(80004752)(0e)))(0000))", NULL),
		  "tls/1/(0303)(1301)[(0000)((0039)[(01)(0e)(20)(80004752)])]");
	CHECK_STR(normal_of("quic/1/(6b3343cf)(0303)(1301)[((0039)[(01)(11)(6ab2)])((ffa5)[])]",
			    NULL),
		  "quic/1/(6b3343cf)(0303)(1301)[((0039)[(01)(11)(6ab2)])((ffa5)[])]");
}

TEST(npf_leaves_other_kinds)
{
	CHECK_STR(normal_of("tcp/(40)(00)(20)(ffff)((020404e2)(01))", NULL),
		  "tcp/(40)(00)(20)(ffff)((020404e2)(01))");
	CHECK_EQ(rj_npf_kind_len("tls_server/(0303)", 17), 10);
	CHECK_EQ(rj_npf_kind_len("tls", 3), 0);
}

TEST(npf_says_what_is_wrong)
{
	CHECK_STR(normal_of("", NULL), "no kind stands before it, such as tls/");
	CHECK_STR(normal_of("Tls/()", NULL), "its kind has more than letters, digits and _");
	CHECK_STR(normal_of("tcp/(40) ", NULL), "it has what is no printed ASCII");
	CHECK_STR(normal_of("tls/(03)(1301)()", NULL), "the version is not (XXXX)");
	CHECK_STR(normal_of("tls/(0303)(13)()", NULL), "the cipher suites are not (XXXX…)");
	CHECK_STR(normal_of("tls/(0303)(1301)((00)", NULL),
		  "the extensions are not a list of (XXXX…)");
	CHECK_STR(normal_of("tls/(0303)(1301)((0000a))", NULL),
		  "the extensions are not a list of (XXXX…)");
	CHECK_STR(normal_of("tls/(0303)(1301)()x", NULL), "something stands behind the extensions");
	CHECK_STR(normal_of("quic/(01)(0303)(1301)[]", NULL), "QUIC's version is not (XXXXXXXX)");
	CHECK_STR(normal_of("quic/2/(00000001)(0303)(1301)[]", NULL), "quic has no such notation");
	CHECK_STR(normal_of("tls/1/(0303)(1301)((0000))", NULL),
		  "extensions of this notation stand in []");
	CHECK_STR(normal_of("tls/(0303)(1301)[(0000)]", NULL),
		  "sorted extensions are not of this notation");
}

/* Each prefix of a fingerprint is another one or none, and is read within its bytes. */
TEST(npf_reads_within_the_text)
{
	const char *text = vectors[0][1];
	struct rj_npf_text out;

	for (size_t len = 0; len < strlen(text); len++) {
		char *exact = (char *)unit_copy(text, len);

		CHECK(rj_npf_normalize(exact, len, NULL, &out) != NULL);
		free(exact);
	}
}

/* A hello of @num suites in notation 0, at @text; its length. */
static size_t put_suites(char *text, size_t num)
{
	char *at = text;

	memcpy(at, "tls/(0303)(", 11);
	at += 11;
	for (size_t i = 0; i < num; i++, at += 4)
		memcpy(at, "1301", 4);
	memcpy(at, ")()", 4);
	return (size_t)(at + 3 - text);
}

/* tls/ becomes tls/1/, which is two bytes longer: what does not fit any more is refused. */
TEST(npf_holds_the_longest_text)
{
	char *text = malloc(RJ_FP_MAX_LEN + 8);
	size_t len = put_suites(text, 2040);
	struct rj_npf_text out;

	CHECK(!rj_npf_normalize(text, len, NULL, &out));
	CHECK_EQ(out.len, len + 2);
	len = put_suites(text, 2044);
	CHECK_EQ(len, 8190);
	CHECK_STR(rj_npf_normalize(text, len, NULL, &out), "too long");
	free(text);
}
