/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of a hello at their limits and beyond, as the record shows them. */
#include "tests/unit/proto/tls/talk.h"

static enum rj_status read_parts(const struct parts *p, char **ret_json)
{
	static struct made body, stream;
	struct talk t = talk_begin(1u << 20);
	enum rj_status st;

	body.len = stream.len = 0;
	put_client_hello(&body, p);
	put_message(&stream, 1, body.bytes, body.len, 16384);
	st = talk_bytes(&t, CLIENT, stream.bytes, stream.len, false);
	*ret_json = unit_json(&rj_tls, t.state, CLIENT);
	talk_end(&t);
	return st;
}

/* Whether a hello with these parts is read, and what it shows in any case. */
static void check_parts(const struct parts *p, enum rj_status want, const char *text)
{
	char *json;

	CHECK_EQ(read_parts(p, &json), want);
	if (!strstr(json, text))
		CHECK_STR(json, text);
	CHECK_EQ(!!strstr(json, "\"malformed\":true"), want == RJ_MALFORMED);
	free(json);
}

static void check_extensions(const char *extensions, enum rj_status want, const char *text)
{
	check_parts(
		&(struct parts){ .suites_len = 2, .compression_len = 1, .extensions = extensions },
		want, text);
}

TEST(tls_holds_the_fixed_parts_of_a_hello_to_their_ranges)
{
	static const struct {
		struct parts parts;
		enum rj_status want;
	} cases[] = {
		{ { .suites_len = 2, .compression_len = 1 }, RJ_OK },
		{ { .sid_len = 32, .suites_len = 2, .compression_len = 1 }, RJ_OK },
		{ { .sid_len = 33, .suites_len = 2, .compression_len = 1 }, RJ_MALFORMED },
		{ { .sid_len = 255, .suites_len = 2, .compression_len = 1 }, RJ_MALFORMED },
		{ { .suites_len = 0, .compression_len = 1 }, RJ_MALFORMED },
		{ { .suites_len = 1, .compression_len = 1 }, RJ_MALFORMED },
		{ { .suites_len = 3, .compression_len = 1 }, RJ_MALFORMED },
		{ { .suites_len = 65000, .compression_len = 1 }, RJ_OK },
		{ { .suites_len = 2, .compression_len = 0 }, RJ_MALFORMED },
		{ { .suites_len = 2, .compression_len = 255 }, RJ_OK },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_parts(&cases[i].parts, cases[i].want,
			    cases[i].want ? "{\"malformed\":true}" : "\"cs\":[\"1313\"");
}

TEST(tls_takes_no_extension_block_and_an_empty_one)
{
	struct parts none = { .suites_len = 2, .compression_len = 1 };
	struct parts empty = { .suites_len = 2, .compression_len = 1, .extensions = "" };

	check_parts(&none, RJ_OK, "\"cs\":[\"1313\"]}");
	check_parts(&empty, RJ_OK, "\"cs\":[\"1313\"]}");
}

TEST(tls_shows_what_stood_before_a_fault_in_the_extensions)
{
	struct parts half = { .suites_len = 2, .compression_len = 1, .leftover = "00" };
	struct parts more = { .suites_len = 2,
			      .compression_len = 1,
			      .extensions = "00170000",
			      .leftover = "00" };
	struct parts less = { .suites_len = 2, .compression_len = 1, .leftover = "0005 00170000" };

	check_parts(&half, RJ_MALFORMED, "\"cs\":[\"1313\"],\"malformed\":true}");
	check_parts(&more, RJ_MALFORMED, "\"c_extensions\":[{\"extended_master_secret\":\"\"}]");
	check_parts(&less, RJ_MALFORMED, "\"c_extensions\":[{\"extended_master_secret\":\"\"}]");
	check_extensions("00170000 0015", RJ_MALFORMED,
			 "\"c_extensions\":[{\"extended_master_secret\":\"\"}]");
	check_extensions("00170000 00150003 0000", RJ_MALFORMED,
			 "\"c_extensions\":[{\"extended_master_secret\":\"\"}]");
	check_extensions("00170000 00150001 0000", RJ_MALFORMED,
			 "[{\"extended_master_secret\":\"\"},{\"padding\":\"00\"}]");
}

TEST(tls_refuses_the_same_extension_twice_and_shows_both)
{
	check_extensions("00170000 00170000", RJ_MALFORMED,
			 "[{\"extended_master_secret\":\"\"},{\"extended_master_secret\":\"\"}]");
	check_extensions("ffff0000 00000006000400000161 ffff0000", RJ_MALFORMED, "\"sni\":[\"a\"]");
}

TEST(tls_tells_extension_types_apart)
{
	check_extensions("1a0a0000 1a4a0000 1a8a0000 1aca0000 2a0a0000 000a00040002001d 1a0b0000",
			 RJ_OK, "{\"kind\":6667,\"data\":\"\"}]");
	check_extensions("1a0a0000 1a4a0000 2a0a0000 1a4a0000", RJ_MALFORMED,
			 "{\"kind\":6730,\"data\":\"\"}]");
}

TEST(tls_gives_extensions_without_a_name_by_number)
{
	check_extensions("0a0a0000 002b0003020304 fafa000100 ff010001 00", RJ_OK,
			 "\"c_extensions\":[{\"kind\":2570,\"data\":\"\",\"grease\":true},"
			 "{\"supported_versions\":\"020304\"},"
			 "{\"kind\":64250,\"data\":\"00\",\"grease\":true},"
			 "{\"renegotiation_info\":\"00\"}]");
}

TEST(tls_holds_server_name_to_its_lengths)
{
	check_extensions("00000006 0004 00 0001 61", RJ_OK, "\"sni\":[\"a\"]");
	check_extensions("0000000a 0008 00 0001 61 00 0001 62", RJ_OK, "\"sni\":[\"a\",\"b\"]");
	check_extensions("00000009 0007 05 0000 00 0001 61", RJ_OK, "\"sni\":[\"a\"]");
	check_extensions("00000006 0004 00 0001 22", RJ_OK, "\"sni\":[\"\\\"\"]");
	check_extensions("00000000", RJ_MALFORMED, "{\"server_name\":\"\"}");
	check_extensions("00000002 0000", RJ_MALFORMED, "{\"server_name\":\"0000\"}");
	check_extensions("00000005 0003 00 0000", RJ_MALFORMED, "\"sni\":[]");
	check_extensions("00000006 0003 00 0001 61", RJ_MALFORMED, "\"cs\"");
	check_extensions("00000006 0005 00 0001 61", RJ_MALFORMED, "\"cs\"");
	check_extensions("00000006 0004 00 0000 61", RJ_MALFORMED, "\"sni\":[]");
	check_extensions("00000006 0004 00 0002 61", RJ_MALFORMED, "\"sni\":[]");
	check_extensions("0000000a 0008 00 0001 61 00 0002 62", RJ_MALFORMED, "\"sni\":[\"a\"]");
}

TEST(tls_holds_alpn_to_its_lengths)
{
	check_extensions("00100005 0003 02 6832", RJ_OK, "\"c_alpn\":[\"h2\"]");
	check_extensions("00100007 0005 01 61 02 6832", RJ_OK, "\"c_alpn\":[\"a\",\"h2\"]");
	check_extensions("00100000", RJ_MALFORMED, "\"cs\"");
	check_extensions("00100002 0000", RJ_MALFORMED, "\"cs\"");
	check_extensions("00100003 0001 00", RJ_MALFORMED, "\"c_alpn\":[]");
	check_extensions("00100005 0003 01 6832", RJ_MALFORMED, "\"c_alpn\":[\"h\"]");
	check_extensions("00100005 0003 03 6832", RJ_MALFORMED, "\"c_alpn\":[]");
	check_extensions("00100005 0002 02 6832", RJ_MALFORMED, "\"cs\"");
	check_extensions("00100005 0004 02 6832", RJ_MALFORMED, "\"cs\"");
}

TEST(tls_holds_versions_and_groups_to_their_lengths)
{
	check_extensions("002b0005 04 7a7a 0304", RJ_OK, "\"c_versions\":[\"7a7a\",\"0304\"]");
	check_extensions("002b0001 00", RJ_MALFORMED, "\"cs\"");
	check_extensions("002b0004 03 030403", RJ_MALFORMED, "\"c_versions\":[\"0304\"]");
	check_extensions("002b0003 01 0304", RJ_MALFORMED, "\"cs\"");
	check_extensions("002b0003 03 0304", RJ_MALFORMED, "\"cs\"");
	check_extensions("000a0006 0004 2a2a 001d", RJ_OK, "\"c_groups\":[\"2a2a\",\"001d\"]");
	check_extensions("000a0002 0000", RJ_MALFORMED, "\"cs\"");
	check_extensions("000a0005 0003 001d00", RJ_MALFORMED, "\"c_groups\":[\"001d\"]");
	check_extensions("000a0004 0001 001d", RJ_MALFORMED, "\"cs\"");
	check_extensions("000a0004 0003 001d", RJ_MALFORMED, "\"cs\"");
}

TEST(tls_counts_the_highest_version_offered_without_grease)
{
	check_extensions("002b0007 06 fafa 0303 0302", RJ_OK, "{\"c_version\":5,");
	check_extensions("002b0007 06 0301 0304 0303", RJ_OK, "{\"c_version\":6,");
	check_extensions("002b0007 06 7f1c 7f1b 0303", RJ_OK, "{\"c_version\":5,");
	/* versions without a number alone */
	check_extensions("002b0005 04 7f1c 7f17", RJ_OK, "{\"c_random\":");
	check_extensions("002b0003 02 fafa", RJ_OK, "{\"c_random\":");
	check_parts(&(struct parts){ .version = "0300", .suites_len = 2, .compression_len = 1 },
		    RJ_OK, "{\"c_version\":2,");
	check_parts(&(struct parts){ .version = "0304", .suites_len = 2, .compression_len = 1 },
		    RJ_OK, "{\"c_version\":6,");
	check_parts(&(struct parts){ .version = "0305", .suites_len = 2, .compression_len = 1 },
		    RJ_OK, "{\"c_random\":");
}

TEST(tls_flags_ech_and_psk_offers)
{
	check_extensions("fe0d0001 00 00290000", RJ_OK, "\"ech\":true,\"psk\":true}");
}

static void check_server_version(const char *version, const char *extensions, const char *want)
{
	static struct made body, stream;
	struct talk t = talk_begin(1u << 20);
	char *json;

	body.len = stream.len = 0;
	put(&body, version);
	put_fill(&body, 0xaa, 32);
	put(&body, extensions);
	put_message(&stream, 2, body.bytes, body.len, 16384);
	CHECK_EQ(talk_bytes(&t, SERVER, stream.bytes, stream.len, false), RJ_OK);
	json = unit_json(&rj_tls, t.state, CLIENT);
	if (strncmp(json, want, strlen(want)))
		CHECK_STR(json, want);
	free(json);
	talk_end(&t);
}

TEST(tls_names_the_version_the_server_chose)
{
	check_server_version("0300", "00 0005 00", "{\"version\":\"SSL3.0\",\"s_version\":2,");
	check_server_version("0301", "00 0005 00", "{\"version\":\"TLS1.0\",\"s_version\":3,");
	check_server_version("0302", "00 0005 00", "{\"version\":\"TLS1.1\",\"s_version\":4,");
	check_server_version("0303", "00 0005 00 0000", "{\"version\":\"TLS1.2\",\"s_version\":5,");
	check_server_version("0303", "00 1301 00 0006 002b0002 0304",
			     "{\"version\":\"TLS1.3\",\"s_version\":6,");
	check_server_version("0303", "00 1301 00 0006 002b0002 7f1c",
			     "{\"version\":\"0x7f1c\",\"s_random\"");
	check_server_version("7f12", "1301 0004 00280000", "{\"version\":\"0x7f12\",\"s_random\"");
	check_server_version("7e01", "00 1301 00", "{\"version\":\"0x7e01\",\"s_random\"");
}
