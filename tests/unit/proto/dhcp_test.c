/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the DHCP dissector. */
#include "proto/dhcp/options4.h"
#include "proto/registry.h"
#include "tests/unit/unit.h"

#define ZERO16 "00000000000000000000000000000000"
#define ZERO64 ZERO16 ZERO16 ZERO16 ZERO16
#define HEADER                                                                                     \
	"01 01 06 00 89d92613 0001 8000 00000000 0a00020f 0a000204 00000000 "                      \
	"08002783f442 00000000000000000000"
#define COOKIE "63825363"
#define MESSAGE(options) HEADER ZERO64 ZERO64 ZERO64 COOKIE options

#define JSON_HEADER                                                                                \
	"[{\"op\":\"1\",\"htype\":\"1\",\"hlen\":\"6\",\"hops\":\"0\",\"xid\":\"2312709651\","     \
	"\"secs\":\"1\",\"flags\":\"32768\",\"ciaddr\":\"0.0.0.0\",\"yiaddr\":\"10.0.2.15\","      \
	"\"siaddr\":\"10.0.2.4\",\"giaddr\":\"0.0.0.0\","                                          \
	"\"chaddr\":\"08002783f44200000000000000000000\""

struct fixture {
	uint64_t *state;
	struct rj_arena arena;
};

static void begin(struct fixture *f)
{
	f->state = calloc(1, rj_dhcp.state_bytes);
	rj_arena_init(&f->arena, 256u << 10);
}

static void end(struct fixture *f)
{
	free(f->state);
	rj_arena_done(&f->arena);
}

static enum rj_status feed(struct fixture *f, const uint8_t *bytes, size_t len, unsigned int side,
			   bool is_hard, bool is_done)
{
	struct rj_message m = { .side = side,
				.over = RJ_OVER_UDP,
				.src_port = side ? 67 : 68,
				.dst_port = side ? 68 : 67,
				.arena = &f->arena,
				.is_done = is_done };
	uint8_t *exact = unit_copy(bytes, len);
	struct rj_cursor c = rj_cursor_init(exact, len, is_hard);
	enum rj_status st = rj_dhcp.parse(f->state, &m, &c);

	CHECK(st || (!c.left && !m.is_done));
	free(exact);
	return st;
}

static enum rj_status feed_hex(struct fixture *f, const char *hex, unsigned int side)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_status st = feed(f, bytes, len, side, true, false);

	free(bytes);
	return st;
}

static void check(const char *hex, const char *want)
{
	struct fixture f;
	char *json;

	begin(&f);
	CHECK_EQ(feed_hex(&f, hex, 0), RJ_OK);
	json = unit_json(&rj_dhcp, f.state, 0);
	CHECK_STR(json, want);
	free(json);
	end(&f);
}

/* A message with these options has @want as its list of options. */
static void check_options(const char *options, const char *want)
{
	char hex[4096], json[4096];

	snprintf(hex, sizeof(hex), MESSAGE("%s"), options);
	snprintf(json, sizeof(json), JSON_HEADER ",\"options\":[%s]}]", want);
	check(hex, json);
}

TEST(dhcp_header_and_fields)
{
	check(HEADER "6200" ZERO16 ZERO16 ZERO16 "0000000000000000000000000000"
		     "612f62" ZERO64 ZERO16 ZERO16 ZERO16 "00000000000000000000000000" COOKIE
		     "350103ff",
	      JSON_HEADER ",\"sname\":\"b\",\"file\":\"a/b\",\"options\":[{\"msg_type\":"
			  "\"DHCPREQUEST\"}]}]");
}

TEST(dhcp_bootp_without_a_cookie)
{
	check(HEADER ZERO64 ZERO64 ZERO64 ZERO64, JSON_HEADER "}]");
}

TEST(dhcp_values_have_their_forms)
{
	check_options("0104ffffff00 ff",
		      "{\"subnet_mask\":\"255.255.255.0\",\"data\":\"ffffff00\"}");
	check_options("0204fffffffe ff", "{\"time_offset\":-2,\"data\":\"fffffffe\"}");
	check_options("06080a0000010a000002 ff",
		      "{\"domain_server\":[\"10.0.0.1\",\"10.0.0.2\"],\"data\":"
		      "\"0a0000010a000002\"}");
	check_options("0c04 61620000 ff", "{\"hostname\":\"ab\",\"data\":\"61620000\"}");
	check_options("1a02 05dc ff", "{\"mtu_interface\":1500,\"data\":\"05dc\"}");
	check_options("1301 01 ff", "{\"forward_on_off\":true,\"data\":\"01\"}");
	check_options("3304 ffffffff ff", "{\"address_time\":4294967295,\"data\":\"ffffffff\"}");
	check_options("3703 010379 ff", "{\"parameter_list\":[1,3,121],\"data\":\"010379\"}");
	check_options("2b02 0102 ff", "{\"vendor_specific\":\"0102\"}");
	check_options("5000 ff", "{\"rapid_commit\":true,\"data\":\"\"}");
	check_options("5d04 00000007 ff", "{\"client_system\":[0,7],\"data\":\"00000007\"}");
	check_options("e001 aa ff", "{\"kind\":224,\"data\":\"aa\"}");
}

TEST(dhcp_values_of_another_length_are_bytes)
{
	check_options("0103ffffff ff", "{\"subnet_mask\":\"ffffff\"}");
	check_options("0105ffffff0000 ff", "{\"subnet_mask\":\"ffffff0000\"}");
	check_options("0600 ff", "{\"domain_server\":\"\"}");
	check_options("0605 0a00000100 ff", "{\"domain_server\":\"0a00000100\"}");
	check_options("1301 02 ff", "{\"forward_on_off\":\"02\"}");
	check_options("350113 ff", "{\"msg_type\":\"13\"}");
	check_options("350100 ff", "{\"msg_type\":\"00\"}");
	check_options("500100 ff", "{\"rapid_commit\":\"00\"}");
}

TEST(dhcp_message_types)
{
	CHECK_STR(rj_dhcp_msg_type_name(1), "DHCPDISCOVER");
	CHECK_STR(rj_dhcp_msg_type_name(8), "DHCPINFORM");
	CHECK_STR(rj_dhcp_msg_type_name(18), "DHCPTLS");
	CHECK(!rj_dhcp_msg_type_name(0) && !rj_dhcp_msg_type_name(19));
}

TEST(dhcp_client_identifiers)
{
	check_options("3d07 01 020304050607 ff",
		      "{\"client_id\":{\"hardware_type\":1,\"macaddr\":\"02:03:04:05:06:07\"},"
		      "\"data\":\"01020304050607\"}");
	check_options("3d03 00 6162 ff", "{\"client_id\":{\"hardware_type\":0,\"identifier\":"
					 "\"6162\"},\"data\":\"006162\"}");
	/* RFC 4361 6.1 with the DUID of an enterprise */
	check_options("3d0d ff 00000001 0002 00000009 0c0d ff",
		      "{\"client_id\":{\"hardware_type\":255,\"iaid\":1,\"duid\":"
		      "\"0002000000090c0d\",\"duid_type\":\"en\",\"enterprise\":9,"
		      "\"identifier\":\"0c0d\"},\"data\":\"ff000000010002000000090c0d\"}");
	check_options("3d02 ff00 ff", "{\"client_id\":\"ff00\"}");
}

TEST(dhcp_classless_routes)
{
	/* RFC 3442's examples of destinations: 0, 8, 25 and 32 bits */
	check_options(
		"791d 00 0a000001 08 0a 0a000002 19 0a000080 0a000003 20 0a112233 0a000004 ff",
		"{\"classless_static_route\":["
		"{\"address\":\"0.0.0.0\",\"prefix_len\":0,\"router\":\"10.0.0.1\"},"
		"{\"address\":\"10.0.0.0\",\"prefix_len\":8,\"router\":\"10.0.0.2\"},"
		"{\"address\":\"10.0.0.128\",\"prefix_len\":25,\"router\":\"10.0.0.3\"},"
		"{\"address\":\"10.17.34.51\",\"prefix_len\":32,\"router\":\"10.0.0.4\"}],"
		"\"data\":\"000a000001080a0a000002190a0000800a000003200a1122330a000004\"}");
	check_options("7906 21 0a0000010a ff", "{\"classless_static_route\":\"210a0000010a\"}");
}

TEST(dhcp_search_list_is_decompressed)
{
	/* RFC 3397 3: eng.apple.com, marketing.apple.com by a pointer */
	check_options("771b 03656e67056170706c6503636f6d00 096d61726b6574696e67c004 ff",
		      "{\"domain_search\":[\"eng.apple.com\",\"marketing.apple.com\"],\"data\":"
		      "\"03656e67056170706c6503636f6d00096d61726b6574696e67c004\"}");
	check_options("7702 c000 ff", "{\"domain_search\":\"c000\"}");
}

TEST(dhcp_relay_agent_information)
{
	check_options("5210 0102 6531 0504 0a000001 0602 7331 6300 ff",
		      "{\"relay_agent_information\":[{\"agent_circuit_id\":\"6531\"},"
		      "{\"link_selection\":\"10.0.0.1\"},{\"subscriber_id\":\"s1\"},"
		      "{\"kind\":99,\"data\":\"\"}],\"data\":"
		      "\"0102653105040a000001060273316300\"}");
	check_options("5203 010265 ff", "{\"relay_agent_information\":\"010265\"}");
}

TEST(dhcp_names_vendors_and_status)
{
	check_options("5106 01 0000 616263 ff", "{\"client_fqdn\":{\"flags\":1,\"name\":\"abc\"},"
						"\"data\":\"010000616263\"}");
	check_options("5107 05 ffff 03616263 ff",
		      "{\"client_fqdn\":{\"flags\":5,\"name\":\"abc\"},\"data\":"
		      "\"05ffff03616263\"}");
	check_options("7c08 00000009 03 616263 ff",
		      "{\"v_i_vendor_class\":[{\"enterprise\":9,\"data\":\"616263\"}],\"data\":"
		      "\"0000000903616263\"}");
	check_options("9703 01 6e6f ff", "{\"status_code\":{\"code\":1,\"message\":\"no\"},"
					 "\"data\":\"016e6f\"}");
	check_options("4d06 016102626300 ff",
		      "{\"user_class\":[\"a\",\"bc\",\"\"],\"data\":\"016102626300\"}");
	check_options("4d04 69505845 ff", "{\"user_class\":\"iPXE\",\"data\":\"69505845\"}");
}

TEST(dhcp_options_of_one_code_are_joined)
{
	/* RFC 3396: where the first stands */
	check_options("0c02 6162 350101 0c01 63 ff",
		      "{\"hostname\":\"abc\",\"data\":\"616263\"},{\"msg_type\":\"DHCPDISCOVER\"}");
}

TEST(dhcp_overload_goes_on_in_file_then_in_sname)
{
	check(HEADER "0c0163ff" ZERO16 ZERO16 ZERO16 "000000000000000000000000"
		     "0c0162ff" ZERO64 ZERO16 ZERO16 ZERO16 "000000000000000000000000" COOKIE
		     "340103 0c0161 ff",
	      JSON_HEADER ",\"options\":[{\"overload\":3,\"data\":\"03\"},"
			  "{\"hostname\":\"abc\",\"data\":\"616263\"}]}]");
}

TEST(dhcp_option_beyond_the_end_is_malformed)
{
	check(MESSAGE("350101 0c0561"),
	      JSON_HEADER ",\"options\":[{\"msg_type\":\"DHCPDISCOVER\"}],\"malformed\":true}]");
	check(MESSAGE("0c"), JSON_HEADER ",\"options\":[],\"malformed\":true}]");
}

TEST(dhcp_options_may_end_without_end_and_be_padded)
{
	check_options("00 350101 00", "{\"msg_type\":\"DHCPDISCOVER\"}");
	check_options("350101 ff 0c0561", "{\"msg_type\":\"DHCPDISCOVER\"}");
}

TEST(dhcp_shorter_than_its_header_is_malformed)
{
	struct fixture f;
	size_t len;
	uint8_t *bytes = unit_unhex(HEADER ZERO64 ZERO64 ZERO64, &len);

	begin(&f);
	CHECK_EQ(len, 236);
	CHECK_EQ(feed(&f, bytes, len, 0, true, false), RJ_OK);
	CHECK_EQ(feed(&f, bytes, len - 1, 0, true, false), RJ_MALFORMED);
	free(bytes);
	end(&f);
}

TEST(dhcp_cut_by_the_capture_is_shown_as_far_as_it_goes)
{
	struct fixture f;
	size_t len;
	uint8_t *bytes = unit_unhex(MESSAGE("350101 0c0361"), &len);
	char *json;

	begin(&f);
	CHECK_EQ(feed(&f, bytes, len, 0, false, false), RJ_TRUNCATED);
	CHECK_EQ(feed(&f, bytes, len, 0, false, true), RJ_OK);
	json = unit_json(&rj_dhcp, f.state, 0);
	CHECK_STR(json, JSON_HEADER
		  ",\"options\":[{\"msg_type\":\"DHCPDISCOVER\"}],\"truncated\":true}]");
	free(json);
	free(bytes);
	end(&f);
}

TEST(dhcp_messages_beyond_the_cap_are_counted)
{
	struct fixture f;
	char *json;

	begin(&f);
	for (int i = 0; i < 66; i++)
		CHECK_EQ(feed_hex(&f, MESSAGE("350101 ff"), 0), RJ_OK);
	json = unit_json(&rj_dhcp, f.state, 0);
	CHECK(strstr(json, ",{\"skipped\":2}]"));
	free(json);
	end(&f);
}

TEST(dhcp_who_asks_is_the_originator)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(rj_dhcp.originator(f.state), -1);
	CHECK_EQ(feed_hex(&f, "02" /* a reply */ "010600" ZERO64 ZERO64 ZERO64 ZERO16 ZERO16 ZERO16,
			  0),
		 RJ_OK);
	CHECK_EQ(rj_dhcp.originator(f.state), -1);
	CHECK_EQ(feed_hex(&f, MESSAGE("350101 ff"), 1), RJ_OK);
	CHECK_EQ(rj_dhcp.originator(f.state), 1);
	end(&f);
}

static enum rj_probe probe(uint16_t port, const char *hex, bool is_hard)
{
	struct rj_message m = { .over = RJ_OVER_UDP, .src_port = port, .dst_port = port };
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_probe answer = rj_dhcp.probe(&m, rj_cursor_init(bytes, len, is_hard));

	free(bytes);
	return answer;
}

TEST(dhcp_probe)
{
	CHECK_EQ(probe(67, HEADER ZERO64 ZERO64 ZERO64, true), RJ_PROBE_YES);
	CHECK_EQ(probe(67, HEADER, true), RJ_PROBE_NO);
	CHECK_EQ(probe(67, HEADER, false), RJ_PROBE_YES);
	CHECK_EQ(probe(9999, HEADER, false), RJ_PROBE_MORE);
	CHECK_EQ(probe(9999, MESSAGE("ff"), true), RJ_PROBE_YES);
	CHECK_EQ(probe(9999, HEADER ZERO64 ZERO64 ZERO64 ZERO64, true), RJ_PROBE_NO);
	CHECK_EQ(probe(67, "03", false), RJ_PROBE_NO);
	CHECK_EQ(probe(67, "010111", false), RJ_PROBE_NO);
}
